/* What 16 bits would cost: for the products that take the most time, and for all of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-tile.h"
#include "core/bpu/what-if-private.h"
#include "core/fx-i18n.h"

#define MOST_NODES 5

static void
widen (FxGraph *graph, FxId value)
{
  FxValue *of = value != FX_NONE ? fx_graph_value (graph, value) : NULL;

  if (of != NULL && of->constant == NULL && of->dtype == FX_DTYPE_INT8)
    of->dtype = FX_DTYPE_INT16;
}

/* The operands and results of a product; its weights stay as they are. */
static void
widen_node (FxGraph *graph, FxId id)
{
  const FxNode *node = fx_graph_node (graph, id);

  for (guint i = 0; i < node->n_inputs; i++)
    widen (graph, node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    widen (graph, node->outputs[i]);
}

static gboolean
is_narrow (const FxWhatIfSearch *search, const FxNodeCost *cost)
{
  const FxNode *node = fx_graph_node (search->graph, cost->node);

  return cost->subgraph != FX_NO_SUBGRAPH && cost->macs > 0 && fx_tile_is_product (node)
         && fx_graph_value (search->graph, node->inputs[0])->dtype == FX_DTYPE_INT8;
}

static int
dearest_first (gconstpointer a, gconstpointer b)
{
  const FxNodeCost *x = *(const FxNodeCost *const *)a, *y = *(const FxNodeCost *const *)b;

  if (x->ms != y->ms)
    return x->ms > y->ms ? -1 : 1;
  return x->node < y->node ? -1 : x->node > y->node;
}

static void
try_node (FxWhatIfSearch *search, const FxNodeCost *cost)
{
  g_autoptr (FxGraph) copy = fx_graph_copy (search->graph);
  const FxNode *node = fx_graph_node (search->graph, cost->node);

  widen_node (copy, cost->node);
  fx_what_if_add (search, FX_WHAT_IF_INT16, node->name, fx_what_if_saved (search, copy),
                  g_strdup (_ ("have this operator compute with 16 bits")));
}

static void
try_all (FxWhatIfSearch *search, const GPtrArray *narrow)
{
  g_autoptr (FxGraph) copy = fx_graph_copy (search->graph);
  FxWhatIf *entry;

  for (guint i = 0; i < narrow->len; i++)
    widen_node (copy, ((const FxNodeCost *)narrow->pdata[i])->node);
  entry = fx_what_if_add (search, FX_WHAT_IF_INT16, NULL, fx_what_if_saved (search, copy),
                          g_strdup (_ ("have all convolutions and matrix products compute with 16 bits")));
  entry->n_operators = narrow->len;
}

void
fx_what_if_try_wide (FxWhatIfSearch *search)
{
  g_autoptr (GPtrArray) narrow = g_ptr_array_new ();

  for (guint i = 0; i < search->cost->n_nodes; i++)
    if (is_narrow (search, &search->cost->nodes[i]))
      g_ptr_array_add (narrow, &search->cost->nodes[i]);
  g_ptr_array_sort (narrow, dearest_first);
  for (guint i = 0; i < narrow->len && i < MOST_NODES; i++)
    try_node (search, narrow->pdata[i]);
  if (narrow->len > 1)
    try_all (search, narrow);
}
