/* The threads that work for the window, and their end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* As g_task_run_in_thread(), for all tasks of the application, but for the end: what the task holds is always released
 * on the thread whose main context `task` was made in. GLib releases it on the worker if that is the last to hold the
 * task, and a window whose last owner is a task would then be destroyed beside the toolkit's own thread. */
void fx_workers_run (GTask *task, GTaskThreadFunc func);

/* The same for tasks that come in crowds, as a strip of pictures does: two of them run at a time. */
void fx_workers_run_few (GTask *task, GTaskThreadFunc func);

/* To be called when the main loop is over, before main() returns: waits for the workers that are still on their way,
 * two seconds at most. What was cancelled ends soon, but must not find the libraries that it uses torn down. */
void fx_workers_wait (void);

G_END_DECLS
