/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-check.h"

#include "cli/fx-cli-json.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"

#include <stdio.h>

/* "text: found …, allowed …" */
static char *
reason_to_string (const FxReason *reason)
{
  GString *text = g_string_new (reason->text);

  if (reason->found != NULL && reason->allowed != NULL)
    g_string_append_printf (text, _ (": found %s, allowed %s"), reason->found, reason->allowed);
  else if (reason->found != NULL)
    g_string_append_printf (text, _ (": found %s"), reason->found);
  else if (reason->allowed != NULL)
    g_string_append_printf (text, _ (": allowed %s"), reason->allowed);
  if (reason->note != NULL)
    g_string_append_printf (text, " (%s)", reason->note);
  return g_string_free (text, FALSE);
}

static const char *
device (const FxNodeCheck *check)
{
  static const char *const names[] = { "?", "BPU", "CPU", "folded", "none" };

  return names[check->placement];
}

/* ---- text ---- */

static void
print_nodes (const FxGraph *graph, const FxCheckReport *report)
{
  int width = 4, type_width = 4;

  for (FxId i = 0; i < report->n_nodes; i++)
    {
      width = MAX (width, (int)g_utf8_strlen (fx_graph_node (graph, i)->name, -1));
      type_width = MAX (type_width, (int)g_utf8_strlen (fx_graph_node (graph, i)->op_type, -1));
    }
  width = MIN (width, 48);
  type_width = MIN (type_width, 24);
  printf ("%-*s  %-6s  %-8s  %-*s  %s\n", width, "Node", "ON", "Subgraph", type_width, "Type", "Reason");
  for (FxId i = 0; i < report->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      const FxNodeCheck *check = &report->nodes[i];
      g_autofree char *subgraph
          = check->subgraph != FX_NO_SUBGRAPH ? g_strdup_printf ("id(%d)", check->subgraph) : g_strdup ("--");

      if (node->removed)
        continue;
      printf ("%-*s  %-6s  %-8s  %-*s", width, node->name, device (check), subgraph, type_width, node->op_type);
      for (guint k = 0; k < check->reasons->len; k++)
        {
          g_autofree char *reason = reason_to_string (check->reasons->pdata[k]);

          printf ("%s%s", k == 0 ? "  " : "; ", reason);
        }
      putchar ('\n');
    }
}

static void
print_findings (const char *title, const GPtrArray *diagnostics)
{
  if (diagnostics->len > 0)
    printf ("\n%s\n", title);
  for (guint i = 0; i < diagnostics->len; i++)
    {
      const FxDiagnostic *diagnostic = diagnostics->pdata[i];
      g_autofree char *text = fx_diagnostic_to_string (diagnostic);

      printf ("%s: %s [%s]\n", fx_severity_name (diagnostic->severity), text, diagnostic->rule);
      if (diagnostic->found != NULL || diagnostic->allowed != NULL)
        printf (_ ("  found %s, allowed %s\n"), diagnostic->found != NULL ? diagnostic->found : "-",
                diagnostic->allowed != NULL ? diagnostic->allowed : "-");
      if (diagnostic->fix != NULL)
        printf (_ ("  fix: %s%s%s%s\n"), diagnostic->fix, diagnostic->fix_rule != NULL ? " (--fix " : "",
                diagnostic->fix_rule != NULL ? diagnostic->fix_rule : "", diagnostic->fix_rule != NULL ? ")" : "");
    }
}

void
fx_cli_check_print_text (const char *path, const FxGraph *graph, const FxTarget *target, const GPtrArray *log,
                         const FxCheckReport *report)
{
  guint n_errors = fx_diagnostics_count (report->diagnostics, FX_SEVERITY_ERROR);

  printf (_ ("%s for %s (%s)\n\n"), path, target->board, target->march);
  print_nodes (graph, report);
  print_findings (_ ("Fixes applied"), log);
  print_findings (_ ("Findings"), report->diagnostics);
  printf (
      fx_plural ("\n%u nodes: %u on the BPU in %u subgraph, %u on the CPU, %u folded, %u unsupported, %u unknown\n",
                 "\n%u nodes: %u on the BPU in %u subgraphs, %u on the CPU, %u folded, %u unsupported, %u unknown\n",
                 report->n_subgraphs),
      report->counts[FX_PLACEMENT_BPU] + report->counts[FX_PLACEMENT_CPU] + report->counts[FX_PLACEMENT_FOLDED]
          + report->counts[FX_PLACEMENT_UNSUPPORTED] + report->counts[FX_PLACEMENT_UNKNOWN],
      report->counts[FX_PLACEMENT_BPU], report->n_subgraphs, report->counts[FX_PLACEMENT_CPU],
      report->counts[FX_PLACEMENT_FOLDED], report->counts[FX_PLACEMENT_UNSUPPORTED],
      report->counts[FX_PLACEMENT_UNKNOWN]);
  if (n_errors == 0)
    fputs (_ ("The model can be converted.\n"), stdout);
  else
    printf (fx_plural ("The model cannot be converted: %u error.\n", "The model cannot be converted: %u errors.\n",
                       n_errors),
            n_errors);
}

