/* Bars over items, the series on top of each other: the time of every layer by what it is spent on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "plot-private.h"

#include <math.h>

static double
value (const FxPlotSeries *series, guint item)
{
  return item < series->n && isfinite (series->values[item]) ? MAX (series->values[item], 0) : 0;
}

static void
extent (FxPlot *plot)
{
  double highest = 0;

  for (guint i = 0; i < plot->n_items; i++)
    {
      double sum = 0;

      for (guint s = 0; s < plot->series->len; s++)
        sum += value (&g_array_index (plot->series, FxPlotSeries, s), i);
      highest = MAX (highest, sum);
    }
  plot->y.low = 0;
  plot->y.high = highest > 0 ? highest * 1.06 : 1;
}

static void
paint_item (const FxPlotPainter *painter, guint item, double gap)
{
  double x0 = fx_axis_place (&painter->x, item + gap), x1 = fx_axis_place (&painter->x, item + 1 - gap), sum = 0;

  for (guint s = 0; s < painter->plot->series->len; s++)
    {
      const FxPlotSeries *series = &g_array_index (painter->plot->series, FxPlotSeries, s);
      double y0 = fx_axis_place (&painter->y, sum), y1 = fx_axis_place (&painter->y, sum + value (series, item));

      sum += value (series, item);
      fx_plot_source (painter->cr, fx_plot_series_color (painter, series->color), series->faint ? 0.6 : 1);
      cairo_rectangle (painter->cr, x0, y1, MAX (x1 - x0, 0.7), y0 - y1);
      cairo_fill (painter->cr);
    }
}

static void
paint (const FxPlotPainter *painter)
{
  double spacing = (painter->right - painter->left) / (painter->x.high - painter->x.low);
  guint first, last;

  fx_plot_visible_items (painter, &first, &last);
  for (guint i = first; i < last; i++)
    paint_item (painter, i, spacing > 4 ? 0.12 : 0);
}

const FxPlotKind fx_plot_bars = { .name = "bars", .by_item = TRUE, .extent = extent, .paint = paint };
