/* A conversion as a job: runs fx_conversion_run() on its thread and hands figures over as they come.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-job.h"
#include "app/fx-results.h"

G_BEGIN_DECLS

#define FX_TYPE_CONVERT_JOB (fx_convert_job_get_type ())
G_DECLARE_FINAL_TYPE (FxConvertJob, fx_convert_job, FX, CONVERT_JOB, FxJob)

/* `run` names its results among those of the same model: the time of day. Takes the options over. */
FxConvertJob *fx_convert_job_new (const char *title, const char *run, FxConversionOptions *options);
/* What it has brought so far. Borrowed. */
FxResults *fx_convert_job_get_results (FxConvertJob *job);

G_END_DECLS
