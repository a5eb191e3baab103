/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-application-private.h"

#include "app/fx-document.h"
#include "app/fx-preferences.h"
#include "app/fx-settings.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (FxApplication, fx_application, ADW_TYPE_APPLICATION)

FxWindow *
fx_application_new_window (FxApplication *application)
{
  FxWindow *window = fx_window_new (application);

  application->quitting = FALSE; /* somebody kept a window, and goes on */
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

FxWindow *
fx_application_active_window (FxApplication *application)
{
  for (const GList *link = gtk_application_get_windows (GTK_APPLICATION (application)); link != NULL; link = link->next)
    if (FX_IS_WINDOW (link->data))
      return link->data;
  return NULL;
}

FxWindow *
fx_application_empty_window (FxApplication *application)
{
  FxWindow *window = fx_application_active_window (application);

  if (window == NULL || !fx_window_is_empty (window))
    return fx_application_new_window (application);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

void
fx_application_open_path (FxApplication *application, const char *path)
{
  fx_window_open (fx_application_empty_window (application), path);
}

/* ---- life of windows ---- */

static guint
count_windows (GtkApplication *application)
{
  guint n = 0;

  for (const GList *link = gtk_application_get_windows (application); link != NULL; link = link->next)
    n += FX_IS_WINDOW (link->data);
  return n;
}

/* The last window takes the program with it, so that what it shows is what is there at the next start. */
static void
fx_application_window_removed (GtkApplication *base, GtkWindow *window)
{
  gboolean is_last = count_windows (base) == 1 && FX_IS_WINDOW (window);

  if (is_last)
    fx_application_keep_session (FX_APPLICATION (base));
  if (FX_IS_WINDOW (window))
    fx_window_leave (FX_WINDOW (window));
  GTK_APPLICATION_CLASS (fx_application_parent_class)->window_removed (base, window);
  if (count_windows (base) > 0)
    fx_application_keep_session (FX_APPLICATION (base));
}

/* ---- actions ---- */

static void
new_window_cb (G_GNUC_UNUSED GSimpleAction *action, G_GNUC_UNUSED GVariant *parameter, gpointer data)
{
  fx_application_new_window (data);
}

static void
open_cb (G_GNUC_UNUSED GSimpleAction *action, G_GNUC_UNUSED GVariant *parameter, gpointer data)
{
  gtk_widget_activate_action (GTK_WIDGET (fx_application_empty_window (data)), "win.open", NULL);
}

static void
open_recent_cb (G_GNUC_UNUSED GSimpleAction *action, GVariant *parameter, gpointer data)
{
  fx_application_open_path (data, g_variant_get_string (parameter, NULL));
}

static void
open_sample_cb (G_GNUC_UNUSED GSimpleAction *action, G_GNUC_UNUSED GVariant *parameter, gpointer data)
{
  g_autofree char *path = fx_settings_sample ();

  fx_window_open_copy (fx_application_empty_window (data), path);
}

static void
preferences_cb (G_GNUC_UNUSED GSimpleAction *action, G_GNUC_UNUSED GVariant *parameter, gpointer data)
{
  GtkWidget *preferences = fx_preferences_new ();

  gtk_window_set_transient_for (GTK_WINDOW (preferences), gtk_application_get_active_window (data));
  gtk_window_set_modal (GTK_WINDOW (preferences), TRUE);
  gtk_window_present (GTK_WINDOW (preferences));
}

static void
shortcuts_cb (G_GNUC_UNUSED GSimpleAction *action, G_GNUC_UNUSED GVariant *parameter, gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window (data);

  if (window != NULL)
    gtk_widget_activate_action (GTK_WIDGET (window), "win.show-help-overlay", NULL);
}

static void
about_cb (G_GNUC_UNUSED GSimpleAction *action, G_GNUC_UNUSED GVariant *parameter, gpointer data)
{
  GtkWidget *about = adw_about_window_new ();

  g_object_set (about, "transient-for", gtk_application_get_active_window (data), "modal", TRUE, "application-name",
                _ ("Fixpoint"), "application-icon", FX_APP_ID, "version", FX_VERSION, "developer-name",
                _ ("The Fixpoint authors"), "license-type", GTK_LICENSE_APACHE_2_0, "comments",
                _ ("Makes fixed-point networks for D-Robotics BPUs of trained ones, and shows every step."),
                /* Translators: your name and address, one line each */
                "translator-credits", _ ("translator-credits"), NULL);
  gtk_window_present (GTK_WINDOW (about));
}

/* Windows may ask before they close; the program ends with the last one. */
static void
quit_cb (G_GNUC_UNUSED GSimpleAction *action, G_GNUC_UNUSED GVariant *parameter, gpointer data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (data));

  fx_application_keep_session (data);
  FX_APPLICATION (data)->quitting = TRUE;
  for (GList *link = windows; link != NULL; link = link->next)
    gtk_window_close (link->data);
}

/* (window, title of the run): somebody clicked on a notification. */
static void
show_run_cb (G_GNUC_UNUSED GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window;
  const char *run;
  guint id;

  g_variant_get (parameter, "(u&s)", &id, &run);
  window = gtk_application_get_window_by_id (data, id);
  if (window == NULL)
    return; /* it was closed meanwhile */
  gtk_widget_activate_action (GTK_WIDGET (window), "win.show-run", "s", run);
  gtk_window_present (window);
}

static void
restore_work_cb (G_GNUC_UNUSED GSimpleAction *action, G_GNUC_UNUSED GVariant *parameter, gpointer data)
{
  fx_application_restore_work (data);
}

static void
discard_work_cb (G_GNUC_UNUSED GSimpleAction *action, G_GNUC_UNUSED GVariant *parameter, gpointer data)
{
  fx_application_discard_work (data);
}

static const GActionEntry actions[] = {
  { "new-window", new_window_cb, NULL, NULL, NULL, { 0 } },
  { "open", open_cb, NULL, NULL, NULL, { 0 } },
  { "open-recent", open_recent_cb, "s", NULL, NULL, { 0 } },
  { "open-sample", open_sample_cb, NULL, NULL, NULL, { 0 } },
  { "show-run", show_run_cb, "(us)", NULL, NULL, { 0 } },
  { "restore-work", restore_work_cb, NULL, NULL, NULL, { 0 } },
  { "discard-work", discard_work_cb, NULL, NULL, NULL, { 0 } },
  { "preferences", preferences_cb, NULL, NULL, NULL, { 0 } },
  { "shortcuts", shortcuts_cb, NULL, NULL, NULL, { 0 } },
  { "about", about_cb, NULL, NULL, NULL, { 0 } },
  { "quit", quit_cb, NULL, NULL, NULL, { 0 } },
};

static const struct
{
  const char *action, *keys[3];
} accelerators[] = {
  { "app.new-window", { "<Control>n" } },
  { "app.preferences", { "<Control>comma" } },
  { "app.quit", { "<Control>q" } },
  { "win.open", { "<Control>o" } },
  { "win.save", { "<Control>s" } },
  { "win.save-as", { "<Control><Shift>s" } },
  { "win.export-model", { "<Control>e" } },
  { "window.close", { "<Control>w" } },
  { "win.undo", { "<Control>z" } },
  { "win.redo", { "<Control><Shift>z", "<Control>y" } },
  { "win.fix-all", { "<Control><Shift>f" } },
  { "win.add-dataset", { "<Control>d" } },
  { "win.convert", { "<Control>Return" } },
  { "win.cancel-jobs", { "<Control>period" } },
  { "win.find", { "<Control>f" } },
  { "win.find-next", { "<Control>g" } },
  { "win.find-previous", { "<Control><Shift>g" } },
  { "win.zoom-in", { "<Control>plus", "<Control>equal" } },
  { "win.zoom-out", { "<Control>minus" } },
  { "win.zoom-fit", { "<Control>0" } },
  { "win.view('source')", { "<Alt>1" } },
  { "win.view('optimized')", { "<Alt>2" } },
  { "win.view('quantized')", { "<Alt>3" } },
  { "win.toggle-sidebar", { "F9" } },
  { "win.toggle-inspector", { "<Shift>F9" } },
  { "win.toggle-results", { "<Control>r" } },
};

/* ---- life ---- */

static void
set_color_scheme (GSettings *settings, G_GNUC_UNUSED const char *key, G_GNUC_UNUSED gpointer data)
{
  static const AdwColorScheme schemes[]
      = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT, ADW_COLOR_SCHEME_FORCE_DARK };

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      schemes[g_settings_get_enum (settings, "color-scheme")]);
}

