/* Lines over items: the error of every layer. Points are drawn while there is room for them, so that a lone value
 * between gaps is seen.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "plot-private.h"

#include <math.h>

#define MIN_POINT_SPACING 7

static void
extent (FxPlot *plot)
{
  fx_plot_extent_of_series (plot, FALSE);
}

static void
paint_line (const FxPlotPainter *painter, const FxPlotSeries *series, guint first, guint last)
{
  gboolean down = FALSE;

  for (guint i = first; i < MIN (last, series->n); i++)
    {
      double x = fx_axis_place (&painter->x, i + 0.5), y;

      if (isnan (series->values[i]))
        {
          down = FALSE;
          continue;
        }
      y = fx_axis_place (&painter->y, series->values[i]);
      if (down)
        cairo_line_to (painter->cr, x, y);
      else
        cairo_move_to (painter->cr, x, y);
      down = TRUE;
    }
  cairo_stroke (painter->cr);
}

static void
paint_points (const FxPlotPainter *painter, const FxPlotSeries *series, guint first, guint last)
{
  for (guint i = first; i < MIN (last, series->n); i++)
    {
      if (isnan (series->values[i]))
        continue;
      cairo_arc (painter->cr, fx_axis_place (&painter->x, i + 0.5), fx_axis_place (&painter->y, series->values[i]), 2.6,
                 0, 2 * G_PI);
      cairo_fill (painter->cr);
    }
}

static void
paint (const FxPlotPainter *painter)
{
  double spacing = (painter->right - painter->left) / (painter->x.high - painter->x.low);
  guint first, last;

  fx_plot_visible_items (painter, &first, &last);
  first -= first > 0; /* the line to what is just outside */
  last += last < painter->plot->n_items;
  for (guint s = painter->plot->series->len; s > 0; s--)
    {
      const FxPlotSeries *series = &g_array_index (painter->plot->series, FxPlotSeries, s - 1);
      double dashes[] = { 4, 3 };

      fx_plot_source (painter->cr, fx_plot_series_color (painter, series->color), series->faint ? 0.75 : 1);
      cairo_set_line_width (painter->cr, (series->faint ? 1.2 : 1.8) * painter->style->line);
      cairo_set_line_join (painter->cr, CAIRO_LINE_JOIN_ROUND);
      if (series->faint)
        cairo_set_dash (painter->cr, dashes, 2, 0);
      paint_line (painter, series, first, last);
      cairo_set_dash (painter->cr, NULL, 0, 0);
      if (spacing >= MIN_POINT_SPACING)
        paint_points (painter, series, first, last);
    }
}

const FxPlotKind fx_plot_lines = { .name = "lines", .by_item = TRUE, .extent = extent, .paint = paint };
