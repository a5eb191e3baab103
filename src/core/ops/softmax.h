/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op-params.h"

#define FX_SOFTMAX_AXIS_DEFAULT G_MININT64 /* not given: 1 before opset 13, -1 since */

typedef struct
{
  gint64 axis;
} FxSoftmaxParams;

/* Softmax, LogSoftmax and Hardmax see x as [outer, n, inner] and work along n. Before opset 13 all axes from `axis` on
 * count as one, and inner is 1. x is static. FALSE and *error if the axis is out of range. */
gboolean fx_softmax_geometry (const FxSoftmaxParams *params, guint version, const FxShape *x, gsize *outer, gsize *n,
                              gsize *inner, GError **error);
