/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-memory.h"

#include "core/fx-error.h"

#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

/* Of x86-64, and of ARM with pages of 4 KiB. Another size costs alignment and nothing else. */
#define HUGE_PAGE ((gsize)2 << 20)
#define HUGE_MIN (2 * HUGE_PAGE)

/* Chunks of a pool grow with what it holds: a small model takes little, a large one few chunks. */
#define CHUNK_MIN ((gsize)64 << 10)
#define CHUNK_MAX ((gsize)32 << 20)

void *
fx_memory_alloc (gsize bytes, GError **error)
{
  gsize alignment = bytes >= HUGE_MIN ? HUGE_PAGE : FX_ALIGNMENT;
  gsize rounded = bytes <= G_MAXSSIZE ? MAX ((bytes + alignment - 1) / alignment * alignment, alignment) : 0;
  void *memory = rounded > 0 ? aligned_alloc (alignment, rounded) : NULL;

  if (memory == NULL)
    fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory: %zu bytes", bytes);
#ifdef MADV_HUGEPAGE
  else if (alignment == HUGE_PAGE)
    madvise (memory, rounded, MADV_HUGEPAGE); /* a wish: memory without huge pages does as well */
#endif
  return memory;
}

void
fx_memory_free (void *memory)
{
  free (memory);
}

void
fx_memory_pool_init (FxMemoryPool *pool)
{
  *pool = (FxMemoryPool){ .chunks = g_ptr_array_new_with_free_func (fx_memory_free) };
}

void
fx_memory_pool_clear (FxMemoryPool *pool)
{
  g_ptr_array_unref (pool->chunks);
}

void *
fx_memory_pool_alloc (FxMemoryPool *pool, gsize bytes, GError **error)
{
  gsize chunk = CLAMP (pool->total, CHUNK_MIN, CHUNK_MAX);
  guint8 *memory;

  if (bytes > pool->left)
    {
      memory = fx_memory_alloc (MAX (bytes, chunk), error);
      if (memory == NULL)
        return NULL;
      g_ptr_array_add (pool->chunks, memory);
      pool->total += MAX (bytes, chunk);
      if (bytes >= chunk)
        return memory; /* all of it; the rest of the chunk before serves on */
      pool->next = memory;
      pool->left = chunk;
    }
  memory = pool->next;
  bytes = MAX (fx_align (bytes), FX_ALIGNMENT);
  bytes = MIN (bytes, pool->left);
  pool->next += bytes;
  pool->left -= bytes;
  return memory;
}
