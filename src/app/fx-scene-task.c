/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-scene-task.h"

#include "app/fx-workers.h"

typedef struct
{
  FxShared *graph, *report;
  FxScene *like; /* or NULL */
  char **expanded;
} SceneTask;

static void
scene_task_free (gpointer data)
{
  SceneTask *work = data;

  fx_shared_unref (work->graph);
  fx_shared_unref (work->report);
  fx_scene_unref (work->like);
  g_strfreev (work->expanded);
  g_free (work);
}

static void
run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, GCancellable *cancellable)
{
  const SceneTask *work = data;
  FxSceneOptions options = { .group_scopes = work->expanded != NULL, .expanded = (const char *const *)work->expanded };
  const FxGraph *graph = fx_shared_get (work->graph);
  const FxCheckReport *report = fx_shared_get (work->report);
  GError *error = NULL;
  FxScene *scene = work->like != NULL ? fx_scene_new_like (work->like, graph, report, cancellable, &error)
                                      : fx_scene_new (graph, report, &options, cancellable, &error);

  if (scene != NULL)
    g_task_return_pointer (task, scene, (GDestroyNotify)fx_scene_unref);
  else
    g_task_return_error (task, error);
}

void
fx_scene_task_start (gpointer source, FxShared *graph, FxShared *report, FxScene *like, const char *const *expanded,
                     GCancellable *cancellable, GAsyncReadyCallback done, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, done, user_data);
  SceneTask *work = g_new0 (SceneTask, 1);

  work->graph = fx_shared_ref (graph);
  work->report = fx_shared_ref (report);
  work->like = like != NULL ? fx_scene_ref (like) : NULL;
  work->expanded = g_strdupv ((char **)expanded);
  g_task_set_task_data (task, work, scene_task_free);
  fx_workers_run (task, run);
}

FxScene *
fx_scene_task_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
