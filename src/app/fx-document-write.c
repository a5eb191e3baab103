/* Writing the project, the graph, and both as a configuration, on a worker.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document-private.h"

#include "app/fx-workers.h"
#include "io/config/config-export.h"
#include "io/fx-project-file.h"
#include "io/onnx/onnx-writer.h"

typedef struct
{
  char *path;
  FxProject *project;  /* NULL: the graph alone */
  FxShared *graph;     /* NULL: the project alone */
  GPtrArray *findings; /* of the configuration */
  guint n_opened;      /* of the document, then */
} WriteTask;

static void
write_task_free (gpointer data)
{
  WriteTask *task = data;

  g_free (task->path);
  fx_project_free (task->project);
  fx_shared_unref (task->graph);
  g_clear_pointer (&task->findings, g_ptr_array_unref);
  g_free (task);
}

static gboolean
write_file (const WriteTask *write, GCancellable *cancellable, GError **error)
{
  if (write->graph == NULL)
    return fx_project_file_save (write->project, write->path, error);
  if (write->project == NULL)
    return fx_onnx_save (fx_shared_get (write->graph), write->path, error);
  return fx_config_export (write->project, fx_shared_get (write->graph), write->path, write->findings, NULL,
                           cancellable, error);
}

static void
write_run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, GCancellable *cancellable)
{
  const WriteTask *write = data;
  GError *error = NULL;

  if (write_file (write, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
start_writing (FxDocument *document, WriteTask *write, GAsyncReadyCallback done, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (document, NULL, done, user_data);

  g_task_set_task_data (task, write, write_task_free);
  fx_workers_run (task, write_run);
}

void
fx_document_save_async (FxDocument *document, const char *path, GAsyncReadyCallback done, gpointer user_data)
{
  WriteTask *write = g_new0 (WriteTask, 1);

  g_return_if_fail (document->state == FX_DOCUMENT_READY);
  write->path = g_strdup (path);
  write->n_opened = document->n_opened;
  write->project = fx_project_copy (fx_history_project (document->history));
  start_writing (document, write, done, user_data);
}

void
fx_document_export_async (FxDocument *document, const char *path, GAsyncReadyCallback done, gpointer user_data)
{
  WriteTask *write = g_new0 (WriteTask, 1);

  g_return_if_fail (document->state == FX_DOCUMENT_READY);
  write->path = g_strdup (path);
  write->graph = fx_shared_ref (fx_history_graph (document->history));
  start_writing (document, write, done, user_data);
}

void
fx_document_export_config_async (FxDocument *document, const char *path, GAsyncReadyCallback done, gpointer user_data)
{
  WriteTask *write = g_new0 (WriteTask, 1);

  g_return_if_fail (document->state == FX_DOCUMENT_READY);
  write->path = g_strdup (path);
  write->project = fx_project_copy (fx_history_project (document->history));
  write->graph = fx_shared_ref (fx_history_graph (document->history));
  write->findings = fx_diagnostics_new ();
  start_writing (document, write, done, user_data);
}

const GPtrArray *
fx_document_export_config_findings (GAsyncResult *result)
{
  const WriteTask *write = g_task_get_task_data (G_TASK (result));

  return write->findings;
}

gboolean
fx_document_write_finish (FxDocument *document, GAsyncResult *result, GError **error)
{
  const WriteTask *write = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (write->graph == NULL && write->n_opened == document->n_opened)
    {
      g_free (document->path);
      document->path = g_strdup (write->path);
      fx_history_mark_saved (document->history, write->project);
      fx_document_history_changed (document);
    }
  return TRUE;
}
