/* What the options of the compiler do to programs: levels, modes, cores, function calls, threads; and how constants are
 * loaded.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-timeline.h"
#include "core/fx-error.h"

#include "compiled.h"

#define N_SEEDS 20

static FxProgram *
compile (const FxGraph *graph, const char *board, FxCompileOptions options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTarget) target = compiled_target (board);
  FxProgram *program = fx_compile (graph, target, &options, NULL, NULL, &error);

  g_assert_no_error (error);
  return program;
}

static char *
printed (const FxProgram *program)
{
  GString *text = g_string_new (NULL);

  fx_program_print (program, text);
  return g_string_free (text, FALSE);
}

typedef struct
{
  double bytes, ms, longest_ms;
  guint n_calls;
} Sums;

/* Of all networks, each simulated. */
static Sums
sum_programs (const char *board, FxCompileOptions options)
{
  Sums sums = { 0 };

  for (guint seed = 1; seed <= N_SEEDS; seed++)
    {
      g_autofree char *text = NULL;
      g_autoptr (FxGraph) graph = compiled_graph (seed, &text);
      g_autoptr (FxProgram) program = compile (graph, board, options);
      g_autoptr (FxTimeline) timeline = fx_timeline_new (program);
      g_autoptr (FxTensor) input = integer_net_input (fx_graph_value (graph, fx_graph_input (graph, 0)), seed);
      g_autoptr (GPtrArray) wanted = compiled_engine (graph, input);

      compiled_assert_simulates (program, FX_SIMULATE_SHUFFLED, seed, input, wanted, text);
      sums.bytes += (double)(timeline->loaded_bytes + timeline->stored_bytes);
      sums.ms += timeline->bpu_ms;
      sums.longest_ms = MAX (sums.longest_ms, timeline->longest_ms);
      sums.n_calls += timeline->n_calls;
    }
  return sums;
}

/* Less traffic for more effort. */
static void
test_levels (void)
{
  Sums sums[FX_COMPILE_MAX_LEVEL + 1];

  for (guint level = 0; level <= FX_COMPILE_MAX_LEVEL; level++)
    sums[level] = sum_programs ("rdk-x5", (FxCompileOptions){ .level = level, .sram_bytes = 60000 });
  g_assert_cmpfloat (sums[1].bytes, <, sums[0].bytes);
  g_assert_cmpfloat (sums[2].bytes, <, sums[1].bytes * 1.01);
  g_assert_cmpfloat (sums[1].ms, <, sums[0].ms);
  g_assert_cmpfloat (sums[2].ms, <=, sums[1].ms * 1.01);
  g_assert_cmpfloat (sums[3].ms, <=, sums[2].ms * 1.01);
}

/* Of networks with enough to compute that a choice between time and traffic is one. */
static Sums
sum_mode (FxCompileMode mode, guint balance)
{
  Sums sums = { 0 };

  for (guint seed = 1; seed <= 2 * N_SEEDS; seed++)
    {
      g_autofree char *text = NULL;
      g_autoptr (FxGraph) graph
          = compiled_graph_of_size (seed, &(IntegerNetSize){ .n_nodes = 14, .most_pixels = 60 }, &text);
      FxCompileOptions options = { .level = 3, .sram_bytes = 36000, .mode = mode, .balance = balance };
      g_autoptr (FxProgram) program = compile (graph, "rdk-x3", options);
      g_autoptr (FxTimeline) timeline = fx_timeline_new (program);

      sums.bytes += (double)(timeline->loaded_bytes + timeline->stored_bytes);
      sums.ms += timeline->bpu_ms;
    }
  return sums;
}

/* Each mode is best at what it is named after, and balance lies between. */
static void
test_modes (void)
{
  Sums latency = sum_mode (FX_COMPILE_LATENCY, 0), bandwidth = sum_mode (FX_COMPILE_BANDWIDTH, 0);
  Sums balance = sum_mode (FX_COMPILE_BALANCE, FX_COMPILE_DEFAULT_BALANCE);

  g_test_message ("latency %g ms %g bytes, balance %g %g, bandwidth %g %g", latency.ms, latency.bytes, balance.ms,
                  balance.bytes, bandwidth.ms, bandwidth.bytes);
  g_assert_cmpfloat (bandwidth.bytes, <, latency.bytes);
  g_assert_cmpfloat (latency.ms, <, bandwidth.ms);
  g_assert_cmpfloat (balance.bytes, <, latency.bytes);
  g_assert_cmpfloat (balance.bytes, >, bandwidth.bytes);
  g_assert_cmpfloat (balance.ms, <, bandwidth.ms);
}

