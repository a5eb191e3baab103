/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-quant-partial.h"

#include "core/graph/fx-tensor.h"
#include "core/quant/fx-twins.h"

#include <string.h>

/* ---- parameters ---- */

FxQuantParams *
fx_quant_params_only (const FxGraph *graph, const FxQuantParams *params, const guint8 *chosen)
{
  FxQuantParams *only = fx_quant_params_copy (params);
  g_autofree guint8 *touched = g_new0 (guint8, params->n_values + 1);

  for (FxId i = 0; i < params->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (node->removed || only->nodes[i].precision == FX_PRECISION_FLOAT)
        continue;
      if (!chosen[i])
        {
          only->nodes[i].precision = FX_PRECISION_FLOAT;
          continue;
        }
      for (guint k = 0; k < node->n_inputs + node->n_outputs; k++)
        {
          FxId value = k < node->n_inputs ? node->inputs[k] : node->outputs[k - node->n_inputs];

          if (value != FX_NONE)
            touched[value] = 1;
        }
    }
  for (FxId v = 0; v < params->n_values; v++)
    only->values[v].integer = only->values[v].integer && touched[v];
  return only;
}

/* ---- QDQ ---- */

/* The QuantizeLinear that a value comes from, through DequantizeLinear; NULL: it does not. */
static const FxNode *
quantizer_of (const FxGraph *graph, const FxUses *uses, FxId value)
{
  static const char *const path[] = { "DequantizeLinear", "QuantizeLinear" };
  const FxNode *node = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (path); i++)
    {
      if (value == FX_NONE || uses->producer[value] == FX_NONE)
        return NULL;
      node = fx_graph_node (graph, uses->producer[value]);
      if (strcmp (node->op_type, path[i]) != 0)
        return NULL;
      value = node->inputs[0];
    }
  return node;
}

static gboolean
keeps_activation (const FxGraph *qdq, const FxNode *quantizer, const FxQdqPart *part)
{
  g_autofree char *name = fx_twin_base_name (fx_graph_value (qdq, quantizer->outputs[0]));

  return part->all_activations || (part->activations != NULL && g_hash_table_contains (part->activations, name));
}

/* What a use of `value` becomes: what was quantized, if that is not to be. */
static FxId
pass_by (const FxGraph *qdq, const FxUses *uses, FxId value, const FxQdqPart *part)
{
  const FxNode *quantizer = quantizer_of (qdq, uses, value);

  while (quantizer != NULL && fx_graph_value (qdq, quantizer->inputs[0])->constant == NULL
         && !keeps_activation (qdq, quantizer, part))
    {
      value = quantizer->inputs[0];
      quantizer = quantizer_of (qdq, uses, value);
    }
  return value;
}

/* Constant operands of a node are the float graph's. Further ones are lists that are attributes there, which stay, or a
 * bias that only quantization needed, for a correction. */
static void
restore_constants (FxGraph *partial, FxNode *node, const FxGraph *graph, const FxNode *original)
{
  guint n = node->n_inputs, n_same = MIN (n, original->n_inputs);
  g_autofree FxId *inputs = g_memdup2 (node->inputs, node->n_inputs * sizeof (FxId));

  for (guint i = 0; i < n_same; i++)
    {
      const FxValue *value = original->inputs[i] != FX_NONE ? fx_graph_value (graph, original->inputs[i]) : NULL;

      if (value != NULL && value->constant != NULL && value->dtype == FX_DTYPE_FLOAT)
        inputs[i] = fx_graph_add_constant (partial, value->name, fx_tensor_ref (value->constant));
    }
  while (n > n_same && inputs[n - 1] != FX_NONE && fx_graph_value (partial, inputs[n - 1])->dtype == FX_DTYPE_FLOAT)
    n--;
  fx_node_set_inputs (node, inputs, n);
}

/* The attributes that quantization has worked into the weights (alpha and beta of Gemm). */
static void
restore_attributes (FxNode *node, const FxNode *original)
{
  for (guint i = 0; i < original->n_attrs; i++)
    if (fx_node_attr (node, original->attrs[i].name) == NULL && original->attrs[i].kind == FX_ATTR_FLOAT)
      fx_node_take_attr (node, fx_attr_copy (&original->attrs[i]));
}

static void
edit_node (FxGraph *partial, FxId id, const FxUses *uses, const FxGraph *graph, const FxQdqPart *part)
{
  FxNode *node = fx_graph_node (partial, id);
  FxId same = fx_graph_find_node (graph, node->name);
  const FxNode *original = same != FX_NONE ? fx_graph_node (graph, same) : NULL;

  if (strcmp (node->op_type, "QuantizeLinear") == 0 || strcmp (node->op_type, "DequantizeLinear") == 0)
    return;
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE)
      node->inputs[i] = pass_by (partial, uses, node->inputs[i], part);
  if (original == NULL || strcmp (original->op_type, node->op_type) != 0 || part->all_weights
      || (part->weights != NULL && g_hash_table_contains (part->weights, node->name)))
    return;
  restore_constants (partial, node, graph, original);
  restore_attributes (node, original);
}

FxGraph *
fx_qdq_partial (const FxGraph *qdq, const FxGraph *graph, const FxQdqPart *part)
{
  FxGraph *partial = fx_graph_copy (qdq);
  g_autoptr (FxUses) uses = fx_uses_new (qdq);
  guint n_outputs = fx_graph_n_outputs (qdq);
  g_autofree FxId *outputs = g_new (FxId, n_outputs + 1);

  for (FxId i = 0; i < fx_graph_n_nodes (partial); i++)
    if (!fx_graph_node (partial, i)->removed)
      edit_node (partial, i, uses, graph, part);
  for (guint i = 0; i < n_outputs; i++)
    outputs[i] = pass_by (partial, uses, fx_graph_output (qdq, i), part);
  fx_graph_set_outputs (partial, outputs, n_outputs);
  fx_graph_prune (partial);
  fx_graph_compact (partial);
  return partial;
}
