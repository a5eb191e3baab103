/* Work that was not saved is there again after the program was killed; what another process is working on is left
 * alone, and an entry that cannot be read is kept.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-application-private.h"
#include "app/fx-settings.h"
#include "io/fx-project-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

static char *program;

static char *
sample (const char *name)
{
  return g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", name, NULL);
}

static char *
journal_folder (void)
{
  return g_build_filename (g_get_user_state_dir (), "fixpoint", "journal", NULL);
}

/* All entries of all processes. */
static GPtrArray *
list_entries (void)
{
  g_autofree char *root = journal_folder ();
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_free);
  const char *folder, *name;

  while (dir != NULL && (folder = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (root, folder, NULL);
      g_autoptr (GDir) below = g_dir_open (path, 0, NULL);

      while (below != NULL && (name = g_dir_read_name (below)) != NULL)
        if (g_str_has_suffix (name, ".fixpoint"))
          g_ptr_array_add (entries, g_build_filename (path, name, NULL));
    }
  return entries;
}

static guint
count_entries (void)
{
  g_autoptr (GPtrArray) entries = list_entries ();

  return entries->len;
}

static char *
project_text (FxWindow *window)
{
  return fx_project_file_print (fx_document_get_project (fx_window_get_document (window)), "/");
}

/* ---- the process that is killed ---- */

/* The entry holds the project as it is now. */
static gboolean
is_kept (gpointer window)
{
  g_autoptr (GPtrArray) entries = list_entries ();
  g_autoptr (FxProject) kept = entries->len == 1 ? fx_project_file_load (entries->pdata[0], NULL) : NULL;

  return kept != NULL && fx_project_equal (kept, fx_document_get_project (fx_window_get_document (window)));
}

/* Opens the project, changes everything that can be, tells that it is on the disk, and works on until it is killed. */
static void G_GNUC_NORETURN
work (const char *project)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  FxDocument *document = fx_window_get_document (window);
  g_autofree char *folder = sample ("test");

  fx_window_open (window, project);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_action (window, "win.set-target", "'rdk-x3'");
  app_test_action (window, "win.apply-fix", "'fold-constants'");
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_add_samples (window, folder);
  fx_document_set_runtime (document, "input", "nv12");
  fx_document_set_preprocess (document, "input", "resize 32x32; bgr; scale 2");
  fx_document_set_samples (document, 7, 11);
  fx_document_set_method (document, "fast", "max");
  app_test_wait (is_kept, window, "the journal");
  {
    g_autofree char *text = project_text (window);

    g_assert_true (g_file_set_contents (g_getenv ("FX_TEST_EXPECTED"), text, -1, NULL));
  }
  g_print ("kept\n");
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

/* Starts it and waits until it says that its work is kept. */
static GSubprocess *
start_worker (const char *project)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *worker = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--worker", project, NULL);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;

  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (worker));
  do
    {
      g_free (line);
      line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (line);
    }
  while (strcmp (line, "kept") != 0);
  return worker;
}

static void
kill_worker (GSubprocess *worker)
{
  g_subprocess_force_exit (worker); /* SIGKILL */
  g_assert_true (g_subprocess_wait (worker, NULL, NULL));
  g_object_unref (worker);
}

/* ---- the tests ---- */

static gboolean
is_offered (gpointer window)
{
  return app_test_action_enabled (window, "app.restore-work");
}

