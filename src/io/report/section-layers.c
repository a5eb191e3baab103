/* The error of every layer along the network: a plot and a table that know each other.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"
#include "io/report/fx-svg.h"

#include <math.h>

static gboolean
is_present (const FxReport *report)
{
  return report->errors != NULL && report->errors->n_layers > 0;
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->errors->n_layers; i++)
    {
      const FxLayerError *layer = &report->errors->layers[i];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "node", layer->node);
      fx_json_add_string (builder, "operator", layer->op_type);
      fx_json_add_string (builder, "tensor", layer->tensor);
      fx_json_add_string (builder, "dtype",
                          layer->dtype == FX_DTYPE_FLOAT ? "float" : fx_dtype_numpy_name (layer->dtype));
      fx_report_json_range (builder, "range", layer->has_range ? &layer->range : NULL);
      fx_report_json_range (builder, "input_range", layer->has_input_range ? &layer->input_range : NULL);
      fx_report_json_metrics (builder, "cumulative", &layer->cumulative);
      fx_report_json_metrics (builder, "isolated", layer->has_isolated ? &layer->isolated : NULL);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* ---- the plot ---- */

#define LEFT 66.0
#define RIGHT 16.0
#define PANEL 190.0
#define GAP 34.0
#define TOP 14.0
#define BOTTOM 26.0
#define MIN_WIDTH 1080.0
#define SPACING 9.0 /* between layers, where there are many */

/* One panel: a scale of the y axis, which may be another function of the figure. */
typedef struct
{
  const char *title;
  double (*figure) (const FxErrorMetrics *metrics);
  void (*label) (double scaled, char *text, gsize size);
  double low, high, step; /* of the scaled figure; high is at the top */
  double top;             /* pixels */
} Panel;

typedef struct
{
  const FxErrorReport *errors;
  double width;
} Plot;

/* Cosines crowd below 1: the scale counts the nines. 0.99 → 2; capped at 1 − 10⁻⁷. */
static double
nines (const FxErrorMetrics *metrics)
{
  return metrics->n > 0 ? -log10 (CLAMP (1.0 - metrics->cosine, 1e-7, 1.0)) : (double)NAN;
}

static void
label_nines (double scaled, char *text, gsize size)
{
  if (scaled < 0.5)
    g_snprintf (text, (gulong)size, "0");
  else
    g_snprintf (text, (gulong)size, "0.%.*s", (int)rint (scaled), "9999999");
}

/* Without any error there is no noise: such layers are at the upper edge. */
static double
decibels (const FxErrorMetrics *metrics)
{
  return metrics->n > 0 ? CLAMP (metrics->sqnr_db, -20.0, 100.0) : (double)NAN;
}

static void
label_decibels (double scaled, char *text, gsize size)
{
  g_snprintf (text, (gulong)size, "%.0f", scaled);
}

static double
x_of (const Plot *plot, guint layer)
{
  double inner = plot->width - LEFT - RIGHT;

  return LEFT + inner * (layer + 0.5) / plot->errors->n_layers;
}

static double
y_of (const Panel *panel, double scaled)
{
  return panel->top
         + PANEL * (1.0 - (CLAMP (scaled, panel->low, panel->high) - panel->low) / (panel->high - panel->low));
}

static const FxErrorMetrics *
metrics_of (const FxLayerError *layer, gboolean isolated)
{
  return isolated ? &layer->isolated : &layer->cumulative;
}

/* Bounds that hold all figures and are multiples of the step. */
static void
fit (Panel *panel, const FxErrorReport *errors)
{
  double low = INFINITY, high = -INFINITY;

  for (guint i = 0; i < 2 * errors->n_layers; i++)
    {
      const FxLayerError *layer = &errors->layers[i / 2];
      double value = i % 2 == 0 || layer->has_isolated ? panel->figure (metrics_of (layer, i % 2 == 1)) : (double)NAN;

      if (!isnan (value))
        {
          low = MIN (low, value);
          high = MAX (high, value);
        }
    }
  if (low > high)
    low = high = 0.0;
  panel->low = panel->step * floor (low / panel->step);
  panel->high = panel->step * ceil (high / panel->step);
  if (panel->high - panel->low < 2.0 * panel->step)
    panel->high = panel->low + 2.0 * panel->step;
}

