/* Every invariant of a graph, stated once. Runs after loading, after each pass in debug builds, and in tests.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

/* Subgraphs in subgraphs; readers refuse deeper ones, so this bounds the recursion for graphs built by hand, too. */
#define MAX_DEPTH 64

static gboolean
verify_ids (const FxGraph *graph, const char *what, const FxId *ids, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (ids[i] != FX_NONE && ids[i] >= fx_graph_n_values (graph))
      return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s %u is value %u of %u", what, i, ids[i], fx_graph_n_values (graph));

  return TRUE;
}

static gboolean
verify_value (const FxGraph *graph, FxId id, GError **error)
{
  const FxValue *value = fx_graph_value (graph, id);

  if (value->name[0] == '\0' || fx_graph_find_value (graph, value->name) != id)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "value %u has no name of its own: \"%s\"", id, value->name);
  if (value->shape.rank < FX_RANK_UNKNOWN || value->shape.rank > FX_MAX_RANK)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "tensor \"%s\" has rank %d, wanted at most %d", value->name,
                    value->shape.rank, FX_MAX_RANK);
  for (int i = 0; i < value->shape.rank; i++)
    if (fx_dim_is_symbol (value->shape.dims[i]) && fx_graph_symbol_name (graph, value->shape.dims[i]) == NULL)
      return fx_fail (error, FX_ERROR_BAD_GRAPH, "dimension %d of tensor \"%s\" is no symbol of the graph", i,
                      value->name);
  if (value->constant != NULL
      && (fx_tensor_dtype (value->constant) != value->dtype
          || !fx_shape_equal (fx_tensor_shape (value->constant), &value->shape)))
    {
      g_autofree char *declared = fx_shape_to_string (&value->shape);
      g_autofree char *found = fx_shape_to_string (fx_tensor_shape (value->constant));

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "constant \"%s\" is declared as %s%s, but its data is %s%s",
                      value->name, fx_dtype_name (value->dtype), declared,
                      fx_dtype_name (fx_tensor_dtype (value->constant)), found);
    }
  return TRUE;
}

/* `defined` marks values that are there before the node runs. */
static gboolean
verify_node (const FxGraph *graph, FxId id, guint8 *defined, GError **error)
{
  const FxNode *node = fx_graph_node (graph, id);

  if (node->name[0] == '\0' || fx_graph_find_node (graph, node->name) != id)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "node %u has no name of its own: \"%s\"", id, node->name);
  if (!verify_ids (graph, "input", node->inputs, node->n_inputs, error)
      || !verify_ids (graph, "output", node->outputs, node->n_outputs, error))
    return fx_error_prefix (error, "node \"%s\"", node->name);

  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE && !defined[node->inputs[i]])
      return fx_fail (error, FX_ERROR_BAD_GRAPH, "node \"%s\" (%s) uses \"%s\", which no earlier node produces",
                      node->name, node->op_type, fx_graph_value (graph, node->inputs[i])->name);
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i] != FX_NONE)
      {
        if (defined[node->outputs[i]])
          return fx_fail (error, FX_ERROR_BAD_GRAPH, "node \"%s\" (%s) produces \"%s\", which is there already",
                          node->name, node->op_type, fx_graph_value (graph, node->outputs[i])->name);
        defined[node->outputs[i]] = TRUE;
      }
  for (guint i = 0; i < node->n_attrs; i++)
    for (guint k = 0; k < i; k++)
      if (g_str_equal (node->attrs[i].name, node->attrs[k].name))
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "node \"%s\" has attribute \"%s\" twice", node->name,
                        node->attrs[i].name);
  return TRUE;
}

static gboolean
verify_graph (const FxGraph *graph, guint depth, GError **error)
{
  g_autofree guint8 *defined = g_new0 (guint8, fx_graph_n_values (graph) + 1);

  if (depth > MAX_DEPTH)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "subgraphs are nested over %d deep", MAX_DEPTH);

  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    {
      if (!verify_value (graph, v, error))
        return FALSE;
      defined[v] = fx_graph_value (graph, v)->constant != NULL || fx_graph_value (graph, v)->captured;
    }
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      FxId id = fx_graph_input (graph, i);

      if (!verify_ids (graph, "graph input", &id, 1, error))
        return FALSE;
      if (defined[id])
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "graph input \"%s\" is defined twice",
                        fx_graph_value (graph, id)->name);
      defined[id] = TRUE;
    }

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (node->removed)
        continue;
      if (!verify_node (graph, i, defined, error))
        return FALSE;
      for (guint k = 0; k < node->n_attrs; k++)
        if (node->attrs[k].kind == FX_ATTR_GRAPH && !verify_graph (node->attrs[k].graph, depth + 1, error))
          return fx_error_prefix (error, "node \"%s\", attribute \"%s\"", node->name, node->attrs[k].name);
    }

  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    {
      FxId id = fx_graph_output (graph, i);

      if (!verify_ids (graph, "graph output", &id, 1, error))
        return FALSE;
      if (!defined[id])
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "nothing produces graph output \"%s\"",
                        fx_graph_value (graph, id)->name);
    }
  return TRUE;
}

gboolean
fx_graph_verify (const FxGraph *graph, GError **error)
{
  return verify_graph (graph, 0, error);
}
