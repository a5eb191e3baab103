/* Max pooling of values whose channels lie in blocks, as convolutions leave them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-window.h"

G_BEGIN_DECLS

/* y [n_blocks, out…, block] = the largest element of each window of x [n_blocks, in…, block]; NaN is never larger. A
 * window of nothing but padding gives -inf. `block` is a multiple of 8. */
void fx_max_pool_blocked (const FxWindow *window, gsize n_blocks, guint block, const float *x, float *y);

G_END_DECLS
