/* What a frame costs on the board, and the program that was compiled for it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"
#include "io/report/fx-svg.h"

#include "core/bpu/fx-cost-cuts.h"
#include "core/bpu/fx-tile.h"

static gboolean
is_present (const FxReport *report)
{
  return report->cost != NULL && report->machine != NULL && report->integer != NULL;
}

static double
frames_per_second (const FxCostReport *cost)
{
  return cost->total_ms > 0 ? 1000 / cost->total_ms : 0;
}

/* The program may have fewer nodes than the network: names say which is which. NULL: none of its. */
static const FxNodeTimes *
times_of (const FxReport *report, const FxNode *node)
{
  FxId id = report->program != NULL ? fx_graph_find_node (report->program->graph, node->name) : FX_NONE;

  return id != FX_NONE && report->timeline->nodes[id].n_tiles > 0 ? &report->timeline->nodes[id] : NULL;
}

/* The result of the first tile of a node; FX_SHAPE_UNKNOWN without one. */
static FxShape
tile_shape (const FxReport *report, const FxNode *node)
{
  const FxNodeTimes *times = times_of (report, node);
  const FxGraph *graph = times != NULL ? report->program->graph : NULL;
  const FxNode *compiled = graph != NULL ? fx_graph_node (graph, fx_graph_find_node (graph, node->name)) : NULL;
  FxShape shape = FX_SHAPE_UNKNOWN;
  FxTileCut cut;

  if (compiled == NULL || compiled->outputs[0] == FX_NONE)
    return shape;
  shape = fx_graph_value (graph, compiled->outputs[0])->shape;
  cut = fx_tile_cut (graph, compiled);
  if (cut.by_rows)
    shape.dims[fx_row_axis (shape.rank)] = times->tile_rows;
  if (cut.channel_axis >= 0)
    shape.dims[cut.channel_axis] = times->tile_channels;
  fx_tile_cut_clear (&cut);
  return shape;
}

static char *
tile_text (const FxReport *report, const FxNode *node)
{
  FxShape shape = tile_shape (report, node);
  GString *text = g_string_new (NULL);

  for (int i = 0; i < shape.rank; i++)
    g_string_append_printf (text, "%s%" PRId64, i > 0 ? "×" : "", shape.dims[i]);
  return g_string_free (text, FALSE);
}

/* ---- JSON ---- */

static void
add_parts (const FxCostReport *cost, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "parts_ms");
  json_builder_begin_object (builder);
  for (int part = 0; part < FX_N_COST_PARTS; part++)
    fx_json_add_number (builder, fx_cost_part_names[part], cost->part_ms[part]);
  json_builder_end_object (builder);
}

