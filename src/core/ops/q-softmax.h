/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-q.h"

#define FX_Q_SOFTMAX_BITS 23 /* exp (0) is 2^23 */

typedef struct
{
  gint64 axis;
  FxQIn x;
  FxQOut y;
} FxQSoftmaxParams;

/* exp (-d × x_scale) for d = 0 … n - 1, times 2^FX_Q_SOFTMAX_BITS, to the nearest. */
void fx_q_softmax_table (float x_scale, gsize n, gint32 *table);
