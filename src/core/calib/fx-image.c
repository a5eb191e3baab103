/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-image.h"

#include "core/fx-error.h"

#include <math.h>
#include <string.h>

int
fx_color_channels (FxColor color)
{
  return color == FX_COLOR_GRAY ? 1 : 3;
}

FxImage *
fx_image_new (int width, int height, FxColor color, FxDType dtype, GError **error)
{
  FxImage *image;
  void *data;

  if (width < 1 || height < 1 || width > FX_IMAGE_MAX_SIDE || height > FX_IMAGE_MAX_SIDE
      || (guint64)width * height > FX_IMAGE_MAX_PIXELS)
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "a picture of %dx%d pixels is out of range: sides 1 to %d, at most %u pixels",
               width, height, FX_IMAGE_MAX_SIDE, FX_IMAGE_MAX_PIXELS);
      return NULL;
    }

  data = g_try_malloc0_n ((gsize)width * height * fx_color_channels (color), fx_dtype_size (dtype));
  if (data == NULL)
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory for a picture of %dx%d pixels", width, height);
      return NULL;
    }
  image = g_new (FxImage, 1);
  *image = (FxImage){ width, height, fx_color_channels (color), color, dtype, { data } };
  return image;
}

void
fx_image_free (FxImage *image)
{
  if (image != NULL)
    {
      g_free (image->data);
      g_free (image);
    }
}

gsize
fx_image_samples (const FxImage *image)
{
  return (gsize)image->width * image->height * image->channels;
}

gsize
fx_image_row_bytes (const FxImage *image)
{
  return (gsize)image->width * image->channels * fx_dtype_size (image->dtype);
}

FxImage *
fx_image_copy (const FxImage *image, GError **error)
{
  return fx_image_crop (image, 0, 0, image->width, image->height, error);
}

FxImage *
fx_image_to_float (const FxImage *image, GError **error)
{
  FxImage *out;
  gsize n = fx_image_samples (image);

  if (image->dtype == FX_DTYPE_FLOAT)
    return fx_image_copy (image, error);
  out = fx_image_new (image->width, image->height, image->color, FX_DTYPE_FLOAT, error);
  if (out != NULL)
    for (gsize i = 0; i < n; i++)
      out->f32[i] = image->u8[i];
  return out;
}

FxImage *
fx_image_crop (const FxImage *image, int x, int y, int width, int height, GError **error)
{
  FxImage *out = fx_image_new (width, height, image->color, image->dtype, error);
  gsize pixel_bytes = image->channels * fx_dtype_size (image->dtype);
  gsize row_bytes = fx_image_row_bytes (image);

  if (out != NULL)
    for (int row = 0; row < height; row++)
      memcpy ((guint8 *)out->data + row * fx_image_row_bytes (out),
              (const guint8 *)image->data + (y + row) * row_bytes + x * pixel_bytes, width * pixel_bytes);
  return out;
}

static void
fill_with (FxImage *image, const double fill[3])
{
  gsize n = fx_image_samples (image);
  guint8 bytes[3];

  for (int c = 0; c < 3; c++)
    bytes[c] = (guint8)CLAMP (rint (fill[c]), 0.0, 255.0);
  for (gsize i = 0; i < n; i++)
    if (image->dtype == FX_DTYPE_FLOAT)
      image->f32[i] = (float)fill[i % image->channels];
    else
      image->u8[i] = bytes[i % image->channels];
}

FxImage *
fx_image_place (const FxImage *image, int x, int y, int width, int height, const double fill[3], GError **error)
{
  FxImage *out = fx_image_new (width, height, image->color, image->dtype, error);
  gsize pixel_bytes = image->channels * fx_dtype_size (image->dtype);
  gsize row_bytes = fx_image_row_bytes (image);

  if (out == NULL)
    return NULL;
  fill_with (out, fill);
  for (int row = 0; row < image->height; row++)
    memcpy ((guint8 *)out->data + (y + row) * fx_image_row_bytes (out) + x * pixel_bytes,
            (const guint8 *)image->data + row * row_bytes, row_bytes);
  return out;
}