static void
fx_application_startup (GApplication *base)
{
  GSettings *settings = fx_settings_get ();

  G_APPLICATION_CLASS (fx_application_parent_class)->startup (base);
  g_action_map_add_action_entries (G_ACTION_MAP (base), actions, G_N_ELEMENTS (actions), base);
  for (guint i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (base), accelerators[i].action, accelerators[i].keys);
  g_signal_connect_object (settings, "changed::color-scheme", G_CALLBACK (set_color_scheme), base, 0);
  set_color_scheme (settings, NULL, NULL);
  fx_application_init_session (FX_APPLICATION (base));
}

/* After the first windows are there, whatever they show. */
static void
start (FxApplication *application)
{
  if (!application->started)
    fx_application_offer_work (application);
  application->started = TRUE;
}

static void
fx_application_activate (GApplication *base)
{
  FxApplication *application = FX_APPLICATION (base);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (base));

  if (window != NULL)
    gtk_window_present (window);
  else if (application->started || !fx_application_restore_session (application))
    fx_application_new_window (application);
  start (application);
}

/* A file that cannot be opened gets a page that says why: nobody has looked at it beforehand, as when it is dropped. */
static void
fx_application_open (GApplication *base, GFile **files, int n_files, G_GNUC_UNUSED const char *hint)
{
  FxWindow *window = fx_application_empty_window (FX_APPLICATION (base));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  for (int i = 0; i < n_files; i++)
    if (g_file_peek_path (files[i]) != NULL)
      g_strv_builder_add (builder, g_file_peek_path (files[i]));
  paths = g_strv_builder_end (builder);
  if (g_strv_length (paths) == 1)
    fx_window_open (window, paths[0]);
  else
    fx_window_take_files (window, (const char *const *)paths);
  start (FX_APPLICATION (base));
}

FxJournal *
fx_application_get_journal (FxApplication *application)
{
  return application->journal;
}

FxApplication *
fx_application_new (GApplicationFlags flags)
{
  return g_object_new (FX_TYPE_APPLICATION, "application-id", FX_APP_ID, "flags", flags | G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", FX_RESOURCE_PATH, NULL);
}

/* Waits until the journal is as it should be, whoever else holds it. */
static void
fx_application_shutdown (GApplication *base)
{
  FxApplication *application = FX_APPLICATION (base);

  g_clear_pointer (&application->leftovers, g_ptr_array_unref);
  if (application->journal != NULL)
    fx_journal_flush (application->journal);
  g_clear_object (&application->journal);
  g_clear_pointer (&application->problem, g_free);
  G_APPLICATION_CLASS (fx_application_parent_class)->shutdown (base);
}

static void
fx_application_class_init (FxApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = fx_application_startup;
  application_class->shutdown = fx_application_shutdown;
  application_class->activate = fx_application_activate;
  application_class->open = fx_application_open;
  GTK_APPLICATION_CLASS (klass)->window_removed = fx_application_window_removed;
}

static void
fx_application_init (G_GNUC_UNUSED FxApplication *application)
{
}
