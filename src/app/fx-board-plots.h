/* Plots of what a conversion's network does on the board: the latency of its nodes, the timeline of the BPU's units,
 * the memory in use, and what nodes with 16 bits bought for it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-plot.h"
#include "io/fx-conversion.h"

G_BEGIN_DECLS

/* Titles of the plots, to be translated, in the order of their numbers; NULL-terminated. */
extern const char *const fx_board_plot_names[];

/* One of them, whose items are nodes of the integer network where it has labels; NULL if the target does not have the
 * numbers for it, or no node was tried with 16 bits. */
FxPlot *fx_board_plot_new (guint number, const FxConversion *conversion);

G_END_DECLS
