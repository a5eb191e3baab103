/* What is decided in the window reaches the conversion: all datasets, what the board feeds, preset and method.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-comparison.h"
#include "app/fx-convert-job.h"
#include "app/fx-settings.h"
#include "app/fx-application-private.h"
#include "app/fx-window-private.h"
#include "core/graph/fx-graph.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* The node in front of the network that makes of the board's picture what the network was trained on. */
static gboolean
has_preprocess_node (const FxGraph *graph)
{
  return fx_graph_find_node (graph, "HZ_PREPROCESS_FOR_input") != FX_NONE;
}

static void
check_row (FxComparisonRow *row, const char *name, const char *shown, const char *other)
{
  g_autofree char *row_name = NULL, *row_shown = NULL, *row_other = NULL;

  g_object_get (row, "name", &row_name, "shown", &row_shown, "other", &row_other, NULL);
  g_assert_cmpstr (row_name, ==, name);
  g_assert_cmpstr (row_shown, ==, shown);
  g_assert_cmpstr (row_other, ==, other);
}

/* The second run beside the first: what was chosen, and all layers, the one that changed most first. */
static void
compare (FxWindow *window, const char *first)
{
  g_autofree char *argument = g_strdup_printf ("'%s'", first);
  FxResults *shown = fx_results_panel_get_results (window->results_panel);
  g_autofree char *other = g_strdup_printf ("'%s'", fx_results_get_title (shown));
  GListModel *rows;
  guint n_layers = 0;
  double last = INFINITY;

  g_assert_null (fx_results_panel_get_comparison (window->results_panel));
  app_test_action (window, "win.compare-run", argument);
  rows = fx_results_panel_get_comparison (window->results_panel);
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (FxComparisonRow) row = g_list_model_get_item (rows, i);
      g_autofree char *text = NULL;
      double change;

      g_object_get (row, "change", &text, NULL);
      change = fabs (g_ascii_strtod (text, NULL));
      if (i == 0)
        check_row (row, "Board", "RDK X3", "RDK X5");
      if (i == 2 || i == 4) /* more samples, and another latency */
        g_assert_cmpstr (text, !=, "");
      if (fx_comparison_row_get_node (row) == NULL)
        continue;
      g_assert_cmpint (fx_results_find (shown, fx_comparison_row_get_node (row)), >=, 0);
      g_assert_cmpfloat (change, <=, last);
      last = change;
      n_layers++;
    }
  g_assert_cmpuint (n_layers, >, 10);
  g_assert_true (app_test_action_enabled (window, "win.open-report"));
  app_test_picture (window, "comparison");
  app_test_action (window, "win.compare-run", other); /* no run is compared with itself: nothing happens */
  g_assert_nonnull (fx_results_panel_get_comparison (window->results_panel));
  app_test_action (window, "win.show-run", argument); /* what it was compared with is shown now */
  g_assert_null (fx_results_panel_get_comparison (window->results_panel));
  app_test_action (window, "win.show-run", other);
  app_test_action (window, "win.compare-run", argument);
  g_assert_nonnull (fx_results_panel_get_comparison (window->results_panel));
  app_test_action (window, "win.compare-run", "''");
  g_assert_null (fx_results_panel_get_comparison (window->results_panel));
}

