/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"
#include "core/passes/fx-passes.h"

#include <string.h>

static gboolean
is_constant_zero (const FxGraph *graph, FxId id)
{
  const FxTensor *tensor = fx_graph_value (graph, id)->constant;

  return tensor != NULL && fx_tensor_elements (tensor) == 1 && fx_tensor_get_double (tensor, 0) == 0.0;
}

/* Dropout drops nothing unless its third operand (opset 12) says that the model is in training, and even then where its
 * second one, the share to drop, is 0. */
static gboolean
does_nothing (const FxGraph *graph, const FxUses *uses, const FxNode *node)
{
  if (node->op == NULL || node->op->domain != NULL || node->n_inputs < 1 || node->n_outputs < 1
      || node->inputs[0] == FX_NONE || node->outputs[0] == FX_NONE)
    return FALSE;
  if (strcmp (node->op->name, "Identity") == 0)
    return TRUE;
  if (strcmp (node->op->name, "Dropout") != 0)
    return FALSE;
  for (guint i = 1; i < node->n_outputs; i++)
    if (node->outputs[i] != FX_NONE
        && (fx_uses_count (uses, node->outputs[i]) > 0 || uses->is_output[node->outputs[i]]))
      return FALSE;
  if (node->n_inputs > 2 && node->inputs[2] != FX_NONE)
    return is_constant_zero (graph, node->inputs[2])
           || (node->inputs[1] != FX_NONE && is_constant_zero (graph, node->inputs[1]));
  return TRUE;
}

gboolean
fx_pass_remove_identity (FxGraph *graph, G_GNUC_UNUSED GError **error)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      FxNode *node = fx_graph_node (graph, i);

      /* a graph output keeps its value, and with it its name */
      if (node->removed || !does_nothing (graph, uses, node) || uses->is_output[node->outputs[0]])
        continue;
      fx_graph_replace_uses (graph, node->outputs[0], node->inputs[0]);
      fx_graph_remove_node (graph, i);
    }
  return TRUE;
}
