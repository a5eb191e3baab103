/* Spans of time in lanes: what each engine of the BPU does when.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "plot-private.h"

#include <math.h>

static guint
n_lanes (const FxPlot *plot)
{
  return plot->lanes != NULL ? MAX (g_strv_length (plot->lanes), 1) : 1;
}

static void
extent (FxPlot *plot)
{
  plot->x.low = 0;
  plot->x.high = 0;
  for (guint i = 0; i < plot->n_spans; i++)
    plot->x.high = MAX (plot->x.high, plot->spans[i].end);
  plot->y.low = 0;
  plot->y.high = n_lanes (plot);
}

static void
lane_place (const FxPlotPainter *painter, guint lane, double *top, double *height)
{
  double each = (painter->bottom - painter->top) / n_lanes (painter->plot);

  *top = painter->top + each * (lane + 0.15);
  *height = each * 0.7;
}

/* Spans narrower than a pixel that follow each other are one rectangle: a network has tens of thousands. */
static void
paint (const FxPlotPainter *painter)
{
  const FxPlot *plot = painter->plot;

  for (guint i = 0; i < plot->n_spans;)
    {
      const FxPlotSpan *span = &plot->spans[i];
      double x0 = fx_axis_place (&painter->x, span->begin), x1 = fx_axis_place (&painter->x, span->end), top, height;
      gboolean pointed = (int)span->item == painter->view->cursor || (int)span->item == painter->view->selected;

      for (i++; i < plot->n_spans && plot->spans[i].lane == span->lane && plot->spans[i].color == span->color; i++)
        {
          double next = fx_axis_place (&painter->x, plot->spans[i].begin);

          if (next > x1 + 0.5 || plot->spans[i].item != span->item)
            break;
          x1 = fx_axis_place (&painter->x, plot->spans[i].end);
        }
      if (x1 < painter->left || x0 > painter->right)
        continue;
      lane_place (painter, span->lane, &top, &height);
      fx_plot_source (painter->cr, fx_plot_series_color (painter, span->color), pointed ? 1 : 0.75);
      cairo_rectangle (painter->cr, x0, top, MAX (x1 - x0, 0.7), height);
      cairo_fill (painter->cr);
      if (pointed)
        {
          fx_plot_source (painter->cr, &painter->style->text, 1);
          cairo_set_line_width (painter->cr, 1.2 * painter->style->line);
          cairo_rectangle (painter->cr, x0, top, MAX (x1 - x0, 1.5), height);
          cairo_stroke (painter->cr);
        }
    }
}

static int
hit (const FxPlotPainter *painter, double x, double y)
{
  const FxPlot *plot = painter->plot;
  guint lane = (guint)((y - painter->top) / (painter->bottom - painter->top) * n_lanes (plot));
  double slack = fabs (fx_axis_value (&painter->x, x + 2) - fx_axis_value (&painter->x, x));
  double at = fx_axis_value (&painter->x, x);

  for (guint i = 0; i < plot->n_spans; i++)
    if (plot->spans[i].lane == lane && at >= plot->spans[i].begin - slack && at <= plot->spans[i].end + slack)
      return (int)plot->spans[i].item;
  return FX_PLOT_NO_ITEM;
}

static void
item_extent (const FxPlot *plot, int item, double *low, double *high)
{
  *low = HUGE_VAL;
  *high = -HUGE_VAL;
  for (guint i = 0; i < plot->n_spans; i++)
    if ((int)plot->spans[i].item == item)
      {
        *low = MIN (*low, plot->spans[i].begin);
        *high = MAX (*high, plot->spans[i].end);
      }
  if (*low > *high)
    *low = *high = 0;
}

static void
describe (const FxPlot *plot, int item, GString *text)
{
  double low, high;
  g_autofree char *from = NULL, *to = NULL;

  item_extent (plot, item, &low, &high);
  from = fx_axis_format (low, NULL);
  to = fx_axis_format (high, plot->x.unit);
  g_string_append_printf (text, ": %s … %s", from, to);
  for (guint lane = 0; lane < n_lanes (plot) && plot->lanes != NULL; lane++)
    {
      double busy = 0;
      g_autofree char *number = NULL;

      for (guint i = 0; i < plot->n_spans; i++)
        if ((int)plot->spans[i].item == item && plot->spans[i].lane == lane)
          busy += plot->spans[i].end - plot->spans[i].begin;
      number = fx_axis_format (busy, plot->x.unit);
      if (busy > 0)
        g_string_append_printf (text, ", %s %s", plot->lanes[lane], number);
    }
}

static void
csv (const FxPlot *plot, GString *text)
{
  char begin[G_ASCII_DTOSTR_BUF_SIZE], end[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, "lane,item,begin,end\r\n");
  for (guint i = 0; i < plot->n_spans; i++)
    {
      const FxPlotSpan *span = &plot->spans[i];
      g_autofree char *name = fx_plot_item_name (plot, (int)span->item);

      fx_csv_append (text, plot->lanes != NULL ? plot->lanes[span->lane] : "");
      g_string_append_c (text, ',');
      fx_csv_append (text, name);
      g_string_append_printf (text, ",%s,%s\r\n", g_ascii_dtostr (begin, sizeof begin, span->begin),
                              g_ascii_dtostr (end, sizeof end, span->end));
    }
}

const FxPlotKind fx_plot_gantt = { .name = "gantt",
                                   .lanes = TRUE,
                                   .extent = extent,
                                   .paint = paint,
                                   .hit = hit,
                                   .describe = describe,
                                   .item_extent = item_extent,
                                   .csv = csv };
