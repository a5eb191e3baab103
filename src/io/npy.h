/* NumPy's .npy files.  https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads format versions 1 to 3, C or Fortran order, little-endian numbers and bool. C-ordered data is shared with
 * `file`. NULL and *error: BAD_DATA, UNSUPPORTED (big-endian, objects, records). */
FxTensor *fx_npy_read (GBytes *file, GError **error);

/* Writes an array as version 1.0, C order, atomically. bfloat16 has no NumPy type and is written as f32. */
gboolean fx_npy_save (const char *path, const FxArray *array, GError **error);

/* TRUE if these bytes start like an .npy file. */
gboolean fx_npy_sniff (const guint8 *data, gsize size);

G_END_DECLS
