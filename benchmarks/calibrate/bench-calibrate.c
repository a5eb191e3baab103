/* What calibration costs, as a ratio to the float forward in the same process.
 *
 *   bench-calibrate MODEL DATASET PREPROCESS [SAMPLES [THREADS]]
 *
 * Decoding of pictures is timed by itself, as it is the same for both.
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

static double
milliseconds (gint64 begin, guint n)
{
  return (double)(g_get_monotonic_time () - begin) / 1000.0 / n;
}

static double
time_decoding (Data *data, guint n, GError **error)
{
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < n; i++)
    {
      FxTensor *tensor;

      if (!fx_dataset_load (data->dataset, i, data->preprocess, NULL, &tensor, error))
        return 0.0;
      g_ptr_array_add (data->samples, tensor);
    }
  return milliseconds (begin, n);
}

static double
time_forward (const FxGraph *graph, Data *data, guint n, guint n_threads, GError **error)
{
  FxEngineOptions options = { .n_threads = n_threads };
  g_autoptr (FxEngine) engine = fx_engine_new (graph, &options, NULL, error);
  g_autoptr (FxRun) run = engine != NULL ? fx_run_new (engine, error) : NULL;
  g_autofree FxTensor **outputs = NULL;
  gint64 begin = 0;

  if (run == NULL)
    return 0.0;
  outputs = g_new0 (FxTensor *, fx_engine_n_outputs (engine) + 1);
  for (guint i = 0; i < n + 2; i++) /* two to warm up */
    {
      FxTensor *input = data->samples->pdata[i % n];

      if (i == 2)
        begin = g_get_monotonic_time ();
      if (!fx_run_execute (run, &input, outputs, NULL, error))
        return 0.0;
      for (guint k = 0; k < fx_engine_n_outputs (engine); k++)
        g_clear_pointer (&outputs[k], fx_tensor_unref);
    }
  return milliseconds (begin, n);
}

static double
time_calibrate (const FxGraph *graph, FxStatistics *statistics, Data *data, guint n, guint n_threads, GError **error)
{
  FxCalibrateOptions options = { .n_threads = n_threads };
  gint64 begin = g_get_monotonic_time ();

  if (!fx_calibrate (graph, statistics, n, ready_sample, data, &options, NULL, NULL, error))
    return 0.0;
  return milliseconds (begin, n);
}

static double
time_thresholds (const FxStatistics *statistics, guint n)
{
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < statistics->n_tensors; i++)
    for (guint m = 0; m < fx_n_threshold_methods; m++)
      {
        FxRange range;

        fx_threshold_compute (fx_threshold_methods[m], &statistics->tensors[i], NULL, &range);
      }
  return milliseconds (begin, n);
}

static void
measure (const FxGraph *graph, Data *data, guint n, guint n_threads, GError **error)
{
  g_autoptr (FxStatistics) statistics = fx_statistics_new (graph);
  double decode = time_decoding (data, n, error), forward, calibrate, thresholds;
  struct rusage usage;

  if (*error != NULL)
    return;
  forward = time_forward (graph, data, n, n_threads, error);
  calibrate = *error == NULL ? time_calibrate (graph, statistics, data, n, n_threads, error) : 0.0;
  if (*error != NULL)
    return;
  thresholds = time_thresholds (statistics, n);
  getrusage (RUSAGE_SELF, &usage);
  printf ("%u samples, %u threads, %u tensors; ms per sample\n", n, n_threads, statistics->n_tensors);
  printf ("decode, one thread  %8.2f\nforward             %8.2f\nstatistics          %8.2f  %.2f forwards\n", decode,
          forward, calibrate, calibrate / forward);
  printf ("ranges, symmetric   %8.2f\nall                 %8.2f  %.2f forwards\npeak memory         %ld MiB\n",
          thresholds, calibrate + thresholds, (calibrate + thresholds) / forward, usage.ru_maxrss / 1024);
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
