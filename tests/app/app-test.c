/* SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-window-private.h"
#include "app/fx-workers.h"
#include "core/fx-i18n.h"
#include "watchdog.h"

#include <stdio.h>
#include <glib/gstdio.h>
#include <string.h>

#define TIMEOUT_S 60

static char *pictures;
static int window_width, window_height; /* 0: what the window chooses */

/* ---- start and stop ---- */

void
app_test_init (int *argc, char ***argv)
{
  int n = 1;

  for (int i = 1; i < *argc; i++)
    if (g_str_has_prefix ((*argv)[i], "--pictures="))
      pictures = g_strdup ((*argv)[i] + strlen ("--pictures="));
    else if (g_str_has_prefix ((*argv)[i], "--size="))
      sscanf ((*argv)[i], "--size=%dx%d", &window_width, &window_height);
    else
      (*argv)[n++] = (*argv)[i];
  *argc = n;
  (*argv)[n] = NULL;
  if (pictures != NULL)
    g_mkdir_with_parents (pictures, 0755);
  if (g_getenv ("FIXPOINT_LOCALE_DIR") != NULL)
    fx_i18n_setup (""); /* the variable says where */
  g_test_init (argc, argv, NULL);
}

FxApplication *
app_test_start (void)
{
  FxApplication *application = fx_application_new (G_APPLICATION_NON_UNIQUE);
  g_autoptr (GError) error = NULL;

  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  g_application_activate (G_APPLICATION (application));
  if (window_width > 0)
    gtk_window_set_default_size (gtk_application_get_active_window (GTK_APPLICATION (application)), window_width,
                                 window_height);
  app_test_idle (300);
  return application;
}

FxWindow *
app_test_window (FxApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  g_assert_true (FX_IS_WINDOW (window));
  return FX_WINDOW (window);
}

static gboolean
no_windows (gpointer data)
{
  return gtk_application_get_windows (data) == NULL;
}

static int
do_nothing (void)
{
  return 0; /* handled */
}

void
app_test_stop (FxApplication *application)
{
  GList *windows;

  while ((windows = gtk_application_get_windows (GTK_APPLICATION (application))) != NULL)
    gtk_window_destroy (windows->data);
  app_test_wait (no_windows, application, "no window");
  app_test_idle (50);
  /* does nothing but end as programs do */
  g_signal_connect (application, "handle-local-options", G_CALLBACK (do_nothing), NULL);
  g_application_run (G_APPLICATION (application), 0, NULL);
  fx_workers_wait ();
  g_object_unref (application);
}

/* ---- waiting ---- */

/* How long to wait for anything, in microseconds. Where each allocation notes its whole call stack, all is slower. */
static gint64
patience (void)
{
  int factor = g_getenv ("FX_TEST_WHOLE_STACKS") != NULL ? 5 : 1;

  return factor * (gint64)TIMEOUT_S * G_USEC_PER_SEC;
}

void
app_test_wait (AppCondition condition, gpointer data, const char *what)
{
  gint64 end = g_get_monotonic_time () + patience ();

  while (!condition (data))
    {
      if (g_get_monotonic_time () > end)
        g_error ("waited too long for: %s", what);
      g_main_context_iteration (NULL, TRUE);
    }
}

