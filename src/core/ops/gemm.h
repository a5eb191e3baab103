/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op-params.h"

typedef struct
{
  float alpha, beta;
  gint64 transA, transB;
  gint64 broadcast; /* before opset 7; C broadcasts all the same */
} FxGemmParams;
