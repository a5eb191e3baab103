/* What the kinds of plots share with the frame around them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-plot-axis.h"
#include "fx-plot-paint.h"

G_BEGIN_DECLS

typedef struct
{
  const FxPlot *plot;
  cairo_t *cr; /* NULL while only places are asked for */
  const FxPlotView *view;
  const FxPlotStyle *style;
  double left, top, right, bottom; /* of the area between the axes */
  FxAxisMap x, y;
} FxPlotPainter;

struct _FxPlotKind
{
  const char *name;
  gboolean by_item; /* item k is at x = k … k + 1 */
  gboolean lanes;   /* y has names instead of numbers */
  /* Sets plot->x and plot->y to what the data need; NULL data: 0…1 */
  void (*extent) (FxPlot *plot);
  void (*paint) (const FxPlotPainter *painter);
  /* NULL: the item under x. */
  int (*hit) (const FxPlotPainter *painter, double x, double y);
  /* Appends the numbers of an item. NULL: those of all series. */
  void (*describe) (const FxPlot *plot, int item, GString *text);
  /* Part of the x axis of an item. NULL: by_item, or the bins of x. */
  void (*item_extent) (const FxPlot *plot, int item, double *low, double *high);
  /* NULL: label and series of every item. */
  void (*csv) (const FxPlot *plot, GString *text);
};

void fx_plot_source (cairo_t *cr, const FxPlotColor *color, double alpha);
const FxPlotColor *fx_plot_series_color (const FxPlotPainter *painter, guint color);

/* Text with its anchor at (x, y): 0 left or top, 0.5 middle, 1 right or bottom. Wider than `max_width` (0: any) it is
 * cut in the middle. */
void fx_plot_text (const FxPlotPainter *painter, const FxPlotColor *color, const char *text, double x, double y,
                   double anchor_x, double anchor_y, double max_width);
double fx_plot_text_width (const FxPlotPainter *painter, const char *text);

/* First and last item that are seen, where items lie side by side. */
void fx_plot_visible_items (const FxPlotPainter *painter, guint *first, guint *last);

/* Widens low … high to hold a value that is finite (and positive, for a logarithmic axis). */
void fx_axis_include (FxAxis *axis, double value);
/* From the values of all series; linear axes begin at 0 if `from_zero`, both get some room at the top. */
void fx_plot_extent_of_series (FxPlot *plot, gboolean from_zero);

/* One field of a CSV line, quoted where it must be. */
void fx_csv_append (GString *text, const char *field);

G_END_DECLS
