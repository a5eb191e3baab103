/* Opening a model or a project: reading it, inferring shapes, and making the project's edits again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-job.h"
#include "app/fx-shared.h"
#include "io/fx-project.h"

G_BEGIN_DECLS

#define FX_TYPE_LOAD_JOB (fx_load_job_get_type ())
G_DECLARE_FINAL_TYPE (FxLoadJob, fx_load_job, FX, LOAD_JOB, FxJob)

typedef struct
{
  FxProject *project;
  gboolean is_project; /* it came from a project file */
  gboolean is_config;  /* or from a configuration of the boards' converter; neither: from a model */
  FxShared *graph;     /* FxGraph, sorted and inferred, with the edits made */
  FxShared *findings;  /* GPtrArray of FxDiagnostic, of the reader */
} FxLoaded;

/* `path` is a project, a configuration or a model of any known format; `weights` (may be NULL) is the second file of a
 * model that has two: without it, it is looked for in the same folder. */
FxLoadJob *fx_load_job_new (const char *path, const char *weights);

/* What a job that is done has read; borrowed. */
const FxLoaded *fx_load_job_get_loaded (FxLoadJob *job);

G_END_DECLS
