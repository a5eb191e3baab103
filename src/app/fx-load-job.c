/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-load-job.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "io/config/config-project.h"
#include "io/fx-file-kind.h"
#include "io/fx-model.h"
#include "io/fx-project-file.h"

#include <glib/gi18n.h>

struct _FxLoadJob
{
  FxJob parent_instance;

  char *path, *weights;
  FxLoaded loaded;
};

G_DEFINE_FINAL_TYPE (FxLoadJob, fx_load_job, FX_TYPE_JOB)

static FxProject *
read_project (FxLoadJob *job, GPtrArray *findings, GError **error)
{
  FxFileKind kind = fx_file_kind (job->path, NULL);
  FxProject *project;

  job->loaded.is_project = kind == FX_FILE_PROJECT;
  job->loaded.is_config = kind == FX_FILE_CONFIG;
  if (job->loaded.is_project)
    return fx_project_file_load (job->path, error);
  if (job->loaded.is_config)
    return fx_config_project_load (job->path, findings, error);
  project = fx_project_new ();
  project->model = g_strdup (job->path);
  project->weights = g_strdup (job->weights);
  return project;
}

static gboolean
fx_load_job_run (FxJob *base, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  FxLoadJob *job = FX_LOAD_JOB (base);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = NULL;

  fx_progress_report (progress, 0, _ ("Reading"));
  job->loaded.project = read_project (job, findings, error);
  if (job->loaded.project == NULL)
    return FALSE;
  fx_progress_report (progress, 0.1, _ ("Reading the model"));
  graph = fx_model_load (job->loaded.project->model, job->loaded.project->weights, findings, error);
  if (graph == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  fx_progress_report (progress, 0.6, _ ("Inferring shapes"));
  fx_graph_infer (graph, NULL);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  fx_progress_report (progress, 0.8, _ ("Applying edits"));
  if (job->loaded.is_config)
    fx_config_project_finish (job->loaded.project, graph);
  fx_project_apply_edits (job->loaded.project, graph, findings);
  fx_project_forget_nodes (job->loaded.project, graph, findings);
  job->loaded.graph = fx_shared_new (g_steal_pointer (&graph), (GDestroyNotify)fx_graph_free);
  job->loaded.findings = fx_shared_new (g_steal_pointer (&findings), (GDestroyNotify)g_ptr_array_unref);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

FxLoadJob *
fx_load_job_new (const char *path, const char *weights)
{
  g_autofree char *name = g_filename_display_basename (path);
  FxLoadJob *job = g_object_new (FX_TYPE_LOAD_JOB, "title", name, NULL);

  job->path = g_canonicalize_filename (path, NULL);
  job->weights = weights != NULL ? g_canonicalize_filename (weights, NULL) : NULL;
  return job;
}

const FxLoaded *
fx_load_job_get_loaded (FxLoadJob *job)
{
  g_return_val_if_fail (fx_job_get_state (FX_JOB (job)) == FX_JOB_DONE, NULL);

  return &job->loaded;
}

static void
fx_load_job_finalize (GObject *object)
{
  FxLoadJob *job = FX_LOAD_JOB (object);

  g_free (job->path);
  g_free (job->weights);
  fx_project_free (job->loaded.project);
  fx_shared_unref (job->loaded.graph);
  fx_shared_unref (job->loaded.findings);
  G_OBJECT_CLASS (fx_load_job_parent_class)->finalize (object);
}

static void
fx_load_job_class_init (FxLoadJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fx_load_job_finalize;
  FX_JOB_CLASS (klass)->run = fx_load_job_run;
}

static void
fx_load_job_init (G_GNUC_UNUSED FxLoadJob *job)
{
}
