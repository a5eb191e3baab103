/* Elements of any real type as unsigned keys in the same order, so that sorting and searching need one code only.
 * NaN counts as larger than everything, -0 equals 0.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-tensor.h"

/* keys[i] = key of element begin + i × stride; numeric types without float16 and bfloat16. */
void fx_order_keys (const FxArray *x, gsize begin, gsize stride, gsize n, guint64 *keys);
