/* Lowering: the nodes of the BPU as layers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/compile-private.h"
#include "core/bpu/fx-partition.h"

FxRowLayout
fx_compilation_layout (const FxCompilation *c, FxId value, int constant_axis)
{
  FxPlace place = { .value = value, .constant_axis = (gint16)constant_axis };

  fx_place_resolve (&place, c->graph, c->engines.channel_align);
  return place.layout;
}

gboolean
fx_compilation_is_read_after (const FxCompilation *c, FxId value, guint last)
{
  if (c->uses->is_output[value])
    return TRUE;
  for (guint32 u = c->uses->first[value]; u < c->uses->first[value + 1]; u++)
    if (c->layer_of[c->uses->users[u]] < 0 || (guint)c->layer_of[c->uses->users[u]] > last)
      return TRUE;
  return FALSE;
}

gboolean
fx_compilation_leaves_subgraph (const FxCompilation *c, FxId value, int subgraph)
{
  if (c->uses->is_output[value])
    return TRUE;
  for (guint32 u = c->uses->first[value]; u < c->uses->first[value + 1]; u++)
    if (c->subgraphs[c->uses->users[u]] != subgraph)
      return TRUE;
  return FALSE;
}

static void
add_layer (FxCompilation *c, const FxNodeCost *cost)
{
  const FxNode *node = fx_graph_node (c->graph, cost->node);
  FxLayer layer = { .node = cost->node,
                    .subgraph = cost->subgraph,
                    .unit = fx_tile_is_product (node) ? FX_UNIT_TENSOR : FX_UNIT_VECTOR,
                    .cut = fx_tile_cut (c->graph, node),
                    .ms = cost->ms - cost->weights_ms };

  c->layer_of[cost->node] = (int)c->layers->len;
  g_array_append_val (c->layers, layer);
}

void
fx_compile_layers (FxCompilation *c)
{
  g_autoptr (FxCostReport) cost = fx_cost_measure (c->graph, &c->machine);

  c->n_subgraphs = fx_bpu_partition (c->graph, c->subgraphs);
  for (FxId id = 0; id < fx_graph_n_nodes (c->graph); id++)
    c->layer_of[id] = -1;
  for (int subgraph = 0; subgraph < (int)c->n_subgraphs; subgraph++)
    for (guint i = 0; i < cost->n_nodes; i++)
      if (cost->nodes[i].subgraph == subgraph)
        add_layer (c, &cost->nodes[i]);
}
