/* Which nodes got 16 bits, in their order, and what that gained and cost.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"
#include "io/report/fx-svg.h"

#include <math.h>

#define WIDTH 1080.0
#define HEIGHT 240.0
#define LEFT 46.0
#define RIGHT 46.0
#define TOP 16.0
#define BOTTOM 30.0

static gboolean
is_present (const FxReport *report)
{
  return report->n_mixed > 1;
}

/* Latency by that of 8 bits; NaN: not known. */
static double
ratio (const FxReport *report, guint i)
{
  return report->mixed[i].ms / report->mixed[0].ms;
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->n_mixed; i++)
    {
      const FxMixedPoint *point = &report->mixed[i];

      json_builder_begin_object (builder);
      fx_json_add_count (builder, "raised", i);
      fx_json_add_string (builder, "node", point->node);
      fx_json_add_number (builder, "sqnr_db", point->db);
      fx_json_add_number (builder, "latency_ms", point->ms);
      fx_json_add_number (builder, "latency_ratio", ratio (report, i));
      fx_json_add_bool (builder, "kept", point->kept);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* ---- the curve ---- */

/* Ends of an axis; never equal. */
typedef struct
{
  double low, high;
} Span;

static void
widen (Span *span, double value)
{
  span->low = MIN (span->low, value);
  span->high = MAX (span->high, value);
}

/* Across: latency if it is known, else how many nodes. */
static double
across (const FxReport *report, guint i)
{
  return isnan (ratio (report, i)) ? i : ratio (report, i);
}

static double
place (const Span *span, double value, double from, double to)
{
  return from + (to - from) * (value - span->low) / (span->high - span->low);
}

static void
draw_axis (const FxReport *report, const Span *x, const Span *y, GString *out)
{
  gboolean timed = !isnan (ratio (report, 0));
  g_autofree char *first = g_strdup_printf (timed ? _ ("%.2f × the latency") : _ ("%.0f nodes"), x->low);
  g_autofree char *last = g_strdup_printf (timed ? "%.2f" : "%.0f", x->high);

  for (double tick = y->low; tick <= y->high + 1e-9; tick += (y->high - y->low) / 4)
    {
      double at = place (y, tick, HEIGHT - BOTTOM, TOP);
      g_autofree char *text = g_strdup_printf ("%.1f", tick);

      fx_svg_line (out, LEFT, at, WIDTH - RIGHT, at, "grid", NULL);
      fx_svg_text (out, LEFT - 6.0, at + 4.0, FX_SVG_END, "tick", text);
    }
  fx_svg_text (out, LEFT, HEIGHT - 8.0, FX_SVG_START, "tick", first);
  fx_svg_text (out, WIDTH - RIGHT, HEIGHT - 8.0, FX_SVG_MIDDLE, "tick", last);
}

static void
draw_curve (const FxReport *report, GString *out)
{
  guint n = report->n_mixed;
  g_autofree double *xs = g_new (double, n), *ys = g_new (double, n);
  Span x = { across (report, 0), across (report, 0) + 1e-3 }, y = { floor (report->mixed[0].db), report->mixed[0].db };

  for (guint i = 0; i < n; i++)
    {
      widen (&x, across (report, i));
      widen (&y, report->mixed[i].db);
    }
  y = (Span){ floor (y.low), MAX (ceil (y.high), floor (y.low) + 1) };
  for (guint i = 0; i < n; i++)
    {
      xs[i] = place (&x, across (report, i), LEFT, WIDTH - RIGHT);
      ys[i] = place (&y, report->mixed[i].db, HEIGHT - BOTTOM, TOP);
    }
  g_string_append (out, "<div class=\"scroll\">");
  fx_svg_begin (out, WIDTH, HEIGHT, N_ ("Error by latency"),
                N_ ("SQNR at the outputs with each further node of 16 bits, dB"));
  draw_axis (report, &x, &y, out);
  fx_svg_polyline (out, xs, ys, n, "line cumulative");
  for (guint i = 0; i < n; i++)
    fx_svg_circle (out, xs[i], ys[i], 3.0, "dot cumulative",
                   report->mixed[i].node != NULL ? report->mixed[i].node : _ ("8 bits"));
  fx_svg_end (out);
  g_string_append (out, "</div>\n");
}

static void
to_html (const FxReport *report, GString *out)
{
  static const FxHtmlColumn columns[] = {
    { N_ ("Nodes"), N_ ("with 16 bits"), TRUE },
    { N_ ("Node"), N_ ("that came last"), FALSE },
    { "SQNR, dB", N_ ("at the outputs"), TRUE },
    { N_ ("Latency, ms"), N_ ("by estimate"), TRUE },
    { N_ ("× 8 bits"), NULL, TRUE },
    { N_ ("kept"), N_ ("up to the best one"), FALSE },
  };

  fx_html_paragraph (out,
                     N_ ("Nodes that were given 16 bits, the most gain for its latency first; each line counts those "
                         "above it. The errors are of the calibration samples that the choice was made on."));
  draw_curve (report, out);
  fx_html_table_begin (out, "Nodes with 16 bits", columns, G_N_ELEMENTS (columns), FALSE);
  for (guint i = 0; i < report->n_mixed; i++)
    {
      const FxMixedPoint *point = &report->mixed[i];

      g_string_append (out, point->kept ? "<tr>" : "<tr class=\"dim\">");
      fx_html_number_cell (out, i, 0);
      fx_html_name_cell (out, point->node);
      fx_html_number_cell (out, point->db, 2);
      fx_html_number_cell (out, point->ms, 3);
      fx_html_number_cell (out, ratio (report, i), 3);
      fx_html_text_cell (out, point->kept ? _ ("yes") : _ ("no"));
      g_string_append (out, "</tr>\n");
    }
  fx_html_table_end (out);
}

const FxReportSection fx_report_section_mixed = { .id = "mixed_precision",
                                                  .title = N_ ("Mixed precision"),
                                                  .is_present = is_present,
                                                  .to_json = to_json,
                                                  .to_html = to_html };
