/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-matmul.h"
#include "core/ops/fx-q.h"

typedef struct
{
  FxQIn a;
  gint64 b_zero_point; /* the scale of b is an operand */
  FxQOut y;
} FxQMatMulParams;

enum
{
  FX_Q_MAT_MUL_A,
  FX_Q_MAT_MUL_B,
  FX_Q_MAT_MUL_B_SCALE,
  FX_Q_MAT_MUL_BIAS,
};
