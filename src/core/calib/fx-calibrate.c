/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-calibrate.h"

#include "core/exec/fx-engine.h"
#include "core/fx-error.h"
#include "core/fx-progress.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

#define DEFAULT_KEEP_EVERY 16

typedef struct
{
  FxEngine *engine;
  FxStatistics *total;
  guint n_samples;
  FxSampleSource source;
  gpointer source_data;
  const FxCalibrateOptions *options;
  const FxProgress *progress;
  GCancellable *cancellable;

  GMutex mutex;
  GCond turn;
  guint next; /* sample to hand out; total->n_samples is the one whose turn it is to be counted */
  GError *error;
} Job;

/* What one thread needs. */
typedef struct
{
  Job *job;
  FxRun *run;
  FxStatistics *sample;
  gpointer scratch;
} Worker;

static void
observe_cb (FxId value, const FxArray *array, gpointer data)
{
  Worker *worker = data;

  fx_statistics_add (worker->sample, value, array, worker->scratch);
}

static gboolean
take_sample (Job *job, guint *sample)
{
  gboolean found;

  g_mutex_lock (&job->mutex);
  found = job->next < job->n_samples && job->error == NULL;
  if (found)
    *sample = job->next++;
  g_mutex_unlock (&job->mutex);
  return found;
}

static gboolean
run_sample (Worker *worker, guint sample, GError **error)
{
  Job *job = worker->job;
  guint n_inputs = fx_engine_n_inputs (job->engine), n_outputs = fx_engine_n_outputs (job->engine);
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, n_inputs + 1);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, n_outputs + 1);
  gboolean ok = !g_cancellable_set_error_if_cancelled (job->cancellable, error)
                && job->source (sample, inputs, job->source_data, error);

  fx_statistics_reset (worker->sample);
  worker->sample->n_samples = 1;
  if (ok && !fx_run_execute (worker->run, inputs, outputs, job->cancellable, error))
    ok = fx_error_prefix (error, "sample %u", sample);
  for (guint i = 0; i < n_inputs; i++)
    fx_tensor_unref (inputs[i]);
  for (guint i = 0; i < n_outputs; i++)
    fx_tensor_unref (outputs[i]);
  return ok;
}

/* Counts the sample and lets the job keep what there is, now and then. */
static gboolean
count_sample (Job *job, const FxStatistics *sample, GError **error)
{
  const FxCalibrateOptions *options = job->options;
  guint every = options->keep_every > 0 ? options->keep_every : DEFAULT_KEEP_EVERY;

  fx_statistics_merge (job->total, sample);
  fx_progress_report (job->progress, (double)job->total->n_samples / job->n_samples, "%u of %u samples",
                      job->total->n_samples, job->n_samples);
  if (options->keep == NULL || (job->total->n_samples % every != 0 && job->total->n_samples < job->n_samples))
    return TRUE;
  return options->keep (job->total, options->keep_data, error);
}

/* Waits for the turn of the sample: results and errors come in the order of samples. Takes `error` over. */
static void
finish_sample (Job *job, guint sample, const FxStatistics *statistics, GError *error)
{
  g_mutex_lock (&job->mutex);
  while (job->total->n_samples != sample && job->error == NULL)
    g_cond_wait (&job->turn, &job->mutex);
  if (job->error == NULL && error == NULL)
    count_sample (job, statistics, &job->error);
  else if (job->error == NULL)
    job->error = g_steal_pointer (&error);
  g_cond_broadcast (&job->turn);
  g_mutex_unlock (&job->mutex);
  g_clear_error (&error);
}

static gpointer
work (gpointer data)
{
  Worker *worker = data;
  guint sample;

  while (take_sample (worker->job, &sample))
    {
      GError *error = NULL;

      run_sample (worker, sample, &error);
      finish_sample (worker->job, sample, worker->sample, error);
    }
  return NULL;
}

static gboolean
worker_init (Worker *worker, Job *job, GError **error)
{
  worker->job = job;
  worker->run = fx_run_new (job->engine, error);
  if (worker->run == NULL)
    return FALSE;
  worker->sample = fx_statistics_new_like (job->total);
  worker->scratch = fx_statistics_scratch_new ();
  fx_run_set_observer (worker->run, observe_cb, worker);
  return TRUE;
}

static void
worker_clear (Worker *worker)
{
  fx_run_free (worker->run);
  fx_statistics_free (worker->sample);
  fx_statistics_scratch_free (worker->scratch);
}

static gboolean
run_workers (Job *job, guint n_workers, GError **error)
{
  g_autofree Worker *workers = g_new0 (Worker, n_workers);
  g_autofree GThread **threads = g_new0 (GThread *, n_workers);
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < n_workers; i++)
    ok = worker_init (&workers[i], job, error);
  for (guint i = 1; ok && i < n_workers; i++)
    threads[i] = g_thread_new ("calibrate", work, &workers[i]);
  if (ok)
    work (&workers[0]);
  for (guint i = 0; i < n_workers; i++)
    {
      if (threads[i] != NULL)
        g_thread_join (threads[i]);
      worker_clear (&workers[i]);
    }
  if (job->error != NULL)
    g_propagate_error (error, g_steal_pointer (&job->error));
  else if (ok)
    return TRUE;
  return FALSE;
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
  Job job = { .total = statistics,
              .n_samples = n_samples,
              .source = source,
              .source_data = source_data,
              .options = options != NULL ? options : &defaults,
              .progress = progress,
              .cancellable = cancellable,
              .next = statistics->n_samples };
  guint n_left = n_samples - MIN (statistics->n_samples, n_samples);
  guint n_threads = job.options->n_threads > 0 ? job.options->n_threads : g_get_num_processors ();
  gboolean ok;

  if (statistics->n_values != fx_graph_n_values (graph))
    return fx_fail (error, FX_ERROR_BAD_DATA, "the statistics are of another graph: of %u values, wanted %u",
                    statistics->n_values, fx_graph_n_values (graph));
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (n_left == 0)
    return TRUE;
  job.engine = make_engine (graph, statistics, job.options, cancellable, error);
  if (job.engine == NULL)
    return FALSE;
  g_mutex_init (&job.mutex);
  g_cond_init (&job.turn);
  ok = run_workers (&job, MIN (n_threads, n_left), error);
  g_mutex_clear (&job.mutex);
  g_cond_clear (&job.turn);
  fx_engine_unref (job.engine);
  return ok;
}
