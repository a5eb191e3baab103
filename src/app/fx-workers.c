/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-workers.h"

#define PATIENCE (2 * G_TIME_SPAN_SECOND)
#define FEW 2

typedef struct
{
  GTask *task;
  GTaskThreadFunc func;
} Work;

static GMutex mutex;
static GCond less; /* n_running became less */
static guint n_running;

static gboolean
do_nothing (G_GNUC_UNUSED gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* Lets go of `task` where it was made. Not g_main_context_invoke(), which does it here if nobody iterates there just
 * now. */
static void
give_back (GTask *task)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, do_nothing, task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

static void
run (gpointer data, G_GNUC_UNUSED gpointer user_data)
{
  Work *work = data;
  GTask *task = work->task;

  work->func (task, g_task_get_source_object (task), g_task_get_task_data (task), g_task_get_cancellable (task));
  give_back (task);
  g_free (work);
  g_mutex_lock (&mutex);
  n_running--;
  g_cond_signal (&less);
  g_mutex_unlock (&mutex);
}

static void
push (GThreadPool **pool, int most, GTask *task, GTaskThreadFunc func)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ g_object_ref (task), func };
  g_mutex_lock (&mutex);
  if (*pool == NULL)
    *pool = g_thread_pool_new (run, NULL, most, FALSE, NULL);
  n_running++;
  g_mutex_unlock (&mutex);
  g_thread_pool_push (*pool, work, NULL);
}

void
fx_workers_run (GTask *task, GTaskThreadFunc func)
{
  static GThreadPool *pool;

  push (&pool, -1, task, func);
}

void
fx_workers_run_few (GTask *task, GTaskThreadFunc func)
{
  static GThreadPool *pool;

  push (&pool, FEW, task, func);
}

void
fx_workers_wait (void)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&mutex);
  while (n_running > 0 && g_cond_wait_until (&less, &mutex, until))
    continue;
  g_mutex_unlock (&mutex);
}
