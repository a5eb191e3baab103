/* Maximum and average over windows. Vectors run across channels.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-isa.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

#include <math.h>
#include <string.h>

/* Taps of an output line or column that lie in the image: [from, to). */
typedef struct
{
  gint64 from, to, at; /* `at`: image position of tap 0 */
} Span;

static Span
span_of (gint64 out, gint64 stride, gint64 pad, gint64 dilation, gint64 kernel, gint64 size)
{
  Span span = { .at = out * stride - pad };

  span.from = span.at < 0 ? (-span.at + dilation - 1) / dilation : 0;
  span.to = span.at < size ? MIN (kernel, (size - 1 - span.at) / dilation + 1) : 0;
  return span;
}

static Span
span_of_line (const FxInt8Window *w, gint64 out_y)
{
  return span_of (out_y, w->stride_height, w->pad_top, w->dilation_height, w->kernel_height, w->in_height);
}

static Span
span_of_column (const FxInt8Window *w, gint64 out_x)
{
  return span_of (out_x, w->stride_width, w->pad_left, w->dilation_width, w->kernel_width, w->in_width);
}

/* Only the first and last windows can miss the image, or, dilated, one whose taps all step over it. */
static gboolean
check_not_empty (const FxInt8Window *w, GError **error)
{
  for (gint64 i = 0; i < w->out_height; i++)
    {
      Span span = span_of_line (w, i);

      if (span.from >= span.to)
        return fx_fail (error, FX_ERROR_BAD_DATA, "output row %" PRId64 " pools nothing but padding", i);
    }
  for (gint64 i = 0; i < w->out_width; i++)
    {
      Span span = span_of_column (w, i);

      if (span.from >= span.to)
        return fx_fail (error, FX_ERROR_BAD_DATA, "output column %" PRId64 " pools nothing but padding", i);
    }
  return TRUE;
}

static gboolean
check_window (FxInt8Window *w, GError **error)
{
  if (!fx_int8_window_check (w, error))
    return FALSE;
  if (w->out_channels != w->in_channels)
    return fx_fail (error, FX_ERROR_BAD_DATA, "pooling makes %" PRId64 " channels of %" PRId64 ", wants as many",
                    w->out_channels, w->in_channels);
  return check_not_empty (w, error);
}

gboolean
fx_int8_max_pool_init (FxInt8Pool *pool, GError **error)
{
  return check_window (&pool->window, error);
}

gboolean
fx_int8_average_pool_init (FxInt8Pool *pool, GError **error)
{
  FxInt8Window *w = &pool->window;
  gint64 area;
  FxRequant requant;

  if (!check_window (w, error) || !fx_int8_output_check (&pool->output, FALSE, error)
      || !fx_int8_zero_point_check (pool->input_zero_point, TRUE, error))
    return FALSE;
  area = w->kernel_height * w->kernel_width; /* each below 2^31 */
  if (MIN (w->kernel_height, w->in_height) * MIN (w->kernel_width, w->in_width) > G_MAXINT32 / 256)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "sums over a window of %" PRId64 " pixels pass 32 bits", area);
  return fx_requant_from_scale (pool->scale, &requant, error)
         && fx_requant_from_scale (pool->scale / (double)area, &requant, error);
}

static void
max_pixel (const FxInt8Window *w, const FxInt8Isa *isa, const gint8 *image, Span lines, Span columns, gint8 *y)
{
  const gsize channels = (gsize)w->in_channels;

  memset (y, G_MININT8, channels);
  for (gint64 ky = lines.from; ky < lines.to; ky++)
    for (gint64 kx = columns.from; kx < columns.to; kx++)
      {
        gint64 in_y = lines.at + ky * w->dilation_height, in_x = columns.at + kx * w->dilation_width;

        isa->maximum (y, image + (in_y * w->in_width + in_x) * w->in_channels, channels);
      }
}

