/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op-params.h"

typedef struct
{
  FxInts axes;                                /* from opset 9; empty: 0, 2, 3 */
  gint64 across_channels, normalize_variance; /* up to opset 8 */
} FxMvnParams;
