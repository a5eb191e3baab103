/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-board-plots.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define MEMORY_STEPS 300 /* of a segment */

/* ---- latency ---- */

static FxPlot *
plot_latency (const FxConversion *conversion)
{
  const FxCostReport *cost = conversion->cost;
  guint n = cost != NULL ? cost->n_nodes : 0;
  g_autofree const char **labels = g_new0 (const char *, n + 1);
  g_autofree double *bpu = g_new (double, n + 1), *cpu = g_new (double, n + 1);
  FxPlot *plot;

  if (n == 0)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      gboolean on_bpu = cost->nodes[i].subgraph != FX_NO_SUBGRAPH;

      labels[i] = fx_graph_node (conversion->integer, cost->nodes[i].node)->name;
      bpu[i] = on_bpu ? cost->nodes[i].ms : (double)NAN;
      cpu[i] = on_bpu ? (double)NAN : cost->nodes[i].ms;
    }
  plot = fx_plot_new (&fx_plot_bars, _ ("Latency of every node"), n, labels);
  fx_plot_set_x (plot, _ ("node"), NULL);
  fx_plot_set_y (plot, _ ("latency"), "ms", FX_AXIS_LINEAR);
  fx_plot_add_series (plot, _ ("BPU"), 0, FALSE, bpu, n);
  fx_plot_add_series (plot, _ ("CPU"), 1, FALSE, cpu, n);
  return plot;
}

/* ---- the timeline ---- */

/* Commands of all segments as spans, one segment behind the other; what a unit does for one node without a break is one
 * span. */
static GArray *
make_spans (const FxProgram *program, const FxTimeline *timeline)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (FxPlotSpan));
  double offset = 0;

  for (guint s = 0; s < program->segments->len; s++)
    {
      const FxSegment *segment = fx_program_segment (program, s);
      gint64 last[FX_N_UNITS];

      memset (last, -1, sizeof last);
      for (guint i = 0; segment->on_bpu && i < segment->n; i++)
        {
          const FxCommand *command = fx_program_command (program, segment->first + i);
          const FxTimelineItem *item = &timeline->commands[segment->first + i];
          FxPlotSpan span
              = { command->unit, offset + item->start_ms, offset + item->end_ms, command->node, command->unit };
          FxPlotSpan *before = last[span.lane] >= 0 ? &g_array_index (spans, FxPlotSpan, last[span.lane]) : NULL;

          if (before != NULL && before->item == span.item && span.begin <= before->end + command->ms * 0.01)
            before->end = span.end;
          else
            {
              last[span.lane] = spans->len;
              g_array_append_val (spans, span);
            }
        }
      offset += timeline->segment_ms[s];
    }
  return spans;
}

static int
by_lane (gconstpointer a, gconstpointer b)
{
  const FxPlotSpan *left = a, *right = b;

  if (left->lane != right->lane)
    return left->lane < right->lane ? -1 : 1;
  return left->begin < right->begin ? -1 : left->begin > right->begin;
}

/* Of the units that have something to do: boards with one core have no second ones. The names are borrowed. */
static const char **
compact_lanes (GArray *spans)
{
  const char **names = g_new0 (const char *, FX_N_UNITS + 1);
  int lane_of[FX_N_UNITS], n = 0;

  memset (lane_of, -1, sizeof lane_of);
  for (guint i = 0; i < spans->len; i++)
    {
      FxPlotSpan *span = &g_array_index (spans, FxPlotSpan, i);
      guint unit = span->lane;

      if (lane_of[unit] < 0)
        {
          names[n] = _ (fx_unit_names[unit]);
          lane_of[unit] = n++;
        }
      span->lane = (guint)lane_of[unit];
    }
  return names;
}

static FxPlot *
plot_timeline (const FxConversion *conversion)
{
  const FxProgram *program = conversion->program;
  const FxTimeline *timeline = conversion->timeline;
  guint n = program != NULL ? fx_graph_n_nodes (program->graph) : 0;
  g_autofree const char **labels = g_new0 (const char *, n + 1);
  g_autofree const char **lanes = NULL;
  GArray *spans;
  guint n_spans;
  FxPlot *plot;

  if (timeline == NULL || timeline->n_commands == 0)
    return NULL;
  for (guint i = 0; i < n; i++)
    labels[i] = fx_graph_node (program->graph, i)->name;
  spans = make_spans (program, timeline);
  g_array_sort (spans, by_lane);
  lanes = compact_lanes (spans);
  n_spans = spans->len;
  plot = fx_plot_new (&fx_plot_gantt, _ ("Timeline of the BPU"), n, labels);
  fx_plot_set_x (plot, _ ("time"), "ms");
  fx_plot_take_spans (plot, (FxPlotSpan *)g_array_free (spans, FALSE), n_spans, (const char *const *)lanes);
  return plot;
}

