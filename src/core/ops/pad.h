/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op-params.h"

typedef enum
{
  FX_PAD_CONSTANT,
  FX_PAD_REFLECT,
  FX_PAD_EDGE,
  FX_PAD_WRAP,
} FxPadMode;

typedef struct
{
  int mode;        /* FxPadMode */
  float value;     /* opset 1 to 10 */
  FxInts pads;     /* opset 2 to 10: begin of every axis, then end of every axis */
  FxInts paddings; /* the same in opset 1 */
} FxPadParams;
