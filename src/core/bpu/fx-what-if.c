/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-what-if.h"

#include "core/bpu/fx-partition.h"
#include "core/bpu/what-if-private.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"

#include <string.h>

#define LEAST_SHARE 1e-3
/* Islands that are tried; each is a measurement. */
#define MOST_ISLANDS 20

const char *const fx_what_if_names[]
    = { "outputs", "inputs", "remove", "island", "channels", "int16", "subgraph", NULL };

static void
what_if_free (gpointer data)
{
  FxWhatIf *entry = data;

  g_free (entry->node);
  g_free (entry->text);
  g_free (entry);
}

FxWhatIf *
fx_what_if_add (FxWhatIfSearch *search, FxWhatIfKind kind, const char *node, double ms, char *text)
{
  FxWhatIf *entry = g_new0 (FxWhatIf, 1);

  *entry = (FxWhatIf){ .kind = kind, .node = g_strdup (node), .ms = ms, .text = text };
  g_ptr_array_add (search->list, entry);
  return entry;
}

gboolean
fx_what_if_is_worth_it (const FxWhatIfSearch *search, double ms)
{
  return ms > 0 && ms >= LEAST_SHARE * search->cost->total_ms;
}

double
fx_what_if_saved (const FxWhatIfSearch *search, const FxGraph *changed)
{
  g_autoptr (FxCostReport) cost = fx_cost_measure (changed, search->machine);

  return search->cost->total_ms - cost->total_ms;
}

/* ---- at the ends ---- */

/* What is saved if all nodes of these types go that are at an end. */
static double
saved_by_strip (const FxWhatIfSearch *search, const char *const *types)
{
  g_autoptr (FxGraph) copy = fx_graph_copy (search->graph);

  return fx_bpu_strip (copy, types) > 0 ? fx_what_if_saved (search, copy) : 0;
}

static void
try_conversions (FxWhatIfSearch *search)
{
  static const char *const outputs[] = { "Dequantize", NULL }, *const inputs[] = { "Quantize", NULL };
  double out = saved_by_strip (search, outputs), in = saved_by_strip (search, inputs);

  if (fx_what_if_is_worth_it (search, out))
    fx_what_if_add (
        search, FX_WHAT_IF_OUTPUTS, NULL, out,
        g_strdup (_ ("take the outputs as integers: the program converts only what it looks at (remove_node_type: "
                     "Dequantize)")));
  if (fx_what_if_is_worth_it (search, in))
    fx_what_if_add (search, FX_WHAT_IF_INPUTS, NULL, in,
                    g_strdup (_ ("feed the inputs as integers (remove_node_type: Quantize)")));
}

/* A node of a type that is there before and not after, for a name to show; NULL: there is none. */
static const FxNode *
find_removed (const FxGraph *before, const FxGraph *after, const char *type)
{
  for (FxId id = fx_graph_n_nodes (before); id-- > 0;)
    {
      const FxNode *node = fx_graph_node (before, id);

      if (!node->removed && strcmp (node->op_type, type) == 0 && fx_graph_find_node (after, node->name) == FX_NONE)
        return node;
    }
  return NULL;
}

/* Operators that the boards' tools take off: what they save beside the conversions around them. */
static void
try_removals (FxWhatIfSearch *search)
{
  static const char *const types[] = { "Transpose", "Softmax", "Reshape", "Cast", NULL };
  static const char *const conversions[] = { "Quantize", "Dequantize", NULL };
  double without = saved_by_strip (search, conversions);

  for (guint i = 0; types[i] != NULL; i++)
    {
      const char *const both[] = { "Quantize", "Dequantize", types[i], NULL };
      g_autoptr (FxGraph) copy = fx_graph_copy (search->graph);
      double ms = fx_bpu_strip (copy, both) > 0 ? fx_what_if_saved (search, copy) - without : 0;
      const FxNode *node = find_removed (search->graph, copy, types[i]);

      if (fx_what_if_is_worth_it (search, ms))
        fx_what_if_add (search, FX_WHAT_IF_REMOVE, node != NULL ? node->name : NULL, ms,
                        g_strdup_printf (_ ("leave the %s at the model's ends to the program (remove_node_type: %s)"),
                                         types[i], types[i]));
    }
}

/* ---- in the middle ---- */

static gboolean
is_conversion (const FxNode *node)
{
  return strcmp (node->op_type, "QuantizeLinear") == 0 || strcmp (node->op_type, "DequantizeLinear") == 0;
}

