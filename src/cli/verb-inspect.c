/* fixpoint-cli inspect: what is in a model.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-json.h"
#include "cli/fx-cli-program.h"
#include "cli/fx-cli.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-summary.h"
#include "io/program/fx-program-file.h"

#include <stdio.h>

static void
print_values (const FxGraph *graph, const char *title, guint n, FxId (*get) (const FxGraph *, guint))
{
  for (guint i = 0; i < n; i++)
    {
      const FxValue *value = fx_graph_value (graph, get (graph, i));
      g_autofree char *shape = fx_graph_shape_to_string (graph, &value->shape);
      g_autofree char *line = g_strdup_printf ("%s %s%s", value->name, fx_dtype_name (value->dtype), shape);
      g_autofree char *visible = fx_cli_visible (line);

      printf ("%-12s%s\n", i == 0 ? title : "", visible);
    }
}

static void
print_text (const char *path, const FxGraph *graph, const FxSummary *summary)
{
  g_autofree char *parameters = g_format_size (summary->parameter_bytes);
  g_autofree char *activations = g_format_size (summary->activation_bytes);
  g_autofree char *peak = g_format_size (summary->peak_bytes);
  const char *format = fx_graph_metadata (graph, "format");
  const char *ir_version = fx_graph_metadata (graph, "ir_version");
  const char *producer = fx_graph_metadata (graph, "producer_name");

  printf ("%-12s%s\n%-12s%s%s%s\n", "model", path, "format", format != NULL ? format : "unknown",
          ir_version != NULL ? ", ir_version " : "", ir_version != NULL ? ir_version : "");
  if (producer != NULL && *producer != '\0')
    printf ("%-12s%s\n", "producer", producer);
  for (guint i = 0; i < fx_graph_n_opsets (graph); i++)
    {
      const FxOpset *opset = fx_graph_opset_at (graph, i);

      printf ("%-12s%s %" PRId64 "\n", i == 0 ? "opset" : "", *opset->domain != '\0' ? opset->domain : "ai.onnx",
              opset->version);
    }
  print_values (graph, "inputs", fx_graph_n_inputs (graph), fx_graph_input);
  print_values (graph, "outputs", fx_graph_n_outputs (graph), fx_graph_output);
  printf ("%-12s%" G_GUINT64_FORMAT " (%s)\n", "parameters", summary->parameters, parameters);
  printf (_ ("%-12s%.3f million multiply-accumulates\n"), "work", (double)summary->macs / 1e6);
  printf (_ ("%-12s%s of activations, at most %s at once\n"), "memory", activations, peak);
  if (summary->unknown_shapes > 0)
    printf (_ ("%-12swithout %u tensors whose shape is not known; --input-shape sets that of an input\n"), "",
            summary->unknown_shapes);
  printf ("%-12s%u\n", "nodes", fx_graph_n_nodes (graph));
  for (guint i = 0; i < summary->operators->len; i++)
    {
      const FxOpCount *count = &g_array_index (summary->operators, FxOpCount, i);

      printf ("%12s%5u %s%s%s%s\n", "", count->count, count->domain, *count->domain != '\0' ? "::" : "", count->op_type,
              count->known ? "" : _ (" (not known)"));
    }
}

static void
print_json (const char *path, const FxGraph *graph, const FxSummary *summary, const GPtrArray *diagnostics)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "model", path);
  fx_json_add_string (builder, "format", fx_graph_metadata (graph, "format"));
  fx_json_add_string (builder, "ir_version", fx_graph_metadata (graph, "ir_version"));
  fx_json_add_string (builder, "producer", fx_graph_metadata (graph, "producer_name"));
  json_builder_set_member_name (builder, "opsets");
  json_builder_begin_object (builder);
  for (guint i = 0; i < fx_graph_n_opsets (graph); i++)
    {
      g_autofree char *domain = g_utf8_make_valid (fx_graph_opset_at (graph, i)->domain, -1);

      json_builder_set_member_name (builder, domain);
      json_builder_add_int_value (builder, fx_graph_opset_at (graph, i)->version);
    }
  json_builder_end_object (builder);
  fx_cli_json_values (builder, "inputs", graph, fx_graph_n_inputs (graph), fx_graph_input);
  fx_cli_json_values (builder, "outputs", graph, fx_graph_n_outputs (graph), fx_graph_output);
  fx_json_add_count (builder, "parameters", summary->parameters);
  fx_json_add_count (builder, "parameter_bytes", summary->parameter_bytes);
  fx_json_add_count (builder, "macs", summary->macs);
  fx_json_add_count (builder, "activation_bytes", summary->activation_bytes);
  fx_json_add_count (builder, "peak_bytes", summary->peak_bytes);
  fx_json_add_count (builder, "unknown_shapes", summary->unknown_shapes);
  json_builder_set_member_name (builder, "operators");
  json_builder_begin_array (builder);
  for (guint i = 0; i < summary->operators->len; i++)
    {
      const FxOpCount *count = &g_array_index (summary->operators, FxOpCount, i);

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "domain", count->domain);
      fx_json_add_string (builder, "type", count->op_type);
      fx_json_add_count (builder, "count", count->count);
      json_builder_set_member_name (builder, "known");
      json_builder_add_boolean_value (builder, count->known);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "diagnostics");
  fx_cli_json_diagnostics (builder, diagnostics);
  json_builder_end_object (builder);

  text = fx_json_to_text (builder);
  fputs (text, stdout);
}

/* ---- programs of the BPU ---- */

static int
inspect_program (const char *path, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxProgram) program = fx_program_load (path, fx_cli_cancellable (), &error);
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *text = NULL;

  if (program == NULL)
    return fx_cli_fail (error);
  if (!json)
    {
      fx_cli_program_print (program, FALSE);
      return FX_EXIT_OK;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  fx_json_add_string (builder, "file", path);
  fx_cli_program_json (builder, program);
  json_builder_end_object (builder);
  text = fx_json_to_text (builder);
  fputs (text, stdout);
  return FX_EXIT_OK;
}

int
fx_verb_inspect (int argc, char **argv)
{
  gboolean json = FALSE;
  g_autofree char *weights = NULL;
  g_auto (GStrv) shapes = NULL;
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &weights, N_ ("The file with the weights, where the format has one"),
      "FILE" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &shapes, N_ ("Set the shape of an input"), "[NAME=]DIMS" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("Write JSON"), NULL },
    { NULL },
  };
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = NULL;
  g_auto (FxSummary) summary = { 0 };

  if (!fx_cli_parse ("inspect", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  if (fx_program_is_file (argv[1]))
    return inspect_program (argv[1], json);
  graph = fx_cli_load (argv[1], weights, shapes, diagnostics, &error);
  if (graph == NULL)
    return fx_cli_fail (error);

  fx_summary_init (&summary, graph);
  if (json)
    print_json (argv[1], graph, &summary, diagnostics);
  else
    {
      print_text (argv[1], graph, &summary);
      fflush (stdout);
      fx_cli_print_diagnostics (diagnostics);
    }
  return FX_EXIT_OK;
}