/* ---- JSON ---- */

static void
add_number (JsonBuilder *builder, const char *member, gint64 value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_int_value (builder, value);
}

static void
add_limits (JsonBuilder *builder, const GPtrArray *reasons)
{
  json_builder_set_member_name (builder, "reasons");
  json_builder_begin_array (builder);
  for (guint i = 0; i < reasons->len; i++)
    {
      g_autofree char *text = reason_to_string (reasons->pdata[i]);
      g_autofree char *valid = g_utf8_make_valid (text, -1);

      json_builder_add_string_value (builder, valid);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "limits");
  json_builder_begin_array (builder);
  for (guint i = 0; i < reasons->len; i++)
    {
      const FxReason *reason = reasons->pdata[i];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "text", reason->text);
      fx_json_add_string (builder, "found", reason->found);
      fx_json_add_string (builder, "allowed", reason->allowed);
      fx_json_add_string (builder, "note", reason->note);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_nodes (JsonBuilder *builder, const FxGraph *graph, const FxCheckReport *report)
{
  json_builder_set_member_name (builder, "nodes");
  json_builder_begin_array (builder);
  for (FxId i = 0; i < report->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      const FxNodeCheck *check = &report->nodes[i];

      if (node->removed)
        continue;
      json_builder_begin_object (builder);
      fx_json_add_string (builder, "name", node->name);
      fx_json_add_string (builder, "op", node->op_type);
      fx_json_add_string (builder, "placement", fx_placement_name (check->placement));
      json_builder_set_member_name (builder, "subgraph");
      if (check->subgraph != FX_NO_SUBGRAPH)
        json_builder_add_int_value (builder, check->subgraph);
      else
        json_builder_add_null_value (builder);
      add_limits (builder, check->reasons);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_head (JsonBuilder *builder, const char *path, const FxGraph *graph, const FxTarget *target)
{
  const char *ir_version = fx_graph_metadata (graph, "ir_version");
  gint64 opset = fx_graph_opset (graph, "");

  fx_json_add_string (builder, "model", path);
  fx_json_add_string (builder, "format", fx_graph_metadata (graph, "format"));
  json_builder_set_member_name (builder, "ir_version");
  if (ir_version != NULL)
    json_builder_add_int_value (builder, g_ascii_strtoll (ir_version, NULL, 10));
  else
    json_builder_add_null_value (builder);
  json_builder_set_member_name (builder, "opset");
  if (opset > 0)
    json_builder_add_int_value (builder, opset);
  else
    json_builder_add_null_value (builder);
  fx_json_add_string (builder, "target", target->id);
}

void
fx_cli_check_print_json (const char *path, const FxGraph *graph, const FxTarget *target, const GPtrArray *log,
                         const FxCheckReport *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  add_head (builder, path, graph, target);
  json_builder_set_member_name (builder, "diagnostics");
  fx_cli_json_diagnostics (builder, report->diagnostics);
  add_nodes (builder, graph, report);
  json_builder_set_member_name (builder, "summary");
  json_builder_begin_object (builder);
  add_number (builder, "bpu", report->counts[FX_PLACEMENT_BPU]);
  add_number (builder, "cpu", report->counts[FX_PLACEMENT_CPU]);
  add_number (builder, "folded", report->counts[FX_PLACEMENT_FOLDED]);
  add_number (builder, "unsupported", report->counts[FX_PLACEMENT_UNSUPPORTED]);
  add_number (builder, "unknown", report->counts[FX_PLACEMENT_UNKNOWN]);
  add_number (builder, "subgraphs", report->n_subgraphs);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "fixed");
  fx_cli_json_diagnostics (builder, log);
  json_builder_end_object (builder);

  text = fx_json_to_text (builder);
  fputs (text, stdout);
}
