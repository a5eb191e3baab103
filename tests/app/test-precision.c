/* Bits of single nodes and mixed precision: by actions, with undo, as far as the check, the conversion and its plot.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-board-plots.h"
#include "app/fx-convert-job.h"
#include "app/fx-problem.h"
#include "app/fx-settings.h"
#include "app/fx-window-private.h"
#include "core/graph/fx-graph.h"

#include <glib/gstdio.h>
#include <string.h>

static FxPlacement
placement_of (FxDocument *document, const char *node)
{
  const FxGraph *graph = fx_shared_get (fx_document_get_graph (document));
  const FxCheckReport *report = fx_shared_get (fx_document_get_report (document));

  return report->nodes[fx_graph_find_node (graph, node)].placement;
}

static gboolean
is_checked (gpointer document)
{
  return fx_document_get_report (document) != NULL;
}

static void
test_precision (void)
{
  static const char conv[] = "/stage3/body/body.0/body.0.0/Conv";
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  FxDocument *document = fx_window_get_document (window);
  g_autoptr (FxPlot) plot = NULL;
  const FxConversion *conversion;
  guint n_cpu = 0;

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (is_checked, document, "the check");
  g_assert_cmpint (placement_of (document, conv), ==, FX_PLACEMENT_BPU);

  app_test_action (window, "win.select-node", "'/stage3/body/body.0/body.0.0/Conv'");
  app_test_action (window, "win.set-node-precision", "('/stage3/body/body.0/body.0.0/Conv', 'float')");
  app_test_wait (is_checked, document, "the check with a node on the CPU");
  g_assert_cmpint (placement_of (document, conv), ==, FX_PLACEMENT_CPU);
  app_test_picture (window, "node-precision");
  app_test_action (window, "win.undo", NULL);
  app_test_wait (is_checked, document, "the check after undoing");
  g_assert_cmpint (placement_of (document, conv), ==, FX_PLACEMENT_BPU);
  app_test_action (window, "win.redo", NULL);

  app_test_action (window, "win.set-mixed", "(0.2, 1.5)");
  g_assert_cmpfloat (fx_document_get_project (document)->mixed, ==, 0.2);
  g_assert_cmpfloat (fx_document_get_project (document)->budget, ==, 1.5);
  fx_document_set_method (document, "fast", "max");
  fx_document_set_samples (document, 10, 1);
  conversion = app_test_convert (window);
  g_assert_nonnull (conversion->mixed);
  g_assert_cmpuint (conversion->mixed->len, >, 1);
  for (FxId i = 0; i < fx_graph_n_nodes (conversion->integer); i++)
    n_cpu += strcmp (fx_graph_node (conversion->integer, i)->op_type, "Conv") == 0;
  g_assert_cmpuint (n_cpu, ==, 1);

  app_test_action (window, "win.show-board", "'3'");
  app_test_idle (300);
  g_assert_false (adw_flap_get_folded (window->inspector_flap)); /* a window of the usual size has room for all */
  app_test_find (window->graph_toasts, "AdwToastWidget");        /* what is told does not cover the plot */
  plot = fx_board_plot_new (3, conversion);
  g_assert_nonnull (plot);
  g_assert_cmpuint (plot->n_items, ==, conversion->mixed->len);
  app_test_picture (window, "mixed-precision");
  app_test_stop (application);
}

/* ---- what the window offers ---- */

static const char *
subtitle (GtkWidget *row)
{
  return adw_action_row_get_subtitle (ADW_ACTION_ROW (row));
}

static guint
n_choices (GtkWidget *row)
{
  return g_list_model_get_n_items (adw_combo_row_get_model (ADW_COMBO_ROW (row)));
}

static GtkSpinButton *
spin (GtkWidget *row)
{
  return GTK_SPIN_BUTTON (app_test_find (row, "GtkSpinButton"));
}

static gboolean
is_offered (GtkWidget *row)
{
  return gtk_widget_get_sensitive (GTK_WIDGET (spin (row)));
}

static FxWindow *
open_sample (FxApplication *application)
{
  FxWindow *window = app_test_window (application);

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (is_checked, fx_window_get_document (window), "the check");
  app_test_action (window, "win.show-page", "'calibration'");
  return window;
}

