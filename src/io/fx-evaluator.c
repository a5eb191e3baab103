/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-evaluator.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"

typedef struct
{
  FxEngine *engine;
  const FxDataset *dataset;
  const FxPreprocess *preprocess;
  const FxProgress *progress;
  GCancellable *cancellable; /* of the job: also stops the other workers when one fails */

  GMutex mutex;
  guint next, n_done; /* samples handed out, samples counted */
  FxEvaluation evaluation;
  guint failed_sample; /* the lowest one that failed, so that the message is the same every time */
  GError *error;
} Job;

/* The next sample with a label, or FALSE. */
static gboolean
take_sample (Job *job, guint *sample)
{
  gboolean found = FALSE;

  g_mutex_lock (&job->mutex);
  while (!found && job->next < fx_dataset_n_samples (job->dataset) && job->error == NULL)
    {
      found = fx_dataset_sample (job->dataset, job->next)->label >= 0;
      *sample = job->next++;
    }
  g_mutex_unlock (&job->mutex);
  return found;
}

static gboolean
evaluate_sample (Job *job, FxRun *run, guint sample, FxEvaluation *evaluation, GError **error)
{
  g_autoptr (FxTensor) input = NULL;
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, fx_engine_n_outputs (job->engine) + 1);
  const FxSample *info = fx_dataset_sample (job->dataset, sample);
  gboolean ok;

  if (!fx_dataset_load (job->dataset, sample, job->preprocess, fx_engine_input (job->engine, 0), &input, error))
    return FALSE;
  ok = fx_run_execute (run, &input, outputs, job->cancellable, error);
  if (ok)
    {
      FxArray scores = fx_tensor_array (outputs[0]);

      ok = fx_evaluation_add (evaluation, &scores, info->label, error);
    }
  for (guint i = 0; i < fx_engine_n_outputs (job->engine); i++)
    fx_tensor_unref (outputs[i]);
  return ok || fx_error_prefix (error, "%s", info->path);
}

static void
finish_sample (Job *job, guint sample, GError *error)
{
  g_mutex_lock (&job->mutex);
  job->n_done++;
  if (error != NULL && (job->error == NULL || sample < job->failed_sample))
    {
      g_clear_error (&job->error);
      job->error = g_error_copy (error);
      job->failed_sample = sample;
    }
  fx_progress_report (job->progress, (double)job->n_done / MAX (job->dataset->n_labeled, 1), "%u of %u samples",
                      job->n_done, job->dataset->n_labeled);
  g_mutex_unlock (&job->mutex);
}

static gpointer
work (gpointer data)
{
  Job *job = data;
  FxEvaluation evaluation = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxRun) run = fx_run_new (job->engine, &error);
  guint sample;

  if (run == NULL)
    {
      finish_sample (job, 0, error);
      return NULL;
    }
  while (error == NULL && take_sample (job, &sample))
    {
      if (!g_cancellable_set_error_if_cancelled (job->cancellable, &error))
        evaluate_sample (job, run, sample, &evaluation, &error);
      finish_sample (job, sample, error);
    }
  g_mutex_lock (&job->mutex);
  fx_evaluation_merge (&job->evaluation, &evaluation);
  g_mutex_unlock (&job->mutex);
  return NULL;
}

gboolean
fx_evaluate_dataset (FxEngine *engine, const FxDataset *dataset, const FxPreprocess *preprocess, guint n_threads,
                     FxEvaluation *evaluation, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  guint n_workers = MIN (n_threads > 0 ? n_threads : g_get_num_processors (), MAX (dataset->n_labeled, 1));
  g_autofree GThread **workers = g_new0 (GThread *, n_workers);
  Job job = {
    .engine = engine,
    .dataset = dataset,
    .preprocess = preprocess,
    .progress = progress,
    .cancellable = cancellable,
  };

  if (fx_engine_n_inputs (engine) != 1)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the model has %u inputs; a classifier to be evaluated has one",
                    fx_engine_n_inputs (engine));
  if (dataset->n_labeled == 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "none of the %u samples has a label", fx_dataset_n_samples (dataset));

  g_mutex_init (&job.mutex);
  for (guint i = 1; i < n_workers; i++)
    workers[i] = g_thread_new ("evaluate", work, &job);
  work (&job);
  for (guint i = 1; i < n_workers; i++)
    g_thread_join (workers[i]);
  g_mutex_clear (&job.mutex);

  if (job.error != NULL)
    {
      g_propagate_error (error, job.error);
      return FALSE;
    }
  *evaluation = job.evaluation;
  return TRUE;
}