/* Floats, and sums that left for the CPU as they were. */
static void
make_integer (FxGraph *graph, FxId value)
{
  FxValue *of = value != FX_NONE ? fx_graph_value (graph, value) : NULL;

  if (of != NULL && of->constant == NULL && (of->dtype == FX_DTYPE_FLOAT || of->dtype == FX_DTYPE_INT32))
    of->dtype = FX_DTYPE_INT8;
}

/* The operators of an island compute with 8-bit integers, and the conversions around them are gone. The copy is for
 * measuring only: nobody could run it. */
static void
move_to_bpu (FxGraph *graph, const guint8 *in_island)
{
  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    {
      FxNode *node = fx_graph_node (graph, id);

      if (node->removed || !in_island[id])
        continue;
      if (is_conversion (node))
        {
          make_integer (graph, node->inputs[0]);
          fx_graph_replace_uses (graph, node->outputs[0], node->inputs[0]);
          fx_graph_remove_node (graph, id);
          continue;
        }
      for (guint i = 0; i < node->n_inputs; i++)
        make_integer (graph, node->inputs[i]);
      for (guint i = 0; i < node->n_outputs; i++)
        make_integer (graph, node->outputs[i]);
    }
}

/* Elements of outputs that are floats in one graph and integers in the other. */
static double
integer_outputs (const FxGraph *before, const FxGraph *after)
{
  double elements = 0;

  for (guint i = 0; i < fx_graph_n_outputs (after); i++)
    {
      const FxValue *value = fx_graph_value (after, fx_graph_output (after, i));

      if (fx_graph_value (before, fx_graph_output (before, i))->dtype == FX_DTYPE_FLOAT
          && value->dtype != FX_DTYPE_FLOAT && fx_shape_is_static (&value->shape))
        elements += (double)fx_shape_elements (&value->shape);
    }
  return elements;
}

/* Every kind of operator in the island, in the order of the graph: "Softmax, Div". */
static char *
name_types (const FxGraph *graph, const guint8 *in_island)
{
  g_autoptr (GPtrArray) types = g_ptr_array_new ();

  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    {
      const FxNode *node = fx_graph_node (graph, id);

      if (in_island[id] && !is_conversion (node)
          && !g_ptr_array_find_with_equal_func (types, node->op_type, g_str_equal, NULL))
        g_ptr_array_add (types, node->op_type);
    }
  g_ptr_array_add (types, NULL);
  return g_strjoinv (", ", (char **)types->pdata);
}

static void
try_island (FxWhatIfSearch *search, const FxCostIsland *island)
{
  g_autofree guint8 *in_island = fx_cost_island_nodes (search->graph, search->cost, island);
  g_autoptr (FxGraph) copy = fx_graph_copy (search->graph);
  g_autofree char *types = name_types (search->graph, in_island);
  FxWhatIf *entry;
  double ms;

  move_to_bpu (copy, in_island);
  /* where the model ends in it, its results still have to become floats */
  ms = fx_what_if_saved (search, copy)
       - search->machine->prices[FX_COST_OUTPUTS] * integer_outputs (search->graph, copy)
             / fx_cost_rows[FX_COST_OUTPUTS].units;
  if (!fx_what_if_is_worth_it (search, ms))
    return;
  entry = fx_what_if_add (
      search, FX_WHAT_IF_ISLAND, fx_graph_node (search->graph, island->node)->name, ms,
      g_strdup_printf (_ ("have %s on the BPU: ask for it where the board allows that, or replace it"), types));
  entry->n_operators = island->n_operators;
}

static void
try_islands (FxWhatIfSearch *search)
{
  g_autoptr (GArray) islands = fx_cost_islands (search->graph, search->cost);

  for (guint i = 0; i < islands->len && i < MOST_ISLANDS; i++)
    try_island (search, &g_array_index (islands, FxCostIsland, i));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const FxWhatIf *x = *(FxWhatIf *const *)a, *y = *(FxWhatIf *const *)b;

  if (x->ms != y->ms)
    return x->ms > y->ms ? -1 : 1;
  return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : g_strcmp0 (x->node, y->node);
}

GPtrArray *
fx_what_if (const FxGraph *integer, const FxMachine *machine, const FxCostReport *cost, gboolean has_int16)
{
  FxWhatIfSearch search = { integer, machine, cost, g_ptr_array_new_with_free_func (what_if_free) };

  try_conversions (&search);
  try_removals (&search);
  try_islands (&search);
  fx_what_if_try_channels (&search);
  if (has_int16)
    fx_what_if_try_wide (&search);
  g_ptr_array_sort (search.list, compare);
  fx_what_if_add (&search, FX_WHAT_IF_SUBGRAPH, NULL, -machine->prices[FX_COST_CALLS],
                  g_strdup (_ ("one more BPU subgraph, without the conversions at its borders")));
  return search.list;
}
