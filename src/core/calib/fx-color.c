/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-color.h"

#include "core/fx-error.h"

#include <math.h>

const char *
fx_color_name (FxColor color)
{
  switch (color)
    {
    case FX_COLOR_RGB: return "rgb";
    case FX_COLOR_BGR: return "bgr";
    case FX_COLOR_GRAY: return "gray";
    case FX_COLOR_YUV: return "yuv444";
    case FX_COLOR_YUV_VIDEO: return "yuv444 video";
    default: return "?";
    }
}

/* One pixel from `color` to RGB. */
static void
to_rgb (FxColor color, const double in[3], double rgb[3])
{
  double y = in[0], u = in[1] - 128.0, v = in[2] - 128.0;

  switch (color)
    {
    case FX_COLOR_RGB:
    case FX_COLOR_BGR:
      rgb[0] = in[color == FX_COLOR_RGB ? 0 : 2];
      rgb[1] = in[1];
      rgb[2] = in[color == FX_COLOR_RGB ? 2 : 0];
      return;
    case FX_COLOR_GRAY: rgb[0] = rgb[1] = rgb[2] = in[0]; return;
    case FX_COLOR_YUV_VIDEO:
      y = (y - 16.0) * 255.0 / 219.0;
      u = u * 255.0 / 224.0;
      v = v * 255.0 / 224.0;
      break;
    case FX_COLOR_YUV: break;
    }
  rgb[0] = y + 1.402 * v;
  rgb[1] = y - 0.344136 * u - 0.714136 * v;
  rgb[2] = y + 1.772 * u;
}

/* Sums of integers over 65536: exact for bytes. */
static void
from_rgb (FxColor color, const double rgb[3], double out[3])
{
  double y = (19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2]) / 65536;
  double u = (-11059 * rgb[0] - 21709 * rgb[1] + 32768 * rgb[2]) / 65536;
  double v = (32768 * rgb[0] - 27439 * rgb[1] - 5329 * rgb[2]) / 65536;

  switch (color)
    {
    case FX_COLOR_RGB:
    case FX_COLOR_BGR: to_rgb (color, rgb, out); break; /* swapping is its own inverse */
    case FX_COLOR_GRAY: out[0] = y; break;
    case FX_COLOR_YUV:
      out[0] = y;
      out[1] = u + 128.0;
      out[2] = v + 128.0;
      break;
    case FX_COLOR_YUV_VIDEO:
      out[0] = y * 219.0 / 255.0 + 16.0;
      out[1] = u * 224.0 / 255.0 + 128.0;
      out[2] = v * 224.0 / 255.0 + 128.0;
      break;
    }
}

/* Order of channels only: no arithmetic, so any values will do. */
static void
swap_red_and_blue (FxImage *image)
{
  gsize n = fx_image_samples (image);

  for (gsize i = 0; i < n; i += 3)
    if (image->dtype == FX_DTYPE_FLOAT)
      {
        float red = image->f32[i];

        image->f32[i] = image->f32[i + 2];
        image->f32[i + 2] = red;
      }
    else
      {
        guint8 red = image->u8[i];

        image->u8[i] = image->u8[i + 2];
        image->u8[i + 2] = red;
      }
}

static void
convert_pixels (const FxImage *in, FxImage *out)
{
  gsize pixels = (gsize)in->width * in->height;

  for (gsize i = 0; i < pixels; i++)
    {
      double from[3] = { 0 }, rgb[3], to[3];

      for (int c = 0; c < in->channels; c++)
        from[c] = in->dtype == FX_DTYPE_FLOAT ? in->f32[i * in->channels + c] : in->u8[i * in->channels + c];
      to_rgb (in->color, from, rgb);
      from_rgb (out->color, rgb, to);
      for (int c = 0; c < out->channels; c++)
        if (out->dtype == FX_DTYPE_FLOAT)
          out->f32[i * out->channels + c] = (float)to[c];
        else
          out->u8[i * out->channels + c] = (guint8)CLAMP (floor (to[c] + 0.5), 0.0, 255.0);
    }
}

static gboolean
is_rgb_order (FxColor color)
{
  return color == FX_COLOR_RGB || color == FX_COLOR_BGR;
}

FxImage *
fx_image_to_color (const FxImage *image, FxColor color, GError **error)
{
  FxImage *out;

  if (color == image->color)
    return fx_image_copy (image, error);
  if (is_rgb_order (color) && is_rgb_order (image->color))
    {
      out = fx_image_copy (image, error);
      if (out != NULL)
        {
          swap_red_and_blue (out);
          out->color = color;
        }
      return out;
    }
  out = fx_image_new (image->width, image->height, color, image->dtype, error);
  if (out != NULL)
    convert_pixels (image, out);
  return out;
}

static void
average_block (FxImage *image, gsize at, gsize row)
{
  const gsize block[4] = { at, at + 3, at + row, at + row + 3 };

  if (image->dtype == FX_DTYPE_FLOAT)
    {
      float mean = 0.0f;

      for (int k = 0; k < 4; k++)
        mean += image->f32[block[k]] * 0.25f;
      for (int k = 0; k < 4; k++)
        image->f32[block[k]] = mean;
    }
  else
    {
      int sum = 2;

      for (int k = 0; k < 4; k++)
        sum += image->u8[block[k]];
      for (int k = 0; k < 4; k++)
        image->u8[block[k]] = (guint8)(sum >> 2);
    }
}

gboolean
fx_image_halve_chroma (FxImage *image, GError **error)
{
  gsize row = (gsize)image->width * image->channels;

  if (image->color != FX_COLOR_YUV && image->color != FX_COLOR_YUV_VIDEO)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the picture is %s, wanted yuv444", fx_color_name (image->color));
  if (image->width % 2 != 0 || image->height % 2 != 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the picture is %dx%d, NV12 needs an even width and height", image->width,
                    image->height);

  for (int y = 0; y < image->height; y += 2)
    for (int x = 0; x < image->width; x += 2)
      for (int c = 1; c <= 2; c++)
        average_block (image, y * row + (gsize)x * 3 + c, row);
  return TRUE;
}
