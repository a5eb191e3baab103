/* Bits of single nodes and mixed precision: by actions, with undo, as far as the check, the conversion and its plot.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-board-plots.h"
#include "app/fx-convert-job.h"
#include "app/fx-problem.h"
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
  plot = fx_board_plot_new (3, conversion);
  g_assert_nonnull (plot);
  g_assert_cmpuint (plot->n_items, ==, conversion->mixed->len);
  app_test_picture (window, "mixed-precision");
  app_test_stop (application);
}

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
  g_test_add_func ("/app/precision/all", test_precision);
  g_test_add_func ("/app/precision/gone", test_gone);
  return g_test_run ();
}
