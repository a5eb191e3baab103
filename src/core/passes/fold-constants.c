/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"
#include "core/passes/fx-passes.h"

/* What constants may grow by, over the whole graph: a small file can ask for any number of large ones. */
#define MAX_GROWTH ((gsize)256 << 20)

static gsize
tensor_bytes (const FxTensor *tensor)
{
  return tensor != NULL ? g_bytes_get_size (fx_tensor_bytes (tensor)) : 0;
}

/* A kernel that refuses says so when the model runs. `room` is what constants may grow by yet. */
static void
fold_node (FxGraph *graph, FxId id, gsize *room)
{
  const FxNode *node = fx_graph_node (graph, id);
  g_autofree FxFact *inputs = g_new0 (FxFact, node->n_inputs + 1);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, node->n_outputs + 1);
  gsize before = 0, after = 0;

  fx_graph_get_facts (graph, node->inputs, node->n_inputs, inputs);
  for (guint i = 0; i < node->n_inputs; i++)
    before += tensor_bytes (inputs[i].value);
  if (!fx_op_can_fold (node->op, inputs, node->n_inputs)
      || !fx_op_fold_facts (node->op, node, inputs, node->n_inputs, outputs, node->n_outputs, before + *room, NULL))
    return;

  for (guint i = 0; i < node->n_outputs; i++)
    after += tensor_bytes (outputs[i]);
  *room -= after > before ? MIN (*room, after - before) : 0;
  for (guint i = 0; i < node->n_outputs; i++)
    if (outputs[i] != NULL)
      {
        FxValue *value = fx_graph_value (graph, node->outputs[i]);

        value->constant = outputs[i];
        value->dtype = fx_tensor_dtype (outputs[i]);
        value->shape = *fx_tensor_shape (outputs[i]);
      }
  fx_graph_remove_node (graph, id);
}

gboolean
fx_pass_fold_constants (FxGraph *graph, G_GNUC_UNUSED GError **error)
{
  gsize room = MAX_GROWTH;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (!node->removed && node->op != NULL)
        fold_node (graph, i, &room);
    }
  return TRUE;
}
