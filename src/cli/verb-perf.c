/* fixpoint-cli perf: how long will a frame take on a board, and what takes the time? docs/target-model.md explains the
 * figures.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-json.h"
#include "cli/fx-cli-perf.h"
#include "cli/fx-cli.h"

#include "core/bpu/fx-compile.h"
#include "core/bpu/fx-timeline.h"
#include "core/bpu/fx-what-if.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "io/fx-target-file.h"

#include <stdio.h>
#include <string.h>

#define MOST_ISLANDS 10 /* that text lists; JSON has all */
#define BOUND_WIDTH 45  /* columns of what a node is bound by, as in the heading */

typedef struct
{
  gboolean json, schedule;
  char *weights, *target, *machine, *fix;
  int cores;
  char **shapes;
  FxPerfOptions perf;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->weights);
  g_free (options->target);
  g_free (options->machine);
  g_free (options->fix);
  g_strfreev (options->shapes);
  g_strfreev (options->perf.nodes.bpu);
  g_strfreev (options->perf.nodes.int16);
  g_strfreev (options->perf.nodes.cpu);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static double
percent (double part, double whole)
{
  return whole > 0 ? 100 * part / whole : 0;
}

static double
frames_per_second (const FxCostReport *cost)
{
  return cost->total_ms > 0 ? 1000 / cost->total_ms : 0;
}

/* ---- text ---- */

static void
print_nodes (const FxPerf *perf)
{
  printf ("%9s %10s  %-45s %-10s %-18s %s\n", "ms", "MMAC", "bound by", "device", "operator", "node");
  for (guint i = 0; i < perf->cost->n_nodes; i++)
    {
      const FxNodeCost *cost = &perf->cost->nodes[i];
      const FxNode *node = fx_graph_node (perf->integer, cost->node);
      g_autofree char *name = fx_cli_visible (node->name);
      g_autofree char *type = fx_cli_visible (node->op_type);
      g_autofree char *device
          = cost->subgraph == FX_NO_SUBGRAPH ? g_strdup ("cpu") : g_strdup_printf ("bpu %d", cost->subgraph);
      g_autofree char *bound = fx_cli_pad (!cost->sized   ? _ ("unknown size")
                                           : cost->ms > 0 ? _ (fx_cost_titles[cost->bound])
                                                          : "-",
                                           BOUND_WIDTH);

      printf ("%9.4f %10.3f  %s %-10s %-18s %s\n", cost->ms, (double)cost->macs / 1e6, bound, device, type, name);
    }
}

static void
print_kinds (const FxCostReport *cost)
{
  printf ("\n%9s %6s  %-45s %-6s %s\n", "ms", "%", "kind of work", "part", "amount");
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    if (cost->amounts[kind] > 0)
      {
        g_autofree char *title = fx_cli_pad (_ (fx_cost_titles[kind]), BOUND_WIDTH);

        printf ("%9.4f %6.1f  %s %-6s %.4g %s: %s\n", cost->ms[kind], percent (cost->ms[kind], cost->total_ms), title,
                fx_cost_part_titles[fx_cost_rows[kind].part], cost->amounts[kind], fx_cost_rows[kind].unit,
                _ (fx_cost_rows[kind].doc));
      }
}

/* Of many, those that are worth looking at. */
static void
print_islands (const FxPerf *perf)
{
  g_autoptr (GArray) islands = fx_cost_islands (perf->integer, perf->cost);

  if (islands->len > 0)
    printf (_ ("\n%9s %6s  operators on the CPU, with the conversions around them\n"), "ms", "%");
  for (guint i = 0; i < islands->len && i < MOST_ISLANDS; i++)
    {
      const FxCostIsland *island = &g_array_index (islands, FxCostIsland, i);
      const FxNode *node = fx_graph_node (perf->integer, island->node);
      g_autofree char *name = fx_cli_visible (node->name);
      g_autofree char *type = fx_cli_visible (node->op_type);
      g_autofree char *others
          = island->n_operators > 1 ? g_strdup_printf (_ (" and %u more"), island->n_operators - 1) : g_strdup ("");

      printf ("%9.4f %6.1f  %s %s%s\n", island->ms, percent (island->ms, perf->cost->total_ms), type, name, others);
    }
  if (islands->len > MOST_ISLANDS)
    printf (_ ("                  %u more\n"), islands->len - MOST_ISLANDS);
}

