/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/conv.h"

/* Zero points of the operands of an integer convolution. */
typedef struct
{
  gint32 x;
  const gint32 *w; /* [n_w] */
  guint n_w;       /* 1, or one per output channel */
} FxConvZeroPoints;

/* One output plane acc[out…] = Σ (x - zero_x) × (w - zero_w), in 32 bits that wrap. k counts the planes [N, M] of Y;
 * x and w are u8 or s8, `win` has three axes. Padding is the zero point. */
void fx_conv_integer_plane (const FxConvParams *params, const FxWindow *win, const FxArray *x, const FxArray *w,
                            const FxConvZeroPoints *zero, gint64 k, gint32 *acc);

/* The zero points of input i as a new array, a single 0 if it is omitted. */
gint32 *fx_conv_dup_zero_points (const FxArray *array, guint *n);
