/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-window.h"

typedef struct
{
  FxWindowAttrs window; /* kernel_shape, strides and pads only */
} FxMaxUnpoolParams;
