/* Changes of the graph, made on a worker one after the other.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document-private.h"

#include "app/fx-workers.h"
#include "core/check/fx-fix.h"
#include "core/graph/fx-graph.h"

#include <glib/gi18n.h>

typedef struct
{
  FxShared *before;
  FxProject *project; /* with the edit as its last */
  char *label;
} EditTask;

static void
edit_task_free (gpointer data)
{
  EditTask *task = data;

  fx_shared_unref (task->before);
  fx_project_free (task->project);
  g_free (task->label);
  g_free (task);
}

static void
edit_run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  const EditTask *edit = data;
  g_autoptr (FxGraph) graph = fx_graph_copy (fx_shared_get (edit->before));
  const GPtrArray *edits = edit->project->edits;
  GError *error = NULL;
  guint n_changes = 0;

  if (!fx_project_edit_apply (edit->project, edits->pdata[edits->len - 1], graph, NULL, &n_changes, &error))
    g_task_return_error (task, error);
  else if (n_changes == 0)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("There is nothing that this would change"));
  else
    {
      fx_project_forget_nodes (edit->project, graph, NULL); /* undoing brings them back with their nodes */
      g_task_return_pointer (task, fx_shared_new (g_steal_pointer (&graph), (GDestroyNotify)fx_graph_free),
                             (GDestroyNotify)fx_shared_unref);
    }
}

static char *
edit_label (const FxProjectEdit *edit)
{
  const FxFix *fix;

  switch (edit->kind)
    {
    case FX_PROJECT_FIX_ALL: return g_strdup (_ ("Apply All Fixes"));
    case FX_PROJECT_INPUT_SHAPE: return g_strdup (_ ("Set Input Shape"));
    case FX_PROJECT_OUTPUTS: return g_strdup (_ ("Set Outputs"));
    case FX_PROJECT_FIX:
    default: fix = fx_fix_find (edit->name); return g_strdup (fix != NULL ? _ (fix->title) : edit->name);
    }
}

static void start_edit (FxDocument *document);

static void
edit_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxDocument *document = FX_DOCUMENT (source);
  EditTask *edit = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (FxShared) graph = NULL;

  if (g_task_get_cancellable (G_TASK (result)) != document->editing)
    return;
  g_clear_object (&document->editing);
  graph = g_task_propagate_pointer (G_TASK (result), &error);
  if (graph != NULL)
    fx_document_push (document, g_steal_pointer (&edit->project), graph, edit->label, NULL);
  else
    fx_document_tell (document, error->message);
  start_edit (document);
}

static void
start_edit (FxDocument *document)
{
  FxProjectEdit *next = document->editing == NULL ? g_queue_peek_head (&document->edits) : NULL;
  g_autoptr (GTask) task = NULL;
  EditTask *edit;

  if (next != NULL)
    {
      edit = g_new0 (EditTask, 1);
      edit->before = fx_shared_ref (fx_history_graph (document->history));
      edit->project = fx_project_copy (fx_history_project (document->history));
      edit->label = edit_label (next);
      fx_project_add_edit (edit->project, next->kind, next->name, next->value);
      fx_project_edit_free (g_queue_pop_head (&document->edits));
      document->editing = g_cancellable_new ();
      task = g_task_new (document, document->editing, edit_cb, NULL);
      g_task_set_task_data (task, edit, edit_task_free);
      fx_workers_run (task, edit_run);
    }
  g_object_notify (G_OBJECT (document), "busy");
  g_object_notify (G_OBJECT (document), "undo-label");
  g_object_notify (G_OBJECT (document), "redo-label");
}

static void
add_edit (FxDocument *document, FxProjectEditKind kind, const char *name, const char *value)
{
  if (document->state != FX_DOCUMENT_READY)
    return;
  g_queue_push_tail (&document->edits, fx_project_edit_new (kind, name, value));
  start_edit (document);
}

void
fx_document_apply_fix (FxDocument *document, const char *rule)
{
  add_edit (document, FX_PROJECT_FIX, rule, NULL);
}

void
fx_document_apply_all_fixes (FxDocument *document)
{
  add_edit (document, FX_PROJECT_FIX_ALL, NULL, NULL);
}

void
fx_document_set_input_shape (FxDocument *document, const char *input, const char *shape)
{
  add_edit (document, FX_PROJECT_INPUT_SHAPE, input, shape);
}
