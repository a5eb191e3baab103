/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/interpreter.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"

#define MAX_BYTES ((gsize)1 << 30) /* of one tensor */

static gboolean
run_node (const FxNode *node, FxTensor **values, GError **error)
{
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, node->n_inputs + 1);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, node->n_outputs + 1);

  if (node->op == NULL)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "operator %s is not known", node->op_type);
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE)
      {
        inputs[i] = values[node->inputs[i]];
        if (inputs[i] == NULL)
          return fx_fail (error, FX_ERROR_BAD_GRAPH, "input %u has no value", i);
      }
  if (!fx_op_fold (node->op, node, inputs, node->n_inputs, outputs, node->n_outputs, MAX_BYTES, error))
    return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    if (outputs[i] != NULL)
      values[node->outputs[i]] = outputs[i];
  return TRUE;
}

gboolean
fx_interpret (const FxGraph *graph, FxTensor *const *inputs, FxTensor **outputs, GError **error)
{
  guint n_values = fx_graph_n_values (graph);
  g_autofree FxTensor **values = g_new0 (FxTensor *, n_values + 1);
  gboolean ok = TRUE;

  for (FxId v = 0; v < n_values; v++)
    if (fx_graph_value (graph, v)->constant != NULL)
      values[v] = fx_tensor_ref (fx_graph_value (graph, v)->constant);
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    values[fx_graph_input (graph, i)] = fx_tensor_ref (inputs[i]);

  for (FxId i = 0; ok && i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      ok = node->removed || run_node (node, values, error)
           || fx_error_prefix (error, "node \"%s\" (%s)", node->name, node->op_type);
    }
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    {
      FxTensor *value = values[fx_graph_output (graph, i)];

      outputs[i] = ok && value != NULL ? fx_tensor_ref (value) : NULL;
      if (ok && value == NULL)
        ok = fx_fail (error, FX_ERROR_BAD_GRAPH, "output %u has no value", i);
    }
  for (guint i = 0; !ok && i < fx_graph_n_outputs (graph); i++)
    g_clear_pointer (&outputs[i], fx_tensor_unref);
  for (FxId v = 0; v < n_values; v++)
    fx_tensor_unref (values[v]);
  return ok;
}
