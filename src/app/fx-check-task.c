/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-check-task.h"

#include "app/fx-problem.h"
#include "app/fx-workers.h"
#include "core/check/fx-check.h"
#include "io/fx-target-file.h"

typedef struct
{
  FxShared *graph, *findings;
  FxProject *project;

  /* made by the worker */
  GPtrArray *groups;
  FxShared *board;
} CheckTask;

static void
check_task_free (gpointer data)
{
  CheckTask *check = data;

  fx_shared_unref (check->graph);
  fx_shared_unref (check->findings);
  fx_project_free (check->project);
  g_clear_pointer (&check->groups, g_ptr_array_unref);
  fx_shared_unref (check->board);
  g_free (check);
}

static void
run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, GCancellable *cancellable)
{
  CheckTask *check = data;
  GError *error = NULL;
  g_autoptr (FxTarget) target = fx_target_load (check->project->target, &error);
  g_auto (GStrv) bpu = fx_project_dup_nodes (check->project, FX_PRECISION_INT8);
  g_auto (GStrv) wide = fx_project_dup_nodes (check->project, FX_PRECISION_INT16);
  g_auto (GStrv) cpu = fx_project_dup_nodes (check->project, FX_PRECISION_FLOAT);
  const FxNodeChoices choices = { bpu, wide, cpu };
  FxCheckReport *report;

  if (target == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  report = fx_check_chosen (fx_shared_get (check->graph), target, fx_shared_get (check->findings), &choices,
                            cancellable, &error);
  if (report == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  check->groups = fx_problems_group (report->diagnostics);
  check->board = fx_shared_new (g_steal_pointer (&target), (GDestroyNotify)fx_target_unref);
  g_task_return_pointer (task, fx_shared_new (report, (GDestroyNotify)fx_check_report_free),
                         (GDestroyNotify)fx_shared_unref);
}

void
fx_check_task_start (gpointer source, FxShared *graph, FxShared *findings, const FxProject *project,
                     GCancellable *cancellable, GAsyncReadyCallback done, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, done, user_data);
  CheckTask *check = g_new0 (CheckTask, 1);

  check->graph = fx_shared_ref (graph);
  check->findings = fx_shared_ref (findings);
  check->project = fx_project_copy (project);
  g_task_set_task_data (task, check, check_task_free);
  fx_workers_run (task, run);
}

FxShared *
fx_check_task_finish (GAsyncResult *result, GPtrArray **groups, FxShared **board, GError **error)
{
  CheckTask *check = g_task_get_task_data (G_TASK (result));
  FxShared *report = g_task_propagate_pointer (G_TASK (result), error);

  if (report != NULL)
    {
      *groups = g_steal_pointer (&check->groups);
      *board = g_steal_pointer (&check->board);
    }
  return report;
}
