/* Where nodes run, how much work they are, and what a frame costs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-cost.h"
#include "core/bpu/fx-engines.h"
#include "core/bpu/fx-partition.h"
#include "core/bpu/fx-perf.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "io/fx-target-file.h"

#include <string.h>

#define CONV                                                                                                           \
  "const %w f32[8,3,3,3] = elided 0x0\n"                                                                               \
  "input %x f32[1,3,16,16]\n"                                                                                          \
  "%a f32[*] = Conv(%x, %w) {pads=[1,1,1,1]} \"first\" v11\n"

#define DEPTHWISE                                                                                                      \
  "const %d f32[8,1,3,3] = elided 0x1\n"                                                                               \
  "%b f32[*] = Conv(%a, %d) {pads=[1,1,1,1], group=8} \"second\" v11\n"

#define PIXELS (16 * 16)

static FxGraph *
parse (const char *lines)
{
  g_autofree char *text = g_strconcat ("graph \"g\"\nopset \"\" 11\n", lines, NULL);
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (text, &error);

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  return graph;
}

static FxPerf *
estimate (const char *lines, const char *target_name, const FxMachine *machine, gboolean fast)
{
  g_autoptr (FxGraph) graph = parse (lines);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTarget) target = fx_target_load (target_name, &error);
  const FxPerfOptions options = { .fast = fast };
  FxMachine own;
  FxPerf *perf;

  g_assert_no_error (error);
  g_assert_true (fx_machine_of_target (&own, target, &error));
  perf = fx_perf_estimate (graph, target, machine != NULL ? machine : &own, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  return perf;
}

/* A millisecond for a unit of each kind, so that milliseconds are amounts. */
static FxMachine
unit_prices (void)
{
  FxMachine machine = { .basis = "" };

  for (int kind = 0; kind < FX_N_COSTS; kind++)
    machine.prices[kind] = 1;
  return machine;
}

#define ASSERT_AMOUNT(cost, kind, wanted)                                                                              \
  g_assert_cmpfloat_with_epsilon ((cost)->amounts[kind] * fx_cost_rows[kind].units, (wanted), 1e-6)

static void
test_amounts (void)
{
  FxMachine machine = unit_prices ();
  g_autoptr (FxPerf) perf
      = estimate (CONV DEPTHWISE "%y f32[*] = Sigmoid(%b) v6\noutput %y\n", "rdk-x5", &machine, FALSE);
  const FxCostReport *cost = perf->cost;
  double sum = 0;

  ASSERT_AMOUNT (cost, FX_COST_DENSE, 8 * 27 * PIXELS);
  ASSERT_AMOUNT (cost, FX_COST_DEPTHWISE, 8 * 9 * PIXELS);
  ASSERT_AMOUNT (cost, FX_COST_TABLES, 8 * PIXELS);
  ASSERT_AMOUNT (cost, FX_COST_ACTIVATIONS, (3 + 8 + 8 + 8) * PIXELS);
  ASSERT_AMOUNT (cost, FX_COST_OUTPUTS, 8 * PIXELS);
  ASSERT_AMOUNT (cost, FX_COST_QUANTIZE, 0); /* a picture */
  ASSERT_AMOUNT (cost, FX_COST_CALLS, 1);
  g_assert_cmpuint (cost->macs, ==, 8 * (27 + 9) * PIXELS);
  g_assert_cmpuint (cost->n_subgraphs, ==, 1);
  g_assert_cmpuint (cost->n_unsized, ==, 0);
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    sum += cost->amounts[kind];
  g_assert_cmpfloat_with_epsilon (cost->total_ms, sum, 1e-9);
  g_assert_cmpuint (cost->least_bytes, <, cost->most_bytes);
}

/* Between products of activations everything is of one kind, as large as the compiler lays it out: heads are channels,
 * filled up. Behind a Reshape it is over. */
