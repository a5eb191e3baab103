/* Workers of the application: what a task holds is released on the main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* threads of one processor, and of the lowest priority */
#include "app/fx-workers.h"

#include <sched.h>

static GThread *last_thread; /* that released an owner */
static guint n_released, n_done;

static void
released_cb (G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GObject *where)
{
  last_thread = g_thread_self ();
  n_released++;
}

static void
done_cb (G_GNUC_UNUSED GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  n_done++;
}

/* On a processor that they share, a thread that is only run when there is nothing else to do gives way to the main
 * thread as soon as it wakes it: the main thread is through with the result before the worker goes on. */
static void
answer (GTask *task, G_GNUC_UNUSED gpointer source, G_GNUC_UNUSED gpointer data,
        G_GNUC_UNUSED GCancellable *cancellable)
{
  const struct sched_param param = { 0 };

  g_assert_cmpint (sched_setscheduler (0, SCHED_IDLE, &param), ==, 0);
  g_task_return_boolean (task, TRUE);
}

static void
share_processor (void)
{
  cpu_set_t all, one;

  CPU_ZERO (&one);
  g_assert_cmpint (sched_getaffinity (0, sizeof all, &all), ==, 0);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT (&one) == 0; i++)
    if (CPU_ISSET (i, &all))
      CPU_SET (i, &one);
  g_assert_cmpint (sched_setaffinity (0, sizeof one, &one), ==, 0);
}

static void
test_released (gconstpointer data)
{
  void (*const run) (GTask *, GTaskThreadFunc) = *(void (*const *) (GTask *, GTaskThreadFunc))data;

  n_released = n_done = 0;
  for (guint i = 1; i <= 100; i++)
    {
      g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
      g_autoptr (GTask) task = g_task_new (owner, NULL, done_cb, NULL);

      g_object_weak_ref (owner, released_cb, NULL);
      run (task, answer);
      g_clear_object (&task);
      g_clear_object (&owner);
      while (n_released < i)
        g_main_context_iteration (NULL, n_done < i);
      g_assert_cmpuint (n_done, ==, i);
      g_assert_true (last_thread == g_thread_self ());
    }
}

/* Few at a time, but all of them. */

static guint n_now, n_most;
static GMutex mutex;

static void
count (GTask *task, G_GNUC_UNUSED gpointer source, G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  g_mutex_lock (&mutex);
  n_now++;
  n_most = MAX (n_most, n_now);
  g_mutex_unlock (&mutex);
  g_usleep (1000);
  g_mutex_lock (&mutex);
  n_now--;
  g_mutex_unlock (&mutex);
  g_task_return_boolean (task, TRUE);
}

static void
test_few (void)
{
  n_done = 0;
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, done_cb, NULL);

      fx_workers_run_few (task, count);
    }
  while (n_done < 20)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_most, <=, 2);
}

/* Nobody is on the way any more when the wait is over. */
static void
test_wait (void)
{
  n_done = 0;
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, done_cb, NULL);

      fx_workers_run (task, count);
    }
  fx_workers_wait ();
  g_assert_cmpuint (n_now, ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (n_done, ==, 20);
}

int
main (int argc, char **argv)
{
  static void (*const run) (GTask *, GTaskThreadFunc) = fx_workers_run;
  static void (*const run_few) (GTask *, GTaskThreadFunc) = fx_workers_run_few;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/workers/few", test_few);
  g_test_add_func ("/app/workers/wait", test_wait);
  share_processor ();
  g_test_add_data_func ("/app/workers/released", &run, test_released);
  g_test_add_data_func ("/app/workers/released-few", &run_few, test_released);
  return g_test_run ();
}
