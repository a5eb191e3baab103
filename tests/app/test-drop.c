/* Files dropped on the window: a model opens, a folder becomes samples, and what is neither is not taken.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

static GtkDropTarget *
find_target (FxWindow *window)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (window));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        return GTK_DROP_TARGET (controller); /* the widget keeps it */
    }
  g_error ("the window takes no files");
}

/* Whether the file of the sample was taken. */
static gboolean
drop (FxWindow *window, const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFile *files[] = { file };
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_array (files, 1));
  g_signal_emit_by_name (find_target (window), "drop", &value, 10.0, 10.0, &taken);
  return taken;
}

static void
test_drop (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  const FxProject *project;

  g_assert_false (drop (window, "calibration")); /* of what? */
  g_assert_true (drop (window, "sample.onnx"));
  app_test_wait_document (window, FX_DOCUMENT_READY);
  project = fx_document_get_project (fx_window_get_document (window));
  g_assert_cmpuint (project->datasets->len, ==, 0);
  g_assert_false (drop (window, "README.md"));
  g_assert_true (drop (window, "calibration"));
  project = fx_document_get_project (fx_window_get_document (window));
  g_assert_cmpuint (project->datasets->len, ==, 1);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_stop (application);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/drop", test_drop);
  return g_test_run ();
}
