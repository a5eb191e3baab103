/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-q.h"

typedef struct
{
  FxQIn a, b;
  FxQOut y;
} FxQMulParams;

/* a_scale × b_scale / y_scale */
gboolean fx_q_mul_factor (const FxQMulParams *params, FxRequant *factor, GError **error);
