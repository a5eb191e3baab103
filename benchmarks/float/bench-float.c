/* bench-float: our side of the float benchmark: one model, one thread count, one process.
 *
 *   bench-float MODEL INPUT.f32 OUTPUT.f32 THREADS SECONDS
 *
 * runs the model, which has one input and one output, three times to warm up and then for that long; writes the last
 * output and prints one JSON line {"median_ms", "cpu_ms", "runs", "peak_kb"}; cpu_ms is the median of the processor
 * time that a run takes on all threads together. run.py starts it and its peer in turn.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench-clock.h"

#include "core/exec/fx-engine.h"
#include "core/exec/fx-threads.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-model.h"

#include <stdio.h>
#include <sys/resource.h>

#define WARM_UP_RUNS 3
#define MIN_RUNS 5

typedef struct
{
  FxEngine *engine;
  FxRun *run;
  FxTensor *input;
  FxTensor *output;
  GArray *wall_ms, *cpu_ms; /* of each run */
} Bench;

static void
bench_clear (Bench *bench)
{
  fx_tensor_unref (bench->output);
  fx_tensor_unref (bench->input);
  fx_run_free (bench->run);
  fx_engine_unref (bench->engine);
  g_array_unref (bench->wall_ms);
  g_array_unref (bench->cpu_ms);
}

static gboolean
bench_init (Bench *bench, const char *model_path, const char *input_path, guint n_threads, GError **error)
{
  FxEngineOptions options = { .n_threads = n_threads };
  g_autoptr (FxGraph) graph = fx_model_load (model_path, NULL, NULL, error);
  g_autoptr (GBytes) bytes = NULL;
  char *data;
  gsize size;

  if (graph == NULL)
    return FALSE;
  bench->engine = fx_engine_new (graph, &options, NULL, error);
  if (bench->engine == NULL)
    return FALSE;
  if (fx_engine_n_inputs (bench->engine) != 1 || fx_engine_n_outputs (bench->engine) != 1)
    return fx_fail (error, FX_ERROR_FAILED, "%s: not one input and one output", model_path);
  if (!g_file_get_contents (input_path, &data, &size, error))
    return FALSE;
  bytes = g_bytes_new_take (data, size);
  bench->input = fx_tensor_new (FX_DTYPE_FLOAT, &fx_engine_input (bench->engine, 0)->shape, bytes, error);
  if (bench->input == NULL)
    return FALSE;
  bench->run = fx_run_new (bench->engine, error);
  return bench->run != NULL;
}

static gboolean
bench_step (Bench *bench, GError **error)
{
  g_clear_pointer (&bench->output, fx_tensor_unref);
  return fx_run_execute (bench->run, &bench->input, &bench->output, NULL, error);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static double
median (GArray *values)
{
  g_array_sort (values, compare_doubles);
  return g_array_index (values, double, values->len / 2);
}

/* Runs the model at least MIN_RUNS times and notes what each took. */
static gboolean
bench_measure (Bench *bench, double seconds, GError **error)
{
  double end;

  for (guint i = 0; i < WARM_UP_RUNS; i++)
    if (!bench_step (bench, error))
      return FALSE;
  end = bench_clock_ms (CLOCK_MONOTONIC) + seconds * 1e3;
  do
    {
      double wall = bench_clock_ms (CLOCK_MONOTONIC), cpu = bench_clock_ms (CLOCK_PROCESS_CPUTIME_ID);

      if (!bench_step (bench, error))
        return FALSE;
      cpu = bench_clock_ms (CLOCK_PROCESS_CPUTIME_ID) - cpu;
      wall = bench_clock_ms (CLOCK_MONOTONIC) - wall;
      g_array_append_val (bench->wall_ms, wall);
      g_array_append_val (bench->cpu_ms, cpu);
    }
  while (bench->wall_ms->len < MIN_RUNS || bench_clock_ms (CLOCK_MONOTONIC) < end);
  return TRUE;
}

static gboolean
bench_report (Bench *bench, const char *output_path, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (fx_tensor_bytes (bench->output), &size);
  struct rusage usage;

  if (!g_file_set_contents (output_path, data, size, error))
    return FALSE;
  getrusage (RUSAGE_SELF, &usage);
  printf ("{\"median_ms\": %.4f, \"cpu_ms\": %.4f, \"runs\": %u, \"peak_kb\": %ld}\n", median (bench->wall_ms),
          median (bench->cpu_ms), bench->wall_ms->len, usage.ru_maxrss);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Bench bench = { 0 };
  gboolean done;

  fx_threads_setup (argv);
  if (argc != 6)
    {
      fprintf (stderr, "usage: bench-float MODEL INPUT.f32 OUTPUT.f32 THREADS SECONDS\n");
      return 2;
    }
  bench.wall_ms = g_array_new (FALSE, FALSE, sizeof (double));
  bench.cpu_ms = g_array_new (FALSE, FALSE, sizeof (double));
  done = bench_init (&bench, argv[1], argv[2], (guint)g_ascii_strtoull (argv[4], NULL, 10), &error)
         && bench_measure (&bench, g_ascii_strtod (argv[5], NULL), &error) && bench_report (&bench, argv[3], &error);
  if (!done)
    fprintf (stderr, "bench-float: %s\n", error->message);
  bench_clear (&bench);
  return done ? 0 : 1;
}
