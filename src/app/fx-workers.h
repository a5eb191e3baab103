/* The threads that work for the window, and their end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* As g_task_run_in_thread(), for all tasks of the application. */
void fx_workers_run (GTask *task, GTaskThreadFunc func);

/* To be called when the main loop is over, before main() returns: waits for the workers that are still on their way,
 * two seconds at most. What was cancelled ends soon, but must not find the libraries that it uses torn down. */
void fx_workers_wait (void);

G_END_DECLS
