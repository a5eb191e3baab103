/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-summary.h"

#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"

#include <string.h>

static int
compare_counts (gconstpointer a, gconstpointer b)
{
  const FxOpCount *left = a, *right = b;

  if (left->count != right->count)
    return left->count > right->count ? -1 : 1;
  return strcmp (left->op_type, right->op_type);
}

static void
count_operators (FxSummary *summary, const FxGraph *graph)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      g_autofree char *key = g_strdup_printf ("%s::%s", node->domain, node->op_type);
      guint at = GPOINTER_TO_UINT (g_hash_table_lookup (seen, key));

      if (node->removed)
        continue;
      if (at == 0)
        {
          FxOpCount count = { node->domain, node->op_type, node->op != NULL, 0 };

          g_array_append_val (summary->operators, count);
          at = summary->operators->len;
          g_hash_table_insert (seen, g_steal_pointer (&key), GUINT_TO_POINTER (at));
        }
      g_array_index (summary->operators, FxOpCount, at - 1).count++;
    }
  g_array_sort (summary->operators, compare_counts);
}

static void
count_tensor (FxSummary *summary, const FxTensor *tensor)
{
  summary->parameters += fx_tensor_elements (tensor);
  summary->parameter_bytes += g_bytes_get_size (fx_tensor_bytes (tensor));
}

static void
count_parameters (FxSummary *summary, const FxGraph *graph)
{
  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    if (fx_graph_value (graph, v)->constant != NULL)
      count_tensor (summary, fx_graph_value (graph, v)->constant);
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      const FxAttr *value = node->op == &fx_op_constant ? fx_node_attr (node, "value") : NULL;

      if (value != NULL && value->kind == FX_ATTR_TENSOR)
        count_tensor (summary, value->tensor);
    }
}

static void
count_macs (FxSummary *summary, const FxGraph *graph)
{
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      g_autofree gpointer params = NULL;
      g_autofree FxFact *inputs = NULL, *outputs = NULL;
      gboolean all_static = TRUE;
      FxInfer infer;

      if (node->removed || node->op == NULL || node->op->macs == NULL || node->n_inputs < node->op->min_inputs
          || node->n_outputs == 0)
        continue;
      params = fx_op_params_new (node->op, node, NULL);
      inputs = g_new0 (FxFact, MAX (node->n_inputs, node->op->max_inputs) + 1);
      outputs = g_new0 (FxFact, MAX (node->n_outputs, node->op->max_outputs) + 1);
      fx_graph_get_facts (graph, node->inputs, node->n_inputs, inputs);
      fx_graph_get_facts (graph, node->outputs, node->n_outputs, outputs);
      for (guint k = 0; k < node->n_inputs; k++)
        all_static = all_static && (!inputs[k].present || fx_shape_is_static (&inputs[k].shape));
      for (guint k = 0; k < node->n_outputs; k++)
        all_static = all_static && (!outputs[k].present || fx_shape_is_static (&outputs[k].shape));
      infer = (FxInfer){ params, node->version, node->n_inputs, inputs, node->n_outputs, outputs };
      if (params != NULL && all_static)
        summary->macs += node->op->macs (&infer);
    }
}

/* Bytes of a value, 0 and FALSE if they cannot be told. */
static gboolean
value_bytes (const FxValue *value, gsize *bytes)
{
  gsize elements;

  *bytes = 0;
  if (!fx_shape_count (&value->shape, &elements))
    return FALSE;
  *bytes = elements * fx_dtype_size (value->dtype);
  return value->dtype != FX_DTYPE_UNDEFINED;
}

static void
count_memory (FxSummary *summary, const FxGraph *graph)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  g_autofree guint *pending = g_new0 (guint, fx_graph_n_values (graph) + 1);
  guint64 alive = 0;
  gsize bytes;

  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    pending[v] = fx_uses_count (uses, v) + uses->is_output[v];
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      value_bytes (fx_graph_value (graph, fx_graph_input (graph, i)), &bytes);
      alive += bytes;
    }
  summary->peak_bytes = alive;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (node->removed)
        continue;
      for (guint k = 0; k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE)
          {
            summary->unknown_shapes += !value_bytes (fx_graph_value (graph, node->outputs[k]), &bytes);
            summary->activation_bytes += bytes;
            alive += bytes;
          }
      summary->peak_bytes = MAX (summary->peak_bytes, alive);
      for (guint k = 0; k < node->n_inputs; k++)
        {
          FxId id = node->inputs[k];

          if (id != FX_NONE && fx_graph_value (graph, id)->constant == NULL && --pending[id] == 0)
            {
              value_bytes (fx_graph_value (graph, id), &bytes);
              alive -= bytes;
            }
        }
      for (guint k = 0; k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE && pending[node->outputs[k]] == 0)
          {
            value_bytes (fx_graph_value (graph, node->outputs[k]), &bytes);
            alive -= bytes;
          }
    }
}

void
fx_summary_init (FxSummary *summary, const FxGraph *graph)
{
  *summary = (FxSummary){ .operators = g_array_new (FALSE, FALSE, sizeof (FxOpCount)) };
  count_operators (summary, graph);
  count_parameters (summary, graph);
  count_macs (summary, graph);
  count_memory (summary, graph);
}

void
fx_summary_clear (FxSummary *summary)
{
  g_clear_pointer (&summary->operators, g_array_unref);
}
