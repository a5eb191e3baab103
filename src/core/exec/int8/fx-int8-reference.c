/* The definition of the integer network's numbers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-reference.h"

/* Walks the taps of one output pixel that lie in the image. */
typedef struct
{
  const FxInt8Window *window;
  gint64 out_y, out_x;
} Pixel;

/* FALSE: in the padding. */
static gboolean
tap_at (const Pixel *pixel, gint64 ky, gint64 kx, gint64 *y, gint64 *x)
{
  const FxInt8Window *w = pixel->window;

  *y = pixel->out_y * w->stride_height - w->pad_top + ky * w->dilation_height;
  *x = pixel->out_x * w->stride_width - w->pad_left + kx * w->dilation_width;
  return *y >= 0 && *y < w->in_height && *x >= 0 && *x < w->in_width;
}

/* In units of input scale × weight scale. */
static gint32
conv_sum (const FxInt8ConvParams *params, const gint8 *image, const Pixel *pixel, gint64 channel)
{
  const FxInt8Window *w = &params->window;
  const gint64 group_channels = w->in_channels / w->group;
  const gint64 first_channel = channel / (w->out_channels / w->group) * group_channels;
  gint32 sum = params->bias != NULL ? params->bias[channel] : 0;

  for (gint64 c = 0; c < group_channels; c++)
    for (gint64 ky = 0; ky < w->kernel_height; ky++)
      for (gint64 kx = 0; kx < w->kernel_width; kx++)
        {
          gint64 y, x;

          if (!tap_at (pixel, ky, kx, &y, &x))
            continue; /* padding is the zero point: (z - z) × weight */
          sum += (image[(y * w->in_width + x) * w->in_channels + first_channel + c] - params->input_zero_point)
                 * params->weights[((channel * group_channels + c) * w->kernel_height + ky) * w->kernel_width + kx];
        }
  return sum;
}

static void
put (const FxInt8ConvParams *params, gint64 channel, gint32 sum, gint64 at, gpointer y)
{
  const FxInt8Output *output = &params->output;

  if (output->dtype == FX_DTYPE_INT32)
    ((gint32 *)y)[at] = sum;
  else if (output->dtype == FX_DTYPE_INT16)
    ((gint16 *)y)[at]
        = fx_requantize_s16 (sum, &params->requants[channel], output->zero_point, output->low, output->high);
  else
    ((gint8 *)y)[at]
        = fx_requantize_s8 (sum, &params->requants[channel], output->zero_point, output->low, output->high);
}

void
fx_int8_conv_reference (const FxInt8ConvParams *params, const gint8 *x, gpointer y)
{
  const FxInt8Window *w = &params->window;
  gint64 at = 0;

  for (gint64 n = 0; n < w->batch; n++)
    for (gint64 out_y = 0; out_y < w->out_height; out_y++)
      for (gint64 out_x = 0; out_x < w->out_width; out_x++)
        for (gint64 c = 0; c < w->out_channels; c++, at++)
          {
            Pixel pixel = { w, out_y, out_x };

            put (params, c, conv_sum (params, x + n * w->in_height * w->in_width * w->in_channels, &pixel, c), at, y);
          }
}

void
fx_int8_add_reference (const FxInt8Add *add, const gint8 *a, const gint8 *b, gint8 *y, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      gint64 sum = (gint64)add->factors.a_multiplier * (a[i] - add->a_zero_point)
                   + (gint64)add->factors.b_multiplier * (b[i] - add->b_zero_point);

      y[i] = (gint8)fx_saturate (fx_round_shift (sum, add->factors.shift) + add->zero_point, add->low, add->high);
    }
}

void
fx_int8_mul_reference (const FxInt8Mul *mul, const gint8 *a, const gint8 *b, gint8 *y, gsize n)
{
  for (gsize i = 0; i < n; i++)
    y[i] = fx_requantize_s8 ((a[i] - mul->a_zero_point) * (b[i] - mul->b_zero_point), &mul->factor, mul->zero_point,
                             mul->low, mul->high);
}

static gint8
max_at (const FxInt8Pool *pool, const gint8 *image, const Pixel *pixel, gint64 channel)
{
  const FxInt8Window *w = &pool->window;
  gint8 largest = G_MININT8;

  for (gint64 ky = 0; ky < w->kernel_height; ky++)
    for (gint64 kx = 0; kx < w->kernel_width; kx++)
      {
        gint64 y, x;

        if (tap_at (pixel, ky, kx, &y, &x))
          largest = MAX (largest, image[(y * w->in_width + x) * w->in_channels + channel]);
      }
  return largest;
}

static gint8
average_at (const FxInt8Pool *pool, const gint8 *image, const Pixel *pixel, gint64 channel)
{
  const FxInt8Window *w = &pool->window;
  const FxInt8Output *output = &pool->output;
  gint64 count = 0;
  gint32 sum = 0;
  FxRequant requant;

  for (gint64 ky = 0; ky < w->kernel_height; ky++)
    for (gint64 kx = 0; kx < w->kernel_width; kx++)
      {
        gint64 y, x;

        if (!tap_at (pixel, ky, kx, &y, &x))
          continue;
        sum += image[(y * w->in_width + x) * w->in_channels + channel] - pool->input_zero_point;
        count++;
      }
  if (pool->count_padding)
    count = w->kernel_height * w->kernel_width;
  fx_requant_from_scale (pool->scale / (double)count, &requant, NULL);
  return fx_requantize_s8 (sum, &requant, output->zero_point, output->low, output->high);
}

static void
pool_reference (const FxInt8Pool *pool, const gint8 *x, gint8 *y,
                gint8 (*at) (const FxInt8Pool *, const gint8 *, const Pixel *, gint64))
{
  const FxInt8Window *w = &pool->window;

  for (gint64 n = 0; n < w->batch; n++)
    for (gint64 out_y = 0; out_y < w->out_height; out_y++)
      for (gint64 out_x = 0; out_x < w->out_width; out_x++)
        for (gint64 c = 0; c < w->out_channels; c++)
          {
            Pixel pixel = { w, out_y, out_x };

            *y++ = at (pool, x + n * w->in_height * w->in_width * w->in_channels, &pixel, c);
          }
}

void
fx_int8_max_pool_reference (const FxInt8Pool *pool, const gint8 *x, gint8 *y)
{
  pool_reference (pool, x, y, max_at);
}

void
fx_int8_average_pool_reference (const FxInt8Pool *pool, const gint8 *x, gint8 *y)
{
  pool_reference (pool, x, y, average_at);
}
