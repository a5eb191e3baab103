/* A person at work: opens the sample, switches the board, edits, undoes, converts, stops a second conversion, goes from
 * the plot to the graph and back, saves, opens again, exports. Only actions, as another program could call them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"
#include "watchdog.h"

#include "app/fx-dataset-item.h"
#include "app/fx-job-queue.h"
#include "app/fx-latency-task.h"
#include "app/fx-window-private.h"
#include "app/panels/fx-input-editor.h"
#include "core/graph/fx-graph.h"

#include <glib/gstdio.h>
#include <string.h>

static gboolean
scene_is_there (gpointer window)
{
  return fx_canvas_get_scene (fx_graph_view_get_canvas (((FxWindow *)window)->graph_view)) != NULL;
}

static gboolean
datasets_are_read (gpointer window)
{
  GListModel *datasets = fx_document_get_datasets (fx_window_get_document (window));
  g_autoptr (FxDatasetItem) item = g_list_model_get_item (datasets, 0);

  return item != NULL && fx_dataset_item_get_state (item) == FX_DATASET_ITEM_READY;
}

static gboolean
job_runs (gpointer window)
{
  FxJob *job = fx_job_queue_get_running (((FxWindow *)window)->queue);

  return job != NULL && fx_job_get_fraction (job) > 0.04;
}

static FxJobState
newest_state (FxWindow *window)
{
  g_autoptr (FxJob) job = g_list_model_get_item (G_LIST_MODEL (window->queue), 0);

  return fx_job_get_state (job);
}

static void
edit (FxWindow *window)
{
  FxDocument *document = fx_window_get_document (window);
  g_autofree char *before = g_strdup (fx_document_get_project (document)->target);

  app_test_action (window, "win.set-target", "'rdk-x3'");
  app_test_wait_document (window, FX_DOCUMENT_READY);
  g_assert_cmpstr (fx_document_get_project (document)->target, ==, "rdk-x3");
  app_test_action (window, "win.undo", NULL);
  g_assert_cmpstr (fx_document_get_project (document)->target, ==, before);
  app_test_action (window, "win.redo", NULL);
  app_test_action (window, "win.undo", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
}

static guint
count_errors (FxWindow *window)
{
  guint n;

  g_object_get (fx_window_get_document (window), "n-errors", &n, NULL);
  return n;
}

static gboolean
preview_is_right (gpointer window)
{
  GtkWidget *editor = app_test_find (window, "FxInputEditor");

  return gtk_widget_get_visible (GTK_WIDGET (gtk_widget_get_template_child (editor, FX_TYPE_INPUT_EDITOR, "preview")))
         && !gtk_widget_get_visible (
             GTK_WIDGET (gtk_widget_get_template_child (editor, FX_TYPE_INPUT_EDITOR, "failure")));
}

static gboolean
preview_fails (gpointer window)
{
  return !preview_is_right (window);
}

/* A batch of two is refused, and mended; there is nothing to mend before and after. */
static void
fix (FxWindow *window)
{
  app_test_wait (preview_is_right, window, "the preview");
  g_assert_false (app_test_action_enabled (window, "win.fix-all"));
  app_test_action (window, "win.set-input-shape", "('input', '2x3x64x64')");
  app_test_wait_document (window, FX_DOCUMENT_READY);
  g_assert_cmpuint (count_errors (window), ==, 1);
  app_test_wait (preview_fails, window, "pictures not to fit");
  app_test_action (window, "win.fix-all", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  g_assert_cmpuint (count_errors (window), ==, 0);
  g_assert_false (app_test_action_enabled (window, "win.fix-all"));
  app_test_action (window, "win.undo", NULL);
  app_test_action (window, "win.undo", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (preview_is_right, window, "the preview of the old shape");
}

static void
convert (FxWindow *window)
{
  FxResults *results;
  const FxConversion *conversion;

  app_test_wait (datasets_are_read, window, "samples");
  app_test_action (window, "win.convert", NULL);
  app_test_wait_jobs (window, "the conversion");
  g_assert_cmpint (newest_state (window), ==, FX_JOB_DONE);
  results = fx_results_panel_get_results (window->results_panel);
  conversion = fx_results_get_conversion (results);
  g_assert_nonnull (conversion);
  g_assert_cmpuint (fx_results_n_layers (results), ==, conversion->errors->n_layers);
  g_assert_nonnull (fx_results_get_text (results));
  g_assert_true (g_file_test (fx_results_find_file (results, "_report.html"), G_FILE_TEST_IS_REGULAR));
  g_assert_cmpuint (fx_chart_get_plot (fx_results_panel_get_chart (window->results_panel))->n_items, ==,
                    fx_results_n_layers (results));
  app_test_idle (300);
  app_test_picture (window, "converted");
}

static FxPlot *
board_plot (FxWindow *window, const char *number, const char *picture)
{
  g_autofree char *argument = g_strdup_printf ("'%s'", number);

  app_test_action (window, "win.show-board", argument);
  app_test_idle (300);
  app_test_picture (window, picture);
  return fx_chart_get_plot (fx_results_panel_get_chart (window->results_panel));
}

static gboolean
has_span (const FxPlot *plot, guint lane)
{
  for (guint i = 0; i < plot->n_spans; i++)
    if (plot->spans[i].lane == lane)
      return TRUE;
  return FALSE;
}

/* The plots of the board are about the integer network and its program. */
static void
look_at_board (FxWindow *window)
{
  const FxConversion *conversion = fx_results_get_conversion (fx_results_panel_get_results (window->results_panel));
  FxChart *errors = fx_results_panel_get_chart (window->results_panel);
  FxPlot *plot = board_plot (window, "0", "board-latency");

  g_assert_cmpuint (plot->n_items, ==, conversion->cost->n_nodes);
  plot = board_plot (window, "1", "board-timeline");
  g_assert_cmpuint (plot->n_spans, >, 10);
  g_assert_cmpuint (plot->n_spans, <=, conversion->program->commands->len);
  for (guint lane = 0; plot->lanes[lane] != NULL; lane++)
    g_assert_true (has_span (plot, lane));
  plot = board_plot (window, "2", "board-memory");
  g_assert_cmpuint (plot->marks->len, ==, 1);
  app_test_action (window, "win.show-board", "'0'");
  g_signal_emit_by_name (fx_results_panel_get_chart (window->results_panel), "item-activated", 2);
  g_assert_true (fx_results_panel_get_chart (window->results_panel) != errors);
  fx_results_panel_show_errors (window->results_panel);
  g_assert_true (fx_results_panel_get_chart (window->results_panel) == errors);
}

/* A layer of the plot is selected in the graph, and a node of the graph in the plot. */
static void
select_both_ways (FxWindow *window)
{
  FxResults *results = fx_results_panel_get_results (window->results_panel);
  FxChart *chart = fx_results_panel_get_chart (window->results_panel);
  FxCanvas *canvas = fx_graph_view_get_canvas (window->graph_view);
  const char *node = fx_results_layer (results, 3)->node;

  g_signal_emit_by_name (chart, "item-activated", 3);
  g_assert_cmpstr (fx_canvas_get_selected (canvas), ==, node);
  fx_canvas_set_selected (canvas, fx_results_layer (results, 5)->node);
  g_assert_cmpint (fx_chart_get_selected (chart), ==, 5);
  g_action_group_change_action_state (G_ACTION_GROUP (window), "show-errors", g_variant_new_boolean (TRUE));
  app_test_idle (400);
  app_test_picture (window, "colored-by-error");
}

static gboolean
is_estimated (gpointer window)
{
  return ((FxWindow *)window)->latency != NULL;
}

/* The check is followed by an estimate, whose figures color the boxes. */
static void
color_by_latency (FxWindow *window)
{
  g_autoptr (FxOverlay) overlay = NULL;
  const FxLatency *latency;
  double low, high;

  app_test_wait (is_estimated, window, "the estimate");
  latency = fx_shared_get (window->latency);
  overlay = fx_window_latency_overlay (window);
  g_assert_cmpfloat (latency->total_ms, >, 0);
  g_assert_true (fx_overlay_range (overlay, &low, &high));
  g_assert_cmpfloat (high, >, 0);
  g_assert_cmpfloat (high, <, latency->total_ms);
  g_assert_nonnull (g_hash_table_lookup (latency->nodes, "/stem/stem.0/Conv"));
  g_action_group_change_action_state (G_ACTION_GROUP (window), "show-errors", g_variant_new_boolean (FALSE));
  g_action_group_change_action_state (G_ACTION_GROUP (window), "show-latency", g_variant_new_boolean (TRUE));
  app_test_idle (400);
  app_test_picture (window, "colored-by-latency");
  g_action_group_change_action_state (G_ACTION_GROUP (window), "show-latency", g_variant_new_boolean (FALSE));
}

/* The node is on the canvas; nodes of the optimized model are fused, those of the quantized one have other types. */
static gboolean
shows_quantized (gpointer window)
{
  const FxScene *scene = fx_canvas_get_scene (fx_graph_view_get_canvas (((FxWindow *)window)->graph_view));
  gboolean found = FALSE;

  for (guint32 i = 0; i < fx_scene_n_boxes (scene); i++)
    {
      g_autofree char *label = fx_scene_box_label (scene, i);

      found = found || g_str_has_prefix (label, "QConv ");
    }
  return found;
}

static gboolean
shows_source (gpointer window)
{
  return !shows_quantized (window);
}

/* What is selected is a box of that type on the BPU. */
static void
check_selected (FxWindow *window, const char *type)
{
  FxCanvas *canvas = fx_graph_view_get_canvas (window->graph_view);
  const FxScene *scene = fx_canvas_get_scene (canvas);
  guint32 box = fx_scene_find (scene, fx_canvas_get_selected (canvas));

  g_assert_cmpuint (box, !=, FX_NO_BOX);
  g_assert_cmpstr (fx_scene_item (scene, box)->type, ==, type);
  g_assert_true (fx_scene_item (scene, box)->checked);
  g_assert_cmpint (fx_scene_item (scene, box)->placement, ==, FX_PLACEMENT_BPU);
}

/* A normalization is a part of its convolution when the model is quantized, and stays selected as that. */
static void
look_at_views (FxWindow *window)
{
  app_test_action (window, "win.select-node", "'/stem/stem.1/BatchNormalization'");
  g_action_group_change_action_state (G_ACTION_GROUP (window), "view", g_variant_new_string ("quantized"));
  app_test_wait (shows_quantized, window, "the quantized model");
  app_test_idle (300);
  check_selected (window, "QConv");
  app_test_picture (window, "quantized");
  g_action_group_change_action_state (G_ACTION_GROUP (window), "view", g_variant_new_string ("source"));
  app_test_wait (shows_source, window, "the source model");
}

static void
stop_second (FxWindow *window)
{
  g_autofree char *title = NULL;

  app_test_action (window, "win.convert", NULL);
  app_test_wait (job_runs, window, "a running conversion");
  title = g_strdup_printf ("'%s'", fx_job_get_title (fx_job_queue_get_running (window->queue)));
  app_test_action (window, "win.cancel-job", title);
  app_test_wait_jobs (window, "the stop");
  g_assert_cmpint (newest_state (window), ==, FX_JOB_CANCELLED);
}

static gboolean
is_saved (gpointer window)
{
  return !fx_document_is_modified (fx_window_get_document (window));
}

static gboolean
is_file (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

static void
save_and_open (FxWindow *window, const char *folder)
{
  g_autofree char *project = g_build_filename (folder, "session.fixpoint", NULL);
  g_autofree char *argument = g_strdup_printf ("'%s'", project);
  g_autofree char *picture = g_build_filename (folder, "graph.svg", NULL);
  g_autofree char *picture_argument = g_strdup_printf ("'%s'", picture);
  g_autofree char *svg = NULL;
  const FxProject *opened;

  app_test_action (window, "win.save-to", argument);
  app_test_wait (is_file, project, "the saved project"); /* before, there may have been nothing to save */
  app_test_wait (is_saved, window, "the project to be saved");
  app_test_action (window, "win.open-file", argument);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  opened = fx_document_get_project (fx_window_get_document (window));
  g_assert_cmpuint (opened->datasets->len, >=, 1);
  app_test_wait (scene_is_there, window, "the picture");
  app_test_action (window, "win.export-graph-to", picture_argument);
  app_test_wait (is_file, picture, "the exported picture");
  g_assert_true (g_file_get_contents (picture, &svg, NULL, NULL));
  g_assert_nonnull (strstr (svg, "</svg>"));
  g_remove (picture);
  g_remove (project);
}

static void
test_session (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);

  app_test_picture (window, "start");
  watchdog_start ();
  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (scene_is_there, window, "the picture");
  app_test_idle (300);
  app_test_picture (window, "sample");
  watchdog_check ("opening");
  edit (window);
  fix (window);
  watchdog_check ("editing");
  app_test_action (window, "win.show-page", "'calibration'");
  app_test_wait (datasets_are_read, window, "samples");
  app_test_idle (500);
  app_test_picture (window, "calibration");
  watchdog_check ("calibration");
  app_test_action (window, "win.show-page", "'inputs'");
  app_test_idle (500);
  app_test_picture (window, "inputs");
  watchdog_check ("inputs");
  convert (window);
  watchdog_check ("converting");
  look_at_board (window);
  select_both_ways (window);
  color_by_latency (window);
  watchdog_check ("selecting");
  look_at_views (window);
  watchdog_check ("views");
  stop_second (window);
  watchdog_check ("stopping");
  save_and_open (window, folder);
  watchdog_check ("saving and opening");
  g_rmdir (folder);
  app_test_stop (application);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/session", test_session);
  return g_test_run ();
}