static void
draw_axes (const Plot *plot, const Panel *panel, GString *out)
{
  double right = plot->width - RIGHT;

  fx_svg_text (out, LEFT, panel->top - 4.0, FX_SVG_START, "title", _ (panel->title));
  for (double tick = panel->low; tick <= panel->high + 1e-9; tick += panel->step)
    {
      char text[32];

      panel->label (tick, text, sizeof text);
      fx_svg_line (out, LEFT, y_of (panel, tick), right, y_of (panel, tick), "grid", NULL);
      fx_svg_text (out, LEFT - 6.0, y_of (panel, tick) + 4.0, FX_SVG_END, "tick", text);
    }
  g_string_append_c (out, '\n');
}

/* Layers that have no such error are passed over. */
static void
draw_series (const Plot *plot, const Panel *panel, gboolean isolated, GString *out)
{
  g_autofree double *x = g_new (double, plot->errors->n_layers);
  g_autofree double *y = g_new (double, plot->errors->n_layers);
  guint n = 0;

  for (guint i = 0; i < plot->errors->n_layers; i++)
    {
      const FxLayerError *layer = &plot->errors->layers[i];
      double value = isolated && !layer->has_isolated ? (double)NAN : panel->figure (metrics_of (layer, isolated));

      if (isnan (value))
        continue;
      x[n] = x_of (plot, i);
      y[n++] = y_of (panel, value);
    }
  fx_svg_polyline (out, x, y, n, isolated ? "line isolated" : "line cumulative");
  for (guint i = 0; i < n; i++)
    fx_svg_circle (out, x[i], y[i], isolated ? 2.4 : 2.8, isolated ? "dot isolated" : "dot cumulative", NULL);
  g_string_append_c (out, '\n');
}

static void
append_figures (GString *text, const char *what, const FxErrorMetrics *metrics)
{
  g_string_append_printf (text, " · %s: cosine ", what);
  fx_html_number (text, metrics->cosine, 6);
  g_string_append (text, ", SQNR ");
  fx_html_number (text, metrics->sqnr_db, 1);
  g_string_append (text, " dB");
}

/* An invisible column over both panels for each layer: hovering tells the figures, a click leads to the row. */
static void
draw_columns (const Plot *plot, double bottom, GString *out)
{
  double width = (plot->width - LEFT - RIGHT) / plot->errors->n_layers;

  for (guint i = 0; i < plot->errors->n_layers; i++)
    {
      const FxLayerError *layer = &plot->errors->layers[i];
      g_autoptr (GString) lines = g_string_new (layer->node);

      g_string_append_printf (lines, " (%s)", layer->op_type);
      append_figures (lines, "cumulative", &layer->cumulative);
      if (layer->has_isolated)
        append_figures (lines, "isolated", &layer->isolated);
      fx_svg_group_begin (out, "column", i, lines->str);
      fx_svg_rect (out, x_of (plot, i) - width / 2.0, TOP, width, bottom - TOP, "hover", NULL);
      fx_svg_group_end (out);
    }
}

static void
draw_plot (const FxErrorReport *errors, GString *out)
{
  Plot plot = { errors, MAX (MIN_WIDTH, LEFT + RIGHT + SPACING * errors->n_layers) };
  Panel panels[] = {
    { .title = N_ ("Cosine similarity"), .figure = nines, .label = label_nines, .step = 1.0, .top = TOP + 10.0 },
    { .title = N_ ("SQNR, dB"),
      .figure = decibels,
      .label = label_decibels,
      .step = 10.0,
      .top = TOP + PANEL + GAP + 10.0 },
  };
  double bottom = panels[1].top + PANEL;

  g_string_append_printf (out,
                          "<p class=\"legend\"><span class=\"key cumulative\"></span>%s <span class=\"key isolated\">"
                          "</span>%s</p>\n<div class=\"scroll\">",
                          _ ("cumulative: everything is quantized"), _ ("isolated: this layer alone"));
  fx_svg_begin (
      out, plot.width, bottom + BOTTOM, N_ ("Error of each layer"),
      N_ ("Cosine similarity and signal-to-noise ratio of each layer in the order of execution; the table below "
          "has the figures"));
  for (guint p = 0; p < G_N_ELEMENTS (panels); p++)
    {
      fit (&panels[p], errors);
      draw_axes (&plot, &panels[p], out);
      draw_series (&plot, &panels[p], TRUE, out);
      draw_series (&plot, &panels[p], FALSE, out);
    }
  fx_svg_text (out, LEFT, bottom + 18.0, FX_SVG_START, "tick", _ ("first layer"));
  fx_svg_text (out, plot.width - RIGHT, bottom + 18.0, FX_SVG_END, "tick", _ ("last layer"));
  draw_columns (&plot, bottom, out);
  fx_svg_end (out);
  g_string_append (out, "</div>\n");
}

