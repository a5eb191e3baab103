/* Which parts, quantized alone, disturb the outputs most.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"
#include "io/report/fx-svg.h"

#include <math.h>

#define MAX_SHOWN 40 /* in the page; the file has them all */

static gboolean
is_present (const FxReport *report)
{
  return report->sensitivity != NULL && report->sensitivity->n_rows > 0;
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  const FxSensitivity *sensitivity = report->sensitivity;

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "kind", fx_sensitivity_kind_name (sensitivity->kind));
  fx_json_add_count (builder, "samples", sensitivity->n_samples);
  json_builder_set_member_name (builder, "ranking");
  json_builder_begin_array (builder);
  for (guint i = 0; i < sensitivity->n_rows; i++)
    {
      json_builder_begin_object (builder);
      fx_json_add_string (builder, "name", sensitivity->rows[i].name);
      fx_json_add_string (builder, "operator", sensitivity->rows[i].op_type);
      fx_report_json_metrics (builder, "error", &sensitivity->rows[i].error);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "curve");
  json_builder_begin_array (builder);
  for (guint i = 0; i < sensitivity->n_curve; i++)
    {
      json_builder_begin_object (builder);
      fx_json_add_count (builder, "parts", i + 1);
      fx_report_json_metrics (builder, "together", &sensitivity->together[i]);
      fx_report_json_metrics (builder, "without", &sensitivity->without[i]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* Bars show noise: the noise power of a row against that of the worst one, as length on a scale of decibels. */
static void
bar_cell (GString *out, double sqnr_db, double worst, double best)
{
  double span = MAX (best - worst, 6.0);
  double length = isfinite (sqnr_db) ? CLAMP (100.0 * (1.0 - (sqnr_db - worst) / (span * 1.05)), 2.0, 100.0) : 0.0;

  g_string_append (out, "<td class=\"meter\"><span style=\"width:");
  fx_html_number (out, length, 1);
  g_string_append (out, "%\"></span></td>");
}

/* ---- the curves ---- */

#define WIDTH 1080.0
#define HEIGHT 240.0
#define LEFT 46.0
#define RIGHT 16.0
#define TOP 16.0
#define BOTTOM 30.0
#define TICK_DB 10.0

typedef struct
{
  const FxSensitivity *sensitivity;
  double low, high; /* decibels */
} Plot;

static double
clamped (const FxErrorMetrics *metrics)
{
  return CLAMP (metrics->sqnr_db, -20.0, 100.0);
}

static double
x_of (const Plot *plot, guint k)
{
  return LEFT + (WIDTH - LEFT - RIGHT) * (k + 0.5) / plot->sensitivity->n_curve;
}

static double
y_of (const Plot *plot, double db)
{
  return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - (db - plot->low) / (plot->high - plot->low));
}

static void
draw_curve (const Plot *plot, const FxErrorMetrics *metrics, const char *class_name, const char *format, GString *out)
{
  guint n = plot->sensitivity->n_curve;
  g_autofree double *x = g_new (double, n), *y = g_new (double, n);
  g_autofree char *line = g_strconcat ("line ", class_name, NULL), *dot = g_strconcat ("dot ", class_name, NULL);

  for (guint k = 0; k < n; k++)
    {
      x[k] = x_of (plot, k);
      y[k] = y_of (plot, clamped (&metrics[k]));
    }
  fx_svg_polyline (out, x, y, n, line);
  for (guint k = 0; k < n; k++)
    {
      g_autoptr (GString) number = g_string_new (NULL);
      g_autofree char *text = NULL;

      fx_html_number (number, metrics[k].sqnr_db, 1);
      text = g_strdup_printf (_ (format), k + 1, number->str);
      fx_svg_circle (out, x[k], y[k], 3.0, dot, text);
    }
}

static void
draw_curves (const FxSensitivity *sensitivity, GString *out)
{
  Plot plot = { sensitivity, 100.0, -20.0 };

  for (guint k = 0; k < sensitivity->n_curve; k++)
    {
      plot.low = MIN (plot.low, MIN (clamped (&sensitivity->together[k]), clamped (&sensitivity->without[k])));
      plot.high = MAX (plot.high, MAX (clamped (&sensitivity->together[k]), clamped (&sensitivity->without[k])));
    }
  plot.low = TICK_DB * floor (plot.low / TICK_DB);
  plot.high = MAX (TICK_DB * ceil (plot.high / TICK_DB), plot.low + TICK_DB);
  g_string_append_printf (out,
                          "<p class=\"legend\"><span class=\"key cumulative\"></span>%s <span class=\"key isolated\">"
                          "</span>%s</p>\n<div class=\"scroll\">",
                          _ ("only the worst k are quantized"), _ ("everything but the worst k is; SQNR in dB"));
  fx_svg_begin (out, WIDTH, HEIGHT, N_ ("Error by the number of quantized parts"),
                N_ ("SQNR at the outputs if only the worst parts are quantized, and if all but the worst are"));
  for (double tick = plot.low; tick <= plot.high + 1e-9; tick += TICK_DB)
    {
      g_autofree char *text = g_strdup_printf ("%.0f", tick);

      fx_svg_line (out, LEFT, y_of (&plot, tick), WIDTH - RIGHT, y_of (&plot, tick), "grid", NULL);
      fx_svg_text (out, LEFT - 6.0, y_of (&plot, tick) + 4.0, FX_SVG_END, "tick", text);
    }
  draw_curve (&plot, sensitivity->without, "isolated", N_ ("all but the worst %u: %s dB"), out);
  draw_curve (&plot, sensitivity->together, "cumulative", N_ ("only the worst %u: %s dB"), out);
  fx_svg_text (out, x_of (&plot, 0), HEIGHT - 8.0, FX_SVG_MIDDLE, "tick", "k = 1");
  if (sensitivity->n_curve > 1)
    {
      g_autofree char *last = g_strdup_printf ("%u", sensitivity->n_curve);

      fx_svg_text (out, x_of (&plot, sensitivity->n_curve - 1), HEIGHT - 8.0, FX_SVG_MIDDLE, "tick", last);
    }
  fx_svg_end (out);
  g_string_append (out, "</div>\n");
}

static const char *
what_is_done (FxSensitivityKind kind)
{
  if (kind == FX_SENSITIVITY_WEIGHT)
    return N_ ("Each node’s weights are quantized alone, everything else is float; the error is that of the outputs.");
  if (kind == FX_SENSITIVITY_ACTIVATION)
    return N_ ("Each tensor is quantized alone, everything else is float; the error is that of the outputs.");
  return N_ ("Each node is quantized alone, everything else is float; the error is that of the outputs.");
}

static void
to_html (const FxReport *report, GString *out)
{
  static const FxHtmlColumn columns[] = {
    { N_ ("Rank"), NULL, TRUE },
    { N_ ("Name"), NULL, FALSE },
    { N_ ("Operator"), NULL, FALSE },
    { N_ ("Noise"), N_ ("relative to the worst, in decibels"), FALSE },
    { "SQNR, dB", N_ ("at the output that suffers most"), TRUE },
    { N_ ("Cosine"), NULL, TRUE },
  };
  const FxSensitivity *sensitivity = report->sensitivity;
  guint n = MIN (sensitivity->n_rows, MAX_SHOWN);
  double worst = sensitivity->rows[0].error.sqnr_db, best = sensitivity->rows[n - 1].error.sqnr_db;

  fx_html_paragraph (out, what_is_done (sensitivity->kind));
  if (sensitivity->n_rows > n)
    {
      g_autofree char *shown = g_strdup_printf (_ ("The worst %u of %u are shown."), n, sensitivity->n_rows);

      fx_html_paragraph (out, shown);
    }
  if (sensitivity->n_curve > 0)
    draw_curves (sensitivity, out);
  fx_html_table_begin (out, "Sensitivity, worst first", columns, G_N_ELEMENTS (columns), TRUE);
  for (guint i = 0; i < n; i++)
    {
      const FxSensitivityRow *row = &sensitivity->rows[i];

      g_string_append (out, "<tr>");
      fx_html_number_cell (out, i + 1, 0);
      fx_html_name_cell (out, row->name);
      fx_html_name_cell (out, row->op_type);
      bar_cell (out, row->error.sqnr_db, worst, isfinite (best) ? best : worst + 60.0);
      fx_html_number_cell (out, row->error.sqnr_db, 1);
      fx_html_number_cell (out, row->error.cosine, 6);
      g_string_append (out, "</tr>\n");
    }
  fx_html_table_end (out);
}

const FxReportSection fx_report_section_sensitivity = {
  .id = "sensitivity", .title = N_ ("Sensitivity"), .is_present = is_present, .to_json = to_json, .to_html = to_html
};
