/* What calibration costs, as a ratio to the float forward in the same process.
 *
 *   bench-calibrate MODEL DATASET PREPROCESS [SAMPLES [THREADS]]
 *
 * Decoding of pictures is timed by itself, as it is the same for both. Processor time is what compares on a machine
 * that has other things to do; for several threads it includes that of waiting for one another.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-calibrate.h"
#include "core/calib/fx-thresholds.h"
#include "core/exec/fx-engine.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/passes/fx-passes.h"
#include "io/fx-dataset.h"
#include "io/fx-model.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

typedef struct
{
  FxDataset *dataset;
  FxPreprocess *preprocess;
  GPtrArray *samples; /* FxTensor */
} Data;

static gboolean
ready_sample (guint i, FxTensor **inputs, gpointer user_data, G_GNUC_UNUSED GError **error)
{
  const Data *data = user_data;

  inputs[0] = fx_tensor_ref (data->samples->pdata[i % data->samples->len]);
  return TRUE;
}

/* Milliseconds for each sample. */
typedef struct
{
  double wall, cpu;
} Cost;

static Cost
now (void)
{
  return (Cost){ (double)g_get_monotonic_time () / 1e3, (double)clock () / (CLOCKS_PER_SEC / 1e3) };
}

static Cost
since (Cost begin, guint n)
{
  Cost end = now ();

  return (Cost){ (end.wall - begin.wall) / n, (end.cpu - begin.cpu) / n };
}

static void
print_cost (const char *name, Cost cost, Cost forward)
{
  printf ("%-22s %9.2f %9.2f %9.2f %9.2f\n", name, cost.wall, cost.cpu, cost.wall / forward.wall,
          cost.cpu / forward.cpu);
}

static Cost
time_decoding (Data *data, guint n, GError **error)
{
  Cost begin = now ();

  for (guint i = 0; i < n; i++)
    {
      FxTensor *tensor;

      if (!fx_dataset_load (data->dataset, i, data->preprocess, NULL, &tensor, error))
        return (Cost){ 0 };
      g_ptr_array_add (data->samples, tensor);
    }
  return since (begin, n);
}

static Cost
time_forward (const FxGraph *graph, Data *data, guint n, guint n_threads, GError **error)
{
  FxEngineOptions options = { .n_threads = n_threads };
  g_autoptr (FxEngine) engine = fx_engine_new (graph, &options, NULL, error);
  g_autoptr (FxRun) run = engine != NULL ? fx_run_new (engine, error) : NULL;
  g_autofree FxTensor **outputs = NULL;
  Cost begin = { 0 };

  if (run == NULL)
    return (Cost){ 0 };
  outputs = g_new0 (FxTensor *, fx_engine_n_outputs (engine) + 1);
  for (guint i = 0; i < n + 2; i++) /* two to warm up */
    {
      FxTensor *input = data->samples->pdata[i % n];

      if (i == 2)
        begin = now ();
      if (!fx_run_execute (run, &input, outputs, NULL, error))
        return (Cost){ 0 };
      for (guint k = 0; k < fx_engine_n_outputs (engine); k++)
        g_clear_pointer (&outputs[k], fx_tensor_unref);
    }
  return since (begin, n);
}

static Cost
time_calibrate (const FxGraph *graph, FxStatistics *statistics, Data *data, guint n, guint n_threads, GError **error)
{
  FxCalibrateOptions options = { .n_threads = n_threads };
  Cost begin = now ();

  if (!fx_calibrate (graph, statistics, n, ready_sample, data, &options, NULL, NULL, error))
    return (Cost){ 0 };
  return since (begin, n);
}

static Cost
time_thresholds (const FxStatistics *statistics, guint n)
{
  Cost begin = now ();

  for (guint i = 0; i < statistics->n_tensors; i++)
    for (guint m = 0; m < fx_n_threshold_methods; m++)
      {
        FxRange range;

        fx_threshold_compute (fx_threshold_methods[m], &statistics->tensors[i], NULL, &range);
      }
  return since (begin, n);
}

static void
measure (const FxGraph *graph, Data *data, guint n, guint n_threads, GError **error)
{
  g_autoptr (FxStatistics) statistics = fx_statistics_new (graph);
  Cost decode = time_decoding (data, n, error), forward, calibrate, thresholds;
  struct rusage usage;

  if (*error != NULL)
    return;
  forward = time_forward (graph, data, n, n_threads, error);
  if (*error != NULL)
    return;
  calibrate = time_calibrate (graph, statistics, data, n, n_threads, error);
  if (*error != NULL)
    return;
  thresholds = time_thresholds (statistics, n);
  getrusage (RUSAGE_SELF, &usage);
  printf ("%u samples, %u threads, %u tensors\n%-22s %9s %9s %9s %9s\n", n, n_threads, statistics->n_tensors,
          "ms per sample", "wall", "cpu", "/ forward", "/ forward");
  print_cost ("decode, one thread", decode, forward);
  print_cost ("forward", forward, forward);
  print_cost ("statistics", calibrate, forward);
  print_cost ("symmetric ranges", thresholds, forward);
  print_cost ("statistics and ranges", (Cost){ calibrate.wall + thresholds.wall, calibrate.cpu + thresholds.cpu },
              forward);
  printf ("peak memory %ld MiB\n", usage.ru_maxrss / 1024);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = NULL;
  Data data = { .samples = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref) };

  if (argc < 4)
    {
      fprintf (stderr, "usage: bench-calibrate MODEL DATASET PREPROCESS [SAMPLES [THREADS]]\n");
      return 2;
    }
  graph = fx_model_load (argv[1], NULL, NULL, &error);
  if (graph != NULL)
    {
      fx_graph_infer (graph, NULL);
      fx_passes_run_float (graph, NULL, NULL, &error);
    }
  if (error == NULL)
    data.dataset = fx_dataset_open (argv[2], NULL, &error);
  if (error == NULL)
    data.preprocess = fx_preprocess_parse (argv[3], &error);
  if (error == NULL)
    {
      guint n = argc > 4 ? (guint)atoi (argv[4]) : 100;

      fx_dataset_select (data.dataset, n, 0);
      measure (graph, &data, fx_dataset_n_samples (data.dataset), argc > 5 ? (guint)atoi (argv[5]) : 2, &error);
    }
  if (error != NULL)
    fprintf (stderr, "bench-calibrate: %s\n", error->message);
  g_ptr_array_unref (data.samples);
  fx_dataset_free (data.dataset);
  fx_preprocess_free (data.preprocess);
  return error != NULL;
}