static void
test_attention (void)
{
  const char *lines = "const %w f32[2,3,3,3] = elided 0x0\ninput %x f32[1,3,16,16]\n"
                      "%a f32[*] = Conv(%x, %w) {pads=[1,1,1,1]} \"first\" v11\n"
                      "%t f32[*] = Transpose(%a) {perm=[0,1,3,2]} v1\n"
                      "%m f32[*] = MatMul(%a, %t) v9\n%s f32[*] = Sigmoid(%m) v6\n"
                      "%y f32[*] = MatMul(%s, %a) v9\noutput %y\n";
  const struct
  {
    guint channels;
    double bytes;
  } cases[] = { { 1, 2 * PIXELS }, { 4, 4 * PIXELS } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FxMachine machine = unit_prices ();
      g_autoptr (FxPerf) perf = NULL;

      machine.channels = cases[i].channels;
      perf = estimate (lines, "rdk-x5", &machine, FALSE);
      ASSERT_AMOUNT (perf->cost, FX_COST_MATRICES, cases[i].bytes); /* Sigmoid */
      ASSERT_AMOUNT (perf->cost, FX_COST_MOVES, cases[i].bytes);    /* the Transpose in front */
      ASSERT_AMOUNT (perf->cost, FX_COST_TABLES, 0);
    }
}

/* A cut costs what it gives, on the CPU as on the BPU. */
static void
test_slice (void)
{
  FxMachine machine = unit_prices ();
  g_autoptr (FxPerf) bpu
      = estimate ("const %from s64[2] = [4,4]\nconst %to s64[2] = [8,8]\nconst %axes s64[2] = [2,3]\n" CONV
                  "%s f32[*] = Slice(%a, %from, %to, %axes) v11\n%y f32[*] = Sigmoid(%s) v6\noutput %y\n",
                  "rdk-x5", &machine, FALSE);
  g_autoptr (FxPerf) cpu
      = estimate ("const %from s64[2] = [4,4]\nconst %to s64[2] = [8,8]\nconst %axes s64[2] = [2,3]\n" CONV
                  "%s f32[*] = Softmax(%a) {axis=1} v11\n%y f32[*] = Slice(%s, %from, %to, %axes) v11\noutput %y\n",
                  "rdk-x5", &machine, FALSE);

  ASSERT_AMOUNT (bpu->cost, FX_COST_MOVES, 8 * 4 * 4);
  ASSERT_AMOUNT (cpu->cost, FX_COST_CPU_SIMPLE, 8 * 4 * 4);
}

/* Four times the work of 8 bits. */
static void
test_wide (void)
{
  g_autoptr (FxGraph) graph = parse (CONV DEPTHWISE "%y f32[*] = Sigmoid(%b) v6\noutput %y\n");
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", NULL);
  char *all[] = { (char *)"all", NULL };
  const FxPerfOptions options = { .nodes = { .int16 = all } };
  FxMachine machine = unit_prices ();
  g_autoptr (FxPerf) perf = fx_perf_estimate (graph, target, &machine, &options, NULL, NULL, NULL);

  g_assert_nonnull (perf);
  ASSERT_AMOUNT (perf->cost, FX_COST_DENSE, 0);
  ASSERT_AMOUNT (perf->cost, FX_COST_DENSE16, 8 * 27 * PIXELS);
  ASSERT_AMOUNT (perf->cost, FX_COST_DEPTHWISE, 4 * 8 * 9 * PIXELS);
  ASSERT_AMOUNT (perf->cost, FX_COST_TABLES, 4 * 8 * PIXELS);
  ASSERT_AMOUNT (perf->cost, FX_COST_ACTIVATIONS, 2 * (3 + 8 + 8 + 8) * PIXELS);
}

/* One number for the compiler and the costs. */
static void
test_channels (void)
{
  for (guint i = 0; fx_target_ids[i] != NULL; i++)
    {
      g_autoptr (FxTarget) target = fx_target_load (fx_target_ids[i], NULL);
      FxEngines engines;
      FxMachine machine;

      g_assert_true (fx_engines_of_target (&engines, target, NULL));
      g_assert_true (fx_machine_of_target (&machine, target, NULL));
      g_assert_cmpuint (machine.channels, ==, engines.channel_align);
    }
}

