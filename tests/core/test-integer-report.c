/* Where the nodes of an integer network run, and why some do not run on the BPU.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-integer-report.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "core/quant/fx-quantize.h"
#include "io/fx-target-file.h"

#include <string.h>

/* LogSoftmax has no integer form. */
static const char net[] = "graph \"g\"\nopset \"\" 11\ninput %x f32[1,4,8,8]\nconst %w f32[4,4,1,1] = "
                          "[1,0.5,-0.25,1,2,0,1,0,1,1,1,1,0,0,1,1]\n%c f32[*] = Conv(%x, %w) \"conv\" v11\n"
                          "%l f32[*] = LogSoftmax(%c) {axis=1} \"soft\" v11\n"
                          "%y f32[*] = Conv(%l, %w) \"last\" v11\noutput %y\n";

static const FxNodeCheck *
find (const FxCheckReport *report, const FxGraph *graph, const char *type, guint nth)
{
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (!node->removed && strcmp (node->op_type, type) == 0 && nth-- == 0)
        return &report->nodes[i];
    }
  g_error ("there is no %s", type);
}

static void
check_reason (const FxNodeCheck *check, const char *text)
{
  g_assert_cmpint (check->placement, ==, FX_PLACEMENT_CPU);
  g_assert_cmpint (check->subgraph, ==, FX_NO_SUBGRAPH);
  g_assert_cmpuint (check->reasons->len, ==, 1);
  g_assert_nonnull (strstr (((const FxReason *)check->reasons->pdata[0])->text, text));
}

static void
test_report (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (net, &error), integer = NULL;
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x3", NULL);
  g_autoptr (FxCheckReport) placement = NULL, report = NULL;
  g_autoptr (FxQuantParams) params = NULL;

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  placement = fx_check (graph, target, NULL, NULL, &error);
  params = fx_quantize_assign_placeholder (graph, placement, &error);
  g_assert_no_error (error);
  integer = fx_quantize_integer (graph, params, &error);
  g_assert_no_error (error);

  report = fx_integer_report_new (integer, graph, params);
  g_assert_cmpuint (report->n_nodes, ==, fx_graph_n_nodes (integer));
  g_assert_cmpuint (report->n_subgraphs, ==, 2);
  g_assert_cmpint (find (report, integer, "QConv", 0)->placement, ==, FX_PLACEMENT_BPU);
  g_assert_cmpint (find (report, integer, "QConv", 0)->subgraph, ==, 0);
  g_assert_cmpint (find (report, integer, "QConv", 1)->subgraph, ==, 1);
  check_reason (find (report, integer, "QuantizeLinear", 0), "floats into integers");
  check_reason (find (report, integer, "DequantizeLinear", 0), "integers into floats");
  check_reason (find (report, integer, "LogSoftmax", 0), params->nodes[fx_graph_find_node (graph, "soft")].reason);
  g_assert_cmpuint (report->counts[FX_PLACEMENT_BPU], ==, 2);
  g_assert_cmpuint (report->diagnostics->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/integer-report/report", test_report);
  return g_test_run ();
}
