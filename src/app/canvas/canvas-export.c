/* The picture of the canvas as a file, drawn by a worker.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas-private.h"

#include "app/fx-workers.h"
#include "fx-scene-export.h"

/* What is drawn, by a worker: nothing of it changes any more. */
typedef struct
{
  FxScene *scene;
  const FxSceneStyle *style;
  FxOverlay *overlay;
  char *path;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  fx_scene_unref (export->scene);
  fx_overlay_unref (export->overlay);
  g_free (export->path);
  g_free (export);
}

static void
export_run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  const Export *export = data;
  GError *error = NULL;

  if (fx_scene_export (export->scene, export->style, export->overlay, export->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
fx_canvas_export_async (FxCanvas *canvas, const char *path, GAsyncReadyCallback done, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (canvas, NULL, done, user_data);
  Export *export;

  if (canvas->scene == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: there is nothing to draw", path);
      return;
    }
  export = g_new0 (Export, 1);
  export->scene = fx_scene_ref (canvas->scene);
  export->style = fx_canvas_style ();
  export->overlay = canvas->overlay != NULL ? fx_overlay_ref (canvas->overlay) : NULL;
  export->path = g_strdup (path);
  g_task_set_task_data (task, export, export_free);
  fx_workers_run (task, export_run);
}

gboolean
fx_canvas_export_finish (G_GNUC_UNUSED FxCanvas *canvas, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
