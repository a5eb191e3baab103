/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-cost-cuts.h"

#include "core/graph/fx-graph.h"

#include <string.h>

typedef struct
{
  const FxGraph *graph;
  FxUses *uses;
  int *subgraphs; /* [n_nodes] */
  GArray *cuts;
} Cuts;

static guint64
value_bytes (const FxGraph *graph, FxId id)
{
  const FxValue *value = fx_graph_value (graph, id);

  return fx_shape_is_static (&value->shape) ? fx_shape_elements (&value->shape) * fx_dtype_size (value->dtype) : 0;
}

static int
producer_subgraph (const Cuts *c, FxId value)
{
  FxId producer = c->uses->producer[value];

  return producer != FX_NONE ? c->subgraphs[producer] : FX_NO_SUBGRAPH;
}

static gboolean
is_read_by (const Cuts *c, FxId value, int subgraph)
{
  for (guint32 u = c->uses->first[value]; u < c->uses->first[value + 1]; u++)
    if (c->subgraphs[c->uses->users[u]] == subgraph)
      return TRUE;
  return FALSE;
}

static gboolean
is_read_outside (const Cuts *c, FxId value, int subgraph)
{
  if (c->uses->is_output[value])
    return TRUE;
  for (guint32 u = c->uses->first[value]; u < c->uses->first[value + 1]; u++)
    if (c->subgraphs[c->uses->users[u]] != subgraph)
      return TRUE;
  return FALSE;
}

static void
add_borders (Cuts *c)
{
  for (FxId id = 0; id < fx_graph_n_values (c->graph); id++)
    {
      int from = producer_subgraph (c, id);

      if (fx_graph_value (c->graph, id)->constant != NULL)
        continue;
      for (int s = 0; s < (int)c->cuts->len; s++)
        {
          FxCostCut *cut = &g_array_index (c->cuts, FxCostCut, s);

          if (from == s)
            cut->out_bytes += is_read_outside (c, id, s) ? value_bytes (c->graph, id) : 0;
          else if (is_read_by (c, id, s))
            cut->in_bytes += value_bytes (c->graph, id);
        }
    }
}

/* A conversion is at the borders of the subgraph that it comes from, and of those that read it. */
static void
add_conversion (Cuts *c, const FxNode *node, double ms)
{
  for (int s = 0; s < (int)c->cuts->len; s++)
    if (producer_subgraph (c, node->inputs[0]) == s || is_read_by (c, node->outputs[0], s))
      g_array_index (c->cuts, FxCostCut, s).convert_ms += ms;
}

static void
add_node (Cuts *c, const FxNodeCost *cost)
{
  const FxNode *node = fx_graph_node (c->graph, cost->node);

  if (cost->subgraph != FX_NO_SUBGRAPH)
    {
      FxCostCut *cut = &g_array_index (c->cuts, FxCostCut, cost->subgraph);

      cut->n_nodes++;
      cut->macs += cost->macs;
      cut->ms += cost->ms;
    }
  else if (strcmp (node->op_type, "QuantizeLinear") == 0 || strcmp (node->op_type, "DequantizeLinear") == 0)
    add_conversion (c, node, cost->ms);
}

GArray *
fx_cost_cuts (const FxGraph *integer, const FxMachine *machine, const FxCostReport *report)
{
  g_autoptr (FxUses) uses = fx_uses_new (integer);
  g_autofree int *subgraphs = g_new (int, fx_graph_n_nodes (integer) + 1);
  Cuts c = { integer, uses, subgraphs, g_array_new (FALSE, TRUE, sizeof (FxCostCut)) };

  g_array_set_size (c.cuts, report->n_subgraphs);
  for (guint i = 0; i < c.cuts->len; i++)
    g_array_index (c.cuts, FxCostCut, i).call_ms = machine->prices[FX_COST_CALLS] / fx_cost_rows[FX_COST_CALLS].units;
  for (FxId id = 0; id < fx_graph_n_nodes (integer); id++)
    subgraphs[id] = FX_NO_SUBGRAPH;
  for (guint i = 0; i < report->n_nodes; i++)
    subgraphs[report->nodes[i].node] = report->nodes[i].subgraph;
  for (guint i = 0; i < report->n_nodes; i++)
    add_node (&c, &report->nodes[i]);
  add_borders (&c);
  return c.cuts;
}

double
fx_cost_utilization (const FxMachine *machine, const FxCostReport *report)
{
  double least_ms = 0;

  for (guint i = 0; i < report->n_nodes; i++)
    if (report->nodes[i].subgraph != FX_NO_SUBGRAPH)
      least_ms += (double)report->nodes[i].macs / fx_cost_rows[FX_COST_DENSE].units * machine->prices[FX_COST_DENSE];
  return report->total_ms > 0 ? least_ms / report->total_ms : 0;
}
