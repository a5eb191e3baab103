/* The window without a mouse: where the Tab key leads, and what is found by typing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-dataset-item.h"
#include "app/fx-window-private.h"
#include "app/panels/fx-problem-row.h"
#include "app/panels/fx-tab-stop.h"

/* Stops of the whole window. Each row of a list counts as two: itself, and what it holds. */
#define MOST_STOPS 120

static gboolean
is_ready (gpointer window)
{
  GListModel *datasets = fx_document_get_datasets (fx_window_get_document (window));
  g_autoptr (FxDatasetItem) item = g_list_model_get_item (datasets, 0);

  return fx_canvas_get_scene (fx_graph_view_get_canvas (((FxWindow *)window)->graph_view)) != NULL && item != NULL
         && fx_dataset_item_get_state (item) == FX_DATASET_ITEM_READY && ((FxWindow *)window)->latency != NULL;
}

static FxWindow *
open_sample (FxApplication *application)
{
  FxWindow *window = app_test_window (application);

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (is_ready, window, "the picture and the samples");
  app_test_idle (300);
  return window;
}

/* As the key does; from the last stop it goes on with the first. */
static GtkWidget *
press_tab (FxWindow *window, GtkDirectionType direction)
{
  GtkWidget *focus;

  g_signal_emit_by_name (window, "move-focus", direction);
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  if (window->restoring_focus != 0)
    app_test_idle (100);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == focus);
  g_assert_nonnull (gtk_window_get_focus (GTK_WINDOW (window)));
  return gtk_window_get_focus (GTK_WINDOW (window));
}

/* Once around, from the graph to the graph: every list is passed, and every stop can be seen. */
static void
go_around (FxWindow *window, GtkDirectionType direction)
{
  GtkWidget *canvas = GTK_WIDGET (fx_graph_view_get_canvas (window->graph_view)), *focus, *list, *last_list = NULL;
  GtkWidget *const panes[]
      = { GTK_WIDGET (window->sidebar_flap), GTK_WIDGET (window->inspector), GTK_WIDGET (window->results_panel) };
  gboolean visited[G_N_ELEMENTS (panes)] = { FALSE };
  guint n = 0, n_in_list = 0;

  gtk_widget_grab_focus (canvas);
  do
    {
      focus = press_tab (window, direction);
      g_assert_true (gtk_widget_get_mapped (focus));
      list = gtk_widget_get_ancestor (focus, FX_TYPE_TAB_STOP);
      n_in_list = list != NULL && list == last_list ? n_in_list + 1 : 0;
      g_assert_cmpuint (n_in_list, <, 4);
      last_list = list;
      for (guint i = 0; i < G_N_ELEMENTS (panes); i++)
        visited[i] |= gtk_widget_is_ancestor (focus, panes[i]);
      g_assert_cmpuint (++n, <, MOST_STOPS);
    }
  while (focus != canvas);
  for (guint i = 0; i < G_N_ELEMENTS (panes); i++)
    g_assert_true (visited[i] == gtk_widget_get_mapped (panes[i]));
}

static void
go_both_ways (FxWindow *window)
{
  go_around (window, GTK_DIR_TAB_FORWARD);
  go_around (window, GTK_DIR_TAB_BACKWARD);
}

static void
show_page (FxWindow *window, const char *action, const char *page)
{
  g_autofree char *argument = g_strdup_printf ("'%s'", page);

  app_test_action (window, action, argument);
  app_test_idle (100);
}

/* 64 pictures; problems with buttons. */
static void
test_sidebar (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);

  go_both_ways (window);
  show_page (window, "win.show-page", "calibration");
  go_both_ways (window);
  show_page (window, "win.show-page", "inputs");
  go_both_ways (window);
  app_test_action (window, "win.set-input-shape", "('input', '2x3x64x64')");
  app_test_wait_document (window, FX_DOCUMENT_READY);
  show_page (window, "win.show-page", "problems");
  go_both_ways (window);
  app_test_stop (application);
}

static gboolean
can_convert (gpointer window)
{
  guint n_errors;
  gboolean checking;

  g_object_get (fx_window_get_document (window), "n-errors", &n_errors, "checking", &checking, NULL);
  return n_errors == 0 && !checking;
}

static gboolean
holds_focus (gpointer pane)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (pane));

  return focus != NULL && (focus == pane || gtk_widget_is_ancestor (focus, pane));
}

