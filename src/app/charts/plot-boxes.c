/* Boxes over items: what the values of each channel span.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "plot-private.h"

#include <math.h>

static void
extent (FxPlot *plot)
{
  double room;

  plot->y.low = HUGE_VAL;
  plot->y.high = -HUGE_VAL;
  for (guint i = 0; plot->boxes != NULL && i < plot->n_items; i++)
    {
      fx_axis_include (&plot->y, plot->boxes[i].min);
      fx_axis_include (&plot->y, plot->boxes[i].max);
    }
  for (guint m = 0; m < plot->marks->len; m++)
    fx_axis_include (&plot->y, g_array_index (plot->marks, FxPlotMark, m).at);
  if (plot->y.low > plot->y.high)
    plot->y.low = plot->y.high = 0;
  room = MAX ((plot->y.high - plot->y.low) * 0.05, 1e-9);
  plot->y.low -= room;
  plot->y.high += room;
}

static void
paint_box (const FxPlotPainter *painter, guint item, double gap)
{
  const FxPlotBox *box = &painter->plot->boxes[item];
  double x0 = fx_axis_place (&painter->x, item + gap), x1 = fx_axis_place (&painter->x, item + 1 - gap);
  double middle = (x0 + x1) / 2, width = MAX (x1 - x0, 0.7);
  double low = fx_axis_place (&painter->y, box->low), high = fx_axis_place (&painter->y, box->high);

  if (!isfinite (box->min) || !isfinite (box->max))
    return;
  fx_plot_source (painter->cr, fx_plot_series_color (painter, 0), 0.6);
  cairo_set_line_width (painter->cr, painter->style->line);
  cairo_move_to (painter->cr, middle, fx_axis_place (&painter->y, box->min));
  cairo_line_to (painter->cr, middle, fx_axis_place (&painter->y, box->max));
  cairo_stroke (painter->cr);
  fx_plot_source (painter->cr, fx_plot_series_color (painter, 0), 1);
  cairo_rectangle (painter->cr, x0, MIN (low, high), width, MAX (fabs (high - low), 1));
  cairo_fill (painter->cr);
  fx_plot_source (painter->cr, fx_plot_series_color (painter, 1), 1);
  cairo_rectangle (painter->cr, x0, fx_axis_place (&painter->y, box->middle) - 1, width, 2);
  cairo_fill (painter->cr);
}

static void
paint (const FxPlotPainter *painter)
{
  double spacing = (painter->right - painter->left) / (painter->x.high - painter->x.low);
  guint first, last;

  fx_plot_visible_items (painter, &first, &last);
  for (guint i = first; painter->plot->boxes != NULL && i < last; i++)
    paint_box (painter, i, spacing > 4 ? 0.18 : 0);
}

static void
describe (const FxPlot *plot, int item, GString *text)
{
  const FxPlotBox *box = &plot->boxes[item];

  g_string_append_printf (text, ": %.4g … %.4g, %.4g (%.4g … %.4g)", box->min, box->max, box->middle, box->low,
                          box->high);
}

static void
csv (const FxPlot *plot, GString *text)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, "item,min,low,middle,high,max\r\n");
  for (guint i = 0; plot->boxes != NULL && i < plot->n_items; i++)
    {
      const double fields[]
          = { plot->boxes[i].min, plot->boxes[i].low, plot->boxes[i].middle, plot->boxes[i].high, plot->boxes[i].max };
      g_autofree char *name = fx_plot_item_name (plot, (int)i);

      fx_csv_append (text, name);
      for (guint f = 0; f < G_N_ELEMENTS (fields); f++)
        g_string_append_printf (text, ",%s", g_ascii_dtostr (number, sizeof number, fields[f]));
      g_string_append (text, "\r\n");
    }
}

const FxPlotKind fx_plot_boxes
    = { .name = "boxes", .by_item = TRUE, .extent = extent, .paint = paint, .describe = describe, .csv = csv };