static gboolean
is_gone (gpointer path)
{
  return !g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
no_entry (G_GNUC_UNUSED gpointer data)
{
  return count_entries () == 0;
}

static void
test_killed (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL), *original = sample ("sample.fixpoint");
  g_autofree char *path = g_build_filename (folder, "mine.fixpoint", NULL);
  g_autofree char *expected_path = g_build_filename (folder, "expected", NULL);
  g_autofree char *expected = NULL, *found = NULL, *argument = g_strdup_printf ("'%s'", path);
  g_autoptr (FxProject) project = fx_project_file_load (original, NULL);
  g_autoptr (GPtrArray) left = NULL;
  FxApplication *application;
  FxDocument *document;
  FxWindow *window;
  GSubprocess *worker;

  g_assert_true (fx_project_file_save (project, path, NULL));
  g_setenv ("FX_TEST_EXPECTED", expected_path, TRUE);
  worker = start_worker (path);

  /* while it runs, its work is its own */
  application = app_test_start ();
  window = app_test_window (application);
  app_test_idle (300);
  g_assert_false (is_offered (window));
  app_test_stop (application);
  g_assert_cmpuint (count_entries (), ==, 1);

  kill_worker (worker);
  application = app_test_start ();
  window = app_test_window (application);
  app_test_wait (is_offered, window, "the offer");
  app_test_picture (app_test_dialog (), "restore-question");
  left = list_entries ();
  app_test_answer ("restore");
  g_assert_false (is_offered (window));
  app_test_wait_document (window, FX_DOCUMENT_READY);
  document = fx_window_get_document (window);
  found = project_text (window);
  g_assert_true (g_file_get_contents (expected_path, &expected, NULL, NULL));
  g_assert_cmpstr (found, ==, expected);
  g_assert_cmpuint (fx_document_get_project (document)->edits->len, ==, 1);
  g_assert_cmpstr (fx_document_get_path (document), ==, path);
  g_assert_true (fx_document_is_modified (document));

  /* it is kept again before the old entry goes, and not any more once it is saved */
  app_test_wait (is_gone, left->pdata[0], "the old entry to go");
  g_assert_true (is_kept (window));
  app_test_action (window, "win.save-to", argument);
  app_test_wait (no_entry, NULL, "the entry to go");
  app_test_stop (application);
  g_remove (path);
  g_remove (expected_path);
  g_rmdir (folder);
}

/* As a process that is gone would have left it. */
static char *
leave (const char *text)
{
  g_autofree char *root = journal_folder (), *folder = g_build_filename (root, "gone", NULL);
  g_autofree char *lock = g_build_filename (folder, "lock", NULL);
  char *path = g_build_filename (folder, "1.fixpoint", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (lock, "", 0, NULL));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
test_damaged (void)
{
  g_autofree char *path = leave ("{ \"fixpoint-project\": 1, \"mod"), *failure = NULL, *text = NULL;
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  app_test_wait (is_offered, window, "the offer");
  app_test_answer ("restore");
  app_test_wait_document (window, FX_DOCUMENT_FAILED);
  g_object_get (fx_window_get_document (window), "failure", &failure, NULL);
  g_assert_nonnull (strstr (failure, "not a Fixpoint project"));
  app_test_stop (application);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "{ \"fixpoint-project\": 1, \"mod");

  /* asked again; nobody decides, then somebody does */
  for (guint i = 0; i < 2; i++)
    {
      application = app_test_start ();
      window = app_test_window (application);
      app_test_wait (is_offered, window, "the offer");
      if (i == 0)
        app_test_answer ("later");
      else
        app_test_action (window, "app.discard-work", NULL);
      g_assert_cmpint (is_offered (window), ==, i == 0);
      app_test_stop (application);
      g_assert_cmpint (g_file_test (path, G_FILE_TEST_EXISTS), ==, i == 0);
    }
}

/* Undoing the only change leaves nothing to keep, and so does closing the window. */
static void
test_nothing_left (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_idle (600);
  g_assert_cmpuint (count_entries (), ==, 0);
  app_test_action (window, "win.set-target", "'rdk-x3'");
  app_test_wait (is_kept, window, "the journal");
  app_test_action (window, "win.undo", NULL);
  app_test_wait (no_entry, NULL, "the entry to go");
  app_test_action (window, "win.redo", NULL);
  app_test_wait (is_kept, window, "the journal");
  app_test_stop (application);
  g_assert_cmpuint (count_entries (), ==, 0);
}

/* A folder of that name that nobody works in. */
static char *
leave_hidden (const char *name, gint64 time)
{
  g_autofree char *root = journal_folder ();
  char *folder = g_build_filename (root, name, NULL);
  g_autofree char *lock = g_build_filename (folder, "lock", NULL);
  struct utimbuf times = { time, time };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (lock, "", 0, NULL));
  g_assert_cmpint (g_utime (folder, &times), ==, 0);
  return folder;
}

