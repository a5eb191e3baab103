/* cv2.resize() with INTER_NEAREST, INTER_LINEAR and INTER_CUBIC, checked against OpenCV 4.6 by
 * tools/make-preprocess-cases.py: nearest and linear of bytes bit for bit; cubic of bytes differs by at most 1, since
 * OpenCV itself changes from floats to integers where its vector loop ends.
 *
 * Bytes: weights of 11 fractional bits; rows are summed to integers, columns then drop bits as OpenCV does.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-resample-private.h"

#include <math.h>

#define WEIGHT_BITS 11
#define MAX_TAPS 4

/* Which inputs make one output along an axis, and how much each counts. */
typedef struct
{
  int index[MAX_TAPS]; /* clamped to the picture */
  float weight[MAX_TAPS];
  gint16 fixed[MAX_TAPS]; /* × 2¹¹ */
} Taps;

typedef union
{
  int i;
  float f;
} Sum;

/* The rows of the input that the current output row needs, resampled to the output's width. */
typedef struct
{
  const FxImage *in;
  const FxImage *out;
  int n_taps;
  Taps *columns;
  int row[MAX_TAPS]; /* which input row a slot holds; input row y goes to slot y mod n_taps */
  Sum *slot[MAX_TAPS];
} RowCache;

static void
cubic_weights (float x, float weight[4])
{
  const float a = -0.75f;

  weight[0] = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a;
  weight[1] = ((a + 2) * x - (a + 3)) * x * x + 1;
  weight[2] = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1;
  weight[3] = 1.0f - weight[0] - weight[1] - weight[2];
}

/* Where output i falls between inputs: *before and the fraction behind it. */
static void
locate (int i, int in_size, int out_size, FxResample mode, int *before, float *fraction)
{
  double inverse = (double)out_size / in_size;
  double scale = 1.0 / inverse;
  float x;

  if (mode == FX_RESAMPLE_OPENCV_AREA) /* which is a sharper kind of linear where it does not shrink */
    {
      *before = (int)floor (i * scale);
      x = (float)((i + 1) - (*before + 1) * inverse);
      *fraction = x <= 0.0f ? 0.0f : x - floorf (x);
      return;
    }
  x = (float)((i + 0.5) * scale - 0.5);
  *before = (int)floorf (x);
  *fraction = x - *before;
}

/* `snap`: linear along a row takes the border sample alone, while along a column it sums the border with itself, which
 * rounds differently. */
static Taps *
taps_new (int in_size, int out_size, FxResample mode, gboolean snap)
{
  int n = mode == FX_RESAMPLE_OPENCV_CUBIC ? 4 : 2;
  Taps *taps = g_new0 (Taps, out_size);

  for (int i = 0; i < out_size; i++)
    {
      int before;
      float fraction;

      locate (i, in_size, out_size, mode, &before, &fraction);
      if (snap && n == 2 && (before < 0 || before >= in_size - 1))
        {
          before = before < 0 ? 0 : in_size - 1;
          fraction = 0.0f;
        }
      if (n == 4)
        cubic_weights (fraction, taps[i].weight);
      else
        {
          taps[i].weight[0] = 1.0f - fraction;
          taps[i].weight[1] = fraction;
        }
      for (int k = 0; k < n; k++)
        {
          taps[i].index[k] = CLAMP (before - (n / 2 - 1) + k, 0, in_size - 1);
          taps[i].fixed[k] = (gint16)rintf (taps[i].weight[k] * (1 << WEIGHT_BITS));
        }
    }
  return taps;
}

static void
row_resample (const RowCache *cache, int y, Sum *sums)
{
  const FxImage *in = cache->in;
  int channels = in->channels;
  gsize row = (gsize)y * in->width * channels;

  for (int x = 0; x < cache->out->width; x++)
    for (int c = 0; c < channels; c++, sums++)
      {
        const Taps *taps = &cache->columns[x];

        if (in->dtype == FX_DTYPE_UINT8)
          {
            sums->i = 0;
            for (int k = 0; k < cache->n_taps; k++)
              sums->i += in->u8[row + taps->index[k] * channels + c] * taps->fixed[k];
          }
        else
          {
            sums->f = 0.0f;
            for (int k = 0; k < cache->n_taps; k++)
              sums->f += in->f32[row + taps->index[k] * channels + c] * taps->weight[k];
          }
      }
}

