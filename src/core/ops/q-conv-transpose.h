/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/q-conv.h"

typedef struct
{
  FxConvTransposeParams conv; /* first: its attribute rows serve here as well */
  FxQIn x;
  FxQOut y;
} FxQConvTransposeParams;