static void
print_what_if (const FxTarget *target, const FxMachine *machine, const FxPerf *perf)
{
  g_autoptr (GPtrArray) list = fx_what_if (perf->integer, machine, perf->cost, fx_target_has_int16 (target));

  printf (_ ("\n%9s %6s  what changes would do, each alone\n"), "ms", "%");
  for (guint i = 0; i < list->len; i++)
    {
      const FxWhatIf *entry = list->pdata[i];
      g_autofree char *name = entry->node != NULL ? fx_cli_visible (entry->node) : NULL;

      printf ("%+9.4f %+6.1f  %s%s%s%s\n", -entry->ms, -percent (entry->ms, perf->cost->total_ms), entry->text,
              name != NULL ? " (" : "", name != NULL ? name : "", name != NULL ? ")" : "");
    }
}

/* `timeline` may be NULL. */
static void
print_schedule (const FxTimeline *timeline)
{
  if (timeline == NULL)
    return;
  printf ("schedule   %.3f ms on the BPU as a compiled program;", timeline->bpu_ms);
  for (int unit = 0; unit < FX_N_UNITS; unit++)
    if (timeline->busy_ms[unit] > 0)
      printf (" %s %.3f", fx_unit_names[unit], timeline->busy_ms[unit]);
  printf (" ms side by side\n");
}

static void
print_text (const char *path, const FxTarget *target, const FxMachine *machine, const FxPerf *perf,
            const FxTimeline *timeline)
{
  const FxCostReport *cost = perf->cost;
  g_autofree char *visible = fx_cli_visible (path);

  print_nodes (perf);
  print_kinds (cost);
  print_islands (perf);
  print_what_if (target, machine, perf);
  printf (_ ("\n%s on %s (%s)\n"), visible, target->board, target->march);
  printf (_ ("latency    %.3f ms, %.1f frames a second\n"), cost->total_ms, frames_per_second (cost));
  fputs (_ ("parts     "), stdout);
  for (int part = 0; part < FX_N_COST_PARTS; part++)
    printf (" %s %.1f %%%s", _ (fx_cost_part_titles[part]), percent (cost->part_ms[part], cost->total_ms),
            part + 1 < FX_N_COST_PARTS ? "," : "\n");
  printf (fx_plural ("work       %.3f GMAC in %u nodes, %u BPU subgraph\n",
                     "work       %.3f GMAC in %u nodes, %u BPU subgraphs\n", cost->n_subgraphs),
          (double)cost->macs / 1e9, cost->n_nodes, cost->n_subgraphs);
  printf (_ ("memory     %.2f MB a frame at least, %.2f MB if nothing stays in the BPU's own memory\n"),
          (double)cost->least_bytes / 1e6, (double)cost->most_bytes / 1e6);
  print_schedule (timeline);
  if (perf->n_stripped > 0)
    printf (fx_plural ("removed    %u node at inputs and outputs\n", "removed    %u nodes at inputs and outputs\n",
                       perf->n_stripped),
            perf->n_stripped);
  if (perf->n_assumed > 0)
    printf (fx_plural ("assumed    %u node on the BPU that the board's published list does not settle\n",
                       "assumed    %u nodes on the BPU that the board's published list does not settle\n",
                       perf->n_assumed),
            perf->n_assumed);
  if (cost->n_unsized > 0)
    printf (fx_plural ("not in it  %u node whose sizes are known only when the model runs\n",
                       "not in it  %u nodes whose sizes are known only when the model runs\n", cost->n_unsized),
            cost->n_unsized);
  printf (_ ("basis      an estimate: %s\n"),
          *machine->basis != '\0' ? fx_translate (machine->basis) : _ ("prices that were given"));
}

/* ---- JSON ---- */

