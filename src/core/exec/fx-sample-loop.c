/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-sample-loop.h"

#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"

typedef struct
{
  const FxSampleLoop *loop;
  GCancellable *cancellable;

  GMutex mutex;
  GCond turn;
  guint next, n_finished; /* sample to hand out; sample whose turn it is to be finished */
  GError *error;
} Job;

typedef struct
{
  Job *job;
  FxRun *run;
  gpointer state;
} Worker;

static gboolean
take_sample (Job *job, guint *sample)
{
  gboolean found;

  g_mutex_lock (&job->mutex);
  found = job->next < job->loop->end && job->error == NULL;
  if (found)
    *sample = job->next++;
  g_mutex_unlock (&job->mutex);
  return found;
}

static gboolean
run_sample (Worker *worker, guint sample, FxTensor **inputs, FxTensor **outputs, GError **error)
{
  Job *job = worker->job;
  const FxSampleLoop *loop = job->loop;

  if (g_cancellable_set_error_if_cancelled (job->cancellable, error)
      || !loop->source (sample, inputs, loop->source_data, error))
    return FALSE;
  if (loop->begin != NULL)
    loop->begin (worker->state, sample);
  return fx_run_execute (worker->run, inputs, outputs, job->cancellable, error)
         || fx_error_prefix (error, "sample %u", sample);
}

/* Waits for the turn of the sample: results and errors come in the order of samples. Takes `error` over. */
static void
finish_sample (Worker *worker, guint sample, FxTensor *const *outputs, GError *error)
{
  Job *job = worker->job;

  g_mutex_lock (&job->mutex);
  while (job->n_finished != sample && job->error == NULL)
    g_cond_wait (&job->turn, &job->mutex);
  if (job->error == NULL && error == NULL
      && job->loop->finish (worker->state, sample, outputs, job->loop->user_data, &job->error))
    job->n_finished++;
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
  FxEngine *engine = worker->job->loop->engine;
  guint n_inputs = fx_engine_n_inputs (engine), n_outputs = fx_engine_n_outputs (engine);
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, n_inputs + 1);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, n_outputs + 1);
  guint sample;

  while (take_sample (worker->job, &sample))
    {
      GError *error = NULL;

      run_sample (worker, sample, inputs, outputs, &error);
      for (guint i = 0; i < n_inputs; i++)
        g_clear_pointer (&inputs[i], fx_tensor_unref);
      finish_sample (worker, sample, outputs, error);
      for (guint i = 0; i < n_outputs; i++)
        g_clear_pointer (&outputs[i], fx_tensor_unref);
    }
  return NULL;
}

static gboolean
worker_init (Worker *worker, Job *job, GError **error)
{
  const FxSampleLoop *loop = job->loop;

  worker->job = job;
  worker->run = fx_run_new (loop->engine, error);
  if (worker->run == NULL)
    return FALSE;
  worker->state = loop->state_new != NULL ? loop->state_new (loop->user_data) : NULL;
  if (loop->observe != NULL)
    fx_run_set_observer (worker->run, loop->observe, worker->state);
  fx_run_set_block_observer (worker->run, loop->observe_blocks);
  return TRUE;
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
    threads[i] = g_thread_new ("samples", work, &workers[i]);
  if (ok)
    work (&workers[0]);
  for (guint i = 0; i < n_workers; i++)
    {
      if (threads[i] != NULL)
        g_thread_join (threads[i]);
      fx_run_free (workers[i].run);
      if (workers[i].state != NULL)
        job->loop->state_free (workers[i].state);
    }
  if (job->error == NULL)
    return ok;
  g_propagate_error (error, g_steal_pointer (&job->error));
  return FALSE;
}

gboolean
fx_sample_loop_run (const FxSampleLoop *loop, GCancellable *cancellable, GError **error)
{
  Job job = { .loop = loop, .cancellable = cancellable, .next = loop->first, .n_finished = loop->first };
  guint n_threads = loop->n_threads > 0 ? loop->n_threads : g_get_num_processors ();
  gboolean ok;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (loop->first >= loop->end)
    return TRUE;
  g_mutex_init (&job.mutex);
  g_cond_init (&job.turn);
  ok = run_workers (&job, MIN (n_threads, loop->end - loop->first), error);
  g_mutex_clear (&job.mutex);
  g_cond_clear (&job.turn);
  return ok;
}
