/* Topological order, dead nodes, renumbering.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-graph-private.h"

#include <string.h>

static void
rebuild_node_names (FxGraph *graph)
{
  g_hash_table_remove_all (graph->node_by_name);
  for (FxId i = 0; i < graph->nodes->len; i++)
    {
      FxNode *node = graph->nodes->pdata[i];

      g_hash_table_insert (graph->node_by_name, node->name, GUINT_TO_POINTER (i + 1));
    }
}

/* The values that the subgraphs of a node capture from `graph` are inputs of the node, too: they must be there first.
 */
static void
add_captured (const FxGraph *graph, const FxGraph *inner, GArray *captured)
{
  for (FxId v = 0; v < inner->values->len; v++)
    {
      const FxValue *value = inner->values->pdata[v];
      FxId outer = value->captured ? fx_graph_find_value (graph, value->name) : FX_NONE;

      if (outer != FX_NONE)
        g_array_append_val (captured, outer);
    }
}

/* All values that node i needs: its inputs and what its subgraphs capture. */
static void
node_needs (const FxGraph *graph, const FxNode *node, GArray *needs)
{
  g_array_set_size (needs, 0);
  for (guint k = 0; k < node->n_inputs; k++)
    if (node->inputs[k] != FX_NONE)
      g_array_append_val (needs, node->inputs[k]);
  for (guint k = 0; k < node->n_attrs; k++)
    if (node->attrs[k].kind == FX_ATTR_GRAPH)
      add_captured (graph, node->attrs[k].graph, needs);
}

/* Kahn's algorithm. The ready nodes wait in a heap by their old position, so that a graph that is sorted already
 * keeps its order and one that is not moves as little as it must. */
static void
heap_push (GArray *heap, FxId id)
{
  guint at = heap->len;

  g_array_append_val (heap, id);
  while (at > 0)
    {
      guint parent = (at - 1) / 2;
      FxId *items = (FxId *)heap->data;

      if (items[parent] <= items[at])
        break;
      items[at] = items[parent];
      items[parent] = id;
      at = parent;
    }
}

static FxId
heap_pop (GArray *heap)
{
  FxId *items = (FxId *)heap->data;
  FxId top = items[0];
  FxId moved = items[heap->len - 1];
  guint n = heap->len - 1, at = 0;

  g_array_set_size (heap, n);
  for (guint child = 1; child < n; child = 2 * at + 1)
    {
      if (child + 1 < n && items[child + 1] < items[child])
        child++;
      if (items[child] >= moved)
        break;
      items[at] = items[child];
      at = child;
    }
  if (n > 0)
    items[at] = moved;
  return top;
}

gboolean
fx_graph_sort (FxGraph *graph, GError **error)
{
  guint n_nodes = graph->nodes->len, n_sorted = 0;
  g_autoptr (GArray) needs = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autoptr (GArray) ready = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  g_autofree guint *missing = g_new0 (guint, n_nodes + 1);
  g_autofree guint32 *first = g_new0 (guint32, n_nodes + 2);
  g_autofree FxId *followers = NULL;
  g_autofree gpointer *order = g_new (gpointer, n_nodes + 1);
  gboolean in_order = TRUE;

  /* two rounds over all needs: count, then fill, the nodes that wait for each node */
  for (guint round = 0; round < 2; round++)
    {
      for (FxId i = 0; i < n_nodes; i++)
        {
          node_needs (graph, graph->nodes->pdata[i], needs);
          for (guint k = 0; k < needs->len; k++)
            {
              FxId before = uses->producer[g_array_index (needs, FxId, k)];

              if (before == FX_NONE)
                continue;
              if (round == 0)
                first[before + 2]++;
              else
                {
                  followers[first[before + 1]++] = i;
                  missing[i]++;
                  in_order = in_order && before < i;
                }
            }
        }
      if (round == 0)
        {
          for (FxId i = 0; i < n_nodes; i++)
            first[i + 2] += first[i + 1];
          followers = g_new (FxId, first[n_nodes + 1] + 1);
        }
    }
  if (in_order)
    return TRUE;

  for (FxId i = 0; i < n_nodes; i++)
    if (missing[i] == 0)
      heap_push (ready, i);
  while (ready->len > 0)
    {
      FxId i = heap_pop (ready);

      order[n_sorted++] = graph->nodes->pdata[i];
      for (guint32 k = first[i]; k < first[i + 1]; k++)
        if (--missing[followers[k]] == 0)
          heap_push (ready, followers[k]);
    }
  if (n_sorted < n_nodes)
    for (FxId i = 0; i < n_nodes; i++)
      if (missing[i] > 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "node \"%s\" (%s) needs its own output: the graph has a cycle",
                        fx_graph_node (graph, i)->name, fx_graph_node (graph, i)->op_type);

  memcpy (graph->nodes->pdata, order, n_nodes * sizeof *order);
  rebuild_node_names (graph);
  return TRUE;
}