/* At an end of its factor balance is the mode of that end. */
static void
test_mode_factor (void)
{
  for (guint seed = 1; seed <= N_SEEDS; seed++)
    {
      g_autofree char *text = NULL;
      g_autoptr (FxGraph) graph = compiled_graph (seed, &text);
      FxCompileOptions options = { .level = 3, .sram_bytes = 12000, .mode = FX_COMPILE_BALANCE };
      g_autoptr (FxProgram) none = compile (graph, "rdk-x5", options), bandwidth = NULL;
      g_autofree char *a = printed (none), *b = NULL;

      options.mode = FX_COMPILE_BANDWIDTH;
      bandwidth = compile (graph, "rdk-x5", options);
      b = printed (bandwidth);
      g_assert_cmpstr (a, ==, b);
    }
}

/* Threads change nothing, and neither does compiling again. */
static void
test_jobs (void)
{
  for (guint seed = 1; seed <= N_SEEDS; seed++)
    {
      g_autofree char *text = NULL;
      g_autoptr (FxGraph) graph = compiled_graph (seed, &text);
      FxCompileOptions options = { .level = seed % 4, .sram_bytes = 9000, .jobs = 1 };
      g_autoptr (FxProgram) one = compile (graph, "rdk-x5", options), two = NULL;
      g_autofree char *a = printed (one), *b = NULL;

      options.jobs = 3;
      two = compile (graph, "rdk-x5", options);
      b = printed (two);
      g_assert_cmpstr (a, ==, b);
    }
}

/* The same work on two cores: commands of both, less time, no more traffic than for one. */
static void
test_cores (void)
{
  FxCompileOptions options = { .level = 2, .sram_bytes = 60000 };
  Sums one = sum_programs ("rdk-x3", options), two;
  g_autofree char *text = NULL;
  g_autoptr (FxGraph) graph = compiled_graph (17, &text);
  g_autoptr (FxProgram) program = NULL;
  double busy[FX_N_UNITS] = { 0 };

  options.cores = 2;
  two = sum_programs ("rdk-x3", options);
  g_assert_cmpfloat (two.ms, <, one.ms);
  g_assert_cmpfloat (two.ms, >, one.ms / 2);
  program = compile (graph, "rdk-x3", options);
  g_assert_cmpuint (program->cores, ==, 2);
  for (guint i = 0; i < program->commands->len; i++)
    busy[fx_program_command (program, i)->unit] += fx_program_command (program, i)->ms;
  g_assert_cmpfloat (busy[FX_UNIT_VECTOR_2], >, 0);
  g_assert_cmpfloat (busy[FX_UNIT_TENSOR_2], >, 0);
  g_assert_cmpfloat (busy[FX_UNIT_VECTOR_2], <=, busy[FX_UNIT_VECTOR]);
}

/* Each of four has something to do, and that pays. */
static void
test_four_cores (void)
{
  FxCompileOptions options = { .level = 2, .sram_bytes = 60000 };
  Sums one = sum_programs ("rdk-s600", options), four;
  g_autofree char *text = NULL;
  g_autoptr (FxGraph) graph = compiled_graph (17, &text);
  g_autoptr (FxProgram) program = NULL;
  double busy[FX_N_UNITS] = { 0 };

  options.cores = 4;
  four = sum_programs ("rdk-s600", options);
  g_assert_cmpfloat (four.ms, <, one.ms);
  program = compile (graph, "rdk-s600", options);
  g_assert_cmpuint (program->cores, ==, 4);
  for (guint i = 0; i < program->commands->len; i++)
    busy[fx_program_command (program, i)->unit] += fx_program_command (program, i)->ms;
  for (int unit = 0; unit < FX_N_UNITS; unit++)
    g_assert_cmpfloat (busy[unit], >, 0);
}

