/* What was open when the program was quit is open again, but for what is gone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-settings.h"

static void
test_restore (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", "sample.onnx", NULL);
  const char *const before[] = { "/nonexistent/gone.onnx", path, NULL };
  g_auto (GStrv) after = NULL;
  FxApplication *application;

  g_settings_set_strv (fx_settings_get (), "session", before);
  application = app_test_start ();
  app_test_wait_document (app_test_window (application), FX_DOCUMENT_READY);
  g_assert_false (
      fx_document_can_undo (fx_window_get_document (app_test_window (application)))); /* nothing was decided */
  g_assert_cmpuint (g_list_length (gtk_application_get_windows (GTK_APPLICATION (application))), ==, 1);
  app_test_action (app_test_window (application), "app.quit", NULL);
  app_test_stop (application);
  after = g_settings_get_strv (fx_settings_get (), "session");
  g_assert_cmpuint (g_strv_length (after), ==, 1);
  g_assert_cmpstr (after[0], ==, path);
}

/* The sample that somebody looked at comes back with its samples, as a copy still. */
static void
test_restore_sample (void)
{
  const char *const before[] = { NULL };
  FxApplication *application;
  FxDocument *document;

  g_settings_set_strv (fx_settings_get (), "session", before);
  application = app_test_start ();
  app_test_action (app_test_window (application), "app.open-sample", NULL);
  app_test_wait_document (app_test_window (application), FX_DOCUMENT_READY);
  app_test_action (app_test_window (application), "app.quit", NULL);
  app_test_stop (application);

  application = app_test_start ();
  app_test_wait_document (app_test_window (application), FX_DOCUMENT_READY);
  document = fx_window_get_document (app_test_window (application));
  g_assert_cmpuint (fx_document_get_project (document)->datasets->len, ==, 1);
  g_assert_null (fx_document_get_path (document));
  app_test_stop (application);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/restore/files", test_restore);
  g_test_add_func ("/app/restore/sample", test_restore_sample);
  return g_test_run ();
}