/* The focus of whatever goes stays in its pane. */
static void
test_kept (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  GtkWidget *fix, *fact;

  /* of this a note is left when the error is mended */
  app_test_action (window, "win.set-node-precision", "('/classifier/Gemm', 'float')");
  app_test_action (window, "win.set-input-shape", "('input', '2x3x64x64')");
  app_test_wait_document (window, FX_DOCUMENT_READY);
  show_page (window, "win.show-page", "problems");
  fix = GTK_WIDGET (gtk_widget_get_template_child (app_test_find (window, "FxProblemRow"), FX_TYPE_PROBLEM_ROW, "fix"));
  g_assert_true (gtk_widget_grab_focus (fix));
  gtk_widget_activate (fix);
  app_test_wait (can_convert, window, "the shape to be mended");
  app_test_wait (holds_focus, window->problems_page, "the focus of the problems");
  g_assert_true (gtk_widget_child_focus (GTK_WIDGET (window->inspector), GTK_DIR_TAB_FORWARD));
  fact = press_tab (window, GTK_DIR_TAB_FORWARD);
  g_assert_true (GTK_IS_LABEL (fact));
  app_test_action (window, "win.undo", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (holds_focus, window->inspector, "the focus of the details");
  app_test_action (window, "win.toggle-inspector", NULL);
  app_test_wait (holds_focus, fx_graph_view_get_canvas (window->graph_view), "the focus of the graph");
  app_test_stop (application);
}

/* A comparison has a row for each layer, and a log can be long. */
static void
test_results (void)
{
  static const char *const pages[] = { "errors", "comparison", "board", "report", "log" };
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  g_autofree char *first = NULL;
  GtkTextBuffer *log;
  GtkTextIter begin, end;
  g_autofree char *text = NULL;

  app_test_convert (window);
  first = g_strdup (fx_results_get_title (fx_results_panel_get_results (window->results_panel)));
  app_test_convert (window);
  fx_results_panel_compare (window->results_panel, first);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      AdwViewStack *stack = ADW_VIEW_STACK (
          gtk_widget_get_template_child (GTK_WIDGET (window->results_panel), FX_TYPE_RESULTS_PANEL, "pages"));

      adw_view_stack_set_visible_child_name (stack, pages[i]);
      app_test_idle (300);
      go_both_ways (window);
    }
  log = gtk_text_view_get_buffer (GTK_TEXT_VIEW (
      gtk_widget_get_template_child (GTK_WIDGET (window->results_panel), FX_TYPE_RESULTS_PANEL, "log_view")));
  gtk_text_buffer_get_bounds (log, &begin, &end);
  g_assert_cmpint (
      gtk_text_buffer_get_line_count (log), ==,
      g_list_model_get_n_items (fx_results_get_log (fx_results_panel_get_results (window->results_panel))));
  app_test_picture (window, "log");
  app_test_stop (application);
}

static const char *
count_shown (FxWindow *window)
{
  return gtk_label_get_text (
      GTK_LABEL (gtk_widget_get_template_child (GTK_WIDGET (window->graph_view), FX_TYPE_GRAPH_VIEW, "search_count")));
}

static void
test_search (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  GtkEditable *entry = GTK_EDITABLE (
      gtk_widget_get_template_child (GTK_WIDGET (window->graph_view), FX_TYPE_GRAPH_VIEW, "search_entry"));

  app_test_action (window, "win.find", NULL);
  gtk_editable_set_text (entry, "clip");
  app_test_idle (300);
  g_assert_cmpstr (count_shown (window), ==, "10 found");
  app_test_action (window, "win.find-previous", NULL);
  g_assert_cmpstr (count_shown (window), ==, "10 of 10");
  app_test_action (window, "win.find-next", NULL);
  g_assert_cmpstr (count_shown (window), ==, "1 of 10");
  app_test_action (window, "win.find-previous", NULL);
  g_assert_cmpstr (count_shown (window), ==, "10 of 10");
  app_test_stop (application);
}

static gboolean
can_scroll (gpointer place)
{
  return gtk_adjustment_get_upper (place) - gtk_adjustment_get_page_size (place) >= 200;
}

/* Details begin with the name, wherever those of the node before were left. */
static void
test_details (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (
      gtk_widget_get_template_child (GTK_WIDGET (window->inspector), FX_TYPE_INSPECTOR, "scroller")));

  gtk_window_set_default_size (GTK_WINDOW (window), 1024, 600);
  app_test_action (window, "win.select-node", "'/stem/stem.0/Conv'");
  app_test_wait (can_scroll, place, "details that are longer than the window");
  gtk_adjustment_set_value (place, 200);
  g_assert_cmpfloat (gtk_adjustment_get_value (place), ==, 200);
  app_test_action (window, "win.select-node", "'/stem/stem.1/BatchNormalization'");
  app_test_idle (300);
  g_assert_cmpfloat (gtk_adjustment_get_value (place), ==, 0);
  app_test_stop (application);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/keys/sidebar", test_sidebar);
  g_test_add_func ("/app/keys/kept", test_kept);
  g_test_add_func ("/app/keys/results", test_results);
  g_test_add_func ("/app/keys/search", test_search);
  g_test_add_func ("/app/keys/details", test_details);
  return g_test_run ();
}
