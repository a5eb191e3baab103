/* A quantity that changes at points in time and stays in between: memory in use. Series 0 is the quantity from each of
 * the times in series 1 on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "plot-private.h"

#include <math.h>

static const FxPlotSeries *
series (const FxPlot *plot, guint i)
{
  return &g_array_index (plot->series, FxPlotSeries, i);
}

static guint
n_steps (const FxPlot *plot)
{
  return plot->series->len > 1 ? MIN (series (plot, 0)->n, series (plot, 1)->n) : 0;
}

static void
extent (FxPlot *plot)
{
  guint n = n_steps (plot);

  plot->x.low = 0;
  plot->x.high = n > 0 ? series (plot, 1)->values[n - 1] : 1;
  plot->y.low = 0;
  plot->y.high = 0;
  for (guint i = 0; i < n; i++)
    fx_axis_include (&plot->y, series (plot, 0)->values[i]);
  for (guint m = 0; m < plot->marks->len; m++)
    fx_axis_include (&plot->y, g_array_index (plot->marks, FxPlotMark, m).at);
  plot->y.high = plot->y.high > 0 ? plot->y.high * 1.06 : 1;
}

static void
paint (const FxPlotPainter *painter)
{
  const FxPlot *plot = painter->plot;
  guint n = n_steps (plot);

  if (n == 0)
    return;
  cairo_move_to (painter->cr, painter->left, painter->bottom);
  for (guint i = 0; i < n; i++)
    {
      double x = fx_axis_place (&painter->x, series (plot, 1)->values[i]);

      if (i > 0)
        cairo_line_to (painter->cr, x, fx_axis_place (&painter->y, series (plot, 0)->values[i - 1]));
      cairo_line_to (painter->cr, x, fx_axis_place (&painter->y, series (plot, 0)->values[i]));
    }
  cairo_line_to (painter->cr, fx_axis_place (&painter->x, plot->x.high), painter->bottom);
  fx_plot_source (painter->cr, fx_plot_series_color (painter, series (plot, 0)->color), 0.35);
  cairo_fill_preserve (painter->cr);
  fx_plot_source (painter->cr, fx_plot_series_color (painter, series (plot, 0)->color), 1);
  cairo_set_line_width (painter->cr, 1.2 * painter->style->line);
  cairo_stroke (painter->cr);
}

/* The step that holds at a time. */
static int
hit (const FxPlotPainter *painter, double x, G_GNUC_UNUSED double y)
{
  double at = fx_axis_value (&painter->x, x);
  int found = FX_PLOT_NO_ITEM;

  for (guint i = 0; i < n_steps (painter->plot) && series (painter->plot, 1)->values[i] <= at; i++)
    found = (int)i;
  return found;
}

static void
item_extent (const FxPlot *plot, int item, double *low, double *high)
{
  *low = series (plot, 1)->values[item];
  *high = (guint)item + 1 < n_steps (plot) ? series (plot, 1)->values[item + 1] : plot->x.high;
}

static void
describe (const FxPlot *plot, int item, GString *text)
{
  g_autofree char *number = fx_axis_format (series (plot, 0)->values[item], plot->y.unit);

  g_string_append_printf (text, ": %s %s", series (plot, 0)->name, number);
}

const FxPlotKind fx_plot_steps = {
  .name = "steps", .extent = extent, .paint = paint, .hit = hit, .describe = describe, .item_extent = item_extent
};
