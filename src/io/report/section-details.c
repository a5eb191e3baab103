/* The worst layers in detail: how float and quantized values are distributed, and the error of each channel.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-bins.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"
#include "io/report/fx-svg.h"

#include <math.h>

static gboolean
is_present (const FxReport *report)
{
  return report->errors != NULL && report->errors->n_details > 0;
}

/* ---- JSON ---- */

static void
add_counts (JsonBuilder *builder, const char *member, const double *counts, guint n)
{
  json_builder_set_member_name (builder, member);
  json_builder_begin_array (builder);
  for (guint k = 0; k < n; k++)
    json_builder_add_int_value (builder, (gint64)counts[k]);
  json_builder_end_array (builder);
}

static void
add_histogram (JsonBuilder *builder, const FxLayerError *layer, const FxLayerDetail *detail)
{
  FxReportBins bins;

  fx_report_bins_fill (&bins, layer, detail);
  json_builder_set_member_name (builder, "histogram");
  json_builder_begin_object (builder);
  fx_json_add_number (builder, "low", bins.low);
  fx_json_add_number (builder, "width", bins.width);
  add_counts (builder, "float", bins.counts[0], bins.n);
  add_counts (builder, "quantized", bins.counts[1], bins.n);
  json_builder_end_object (builder);
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->errors->n_details; i++)
    {
      const FxLayerDetail *detail = &report->errors->details[i];
      const FxLayerError *layer = &report->errors->layers[detail->layer];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "node", layer->node);
      fx_json_add_string (builder, "tensor", layer->tensor);
      fx_json_add_number (builder, "beyond_percent", 100.0 * detail->beyond);
      add_histogram (builder, layer, detail);
      json_builder_set_member_name (builder, "channels");
      json_builder_begin_array (builder);
      for (guint c = 0; c < detail->n_channels; c++)
        {
          json_builder_begin_object (builder);
          fx_json_add_number (builder, "sqnr_db", detail->channels[c].sqnr_db);
          fx_json_add_number (builder, "mse", detail->channels[c].mse);
          fx_json_add_number (builder, "chebyshev", detail->channels[c].max_abs);
          json_builder_end_object (builder);
        }
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* ---- the histogram ---- */

#define WIDTH 420.0
#define HEIGHT 170.0
#define LEFT 10.0
#define RIGHT 10.0
#define TOP 14.0
#define BOTTOM 22.0
#define INNER_WIDTH (WIDTH - LEFT - RIGHT)
#define BASE (HEIGHT - BOTTOM)

/* Counts on a scale of powers of ten: what matters for a threshold is in the tails. */
static void
heights (const double *counts, guint n, double max, double *y)
{
  double decades = log10 (MAX (max, 1.0)) + 0.5;

  for (guint k = 0; k < n; k++)
    y[k] = BASE - (counts[k] > 0.0 ? (log10 (counts[k]) + 0.5) / decades : 0.0) * (BASE - TOP);
}

static double
x_of (const FxReportBins *bins, double value)
{
  return LEFT + INNER_WIDTH * (value - bins->low) / (bins->width * bins->n);
}

static void
draw_tick (GString *out, const FxReportBins *bins, double value, FxSvgAnchor anchor)
{
  g_autoptr (GString) text = g_string_new (NULL);

  fx_html_significant (text, value, 3);
  fx_svg_text (out, CLAMP (x_of (bins, value), LEFT, WIDTH - RIGHT), HEIGHT - 6.0, anchor, "tick", text->str);
}

static void
draw_threshold (GString *out, const FxReportBins *bins, double value)
{
  double x = x_of (bins, value);
  g_autoptr (GString) number = g_string_new (NULL);
  g_autofree char *text = NULL;

  fx_html_significant (number, value, 4);
  text = g_strdup_printf (_ ("threshold %s"), number->str);
  if (x >= LEFT && x <= WIDTH - RIGHT)
    fx_svg_line (out, x, TOP, x, BASE, "threshold", text);
}

static void
draw_histogram (const FxLayerError *layer, const FxLayerDetail *detail, GString *out)
{
  FxReportBins bins;
  double y[FX_REPORT_MAX_BINS], max = 0.0;
  g_autofree char *title = g_strdup_printf (_ ("Distribution of %s"), layer->tensor);

  fx_report_bins_fill (&bins, layer, detail);
  if (bins.n == 0)
    return;
  for (guint k = 0; k < 2 * bins.n; k++)
    max = MAX (max, bins.counts[k % 2][k / 2]);
  fx_svg_begin (out, WIDTH, HEIGHT, title, N_ ("Counts on a logarithmic scale, float filled, quantized as a line"));
  fx_svg_line (out, LEFT, BASE, WIDTH - RIGHT, BASE, "axis", NULL);
  heights (bins.counts[0], bins.n, max, y);
  fx_svg_steps (out, LEFT, INNER_WIDTH / bins.n, BASE, y, bins.n, FALSE, "float");
  heights (bins.counts[1], bins.n, max, y);
  fx_svg_steps (out, LEFT, INNER_WIDTH / bins.n, BASE, y, bins.n, TRUE, "quantized");
  if (layer->has_range)
    {
      draw_threshold (out, &bins, layer->range.low);
      draw_threshold (out, &bins, layer->range.high);
    }
  draw_tick (out, &bins, bins.low, FX_SVG_START);
  if (x_of (&bins, 0.0) > LEFT + 60.0 && x_of (&bins, 0.0) < WIDTH - RIGHT - 60.0)
    draw_tick (out, &bins, 0.0, FX_SVG_MIDDLE);
  draw_tick (out, &bins, bins.low + bins.width * bins.n, FX_SVG_END);
  fx_svg_end (out);
}

