/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op-params.h"

typedef struct
{
  FxInts perm; /* output axis i is input axis perm[i]; empty: the axes in reverse */
} FxTransposeParams;
