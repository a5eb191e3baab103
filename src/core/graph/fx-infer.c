/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-infer.h"

#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"

/* Shape arithmetic works on a handful of numbers; larger results are data, and wait for the constant folding pass. */
#define MAX_FOLDED_BYTES (FX_MAX_LIST * 8)

typedef struct
{
  FxGraph *graph;
  GPtrArray *diagnostics;
  FxTensor **known; /* [n_values] elements that shape arithmetic told; owned */
} Walk;

static FxTensor *
known_value (const Walk *walk, FxId id)
{
  const FxValue *value = fx_graph_value (walk->graph, id);

  return value->constant != NULL ? value->constant : walk->known[id];
}

/* Takes over what was inferred for one output, and says where the file disagrees. */
static void
update_value (Walk *walk, const FxNode *node, FxId id, const FxFact *fact)
{
  FxValue *value = fx_graph_value (walk->graph, id);
  FxShape declared = value->shape;
  gboolean agrees
      = fact->dtype == FX_DTYPE_UNDEFINED || value->dtype == FX_DTYPE_UNDEFINED || fact->dtype == value->dtype;

  value->shape = fact->shape;
  if (!fx_shape_merge (&value->shape, &declared))
    agrees = FALSE;
  if (!agrees)
    {
      g_autofree char *before = fx_graph_shape_to_string (walk->graph, &declared);
      g_autofree char *after = fx_graph_shape_to_string (walk->graph, &fact->shape);
      FxDiagnostic *diagnostic
          = fx_diagnostics_add (walk->diagnostics, FX_SEVERITY_WARNING, "declared-shape", node->name, value->name,
                                "the file declares \"%s\" as %s%s, but it is %s%s", value->name,
                                fx_dtype_name (value->dtype), before, fx_dtype_name (fact->dtype), after);

      if (diagnostic != NULL)
        {
          diagnostic->found = g_strdup (before);
          diagnostic->allowed = g_strdup (after);
        }
    }
  if (fact->dtype != FX_DTYPE_UNDEFINED)
    value->dtype = fact->dtype;
}

static gboolean
small_enough_to_fold (const FxFact *outputs, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      gsize elements;

      if (outputs[i].present
          && (!fx_shape_count (&outputs[i].shape, &elements) || elements > FX_MAX_LIST || outputs[i].dtype == 0))
        return FALSE;
    }
  return TRUE;
}

static void
fold_node (Walk *walk, const FxNode *node, const FxFact *inputs, const FxFact *outputs)
{
  g_autofree FxTensor **results = g_new0 (FxTensor *, node->n_outputs + 1);

  if (!fx_op_can_fold (node->op, inputs, node->n_inputs) || !small_enough_to_fold (outputs, node->n_outputs))
    return;
  for (guint i = 0; i < node->n_inputs; i++)
    if (inputs[i].value != NULL && fx_tensor_elements (inputs[i].value) > FX_MAX_LIST)
      return;

  /* A kernel that refuses (an index out of range) says so when the model runs; here the value just stays unknown. */
  if (fx_op_fold_facts (node->op, node, inputs, node->n_inputs, results, node->n_outputs, MAX_FOLDED_BYTES, NULL))
    for (guint i = 0; i < node->n_outputs; i++)
      if (results[i] != NULL)
        walk->known[node->outputs[i]] = results[i];
}

void
fx_graph_get_facts (const FxGraph *graph, const FxId *ids, guint n, FxFact *facts)
{
  for (guint i = 0; i < n; i++)
    {
      facts[i] = (FxFact){ .shape = FX_SHAPE_UNKNOWN };
      if (ids[i] != FX_NONE)
        {
          const FxValue *value = fx_graph_value (graph, ids[i]);

          facts[i] = (FxFact){ TRUE, value->dtype, value->shape, value->constant };
        }
    }
}

static void
infer_node (Walk *walk, const FxNode *node)
{
  g_autoptr (GError) error = NULL;
  g_autofree gpointer params = NULL;
  g_autofree FxFact *inputs = g_new0 (FxFact, node->n_inputs + 1);
  g_autofree FxFact *outputs = g_new0 (FxFact, node->n_outputs + 1);

  if (node->op == NULL)
    {
      gboolean standard = *node->domain == '\0';

      for (guint i = 0; i < node->n_attrs; i++)
        if (node->attrs[i].kind == FX_ATTR_GRAPH)
          {
            fx_diagnostics_add (walk->diagnostics, FX_SEVERITY_ERROR, "control-flow", node->name, NULL,
                                "%s is control flow, which a fixed-point network cannot have", node->op_type);
            return;
          }
      fx_diagnostics_add (walk->diagnostics, FX_SEVERITY_ERROR, "unknown-operator", node->name, NULL,
                          "operator %s of domain \"%s\" is not known", node->op_type,
                          standard ? "ai.onnx" : node->domain);
      return;
    }

  fx_graph_get_facts (walk->graph, node->inputs, node->n_inputs, inputs);
  for (guint i = 0; i < node->n_inputs; i++)
    if (inputs[i].present)
      inputs[i].value = known_value (walk, node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    outputs[i].present = node->outputs[i] != FX_NONE;

  params = fx_op_params_new (node->op, node, &error);
  if (params == NULL || !fx_op_infer (node->op, node, params, inputs, node->n_inputs, outputs, node->n_outputs, &error))
    {
      fx_diagnostics_add (walk->diagnostics, FX_SEVERITY_ERROR, "shape", node->name, NULL, "%s %s", node->op_type,
                          error->message);
      return;
    }
  for (guint i = 0; i < node->n_outputs; i++)
    if (outputs[i].present)
      update_value (walk, node, node->outputs[i], &outputs[i]);
  fold_node (walk, node, inputs, outputs);
}

FxKnownValues
fx_graph_infer_values (FxGraph *graph, GPtrArray *diagnostics)
{
  guint n_values = fx_graph_n_values (graph);
  Walk walk = { graph, diagnostics, g_new0 (FxTensor *, n_values + 1) };

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    if (!fx_graph_node (graph, i)->removed)
      infer_node (&walk, fx_graph_node (graph, i));
  return (FxKnownValues){ walk.known, n_values };
}

void
fx_known_values_clear (FxKnownValues *known)
{
  for (guint v = 0; v < known->n; v++)
    fx_tensor_unref (known->tensors[v]);
  g_clear_pointer (&known->tensors, g_free);
  known->n = 0;
}

void
fx_graph_infer (FxGraph *graph, GPtrArray *diagnostics)
{
  FxKnownValues known = fx_graph_infer_values (graph, diagnostics);

  fx_known_values_clear (&known);
}
