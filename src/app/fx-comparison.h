/* Two conversions of the same model, side by side: what was chosen, what the outputs lost, and which layers changed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-results.h"

G_BEGIN_DECLS

/* A line. Properties (read-only, fixed), all strings: name, shown, other, change ("" where there is none), and node:
 * the layer that it is about, or NULL. */
#define FX_TYPE_COMPARISON_ROW (fx_comparison_row_get_type ())
G_DECLARE_FINAL_TYPE (FxComparisonRow, fx_comparison_row, FX, COMPARISON_ROW, GObject)

const char *fx_comparison_row_get_node (FxComparisonRow *row);

/* The lines of two runs: those about the whole as far as both have ended, then layers that both have, the one that
 * changed most first. FxComparisonRow. */
GListStore *fx_comparison_new (FxResults *shown, FxResults *other);

G_END_DECLS
