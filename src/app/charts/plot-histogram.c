/* How often values occur: the first series filled, the others as outlines over it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "plot-private.h"

#include <math.h>

static void
extent (FxPlot *plot)
{
  fx_plot_extent_of_series (plot, TRUE);
  if (plot->y.scale == FX_AXIS_LINEAR)
    plot->y.low = 0;
}

static void
outline (const FxPlotPainter *painter, const FxPlotSeries *series)
{
  double base = painter->bottom;

  cairo_move_to (painter->cr, fx_axis_place (&painter->x, painter->plot->x.low), base);
  for (guint i = 0; i < MIN (series->n, painter->plot->n_items); i++)
    {
      double low, high, v = series->values[i];
      double y = isfinite (v) && v > 0 ? fx_axis_place (&painter->y, v) : base;

      fx_plot_item_extent (painter->plot, (int)i, &low, &high);
      cairo_line_to (painter->cr, fx_axis_place (&painter->x, low), y);
      cairo_line_to (painter->cr, fx_axis_place (&painter->x, high), y);
    }
  cairo_line_to (painter->cr, fx_axis_place (&painter->x, painter->plot->x.high), base);
}

static void
paint (const FxPlotPainter *painter)
{
  for (guint s = 0; s < painter->plot->series->len; s++)
    {
      const FxPlotSeries *series = &g_array_index (painter->plot->series, FxPlotSeries, s);
      const FxPlotColor *color = fx_plot_series_color (painter, series->color);

      outline (painter, series);
      if (s == 0)
        {
          fx_plot_source (painter->cr, color, 0.35);
          cairo_fill_preserve (painter->cr);
        }
      fx_plot_source (painter->cr, color, 1);
      cairo_set_line_width (painter->cr, 1.4 * painter->style->line);
      cairo_stroke (painter->cr);
    }
}

const FxPlotKind fx_plot_histogram = { .name = "histogram", .extent = extent, .paint = paint };
