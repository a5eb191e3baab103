/* A plot on the screen: zooms, tells what is under the pointer, and lets items be selected by pointer and keyboard.
 *
 * Scroll or + and - zoom along x, drag pans, a double click or Home shows everything; arrows move from item to item,
 * Enter or a click activates.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-plot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Properties: "plot" (FxPlot), "selected" (int: item, FX_PLOT_NO_ITEM). Signal "item-activated" (int). */
#define FX_TYPE_CHART (fx_chart_get_type ())
G_DECLARE_FINAL_TYPE (FxChart, fx_chart, FX, CHART, GtkWidget)

/* NULL: nothing is shown. The part that is seen stays while a plot of as many items follows another. */
void fx_chart_set_plot (FxChart *chart, FxPlot *plot);
FxPlot *fx_chart_get_plot (FxChart *chart);
/* Highlights an item and moves it into view; does not emit "item-activated". */
void fx_chart_set_selected (FxChart *chart, int item);
int fx_chart_get_selected (FxChart *chart);

/* Writes the plot as it is seen: .png (two pixels for one), .svg, or its figures as .csv, by the file's ending. FALSE
 * and *error, starting with the path; the file is replaced when it is whole. */
gboolean fx_chart_export (FxChart *chart, const char *path, GError **error);

G_END_DECLS