static void
test_convert (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  FxDocument *document = fx_window_get_document (window);
  g_autofree char *folder = g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", "test", NULL);
  g_autofree char *scratch = g_dir_make_tmp ("fixpoint-XXXXXX", NULL), *figures = NULL;
  g_autofree char *table = g_build_filename (scratch, "errors.csv", NULL);
  g_autofree char *argument = g_strdup_printf ("'%s'", table);
  g_autofree char *first = NULL;
  const FxConversion *conversion;

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  conversion = app_test_convert (window);
  first = g_strdup (fx_results_get_title (fx_results_panel_get_results (window->results_panel)));
  app_test_idle (1100); /* runs are named by the second */
  g_assert_cmpuint (conversion->n_calibration + conversion->n_held_out, ==, 64);
  g_assert_false (has_preprocess_node (conversion->source));

  app_test_add_samples (window, folder);
  fx_document_set_runtime (document, "input", "nv12");
  fx_document_set_method (document, "fast", "max");
  app_test_action (window, "win.set-target", "'rdk-x3'");
  conversion = app_test_convert (window);
  g_assert_cmpuint (conversion->n_calibration + conversion->n_held_out, ==, 264);
  g_assert_true (has_preprocess_node (conversion->source));
  g_assert_cmpstr (conversion->method, ==, "max");
  g_assert_cmpuint (conversion->steps->len, ==, 1); /* ranges by all samples */
  g_assert_cmpfloat (conversion->errors->outputs[0].all.cosine, >, 0.99);
  compare (window, first);
  app_test_action (window, "win.export-chart-to", argument);
  g_assert_true (g_file_get_contents (table, &figures, NULL, NULL));
  g_assert_nonnull (strstr (figures, "/stem/stem.0/Conv,"));
  g_remove (table);
  g_rmdir (scratch);
  app_test_stop (application);
}

static gboolean
scene_is_there (gpointer window)
{
  return fx_canvas_get_scene (fx_graph_view_get_canvas (((FxWindow *)window)->graph_view)) != NULL;
}

static FxWindow *
open_sample (FxApplication *application)
{
  FxWindow *window = fx_application_new_window (application);
  g_autofree char *path = fx_settings_sample ();

  fx_window_open_copy (window, path);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (scene_is_there, window, "the picture");
  return window;
}

/* Both at once, after an application that has ended: each window has its own job and results, and all figures agree. */
static void
test_two_windows (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *windows[2];
  const FxConversion *conversions[G_N_ELEMENTS (windows)];

  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    windows[i] = open_sample (application);
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    app_test_action (windows[i], "win.convert", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      g_autoptr (FxJob) job = NULL;

      app_test_wait_jobs (windows[i], "the conversion");
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (windows[i]->queue)), ==, 1);
      job = g_list_model_get_item (G_LIST_MODEL (windows[i]->queue), 0);
      g_assert_no_error (fx_job_get_error (job));
      conversions[i] = fx_results_get_conversion (fx_results_panel_get_results (windows[i]->results_panel));
      g_assert_cmpuint (conversions[i]->n_calibration + conversions[i]->n_held_out, ==, 64);
    }
  g_assert_true (conversions[0] != conversions[1]);
  g_assert_cmpfloat (conversions[0]->errors->outputs[0].all.cosine, ==, conversions[1]->errors->outputs[0].all.cosine);
  app_test_stop (application);
}

/* ---- what is told ---- */

/* Over the graph; NULL: nothing. */
static const char *
toast_text (FxWindow *window)
{
  GtkWidget *label = NULL;

  for (GtkWidget *toast = gtk_widget_get_first_child (GTK_WIDGET (window->graph_toasts)); toast != NULL;
       toast = gtk_widget_get_next_sibling (toast))
    if (strcmp (G_OBJECT_TYPE_NAME (toast), "AdwToastWidget") == 0)
      label = app_test_find (toast, "GtkLabel");
  return label != NULL ? gtk_label_get_text (GTK_LABEL (label)) : NULL;
}

static gboolean
is_told (gpointer window)
{
  return toast_text (window) != NULL;
}

/* ---- one that fails ---- */

/* The page of that title that is shown below the widget; NULL. */
static AdwStatusPage *
find_page (GtkWidget *widget, const char *title)
{
  AdwStatusPage *found = NULL;

  if (ADW_IS_STATUS_PAGE (widget) && gtk_widget_get_child_visible (widget)
      && g_str_equal (adw_status_page_get_title (ADW_STATUS_PAGE (widget)), title))
    return ADW_STATUS_PAGE (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_page (child, title);
  return found;
}

/* The row of a finding that leads elsewhere; NULL. */
static GtkWidget *
find_leading (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  if (ADW_IS_ACTION_ROW (widget)
      && g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), "win.show-page") == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_leading (child);
  return found;
}