/* The estimate divides computing only. */
static void
test_prices (void)
{
  g_autoptr (FxTarget) target = compiled_target ("rdk-x3"), single = compiled_target ("rdk-x5");
  g_autoptr (GError) error = NULL;
  FxMachine one, two;

  g_assert_true (fx_machine_of_target (&one, target, NULL));
  two = one;
  g_assert_true (fx_compile_use_cores (&two, target, 2, &error));
  g_assert_cmpfloat (two.prices[FX_COST_DENSE], ==, one.prices[FX_COST_DENSE] / 2);
  g_assert_cmpfloat (two.prices[FX_COST_MOVES], ==, one.prices[FX_COST_MOVES] / 2);
  g_assert_cmpfloat (two.prices[FX_COST_WEIGHTS], ==, one.prices[FX_COST_WEIGHTS]);
  g_assert_cmpfloat (two.prices[FX_COST_CALLS], ==, one.prices[FX_COST_CALLS]);
  g_assert_false (fx_compile_use_cores (&two, single, 2, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_UNSUPPORTED);
}

static void
test_too_many_cores (void)
{
  g_autofree char *text = NULL;
  g_autoptr (FxGraph) graph = compiled_graph (3, &text);
  g_autoptr (FxTarget) target = compiled_target ("rdk-x5");
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_compile (graph, target, &(FxCompileOptions){ .cores = 2 }, NULL, NULL, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==, "core_num is 2, and the BPU of the RDK X5 has 1");
  g_clear_error (&error);
  g_assert_false (fx_compile_check_options (&(FxCompileOptions){ .cores = 5 }, &error));
  g_assert_cmpstr (error->message, ==, "core_num is 5, wanted 1 to 4");
  g_clear_error (&error);
  g_assert_false (fx_compile_check_options (&(FxCompileOptions){ .max_call_us = 999 }, &error));
  g_assert_cmpstr (error->message, ==, "max_time_per_fc is 999, wanted 0 or at least 1000 microseconds");
}

/* Shorter calls are more of them, which carry nothing in SRAM from one to the next. */
static void
test_calls (void)
{
  FxCompileOptions options = { .level = 2, .sram_bytes = 60000 };
  Sums whole = sum_programs ("rdk-x5", options), before = whole;
  static const guint limits[] = { 1000, 60, 30 }; /* 30: the dearest layer that cannot be cut takes 28.5 */

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      Sums sums;

      options.max_call_us = limits[i];
      sums = sum_programs ("rdk-x5", options);
      g_test_message ("at most %u us: %u calls, the longest %g us, %g bytes", limits[i], sums.n_calls,
                      sums.longest_ms * 1e3, sums.bytes);
      g_assert_cmpfloat (sums.longest_ms * 1e3, <=, limits[i]);
      g_assert_cmpuint (sums.n_calls, >=, before.n_calls);
      g_assert_cmpfloat (sums.bytes, >=, before.bytes);
      before = sums;
    }
  g_assert_cmpuint (3 * before.n_calls, >, 4 * whole.n_calls);
}

/* All constants of a node come with one command, lie one behind the other in DDR in the order of their use, and so they
 * do in SRAM. */
static void
test_constants (void)
{
  guint n_several = 0;

  for (guint seed = 1; seed <= N_SEEDS; seed++)
    {
      g_autofree char *text = NULL;
      g_autoptr (FxGraph) graph = compiled_graph (seed, &text);
      g_autoptr (FxProgram) program = compile (graph, "rdk-x5", (FxCompileOptions){ .level = 1 });
      g_autofree guint *n_loads = g_new0 (guint, fx_graph_n_nodes (graph) + 1);
      guint64 end = 0;

      for (guint i = 0; i < program->commands->len; i++)
        {
          const FxCommand *command = fx_program_command (program, i);

          if (command->unit != FX_UNIT_LOAD
              || fx_program_place (program, command->operands[0].place)->constant_axis < 0)
            continue;
          g_assert_cmpuint (n_loads[command->node]++, ==, 0);
          n_several += command->n_operands > 1;
          for (guint k = 0; k < command->n_operands; k++)
            {
              const FxPlace *place = fx_program_place (program, command->operands[k].place);
              const FxPlace *copy = fx_program_place (program, command->results[k].place);
              const FxPlace *first = fx_program_place (program, command->results[0].place);

              if (place->offset < end) /* used by an earlier node, too */
                continue;
              g_assert_cmpuint (place->offset, ==, end);
              end = (place->offset + fx_place_bytes (place) + FX_PLACE_ALIGNMENT - 1) / FX_PLACE_ALIGNMENT
                    * FX_PLACE_ALIGNMENT;
              g_assert_cmpuint (copy->offset - first->offset, ==,
                                place->offset - fx_program_place (program, command->operands[0].place)->offset);
            }
        }
    }
  g_assert_cmpuint (n_several, >, N_SEEDS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compile-options/levels", test_levels);
  g_test_add_func ("/compile-options/modes", test_modes);
  g_test_add_func ("/compile-options/mode-factor", test_mode_factor);
  g_test_add_func ("/compile-options/jobs", test_jobs);
  g_test_add_func ("/compile-options/cores", test_cores);
  g_test_add_func ("/compile-options/four-cores", test_four_cores);
  g_test_add_func ("/compile-options/prices", test_prices);
  g_test_add_func ("/compile-options/too-many-cores", test_too_many_cores);
  g_test_add_func ("/compile-options/calls", test_calls);
  g_test_add_func ("/compile-options/constants", test_constants);
  return g_test_run ();
}
