/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"
#include "core/passes/fx-passes.h"

/* A constant that is no larger than this, or than its operands, is worth having: ConstantOfShape of a whole feature map
 * is not. */
#define SMALL_BYTES (1 << 20)

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

/* A kernel that refuses says so when the model runs. */
static void
fold_node (FxGraph *graph, FxId id, gsize max_bytes)
{
  const FxNode *node = fx_graph_node (graph, id);
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, node->n_inputs + 1);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, node->n_outputs + 1);

  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE)
      inputs[i] = fx_graph_value (graph, node->inputs[i])->constant;
  if (!fx_op_fold (node->op, node, inputs, node->n_inputs, outputs, node->n_outputs, max_bytes, NULL))
    return;
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
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      gsize bytes;

      if (!node->removed && node->op != NULL && !(node->op->flags & FX_OP_RANDOM)
          && has_constant_inputs (graph, node, &bytes))
        fold_node (graph, i, MAX (bytes, SMALL_BYTES));
    }
  return TRUE;
}
