/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"
#include "core/passes/fx-passes.h"

/* What constants may grow by, over the whole graph: a small file can ask for any number of large ones. */
#define MAX_GROWTH ((gsize)256 << 20)

/* Whether all operands are constants; *bytes is their size. */
static gboolean
has_constant_inputs (const FxGraph *graph, const FxNode *node, gsize *bytes)
{
  *bytes = 0;
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE)
      {
        const FxTensor *constant = fx_graph_value (graph, node->inputs[i])->constant;

        if (constant == NULL)
          return FALSE;
        *bytes += fx_tensor_elements (constant) * fx_dtype_size (fx_tensor_dtype (constant));
      }
  return TRUE;
}

/* Returns the bytes of the new constants. A kernel that refuses says so when the model runs. */
static gsize
fold_node (FxGraph *graph, FxId id, gsize max_bytes)
{
  gsize bytes = 0;
  const FxNode *node = fx_graph_node (graph, id);
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, node->n_inputs + 1);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, node->n_outputs + 1);

  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE)
      inputs[i] = fx_graph_value (graph, node->inputs[i])->constant;
  if (!fx_op_fold (node->op, node, inputs, node->n_inputs, outputs, node->n_outputs, max_bytes, NULL))
    return 0;
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
fx_pass_fold_constants (FxGraph *graph, G_GNUC_UNUSED GError **error)
{
  gsize growth = 0;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      gsize bytes, folded;

      if (!node->removed && node->op != NULL && !(node->op->flags & FX_OP_RANDOM)
          && has_constant_inputs (graph, node, &bytes))
        {
          folded = fold_node (graph, i, MAX (bytes, MAX_GROWTH - growth));
          if (folded > bytes)
            growth = MIN (growth + folded - bytes, MAX_GROWTH);
        }
    }
  return TRUE;
}
