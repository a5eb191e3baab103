/* Closing a window: it asks while a conversion runs and while there are changes that are not saved, and another file
 * does not take the place of such changes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-settings.h"
#include "app/fx-window-private.h"
#include "io/fx-project-file.h"

#include <glib/gstdio.h>

static FxWindow *
open_sample (FxApplication *application)
{
  FxWindow *window = app_test_window (application);

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  return window;
}

static char *
journal_folder (void)
{
  return g_build_filename (g_get_user_state_dir (), "fixpoint", "journal", NULL);
}

/* Folders of processes, also hidden ones. */
static guint
count_journals (void)
{
  g_autofree char *root = journal_folder ();
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Unsaved work of this process, which is the only one. */
static gboolean
is_kept (G_GNUC_UNUSED gpointer data)
{
  g_autofree char *root = journal_folder (), *path = NULL;
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *folder = dir != NULL ? g_dir_read_name (dir) : NULL;

  if (folder != NULL)
    path = g_build_filename (root, folder, "1.fixpoint", NULL);
  return path != NULL && g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
no_window (gpointer application)
{
  return gtk_application_get_windows (application) == NULL;
}

static gboolean
job_runs (gpointer window)
{
  FxJob *job = fx_job_queue_get_running (((FxWindow *)window)->queue);

  return job != NULL && fx_job_get_state (job) == FX_JOB_RUNNING;
}

static void
test_running (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  g_autoptr (FxJob) job = NULL;

  app_test_action (window, "win.convert", NULL);
  app_test_wait (job_runs, window, "a conversion");
  job = g_object_ref (fx_job_queue_get_running (window->queue));
  gtk_window_close (GTK_WINDOW (window));
  app_test_picture (app_test_dialog (), "stop-question");
  app_test_answer ("cancel");
  g_assert_false (no_window (application));
  if (fx_job_is_active (job)) /* a slow machine may still be at it */
    {
      g_assert_cmpint (fx_job_get_state (job), ==, FX_JOB_RUNNING);
      gtk_window_close (GTK_WINDOW (window));
      app_test_answer ("close");
    }
  else
    gtk_window_close (GTK_WINDOW (window));
  app_test_wait (no_window, application, "the window to go");
  app_test_idle (300);
  g_assert_cmpint (fx_job_get_state (job), !=, FX_JOB_RUNNING);
  app_test_stop (application);
}

/* Nothing is asked if nothing is lost. */
static void
test_unmodified (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);

  gtk_window_close (GTK_WINDOW (window));
  app_test_wait (no_window, application, "the window to go");
  app_test_stop (application);
}

static void
test_modified (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);

  app_test_action (window, "win.set-target", "'rdk-x3'");
  app_test_wait (is_kept, NULL, "the journal");
  gtk_window_close (GTK_WINDOW (window));
  app_test_picture (app_test_dialog (), "save-question");
  app_test_answer ("cancel");
  app_test_idle (100);
  g_assert_true (fx_document_is_modified (fx_window_get_document (window)));
  gtk_window_close (GTK_WINDOW (window));
  app_test_answer ("discard");
  app_test_wait (no_window, application, "the window to go");
  app_test_stop (application);
  g_assert_cmpuint (count_journals (), ==, 0);
}

/* A worker may hold the window for as long as it likes: what was discarded is gone with the program. */
static void
test_held (void)
{
  FxApplication *application = app_test_start ();
  g_autoptr (FxWindow) window = g_object_ref (open_sample (application));

  app_test_action (window, "win.set-target", "'rdk-x3'");
  app_test_wait (is_kept, NULL, "the journal");
  gtk_window_close (GTK_WINDOW (window));
  app_test_answer ("discard");
  app_test_wait (no_window, application, "the window to go");
  app_test_stop (application);
  g_assert_cmpuint (count_journals (), ==, 0);
}

/* A model that is there when its window has left the program, which a worker holds. */
static void
test_held_loading (void)
{
  g_autofree char *model = g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", "sample.onnx", NULL);
  FxApplication *application = app_test_start ();
  g_autoptr (FxWindow) window = g_object_ref (app_test_window (application));

  fx_window_open (window, model);
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_true (no_window (application));
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_stop (application);
}

static gboolean
is_estimated (gpointer window)
{
  return ((FxWindow *)window)->latency != NULL;
}

static gboolean
is_checked (gpointer document)
{
  gboolean checking;

  g_object_get (document, "checking", &checking, NULL);
  return !checking;
}

/* A check that ends after the window has left the program estimates nothing any more. */
static void
test_held_checking (void)
{
  FxApplication *application = app_test_start ();
  g_autoptr (FxWindow) window = g_object_ref (open_sample (application));

  app_test_action (window, "win.set-target", "'rdk-x3'");
  g_assert_false (is_checked (fx_window_get_document (window)));
  gtk_window_destroy (GTK_WINDOW (window));
  app_test_wait (is_checked, fx_window_get_document (window), "the check");
  g_assert_nonnull (fx_document_get_report (fx_window_get_document (window)));
  g_assert_null (window->estimating);
  app_test_stop (application);
}

/* Files that come to a window which has left the program have no place. */
static void
test_held_files (void)
{
  g_autofree char *model = g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", "sample.onnx", NULL);
  const char *const paths[] = { model, model, NULL };
  FxApplication *application = app_test_start ();
  g_autoptr (FxWindow) window = g_object_ref (open_sample (application));

  app_test_action (window, "win.set-target", "'rdk-x3'");
  gtk_window_destroy (GTK_WINDOW (window));
  fx_window_open (window, model);
  fx_window_open_pair (window, model, "");
  fx_window_take_files (window, paths);
  g_assert_true (no_window (application));
  g_assert_true (fx_document_is_modified (fx_window_get_document (window)));
  app_test_stop (application);
}

