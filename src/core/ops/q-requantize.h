/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-q.h"

typedef struct
{
  FxQIn x;
  FxQOut y;
} FxQRequantizeParams;

/* x_scale / y_scale */
static inline gboolean
fx_q_requantize_factor (const FxQRequantizeParams *params, FxRequant *factor, GError **error)
{
  return fx_requant_from_scale ((double)params->x.scale / (double)params->y.scale, factor, error);
}