void
fx_int8_max_pool_run (const FxInt8Pool *pool, const FxInt8Isa *isa, const gint8 *x, gint8 *y)
{
  const FxInt8Window *w = &pool->window;

  isa = isa != NULL ? isa : fx_int8_isa_default ();
#pragma omp parallel for schedule(static)
  for (gint64 line = 0; line < w->batch * w->out_height; line++)
    {
      const gint8 *image = x + line / w->out_height * w->in_height * w->in_width * w->in_channels;
      Span lines = span_of_line (w, line % w->out_height);

      for (gint64 out_x = 0; out_x < w->out_width; out_x++)
        max_pixel (w, isa, image, lines, span_of_column (w, out_x),
                   y + (line * w->out_width + out_x) * w->out_channels);
    }
}

/* A thread's sums, and the same factor for all channels. */
typedef struct
{
  gint32 *sums, *multiplier, *shift, *limit;
  gint64 count, inside; /* what multiplier and shift divide by, pixels in a sum; 0: nothing yet */
  FxInt8Columns columns;
} Average;

static void
average_set_count (Average *average, const FxInt8Pool *pool, gint64 count, gint64 inside)
{
  FxRequant requant;

  if (average->count == count && average->inside == inside)
    return;
  average->count = count;
  average->inside = inside;
  fx_requant_from_scale (pool->scale / (double)count, &requant, NULL);
  for (gint64 c = 0; c < pool->window.in_channels; c++)
    {
      average->multiplier[c] = requant.multiplier;
      average->shift[c] = requant.shift;
      average->limit[c] = fx_int8_limit (requant.shift);
    }
  average->columns.simple = fx_int8_is_simple (&requant, 255 * inside);
  average->columns.limit = requant.shift < 31 ? average->limit : NULL;
}

static void
average_pixel (Average *average, const FxInt8Pool *pool, const FxInt8Isa *isa, const gint8 *image, Span lines,
               Span columns, gint8 *y)
{
  const FxInt8Window *w = &pool->window;
  const gsize channels = (gsize)w->in_channels;
  const gint64 inside = (lines.to - lines.from) * (columns.to - columns.from);

  for (gsize c = 0; c < channels; c++)
    average->sums[c] = -pool->input_zero_point * (gint32)inside;
  for (gint64 ky = lines.from; ky < lines.to; ky++)
    for (gint64 kx = columns.from; kx < columns.to; kx++)
      {
        gint64 in_y = lines.at + ky * w->dilation_height, in_x = columns.at + kx * w->dilation_width;

        isa->accumulate (average->sums, image + (in_y * w->in_width + in_x) * w->in_channels, channels);
      }
  average_set_count (average, pool, pool->count_padding ? w->kernel_height * w->kernel_width : inside, inside);
  isa->requantize_s8 (&average->columns, (guint)channels, average->sums, channels, 1, y, channels);
}

static gint32 *
average_init (Average *average, const FxInt8Pool *pool)
{
  const gsize padded = ((gsize)pool->window.in_channels + FX_INT8_PADDING - 1) / FX_INT8_PADDING * FX_INT8_PADDING;
  gint32 *memory = g_new0 (gint32, 4 * padded);

  *average = (Average){ .sums = memory,
                        .multiplier = memory + padded,
                        .shift = memory + 2 * padded,
                        .limit = memory + 3 * padded,
                        .columns = { .multiplier = memory + padded,
                                     .shift = memory + 2 * padded,
                                     .zero_point = pool->output.zero_point,
                                     .low = pool->output.low,
                                     .high = pool->output.high } };
  for (gsize i = 0; i < padded; i++)
    average->shift[i] = FX_REQUANT_MAX_SHIFT;
  return memory;
}

void
fx_int8_average_pool_run (const FxInt8Pool *pool, const FxInt8Isa *isa, const gint8 *x, gint8 *y)
{
  const FxInt8Window *w = &pool->window;

  isa = isa != NULL ? isa : fx_int8_isa_default ();
#pragma omp parallel
  {
    Average average;
    g_autofree gint32 *memory = average_init (&average, pool);

#pragma omp for schedule(static)
    for (gint64 line = 0; line < w->batch * w->out_height; line++)
      {
        const gint8 *image = x + line / w->out_height * w->in_height * w->in_width * w->in_channels;
        Span lines = span_of_line (w, line % w->out_height);

        for (gint64 out_x = 0; out_x < w->out_width; out_x++)
          average_pixel (&average, pool, isa, image, lines, span_of_column (w, out_x),
                         y + (line * w->out_width + out_x) * w->out_channels);
      }
  }
}
