/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-q.h"
#include "core/ops/fx-resize.h"

#define FX_Q_RESIZE_BITS 11  /* of the weights along an axis */
#define FX_Q_RESIZE_OPSET 18 /* whose Resize this is like */

typedef struct
{
  FxResizeParams resize; /* first: its attribute rows serve here as well */
  FxQIn x;
  FxQOut y;
} FxQResizeParams;

/* The same with the only mode there is as Resize numbers it, for the functions of fx-resize.h. */
FxQResizeParams fx_q_resize_as_resize (const FxQResizeParams *params);
/* Sizes and factors of all axes; `eval` is one of QResize. */
gboolean fx_q_resize_geometry (const FxEval *eval, FxResizeGeometry *geometry, GError **error);
/* The weight of the second neighbor, in units of 2^-FX_Q_RESIZE_BITS; the first one has the rest. */
gint64 fx_q_resize_weight (const FxResizeTaps *taps, gint64 i);
/* Of the sums along `n_axes` axes. */
gboolean fx_q_resize_factor (const FxQResizeParams *params, guint n_axes, FxRequant *factor, GError **error);
