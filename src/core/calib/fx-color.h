/* Converting pictures between colors, and what NV12 does to chroma.
 *
 * BT.601 throughout. Bytes are rounded half up and clamped to 0…255; the luma weights are 19595, 38470 and 7471
 * 65536ths, so that gray equals Pillow's convert ("L") bit for bit. Floats are neither rounded nor clamped.
 * Full range (JFIF): Y = 0.299 R + 0.587 G + 0.114 B, U = 128 + 0.5 (B − Y) / (1 − 0.114), V alike with R.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-image.h"

G_BEGIN_DECLS

/* "rgb", "bgr", "gray", "yuv444", "yuv444 video". */
const char *fx_color_name (FxColor color);

/* The picture in that color, from any other; gray becomes three equal channels. The values must still be 0…255 for
 * the result to mean anything, which the caller sees to. */
FxImage *fx_image_to_color (const FxImage *image, FxColor color, GError **error);

/* Replaces U and V of each 2x2 block of a YUV picture by their mean: what is left after a trip through NV12.
 * FALSE and *error (BAD_DATA) if width or height is odd. */
gboolean fx_image_halve_chroma (FxImage *image, GError **error);

G_END_DECLS
