/* Closing a window: not while a conversion runs, and not with changes that are not saved, unless somebody says so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

#include <glib/gi18n.h>

static gboolean
close_cb (gpointer window)
{
  gtk_window_close (window);
  return G_SOURCE_REMOVE;
}

/* When the question is gone: a dialog must not outlive the window that it belongs to. */
static void
close_soon (FxWindow *window)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, close_cb, g_object_ref (window), g_object_unref);
}

/* Somebody keeps the window: what was agreed to on the way to closing it does not hold any more, and neither does that
 * the program quits. */
static void
keep_open (FxWindow *window)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (window));

  window->stopped = FALSE;
  window->close_when_saved = FALSE;
  if (application != NULL)
    fx_application_go_on (FX_APPLICATION (application));
}

/* ---- a conversion runs ---- */

static void
stop_answered_cb (FxWindow *window, const char *response)
{
  if (g_strcmp0 (response, "close") != 0)
    {
      keep_open (window);
      return;
    }
  fx_job_queue_cancel_all (window->queue);
  window->stopped = TRUE;
  close_soon (window);
}

static void
ask_stop (FxWindow *window)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (window), _ ("Stop the Conversion?"),
                                              _ ("A conversion is still running. Closing the window stops it."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Keep Running"), "close",
                                    _ ("_Stop and Close"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "close", ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (stop_answered_cb), window, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- changes are not saved ---- */

static void
save_answered_cb (FxWindow *window, const char *response)
{
  if (g_strcmp0 (response, "save") == 0)
    {
      window->close_when_saved = TRUE;
      gtk_widget_activate_action (GTK_WIDGET (window), "win.save", NULL);
    }
  else if (g_strcmp0 (response, "discard") == 0)
    {
      window->discarded = TRUE;
      close_soon (window);
    }
  else
    keep_open (window);
}

static void
ask_save (FxWindow *window)
{
  g_autofree char *title = NULL;
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (window), _ ("Save Changes?"), NULL);

  g_object_get (window->document, "title", &title, NULL);
  adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog),
                                  _ ("“%s” has changes that are not saved. They are lost if you discard them."), title);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "discard", _ ("_Discard"),
                                    "save", _ ("_Save"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "save", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "save");
  g_signal_connect_object (dialog, "response", G_CALLBACK (save_answered_cb), window, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
fx_window_saved (FxWindow *window, gboolean success)
{
  if (!window->close_when_saved)
    return;
  window->close_when_saved = FALSE;
  if (success)
    gtk_window_close (GTK_WINDOW (window));
  else
    keep_open (window);
}

static gboolean
close_request_cb (FxWindow *window)
{
  if (!window->stopped && fx_job_queue_is_active (window->queue))
    {
      ask_stop (window);
      return GDK_EVENT_STOP;
    }
  if (!window->discarded && fx_document_is_modified (window->document))
    {
      ask_save (window);
      return GDK_EVENT_STOP;
    }
  fx_job_queue_cancel_all (window->queue); /* one may have been added since somebody agreed */
  return GDK_EVENT_PROPAGATE;
}

void
fx_window_init_close (FxWindow *window)
{
  g_signal_connect (window, "close-request", G_CALLBACK (close_request_cb), NULL);
}
