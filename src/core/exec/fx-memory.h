/* Aligned memory, and giving back pages of the model file that were read once.
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

G_END_DECLS
