/* SPDX-License-Identifier: Apache-2.0 */
#include "small-graph.h"

#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"

#include <string.h>

FxGraph *
small_graph_new (const char *lines, SmallGraphPasses passes)
{
  g_autofree char *full = g_strconcat ("graph \"g\"\nopset \"\" 11\n", lines, NULL);
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (full, &error);

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  g_assert_true (passes (graph, NULL, NULL, &error));
  g_assert_no_error (error);
  return graph;
}

FxCheckReport *
small_graph_place_all_but (const FxGraph *graph, const char *op_type, gboolean on_request)
{
  FxCheckReport *report = g_new0 (FxCheckReport, 1);

  report->diagnostics = fx_diagnostics_new ();
  report->n_nodes = fx_graph_n_nodes (graph);
  report->nodes = g_new0 (FxNodeCheck, report->n_nodes + 1);
  for (FxId i = 0; i < report->n_nodes; i++)
    {
      gboolean is_cpu = strcmp (fx_graph_node (graph, i)->op_type, op_type) == 0;

      report->nodes[i].placement = is_cpu ? FX_PLACEMENT_CPU : FX_PLACEMENT_BPU;
      report->nodes[i].on_request = is_cpu && on_request;
      report->nodes[i].reasons = g_ptr_array_new ();
    }
  return report;
}
