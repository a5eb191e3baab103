/* Opening a model, project, configuration or journal entry in place of what is there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document-private.h"

static void
set_state (FxDocument *document, FxDocumentState state)
{
  document->state = state;
  g_object_notify (G_OBJECT (document), "state");
  g_object_notify (G_OBJECT (document), "title");
  g_object_notify (G_OBJECT (document), "subtitle");
}

void
fx_document_clear (FxDocument *document)
{
  fx_document_clear_report (document);
  g_clear_pointer (&document->board, fx_shared_unref);
  g_queue_clear_full (&document->edits, (GDestroyNotify)fx_project_edit_free);
  g_cancellable_cancel (document->editing);
  g_clear_object (&document->editing);
  if (document->load != NULL)
    {
      g_signal_handlers_disconnect_by_data (document->load, document);
      fx_job_cancel (FX_JOB (document->load));
      g_clear_object (&document->load);
    }
  fx_document_cancel_datasets (document);
  if (g_list_model_get_n_items (G_LIST_MODEL (document->datasets)) > 0)
    g_list_store_remove_all (document->datasets);
  document->n_opened++;
  document->state = FX_DOCUMENT_EMPTY; /* whoever asks from now on finds no project */
  fx_history_clear (document->history);
  g_clear_pointer (&document->findings, fx_shared_unref);
  g_list_store_remove_all (document->problems);
  g_clear_pointer (&document->path, g_free);
  g_clear_pointer (&document->journal, g_free);
  g_clear_pointer (&document->origin, g_free);
  g_clear_pointer (&document->failure, g_free);
}

static void
take_loaded (FxDocument *document, const FxLoaded *loaded, const char *path)
{
  FxProject *project = fx_project_copy (loaded->project);

  if (document->open_as == FX_OPEN_AS_JOURNAL)
    {
      document->path = g_strdup (project->origin);
      document->journal = g_strdup (path);
    }
  else if (loaded->is_project && document->open_as == FX_OPEN_AS_FILE)
    document->path = g_strdup (path);
  else if (loaded->is_config || document->open_as == FX_OPEN_AS_COPY)
    document->origin = g_strdup (path);
  g_clear_pointer (&project->origin, g_free);
  fx_shared_set (&document->findings, loaded->findings);
  fx_history_reset (document->history, project, loaded->graph);
  if (document->open_as == FX_OPEN_AS_JOURNAL || loaded->is_config)
    fx_history_forget_saved (document->history);
  set_state (document, FX_DOCUMENT_READY);
  fx_document_history_changed (document);
  g_signal_emit_by_name (document, "graph-changed");
  fx_document_start_check (document);
  fx_document_examine_datasets (document);
}

static void
loaded_cb (FxJob *job, FxDocument *document)
{
  g_autoptr (FxLoadJob) load = g_steal_pointer (&document->load);
  const GError *error = fx_job_get_error (job);

  g_signal_handlers_disconnect_by_data (job, document);
  switch (fx_job_get_state (job))
    {
    case FX_JOB_DONE:
      take_loaded (document, fx_load_job_get_loaded (load), g_object_get_data (G_OBJECT (job), "path"));
      break;
    case FX_JOB_FAILED:
      document->failure = g_utf8_make_valid (error->message, -1);
      g_object_notify (G_OBJECT (document), "failure");
      set_state (document, FX_DOCUMENT_FAILED);
      break;
    default: set_state (document, FX_DOCUMENT_EMPTY); break;
    }
}

static void
loading_cb (FxDocument *document)
{
  g_object_notify (G_OBJECT (document), "loading-message");
  g_object_notify (G_OBJECT (document), "loading-fraction");
}

static void
open_file (FxDocument *document, const char *path, const char *weights, FxOpenAs as)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  fx_document_clear (document);
  document->open_as = as;
  document->load = fx_load_job_new (absolute, weights);
  g_object_set_data_full (G_OBJECT (document->load), "path", g_steal_pointer (&absolute), g_free);
  g_signal_connect (document->load, "finished", G_CALLBACK (loaded_cb), document);
  g_signal_connect_swapped (document->load, "notify::fraction", G_CALLBACK (loading_cb), document);
  set_state (document, FX_DOCUMENT_LOADING);
  g_signal_emit_by_name (document, "graph-changed");
  fx_document_report_changed (document);
  fx_document_history_changed (document);
  fx_job_start (FX_JOB (document->load));
}

void
fx_document_open (FxDocument *document, const char *path, const char *weights)
{
  open_file (document, path, weights, FX_OPEN_AS_FILE);
}

void
fx_document_open_copy (FxDocument *document, const char *path)
{
  open_file (document, path, NULL, FX_OPEN_AS_COPY);
}

void
fx_document_restore (FxDocument *document, const char *path)
{
  open_file (document, path, NULL, FX_OPEN_AS_JOURNAL);
}

void
fx_document_cancel_loading (FxDocument *document)
{
  if (document->load != NULL)
    fx_job_cancel (FX_JOB (document->load));
}
