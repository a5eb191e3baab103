/* SPDX-License-Identifier: Apache-2.0 */
#include "core/passes/inline-branches.h"

#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"

#include <string.h>

#define MAX_ROUNDS 32 /* branches within branches */

/* The condition, where constants and shapes tell it. */
static const FxTensor *
condition (const FxGraph *graph, const FxKnownValues *known, const FxNode *node)
{
  FxId id = node->n_inputs == 1 ? node->inputs[0] : FX_NONE;
  const FxTensor *tensor = id != FX_NONE ? fx_graph_value (graph, id)->constant : NULL;

  if (tensor == NULL && id != FX_NONE && id < known->n)
    tensor = known->tensors[id];
  return tensor != NULL && fx_tensor_dtype (tensor) == FX_DTYPE_BOOL && fx_tensor_elements (tensor) == 1 ? tensor
                                                                                                         : NULL;
}

static gboolean
has_subgraphs (const FxGraph *graph)
{
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    for (guint k = 0; k < fx_graph_node (graph, i)->n_attrs; k++)
      if (fx_graph_node (graph, i)->attrs[k].kind == FX_ATTR_GRAPH)
        return TRUE;
  return FALSE;
}

/* What the branch captures is there; and where subgraphs look values of the branch up by name, it keeps its names. */
static gboolean
fits (const FxGraph *graph, const FxNode *node, const FxGraph *branch)
{
  gboolean nested = has_subgraphs (branch);

  if (fx_graph_n_inputs (branch) != 0 || fx_graph_n_outputs (branch) != node->n_outputs)
    return FALSE;
  for (FxId v = 0; v < fx_graph_n_values (branch); v++)
    {
      const FxValue *value = fx_graph_value (branch, v);
      gboolean there = fx_graph_find_value (graph, value->name) != FX_NONE;

      if (value->captured ? !there : nested && there)
        return FALSE;
    }
  return TRUE;
}

/* The value of the graph that a value of the branch becomes. */
static FxId
adopt_value (FxGraph *graph, const FxValue *value)
{
  FxShape shape = value->shape;

  if (value->captured)
    return fx_graph_find_value (graph, value->name);
  if (value->constant != NULL)
    return fx_graph_add_constant (graph, value->name, fx_tensor_ref (value->constant));
  for (int i = 0; i < shape.rank; i++)
    if (fx_dim_is_symbol (shape.dims[i])) /* symbols are numbered per graph */
      shape.dims[i] = FX_DIM_UNKNOWN;
  return fx_graph_add_value (graph, value->name, value->dtype, &shape);
}

static void
adopt_node (FxGraph *graph, const FxNode *node, const FxId *ids)
{
  g_autofree FxId *operands = g_new (FxId, node->n_inputs + node->n_outputs + 1);
  FxId added;

  for (guint i = 0; i < node->n_inputs; i++)
    operands[i] = node->inputs[i] != FX_NONE ? ids[node->inputs[i]] : FX_NONE;
  for (guint i = 0; i < node->n_outputs; i++)
    operands[node->n_inputs + i] = node->outputs[i] != FX_NONE ? ids[node->outputs[i]] : FX_NONE;
  added = fx_graph_add_node (graph, node->name, node->domain, node->op_type, node->version, operands, node->n_inputs,
                             operands + node->n_inputs, node->n_outputs);
  for (guint i = 0; i < node->n_attrs; i++)
    fx_node_take_attr (fx_graph_node (graph, added), fx_attr_copy (&node->attrs[i]));
}

/* The nodes of the branch, and an Identity for each result, which keeps its name. */
static void
put_in_place (FxGraph *graph, FxId id, const FxGraph *branch)
{
  const FxNode *node = fx_graph_node (graph, id);
  g_autofree FxId *ids = g_new (FxId, fx_graph_n_values (branch) + 1);
  guint n = node->n_outputs, version = node->version;
  g_autofree FxId *outputs = g_memdup2 (node->outputs, n * sizeof (FxId));
  g_autofree char *name = g_strdup (node->name), *gone = g_strconcat (name, "_decided", NULL);

  fx_graph_rename_node (graph, id, gone); /* its name is for what stands in its place */
  fx_graph_remove_node (graph, id);
  for (FxId v = 0; v < fx_graph_n_values (branch); v++)
    ids[v] = adopt_value (graph, fx_graph_value (branch, v));
  for (FxId i = 0; i < fx_graph_n_nodes (branch); i++)
    if (!fx_graph_node (branch, i)->removed)
      adopt_node (graph, fx_graph_node (branch, i), ids);
  for (guint i = 0; i < n; i++)
    if (outputs[i] != FX_NONE)
      fx_graph_add_node (graph, name, "", "Identity", version, &ids[fx_graph_output (branch, i)], 1, &outputs[i], 1);
}

static gboolean
is_if (const FxNode *node)
{
  return !node->removed && *node->domain == '\0' && strcmp (node->op_type, "If") == 0;
}

static gboolean
inline_node (FxGraph *graph, FxId id, const FxKnownValues *known, GPtrArray *diagnostics)
{
  const FxNode *node = fx_graph_node (graph, id);
  const FxTensor *decided = !is_if (node) ? NULL : condition (graph, known, node);
  const char *name = decided != NULL && fx_tensor_get_int64 (decided, 0) != 0 ? "then_branch" : "else_branch";
  const FxAttr *attr = decided != NULL ? fx_node_attr (node, name) : NULL;
  g_autoptr (FxGraph) branch = NULL;

  if (attr == NULL || attr->kind != FX_ATTR_GRAPH || !fits (graph, node, attr->graph))
    return FALSE;
  branch = fx_graph_copy (attr->graph);
  fx_diagnostics_add (diagnostics, FX_SEVERITY_INFO, "control-flow", node->name, NULL,
                      "If always takes its %s, which stands in its place", name);
  put_in_place (graph, id, branch);
  return TRUE;
}

gboolean
fx_pass_inline_branches (FxGraph *graph, GPtrArray *diagnostics, GError **error)
{
  gboolean any = has_subgraphs (graph);

  for (guint round = 0; any && round < MAX_ROUNDS; round++)
    {
      g_autoptr (FxGraph) copy
          = fx_graph_copy (graph); /* what is inferred is not for the graph, whose sizes may change */
      FxKnownValues known = fx_graph_infer_values (copy, NULL);
      guint n = fx_graph_n_nodes (graph);

      any = FALSE;
      for (FxId i = 0; i < n; i++)
        any = inline_node (graph, i, &known, diagnostics) || any;
      fx_known_values_clear (&known);
      if (any && !fx_graph_sort (graph, error))
        return FALSE;
    }
  return TRUE;
}