static void
add_kinds (JsonBuilder *builder, const FxMachine *machine, const FxCostReport *cost)
{
  json_builder_set_member_name (builder, "kinds");
  json_builder_begin_object (builder);
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    {
      json_builder_set_member_name (builder, fx_cost_rows[kind].name);
      json_builder_begin_object (builder);
      fx_json_add_number (builder, "amount", cost->amounts[kind]);
      fx_json_add_string (builder, "unit", fx_cost_rows[kind].unit);
      fx_json_add_number (builder, "price_ms", machine->prices[kind]);
      fx_json_add_number (builder, "ms", cost->ms[kind]);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
add_origins (JsonBuilder *builder, const FxNode *node)
{
  guint n;
  const char *const *origins = fx_node_origins (node, &n);

  json_builder_set_member_name (builder, "origins");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (origins[i], -1);

      json_builder_add_string_value (builder, valid);
    }
  json_builder_end_array (builder);
}

static void
add_nodes (JsonBuilder *builder, const FxPerf *perf)
{
  json_builder_set_member_name (builder, "nodes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < perf->cost->n_nodes; i++)
    {
      const FxNodeCost *cost = &perf->cost->nodes[i];
      const FxNode *node = fx_graph_node (perf->integer, cost->node);

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "node", node->name);
      fx_json_add_string (builder, "op_type", node->op_type);
      add_origins (builder, node);
      fx_json_add_string (builder, "device", cost->subgraph == FX_NO_SUBGRAPH ? "cpu" : "bpu");
      json_builder_set_member_name (builder, "subgraph");
      if (cost->subgraph == FX_NO_SUBGRAPH)
        json_builder_add_null_value (builder);
      else
        json_builder_add_int_value (builder, cost->subgraph);
      fx_json_add_count (builder, "macs", cost->macs);
      fx_json_add_number (builder, "ms", cost->ms);
      fx_json_add_string (builder, "bound_by", cost->sized && cost->ms > 0 ? fx_cost_rows[cost->bound].name : NULL);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_islands (JsonBuilder *builder, const FxPerf *perf)
{
  g_autoptr (GArray) islands = fx_cost_islands (perf->integer, perf->cost);

  json_builder_set_member_name (builder, "cpu_islands");
  json_builder_begin_array (builder);
  for (guint i = 0; i < islands->len; i++)
    {
      const FxCostIsland *island = &g_array_index (islands, FxCostIsland, i);

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "node", fx_graph_node (perf->integer, island->node)->name);
      fx_json_add_count (builder, "operators", island->n_operators);
      fx_json_add_number (builder, "ms", island->ms);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_what_if (JsonBuilder *builder, const FxTarget *target, const FxMachine *machine, const FxPerf *perf)
{
  g_autoptr (GPtrArray) list = fx_what_if (perf->integer, machine, perf->cost, fx_target_has_int16 (target));

  json_builder_set_member_name (builder, "what_if");
  json_builder_begin_array (builder);
  for (guint i = 0; i < list->len; i++)
    {
      const FxWhatIf *entry = list->pdata[i];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "change", fx_what_if_names[entry->kind]);
      fx_json_add_string (builder, "node", entry->node);
      fx_json_add_number (builder, "saved_ms", entry->ms);
      fx_json_add_string (builder, "text", entry->text);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_schedule (JsonBuilder *builder, const FxTimeline *timeline)
{
  json_builder_set_member_name (builder, "schedule");
  json_builder_begin_object (builder);
  fx_json_add_number (builder, "bpu_ms", timeline->bpu_ms);
  fx_json_add_count (builder, "loaded_bytes", timeline->loaded_bytes);
  fx_json_add_count (builder, "stored_bytes", timeline->stored_bytes);
  json_builder_set_member_name (builder, "busy_ms");
  json_builder_begin_object (builder);
  for (int unit = 0; unit < FX_N_UNITS; unit++)
    fx_json_add_number (builder, fx_unit_names[unit], timeline->busy_ms[unit]);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
print_json (const char *path, const FxTarget *target, const FxMachine *machine, const FxPerf *perf,
            const FxTimeline *timeline)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const FxCostReport *cost = perf->cost;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "model", path);
  fx_json_add_string (builder, "target", target->id);
  fx_json_add_string (builder, "march", target->march);
  fx_json_add_string (builder, "basis", machine->basis);
  fx_json_add_number (builder, "latency_ms", cost->total_ms);
  fx_json_add_number (builder, "fps", frames_per_second (cost));
  json_builder_set_member_name (builder, "parts_ms");
  json_builder_begin_object (builder);
  for (int part = 0; part < FX_N_COST_PARTS; part++)
    fx_json_add_number (builder, fx_cost_part_names[part], cost->part_ms[part]);
  json_builder_end_object (builder);
  fx_json_add_count (builder, "macs", cost->macs);
  fx_json_add_count (builder, "subgraphs", cost->n_subgraphs);
  fx_json_add_count (builder, "memory_bytes_least", cost->least_bytes);
  fx_json_add_count (builder, "memory_bytes_most", cost->most_bytes);
  fx_json_add_count (builder, "removed_nodes", perf->n_stripped);
  fx_json_add_count (builder, "assumed_bpu_nodes", perf->n_assumed);
  fx_json_add_count (builder, "nodes_of_unknown_size", cost->n_unsized);
  if (timeline != NULL)
    add_schedule (builder, timeline);
  add_kinds (builder, machine, cost);
  add_islands (builder, perf);
  add_what_if (builder, target, machine, perf);
  add_nodes (builder, perf);
  json_builder_end_object (builder);
  text = fx_json_to_text (builder);
  fputs (text, stdout);
}

/* ---- the verb ---- */

/* What the compiler makes of it, with the prices of the target. */
static FxTimeline *
schedule (const FxPerf *perf, const FxTarget *target, guint cores, GError **error)
{
  const FxCompileOptions options = { .level = FX_COMPILE_DEFAULT_LEVEL, .cores = cores };
  g_autoptr (FxProgram) program = fx_compile (perf->integer, target, &options, NULL, fx_cli_cancellable (), error);

  return program != NULL ? fx_timeline_new (program) : NULL;
}

static gboolean
perf (const char *path, const Options *options, GError **error)
{
  g_autoptr (FxTarget) target = fx_target_load (options->target != NULL ? options->target : FX_TARGET_DEFAULT, error);
  const FxCliModel model = { path, options->weights, options->shapes, options->fix, options->perf };
  g_autoptr (FxPerf) result = NULL;
  g_autoptr (FxTimeline) timeline = NULL;
  FxMachine machine;

  if (options->cores < 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s is negative", "--core-num");
  if (target == NULL || !fx_cli_machine (target, options->machine, &machine, error)
      || !fx_compile_use_cores (&machine, target, (guint)options->cores, error)
      || (result = fx_cli_estimate (&model, target, &machine, error)) == NULL)
    return FALSE;
  if (options->schedule && (timeline = schedule (result, target, (guint)options->cores, error)) == NULL)
    return fx_error_prefix (error, "%s", path);
  if (options->json)
    print_json (path, target, &machine, result, timeline);
  else
    print_text (path, target, &machine, result, timeline);
  return TRUE;
}

int
fx_verb_perf (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights,
      N_ ("The file with the weights, where the format has one"), "FILE" },
    { "target", 0, 0, G_OPTION_ARG_STRING, &options.target,
      N_ ("rdk-x3, rdk-ultra, rdk-x5 (default), rdk-s100, or a file with the limits of a board"), "BOARD" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, N_ ("Set the shape of an input"),
      "[NAME=]DIMS" },
    { "bpu", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.perf.nodes.bpu, FX_CLI_BPU_DOC, "NODE" },
    { "int16", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.perf.nodes.int16, FX_CLI_INT16_DOC, "NODE" },
    { "float", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.perf.nodes.cpu, FX_CLI_FLOAT_DOC, "NODE" },
    { "fix", 0, 0, G_OPTION_ARG_STRING, &options.fix, N_ ("\"all\": apply all fixes that need no decision first"),
      "all" },
    { "fast-perf", 0, 0, G_OPTION_ARG_NONE, &options.perf.fast,
      N_ ("Leave out what can be removed at inputs and outputs (Quantize, Dequantize, Transpose, Reshape, Softmax, …)"),
      NULL },
    { "core-num", 0, 0, G_OPTION_ARG_INT, &options.cores,
      N_ ("Cores of the BPU that compute a frame together; 1 if not given"), "N" },
    { "machine", 0, 0, G_OPTION_ARG_FILENAME, &options.machine,
      N_ ("Other prices of work, for all or some of its kinds"), "FILE.json" },
    { "schedule", 0, 0, G_OPTION_ARG_NONE, &options.schedule,
      N_ ("Also compile, and say how long the program's schedule is on the BPU"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Write JSON"), NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!fx_cli_parse ("perf", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  return perf (argv[1], &options, &error) ? FX_EXIT_OK : fx_cli_fail (error);
}
