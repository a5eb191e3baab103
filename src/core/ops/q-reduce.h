/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-q.h"
#include "core/ops/reduce.h"

typedef struct
{
  FxReduceParams reduce; /* first: its attribute rows serve here as well */
  FxQIn x;
  FxQOut y;
} FxQReduceParams;

/* The factor of a sum over `count` elements: x_scale / y_scale, divided by the count for a mean. */
gboolean
fx_q_reduce_factor (const FxQReduceParams *params, gboolean mean, gsize count, FxRequant *factor, GError **error);
