/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-preview.h"

#include "app/fx-pipeline.h"
#include "app/fx-texture.h"
#include "app/fx-workers.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-dataset.h"
#include "io/image.h"

#define SIDE 256

typedef struct
{
  FxShared *dataset;
  char *preprocess;
  FxShape shape;
} PreviewTask;

static void
preview_task_free (gpointer data)
{
  PreviewTask *task = data;

  fx_shared_unref (task->dataset);
  g_free (task->preprocess);
  g_free (task);
}

void
fx_preview_free (FxPreview *preview)
{
  if (preview == NULL)
    return;
  g_clear_object (&preview->before);
  g_clear_object (&preview->after);
  g_free (preview->size);
  g_free (preview);
}

static gboolean
show_before (FxPreview *preview, const FxSample *sample, GError **error)
{
  g_autoptr (FxImage) image = NULL;

  if (!sample->is_image)
    return TRUE;
  image = fx_image_load (sample->path, NULL, error);
  if (image == NULL)
    return FALSE;
  preview->size = g_strdup_printf ("%d × %d", image->width, image->height);
  preview->before = fx_texture_thumbnail (image, SIDE, error);
  return preview->before != NULL;
}

static gboolean
show_after (FxPreview *preview, const PreviewTask *task, GError **error)
{
  const char *text = task->preprocess != NULL ? task->preprocess : "";
  g_autoptr (FxPreprocess) preprocess = fx_preprocess_parse (text, error);
  g_autofree char *color = fx_pipeline_get (text, FX_PIPELINE_COLOR);
  g_autoptr (FxTensor) tensor = NULL;

  if (preprocess == NULL
      || !fx_dataset_load (fx_shared_get (task->dataset), 0, preprocess,
                           &(FxValue){ .dtype = FX_DTYPE_FLOAT, .shape = task->shape }, &tensor, error))
    return FALSE;
  preview->after
      = fx_texture_from_tensor (tensor, preprocess->nhwc, g_strcmp0 (color, "bgr") == 0, &preview->low, &preview->high);
  return TRUE;
}

static void
run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  const PreviewTask *job = data;
  g_autoptr (FxPreview) preview = g_new0 (FxPreview, 1);
  GError *error = NULL;

  if (show_before (preview, fx_dataset_sample (fx_shared_get (job->dataset), 0), &error)
      && show_after (preview, job, &error))
    g_task_return_pointer (task, g_steal_pointer (&preview), (GDestroyNotify)fx_preview_free);
  else
    g_task_return_error (task, error);
}

void
fx_preview_start (gpointer source, FxShared *dataset, const char *preprocess, const FxShape *shape,
                  GCancellable *cancellable, GAsyncReadyCallback done, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, done, user_data);
  PreviewTask *job = g_new0 (PreviewTask, 1);

  job->dataset = fx_shared_ref (dataset);
  job->preprocess = g_strdup (preprocess);
  job->shape = *shape;
  g_task_set_task_data (task, job, preview_task_free);
  fx_workers_run (task, run);
}

FxPreview *
fx_preview_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
