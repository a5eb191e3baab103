/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-job-row.h"

#include <glib/gi18n.h>

/* The line below the bar: what is being done and how much longer, or how it ended. */
static char *
status_text (FxJob *job)
{
  g_autofree char *remaining = fx_job_dup_remaining (job);
  const GError *error = fx_job_get_error (job);

  switch (fx_job_get_state (job))
    {
    case FX_JOB_QUEUED: return g_strdup (_ ("Waits for its turn"));
    case FX_JOB_CANCELLING: return g_strdup (_ ("Stopping"));
    case FX_JOB_DONE: return g_strdup (_ ("Done"));
    case FX_JOB_FAILED: return g_utf8_make_valid (error != NULL ? error->message : "", -1);
    case FX_JOB_CANCELLED: return g_strdup (_ ("Stopped"));
    case FX_JOB_RUNNING:
    default:
      /* Translators: what a job is doing, and how much longer */
      return remaining != NULL ? g_strdup_printf (_ ("%s, %s"), fx_job_get_message (job), remaining)
                               : g_strdup (fx_job_get_message (job));
    }
}

static void
update_cb (FxJob *job, G_GNUC_UNUSED GParamSpec *pspec, GtkWidget *row)
{
  GtkLabel *status = g_object_get_data (G_OBJECT (row), "status");
  GtkWidget *bar = g_object_get_data (G_OBJECT (row), "bar"), *stop = g_object_get_data (G_OBJECT (row), "stop");
  g_autofree char *text = status_text (job);
  FxJobState state = fx_job_get_state (job);

  gtk_label_set_text (status, text);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (bar), fx_job_get_fraction (job));
  gtk_widget_set_visible (bar, state == FX_JOB_RUNNING || state == FX_JOB_CANCELLING);
  gtk_widget_set_visible (stop, fx_job_is_active (job));
  gtk_widget_set_sensitive (stop, state != FX_JOB_CANCELLING);
}

static GtkWidget *
label_new (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, style);
  return label;
}

GtkWidget *
fx_job_row_new (FxJob *job)
{
  GtkWidget *row = gtk_grid_new (), *title = label_new (fx_job_get_title (job), "heading");
  GtkWidget *status = label_new ("", "caption"), *bar = gtk_progress_bar_new ();
  GtkWidget *stop = gtk_button_new_from_icon_name ("process-stop-symbolic");

  gtk_widget_set_tooltip_text (stop, _ ("Stop"));
  gtk_widget_set_valign (stop, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (stop, "circular");
  gtk_widget_add_css_class (stop, "flat");
  gtk_widget_set_size_request (row, 320, -1);
  gtk_widget_set_margin_top (row, 8);
  gtk_widget_set_margin_bottom (row, 8);
  gtk_widget_set_margin_start (row, 8);
  gtk_widget_set_margin_end (row, 8);
  gtk_grid_set_row_spacing (GTK_GRID (row), 6);
  gtk_grid_set_column_spacing (GTK_GRID (row), 12);
  gtk_grid_attach (GTK_GRID (row), title, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (row), bar, 0, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (row), status, 0, 2, 1, 1);
  gtk_grid_attach (GTK_GRID (row), stop, 1, 0, 1, 3);
  g_object_set_data (G_OBJECT (row), "status", status);
  g_object_set_data (G_OBJECT (row), "bar", bar);
  g_object_set_data (G_OBJECT (row), "stop", stop);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (stop), "win.cancel-job");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (stop), "s", fx_job_get_title (job));
  g_signal_connect_object (job, "notify", G_CALLBACK (update_cb), row, 0);
  update_cb (job, NULL, row);
  return row;
}
