/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-q.h"

typedef struct
{
  FxQIn x;
  FxQOut y;
} FxQPReluParams;

/* What values of one sign are multiplied by: ±factor, or 0 where `sign` is. */
typedef struct
{
  FxRequant factor;
  gint32 sign;
} FxQSlope;

/* slope × x_scale / y_scale; the slope of positive values is 1. FALSE and *error if it is no finite number. */
gboolean fx_q_prelu_slope (const FxQPReluParams *params, float slope, FxQSlope *result, GError **error);
