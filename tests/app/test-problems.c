/* Findings that a person has to decide about: told in the window's own words, with a button that leads to where.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-problem.h"
#include "app/fx-settings.h"
#include "app/fx-window-private.h"
#include "app/panels/fx-input-editor.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-text.h"
#include "io/onnx/onnx-writer.h"

#include <glib/gstdio.h>
#include <string.h>

static const char open_text[] = "graph \"open\"\n"
                                "opset \"\" 11\n"
                                "input %picture f32[1,3,height,width]\n"
                                "%y f32[*] = Relu(%picture) \"relu\" v6\n"
                                "output %y\n";

static const char bare_text[] = "name: \"bare\" input: \"data\" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n"
                                "layer { name: \"conv\" type: \"Convolution\" bottom: \"data\" top: \"conv\"\n"
                                "  convolution_param { num_output: 4 kernel_size: 3 } }\n";

/* ---- looking ---- */

static gboolean
is_checked (gpointer document)
{
  return fx_document_get_report (document) != NULL;
}

/* The finding about that; NULL. */
static FxProblem *
find_problem (FxDocument *document, const char *title)
{
  GListModel *groups = fx_document_get_problems (document);

  for (guint i = 0; i < g_list_model_get_n_items (groups); i++)
    {
      g_autoptr (FxProblem) group = g_list_model_get_item (groups, i);
      GListModel *findings = fx_problem_get_children (group);

      for (guint k = 0; k < g_list_model_get_n_items (findings); k++)
        {
          g_autoptr (FxProblem) finding = g_list_model_get_item (findings, k);

          if (g_str_equal (fx_problem_get_title (finding), title))
            return finding; /* the list holds it */
        }
    }
  return NULL;
}

/* A button below the widget that does that; NULL. */
static GtkWidget *
find_button (GtkWidget *widget, const char *action)
{
  GtkWidget *child, *found = NULL;

  if (GTK_IS_BUTTON (widget) && gtk_widget_get_visible (widget)
      && g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), action) == 0)
    return widget;
  for (child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_button (child, action);
  return found;
}

static gboolean
has_button (gpointer window)
{
  return find_button (window, "win.edit-input") != NULL;
}

/* ---- an input of open size ---- */

static void
save_model (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (open_text, &error);

  g_assert_no_error (error);
  fx_onnx_save (graph, path, &error);
  g_assert_no_error (error);
}

static void
test_open_shape (void)
{
  g_autofree char *folder = g_dir_make_tmp ("problems-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "open.onnx", NULL);
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  FxDocument *document = fx_window_get_document (window);
  FxProblem *problem;
  GtkWidget *focus;

  save_model (path);
  fx_window_open (window, path);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (is_checked, document, "the check");
  problem = find_problem (document, "picture");
  g_assert_nonnull (problem);
  g_assert_null (strstr (fx_problem_get_detail (problem), "--"));
  g_assert_nonnull (strstr (fx_problem_get_detail (problem), "Inputs"));
  app_test_wait (has_button, window, "the button of the finding");
  app_test_idle (300); /* the window is shown, and has given the focus to its first button */
  app_test_picture (window, "open-shape");

  g_signal_emit_by_name (find_button (GTK_WIDGET (window), "win.edit-input"), "clicked");
  g_assert_cmpstr (adw_view_stack_get_visible_child_name (window->sidebar_stack), ==, "inputs");
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_nonnull (gtk_widget_get_ancestor (focus, FX_TYPE_INPUT_EDITOR));
  g_assert_true (gtk_widget_get_ancestor (focus, ADW_TYPE_ENTRY_ROW)
                 == app_test_find_row (GTK_WIDGET (window), "Shape"));
  app_test_idle (300);
  app_test_picture (window, "open-shape-edited");
  app_test_action (window, "win.set-input-shape", "('picture', '1x3x32x32')");
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (is_checked, document, "the check of what was set");
  g_assert_null (find_problem (document, "picture"));
  app_test_stop (application);
  g_remove (path);
  g_rmdir (folder);
}

/* ---- a network without its weights ---- */

static void
test_no_weights (void)
{
  g_autofree char *folder = g_dir_make_tmp ("problems-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bare.prototxt", NULL);
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  FxDocument *document = fx_window_get_document (window);
  FxProblem *problem;

  g_assert_true (g_file_set_contents (path, bare_text, -1, NULL));
  fx_window_open_pair (window, path, "");
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (is_checked, document, "the check");
  problem = find_problem (document, "");
  g_assert_nonnull (problem);
  g_assert_nonnull (strstr (fx_problem_get_detail (problem), "drop both files"));
  g_assert_null (strstr (fx_problem_get_detail (problem), "--"));
  app_test_stop (application);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_settings_set_boolean (fx_settings_get (), "restore-session", FALSE); /* each test begins with nothing open */
  g_test_add_func ("/app/problems/open-shape", test_open_shape);
  g_test_add_func ("/app/problems/no-weights", test_no_weights);
  return g_test_run ();
}
