/* How the board's program is compiled: by an action and by hand, with undo, as far as the program and the project's
 * file; and as many cores as the board has.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-dataset-item.h"
#include "app/fx-latency-task.h"
#include "app/fx-settings.h"
#include "app/fx-window-private.h"
#include "core/graph/fx-graph.h"
#include "io/fx-project-file.h"

#include <glib/gstdio.h>
#include <string.h>

static gboolean
is_checked (gpointer document)
{
  return fx_document_get_report (document) != NULL;
}

static gboolean
has_samples (gpointer document)
{
  g_autoptr (FxDatasetItem) item = g_list_model_get_item (fx_document_get_datasets (document), 0);

  return item != NULL && fx_dataset_item_get_state (item) == FX_DATASET_ITEM_READY;
}

static gboolean
is_saved (gpointer document)
{
  return !fx_document_is_modified (document);
}

static const FxCompileOptions *
chosen (FxWindow *window)
{
  return &fx_document_get_project (fx_window_get_document (window))->compile;
}

static FxWindow *
open_sample (FxApplication *application)
{
  FxWindow *window = app_test_window (application);

  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (is_checked, fx_window_get_document (window), "the check");
  app_test_wait (has_samples, fx_window_get_document (window), "the samples");
  app_test_action (window, "win.show-page", "'calibration'");
  return window;
}

static GtkWidget *
row (FxWindow *window, const char *title)
{
  return app_test_find_row (app_test_find (window, "FxProgramGroup"), title);
}

static GtkSpinButton *
spin (FxWindow *window, const char *title)
{
  return GTK_SPIN_BUTTON (app_test_find (row (window, title), "GtkSpinButton"));
}

typedef struct
{
  const FxWindow *window;
  FxShared *before;
} Estimate;

static gboolean
is_new (gpointer data)
{
  const Estimate *wanted = data;

  return wanted->window->latency != NULL && wanted->window->latency != wanted->before;
}

/* The estimate that follows an action; *before is the one before, then the new one. */
static double
next_estimate (FxWindow *window, FxShared **before)
{
  Estimate wanted = { window, *before };

  app_test_wait (is_new, &wanted, "the estimate");
  if (*before != NULL)
    fx_shared_unref (*before);
  *before = fx_shared_ref (window->latency);
  return ((const FxLatency *)fx_shared_get (*before))->total_ms;
}

static void
test_rows (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);

  g_assert_cmpuint (chosen (window)->level, ==, 2);
  g_assert_false (gtk_widget_get_visible (row (window, "Weight of Latency")));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row (window, "Optimization")), 3);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row (window, "Goal")), FX_COMPILE_BALANCE);
  g_assert_true (gtk_widget_get_visible (row (window, "Weight of Latency")));
  gtk_spin_button_set_value (spin (window, "Weight of Latency"), 20);
  gtk_spin_button_set_value (spin (window, "Longest Function Call"), 300);
  g_assert_cmpuint (chosen (window)->level, ==, 3);
  g_assert_cmpint (chosen (window)->mode, ==, FX_COMPILE_BALANCE);
  g_assert_cmpuint (chosen (window)->balance, ==, 20);
  g_assert_cmpuint (chosen (window)->max_call_us, ==, FX_COMPILE_LEAST_CALL_US);
  g_assert_cmpfloat (gtk_spin_button_get_value (spin (window, "Longest Function Call")), ==, FX_COMPILE_LEAST_CALL_US);
  app_test_idle (300);
  gtk_widget_grab_focus (GTK_WIDGET (spin (window, "Longest Function Call"))); /* scrolls there */
  app_test_idle (600);
  app_test_picture (window, "program-rows");

  app_test_action (window, "win.undo", NULL); /* what the spin buttons said is one step */
  g_assert_cmpuint (chosen (window)->balance, ==, FX_COMPILE_DEFAULT_BALANCE);
  app_test_action (window, "win.undo", NULL);
  g_assert_cmpint (chosen (window)->mode, ==, FX_COMPILE_LATENCY);
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (row (window, "Goal"))), ==, FX_COMPILE_LATENCY);
  g_assert_false (gtk_widget_get_visible (row (window, "Weight of Latency")));
  app_test_action (window, "win.set-compile", "('O7', 'latency', uint32 50, uint32 1, uint32 0)");
  g_assert_cmpuint (chosen (window)->level, ==, 3);
  app_test_stop (application);
}

