/* Drawing plots, and finding what is under the pointer: pure functions of the data, a view and a style.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-plot-style.h"
#include "fx-plot.h"

G_BEGIN_DECLS

/* What is seen of a plot, and what is pointed at. */
typedef struct
{
  double width, height; /* pixels */
  double x_low, x_high; /* part of the x axis; x_low ≥ x_high: all of it */
  int cursor, selected; /* items, or FX_PLOT_NO_ITEM */
} FxPlotView;

/* Draws the plot from (0, 0) to (width, height), background included. */
void fx_plot_paint (const FxPlot *plot, cairo_t *cr, const FxPlotView *view, const FxPlotStyle *style);

/* The item at a place, or FX_PLOT_NO_ITEM outside of the axes. */
int fx_plot_hit (const FxPlot *plot, const FxPlotView *view, const FxPlotStyle *style, double x, double y);

/* Place of the x axis under a pixel column, for zooming around the pointer. */
double fx_plot_x_at (const FxPlot *plot, const FxPlotView *view, const FxPlotStyle *style, double x);

/* Part of the x axis that one item takes, for scrolling it into view. */
void fx_plot_item_extent (const FxPlot *plot, int item, double *low, double *high);

G_END_DECLS
