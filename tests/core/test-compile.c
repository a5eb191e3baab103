/* Programs for the BPU: random networks, sizes of SRAM and options against the integer engine, bit by bit, in several
 * of the orders that a program allows; programs that are broken on purpose. A failure prints the network;
 * FX_TEST_SEED=N starts there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-compile.h"
#include "core/bpu/fx-simulate.h"
#include "core/bpu/fx-grains.h"
#include "core/bpu/fx-tile.h"
#include "core/fx-error.h"
#include "core/graph/fx-text.h"

#include "compiled.h"

#include <string.h>

static guint n_graphs = 200;

static void
test_random (void)
{
  static const char *const ids[] = { "rdk-x3", "rdk-x5", "rdk-ultra", "rdk-s600" };
  static const guint64 srams[] = { 600, 3000, 9000, 40000, 200000, 2000000 };
  const char *asked = g_getenv ("FX_TEST_SEED");
  guint first = asked != NULL ? (guint)g_ascii_strtoull (asked, NULL, 10) : 1;
  guint n = asked != NULL ? 1 : n_graphs;

  for (guint seed = first; seed < first + n; seed++)
    {
      g_autofree char *text = NULL;
      g_autoptr (FxGraph) graph = compiled_graph (seed, &text);
      g_autoptr (FxTensor) input = integer_net_input (fx_graph_value (graph, fx_graph_input (graph, 0)), seed);
      g_autoptr (GPtrArray) wanted = compiled_engine (graph, input);
      g_autoptr (FxTarget) target = compiled_target (ids[seed / 2 % G_N_ELEMENTS (ids)]);

      for (guint level = seed % 2; level <= FX_COMPILE_MAX_LEVEL; level += 2)
        {
          g_autoptr (GError) error = NULL;
          FxCompileOptions options = { .level = level,
                                       .mode = (FxCompileMode)(seed % 3),
                                       .balance = FX_COMPILE_DEFAULT_BALANCE,
                                       .cores = 1 + seed / 8 % fx_compile_most_cores (target),
                                       .max_call_us = seed % 5 == 0 ? 1 + seed : 0,
                                       .sram_bytes = srams[(seed + level) % G_N_ELEMENTS (srams)] };
          g_autoptr (FxProgram) program = fx_compile (graph, target, &options, NULL, NULL, &error);

          g_assert_no_error (error);
          compiled_assert_simulates (program, (FxSimulateOrder)(level % 3), seed, input, wanted, text);
          if (seed % 4 == 0)
            compiled_assert_simulates (program, FX_SIMULATE_SHUFFLED, seed, input, wanted, text);
        }
    }
}

/* ---- broken programs ---- */

