/* From pictures and tensors of the core to what the toolkit draws. Any thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-image.h"

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* A picture of bytes in RGB. */
GdkTexture *fx_texture_from_image (const FxImage *image);

/* The same, not larger than `side` in either direction. NULL and *error (TOO_LARGE). */
GdkTexture *fx_texture_thumbnail (const FxImage *image, int side, GError **error);

/* A tensor [1,C,H,W] or, with `nhwc`, [1,H,W,C] of 1 or 3 channels, its smallest value black and its largest white.
 * With `bgr` the first channel is blue. NULL if it is no picture. `low`, `high` get what was seen. */
GdkTexture *fx_texture_from_tensor (const FxTensor *tensor, gboolean nhwc, gboolean bgr, double *low, double *high);

G_END_DECLS