static const Sum *
row_get (RowCache *cache, int y)
{
  int slot = y % cache->n_taps;

  if (cache->row[slot] != y)
    {
      row_resample (cache, y, cache->slot[slot]);
      cache->row[slot] = y;
    }
  return cache->slot[slot];
}

/* One byte from sums of 8 + 11 bits: linear drops 4 bits before it multiplies, to stay within 16 × 16 bits. */
static guint8
finish_u8 (const Sum *const rows[MAX_TAPS], gsize i, const Taps *taps, int n_taps)
{
  int sum;

  if (n_taps == 2)
    sum = (((rows[0][i].i >> 4) * taps->fixed[0] >> 16) + ((rows[1][i].i >> 4) * taps->fixed[1] >> 16) + 2) >> 2;
  else
    {
      sum = 1 << (2 * WEIGHT_BITS - 1);
      for (int k = 0; k < n_taps; k++)
        sum += rows[k][i].i * taps->fixed[k];
      sum >>= 2 * WEIGHT_BITS;
    }
  return (guint8)CLAMP (sum, 0, 255);
}

static float
finish_f32 (const Sum *const rows[MAX_TAPS], gsize i, const Taps *taps, int n_taps)
{
  float sum = 0.0f;

  for (int k = 0; k < n_taps; k++)
    sum += rows[k][i].f * taps->weight[k];
  return sum;
}

static void
resample_separably (const FxImage *in, FxImage *out, FxResample mode)
{
  gsize row = (gsize)out->width * out->channels;
  g_autofree Taps *columns = taps_new (in->width, out->width, mode, TRUE);
  g_autofree Taps *vertical = taps_new (in->height, out->height, mode, FALSE);
  g_autofree Sum *slots = g_new (Sum, row * MAX_TAPS);
  RowCache cache = { .in = in, .out = out, .n_taps = mode == FX_RESAMPLE_OPENCV_CUBIC ? 4 : 2, .columns = columns };

  for (int k = 0; k < MAX_TAPS; k++)
    {
      cache.row[k] = -1;
      cache.slot[k] = slots + k * row;
    }
  for (int y = 0; y < out->height; y++)
    {
      const Sum *rows[MAX_TAPS] = { NULL };

      for (int k = 0; k < cache.n_taps; k++)
        rows[k] = row_get (&cache, vertical[y].index[k]);
      for (gsize i = 0; i < row; i++)
        if (out->dtype == FX_DTYPE_UINT8)
          out->u8[y * row + i] = finish_u8 (rows, i, &vertical[y], cache.n_taps);
        else
          out->f32[y * row + i] = finish_f32 (rows, i, &vertical[y], cache.n_taps);
    }
}

static int *
nearest_indices (int in_size, int out_size)
{
  int *indices = g_new (int, out_size);
  double scale = 1.0 / ((double)out_size / in_size); /* not in / out: the rounding differs */

  for (int i = 0; i < out_size; i++)
    indices[i] = MIN ((int)floor (i * scale), in_size - 1);
  return indices;
}

gboolean
fx_resample_opencv (const FxImage *in, FxImage *out, FxResample mode, GError **error)
{
  gboolean shrinks = out->width <= in->width && out->height <= in->height;
  gboolean halves = out->width * 2 == in->width && out->height * 2 == in->height;

  if (mode == FX_RESAMPLE_OPENCV_NEAREST)
    {
      g_autofree int *columns = nearest_indices (in->width, out->width);
      g_autofree int *rows = nearest_indices (in->height, out->height);

      fx_resample_pick (in, out, columns, rows);
    }
  else if ((mode == FX_RESAMPLE_OPENCV_AREA && shrinks) || (mode == FX_RESAMPLE_OPENCV_LINEAR && halves))
    return fx_resample_opencv_area (in, out, error); /* exact halves are the mean of four in either mode */
  else
    resample_separably (in, out, mode);
  return TRUE;
}