static void
add_program (const FxProgram *program, const FxTimeline *timeline, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "program");
  if (program == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  fx_json_add_count (builder, "commands", program->commands->len);
  fx_json_add_count (builder, "cores", program->cores);
  fx_json_add_count (builder, "calls", timeline->n_calls);
  fx_json_add_number (builder, "longest_call_ms", timeline->longest_ms);
  fx_json_add_number (builder, "schedule_ms", timeline->bpu_ms);
  fx_json_add_count (builder, "loaded_bytes", timeline->loaded_bytes);
  fx_json_add_count (builder, "stored_bytes", timeline->stored_bytes);
  fx_json_add_count (builder, "sram_bytes", program->memory_bytes[FX_MEMORY_SRAM]);
  fx_json_add_count (builder, "sram_peak_bytes", timeline->sram_peak);
  json_builder_set_member_name (builder, "busy_ms");
  json_builder_begin_object (builder);
  for (int unit = 0; unit < fx_n_units (program->cores); unit++)
    fx_json_add_number (builder, fx_unit_names[unit], timeline->busy_ms[unit]);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_cuts (const FxReport *report, JsonBuilder *builder)
{
  g_autoptr (GArray) cuts = fx_cost_cuts (report->integer, report->machine, report->cost);

  json_builder_set_member_name (builder, "cuts");
  json_builder_begin_array (builder);
  for (guint i = 0; i < cuts->len; i++)
    {
      const FxCostCut *cut = &g_array_index (cuts, FxCostCut, i);

      json_builder_begin_object (builder);
      fx_json_add_count (builder, "nodes", cut->n_nodes);
      fx_json_add_count (builder, "macs", cut->macs);
      fx_json_add_number (builder, "ms", cut->ms);
      fx_json_add_number (builder, "call_ms", cut->call_ms);
      fx_json_add_number (builder, "convert_ms", cut->convert_ms);
      fx_json_add_count (builder, "in_bytes", cut->in_bytes);
      fx_json_add_count (builder, "out_bytes", cut->out_bytes);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_tile (const FxReport *report, const FxNode *node, JsonBuilder *builder)
{
  FxShape shape = tile_shape (report, node);

  json_builder_set_member_name (builder, "tile_shape");
  json_builder_begin_array (builder);
  for (int i = 0; i < shape.rank; i++)
    json_builder_add_int_value (builder, shape.dims[i]);
  json_builder_end_array (builder);
}

static void
add_node (const FxReport *report, const FxNodeCost *cost, JsonBuilder *builder)
{
  const FxNode *node = fx_graph_node (report->integer, cost->node);
  const FxNodeTimes *times = times_of (report, node);

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "node", node->name);
  fx_json_add_string (builder, "operator", node->op_type);
  fx_json_add_string (builder, "on", cost->subgraph == FX_NO_SUBGRAPH ? "cpu" : "bpu");
  fx_json_add_count (builder, "macs", cost->macs);
  fx_json_add_number (builder, "ms", cost->ms);
  fx_json_add_string (builder, "bound_by", cost->sized && cost->ms > 0 ? fx_cost_rows[cost->bound].name : NULL);
  fx_json_add_number (builder, "compute_ms", times != NULL ? times->compute_ms : 0);
  fx_json_add_number (builder, "load_ms", times != NULL ? times->load_ms : 0);
  fx_json_add_number (builder, "store_ms", times != NULL ? times->store_ms : 0);
  fx_json_add_count (builder, "tiles", times != NULL ? times->n_tiles : 0);
  fx_json_add_count (builder, "tile_rows", times != NULL ? (guint64)times->tile_rows : 0);
  add_tile (report, node, builder);
  json_builder_end_object (builder);
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  const FxCostReport *cost = report->cost;

  json_builder_begin_object (builder);
  fx_json_add_number (builder, "latency_ms", cost->total_ms);
  fx_json_add_number (builder, "fps", frames_per_second (cost));
  fx_json_add_string (builder, "basis", report->machine->basis);
  add_parts (cost, builder);
  fx_json_add_count (builder, "subgraphs", cost->n_subgraphs);
  fx_json_add_count (builder, "macs", cost->macs);
  fx_json_add_number (builder, "utilization", fx_cost_utilization (report->machine, cost));
  add_cuts (report, builder);
  add_program (report->program, report->timeline, builder);
  json_builder_set_member_name (builder, "nodes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < cost->n_nodes; i++)
    add_node (report, &cost->nodes[i], builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* ---- the timeline ---- */

#define WIDTH 1080.0
#define LEFT 62.0
#define LANE 24.0
#define SRAM_HEIGHT 90.0
#define BOTTOM 26.0
#define N_COLUMNS 500
#define MOST_CHARTS 20
#define LEAST_WIDTH 0.35 /* pixels: what is narrower is drawn with its neighbors */

static const char *const lane_classes[] = { "unit-load", "unit-store", "unit-tensor", "unit-vector" }; /* by unit */

typedef struct
{
  const FxProgram *program;
  const FxTimeline *timeline;
  const FxSegment *segment;
  double ms; /* of the segment */
} Chart;

static double
x_of (const Chart *chart, double ms)
{
  return LEFT + (WIDTH - LEFT) * ms / chart->ms;
}

/* Commands of one unit; those of one node that follow each other are one bar. */
static void
draw_lane (const Chart *chart, FxUnit unit, double y, GString *out)
{
  guint end = chart->segment->first + chart->segment->n;

  fx_svg_text (out, LEFT - 8, y + LANE - 9, FX_SVG_END, "tick", _ (fx_unit_names[unit]));
  for (guint i = chart->segment->first; i < end; i++)
    {
      const FxCommand *command = fx_program_command (chart->program, i);
      double start = chart->timeline->commands[i].start_ms, stop = chart->timeline->commands[i].end_ms;
      g_autofree char *tooltip = NULL;

      if (command->unit != unit)
        continue;
      for (guint k = i + 1; k < end; k++)
        {
          const FxTimelineItem *next = &chart->timeline->commands[k];

          if (fx_program_command (chart->program, k)->unit != unit)
            continue;
          if (x_of (chart, next->start_ms) - x_of (chart, stop) > LEAST_WIDTH
              || (fx_program_command (chart->program, k)->node != command->node
                  && x_of (chart, stop) - x_of (chart, start) > LEAST_WIDTH))
            break;
          stop = next->end_ms;
          i = k;
        }
      tooltip
          = g_strdup_printf ("%s: %.4f ms", fx_graph_node (chart->program->graph, command->node)->name, stop - start);
      fx_svg_rect (out, x_of (chart, start), y + 3, MAX (LEAST_WIDTH, x_of (chart, stop) - x_of (chart, start)),
                   LANE - 6, lane_classes[fx_unit_of_core (unit, 0)], tooltip);
    }
}

static void
draw_sram (const Chart *chart, guint segment, double y, GString *out)
{
  guint64 bytes[N_COLUMNS];
  double heights[N_COLUMNS];
  double most = (double)chart->program->memory_bytes[FX_MEMORY_SRAM];
  g_autofree char *full = g_strdup_printf ("%.1f MB", most / 1e6);

  fx_timeline_sram (chart->timeline, chart->program, segment, N_COLUMNS, bytes);
  for (guint k = 0; k < N_COLUMNS; k++)
    heights[k] = y + SRAM_HEIGHT * (1 - MIN (1.0, (double)bytes[k] / most));
  fx_svg_line (out, LEFT, y, WIDTH, y, "grid", NULL);
  fx_svg_text (out, LEFT - 8, y + 8, FX_SVG_END, "tick", full);
  fx_svg_text (out, LEFT - 8, y + SRAM_HEIGHT - 4, FX_SVG_END, "tick", "SRAM");
  fx_svg_steps (out, LEFT, (WIDTH - LEFT) / N_COLUMNS, y + SRAM_HEIGHT, heights, N_COLUMNS, FALSE, "sram");
}

static void
draw_segment (const FxReport *report, guint segment, GString *out)
{
  const FxTimeline *timeline = report->timeline;
  Chart chart
      = { report->program, timeline, fx_program_segment (report->program, segment), timeline->segment_ms[segment] };
  int n_units = fx_n_units (report->program->cores);
  double lanes = LANE * n_units, height = lanes + 14 + SRAM_HEIGHT + BOTTOM;
  g_autofree char *end = g_strdup_printf ("%.3f ms", chart.ms);

  if (!(chart.ms > 0))
    return;
  g_string_append (out, "<div class=\"scroll\">");
  fx_svg_begin (out, WIDTH, height, N_ ("Timeline"),
                N_ ("What each unit of the BPU does when, and how much of the SRAM is used"));
  for (int unit = 0; unit < n_units; unit++)
    draw_lane (&chart, (FxUnit)unit, unit * LANE, out);
  draw_sram (&chart, segment, lanes + 14, out);
  fx_svg_text (out, LEFT, height - 8, FX_SVG_START, "tick", "0");
  fx_svg_text (out, WIDTH, height - 8, FX_SVG_END, "tick", end);
  fx_svg_end (out);
  g_string_append (out, "</div>\n");
}

/* The first function calls; a program may have hundreds. */
static void
draw_segments (const FxReport *report, GString *out)
{
  guint n = 0;

  for (guint s = 0; report->program != NULL && s < report->program->segments->len; s++)
    if (fx_program_segment (report->program, s)->on_bpu && n++ < MOST_CHARTS)
      draw_segment (report, s, out);
  if (n > MOST_CHARTS)
    {
      g_autofree char *more = g_strdup_printf (
          fx_plural ("%u more function call is not drawn.", "%u more function calls are not drawn.", n - MOST_CHARTS),
          n - MOST_CHARTS);

      fx_html_paragraph (out, more);
    }
}

/* ---- HTML ---- */

static void
draw_parts (const FxCostReport *cost, GString *out)
{
  g_string_append_printf (out, "<div class=\"bar\" role=\"img\" aria-label=\"%s\">", _ ("Milliseconds by part"));
  for (int part = 0; part < FX_N_COST_PARTS; part++)
    if (cost->part_ms[part] > 0)
      {
        g_string_append_printf (out, "<span class=\"part-%s\" style=\"flex-grow:", fx_cost_part_names[part]);
        fx_html_number (out, cost->part_ms[part] * 1000, 0);
        g_string_append_printf (out, "\">%s ", _ (fx_cost_part_titles[part]));
        fx_html_number (out, cost->part_ms[part], 3);
        g_string_append (out, " ms</span>");
      }
  g_string_append (out, "</div>\n");
}

static void
cards (const FxReport *report, GString *out)
{
  const FxTimeline *timeline = report->timeline;
  g_autofree char *pieces = g_strdup_printf (
      fx_plural ("%u BPU subgraph", "%u BPU subgraphs", report->cost->n_subgraphs), report->cost->n_subgraphs);

  g_string_append (out, "<div class=\"cards\">\n");
  fx_html_card (out, "Latency", report->cost->total_ms, 2, " ms", N_ ("by estimate, one frame"), "");
  fx_html_card (out, "Utilization", 100 * fx_cost_utilization (report->machine, report->cost), 1, " %",
                N_ ("of the frame is needed by the multipliers"), "");
  fx_html_card (out, "Frames a second", frames_per_second (report->cost), 1, "", pieces, "");
  if (timeline != NULL)
    {
      g_autofree char *of = g_strdup_printf (_ ("of %.2f MB that the BPU is assumed to have"),
                                             (double)report->program->memory_bytes[FX_MEMORY_SRAM] / 1e6);
      g_autofree char *stored
          = g_strdup_printf (_ ("loaded, and %.2f MB stored a frame"), (double)timeline->stored_bytes / 1e6);

      fx_html_card (out, "SRAM", (double)timeline->sram_peak / 1e6, 2, " MB", of, "");
      fx_html_card (out, "DDR", (double)timeline->loaded_bytes / 1e6, 2, " MB", stored, "");
    }
  g_string_append (out, "</div>\n");
}

static void
cuts_table (const FxReport *report, GString *out)
{
  static const FxHtmlColumn columns[] = {
    { N_ ("Subgraph"), NULL, TRUE },
    { N_ ("Nodes"), NULL, TRUE },
    { "MMAC", N_ ("Million multiply-accumulates"), TRUE },
    { "ms", N_ ("Of its nodes"), TRUE },
    { N_ ("Call ms"), N_ ("What calling the BPU costs"), TRUE },
    { N_ ("Conversion ms"), N_ ("At its borders, on the CPU"), TRUE },
    { N_ ("MB in"), N_ ("Through memory, without parameters"), TRUE },
    { N_ ("MB out"), NULL, TRUE },
  };
  g_autoptr (GArray) cuts = fx_cost_cuts (report->integer, report->machine, report->cost);

  if (cuts->len == 0)
    return;
  fx_html_table_begin (out, "What each BPU subgraph costs", columns, G_N_ELEMENTS (columns), FALSE);
  for (guint i = 0; i < cuts->len; i++)
    {
      const FxCostCut *cut = &g_array_index (cuts, FxCostCut, i);

      g_string_append (out, "<tr>");
      fx_html_number_cell (out, i, 0);
      fx_html_number_cell (out, cut->n_nodes, 0);
      fx_html_number_cell (out, (double)cut->macs / 1e6, 2);
      fx_html_number_cell (out, cut->ms, 4);
      fx_html_number_cell (out, cut->call_ms, 4);
      fx_html_number_cell (out, cut->convert_ms, 4);
      fx_html_number_cell (out, (double)cut->in_bytes / 1e6, 3);
      fx_html_number_cell (out, (double)cut->out_bytes / 1e6, 3);
      g_string_append (out, "</tr>\n");
    }
  fx_html_table_end (out);
}

static void
node_row (const FxReport *report, const FxNodeCost *cost, GString *out)
{
  const FxNode *node = fx_graph_node (report->integer, cost->node);
  const FxNodeTimes *times = times_of (report, node);
  g_autofree char *tile = tile_text (report, node);

  g_string_append (out, "<tr>");
  fx_html_name_cell (out, node->name);
  fx_html_name_cell (out, node->op_type);
  fx_html_text_cell (out, cost->subgraph == FX_NO_SUBGRAPH ? "CPU" : "BPU");
  fx_html_number_cell (out, (double)cost->macs / 1e6, 2);
  fx_html_number_cell (out, cost->ms, 4);
  fx_html_text_cell (out, cost->sized && cost->ms > 0 ? _ (fx_cost_titles[cost->bound]) : NULL);
  fx_html_number_cell (out, times != NULL ? times->compute_ms : 0, 4);
  fx_html_number_cell (out, times != NULL ? times->load_ms : 0, 4);
  fx_html_number_cell (out, times != NULL ? times->store_ms : 0, 4);
  fx_html_number_cell (out, times != NULL ? times->n_tiles : 0, 0);
  fx_html_text_cell (out, tile);
  g_string_append (out, "</tr>\n");
}

static void
to_html (const FxReport *report, GString *out)
{
  static const FxHtmlColumn columns[] = {
    { N_ ("Node"), NULL, FALSE },
    { N_ ("Operator"), NULL, FALSE },
    { "On", NULL, FALSE },
    { "MMAC", N_ ("Million multiply-accumulates"), TRUE },
    { "ms", N_ ("By the prices of the target"), TRUE },
    { N_ ("Bound by"), N_ ("The largest part of its milliseconds"), FALSE },
    { N_ ("Compute ms"), N_ ("In all tiles, by the schedule"), TRUE },
    { N_ ("Load ms"), N_ ("Of what it reads from DDR"), TRUE },
    { N_ ("Store ms"), N_ ("Of what it writes to DDR"), TRUE },
    { N_ ("Tiles"), N_ ("Pieces that it is computed in"), TRUE },
    { N_ ("Tile"), N_ ("The result of the first one"), FALSE },
  };
  g_autofree char *basis = NULL;

  cards (report, out);
  draw_parts (report->cost, out);
  basis = g_strdup_printf (
      _ ("An estimate: %s. It covers the BPU, reading parameters, and the CPU with its conversions."),
      *report->machine->basis != '\0' ? fx_translate (report->machine->basis) : _ ("prices that were given"));
  fx_html_paragraph (out, basis);
  if (report->no_program != NULL)
    {
      g_autofree char *why = g_strdup_printf (_ ("There is no program for the BPU: %s."), report->no_program);

      fx_html_paragraph (out, why);
    }
  draw_segments (report, out);
  cuts_table (report, out);
  fx_html_table_begin (out, "Cost of each node", columns, G_N_ELEMENTS (columns), TRUE);
  for (guint i = 0; i < report->cost->n_nodes; i++)
    node_row (report, &report->cost->nodes[i], out);
  fx_html_table_end (out);
}

const FxReportSection fx_report_section_board
    = { .id = "board", .title = N_ ("On the board"), .is_present = is_present, .to_json = to_json, .to_html = to_html };
