/* Depthwise convolution: every channel has its own window. Vectors run across channels; each output pixel is a list of
 * pointers to the pixels under its window, with a pixel of padding where there is none.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-conv.h"

#define ALIGNMENT 64
/* Output pixels of a line that are worked on at once, one block of channels after the other. */
#define PIXELS 16
#define BLOCK FX_INT8_DEPTHWISE_BLOCK

static gboolean
is_inside (const FxInt8Window *w, gint64 out_x)
{
  gint64 x0 = out_x * w->stride_width - w->pad_left;

  return x0 >= 0 && x0 + (w->kernel_width - 1) * w->dilation_width < w->in_width;
}

/* The pixels under one window, row by row. */
static void
find_taps (const FxInt8Conv *conv, const gint8 *image, gint64 out_y, gint64 out_x, const gint8 **taps)
{
  const FxInt8Window *w = &conv->window;
  const gint64 y0 = out_y * w->stride_height - w->pad_top, x0 = out_x * w->stride_width - w->pad_left;

  for (gint64 ky = 0; ky < w->kernel_height; ky++)
    {
      gint64 y = y0 + ky * w->dilation_height;
      const gint8 *line = y >= 0 && y < w->in_height ? image + y * w->in_width * w->in_channels : NULL;

      for (gint64 kx = 0; kx < w->kernel_width; kx++)
        {
          gint64 x = x0 + kx * w->dilation_width;

          *taps++ = line != NULL && x >= 0 && x < w->in_width ? line + x * w->in_channels : conv->padding;
        }
    }
}

/* Those of the window one pixel to the right, where both lie within the width of the image. */
static void
move_taps (const FxInt8Conv *conv, const gint8 *const *from, const gint8 **to)
{
  const gint64 step = conv->window.stride_width * conv->window.in_channels;

  for (gsize t = 0; t < conv->depth; t++)
    to[t] = from[t] == conv->padding ? from[t] : from[t] + step;
}

/* Pixels [first, first + n) of an output line. */
static void
run_pixels (const FxInt8Conv *conv, const gint8 *image, gint64 line, gint64 first, guint n, const gint8 **taps,
            gint32 *sums, gpointer y)
{
  const FxInt8Window *w = &conv->window;
  const gint16 *weights = conv->weights;

  for (guint i = 0; i < n; i++)
    if (i > 0 && is_inside (w, first + i - 1) && is_inside (w, first + i))
      move_taps (conv, taps + (i - 1) * conv->depth, taps + i * conv->depth);
    else
      find_taps (conv, image, line % w->out_height, first + i, taps + i * conv->depth);
  for (gsize c = 0; c < conv->columns; c += BLOCK, weights += conv->depth * BLOCK)
    {
      guint n_channels = (guint)MIN (BLOCK, conv->columns - c);

      conv->isa->depthwise (taps, (guint)(conv->depth / 2), n, c, n_channels, weights, conv->start + c, sums);
      fx_int8_conv_finish (conv, 0, c, n_channels, sums, BLOCK, (gsize)(line * w->out_width + first), n, y);
    }
}

void
fx_int8_conv_run_depthwise (const FxInt8Conv *conv, const gint8 *x, gpointer y)
{
  const FxInt8Window *w = &conv->window;
  const gint64 lines = w->batch * w->out_height, image_size = w->in_height * w->in_width * w->in_channels;

#pragma omp parallel if (lines > 1)
  {
    g_autofree const gint8 **taps = g_new (const gint8 *, PIXELS * conv->depth);
    gint32 *sums = g_aligned_alloc (PIXELS * BLOCK, sizeof (gint32), ALIGNMENT);

    for (gsize t = 0; t < PIXELS * conv->depth; t++)
      taps[t] = conv->padding; /* stays there as the partner of an odd last tap, whose weight is 0 */
#pragma omp for schedule(static)
    for (gint64 line = 0; line < lines; line++)
      for (gint64 first = 0; first < w->out_width; first += PIXELS)
        run_pixels (conv, x + line / w->out_height * image_size, line, first, (guint)MIN (PIXELS, w->out_width - first),
                    taps, sums, y);
    g_aligned_free (sums);
  }
}
