/* What is open again at the start: what the windows showed when the program ended, and work that was not saved because
 * it ended without warning.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-application-private.h"

#include "app/fx-settings.h"
#include "app/fx-window-private.h"
#include "app/fx-workers.h"

#include <glib/gi18n.h>

#define MAX_NAMED 5 /* leftovers whose names are told */

/* ---- session ---- */

void
fx_application_keep_session (FxApplication *application)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  if (application->quitting)
    return;
  for (const GList *link = gtk_application_get_windows (GTK_APPLICATION (application)); link != NULL; link = link->next)
    {
      FxDocument *document = FX_IS_WINDOW (link->data) ? fx_window_get_document (link->data) : NULL;

      if (document == NULL || fx_document_get_state (document) != FX_DOCUMENT_READY)
        continue;
      g_strv_builder_add (paths, fx_document_get_file (document));
    }
  list = g_strv_builder_end (paths);
  g_settings_set_strv (fx_settings_get (), "session", (const char *const *)list);
}

void
fx_application_go_on (FxApplication *application)
{
  application->quitting = FALSE;
  fx_application_keep_session (application);
}

gboolean
fx_application_restore_session (FxApplication *application)
{
  g_auto (GStrv) paths = g_settings_get_strv (fx_settings_get (), "session");
  gboolean found = FALSE;

  for (char **path = paths; g_settings_get_boolean (fx_settings_get (), "restore-session") && *path != NULL; path++)
    if (g_file_test (*path, G_FILE_TEST_IS_REGULAR))
      {
        fx_window_open (fx_application_new_window (application), *path);
        found = TRUE;
      }
  return found;
}

/* ---- unsaved work ---- */

static void
tell (FxApplication *application, const char *text)
{
  FxWindow *window = fx_application_active_window (application);

  if (window != NULL)
    fx_window_tell (window, text);
}

static void
journal_failed_cb (FxApplication *application, const char *message)
{
  g_autofree char *text = g_strdup_printf (_ ("Unsaved work cannot be kept: %s"), message);

  tell (application, text);
}

/* The actions are there for as long as there is something to decide. */
static void
update_actions (FxApplication *application)
{
  static const char *const names[] = { "restore-work", "discard-work" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (application), names[i])),
                                 application->leftovers != NULL);
}

void
fx_application_init_session (FxApplication *application)
{
  g_autoptr (GError) error = NULL;

  update_actions (application);
  application->journal = fx_journal_new (NULL, &error);
  if (application->journal != NULL)
    g_signal_connect_object (application->journal, "failed", G_CALLBACK (journal_failed_cb), application,
                             G_CONNECT_SWAPPED);
  else
    application->problem = g_strdup (error->message);
}

/* A model or entry that cannot be read now may be readable another day. */
static void
restored_cb (FxDocument *document, G_GNUC_UNUSED GParamSpec *pspec, FxApplication *application)
{
  FxDocumentState state = fx_document_get_state (document);

  if (state == FX_DOCUMENT_LOADING)
    return;
  g_signal_handlers_disconnect_by_func (document, restored_cb, application);
  if (state != FX_DOCUMENT_READY)
    tell (application, _ ("The unsaved work was kept and will be offered at the next start"));
}

/* The window that shows the document as it was saved, or another one. */
static FxWindow *
window_for (FxApplication *application, const FxLeftover *leftover)
{
  for (const GList *link = gtk_application_get_windows (GTK_APPLICATION (application)); link != NULL; link = link->next)
    {
      FxDocument *document = FX_IS_WINDOW (link->data) ? fx_window_get_document (link->data) : NULL;

      if (document != NULL && leftover->document != NULL
          && g_strcmp0 (fx_document_get_file (document), leftover->document) == 0
          && !fx_document_is_modified (document))
        return link->data;
    }
  return fx_application_empty_window (application);
}

void
fx_application_restore_work (FxApplication *application)
{
  g_autoptr (GPtrArray) leftovers = g_steal_pointer (&application->leftovers);

  update_actions (application);
  for (guint i = 0; leftovers != NULL && i < leftovers->len; i++)
    {
      const FxLeftover *leftover = leftovers->pdata[i];
      FxWindow *window = window_for (application, leftover);
      FxDocument *document = fx_window_get_document (window);

      fx_window_restore (window, leftover->path);
      g_signal_connect_object (document, "notify::state", G_CALLBACK (restored_cb), application, 0);
    }
}

void
fx_application_discard_work (FxApplication *application)
{
  g_autoptr (GPtrArray) leftovers = g_steal_pointer (&application->leftovers);

  update_actions (application);
  for (guint i = 0; leftovers != NULL && i < leftovers->len; i++)
    fx_journal_discard (application->journal, ((FxLeftover *)leftovers->pdata[i])->path);
}

/* ---- the question ---- */

static char *
names_of (const GPtrArray *leftovers)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < MIN (leftovers->len, MAX_NAMED); i++)
    {
      const FxLeftover *leftover = leftovers->pdata[i];

      g_string_append_printf (names, "\n%s", leftover->name != NULL ? leftover->name : _ ("(damaged)"));
    }
  if (leftovers->len > MAX_NAMED)
    g_string_append (names, "\n…");
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* The action does nothing if it has been called meanwhile. */
static void
answered_cb (FxApplication *application, const char *response)
{
  if (g_strcmp0 (response, "restore") == 0)
    fx_application_restore_work (application);
  else if (g_strcmp0 (response, "discard") == 0)
    fx_application_discard_work (application);
}

static void
ask (FxApplication *application)
{
  FxWindow *window = fx_application_active_window (application);
  g_autofree char *names = names_of (application->leftovers);
  GtkWidget *dialog;

  if (window == NULL)
    return;
  dialog = adw_message_dialog_new (GTK_WINDOW (window), _ ("Restore Unsaved Work?"), NULL);
  /* Translators: a list of names follows, one in each line */
  adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog),
                                  _ ("Fixpoint ended unexpectedly. There are changes that were not saved:\n%s"), names);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "later", _ ("_Later"), "discard", _ ("_Discard"),
                                    "restore", _ ("_Restore"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "restore", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "restore");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "later");
  g_signal_connect_object (dialog, "response", G_CALLBACK (answered_cb), application, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
find_run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer journal, G_GNUC_UNUSED GCancellable *cancellable)
{
  g_task_return_pointer (task, fx_journal_find_leftovers (journal), (GDestroyNotify)g_ptr_array_unref);
}

static void
found_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxApplication *application = FX_APPLICATION (source);
  g_autoptr (GPtrArray) leftovers = g_task_propagate_pointer (G_TASK (result), NULL);

  if (leftovers == NULL || leftovers->len == 0)
    return;
  application->leftovers = g_steal_pointer (&leftovers);
  update_actions (application);
  ask (application);
}

void
fx_application_offer_work (FxApplication *application)
{
  g_autoptr (GTask) task = NULL;

  if (application->journal == NULL)
    {
      journal_failed_cb (application, application->problem);
      return;
    }
  task = g_task_new (application, NULL, found_cb, NULL);
  g_task_set_task_data (task, g_object_ref (application->journal), g_object_unref);
  fx_workers_run (task, find_run);
}
