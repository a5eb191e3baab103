/* Aligned memory; large pieces on huge pages, where the system has them to give.
 *
 * A network reads all of its weights once per run, far apart: with pages of 4 KiB the processor spends a tenth of the
 * time of ResNet-50 looking up addresses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FX_ALIGNMENT 64

static inline gsize
fx_align (gsize bytes)
{
  return (bytes + FX_ALIGNMENT - 1) / FX_ALIGNMENT * FX_ALIGNMENT;
}

/* At least one byte, aligned to FX_ALIGNMENT, not cleared. NULL and *error (TOO_LARGE). */
void *fx_memory_alloc (gsize bytes, GError **error);
void fx_memory_free (void *memory); /* accepts NULL */

/* Pieces that are freed all together, and lie close together. */
typedef struct
{
  GPtrArray *chunks;
  guint8 *next; /* in the newest chunk */
  gsize left, total;
} FxMemoryPool;

void fx_memory_pool_init (FxMemoryPool *pool);
void fx_memory_pool_clear (FxMemoryPool *pool);
/* As fx_memory_alloc(), until the pool is cleared. */
void *fx_memory_pool_alloc (FxMemoryPool *pool, gsize bytes, GError **error);

G_END_DECLS
