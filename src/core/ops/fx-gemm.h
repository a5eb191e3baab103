/* Plain matrix products. The float one is blocked, packed and shaped so that the compiler vectorizes it; it is the
 * reference and the fallback, not the engine's fast path. Every element is summed in the same order whatever the number
 * of threads.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-dtype.h"

G_BEGIN_DECLS

/* A matrix in memory: element (i, j) is data[i × row_stride + j × col_stride], in elements. */
typedef struct
{
  const void *data;
  gsize row_stride, col_stride;
} FxMatrix;

/* c [m, n], dense row-major, = a [m, k] × b [k, n]. All of type `dtype`: f32, f64, s32, u32, s64 or u64; integers
 * wrap. k = 0 gives zeros. c overlaps neither a nor b. */
void fx_gemm (FxDType dtype, gsize m, gsize n, gsize k, FxMatrix a, FxMatrix b, void *c);

/* The types fx_gemm() takes. */
#define FX_GEMM_INTS (FX_TYPE_BIT (INT32) | FX_TYPE_BIT (UINT32) | FX_TYPE_BIT (INT64) | FX_TYPE_BIT (UINT64))

G_END_DECLS
