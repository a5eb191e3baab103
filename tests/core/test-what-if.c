/* What changes would save: every figure follows from prices of a millisecond a unit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-perf.h"
#include "core/bpu/fx-what-if.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "io/fx-target-file.h"

#include <string.h>

#define HEAD                                                                                                           \
  "graph \"g\"\nopset \"\" 11\nconst %w f32[8,3,3,3] = elided 0x0\nconst %d f32[8,1,3,3] = elided 0x1\n"               \
  "input %x f32[1,3,16,16]\n%a f32[*] = Conv(%x, %w) {pads=[1,1,1,1]} \"first\" v11\n"
#define LAST "%y f32[*] = Conv(%s, %d) {pads=[1,1,1,1], group=8} \"last\" v11\noutput %y\n"
#define ELEMENTS (8 * 16 * 16 / 1e6)
#define CALL 0.25 /* ms */

static FxMachine machine;

static FxPerf *
estimate (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (text, &error);
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", NULL);
  FxPerf *perf;

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  perf = fx_perf_estimate (graph, target, &machine, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return perf;
}

static const FxWhatIf *
find (const GPtrArray *list, FxWhatIfKind kind)
{
  for (guint i = 0; i < list->len; i++)
    if (((const FxWhatIf *)list->pdata[i])->kind == kind)
      return list->pdata[i];
  return NULL;
}

static void
assert_saves (const FxWhatIf *entry, double wanted)
{
  g_assert_cmpfloat_with_epsilon (entry != NULL ? entry->ms : 0, wanted, 1e-9);
}

/* A Softmax on the CPU cuts the network in two. */
static void
test_island (void)
{
  g_autoptr (FxPerf) perf = estimate (HEAD "%s f32[*] = Softmax(%a) {axis=3} \"soft\" v11\n" LAST);
  g_autoptr (GPtrArray) list = fx_what_if (perf->integer, &machine, perf->cost, FALSE);
  const FxWhatIf *island = find (list, FX_WHAT_IF_ISLAND), *first = list->pdata[0];

  g_assert_cmpuint (perf->cost->n_subgraphs, ==, 2);
  /* a call, both conversions, and three of four bytes of what were sums; the Softmax costs here as there */
  assert_saves (island, CALL + 5 * ELEMENTS);
  g_assert_true (first == island); /* the best first */
  g_assert_cmpstr (first->node, ==, "soft");
  g_assert_cmpuint (first->n_operators, ==, 1);
  g_assert_nonnull (strstr (first->text, "Softmax"));
}

static void
test_ends (void)
{
  g_autoptr (FxPerf) perf = estimate (HEAD "%s f32[*] = Relu(%a) v6\n" LAST);
  g_autoptr (GPtrArray) list = fx_what_if (perf->integer, &machine, perf->cost, FALSE);

  assert_saves (find (list, FX_WHAT_IF_OUTPUTS), ELEMENTS);
  g_assert_null (find (list, FX_WHAT_IF_INPUTS)); /* pictures are integers already */
  g_assert_null (find (list, FX_WHAT_IF_ISLAND));
  g_assert_null (find (list, FX_WHAT_IF_REMOVE));
}

static void
test_subgraph (void)
{
  g_autoptr (FxPerf) perf = estimate (HEAD "%s f32[*] = Relu(%a) v6\n" LAST);
  g_autoptr (GPtrArray) list = fx_what_if (perf->integer, &machine, perf->cost, FALSE);
  const FxWhatIf *last;

  g_assert_cmpuint (list->len, >, 0);
  last = list->pdata[list->len - 1];
  g_assert_cmpint (last->kind, ==, FX_WHAT_IF_SUBGRAPH);
  g_assert_cmpfloat (last->ms, ==, -CALL);
}

/* What ends the network on the CPU, and could be left to the program; the outputs still become floats. */
static void
test_removal (void)
{
  g_autoptr (FxPerf) perf = estimate (HEAD "%s f32[*] = Relu(%a) v6\n"
                                           "%c f32[*] = Conv(%s, %d) {pads=[1,1,1,1], group=8} \"last\" v11\n"
                                           "%y f32[*] = Softmax(%c) {axis=3} \"soft\" v11\noutput %y\n");
  g_autoptr (GPtrArray) list = fx_what_if (perf->integer, &machine, perf->cost, FALSE);
  const FxWhatIf *removal = find (list, FX_WHAT_IF_REMOVE);

  assert_saves (removal, 2 * ELEMENTS); /* the Softmax, and the conversion in front of it */
  g_assert_cmpstr (removal != NULL ? removal->node : NULL, ==, "soft");
}

/* Nothing is told that saves less than a thousandth, and the network that was measured stays as it was. */
static void
test_small (void)
{
  FxMachine dear = machine;
  g_autoptr (FxPerf) perf = estimate (HEAD "%s f32[*] = Relu(%a) v6\n" LAST);
  g_autoptr (FxCostReport) cost = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autofree char *before = fx_graph_print (perf->integer, 0), *after = NULL;

  dear.prices[FX_COST_FRAME] = 1000;
  cost = fx_cost_measure (perf->integer, &dear);
  list = fx_what_if (perf->integer, &dear, cost, FALSE);
  g_assert_cmpuint (list->len, ==, 1);
  after = fx_graph_print (perf->integer, 0);
  g_assert_cmpstr (before, ==, after);
}

/* What is taken off in front has a name, too. */
static void
test_removal_in_front (void)
{
  g_autoptr (FxPerf) perf
      = estimate ("graph \"g\"\nopset \"\" 11\nconst %w f32[8,3,3,3] = elided 0x0\ninput %n f32[1,16,16,3]\n"
                  "%x f32[*] = Transpose(%n) {perm=[0,3,1,2]} \"nhwc\" v1\n"
                  "%y f32[*] = Conv(%x, %w) {pads=[1,1,1,1]} \"conv\" v11\noutput %y\n");
  g_autoptr (GPtrArray) list = fx_what_if (perf->integer, &machine, perf->cost, FALSE);
  const FxWhatIf *entry = find (list, FX_WHAT_IF_REMOVE);

  g_assert_cmpstr (entry != NULL ? entry->node : NULL, ==, "nhwc");
  g_assert_nonnull (strstr (entry != NULL ? entry->text : "", "Transpose at the model's ends"));
}

/* A network whose middle has so many channels, between convolutions of 3 × 3 and 1 × 1. */
static FxPerf *
estimate_middle (guint n)
{
  g_autofree char *text
      = g_strdup_printf ("graph \"g\"\nopset \"\" 11\nconst %%w f32[%u,3,3,3] = elided 0x0\n"
                         "const %%d f32[%u,1,3,3] = elided 0x1\nconst %%v f32[32,%u,1,1] = elided 0x2\n"
                         "input %%x f32[1,3,16,16]\n%%a f32[*] = Conv(%%x, %%w) {pads=[1,1,1,1]} \"first\" v11\n"
                         "%%r f32[*] = Relu(%%a) v6\n"
                         "%%b f32[*] = Conv(%%r, %%d) {pads=[1,1,1,1], group=%u} \"middle\" v11\n"
                         "%%s f32[*] = Relu(%%b) v6\n%%y f32[*] = Conv(%%s, %%v) \"last\" v11\noutput %%y\n",
                         n, n, n, n);

  return estimate (text);
}

/* What is told of the middle is the difference to the network that has so many channels. */
static void
assert_channels (guint n, guint other, const char *words)
{
  g_autoptr (FxPerf) perf = NULL, wanted = estimate_middle (other);
  g_autoptr (GPtrArray) list = NULL;
  const FxWhatIf *entry;

  perf = estimate_middle (n);
  list = fx_what_if (perf->integer, &machine, perf->cost, FALSE);
  entry = find (list, FX_WHAT_IF_CHANNELS);
  g_assert_cmpstr (entry != NULL ? entry->node : NULL, ==, "first");
  g_assert_nonnull (strstr (entry != NULL ? entry->text : "", words));
  g_assert_cmpfloat_with_epsilon (entry != NULL ? entry->ms : 0, perf->cost->total_ms - wanted->cost->total_ms, 1e-4);
}

static void
test_channels (void)
{
  g_autoptr (FxPerf) full = NULL;
  g_autoptr (GPtrArray) list = NULL;

  machine.channels = 32;
  assert_channels (36, 32, "leave out 4 of its 36 channels");
  assert_channels (24, 32, "pad its 24 channels to 32");
  full = estimate_middle (64);
  list = fx_what_if (full->integer, &machine, full->cost, FALSE);
  g_assert_null (find (list, FX_WHAT_IF_CHANNELS));
  machine.channels = 0;
}

/* A file may have an operator that gives nothing away. */
static void
test_no_result (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (
      "input %x s8[1,3,16,16]\nconst %w s8[24,3,3,3] = elided 0x0\nconst %m f32[1] = [1]\n"
      "const %v s8[32,24,1,1] = elided 0x1\nconst %b s32[24] = elided 0x2\nconst %c s32[32] = elided 0x3\n"
      "_ = \"fixpoint\"::QConv(%x, %w, %m, %b) {x_scale=1.0,y_scale=1.0} \"nothing\"\n"
      "%a s8[1,24,14,14] = \"fixpoint\"::QConv(%x, %w, %m, %b) {x_scale=1.0,y_scale=1.0} \"first\"\n"
      "%y s8[1,32,14,14] = \"fixpoint\"::QConv(%a, %v, %m, %c) {x_scale=1.0,y_scale=1.0} \"last\"\noutput %y\n",
      &error);
  FxMachine padded = machine;
  g_autoptr (FxCostReport) cost = NULL;
  g_autoptr (GPtrArray) list = NULL;
  const FxWhatIf *entry;

  g_assert_no_error (error);
  padded.channels = 32;
  cost = fx_cost_measure (graph, &padded);
  list = fx_what_if (graph, &padded, cost, FALSE);
  entry = find (list, FX_WHAT_IF_CHANNELS);
  g_assert_cmpstr (entry != NULL ? entry->node : NULL, ==, "first");
}

/* 16 bits have a price of their own, and more bytes. */
static void
test_int16 (void)
{
  FxMachine dear = machine;
  g_autoptr (FxPerf) perf = NULL;
  g_autoptr (FxCostReport) cost = NULL;
  g_autoptr (GPtrArray) list = NULL, narrow = NULL;
  double all = 0, last = 0;

  perf = estimate_middle (32);
  dear.prices[FX_COST_DENSE16] = 5;
  cost = fx_cost_measure (perf->integer, &dear);
  list = fx_what_if (perf->integer, &dear, cost, TRUE);
  narrow = fx_what_if (perf->integer, &dear, cost, FALSE);
  g_assert_null (find (narrow, FX_WHAT_IF_INT16));
  for (guint i = 0; i < list->len; i++)
    {
      const FxWhatIf *entry = list->pdata[i];

      if (entry->kind == FX_WHAT_IF_INT16 && entry->node == NULL)
        all = entry->ms;
      else if (entry->kind == FX_WHAT_IF_INT16 && strcmp (entry->node, "last") == 0)
        last = entry->ms;
    }
  /* a product of 32 × 32 channels at 5 instead of 1, and a byte more for each element it reads or writes */
  g_assert_cmpfloat_with_epsilon (last, -(4 * 32 * 32 * 256 / 1e9 + 2 * 32 * 256 / 1e6), 1e-9);
  g_assert_cmpfloat (all, <, last);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    machine.prices[kind] = 1;
  machine.prices[FX_COST_FRAME] = machine.prices[FX_COST_LAYERS] = 0;
  machine.prices[FX_COST_CALLS] = CALL;
  g_test_add_func ("/what-if/island", test_island);
  g_test_add_func ("/what-if/ends", test_ends);
  g_test_add_func ("/what-if/subgraph", test_subgraph);
  g_test_add_func ("/what-if/removal", test_removal);
  g_test_add_func ("/what-if/small", test_small);
  g_test_add_func ("/what-if/removal-in-front", test_removal_in_front);
  g_test_add_func ("/what-if/channels", test_channels);
  g_test_add_func ("/what-if/no-result", test_no_result);
  g_test_add_func ("/what-if/int16", test_int16);
  return g_test_run ();
}