/* A board that computes with 8 bits only offers no others, and says why; what was chosen before for another one is
 * kept, and does not keep the model from being converted. */
static void
test_board (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  FxDocument *document = fx_window_get_document (window);
  GtkWidget *inspector = app_test_find (window, "FxInspector"), *page = app_test_find (window, "FxMixedGroup");
  GtkWidget *choice, *share = app_test_find_row (page, "Nodes with 16 Bits");

  app_test_action (window, "win.select-node", "'/classifier/Gemm'");
  choice = app_test_find_row (inspector, "Computed with");
  g_assert_cmpuint (n_choices (choice), ==, 4);
  g_assert_cmpstr (subtitle (choice), ==, "");
  app_test_action (window, "win.set-mixed", "(0.2, 1.5)");
  app_test_action (window, "win.set-target", "'rdk-x3'");
  app_test_wait (is_checked, document, "the check for a board of 8 bits");

  g_assert_cmpuint (n_choices (choice), ==, 3);
  g_assert_nonnull (strstr (subtitle (choice), "8 bits only"));
  g_assert_false (is_offered (share));
  g_assert_cmpstr (subtitle (share), ==, subtitle (choice));
  g_assert_false (is_offered (app_test_find_row (page, "Latency Limit")));
  gtk_widget_grab_focus (GTK_WIDGET (spin (app_test_find_row (GTK_WIDGET (window), "Longest Function Call"))));
  app_test_idle (600);
  app_test_picture (window, "board-of-8-bits");
  app_test_action (window, "win.set-node-precision", "('/classifier/Gemm', 'int16')");
  g_assert_null (fx_project_find_node (fx_document_get_project (document), "/classifier/Gemm"));
  app_test_action (window, "win.set-mixed", "(0.4, 0.0)");
  g_assert_cmpfloat (fx_document_get_project (document)->mixed, ==, 0.2);
  fx_document_set_method (document, "fast", "max");
  fx_document_set_samples (document, 10, 1);
  g_assert_null (app_test_convert (window)->mixed);

  app_test_action (window, "win.set-target", "'rdk-x5'");
  app_test_wait (is_checked, document, "the check for a board of 16 bits");
  g_assert_cmpuint (n_choices (choice), ==, 4);
  g_assert_true (is_offered (share));
  g_assert_cmpfloat (gtk_spin_button_get_value (spin (share)), ==, 20);
  app_test_stop (application);
}

/* A node of 16 bits, chosen for another board, is told of where it can be taken back. */
static void
test_kept (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  FxDocument *document = fx_window_get_document (window);
  GtkWidget *choice;

  app_test_action (window, "win.select-node", "'/classifier/Gemm'");
  app_test_action (window, "win.set-node-precision", "('/classifier/Gemm', 'int16')");
  app_test_action (window, "win.set-target", "'rdk-x3'");
  app_test_wait (is_checked, document, "the check for a board of 8 bits");
  choice = app_test_find_row (app_test_find (window, "FxInspector"), "Computed with");
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (choice)), ==, 3);
  g_assert_nonnull (strstr (subtitle (choice), "8 bits only"));
  adw_combo_row_set_selected (ADW_COMBO_ROW (choice), 0);
  app_test_wait (is_checked, document, "the check without the choice");
  g_assert_null (fx_project_find_node (fx_document_get_project (document), "/classifier/Gemm"));
  g_assert_cmpuint (n_choices (choice), ==, 3);
  app_test_stop (application);
}

/* Whoever chose with the keyboard goes on from there. */
static void
test_focus (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  FxDocument *document = fx_window_get_document (window);
  GtkWidget *choice, *focus;

  app_test_action (window, "win.select-node", "'/classifier/Gemm'");
  choice = app_test_find_row (app_test_find (window, "FxInspector"), "Computed with");
  app_test_idle (300); /* the window is shown, and has given the focus to its first button */
  gtk_widget_grab_focus (choice);
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_true (focus == choice || gtk_widget_is_ancestor (focus, choice));
  adw_combo_row_set_selected (ADW_COMBO_ROW (choice), 2);
  app_test_wait (is_checked, document, "the check with a node on the CPU");
  g_assert_cmpint (placement_of (document, "/classifier/Gemm"), ==, FX_PLACEMENT_CPU);
  app_test_idle (100); /* the list was made anew, if it was */
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == focus);
  g_assert_true (gtk_widget_get_mapped (focus));
  app_test_stop (application);
}

