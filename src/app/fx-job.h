/* Work on a thread of its own that a person can watch and stop.
 *
 * A subclass writes one blocking function; everything about threads is here. What the worker reports is kept under a
 * lock and announced on the main thread at most once in 33 ms, however often it reports.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-progress.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  FX_JOB_QUEUED,
  FX_JOB_RUNNING,
  FX_JOB_CANCELLING, /* still running, asked to stop */
  FX_JOB_DONE,
  FX_JOB_FAILED,
  FX_JOB_CANCELLED,
} FxJobState;

#define FX_TYPE_JOB (fx_job_get_type ())
G_DECLARE_DERIVABLE_TYPE (FxJob, fx_job, FX, JOB, GObject)

/* Properties: title (string, construct), message (string), fraction (double 0…1), state (FxJobState as uint), and
 * remaining (string: how much longer, or NULL). Signal "finished" () once, on the main thread. */
struct _FxJobClass
{
  GObjectClass parent_class;

  /* The work, on the worker. FALSE and *error on failure; cancellation is G_IO_ERROR_CANCELLED. */
  gboolean (*run) (FxJob *job, const FxProgress *progress, GCancellable *cancellable, GError **error);
  /* On the main thread, with each announcement and once before "finished": hands over what came in. May be NULL. */
  void (*deliver) (FxJob *job);
};

/* Each of these on the main thread. */
void fx_job_start (FxJob *job);  /* of a queued one */
void fx_job_cancel (FxJob *job); /* a queued one ends at once, a running one soon; others are left alone */
const char *fx_job_get_title (FxJob *job);
const char *fx_job_get_message (FxJob *job);
double fx_job_get_fraction (FxJob *job);
FxJobState fx_job_get_state (FxJob *job);
const GError *fx_job_get_error (FxJob *job); /* of a failed one */
gboolean fx_job_is_active (FxJob *job);      /* queued, running or cancelling */
char *fx_job_dup_remaining (FxJob *job);     /* "about 2 minutes left"; NULL while nothing can be said */

/* From any thread: something is there to deliver. */
void fx_job_announce (FxJob *job);

G_END_DECLS
