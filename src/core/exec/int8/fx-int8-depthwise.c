/* Depthwise convolution: every channel has its own window. Vectors run across channels; each output pixel is a list of
 * pointers to the pixels under its window, with a pixel of padding where there is none.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-conv.h"

#define ALIGNMENT 64

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

static void
run_line (const FxInt8Conv *conv, const gint8 *x, gint64 line, const gint8 **taps, gint32 *sums, gpointer y)
{
  const FxInt8Window *w = &conv->window;
  const gint8 *image = x + line / w->out_height * w->in_height * w->in_width * w->in_channels;
  const gint64 out_y = line % w->out_height;

  for (gint64 first = 0; first < w->out_width; first += FX_INT8_DEPTHWISE_ROWS)
    {
      guint n = (guint)MIN (FX_INT8_DEPTHWISE_ROWS, w->out_width - first);

      for (guint i = 0; i < n; i++)
        {
          find_taps (conv, image, out_y, first + i, taps);
          conv->isa->depthwise (taps, (guint)(conv->depth / 2), conv->weights, conv->columns, conv->start,
                                sums + i * conv->padded);
        }
      fx_int8_conv_finish (conv, 0, 0, (guint)conv->columns, sums, conv->padded, (gsize)(line * w->out_width + first),
                           n, y);
    }
}

void
fx_int8_conv_run_depthwise (const FxInt8Conv *conv, const gint8 *x, gpointer y)
{
  const gint64 lines = conv->window.batch * conv->window.out_height;

#pragma omp parallel if (lines > 1)
  {
    g_autofree const gint8 **taps = g_new (const gint8 *, conv->depth);
    gint32 *sums = g_aligned_alloc (FX_INT8_DEPTHWISE_ROWS * conv->padded, sizeof (gint32), ALIGNMENT);

    taps[conv->depth - 1] = conv->padding; /* partner of an odd last tap, weight 0 */
#pragma omp for schedule(static)
    for (gint64 line = 0; line < lines; line++)
      run_line (conv, x, line, taps, sums, y);
    g_aligned_free (sums);
  }
}