/* ---- the channels ---- */

#define CHANNEL_HEIGHT 74.0
#define CHANNEL_BASE 56.0
#define MAX_BARS 256 /* of more channels the worst of each group is drawn */

static double
channel_noise (const FxLayerDetail *detail, guint from, guint to)
{
  double worst = (double)NAN;

  for (guint c = from; c < to; c++)
    if (detail->channels[c].n > 0 && (isnan (worst) || detail->channels[c].sqnr_db < worst))
      worst = detail->channels[c].sqnr_db;
  return worst;
}

/* Upper end of the scale: a multiple of ten that holds all. */
static double
channel_scale (const FxLayerDetail *detail)
{
  double top = 20.0;

  for (guint c = 0; c < detail->n_channels; c++)
    if (detail->channels[c].n > 0 && detail->channels[c].sqnr_db > top)
      top = MIN (10.0 * ceil (detail->channels[c].sqnr_db / 10.0), 60.0);
  return top;
}

static void
draw_channels (const FxLayerError *layer, const FxLayerDetail *detail, GString *out)
{
  guint n = MIN (detail->n_channels, MAX_BARS);
  double width = n > 0 ? INNER_WIDTH / n : 0.0;
  double top = channel_scale (detail);
  g_autofree char *title = g_strdup_printf (_ ("SQNR of the channels of %s"), layer->tensor);
  g_autofree char *scale = g_strdup_printf (_ ("SQNR of each of %u channels, 0 … %.0f dB"), detail->n_channels, top);

  if (n < 2)
    return;
  fx_svg_begin (out, WIDTH, CHANNEL_HEIGHT, title, scale);
  fx_svg_line (out, LEFT, CHANNEL_BASE, WIDTH - RIGHT, CHANNEL_BASE, "axis", NULL);
  for (guint i = 0; i < n; i++)
    {
      guint from = (guint)((guint64)i * detail->n_channels / n),
            to = (guint)((guint64)(i + 1) * detail->n_channels / n);
      double db = channel_noise (detail, from, to);
      double height = isnan (db) ? 0.0 : CLAMP (db, 0.0, top) / top * (CHANNEL_BASE - 6.0);
      g_autoptr (GString) number = g_string_new (NULL);
      g_autofree char *text = NULL;

      fx_html_number (number, db, 1);
      text = g_strdup_printf (_ ("channel %u: %s dB"), from, number->str);
      fx_svg_rect (out, LEFT + i * width, CHANNEL_BASE - height, MAX (width - (width > 3.0 ? 1.0 : 0.0), 0.5),
                   MAX (height, 1.0),
                   db < 10.0   ? "channel bad"
                   : db < 20.0 ? "channel fair"
                               : "channel",
                   text);
    }
  fx_svg_text (out, LEFT, CHANNEL_HEIGHT - 5.0, FX_SVG_START, "tick", scale);
  fx_svg_end (out);
}

static void
to_html (const FxReport *report, GString *out)
{
  g_string_append_printf (out,
                          "<p class=\"legend\"><span class=\"key float\"></span>%s <span class=\"key quantized\">"
                          "</span>%s <span class=\"key threshold\"></span>%s</p>\n<div class=\"grid\">\n",
                          _ ("float"), _ ("quantized"), _ ("threshold; counts on a logarithmic scale"));
  for (guint i = 0; i < report->errors->n_details; i++)
    {
      const FxLayerDetail *detail = &report->errors->details[i];
      const FxLayerError *layer = &report->errors->layers[detail->layer];

      g_string_append (out, "<figure><figcaption><bdi>");
      fx_html_text (out, layer->node);
      g_string_append (out, "</bdi> <small>");
      fx_html_text (out, layer->op_type);
      g_string_append (out, ", SQNR ");
      fx_html_number (out, layer->cumulative.sqnr_db, 1);
      g_string_append (out, " dB");
      if (layer->has_isolated)
        {
          g_string_append_printf (out, ", %s ", _ ("isolated"));
          fx_html_number (out, layer->isolated.sqnr_db, 1);
          g_string_append (out, " dB");
        }
      if (layer->has_range)
        {
          g_string_append_printf (out, ", %s ", _ ("beyond the threshold"));
          fx_html_significant (out, 100.0 * detail->beyond, 2);
          g_string_append (out, " %");
        }
      g_string_append (out, "</small></figcaption>\n");
      draw_histogram (layer, detail, out);
      draw_channels (layer, detail, out);
      g_string_append (out, "</figure>\n");
    }
  g_string_append (out, "</div>\n");
}

const FxReportSection fx_report_section_details = {
  .id = "details", .title = N_ ("Worst layers"), .is_present = is_present, .to_json = to_json, .to_html = to_html
};
