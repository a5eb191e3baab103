/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-q.h"

typedef struct
{
  FxQIn a, b;
  gint64 negate_b;
  FxQOut y;
} FxQAddParams;

/* The factors a_scale / y_scale and b_scale / y_scale with their common shift; that of b is negative
 * for a difference. */
gboolean fx_q_add_factors (const FxQAddParams *params, FxRequantPair *pair, GError **error);
