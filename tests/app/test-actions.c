/* Every key and every widget of a window with a model calls an action that exists, and what they change is changed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-dataset-item.h"
#include "app/fx-settings.h"
#include "app/fx-window-private.h"

/* "window." and the like belong to GTK. */
static void
check_action (FxWindow *window, const char *detailed, const char *where)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;
  GActionMap *map;

  g_assert_true (g_action_parse_detailed_name (detailed, &name, &target, NULL));
  if (!g_str_has_prefix (name, "win.") && !g_str_has_prefix (name, "app."))
    return;
  map = *name == 'a' ? G_ACTION_MAP (gtk_window_get_application (GTK_WINDOW (window))) : G_ACTION_MAP (window);
  if (g_action_map_lookup_action (map, name + 4) == NULL)
    g_error ("%s calls %s, which does not exist", where, name);
}

/* Returns how many widgets call an action. */
static guint
check_widgets (FxWindow *window, GtkWidget *widget)
{
  guint n = 0;

  if (GTK_IS_ACTIONABLE (widget) && gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)) != NULL)
    {
      check_action (window, gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), G_OBJECT_TYPE_NAME (widget));
      n++;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += check_widgets (window, child);
  return n;
}

static gboolean
is_examined (gpointer item)
{
  return fx_dataset_item_get_state (item) == FX_DATASET_ITEM_READY;
}

static void
count_cb (guint *n)
{
  (*n)++;
}

/* Another dataset is looked at, those that were there are not looked at again. */
static void
add_dataset (FxWindow *window)
{
  FxDocument *document = fx_window_get_document (window);
  GListModel *datasets = fx_document_get_datasets (document);
  g_autoptr (FxDatasetItem) first = g_list_model_get_item (datasets, 0), second = NULL;
  g_autofree char *folder = g_path_get_dirname (fx_dataset_item_get_path (first));
  g_autofree char *path = g_build_filename (folder, "test", NULL);
  guint n_looks = 0;

  app_test_wait (is_examined, first, "the samples");
  g_signal_connect_swapped (first, "notify::detail", G_CALLBACK (count_cb), &n_looks);
  app_test_add_samples (window, path);
  g_assert_cmpuint (g_list_model_get_n_items (datasets), ==, 2);
  second = g_list_model_get_item (datasets, 1);
  app_test_wait (is_examined, second, "the other samples");
  app_test_idle (200);
  g_assert_cmpuint (n_looks, ==, 0);
  g_signal_handlers_disconnect_by_data (first, &n_looks);
  app_test_action (window, "win.undo", NULL);
}

static void
test_actions (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  FxDocument *document = fx_window_get_document (window);
  g_auto (GStrv) keys = NULL;

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  keys = gtk_application_list_action_descriptions (GTK_APPLICATION (application));
  for (char **key = keys; *key != NULL; key++)
    check_action (window, *key, "a key");
  g_assert_cmpuint (check_widgets (window, GTK_WIDGET (window)), >, 10);

  add_dataset (window);
  app_test_action (window, "win.remove-dataset", "uint32 0");
  g_assert_cmpuint (fx_document_get_project (document)->datasets->len, ==, 0);
  app_test_action (window, "win.undo", NULL);
  g_assert_cmpuint (fx_document_get_project (document)->datasets->len, ==, 1);
  app_test_action (window, "win.set-preprocess", "'bgr; scale 2'");
  g_assert_cmpstr (fx_project_find_input (fx_document_get_project (document), "input")->preprocess, ==, "bgr; scale 2");
  app_test_stop (application);
}

static guint
n_shown (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      n += gtk_widget_get_mapped (window);
    }
  return n;
}

/* A dialog that asks for a file knows its name, folder and filter when it appears, and does not complain. */
static void
test_choosers (void)
{
  static const struct
  {
    const char *action, *parameter, *name;
  } rows[] = {
    { "win.save-as", NULL, "sample.fixpoint" },
    { "win.export-model", NULL, "sample_edited.onnx" },
    { "win.export-config", NULL, "sample.yaml" },
    { "win.export-graph", "'svg'", "sample.svg" },
    { "win.open", NULL, NULL },
    { "win.add-dataset", NULL, NULL },
    { "win.add-files", NULL, NULL },
  };
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GtkDialog *dialog;
      g_autofree char *name = NULL;

      app_test_action (window, rows[i].action, rows[i].parameter);
      app_test_idle (500);
      g_assert_cmpuint (n_shown (), ==, 2);
      dialog = app_test_chooser ();
      if (rows[i].name != NULL)
        {
          g_autoptr (GFile) folder = gtk_file_chooser_get_current_folder (GTK_FILE_CHOOSER (dialog));
          g_autofree char *place = g_path_get_dirname (fx_document_get_project (window->document)->model);

          name = gtk_file_chooser_get_current_name (GTK_FILE_CHOOSER (dialog));
          g_assert_cmpstr (name, ==, rows[i].name);
          g_assert_cmpstr (g_file_peek_path (folder), ==, place);
        }
      gtk_dialog_response (dialog, GTK_RESPONSE_CANCEL);
      app_test_idle (100);
    }
  app_test_stop (application);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_settings_set_boolean (fx_settings_get (), "restore-session", FALSE); /* each test begins with nothing open */
  g_test_add_func ("/app/actions", test_actions);
  g_test_add_func ("/app/choosers", test_choosers);
  return g_test_run ();
}
