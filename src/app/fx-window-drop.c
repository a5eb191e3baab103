/* Files that are dropped on the window. While they hang over it, the place that takes them is marked, and a line says
 * what will happen to them or why nothing can.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

/* ---- the mark ---- */

/* What the window looks like while files hang over it: one of the style classes. */
static const char *const looks[] = { "drop-model", "drop-data", "drop-refused" };

static void
clear_mark (FxWindow *window)
{
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (window), looks[i]);
  gtk_widget_set_visible (window->drop_hint, FALSE);
}

static const char *
look_of (const FxIntake *intake)
{
  if (fx_intake_is_refused (intake))
    return looks[2];
  return looks[intake->models->len > 0 ? 0 : 1];
}

static char **
paths_of (const GValue *value)
{
  GSList *files = gdk_file_list_get_files (g_value_get_boxed (value));
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (GSList *l = files; l != NULL; l = l->next)
    if (g_file_peek_path (l->data) != NULL)
      g_strv_builder_add (paths, g_file_peek_path (l->data));
  g_slist_free (files);
  return g_strv_builder_end (paths);
}

void
fx_window_mark_files (FxWindow *window, const char *const *paths)
{
  g_autoptr (FxIntake) intake = NULL;

  clear_mark (window);
  if (paths == NULL)
    return;
  intake = fx_intake_new (paths, fx_document_get_state (window->document) == FX_DOCUMENT_READY);
  gtk_widget_add_css_class (GTK_WIDGET (window), look_of (intake));
  gtk_label_set_text (GTK_LABEL (window->drop_hint), intake->text);
  gtk_widget_set_visible (window->drop_hint, TRUE);
}

/* The files are known before they are dropped, where the other program lets them be read. */
static void
value_cb (FxWindow *window, G_GNUC_UNUSED GParamSpec *pspec, GtkDropTarget *target)
{
  const GValue *value = gtk_drop_target_get_value (target);
  g_auto (GStrv) paths = value != NULL ? paths_of (value) : NULL;

  fx_window_mark_files (window, (const char *const *)paths);
}

/* ---- the drop ---- */

static gboolean
drop_cb (FxWindow *window, const GValue *value)
{
  g_auto (GStrv) paths = paths_of (value);

  clear_mark (window);
  return fx_window_take_files (window, (const char *const *)paths);
}

/* A line over everything else in the window; files fall through it. */
static void
add_hint (FxWindow *window)
{
  g_autoptr (GtkWidget) content = g_object_ref (adw_application_window_get_content (ADW_APPLICATION_WINDOW (window)));
  GtkWidget *overlay = gtk_overlay_new ();

  window->drop_hint = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (window->drop_hint), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (window->drop_hint), 60);
  gtk_label_set_justify (GTK_LABEL (window->drop_hint), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (window->drop_hint, "drop-hint");
  gtk_widget_set_halign (window->drop_hint, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (window->drop_hint, GTK_ALIGN_END);
  gtk_widget_set_margin_bottom (window->drop_hint, 36);
  gtk_widget_set_can_target (window->drop_hint, FALSE);
  gtk_widget_set_visible (window->drop_hint, FALSE);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), NULL);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), content);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), window->drop_hint);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), overlay);
}

void
fx_window_init_drop (FxWindow *window)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  add_hint (window);
  gtk_drop_target_set_preload (target, TRUE);
  g_signal_connect_swapped (target, "notify::value", G_CALLBACK (value_cb), window);
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), window);
  g_signal_connect_swapped (target, "leave", G_CALLBACK (clear_mark), window);
  gtk_widget_add_controller (GTK_WIDGET (window), GTK_EVENT_CONTROLLER (target));
}