static void
test_parts (void)
{
  g_autoptr (FxPerf) perf = estimate (CONV "%y f32[*] = Relu(%a) v6\noutput %y\n", "rdk-x5", NULL, FALSE);
  const FxCostReport *cost = perf->cost;
  double of_parts = 0, of_nodes = cost->ms[FX_COST_CALLS] + cost->ms[FX_COST_FRAME];

  for (int part = 0; part < FX_N_COST_PARTS; part++)
    of_parts += cost->part_ms[part];
  for (guint i = 0; i < cost->n_nodes; i++)
    of_nodes += cost->nodes[i].ms;
  g_assert_cmpfloat (cost->total_ms, >, 0);
  g_assert_cmpfloat_with_epsilon (of_parts, cost->total_ms, 1e-9);
  g_assert_cmpfloat_with_epsilon (of_nodes, cost->total_ms, 1e-9);
}

/* What is no picture has to become integers on the CPU. */
static void
test_quantize (void)
{
  FxMachine machine = unit_prices ();
  g_autoptr (FxPerf) perf = estimate ("input %a f32[1,8,16,16]\n" DEPTHWISE "output %b\n", "rdk-x5", &machine, FALSE);

  ASSERT_AMOUNT (perf->cost, FX_COST_QUANTIZE, 8 * PIXELS);
}

static void
test_fast (void)
{
  FxMachine machine = unit_prices ();
  g_autoptr (FxPerf) perf = estimate (CONV DEPTHWISE "output %b\n", "rdk-x5", &machine, TRUE);

  g_assert_cmpuint (perf->n_stripped, ==, 2);
  g_assert_cmpuint (perf->cost->n_nodes, ==, 2);
  ASSERT_AMOUNT (perf->cost, FX_COST_OUTPUTS, 0);
  g_assert_true (fx_graph_verify (perf->integer, NULL));
}

/* A way around the CPU node does not join what is behind it with what is in front. */
static void
test_subgraphs (void)
{
  FxMachine machine = unit_prices ();
  g_autoptr (FxPerf) perf = estimate (CONV DEPTHWISE "const %e f32[8,1,3,3] = elided 0x2\n"
                                                     "%s f32[*] = Softmax(%a) {axis=1} \"cpu\" v11\n"
                                                     "%t f32[*] = Add(%b, %s) v7\n"
                                                     "%y f32[*] = Conv(%t, %e) {pads=[1,1,1,1], group=8} \"last\" v11\n"
                                                     "output %y\n",
                                      "rdk-x5", &machine, FALSE);
  g_autoptr (GArray) islands = fx_cost_islands (perf->integer, perf->cost);
  const FxCostIsland *island = &g_array_index (islands, FxCostIsland, 0);
  g_autofree int *subgraphs = g_new (int, fx_graph_n_nodes (perf->integer) + 1);
  const char *const nodes[] = { "first", "second", "cpu", "last" };
  const int wanted[] = { 0, 0, FX_NO_SUBGRAPH, 1 };

  g_assert_cmpuint (fx_bpu_partition (perf->integer, subgraphs), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++)
    {
      FxId id = fx_graph_find_node (perf->integer, nodes[i]);

      g_assert_cmpuint (id, !=, FX_NONE);
      g_assert_cmpint (subgraphs[id], ==, wanted[i]);
    }
  ASSERT_AMOUNT (perf->cost, FX_COST_CPU_FUNCTIONS, 8 * PIXELS);
  g_assert_cmpuint (islands->len, ==, 1);
  g_assert_cmpstr (fx_graph_node (perf->integer, island->node)->name, ==, "cpu");
  g_assert_cmpuint (island->n_operators, ==, 1);
  g_assert_cmpfloat_with_epsilon (island->ms, 3 * 8 * PIXELS / 1e6, 1e-12); /* in, Softmax, out */
  ASSERT_AMOUNT (perf->cost, FX_COST_DEQUANTIZE, 8 * PIXELS);
  ASSERT_AMOUNT (perf->cost, FX_COST_QUANTIZE, 8 * PIXELS);
  ASSERT_AMOUNT (perf->cost, FX_COST_CALLS, 2);
}

