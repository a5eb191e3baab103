/* Where each node runs on the board, and why not on the BPU.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"

#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"

static gboolean
is_present (const FxReport *report)
{
  return report->placement != NULL && report->graph != NULL
         && report->placement->n_nodes == fx_graph_n_nodes (report->graph);
}

static void
add_node (const FxReport *report, FxId id, JsonBuilder *builder)
{
  const FxNode *node = fx_graph_node (report->graph, id);
  const FxNodeCheck *check = &report->placement->nodes[id];

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "node", node->name);
  fx_json_add_string (builder, "operator", node->op_type);
  fx_json_add_string (builder, "on", fx_placement_name (check->placement));
  json_builder_set_member_name (builder, "subgraph");
  if (check->subgraph == FX_NO_SUBGRAPH)
    json_builder_add_null_value (builder);
  else
    json_builder_add_int_value (builder, check->subgraph);
  json_builder_set_member_name (builder, "reasons");
  json_builder_begin_array (builder);
  for (guint i = 0; i < check->reasons->len; i++)
    {
      const FxReason *reason = check->reasons->pdata[i];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "limit", reason->text);
      fx_json_add_string (builder, "found", reason->found);
      fx_json_add_string (builder, "allowed", reason->allowed);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  json_builder_begin_object (builder);
  fx_json_add_count (builder, "subgraphs", report->placement->n_subgraphs);
  fx_json_add_count (builder, "assumed", report->placement->n_assumed);
  json_builder_set_member_name (builder, "counts");
  json_builder_begin_object (builder);
  for (FxPlacement p = 0; p <= FX_PLACEMENT_UNSUPPORTED; p++)
    fx_json_add_count (builder, fx_placement_name (p), report->placement->counts[p]);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "nodes");
  json_builder_begin_array (builder);
  for (FxId i = 0; i < report->placement->n_nodes; i++)
    if (!fx_graph_node (report->graph, i)->removed)
      add_node (report, i, builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
counts (const FxCheckReport *placement, GString *out)
{
  g_autofree char *pieces = NULL;
  guint total = 0;

  for (FxPlacement p = 0; p <= FX_PLACEMENT_UNSUPPORTED; p++)
    total += placement->counts[p];
  g_string_append_printf (out, "<div class=\"bar\" role=\"img\" aria-label=\"%s\">", _ ("Nodes by place"));
  for (FxPlacement p = 0; p <= FX_PLACEMENT_UNSUPPORTED; p++)
    if (placement->counts[p] > 0)
      {
        g_autofree char *share = g_strdup_printf (_ ("%u of %u nodes"), placement->counts[p], total);

        g_string_append_printf (out, "<span class=\"on-%s\" style=\"flex-grow:%u\" title=\"%s\">%s %u</span>",
                                fx_placement_name (p), placement->counts[p], share, fx_placement_title (p),
                                placement->counts[p]);
      }
  g_string_append (out, "</div>\n");
  pieces = g_strdup_printf (fx_plural ("%u BPU subgraph.", "%u BPU subgraphs.", placement->n_subgraphs),
                            placement->n_subgraphs);
  fx_html_paragraph (out, pieces);
  if (placement->n_assumed > 0)
    {
      g_autofree char *assumed
          = g_strdup_printf (fx_plural ("The board's published list does not settle %u node, taken to run on the BPU.",
                                        "The board's published list does not settle %u nodes, taken to run on the BPU.",
                                        placement->n_assumed),
                             placement->n_assumed);

      fx_html_paragraph (out, assumed);
    }
}

static void
reasons_cell (const FxNodeCheck *check, GString *out)
{
  g_string_append (out, "<td>");
  for (guint i = 0; i < check->reasons->len; i++)
    {
      const FxReason *reason = check->reasons->pdata[i];
      g_autofree char *text = NULL;

      g_string_append (out, i > 0 ? "<br/>" : "");
      text = reason->found != NULL ? g_strdup_printf (_ ("%s — found %s"), reason->text, reason->found)
                                   : g_strdup (reason->text);
      fx_html_text (out, text);
    }
  g_string_append (out, "</td>");
}

static void
to_html (const FxReport *report, GString *out)
{
  static const FxHtmlColumn columns[] = {
    { N_ ("Node"), NULL, FALSE },
    { N_ ("Operator"), NULL, FALSE },
    { N_ ("Runs on"), NULL, FALSE },
    { N_ ("Why"), NULL, FALSE },
  };
  const FxCheckReport *placement = report->placement;
  gboolean any = FALSE;

  counts (placement, out);
  for (FxId i = 0; i < placement->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (report->graph, i);
      FxPlacement place = placement->nodes[i].placement;

      if (node->removed || place == FX_PLACEMENT_BPU || place == FX_PLACEMENT_FOLDED)
        continue;
      if (!any)
        fx_html_table_begin (out, "Nodes that do not run on the BPU", columns, G_N_ELEMENTS (columns), FALSE);
      any = TRUE;
      g_string_append (out, "<tr>");
      fx_html_name_cell (out, node->name);
      fx_html_name_cell (out, node->op_type);
      fx_html_text_cell (out, fx_placement_title (place));
      reasons_cell (&placement->nodes[i], out);
      g_string_append (out, "</tr>\n");
    }
  if (any)
    fx_html_table_end (out);
}

const FxReportSection fx_report_section_placement = {
  .id = "placement", .title = N_ ("Placement"), .is_present = is_present, .to_json = to_json, .to_html = to_html
};