/* What a process was killed at goes too: an entry that it wrote, and a folder without its name. */
static void
test_unfinished (void)
{
  g_autofree char *entry = leave ("{}"), *folder = g_path_get_dirname (entry);
  g_autofree char *temporary = g_strconcat (entry, ".A1b2C3", NULL), *foreign = g_build_filename (folder, "mine", NULL);
  g_autofree char *old = leave_hidden (".A1b2C3", 1000000000);
  g_autofree char *young = leave_hidden (".D4e5F6", g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *young_lock = g_build_filename (young, "lock", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxJournal) journal = fx_journal_new (NULL, &error);
  g_autoptr (GPtrArray) leftovers = NULL;

  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (temporary, "{", 1, NULL));
  g_assert_true (g_file_set_contents (foreign, "", 0, NULL));
  leftovers = fx_journal_find_leftovers (journal);
  g_assert_cmpuint (leftovers->len, ==, 1);
  g_assert_true (is_gone (old));
  g_assert_false (is_gone (young)); /* its process may be about to name it */
  fx_journal_discard (journal, entry);
  fx_journal_flush (journal);
  g_assert_true (is_gone (temporary));
  g_assert_false (is_gone (foreign)); /* that is nobody's but the person's */

  g_assert_cmpint (g_remove (foreign), ==, 0);
  g_ptr_array_unref (leftovers);
  leftovers = fx_journal_find_leftovers (journal);
  g_assert_cmpuint (leftovers->len, ==, 0);
  g_assert_true (is_gone (folder));
  g_assert_cmpint (g_remove (young_lock), ==, 0);
  g_assert_cmpint (g_rmdir (young), ==, 0);
}

static void
failed_cb (G_GNUC_UNUSED FxJournal *journal, const char *message, gpointer told)
{
  g_ptr_array_add (told, g_strdup (message));
}

static gboolean
was_told (gpointer told)
{
  return ((GPtrArray *)told)->len > 0;
}

/* Until it is known whether it worked, and what was to be told is. */
static void
write_now (FxJournal *journal, guint entry, const FxProject *project)
{
  fx_journal_write (journal, entry, project, NULL, NULL);
  fx_journal_flush (journal);
  app_test_idle (50);
}

/* A full disk, or a folder that is gone: what an entry would replace stays. */
static void
test_unwritable (void)
{
  g_autofree char *root = g_dir_make_tmp ("fixpoint-XXXXXX", NULL), *leftover = leave ("{}");
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = NULL, *lock = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FxJournal) journal = fx_journal_new (root, &error);
  g_autoptr (FxProject) project = fx_project_new ();
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);

  g_assert_no_error (error);
  g_signal_connect (journal, "failed", G_CALLBACK (failed_cb), told);
  folder = g_build_filename (root, g_dir_read_name (dir), NULL);
  lock = g_build_filename (folder, "lock", NULL);
  g_assert_cmpint (g_remove (lock), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  project->model = g_strdup ("/net.onnx");
  fx_journal_write (journal, fx_journal_add (journal), project, NULL, leftover);
  app_test_wait (was_told, told, "the failure");
  g_assert_nonnull (strstr (told->pdata[0], folder));
  g_assert_true (g_file_test (leftover, G_FILE_TEST_EXISTS));
  fx_journal_discard (journal, leftover);
  fx_journal_flush (journal);
  g_assert_false (g_file_test (leftover, G_FILE_TEST_EXISTS));

  /* told once, and again only after it has worked meanwhile */
  write_now (journal, 1, project);
  g_assert_cmpuint (told->len, ==, 1);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  write_now (journal, 1, project);
  fx_journal_remove (journal, 1, NULL);
  fx_journal_flush (journal);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  write_now (journal, 1, project);
  g_assert_cmpuint (told->len, ==, 2);
  g_clear_object (&journal);
  g_rmdir (root);

  /* where not even a folder can be made */
  journal = fx_journal_new ("/dev/null/journal", &error);
  g_assert_null (journal);
  g_assert_nonnull (strstr (error->message, "/dev/null/journal"));
}

int
main (int argc, char **argv)
{
  program = g_canonicalize_filename (argv[0], NULL);
  if (argc == 3 && strcmp (argv[1], "--worker") == 0)
    {
      gtk_init ();
      work (argv[2]);
    }
  app_test_init (&argc, &argv);
  g_settings_set_boolean (fx_settings_get (), "restore-session", FALSE); /* each test begins with nothing open */
  g_test_add_func ("/app/journal/killed", test_killed);
  g_test_add_func ("/app/journal/damaged", test_damaged);
  g_test_add_func ("/app/journal/unfinished", test_unfinished);
  g_test_add_func ("/app/journal/unwritable", test_unwritable);
  g_test_add_func ("/app/journal/nothing-left", test_nothing_left);
  return g_test_run ();
}