static void
mark_ids (guint8 *used, const FxId *ids, guint n)
{
  for (guint i = 0; i < n; i++)
    if (ids[i] != FX_NONE)
      used[ids[i]] = 1;
}

static void
renumber (const FxId *new_ids, FxId *ids, guint n)
{
  for (guint i = 0; i < n; i++)
    if (ids[i] != FX_NONE)
      ids[i] = new_ids[ids[i]];
}

guint
fx_graph_prune (FxGraph *graph)
{
  g_autoptr (GArray) needs = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autofree guint8 *needed = g_new0 (guint8, graph->values->len + 1);
  guint n_removed = 0;

  mark_ids (needed, (const FxId *)graph->outputs->data, graph->outputs->len);
  for (FxId i = graph->nodes->len; i-- > 0;)
    {
      FxNode *node = graph->nodes->pdata[i];
      gboolean used = FALSE;

      for (guint k = 0; k < node->n_outputs; k++)
        used = used || (node->outputs[k] != FX_NONE && needed[node->outputs[k]]);
      if (node->removed)
        continue;
      if (!used)
        {
          node->removed = TRUE;
          n_removed++;
          continue;
        }
      node_needs (graph, node, needs);
      mark_ids (needed, (const FxId *)needs->data, needs->len);
    }
  return n_removed;
}

void
fx_graph_compact (FxGraph *graph)
{
  g_autofree guint8 *used = g_new0 (guint8, graph->values->len + 1);
  g_autofree FxId *new_ids = g_new (FxId, graph->values->len + 1);
  g_autoptr (GPtrArray) values = g_steal_pointer (&graph->values);
  g_autoptr (GPtrArray) nodes = g_steal_pointer (&graph->nodes);
  g_autoptr (GArray) captured = g_array_new (FALSE, FALSE, sizeof (FxId));

  for (guint i = 0; i < nodes->len; i++)
    {
      const FxNode *node = nodes->pdata[i];

      if (node->removed)
        continue;
      mark_ids (used, node->inputs, node->n_inputs);
      mark_ids (used, node->outputs, node->n_outputs);
      for (guint k = 0; k < node->n_attrs; k++)
        if (node->attrs[k].kind == FX_ATTR_GRAPH)
          add_captured (graph, node->attrs[k].graph, captured);
    }
  mark_ids (used, (const FxId *)captured->data, captured->len);
  mark_ids (used, (const FxId *)graph->inputs->data, graph->inputs->len);
  mark_ids (used, (const FxId *)graph->outputs->data, graph->outputs->len);

  graph->values = g_ptr_array_new_with_free_func (fx_value_free);
  graph->nodes = g_ptr_array_new_with_free_func (fx_node_free);
  g_hash_table_remove_all (graph->value_by_name);
  for (guint i = 0; i < values->len; i++)
    {
      FxValue *value = g_steal_pointer (&values->pdata[i]);

      if (!used[i])
        {
          fx_value_free (value);
          continue;
        }
      new_ids[i] = graph->values->len;
      g_ptr_array_add (graph->values, value);
      g_hash_table_insert (graph->value_by_name, value->name, GUINT_TO_POINTER (new_ids[i] + 1));
    }
  for (guint i = 0; i < nodes->len; i++)
    {
      FxNode *node = g_steal_pointer (&nodes->pdata[i]);

      if (node->removed)
        {
          fx_node_free (node);
          continue;
        }
      renumber (new_ids, node->inputs, node->n_inputs);
      renumber (new_ids, node->outputs, node->n_outputs);
      g_ptr_array_add (graph->nodes, node);
    }
  renumber (new_ids, (FxId *)graph->inputs->data, graph->inputs->len);
  renumber (new_ids, (FxId *)graph->outputs->data, graph->outputs->len);
  rebuild_node_names (graph);

  /* the stolen slots are NULL, which their free functions would not take */
  g_ptr_array_set_free_func (values, NULL);
  g_ptr_array_set_free_func (nodes, NULL);
}