static FxPerf *
estimate_nodes (const FxNodeChoices *nodes, GError **error)
{
  g_autoptr (FxGraph) graph
      = parse ("const %d f32[8,1,3,3] = elided 0x1\n" CONV "%s f32[*] = Softmax(%a) {axis=3} \"soft\" v11\n"
               "%y f32[*] = Conv(%s, %d) {pads=[1,1,1,1], group=8} \"last\" v11\noutput %y\n");
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", NULL);
  const FxPerfOptions options = { .nodes = *nodes };
  FxMachine machine = unit_prices ();

  return fx_perf_estimate (graph, target, &machine, &options, NULL, NULL, error);
}

/* By name, by operator, or everything: a Softmax that the board runs on the CPU unless it is asked. */
static void
test_choices (void)
{
  char *name[] = { (char *)"soft", NULL }, *type[] = { (char *)"Softmax", NULL }, *all[] = { (char *)"all", NULL };
  char *absent[] = { (char *)"Tanh", NULL }, *unknown[] = { (char *)"nobody", NULL };
  const struct
  {
    FxNodeChoices nodes;
    guint n_subgraphs;
    gboolean dense16;
  } cases[] = {
    { { NULL }, 2, FALSE },
    { { .bpu = absent }, 2, FALSE },
    { { .bpu = name }, 1, FALSE },
    { { .bpu = type }, 1, FALSE },
    { { .int16 = type }, 1, FALSE },
    { { .int16 = all }, 1, TRUE },
    { { .int16 = all, .cpu = type }, 2, TRUE },
  };
  const FxNodeChoices nobody = { .int16 = unknown };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FxPerf) perf = estimate_nodes (&cases[i].nodes, &error);

      g_assert_no_error (error);
      g_test_message ("case %u", i);
      g_assert_cmpuint (perf->cost->n_subgraphs, ==, cases[i].n_subgraphs);
      g_assert_cmpint (perf->cost->amounts[FX_COST_DENSE16] > 0, ==, cases[i].dense16);
    }
  g_assert_null (estimate_nodes (&nobody, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
  g_assert_nonnull (strstr (error->message, "nobody"));
}

/* The list of the S100 has no Conv. */
static void
test_assumed (void)
{
  g_autoptr (FxPerf) perf = estimate (CONV "output %a\n", "rdk-s100", NULL, FALSE);
  g_autoptr (FxPerf) settled = estimate (CONV "output %a\n", "rdk-x5", NULL, FALSE);

  g_assert_cmpuint (perf->n_assumed, ==, 1);
  g_assert_cmpuint (settled->n_assumed, ==, 0);
  g_assert_cmpuint (perf->cost->n_subgraphs, ==, 1);
}

/* More work costs more, on every board. */
static void
test_boards (void)
{
  for (guint i = 0; fx_target_ids[i] != NULL; i++)
    {
      g_autoptr (FxPerf) little = estimate (CONV "output %a\n", fx_target_ids[i], NULL, FALSE);
      g_autoptr (FxPerf) more = estimate (CONV DEPTHWISE "output %b\n", fx_target_ids[i], NULL, FALSE);

      g_assert_cmpfloat (little->cost->total_ms, >, 0);
      g_assert_cmpfloat (more->cost->total_ms, >, little->cost->total_ms);
    }
}

static void
test_machine (void)
{
  static const struct
  {
    const char *members, *message;
    gboolean complete;
  } cases[] = {
    { "{'dense': <0.5>}", NULL, FALSE },
    { "{'dense': <{'value': <0.5>, 'fitted': <true>}>, 'basis': <'a board'>}", NULL, FALSE },
    { "{'dens': <0.5>}", "\"machine\": there is no price \"dens\"", FALSE },
    { "{'dense': <'fast'>}", "\"machine\": \"dense\" is no number and has no \"value\" that is one", FALSE },
    { "{'dense': <-1.0>}", "\"machine\": \"dense\" is -1, wanted 0 to 1e+06 ms", FALSE },
    { "{'dense': <0.5>}",
      "\"machine\": \"dense\" has no \"source\" and is not marked as \"fitted\", \"scaled\" or \"assumed\"", TRUE },
    { "{'dense': <{'value': <0.5>, 'fitted': <true>}>}",
      "\"machine\": \"dense16\" (the same with 16-bit activations) is missing", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) members = g_variant_new_parsed (cases[i].members);
      g_autoptr (GError) error = NULL;
      FxMachine machine = unit_prices ();

      g_variant_ref_sink (members);
      g_assert_cmpint (fx_machine_read (&machine, members, cases[i].complete, &error), ==, cases[i].message == NULL);
      g_assert_cmpstr (error != NULL ? error->message : NULL, ==, cases[i].message);
      if (error != NULL)
        g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
      else
        g_assert_cmpfloat (machine.prices[FX_COST_DENSE], ==, 0.5);
    }
}

static void
test_no_machine (void)
{
  static const char text[] = "{\"march\": \"own\", \"general_rules\": [], \"operators\": []}";
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTarget) target = fx_target_parse (text, strlen (text), &error);
  FxMachine machine;

  g_assert_no_error (error);
  g_assert_false (fx_machine_of_target (&machine, target, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==, "the target own does not say what work costs (\"machine\")");
}

/* A file may leave out what an operator cannot do without. */
static void
test_omitted (void)
{
  g_autoptr (FxGraph) graph
      = parse ("input %x s8[1,8,16,16]\n%y s8[1,8,16,16] = \"fixpoint\"::QAdd(_, %x) \"sum\"\noutput %y\n");
  FxMachine machine = { .channels = 1 };
  g_autoptr (FxCostReport) cost = NULL;

  machine.prices[FX_COST_ELEMENTWISE] = 1;
  cost = fx_cost_measure (graph, &machine);
  g_assert_cmpuint (cost->n_subgraphs, ==, 1);
  g_assert_cmpfloat_with_epsilon (cost->total_ms, 8 * PIXELS / 1e6, 1e-9);
}

static void
test_cannot (void)
{
  g_autoptr (FxGraph) graph = parse ("input %x f32[?,3,16,16]\n%y f32[*] = NoSuch(%x) v1\noutput %y\n");
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", NULL);
  g_autoptr (GError) error = NULL;
  FxMachine machine = unit_prices ();

  g_assert_null (fx_perf_estimate (graph, target, &machine, NULL, NULL, NULL, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_BAD_GRAPH);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cost/amounts", test_amounts);
  g_test_add_func ("/cost/attention", test_attention);
  g_test_add_func ("/cost/slice", test_slice);
  g_test_add_func ("/cost/wide", test_wide);
  g_test_add_func ("/cost/channels", test_channels);
  g_test_add_func ("/cost/parts", test_parts);
  g_test_add_func ("/cost/quantize", test_quantize);
  g_test_add_func ("/cost/fast", test_fast);
  g_test_add_func ("/cost/subgraphs", test_subgraphs);
  g_test_add_func ("/cost/choices", test_choices);
  g_test_add_func ("/cost/assumed", test_assumed);
  g_test_add_func ("/cost/boards", test_boards);
  g_test_add_func ("/cost/machine", test_machine);
  g_test_add_func ("/cost/no-machine", test_no_machine);
  g_test_add_func ("/cost/omitted", test_omitted);
  g_test_add_func ("/cost/cannot", test_cannot);
  return g_test_run ();
}
