/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-workers.h"

#define PATIENCE (2 * G_TIME_SPAN_SECOND)

static GMutex mutex;
static GCond less; /* n_running became less */
static guint n_running;

static GQuark
func_quark (void)
{
  return g_quark_from_static_string ("fx-workers-func");
}

static void
run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GTaskThreadFunc func = (GTaskThreadFunc)g_object_get_qdata (G_OBJECT (task), func_quark ());

  func (task, source, data, cancellable);
  g_mutex_lock (&mutex);
  n_running--;
  g_cond_signal (&less);
  g_mutex_unlock (&mutex);
}

void
fx_workers_run (GTask *task, GTaskThreadFunc func)
{
  g_object_set_qdata (G_OBJECT (task), func_quark (), (gpointer)func);
  g_mutex_lock (&mutex);
  n_running++;
  g_mutex_unlock (&mutex);
  g_task_run_in_thread (task, run);
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