static gboolean
set_flag (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

void
app_test_idle (guint milliseconds)
{
  gboolean over = FALSE;

  g_timeout_add (milliseconds, set_flag, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

typedef struct
{
  FxDocument *document;
  FxDocumentState state;
} Wanted;

static gboolean
is_settled (gpointer data)
{
  const Wanted *wanted = data;
  gboolean busy, checking;

  g_object_get (wanted->document, "busy", &busy, "checking", &checking, NULL);
  return fx_document_get_state (wanted->document) == wanted->state && !busy && !checking;
}

void
app_test_wait_document (FxWindow *window, FxDocumentState state)
{
  Wanted wanted = { fx_window_get_document (window), state };

  app_test_wait (is_settled, &wanted, "the document to settle");
}

typedef struct
{
  FxDocument *document;
  guint n;
} WantedData;

static gboolean
has_datasets (gpointer data)
{
  const WantedData *wanted = data;

  return fx_document_get_project (wanted->document)->datasets->len == wanted->n;
}

void
app_test_add_samples (FxWindow *window, const char *folder)
{
  const char *const paths[] = { folder, NULL };
  FxDocument *document = fx_window_get_document (window);
  WantedData wanted = { document, fx_document_get_project (document)->datasets->len + 1 };

  fx_document_add_samples (document, paths);
  app_test_wait (has_datasets, &wanted, "the samples");
}

/* ---- actions and widgets ---- */

static GAction *
find_action (FxWindow *window, const char *name)
{
  GActionMap *map = g_str_has_prefix (name, "app.") ? G_ACTION_MAP (gtk_window_get_application (GTK_WINDOW (window)))
                                                    : G_ACTION_MAP (window);
  GAction *action = g_action_map_lookup_action (map, strchr (name, '.') + 1);

  if (action == NULL)
    g_error ("there is no action %s", name);
  return action;
}

gboolean
app_test_action_enabled (FxWindow *window, const char *name)
{
  return g_action_get_enabled (find_action (window, name));
}

static gboolean
jobs_ended (gpointer window)
{
  return !fx_job_queue_is_active (((FxWindow *)window)->queue);
}

void
app_test_wait_jobs (FxWindow *window, const char *what)
{
  app_test_wait (jobs_ended, window, what);
}

const FxConversion *
app_test_convert (FxWindow *window)
{
  g_autoptr (FxJob) job = NULL;

  app_test_action (window, "win.convert", NULL);
  app_test_wait_jobs (window, "the conversion");
  job = g_list_model_get_item (G_LIST_MODEL (window->queue), 0);
  g_assert_no_error (fx_job_get_error (job));
  return fx_results_get_conversion (fx_results_panel_get_results (window->results_panel));
}

void
app_test_action (FxWindow *window, const char *name, const char *parameter)
{
  GAction *action = find_action (window, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;

  if (!g_action_get_enabled (action))
    g_error ("the action %s is not enabled", name);
  if (parameter != NULL)
    {
      value = g_variant_parse (g_action_get_parameter_type (action), parameter, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  g_action_activate (action, value);
}

static GtkWidget *
find_below (GtkWidget *widget, const char *type_name)
{
  GtkWidget *child, *found = NULL;

  if (strcmp (G_OBJECT_TYPE_NAME (widget), type_name) == 0)
    return widget;
  for (child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_below (child, type_name);
  return found;
}

GtkWidget *
app_test_find (gpointer root, const char *type_name)
{
  GtkWidget *widget = find_below (GTK_WIDGET (root), type_name);

  if (widget == NULL)
    g_error ("there is no %s", type_name);
  return widget;
}

static GtkWidget *
find_row (GtkWidget *widget, const char *title)
{
  GtkWidget *child, *found = NULL;

  if (ADW_IS_PREFERENCES_ROW (widget)
      && strcmp (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title) == 0)
    return widget;
  for (child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_row (child, title);
  return found;
}

GtkWidget *
app_test_find_row (GtkWidget *root, const char *title)
{
  GtkWidget *row = find_row (root, title);

  if (row == NULL)
    g_error ("there is no row “%s”", title);
  return row;
}

void
app_test_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        app_test_remove_folder (path);
      else
        g_remove (path);
    }
  g_rmdir (folder);
}

/* ---- questions ---- */

GtkWindow *
app_test_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window) && gtk_widget_get_visible (GTK_WIDGET (window)))
        return window; /* GTK keeps it */
    }
  g_error ("nothing is asked");
}

void
app_test_answer (const char *response)
{
  GtkWindow *dialog = app_test_dialog ();

  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), response);
  gtk_window_destroy (dialog); /* before the main loop closes the window that it belongs to */
  app_test_idle (100);
}

GtkDialog *
app_test_chooser (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (GTK_IS_FILE_CHOOSER (window))
        return GTK_DIALOG (window); /* GTK keeps it */
    }
  g_error ("no file is asked for");
}

/* ---- pictures ---- */

static gboolean
is_mapped (gpointer data)
{
  return gtk_widget_get_mapped (GTK_WIDGET (data)) && gtk_widget_get_width (GTK_WIDGET (data)) > 0;
}

/* What the window shows; NULL while it has nothing to show, as before its first frame on a slow machine. */
static GskRenderNode *
snapshot_window (GtkWidget *window)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (window), gtk_widget_get_height (window));
  return gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
}

void
app_test_picture (gpointer window, const char *name)
{
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *file = NULL, *path = NULL;

  if (pictures == NULL)
    return;
  app_test_wait (is_mapped, window, "the window to be shown");
  app_test_idle (400);
  watchdog_pause ();
  for (guint i = 0; i < 50 && (node = snapshot_window (window)) == NULL; i++)
    app_test_idle (100);
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  file = g_strconcat (name, ".png", NULL);
  path = g_build_filename (pictures, file, NULL);
  gdk_texture_save_to_png (texture, path);
  watchdog_resume ();
}