/* What was chosen for a board of two cores is kept while another board is looked at. */
static void
test_cores (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  FxShared *latency = NULL;
  double one;

  next_estimate (window, &latency);
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (spin (window, "BPU Cores"))));
  app_test_action (window, "win.set-target", "'rdk-x3'");
  one = next_estimate (window, &latency);
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (spin (window, "BPU Cores"))));
  gtk_spin_button_set_value (spin (window, "BPU Cores"), 9);
  g_assert_cmpuint (chosen (window)->cores, ==, 2);
  g_assert_cmpfloat (next_estimate (window, &latency), <, one);
  fx_shared_unref (latency);

  app_test_action (window, "win.set-target", "'rdk-x5'");
  app_test_wait (is_checked, fx_window_get_document (window), "the check for a board of one core");
  g_assert_cmpfloat (gtk_spin_button_get_value (spin (window, "BPU Cores")), ==, 1);
  g_assert_cmpuint (chosen (window)->cores, ==, 2);
  app_test_action (window, "win.set-target", "'rdk-x3'");
  app_test_wait (is_checked, fx_window_get_document (window), "the check for a board of two cores");
  g_assert_cmpfloat (gtk_spin_button_get_value (spin (window, "BPU Cores")), ==, 2);
  app_test_stop (application);
}

static const char *
recipe (const FxProgram *program, const char *name)
{
  return fx_graph_metadata (program->graph, name);
}

static void
test_program (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = open_sample (application);
  FxDocument *document = fx_window_get_document (window);
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "mine.fixpoint", NULL);
  g_autofree char *argument = g_strdup_printf ("'%s'", path);
  g_autoptr (FxJob) job = NULL;
  FxShared *latency = NULL;
  const FxProgram *program;

  app_test_action (window, "win.set-compile", "('O1', 'balance', uint32 30, uint32 2, uint32 1500)");
  fx_document_set_method (document, "fast", "max");
  fx_document_set_samples (document, 10, 1);
  app_test_action (window, "win.convert", NULL);
  app_test_wait_jobs (window, "the conversion");
  job = g_list_model_get_item (G_LIST_MODEL (window->queue), 0);
  g_assert_no_error (fx_job_get_error (job));
  program = fx_results_get_conversion (fx_results_panel_get_results (window->results_panel))->program;
  g_assert_nonnull (program);
  g_assert_cmpstr (recipe (program, "prop:fixpoint.optimize_level"), ==, "O1");
  g_assert_cmpstr (recipe (program, "prop:fixpoint.compile_mode"), ==, "balance");
  g_assert_cmpstr (recipe (program, "prop:fixpoint.balance_factor"), ==, "30");
  g_assert_cmpstr (recipe (program, "prop:fixpoint.max_time_per_fc"), ==, "1500");
  g_assert_null (recipe (program, "prop:fixpoint.core_num")); /* this board has one */

  app_test_action (window, "win.save-to", argument);
  app_test_wait (is_saved, document, "the file");
  fx_shared_set (&latency, window->latency);
  app_test_action (window, "win.open-file", argument);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  g_assert_cmpuint (chosen (window)->level, ==, 1);
  g_assert_cmpint (chosen (window)->mode, ==, FX_COMPILE_BALANCE);
  g_assert_cmpuint (chosen (window)->balance, ==, 30);
  g_assert_cmpuint (chosen (window)->cores, ==, 2);
  g_assert_cmpuint (chosen (window)->max_call_us, ==, 1500);
  g_assert_cmpfloat (gtk_spin_button_get_value (spin (window, "Weight of Latency")), ==, 30);
  g_assert_cmpfloat (gtk_spin_button_get_value (spin (window, "Longest Function Call")), ==, 1500);
  app_test_wait (is_checked, document, "the check of what was opened");
  next_estimate (window, &latency); /* no worker is left when the process ends */
  fx_shared_unref (latency);
  app_test_stop (application);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_settings_set_boolean (fx_settings_get (), "restore-session", FALSE); /* each test begins with nothing open */
  g_test_add_func ("/app/program/rows", test_rows);
  g_test_add_func ("/app/program/cores", test_cores);
  g_test_add_func ("/app/program/compiled", test_program);
  return g_test_run ();
}
