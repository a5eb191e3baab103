/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-memory.h"

#include "core/fx-error.h"

#include <stdlib.h>

void *
fx_memory_alloc (gsize bytes, GError **error)
{
  void *memory = bytes <= G_MAXSSIZE ? aligned_alloc (FX_ALIGNMENT, MAX (fx_align (bytes), FX_ALIGNMENT)) : NULL;

  if (memory == NULL)
    fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory: %zu bytes", bytes);
  return memory;
}

void
fx_memory_free (void *memory)
{
  free (memory);
}
