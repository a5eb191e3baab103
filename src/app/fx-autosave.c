/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-autosave.h"

/* Long enough that somebody who turns a knob does not keep the disk busy. Changes do not prolong it. */
#define DELAY_MS 400

struct _FxAutosave
{
  FxDocument *document;
  FxJournal *journal; /* owned */
  guint entry;
  gboolean is_written;
  guint timeout;
};

static gboolean
write_cb (gpointer data)
{
  FxAutosave *autosave = data;

  autosave->timeout = 0;
  autosave->is_written = TRUE;
  fx_journal_write (autosave->journal, autosave->entry, fx_document_get_project (autosave->document),
                    fx_document_get_path (autosave->document), fx_document_get_journal (autosave->document));
  return G_SOURCE_REMOVE;
}

/* Also takes away what the document was restored from, if it was. */
static void
remove_entry (FxAutosave *autosave)
{
  const char *replaces = fx_document_get_state (autosave->document) == FX_DOCUMENT_READY
                             ? fx_document_get_journal (autosave->document)
                             : NULL;

  g_clear_handle_id (&autosave->timeout, g_source_remove);
  if (autosave->is_written || replaces != NULL)
    fx_journal_remove (autosave->journal, autosave->entry, replaces);
  autosave->is_written = FALSE;
}

static void
changed_cb (FxAutosave *autosave)
{
  if (!fx_document_is_modified (autosave->document))
    remove_entry (autosave);
  else if (autosave->timeout == 0)
    autosave->timeout = g_timeout_add (DELAY_MS, write_cb, autosave);
}

FxAutosave *
fx_autosave_new (FxDocument *document, FxJournal *journal)
{
  FxAutosave *autosave = g_new0 (FxAutosave, 1);

  autosave->document = document;
  autosave->journal = g_object_ref (journal);
  autosave->entry = fx_journal_add (journal);
  g_signal_connect_swapped (document, "project-changed", G_CALLBACK (changed_cb), autosave);
  return autosave;
}

void
fx_autosave_free (FxAutosave *autosave)
{
  if (autosave == NULL)
    return;
  g_signal_handlers_disconnect_by_data (autosave->document, autosave);
  remove_entry (autosave);
  g_object_unref (autosave->journal);
  g_free (autosave);
}
