/* Pictures in memory, on their way from a file to a network's input. No decoding here: see io/image.h.
 *
 * Samples are interleaved, rows from top to bottom without padding: sample (x, y, c) is data[(y × width + x) ×
 * channels + c]. A picture is either of bytes (0…255) or of floats (any range, normally still 0…255).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-dtype.h"

G_BEGIN_DECLS

/* No picture is larger: 2²⁸ pixels, and none wider or higher than 65535. */
#define FX_IMAGE_MAX_PIXELS (1u << 28)
#define FX_IMAGE_MAX_SIDE 65535

/* What the channels mean, in order. YUV is Y, U, V of BT.601 with U and V around 128. */
typedef enum
{
  FX_COLOR_RGB,
  FX_COLOR_BGR,
  FX_COLOR_GRAY,      /* the only one of one channel */
  FX_COLOR_YUV,       /* 0…255 ("full range", JFIF) */
  FX_COLOR_YUV_VIDEO, /* Y 16…235, U and V 16…240 */
} FxColor;

typedef struct
{
  int width, height; /* ≥ 1 */
  int channels;      /* 1 or 3 */
  FxColor color;
  FxDType dtype; /* UINT8 or FLOAT */
  union
  {
    void *data;
    guint8 *u8;
    float *f32;
  };
} FxImage;

/* Number of channels of pictures of that color: 1 or 3. */
int fx_color_channels (FxColor color);

/* A picture of zeros. NULL and *error (TOO_LARGE) if a side is not 1…FX_IMAGE_MAX_SIDE, there are over
 * FX_IMAGE_MAX_PIXELS pixels, or memory is short. */
FxImage *fx_image_new (int width, int height, FxColor color, FxDType dtype, GError **error);
FxImage *fx_image_copy (const FxImage *image, GError **error);
void fx_image_free (FxImage *image); /* accepts NULL */

gsize fx_image_samples (const FxImage *image);   /* width × height × channels */
gsize fx_image_row_bytes (const FxImage *image); /* bytes from one row to the next */

/* A copy as floats of the same values. */
FxImage *fx_image_to_float (const FxImage *image, GError **error);

/* The rectangle of that size at (x, y), which lies inside the picture. */
FxImage *fx_image_crop (const FxImage *image, int x, int y, int width, int height, GError **error);

/* A picture of that size with `image` at (x, y), where it fits inside, and `fill` (one value for each channel, rounded
 * and clamped to 0…255 for bytes) around it. */
FxImage *
fx_image_place (const FxImage *image, int x, int y, int width, int height, const double fill[3], GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxImage, fx_image_free)

G_END_DECLS