/* Without nodes of 16 bits there is no latency to limit. */
static void
test_limit (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  FxDocument *document = fx_window_get_document (window);
  GtkWidget *group = app_test_find (window, "FxMixedGroup");
  GtkWidget *share = app_test_find_row (group, "Nodes with 16 Bits");
  GtkWidget *limit = app_test_find_row (group, "Latency Limit");

  g_assert_false (is_offered (limit));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin (limit))), ==, "None");
  gtk_spin_button_set_value (spin (share), 20);
  g_assert_true (is_offered (limit));
  gtk_spin_button_set_value (spin (limit), 150);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin (limit))), ==, "150");
  g_assert_cmpfloat (fx_document_get_project (document)->mixed, ==, 0.2);
  g_assert_cmpfloat (fx_document_get_project (document)->budget, ==, 1.5);
  gtk_widget_grab_focus (GTK_WIDGET (spin (limit)));
  app_test_idle (600);
  app_test_picture (window, "latency-limit");
  gtk_spin_button_set_value (spin (share), 0);
  g_assert_false (is_offered (limit));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin (limit))), ==, "None");
  g_assert_cmpfloat (fx_document_get_project (document)->budget, ==, 0);

  app_test_action (window, "win.set-mixed", "(0.0, 8.0)"); /* from a file: any number of nodes, and a wide limit */
  g_assert_cmpfloat (gtk_spin_button_get_value (spin (share)), ==, 100);
  gtk_spin_button_set_value (spin (share), 50);
  g_assert_cmpfloat (fx_document_get_project (document)->budget, ==, 8);
  app_test_stop (application);
}

/* ---- nodes that are gone ---- */

static const char gone_text[]
    = "{ \"fixpoint-project\": 2, \"model\": \"%s\", \"nodes\": [{ \"name\": \"gone\", \"precision\": \"int16\" },"
      " { \"name\": \"/classifier/Gemm\", \"precision\": \"float\" },"
      " { \"name\": \"Softmax\", \"precision\": \"float\" }] }";

static gboolean
has_heading (FxDocument *document, const char *title)
{
  GListModel *problems = fx_document_get_problems (document);

  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr (FxProblem) problem = g_list_model_get_item (problems, i);

      if (g_str_equal (fx_problem_get_title (problem), title))
        return TRUE;
    }
  return FALSE;
}

/* A node that the model does not have any more takes nothing else with it, and does not keep the model from being
 * converted. */
static void
test_gone (void)
{
  g_autofree char *model = g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", "sample.onnx", NULL);
  g_autofree char *text = g_strdup_printf (gone_text, model), *folder = g_dir_make_tmp ("precision-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "gone.fixpoint", NULL);
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  FxDocument *document = fx_window_get_document (window);
  const FxProject *project;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  fx_window_open (window, path);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  project = fx_document_get_project (document);
  g_assert_null (fx_project_find_node (project, "gone"));
  g_assert_nonnull (fx_project_find_node (project, "Softmax")); /* an operator: the model need not have it */
  g_assert_cmpint (placement_of (document, "/classifier/Gemm"), ==, FX_PLACEMENT_CPU);
  g_assert_true (has_heading (document, "Choices for nodes"));
  app_test_stop (application);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_settings_set_boolean (fx_settings_get (), "restore-session", FALSE); /* each test begins with nothing open */
  g_test_add_func ("/app/precision/all", test_precision);
  g_test_add_func ("/app/precision/board", test_board);
  g_test_add_func ("/app/precision/kept", test_kept);
  g_test_add_func ("/app/precision/focus", test_focus);
  g_test_add_func ("/app/precision/limit", test_limit);
  g_test_add_func ("/app/precision/gone", test_gone);
  return g_test_run ();
}
