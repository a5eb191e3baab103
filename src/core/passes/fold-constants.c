/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"
#include "core/passes/fx-passes.h"

/* What constants may grow by, over the whole graph: a small file can ask for any number of large ones. */
#define MAX_GROWTH ((gsize)256 << 20)

/* Bytes of the operands that are constants. */
static gsize
constant_bytes (const FxFact *inputs, guint n)
{
  gsize bytes = 0;

  for (guint i = 0; i < n; i++)
    if (inputs[i].value != NULL)
      bytes += fx_tensor_elements (inputs[i].value) * fx_dtype_size (fx_tensor_dtype (inputs[i].value));
  return bytes;
}

<<<<<<< HEAD
/* Returns the bytes of the new constants. A kernel that refuses says so when the model runs. */
static gsize
fold_node (FxGraph *graph, FxId id, gsize max_bytes)
=======
static gsize
node_bytes (FxTensor *const *outputs, guint n)
{
  gsize bytes = 0;

  for (guint i = 0; i < n; i++)
    if (outputs[i] != NULL)
      bytes += fx_tensor_elements (outputs[i]) * fx_dtype_size (fx_tensor_dtype (outputs[i]));
  return bytes;
}

/* A kernel that refuses says so when the model runs. `room` is what large constants may take yet. */
static void
fold_node (FxGraph *graph, FxId id, gsize *room)
>>>>>>> fixes
{
  gsize bytes = 0;
  const FxNode *node = fx_graph_node (graph, id);
  g_autofree FxFact *inputs = g_new0 (FxFact, node->n_inputs + 1);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, node->n_outputs + 1);
  gsize free_bytes, bytes;

<<<<<<< HEAD
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE)
      inputs[i] = fx_graph_value (graph, node->inputs[i])->constant;
  if (!fx_op_fold (node->op, node, inputs, node->n_inputs, outputs, node->n_outputs, max_bytes, NULL))
    return 0;
=======
  fx_graph_get_facts (graph, node->inputs, node->n_inputs, inputs);
  free_bytes = MAX (constant_bytes (inputs, node->n_inputs), SMALL_BYTES);
  if (!fx_op_can_fold (node->op, inputs, node->n_inputs)
      || !fx_op_fold_facts (node->op, node, inputs, node->n_inputs, outputs, node->n_outputs, MAX (free_bytes, *room),
                            NULL))
    return;
  bytes = node_bytes (outputs, node->n_outputs);
  *room -= bytes > free_bytes ? MIN (*room, bytes) : 0;
>>>>>>> fixes
  for (guint i = 0; i < node->n_outputs; i++)
    if (outputs[i] != NULL)
      {
        FxValue *value = fx_graph_value (graph, node->outputs[i]);

        bytes += g_bytes_get_size (fx_tensor_bytes (outputs[i]));
        value->constant = outputs[i];
        value->dtype = fx_tensor_dtype (outputs[i]);
        value->shape = *fx_tensor_shape (outputs[i]);
      }
  fx_graph_remove_node (graph, id);
  return bytes;
}

gboolean
fx_pass_fold_constants_within (FxGraph *graph, gsize max_bytes, G_GNUC_UNUSED GError **error)
{
  gsize growth = 0;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
<<<<<<< HEAD
      gsize bytes, folded;

      if (!node->removed && node->op != NULL && !(node->op->flags & FX_OP_RANDOM)
          && has_constant_inputs (graph, node, &bytes))
        {
          folded = fold_node (graph, i, MAX (bytes, MAX_GROWTH - growth));
          if (folded > bytes)
            growth = MIN (growth + folded - bytes, MAX_GROWTH);
        }
=======

      if (!node->removed && node->op != NULL)
        fold_node (graph, i, &max_bytes);
>>>>>>> fixes
    }
  return TRUE;
}

gboolean
fx_pass_fold_constants (FxGraph *graph, GError **error)
{
  return fx_pass_fold_constants_within (graph, 0, error);
}