/* ---- memory ---- */

static FxPlot *
plot_memory (const FxConversion *conversion)
{
  const FxProgram *program = conversion->program;
  const FxTimeline *timeline = conversion->timeline;
  g_autoptr (GArray) used = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  double offset = 0;
  FxPlot *plot;

  if (timeline == NULL || timeline->n_commands == 0)
    return NULL;
  for (guint s = 0; s < program->segments->len; s++)
    {
      guint64 bytes[MEMORY_STEPS];

      if (!fx_program_segment (program, s)->on_bpu)
        continue;
      fx_timeline_sram (timeline, program, s, MEMORY_STEPS, bytes);
      for (guint k = 0; k < MEMORY_STEPS; k++)
        {
          double time = offset + timeline->segment_ms[s] * k / MEMORY_STEPS, megabytes = (double)bytes[k] / 1e6;

          g_array_append_val (used, megabytes);
          g_array_append_val (times, time);
        }
      offset += timeline->segment_ms[s];
    }
  plot = fx_plot_new (&fx_plot_steps, _ ("Memory of the BPU in use"), used->len, NULL);
  fx_plot_set_x (plot, _ ("time"), "ms");
  fx_plot_set_y (plot, _ ("SRAM"), "MB", FX_AXIS_LINEAR);
  fx_plot_add_series (plot, _ ("in use"), 0, FALSE, (const double *)used->data, used->len);
  fx_plot_add_series (plot, NULL, 0, FALSE, (const double *)times->data, times->len);
  fx_plot_add_mark (plot, _ ("all there is"), FALSE, (double)program->memory_bytes[FX_MEMORY_SRAM] / 1e6);
  return plot;
}

/* ---- mixed precision ---- */

/* What each further node with 16 bits bought; the legend says what all of them cost. */
static FxPlot *
plot_mixed (const FxConversion *conversion)
{
  const FxMixedPoint *points = conversion->mixed != NULL ? (const FxMixedPoint *)(void *)conversion->mixed->data : NULL;
  guint n = conversion->mixed != NULL ? conversion->mixed->len : 0, kept = 0;
  g_autofree const char **labels = g_new0 (const char *, n + 1);
  g_autofree double *db = g_new (double, n + 1);
  g_autofree char *name = NULL;
  FxPlot *plot;

  if (n == 0)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      labels[i] = points[i].node != NULL ? points[i].node : _ ("8 bits");
      db[i] = points[i].db;
      kept = points[i].kept ? i : kept;
    }
  name = isnan (points[0].ms) ? g_strdup (_ ("with 16 bits"))
                              /* Translators: the latency of a network without and with nodes of 16 bits */
                              : g_strdup_printf (_ ("with 16 bits, %.3f ms → %.3f ms"), points[0].ms, points[n - 1].ms);
  plot = fx_plot_new (&fx_plot_lines, _ ("Error by nodes with 16 bits"), n, labels);
  fx_plot_set_x (plot, _ ("node"), NULL);
  fx_plot_set_y (plot, _ ("SQNR at the outputs"), "dB", FX_AXIS_LINEAR);
  fx_plot_add_series (plot, name, 0, FALSE, db, n);
  fx_plot_add_mark (plot, _ ("kept"), TRUE, kept + 0.5); /* the middle of its place */
  return plot;
}

/* ---- all of them ---- */

static FxPlot *(*const makers[]) (const FxConversion *conversion)
    = { plot_latency, plot_timeline, plot_memory, plot_mixed };

const char *const fx_board_plot_names[]
    = { N_ ("Latency"), N_ ("Timeline"), N_ ("Memory"), N_ ("Mixed Precision"), NULL };

FxPlot *
fx_board_plot_new (guint number, const FxConversion *conversion)
{
  FxPlot *plot = number < G_N_ELEMENTS (makers) ? makers[number](conversion) : NULL;

  if (plot != NULL)
    fx_plot_finish (plot);
  return plot;
}
