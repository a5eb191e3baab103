/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-q.h"
#include "core/ops/pool.h"

typedef struct
{
  FxPoolParams pool; /* first: its attribute rows serve here as well */
  FxQIn x;
  FxQOut y;
} FxQAveragePoolParams;
