/* The two families of resampling behind fx_image_resize(), which has handled unchanged sizes and allocated `out`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-resample.h"

G_BEGIN_DECLS

gboolean fx_resample_pillow (const FxImage *in, FxImage *out, FxResample mode, GError **error);
gboolean fx_resample_opencv (const FxImage *in, FxImage *out, FxResample mode, GError **error);
gboolean fx_resample_opencv_area (const FxImage *in, FxImage *out, GError **error); /* out is not larger than in */

/* Pixel (x, y) of `out` becomes pixel (columns[x], rows[y]) of `in`; all in range. */
void fx_resample_pick (const FxImage *in, FxImage *out, const int *columns, const int *rows);

G_END_DECLS