/* ---- the table ---- */

static void
range_cell (GString *out, const FxLayerError *layer)
{
  double low = layer->range.low, high = layer->range.high;

  if (!layer->has_range)
    {
      fx_html_number_cell (out, NAN, 0);
      return;
    }
  if (fabs (low + high) <= 0.02 * high)
    {
      fx_html_significant_cell (out, high, 4);
      return;
    }
  g_string_append (out, "<td class=\"n\">");
  fx_html_significant (out, low, 3);
  g_string_append (out, " … ");
  fx_html_significant (out, high, 3);
  g_string_append (out, "</td>");
}

static void
row (GString *out, guint i, const FxLayerError *layer)
{
  static const FxErrorMetrics none = { NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0 };
  const FxErrorMetrics *isolated = layer->has_isolated ? &layer->isolated : &none;

  g_string_append_printf (out, "<tr id=\"layer-%u\">", i);
  fx_html_number_cell (out, i + 1, 0);
  fx_html_name_cell (out, layer->node);
  fx_html_name_cell (out, layer->op_type);
  fx_html_text_cell (out, layer->dtype == FX_DTYPE_FLOAT ? "float" : fx_dtype_numpy_name (layer->dtype));
  range_cell (out, layer);
  fx_html_number_cell (out, layer->cumulative.cosine, 6);
  fx_html_number_cell (out, isolated->cosine, 6);
  fx_html_number_cell (out, layer->cumulative.sqnr_db, 1);
  fx_html_number_cell (out, isolated->sqnr_db, 1);
  fx_html_significant_cell (out, layer->cumulative.relative_l2, 3);
  fx_html_significant_cell (out, layer->cumulative.mse, 3);
  fx_html_significant_cell (out, layer->cumulative.max_abs, 3);
  g_string_append (out, "</tr>\n");
}

static void
to_html (const FxReport *report, GString *out)
{
  static const FxHtmlColumn columns[] = {
    { "#", N_ ("in the order of execution"), TRUE },
    { N_ ("Node"), NULL, FALSE },
    { N_ ("Operator"), NULL, FALSE },
    { N_ ("Type"), NULL, FALSE },
    { N_ ("Threshold"), N_ ("largest value that the result can hold"), TRUE },
    { N_ ("Cosine"), N_ ("cumulative"), TRUE },
    { N_ ("isolated"), N_ ("cosine"), TRUE },
    { "SQNR, dB", N_ ("cumulative"), TRUE },
    { N_ ("isolated"), N_ ("SQNR in dB"), TRUE },
    { N_ ("Relative L2"), N_ ("length of the error against that of the float value"), TRUE },
    { "MSE", NULL, TRUE },
    { "max |d|", N_ ("largest absolute difference"), TRUE },
  };

  draw_plot (report->errors, out);
  fx_html_table_begin (out, "Error of each layer; a click on a heading sorts", columns, G_N_ELEMENTS (columns), TRUE);
  for (guint i = 0; i < report->errors->n_layers; i++)
    row (out, i, &report->errors->layers[i]);
  fx_html_table_end (out);
}

const FxReportSection fx_report_section_layers
    = { .id = "layers", .title = N_ ("Layers"), .is_present = is_present, .to_json = to_json, .to_html = to_html };
