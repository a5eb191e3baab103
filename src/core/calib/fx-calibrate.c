/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-calibrate.h"

#include "core/exec/fx-engine.h"
#include "core/fx-error.h"
#include "core/fx-progress.h"
#include "core/graph/fx-graph.h"

#define DEFAULT_KEEP_EVERY 16

typedef struct
{
  FxStatistics *total;
  guint n_samples;
  const FxCalibrateOptions *options;
  const FxProgress *progress;
} Job;

/* What one thread needs. */
typedef struct
{
  FxStatistics *sample;
  gpointer scratch;
} Worker;

static gpointer
worker_new (gpointer user_data)
{
  const Job *job = user_data;
  Worker *worker = g_new (Worker, 1);

  worker->sample = fx_statistics_new_like (job->total);
  worker->scratch = fx_statistics_scratch_new ();
  return worker;
}

static void
worker_free (gpointer data)
{
  Worker *worker = data;

  fx_statistics_free (worker->sample);
  fx_statistics_scratch_free (worker->scratch);
  g_free (worker);
}

static void
begin_cb (gpointer data, G_GNUC_UNUSED guint sample)
{
  Worker *worker = data;

  fx_statistics_reset (worker->sample);
  worker->sample->n_samples = 1;
}

static void
observe_cb (FxId value, const FxArray *array, gpointer data)
{
  Worker *worker = data;

  fx_statistics_add (worker->sample, value, array, worker->scratch);
}

static void
observe_blocks_cb (FxId value, const FxArray *array, gsize block, gpointer data)
{
  Worker *worker = data;

  fx_statistics_add_blocks (worker->sample, value, array, block, worker->scratch);
}

/* Counts the sample and lets the job keep what there is, now and then. */
static gboolean
finish_cb (gpointer data, G_GNUC_UNUSED guint sample, G_GNUC_UNUSED FxTensor *const *outputs, gpointer user_data,
           GError **error)
{
  const Worker *worker = data;
  Job *job = user_data;
  const FxCalibrateOptions *options = job->options;
  guint every = options->keep_every > 0 ? options->keep_every : DEFAULT_KEEP_EVERY;

  fx_statistics_merge (job->total, worker->sample);
  fx_progress_report (job->progress, (double)job->total->n_samples / job->n_samples, "%u of %u samples",
                      job->total->n_samples, job->n_samples);
  if (options->keep == NULL || (job->total->n_samples % every != 0 && job->total->n_samples < job->n_samples))
    return TRUE;
  return options->keep (job->total, options->keep_data, error);
}

static FxEngine *
make_engine (const FxGraph *graph, const FxStatistics *statistics, const FxCalibrateOptions *options,
             GCancellable *cancellable, GError **error)
{
  g_autofree FxId *visible = g_new (FxId, statistics->n_tensors + 1);
  FxEngineOptions engine_options
      = { .n_threads = 1, .max_bytes = options->max_bytes, .visible = visible, .n_visible = statistics->n_tensors };

  for (guint i = 0; i < statistics->n_tensors; i++)
    visible[i] = statistics->tensors[i].value;
  return fx_engine_new (graph, &engine_options, cancellable, error);
}

gboolean
fx_calibrate (const FxGraph *graph, FxStatistics *statistics, guint n_samples, FxSampleSource source,
              gpointer source_data, const FxCalibrateOptions *options, const FxProgress *progress,
              GCancellable *cancellable, GError **error)
{
  static const FxCalibrateOptions defaults = { 0 };
  Job job = {
    .total = statistics, .n_samples = n_samples, .options = options != NULL ? options : &defaults, .progress = progress
  };
  FxSampleLoop loop = { .first = statistics->n_samples,
                        .end = n_samples,
                        .n_threads = job.options->n_threads,
                        .source = source,
                        .source_data = source_data,
                        .state_new = worker_new,
                        .state_free = worker_free,
                        .begin = begin_cb,
                        .observe = observe_cb,
                        .observe_blocks = observe_blocks_cb,
                        .finish = finish_cb,
                        .user_data = &job };
  gboolean ok;

  if (statistics->n_values != fx_graph_n_values (graph))
    return fx_fail (error, FX_ERROR_BAD_DATA, "the statistics are of another graph: of %u values, wanted %u",
                    statistics->n_values, fx_graph_n_values (graph));
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (loop.first >= loop.end)
    return TRUE;
  loop.engine = make_engine (graph, statistics, job.options, cancellable, error);
  if (loop.engine == NULL)
    return FALSE;
  ok = fx_sample_loop_run (&loop, cancellable, error);
  fx_engine_unref (loop.engine);
  return ok;
}