/* A network with something to run side by side. */
static FxProgram *
make_program (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (FxGraph) graph = compiled_graph (17, &text);
  g_autoptr (FxTarget) target = compiled_target ("rdk-x5");
  FxProgram *program
      = fx_compile (graph, target, &(FxCompileOptions){ .level = 2, .sram_bytes = 9000 }, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (program->commands->len, >, 10);
  return program;
}

static void
assert_refused (const FxProgram *program, const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (fx_program_verify (program, NULL, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
}

/* Each wait is there because something would go wrong without it. */
static void
test_waits (void)
{
  g_autoptr (FxProgram) program = make_program ();
  guint n_waits = 0;

  for (guint i = 0; i < program->commands->len; i++)
    for (int unit = 0; unit < FX_N_UNITS; unit++)
      {
        gint64 *after = &fx_program_command (program, i)->after[unit], saved = *after;

        if (saved < 0)
          continue;
        *after = -1;
        assert_refused (program, "commands * and * touch the same bytes in no fixed order");
        *after = saved;
        n_waits++;
      }
  g_assert_cmpuint (n_waits, >, 5);
  g_assert_true (fx_program_verify (program, NULL, NULL));
}

static void
test_broken (void)
{
  g_autoptr (FxProgram) program = make_program ();
  FxCommand *command = fx_program_command (program, 3);
  FxPlace *place = fx_program_place (program, 2);
  FxSegment *last = fx_program_segment (program, program->segments->len - 1);

#define WITH(lvalue, value, pattern)                                                                                   \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    typeof (lvalue) saved = (lvalue);                                                                                  \
    (lvalue) = (value);                                                                                                \
    assert_refused (program, pattern);                                                                                 \
    (lvalue) = saved;                                                                                                  \
  }                                                                                                                    \
  G_STMT_END

  WITH (place->offset, place->offset + 1, "place 2 does not lie in the memory *");
  WITH (place->offset, G_MAXUINT64 - 63, "place 2 does not lie in the memory *");
  WITH (place->slots, 0, "place 2 has 0 slots for *");
  WITH (place->slots, G_MAXINT64, "place 2 has * slots for *");
  WITH (place->value, 100000, "place 2 is of no value *");
  WITH (place->constant_axis, 7, "place 2 *");
  WITH (program->memory_bytes[FX_MEMORY_DDR], G_MAXUINT64, "the memory ddr has * bytes, more than can be");
  WITH (program->channel_align, 0, "channels are aligned to 0*");
  WITH (command->unit, FX_N_UNITS, "command 3 is of no unit*");
  WITH (command->node, 100000, "command 3 is of no unit*");
  WITH (command->ms, -1, "command 3 is of no unit*");
  WITH (command->ms, 1e300, "command 3 is of no unit*");
  WITH (command->after[FX_UNIT_LOAD], 100000, "command 3 waits for what is no earlier command*");
  WITH (command->operands[0].place, 100000, "command 3 * does not fit its node or its places");
  WITH (command->operands[0].rows.end, 100000, "command 3 * does not fit its node or its places");
  WITH (command->n_results, 0, "command 3 * does not fit its node or its places");
  WITH (last->on_bpu, !last->on_bpu, "*");
  WITH (last->n, 0, "segment * has nothing in it");
#undef WITH
  g_assert_true (fx_program_verify (program, NULL, NULL));
}

/* A file may say that there is any amount of memory; that does not make looking at its program more work. */
static void
test_unused_memory (void)
{
  g_autoptr (FxProgram) program = make_program ();
  guint64 used = fx_program_used_bytes (program, FX_MEMORY_SRAM);
  FxGrains *grains[FX_N_MEMORIES];

  program->memory_bytes[FX_MEMORY_SRAM] = G_GUINT64_CONSTANT (1) << 31;
  g_assert_true (fx_program_verify (program, NULL, NULL));
  g_assert_cmpuint (used, <=, 9000);
  g_assert_true (fx_grains_new_all (program, grains));
  g_assert_cmpuint (grains[FX_MEMORY_SRAM]->n, ==, fx_grains_end (used));
  for (int m = 0; m < FX_N_MEMORIES; m++)
    fx_grains_free (grains[m]);
}

/* A command that is left out is noticed where its rows are read, not only in the result. */
static void
test_missing_rows (void)
{
  g_autoptr (FxProgram) program = make_program ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTensor) input
      = integer_net_input (fx_graph_value (program->graph, fx_graph_input (program->graph, 0)), 17);
  g_autoptr (FxSimulator) simulator = NULL;
  g_autoptr (GPtrArray) outputs = compiled_outputs (program->graph);
  FxPlaceRows *rows = NULL;

  for (guint i = 0; i < program->commands->len && rows == NULL; i++)
    if (fx_program_command (program, i)->unit == FX_UNIT_LOAD
        && fx_program_command (program, i)->results[0].rows.end > 1)
      {
        rows = fx_program_command (program, i)->results;
        rows->rows.begin = fx_program_command (program, i)->operands[0].rows.begin = rows->rows.end - 1;
      }
  g_assert_nonnull (rows);
  simulator = fx_simulator_new (program, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (fx_simulator_run (simulator, &input, (FxTensor **)outputs->pdata, NULL, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
  g_assert_true (g_pattern_match_simple ("*is not in SRAM where it is read", error->message));
}

/* TRUE if some command computes some rows only. */
static gboolean
is_cut (const FxProgram *program, FxId node)
{
  for (guint i = 0; i < program->commands->len; i++)
    {
      const FxCommand *command = fx_program_command (program, i);
      const FxPlaceRows *rows = &command->results[0];

      if (command->node == node && fx_unit_computes (command->unit)
          && rows->rows.end - rows->rows.begin < fx_program_place (program, rows->place)->layout.n_rows)
        return TRUE;
    }
  return FALSE;
}

/* Operators whose rows are not simply those of their operand are cut, too. */
static void
test_cuts (void)
{
  static const char *const types[] = { "QConv", "QConvTranspose", "Resize", "QResize", "Transpose", "MaxPool", NULL };
  g_autoptr (FxTarget) target = compiled_target ("rdk-x5");
  guint found[G_N_ELEMENTS (types)] = { 0 }, sequences = 0;

  for (guint seed = 1; seed <= 60; seed++)
    {
      g_autofree char *text = NULL;
      g_autoptr (FxGraph) graph = compiled_graph (seed, &text);
      g_autoptr (FxProgram) program
          = fx_compile (graph, target, &(FxCompileOptions){ .level = 2, .sram_bytes = 3000 }, NULL, NULL, NULL);

      for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
        for (guint i = 0; types[i] != NULL; i++)
          if (strcmp (fx_graph_node (graph, id)->op_type, types[i]) == 0 && is_cut (program, id))
            {
              found[i]++;
              sequences += fx_graph_value (graph, fx_graph_node (graph, id)->outputs[0])->shape.rank == 3;
            }
    }
  for (guint i = 0; types[i] != NULL; i++)
    g_assert_cmpuint (found[i], >, 0);
  g_assert_cmpuint (sequences, >, 0);
}

/* A file may name nodes that nothing can be said of: they are not looked into. */
static void
test_odd_nodes (void)
{
  static const char *const texts[] = {
    "opset \"\" 13\nopset \"fixpoint\" 1\ninput %x s8[2]\n%y s8[2] = \"fixpoint\"::QTable() {}\noutput %x\n",
    "opset \"\" 13\nopset \"fixpoint\" 1\ninput %x s8[2]\n%y s8[2] = \"fixpoint\"::QConv(%x) {}\noutput %y\n",
    "opset \"\" 13\ninput %x s8[1,1,2,2]\nconst %n s64[4] = [1,1,281474976710656,2]\n"
    "%y s8[1,1,281474976710656,2] = Resize(%x, _, _, %n)\noutput %y\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FxGraph) graph = fx_graph_parse (texts[i], &error);
      FxTileCut cut;

      g_assert_no_error (error);
      cut = fx_tile_cut (graph, fx_graph_node (graph, 0));
      g_assert_false (cut.by_rows);
      fx_tile_cut_clear (&cut);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (FxTarget) target = compiled_target ("rdk-x5");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (FxGraph) graph = compiled_graph (3, &text);

  g_cancellable_cancel (cancellable);
  g_assert_null (fx_compile (graph, target, &(FxCompileOptions){ .level = 2 }, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    n_graphs = (guint)g_ascii_strtoull (argv[1], NULL, 10);
  g_test_add_func ("/compile/random-networks", test_random);
  g_test_add_func ("/compile/waits", test_waits);
  g_test_add_func ("/compile/broken", test_broken);
  g_test_add_func ("/compile/unused-memory", test_unused_memory);
  g_test_add_func ("/compile/missing-rows", test_missing_rows);
  g_test_add_func ("/compile/cuts", test_cuts);
  g_test_add_func ("/compile/odd-nodes", test_odd_nodes);
  g_test_add_func ("/compile/cancelled", test_cancelled);
  return g_test_run ();
}
