/* Reading pictures: JPEG, PNG, BMP and binary PNM, told by their contents and not by their names.
 *
 * What comes out is what Pillow's Image.open (file).convert ("RGB") gives: RGB bytes; palettes and gray are expanded,
 * alpha is dropped without blending, CMYK is taken as Adobe writes it (inverted), 16 bits keep the upper 8. The
 * exceptions: gray of 16 bits keeps the upper 8 as well, where Pillow clips. As in Pillow, the orientation in EXIF
 * data is NOT applied: a training pipeline that does not call exif_transpose() does not see it either.
 *
 * Files are hostile: sizes that the file is too short for are refused before memory is asked for, and a file that ends
 * before its picture does is an error.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-image.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The bytes from the start of a file that fx_image_sniff() needs to see, at most. */
#define FX_IMAGE_SNIFF_BYTES 8

/* "JPEG", "PNG", "BMP", "PNM", or NULL if the bytes begin like none of them. */
const char *fx_image_sniff (const guint8 *data, gsize size);

/* A picture from the contents of a file. `warning` (may be NULL) gets what the decoder found odd but could live with,
 * or NULL; free it. NULL and *error (BAD_DATA, UNSUPPORTED, TOO_LARGE) on failure. */
FxImage *fx_image_decode (const guint8 *data, gsize size, char **warning, GError **error);

/* The same from a file; the message begins with the path. */
FxImage *fx_image_load (const char *path, char **warning, GError **error);

G_END_DECLS
