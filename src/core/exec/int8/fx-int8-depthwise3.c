/* Depthwise convolution with windows of 3 × 3, the common one: neighboring windows of a line share columns, so that a
 * column of three pixels is read and widened once for all windows it lies in.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-conv.h"

#define ALIGNMENT 64
/* Output pixels of a line that are worked on at once, one block of channels after the other. */
#define PIXELS 32
#define MAX_STRIDE 2
#define MAX_COLUMNS ((PIXELS - 1) * MAX_STRIDE + 3)
#define BLOCK FX_INT8_DEPTHWISE_BLOCK
#define PAIRS 6 /* of weights: two for each column, (top, middle) and (bottom, 0) */

gboolean
fx_int8_conv_takes_columns (const FxInt8Conv *conv)
{
  const FxInt8Window *w = &conv->window;

  return conv->isa->depthwise_3x3 != NULL && w->kernel_height == 3 && w->kernel_width == 3 && w->dilation_width == 1
         && w->stride_width <= MAX_STRIDE;
}

gsize
fx_int8_conv_column_depth (void)
{
  return 2 * PAIRS;
}

gsize
fx_int8_conv_column_place (gsize tap)
{
  const gsize row = tap / 3, column = tap % 3;

  return 4 * column + row;
}

/* The pixels of columns x0 … x0 + n - 1 in the three lines of a window. */
static void
find_columns (const FxInt8Conv *conv, const gint8 *image, gint64 out_y, gint64 x0, guint n, const gint8 **columns)
{
  const FxInt8Window *w = &conv->window;
  const gint64 y0 = out_y * w->stride_height - w->pad_top;

  for (gint64 ky = 0; ky < 3; ky++)
    {
      const gint64 y = y0 + ky * w->dilation_height;
      const gboolean is_line = y >= 0 && y < w->in_height;
      const gint8 *line = is_line ? image + y * w->in_width * w->in_channels : NULL;

      for (gint64 i = 0; i < n; i++)
        columns[3 * i + ky]
            = is_line && x0 + i >= 0 && x0 + i < w->in_width ? line + (x0 + i) * w->in_channels : conv->padding;
    }
}

/* Pixels [first, first + n) of an output line. */
static void
run_pixels (const FxInt8Conv *conv, const gint8 *image, gint64 line, gint64 first, guint n, gint32 *sums, gpointer y)
{
  const FxInt8Window *w = &conv->window;
  const guint stride = (guint)w->stride_width;
  const gint8 *columns[3 * MAX_COLUMNS];
  const gint16 *weights = conv->weights;

  find_columns (conv, image, line % w->out_height, first * stride - w->pad_left, (n - 1) * stride + 3, columns);
  for (gsize c = 0; c < conv->columns; c += BLOCK, weights += 2 * PAIRS * BLOCK)
    {
      const guint n_channels = (guint)MIN (BLOCK, conv->columns - c);

      conv->isa->depthwise_3x3 (columns, stride, n, c, n_channels, weights, conv->start + c, sums);
      fx_int8_conv_finish (conv, 0, c, n_channels, sums, BLOCK, (gsize)(line * w->out_width + first), n, y);
    }
}

void
fx_int8_conv_run_columns (const FxInt8Conv *conv, const gint8 *x, gpointer y)
{
  const FxInt8Window *w = &conv->window;
  const gint64 lines = w->batch * w->out_height, image_size = w->in_height * w->in_width * w->in_channels;

#pragma omp parallel if (lines > 1)
  {
    gint32 sums[PIXELS * BLOCK] __attribute__ ((aligned (ALIGNMENT)));

#pragma omp for schedule(static)
    for (gint64 line = 0; line < lines; line++)
      for (gint64 first = 0; first < w->out_width; first += PIXELS)
        run_pixels (conv, x + line / w->out_height * image_size, line, first, (guint)MIN (PIXELS, w->out_width - first),
                    sums, y);
  }
}
