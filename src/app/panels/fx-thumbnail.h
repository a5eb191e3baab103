/* A small picture of a file, read on a worker when it comes into view.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_THUMBNAIL (fx_thumbnail_get_type ())
G_DECLARE_FINAL_TYPE (FxThumbnail, fx_thumbnail, FX, THUMBNAIL, AdwBin)

/* Property: path (string, writable). */

G_END_DECLS
