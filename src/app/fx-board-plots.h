/* Plots of what a conversion's network does on the board: the latency of its nodes, the timeline of the BPU's units,
 * the memory in use.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-plot.h"
#include "io/fx-conversion.h"

G_BEGIN_DECLS

/* Titles of the plots, to be translated, in the order of their numbers; NULL-terminated. */
extern const char *const fx_board_plot_names[];

/* One of them, whose items are nodes of the integer network; NULL if the target does not have the numbers for it. */
FxPlot *fx_board_plot_new (guint number, const FxConversion *conversion);

G_END_DECLS
