/* Moving elements between two strided layouts: transpose, slice, expand, tile, pad and depth-to-space are all this one
 * loop nest with other strides.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op.h"

#include <string.h>

G_BEGIN_DECLS

#define FX_COPY_MAX_RANK (2 * FX_MAX_RANK)

/* A loop nest, outermost first. Strides are in elements and may be negative; a `from` stride of 0 repeats. */
typedef struct
{
  int rank;
  gint64 n[FX_COPY_MAX_RANK];
  gint64 from[FX_COPY_MAX_RANK];
  gint64 to[FX_COPY_MAX_RANK];
} FxCopy;

/* Adds a loop inside the ones already there. */
static inline void
fx_copy_add (FxCopy *copy, gint64 n, gint64 from, gint64 to)
{
  copy->n[copy->rank] = n;
  copy->from[copy->rank] = from;
  copy->to[copy->rank] = to;
  copy->rank++;
}

/* Strides of a dense row-major `to`, when all loops are there. */
void fx_copy_dense_to (FxCopy *copy);

/* Copies elements of `size` bytes (1, 2, 4, 8, 16, aligned to min (size, 8)). The targets must not overlap. */
void fx_copy_run (const FxCopy *copy, const void *from, void *to, gsize size);

/* Writes `n` times the element of `size` bytes at `element`. */
void fx_copy_fill (void *to, const void *element, gsize size, gsize n);

/* memcpy() that is quick for single elements. */
static inline void
fx_copy_bytes (void *to, const void *from, gsize size)
{
  switch (size)
    {
    case 0: break;
    case 1: memcpy (to, from, 1); break;
    case 2: memcpy (to, from, 2); break;
    case 4: memcpy (to, from, 4); break;
    case 8: memcpy (to, from, 8); break;
    default: memcpy (to, from, size); break;
    }
}

/* Kernel of operators whose output has the bytes of input 0 (FX_OP_VIEW). */
gboolean fx_copy_eval_view (FxEval *eval, GError **error);

G_END_DECLS