/* The worker that looks where samples belong has an answer when nobody waits for it any more. */
static void
test_placing (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", "test", NULL);
  const char *const paths[] = { folder, NULL };
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  g_autoptr (FxDocument) document = g_object_ref (fx_window_get_document (window));

  app_test_wait (is_estimated, window, "the estimate, which holds the window");
  fx_window_add_samples (window, paths);
  gtk_window_destroy (GTK_WINDOW (window));
  app_test_wait (no_window, application, "the window to go");
  app_test_idle (300);
  g_assert_cmpint (fx_document_get_state (document), ==, FX_DOCUMENT_EMPTY);
  app_test_stop (application);
}

/* Whoever keeps a window goes on: the session is again what is open. */
static void
test_quit_refused (void)
{
  g_autofree char *model = g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", "sample.onnx", NULL);
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application), *other;
  g_auto (GStrv) quitting = NULL, after = NULL;

  app_test_action (window, "win.set-target", "'rdk-x3'");
  fx_window_open (window, model);
  other = app_test_window (application);
  app_test_wait_document (other, FX_DOCUMENT_READY);
  app_test_action (window, "app.quit", NULL);
  quitting = g_settings_get_strv (fx_settings_get (), "session");
  g_assert_cmpuint (g_strv_length (quitting), ==, 2);
  app_test_answer ("cancel");
  g_assert_true (app_test_window (application) == window);
  after = g_settings_get_strv (fx_settings_get (), "session");
  g_assert_cmpuint (g_strv_length (after), ==, 1);
  g_assert_cmpstr (after[0], ==, fx_document_get_file (fx_window_get_document (window)));
  app_test_stop (application);
}

/* Nobody says where to save: what was agreed to before does not hold any more. */
static void
test_save_cancelled (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);

  app_test_action (window, "win.set-target", "'rdk-x3'");
  app_test_action (window, "win.convert", NULL);
  app_test_wait (job_runs, window, "a conversion");
  gtk_window_close (GTK_WINDOW (window));
  app_test_answer ("close");
  app_test_answer ("save");
  g_assert_true (window->stopped);
  g_assert_true (window->close_when_saved);
  gtk_dialog_response (app_test_chooser (), GTK_RESPONSE_CANCEL);
  app_test_idle (100);
  g_assert_false (no_window (application));
  g_assert_false (window->stopped);
  g_assert_false (window->close_when_saved);
  app_test_stop (application);
}

static void
test_saved (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "mine.fixpoint", NULL);
  g_autofree char *argument = g_strdup_printf ("'%s'", path);
  g_autoptr (FxProject) saved = NULL;

  app_test_action (window, "win.save-to", argument);
  app_test_idle (300);
  app_test_action (window, "win.set-target", "'rdk-x3'");
  gtk_window_close (GTK_WINDOW (window));
  app_test_answer ("save");
  app_test_wait (no_window, application, "the window to go");
  saved = fx_project_file_load (path, NULL);
  g_assert_cmpstr (saved->target, ==, "rdk-x3");
  app_test_stop (application);
  g_remove (path);
  g_rmdir (folder);
}

static void
test_other_file (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application), *other;
  g_autofree char *model = g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", "sample.onnx", NULL);

  app_test_action (window, "win.set-target", "'rdk-x3'");
  fx_window_open (window, model);
  other = app_test_window (application);
  g_assert_true (other != window);
  app_test_wait_document (other, FX_DOCUMENT_READY);
  g_assert_cmpstr (fx_document_get_project (fx_window_get_document (window))->target, ==, "rdk-x3");
  g_assert_true (fx_document_is_modified (fx_window_get_document (window)));
  app_test_stop (application);
}

/* ---- saving what is not there any more ---- */

static void
keep_result_cb (G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer place)
{
  *(GAsyncResult **)place = g_object_ref (result);
}

static gboolean
is_there (gpointer place)
{
  return *(GAsyncResult **)place != NULL;
}

/* A file that was written before another was opened is not the other's. */
static void
test_saved_late (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  FxDocument *document = fx_window_get_document (window);
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "late.fixpoint", NULL);
  g_autofree char *model = g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", "sample.onnx", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fx_document_save_async (document, path, keep_result_cb, &result);
  app_test_wait (is_there, &result, "the file");
  fx_document_open (document, model, NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  g_assert_true (fx_document_write_finish (document, result, &error));
  g_assert_no_error (error);
  g_assert_null (fx_document_get_path (document));
  g_assert_false (fx_document_is_modified (document));
  app_test_stop (application);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_settings_set_boolean (fx_settings_get (), "restore-session", FALSE); /* each test begins with nothing open */
  g_test_add_func ("/app/close/running", test_running);
  g_test_add_func ("/app/close/unmodified", test_unmodified);
  g_test_add_func ("/app/close/modified", test_modified);
  g_test_add_func ("/app/close/held", test_held);
  g_test_add_func ("/app/close/held-loading", test_held_loading);
  g_test_add_func ("/app/close/held-checking", test_held_checking);
  g_test_add_func ("/app/close/held-files", test_held_files);
  g_test_add_func ("/app/close/placing", test_placing);
  g_test_add_func ("/app/close/quit-refused", test_quit_refused);
  g_test_add_func ("/app/close/save-cancelled", test_save_cancelled);
  g_test_add_func ("/app/close/saved", test_saved);
  g_test_add_func ("/app/close/other-file", test_other_file);
  g_test_add_func ("/app/close/saved-late", test_saved_late);
  return g_test_run ();
}
