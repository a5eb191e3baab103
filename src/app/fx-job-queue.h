/* Jobs that wait for their turn: one runs at a time, since each uses all processors.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-job.h"

G_BEGIN_DECLS

#define FX_TYPE_JOB_QUEUE (fx_job_queue_get_type ())
G_DECLARE_FINAL_TYPE (FxJobQueue, fx_job_queue, FX, JOB_QUEUE, GObject)

/* A GListModel of FxJob, newest first; those that ended stay in it. Property "active" (boolean): one waits or runs. */
FxJobQueue *fx_job_queue_new (void);
/* Starts the job as soon as those before it have ended. */
void fx_job_queue_add (FxJobQueue *queue, FxJob *job);
/* Stops the one that runs and drops those that wait. */
void fx_job_queue_cancel_all (FxJobQueue *queue);
gboolean fx_job_queue_is_active (FxJobQueue *queue);
/* The job that runs; NULL: none does. Borrowed. */
FxJob *fx_job_queue_get_running (FxJobQueue *queue);

G_END_DECLS
