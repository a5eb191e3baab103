/* Building the integer network.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-q.h"
#include "core/quant/fx-quant-builder.h"
#include "core/quant/fx-quantize.h"

/* A node that stays float, on the float form of its operands. */
static void
add_float_node (FxQuantBuilder *builder, const FxNode *node)
{
  g_autofree FxId *inputs = g_new (FxId, node->n_inputs + 1), *outputs = g_new (FxId, node->n_outputs + 1);

  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = fx_quant_float (builder, node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    outputs[i] = fx_quant_float (builder, node->outputs[i]);
  fx_quant_add_float (builder, node, inputs, outputs);
}

static gboolean
add_group (FxQuantBuilder *builder, const FxQuantGroup *group, GError **error)
{
  gboolean ok = group->root != FX_NONE ? fx_quant_emit_table (builder, group, error)
                                       : group->rule->emit (builder, group, error);

  return ok || fx_error_prefix (error, "node \"%s\"", fx_quant_node (builder, group)->name);
}

static gboolean
add_nodes (FxQuantBuilder *builder, const FxQuantPlan *plan, GError **error)
{
  for (FxId i = 0; i < fx_graph_n_nodes (builder->from); i++)
    {
      const FxNode *node = fx_graph_node (builder->from, i);
      const FxQuantGroup *group = plan->of[i];

      if (node->removed)
        continue;
      if (group == NULL)
        add_float_node (builder, node);
      else if (i == fx_quant_group_last (group) && !add_group (builder, group, error))
        return FALSE;
    }
  return TRUE;
}

FxGraph *
fx_quantize_integer (const FxGraph *graph, const FxQuantParams *params, GError **error)
{
  g_autoptr (FxQuantPlan) plan = NULL;
  FxQuantBuilder builder;
  FxGraph *result;

  g_return_val_if_fail (params->n_values == fx_graph_n_values (graph) && params->n_nodes == fx_graph_n_nodes (graph),
                        NULL);
  fx_quant_builder_init (&builder, graph, params);
  fx_graph_set_opset (builder.to, FX_Q_DOMAIN, 1);
  plan = fx_quant_plan_of (graph, params);
  fx_quant_add_inputs (&builder);
  result = add_nodes (&builder, plan, error) ? fx_quant_finish (&builder, error) : NULL;
  fx_quant_builder_clear (&builder);
  return result;
}
