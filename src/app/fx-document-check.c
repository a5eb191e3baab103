/* What the board says to the graph, asked for anew whenever one of them is another.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document-private.h"

#include "app/fx-check-task.h"

void
fx_document_clear_report (FxDocument *document)
{
  g_cancellable_cancel (document->checking);
  g_clear_object (&document->checking);
  g_clear_pointer (&document->report, fx_shared_unref);
}

void
fx_document_report_changed (FxDocument *document)
{
  g_signal_emit_by_name (document, "report-changed");
  g_object_notify (G_OBJECT (document), "checking");
  g_object_notify (G_OBJECT (document), "subtitle");
  g_object_notify (G_OBJECT (document), "n-errors");
  g_object_notify (G_OBJECT (document), "n-warnings");
  g_object_notify (G_OBJECT (document), "convertible");
}

static void
check_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxDocument *document = FX_DOCUMENT (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) groups = NULL;
  g_autoptr (FxShared) report = NULL, board = NULL;

  /* Another check may have taken its place, whose answer is the one that counts. */
  if (g_task_get_cancellable (G_TASK (result)) != document->checking)
    return;
  g_clear_object (&document->checking);
  report = fx_check_task_finish (result, &groups, &board, &error);
  if (report == NULL)
    {
      fx_document_report_changed (document);
      fx_document_tell (document, error->message);
      return;
    }
  fx_shared_set (&document->report, report);
  fx_shared_set (&document->board, board);
  g_list_store_splice (document->problems, 0, g_list_model_get_n_items (G_LIST_MODEL (document->problems)),
                       groups->pdata, groups->len);
  fx_document_report_changed (document);
}

/* The list of problems stays until the answer is there, so that it does not flicker. */
void
fx_document_start_check (FxDocument *document)
{
  fx_document_clear_report (document);
  document->checking = g_cancellable_new ();
  fx_check_task_start (document, fx_history_graph (document->history), document->findings,
                       fx_history_project (document->history), document->checking, check_cb, NULL);
  fx_document_report_changed (document);
}
