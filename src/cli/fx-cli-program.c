/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-program.h"

#include "cli/fx-cli-json.h"
#include "cli/fx-cli.h"
#include "core/bpu/fx-timeline.h"
#include "core/fx-i18n.h"

#include <stdio.h>
#include <string.h>

#define RECIPE "prop:fixpoint."

/* What the file remembers of how it was made; calls back with names without the prefix. */
static void
visit_recipe (const FxGraph *graph, void (*visit) (const char *name, const char *value, gpointer user_data),
              gpointer user_data)
{
  GList *keys = fx_graph_metadata_keys (graph);

  for (GList *at = keys; at != NULL; at = at->next)
    if (g_str_has_prefix (at->data, RECIPE))
      visit ((const char *)at->data + strlen (RECIPE), fx_graph_metadata (graph, at->data), user_data);
  g_list_free (keys);
}

static guint64
weight_bytes (const FxProgram *program)
{
  guint64 bytes = 0;

  for (FxId id = 0; id < program->places->len; id++)
    {
      const FxPlace *place = fx_program_place (program, id);

      if (place->memory == FX_MEMORY_DDR && place->constant_axis >= 0)
        bytes += fx_place_bytes (place);
    }
  return bytes;
}

static guint
count_segments (const FxProgram *program, gboolean on_bpu)
{
  guint n = 0;

  for (guint s = 0; s < program->segments->len; s++)
    n += fx_program_segment (program, s)->on_bpu == on_bpu;
  return n;
}

/* ---- text ---- */

static void
print_recipe (const char *name, const char *value, G_GNUC_UNUSED gpointer user_data)
{
  g_autofree char *visible = fx_cli_visible (value);

  printf ("%-16s%s\n", name, visible);
}

static void
print_values (const FxGraph *graph, const char *title, guint n, FxId (*get) (const FxGraph *, guint))
{
  for (guint i = 0; i < n; i++)
    {
      const FxValue *value = fx_graph_value (graph, get (graph, i));
      g_autofree char *shape = fx_graph_shape_to_string (graph, &value->shape);
      g_autofree char *name = fx_cli_visible (value->name);

      printf ("%-16s%s %s%s\n", i == 0 ? title : "", name, fx_dtype_name (value->dtype), shape);
    }
}

static void
print_segments (const FxProgram *program, const FxTimeline *timeline)
{
  for (guint s = 0; s < program->segments->len; s++)
    {
      const FxSegment *segment = fx_program_segment (program, s);

      if (segment->on_bpu)
        printf ("%-16sbpu, %u commands, %.3f ms\n", s == 0 ? "segments" : "", segment->n, timeline->segment_ms[s]);
      else
        printf ("%-16scpu, %u %s\n", s == 0 ? "segments" : "", segment->n, segment->n == 1 ? "node" : "nodes");
    }
}

void
fx_cli_program_print (const FxProgram *program, gboolean commands)
{
  g_autoptr (FxTimeline) timeline = fx_timeline_new (program);
  g_autofree char *target = fx_cli_visible (program->target);

  if (commands)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      fx_program_print (program, text);
      fputs (text->str, stdout);
    }
  visit_recipe (program->graph, print_recipe, NULL);
  printf ("%-16s%s\n", "target", target);
  print_values (program->graph, "inputs", fx_graph_n_inputs (program->graph), fx_graph_input);
  print_values (program->graph, "outputs", fx_graph_n_outputs (program->graph), fx_graph_output);
  print_segments (program, timeline);
  printf (_ ("%-16s%.2f MB of parameters, %.2f MB of DDR in all\n"), "memory", (double)weight_bytes (program) / 1e6,
          (double)program->memory_bytes[FX_MEMORY_DDR] / 1e6);
  printf (_ ("%-16s%.2f of %.2f MB at most\n"), "sram", (double)timeline->sram_peak / 1e6,
          (double)program->memory_bytes[FX_MEMORY_SRAM] / 1e6);
  printf (_ ("%-16s%.2f MB loaded, %.2f MB stored a frame\n"), "traffic", (double)timeline->loaded_bytes / 1e6,
          (double)timeline->stored_bytes / 1e6);
  printf ("%-16s%u function %s, the longest %.3f ms; %u %s\n", "calls", timeline->n_calls,
          timeline->n_calls == 1 ? "call" : "calls", timeline->longest_ms, program->cores,
          program->cores == 1 ? "core" : "cores");
  printf (_ ("%-16s%.3f ms on the BPU; busy:"), "schedule", timeline->bpu_ms);
  for (int unit = 0; unit < fx_n_units (program->cores); unit++)
    printf (" %s %.0f %%%s", fx_unit_names[unit],
            timeline->bpu_ms > 0 ? 100 * timeline->busy_ms[unit] / timeline->bpu_ms : 0.0,
            unit + 1 < fx_n_units (program->cores) ? "," : "\n");
}

/* ---- JSON ---- */

static void
add_recipe (const char *name, const char *value, gpointer user_data)
{
  fx_json_add_string (user_data, name, value);
}

void
fx_cli_program_json (JsonBuilder *builder, const FxProgram *program)
{
  g_autoptr (FxTimeline) timeline = fx_timeline_new (program);

  json_builder_set_member_name (builder, "recipe");
  json_builder_begin_object (builder);
  visit_recipe (program->graph, add_recipe, builder);
  json_builder_end_object (builder);
  fx_json_add_string (builder, "target", program->target);
  fx_cli_json_values (builder, "inputs", program->graph, fx_graph_n_inputs (program->graph), fx_graph_input);
  fx_cli_json_values (builder, "outputs", program->graph, fx_graph_n_outputs (program->graph), fx_graph_output);
  fx_json_add_count (builder, "bpu_segments", count_segments (program, TRUE));
  fx_json_add_count (builder, "cpu_segments", count_segments (program, FALSE));
  fx_json_add_count (builder, "commands", program->commands->len);
  fx_json_add_count (builder, "parameter_bytes", weight_bytes (program));
  fx_json_add_count (builder, "ddr_bytes", program->memory_bytes[FX_MEMORY_DDR]);
  fx_json_add_count (builder, "sram_bytes", program->memory_bytes[FX_MEMORY_SRAM]);
  fx_json_add_count (builder, "sram_peak_bytes", timeline->sram_peak);
  fx_json_add_count (builder, "loaded_bytes", timeline->loaded_bytes);
  fx_json_add_count (builder, "stored_bytes", timeline->stored_bytes);
  fx_json_add_number (builder, "bpu_ms", timeline->bpu_ms);
  fx_json_add_number (builder, "longest_call_ms", timeline->longest_ms);
  fx_json_add_count (builder, "cores", program->cores);
  json_builder_set_member_name (builder, "busy_ms");
  json_builder_begin_object (builder);
  for (int unit = 0; unit < fx_n_units (program->cores); unit++)
    fx_json_add_number (builder, fx_unit_names[unit], timeline->busy_ms[unit]);
  json_builder_end_object (builder);
}
