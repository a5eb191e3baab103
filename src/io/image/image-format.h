/* One row for each picture format.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-image.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  gboolean (*sniff) (const guint8 *data, gsize size);
  /* RGB bytes. *warning is NULL on entry; it may be set to a text to be freed, also on failure. */
  FxImage *(*decode) (const guint8 *data, gsize size, char **warning, GError **error);
} FxImageFormat;

extern const FxImageFormat fx_image_format_bmp;
extern const FxImageFormat fx_image_format_jpeg;
extern const FxImageFormat fx_image_format_png;
extern const FxImageFormat fx_image_format_pnm;

/* FALSE and *error (BAD_DATA) where a file of `size` bytes cannot hold a picture of that many pixels: `per_byte` is
 * how many pixels a byte can stand for at the very most. */
gboolean fx_image_justified (gint64 width, gint64 height, gsize size, guint per_byte, GError **error);

G_END_DECLS
