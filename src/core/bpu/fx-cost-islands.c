/* Islands of CPU operators: connected sets over values that are no integers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-cost.h"
#include "core/graph/fx-graph.h"

#include <string.h>

static guint
find_set (guint *sets, guint i)
{
  while (sets[i] != i)
    i = sets[i] = sets[sets[i]];
  return i;
}

static gboolean
is_conversion (const FxNode *node)
{
  return strcmp (node->op_type, "QuantizeLinear") == 0 || strcmp (node->op_type, "DequantizeLinear") == 0;
}

/* sets[i]: of nodes on the CPU of the report, joined with who makes their operands there. */
static guint *
join (const FxGraph *graph, const FxCostReport *report)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  g_autofree guint *index = g_new (guint, fx_graph_n_nodes (graph) + 1);
  guint *sets = g_new (guint, report->n_nodes + 1);

  for (guint i = 0; i < report->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (graph, report->nodes[i].node);

      sets[i] = i;
      index[report->nodes[i].node] = i;
      for (guint k = 0; report->nodes[i].subgraph == FX_NO_SUBGRAPH && k < node->n_inputs; k++)
        {
          FxId from = node->inputs[k] != FX_NONE ? uses->producer[node->inputs[k]] : FX_NONE;

          if (from != FX_NONE && report->nodes[index[from]].subgraph == FX_NO_SUBGRAPH)
            sets[find_set (sets, i)] = find_set (sets, index[from]);
        }
    }
  return sets;
}

static int
compare_islands (gconstpointer a, gconstpointer b)
{
  const FxCostIsland *x = a, *y = b;

  if (x->ms != y->ms)
    return x->ms > y->ms ? -1 : 1;
  return x->node < y->node ? -1 : x->node > y->node;
}

GArray *
fx_cost_islands (const FxGraph *integer, const FxCostReport *report)
{
  g_autofree guint *sets = join (integer, report);
  g_autofree FxCostIsland *islands = g_new0 (FxCostIsland, report->n_nodes + 1);
  g_autofree double *dearest = g_new0 (double, report->n_nodes + 1);
  GArray *list = g_array_new (FALSE, FALSE, sizeof (FxCostIsland));

  for (guint i = 0; i < report->n_nodes; i++)
    {
      const FxNodeCost *cost = &report->nodes[i];
      guint set = find_set (sets, i);
      FxCostIsland *island = &islands[set];

      if (cost->subgraph != FX_NO_SUBGRAPH)
        continue;
      island->ms += cost->ms;
      if (is_conversion (fx_graph_node (integer, cost->node)))
        continue;
      if (island->n_operators++ == 0 || cost->ms > dearest[set])
        {
          island->node = cost->node;
          dearest[set] = cost->ms;
        }
    }
  for (guint i = 0; i < report->n_nodes; i++)
    if (islands[i].n_operators > 0)
      g_array_append_val (list, islands[i]);
  g_array_sort (list, compare_islands);
  return list;
}

guint8 *
fx_cost_island_nodes (const FxGraph *integer, const FxCostReport *report, const FxCostIsland *island)
{
  g_autofree guint *sets = join (integer, report);
  guint8 *nodes = g_new0 (guint8, fx_graph_n_nodes (integer) + 1);
  guint set = 0;

  for (guint i = 0; i < report->n_nodes; i++)
    if (report->nodes[i].node == island->node)
      set = find_set (sets, i);
  for (guint i = 0; i < report->n_nodes; i++)
    nodes[report->nodes[i].node] = report->nodes[i].subgraph == FX_NO_SUBGRAPH && find_set (sets, i) == set;
  return nodes;
}
