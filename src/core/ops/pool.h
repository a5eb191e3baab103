/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-window.h"

/* Shared by MaxPool, AveragePool and LpPool; each uses the fields it has. */
typedef struct
{
  FxWindowAttrs window;
  gint64 ceil_mode;
  gint64 count_include_pad; /* AveragePool */
  gint64 storage_order;     /* MaxPool */
  gint64 p;                 /* LpPool */
} FxPoolParams;

/* The geometry of a pool over X [N, C, in…], whose rank is known. */
gboolean fx_pool_resolve (const FxPoolParams *params, const FxShape *x, FxWindow *window, GError **error);

/* How many elements of the window of output o count along an axis: those inside the input, or inside the padded input.
 * A window that rounding up pushed past the padding loses what is there. */
gint64 fx_pool_count (const FxWindow *win, int axis, gint64 o, gboolean include_pad);