static gboolean
leads_elsewhere (gpointer page)
{
  return find_leading (page) != NULL;
}

/* Why there are no results is where they would be, and what is wrong with the samples leads to where it is mended. */
static void
test_failed (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  AdwStatusPage *page;
  GtkProgressBar *bar;

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_action (window, "win.set-preprocess", "'rgb; center-crop 32x32'");
  app_test_action (window, "win.show-page", "'calibration'");
  app_test_wait (leads_elsewhere, window->calibration_page, "the look at the samples");
  app_test_picture (window, "samples-do-not-fit");
  g_signal_emit_by_name (find_leading (GTK_WIDGET (window->calibration_page)), "activate");
  g_assert_cmpstr (adw_view_stack_get_visible_child_name (window->sidebar_stack), ==, "inputs");
  app_test_action (window, "win.convert", NULL);
  g_assert_nonnull (find_page (GTK_WIDGET (window->results_panel), "Converting"));
  bar = GTK_PROGRESS_BAR (app_test_find (window->results_panel, "GtkProgressBar"));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (bar)));
  app_test_wait_jobs (window, "the conversion");
  g_assert_cmpstr (gtk_progress_bar_get_text (bar), !=, ""); /* it said what it was doing */
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (bar)));
  app_test_idle (100);
  page = find_page (GTK_WIDGET (window->results_panel), "Not Converted");
  g_assert_nonnull (page);
  g_assert_nonnull (strstr (adw_status_page_get_description (page), "32"));
  app_test_picture (window, "not-converted");
  g_assert_null (toast_text (window)); /* it stands there */

  app_test_action (window, "win.convert", NULL);
  app_test_action (window, "win.toggle-results", NULL);
  app_test_wait_jobs (window, "the conversion that nobody looks at");
  app_test_wait (is_told, window, "the toast");
  g_assert_nonnull (strstr (toast_text (window), "32"));
  app_test_action (window, "win.toggle-results", NULL);

  app_test_action (window, "win.convert", NULL);
  app_test_action (window, "win.cancel-jobs", NULL);
  app_test_wait_jobs (window, "the conversion that is stopped");
  page = find_page (GTK_WIDGET (window->results_panel), "Not Converted");
  g_assert_nonnull (page);
  g_assert_nonnull (strstr (adw_status_page_get_description (page), "stopped"));
  app_test_stop (application);
}

/* ---- as a configuration ---- */

static gboolean
is_exported (gpointer window)
{
  const char *text = toast_text (window);

  return text != NULL && strstr (text, "Configuration exported") != NULL;
}

static void
test_export_config (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  FxDocument *document = fx_window_get_document (window);
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "mine.yaml", NULL);
  g_autofree char *argument = g_strdup_printf ("'%s'", path);
  const FxProject *project;

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  fx_document_set_method (document, "fast", "kl");
  fx_document_set_samples (document, 5, 3);
  app_test_action (window, "win.export-config-to", argument);
  app_test_wait (is_exported, window, "the configuration");
  app_test_picture (window, "config-exported"); /* tells that “fast” has no place in it */
  g_assert_null (fx_document_get_path (document));

  fx_window_open (window, path); /* there are changes that are not saved: in a window of its own */
  window = app_test_window (application);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  project = fx_document_get_project (fx_window_get_document (window));
  g_assert_cmpstr (project->method, ==, "kl");
  g_assert_cmpuint (project->datasets->len, ==, 1);
  g_assert_true (g_str_has_prefix (((FxProjectDataset *)project->datasets->pdata[0])->path, folder));
  app_test_stop (application);
  app_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/convert/options", test_convert);
  g_test_add_func ("/app/convert/two-windows", test_two_windows);
  g_test_add_func ("/app/convert/failed", test_failed);
  g_test_add_func ("/app/convert/export-config", test_export_config);
  return g_test_run ();
}
