/* Pillow's Image.resize(), verified bit for bit against Pillow 9.4 by tools/make-preprocess-cases.py.
 *
 * Each output sample is a weighted sum of the input samples under a filter, which is stretched by the scale when
 * shrinking. Rows are done first, then columns, with a picture of the sample type in between. For bytes the weights are
 * integers of 22 fractional bits and each pass rounds and clamps to 0…255.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-resample-private.h"

#include <math.h>

#define WEIGHT_BITS 22

typedef struct
{
  int first, n; /* input samples first…first+n-1 */
} Window;

/* For every output position along one axis, which inputs it sums and with which weights: weights[position × stride]. */
typedef struct
{
  int size, stride;
  Window *windows;
  double *weights;
  int *fixed; /* the same × 2²² */
} Taps;

static double
box (double x)
{
  return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
}

static double
triangle (double x)
{
  return fabs (x) < 1.0 ? 1.0 - fabs (x) : 0.0;
}

/* Keys, "Cubic convolution interpolation for digital image processing", with a = -1/2 */
static double
cubic (double x)
{
  const double a = -0.5;

  x = fabs (x);
  if (x < 1.0)
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0)
    return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

static double
sinc (double x)
{
  return x == 0.0 ? 1.0 : sin (x * G_PI) / (x * G_PI);
}

static double
lanczos (double x)
{
  return -3.0 <= x && x < 3.0 ? sinc (x) * sinc (x / 3) : 0.0;
}

static const struct
{
  double (*weight) (double x);
  double support; /* half width at scale 1 */
} filters[] = {
  [FX_RESAMPLE_PIL_BOX] = { box, 0.5 },
  [FX_RESAMPLE_PIL_BILINEAR] = { triangle, 1.0 },
  [FX_RESAMPLE_PIL_BICUBIC] = { cubic, 2.0 },
  [FX_RESAMPLE_PIL_LANCZOS] = { lanczos, 3.0 },
};

static void
taps_clear (Taps *taps)
{
  g_free (taps->windows);
  g_free (taps->weights);
  g_free (taps->fixed);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taps, taps_clear)

/* The weights of one output position, summing to 1. */
static void
taps_fill (Taps *taps, int position, double center, double support, double stretch, int in_size, FxResample mode)
{
  double *weights = taps->weights + (gsize)position * taps->stride;
  int first = MAX ((int)(center - support + 0.5), 0);
  int end = MIN ((int)(center + support + 0.5), in_size);
  double sum = 0.0;

  for (int i = 0; i < end - first; i++)
    {
      weights[i] = filters[mode].weight ((i + first - center + 0.5) * (1.0 / stretch));
      sum += weights[i];
    }
  for (int i = 0; i < end - first; i++)
    if (sum != 0.0)
      weights[i] /= sum;
  taps->windows[position] = (Window){ first, end - first };
}

/* Memory is `out` × the width of the filter, about as much as one row of the larger picture × 2…6. */
static Taps
taps_new (int in_size, int out_size, FxResample mode)
{
  Taps taps = { .size = out_size };
  double scale = (double)in_size / out_size;
  double stretch = MAX (scale, 1.0);
  double support = filters[mode].support * stretch;
  gsize n;

  taps.stride = (int)ceil (support) * 2 + 1;
  taps.windows = g_new (Window, out_size);
  taps.weights = g_new0 (double, (gsize)out_size *taps.stride);
  for (int i = 0; i < out_size; i++)
    taps_fill (&taps, i, (i + 0.5) * scale, support, stretch, in_size, mode);

  n = (gsize)out_size * taps.stride;
  taps.fixed = g_new (int, n);
  for (gsize i = 0; i < n; i++)
    taps.fixed[i] = (int)(taps.weights[i] * (1 << WEIGHT_BITS) + (taps.weights[i] < 0 ? -0.5 : 0.5));
  return taps;
}

static guint8
finish_u8 (int sum)
{
  return (guint8)CLAMP (sum >> WEIGHT_BITS, 0, 255);
}

/* One pixel of a row: `in` is the first pixel of its window. */
static void
sum_rgb_u8 (const guint8 *in, const int *weights, int n, guint8 *out)
{
  int r = 1 << (WEIGHT_BITS - 1), g = r, b = r;

  for (int i = 0; i < n; i++)
    {
      r += in[3 * i] * weights[i];
      g += in[3 * i + 1] * weights[i];
      b += in[3 * i + 2] * weights[i];
    }
  out[0] = finish_u8 (r);
  out[1] = finish_u8 (g);
  out[2] = finish_u8 (b);
}

static void
sum_gray_u8 (const guint8 *in, const int *weights, int n, guint8 *out)
{
  int sum = 1 << (WEIGHT_BITS - 1);

  for (int i = 0; i < n; i++)
    sum += in[i] * weights[i];
  out[0] = finish_u8 (sum);
}

static void
sum_f32 (const float *in, int channels, const double *weights, int n, float *out)
{
  for (int c = 0; c < channels; c++)
    {
      double sum = 0.0;

      for (int i = 0; i < n; i++)
        sum += in[i * channels + c] * weights[i];
      out[c] = (float)sum;
    }
}

/* in and out have the same height; `first_row` is where out's first row lies in `in`. */
static void
pass_rows (const FxImage *in, int first_row, FxImage *out, const Taps *taps)
{
  int channels = in->channels;

  for (int y = 0; y < out->height; y++)
    for (int x = 0; x < out->width; x++)
      {
        const Window *window = &taps->windows[x];
        gsize from = ((gsize)(first_row + y) * in->width + window->first) * channels;
        gsize to = ((gsize)y * out->width + x) * channels;
        gsize weights = (gsize)x * taps->stride;

        if (in->dtype == FX_DTYPE_FLOAT)
          sum_f32 (in->f32 + from, channels, taps->weights + weights, window->n, out->f32 + to);
        else if (channels == 3)
          sum_rgb_u8 (in->u8 + from, taps->fixed + weights, window->n, out->u8 + to);
        else
          sum_gray_u8 (in->u8 + from, taps->fixed + weights, window->n, out->u8 + to);
      }
}

/* One row of n samples from the rows of a window, the first of which is `in`. */
static void
sum_rows_u8 (const guint8 *in, gsize n, const int *weights, int n_rows, int *sums, guint8 *out)
{
  for (gsize i = 0; i < n; i++)
    sums[i] = 1 << (WEIGHT_BITS - 1);
  for (int k = 0; k < n_rows; k++, in += n)
    {
#pragma omp simd
      for (gsize i = 0; i < n; i++)
        sums[i] += in[i] * weights[k];
    }
  for (gsize i = 0; i < n; i++)
    out[i] = finish_u8 (sums[i]);
}

static void
sum_rows_f32 (const float *in, gsize n, const double *weights, int n_rows, double *sums, float *out)
{
  for (gsize i = 0; i < n; i++)
    sums[i] = 0.0;
  for (int k = 0; k < n_rows; k++, in += n)
    for (gsize i = 0; i < n; i++)
      sums[i] += in[i] * weights[k];
  for (gsize i = 0; i < n; i++)
    out[i] = (float)sums[i];
}

/* in and out have the same width; `first_row` is the row of the full picture where `in` begins. */
static void
pass_columns (const FxImage *in, int first_row, FxImage *out, const Taps *taps)
{
  gsize row = (gsize)in->width * in->channels;
  g_autofree double *sums = g_new (double, row); /* or as many ints */

  for (int y = 0; y < out->height; y++)
    {
      const Window *window = &taps->windows[y];
      gsize from = (window->first - first_row) * row;
      gsize weights = (gsize)y * taps->stride;

      if (in->dtype == FX_DTYPE_FLOAT)
        sum_rows_f32 (in->f32 + from, row, taps->weights + weights, window->n, sums, out->f32 + y * row);
      else
        sum_rows_u8 (in->u8 + from, row, taps->fixed + weights, window->n, (int *)sums, out->u8 + y * row);
    }
}

/* Pillow adds the step up instead of multiplying, which decides where a center falls on a pixel's edge. */
static int *
nearest_indices (int in_size, int out_size)
{
  int *indices = g_new (int, out_size);
  double step = (double)in_size / out_size;
  double at = step * 0.5;

  for (int i = 0; i < out_size; i++, at += step)
    indices[i] = MIN ((int)at, in_size - 1);
  return indices;
}

static gboolean
resample_separably (const FxImage *in, FxImage *out, FxResample mode, GError **error)
{
  g_auto (Taps) columns = taps_new (in->width, out->width, mode);
  g_auto (Taps) rows = taps_new (in->height, out->height, mode);
  const Window *last = &rows.windows[rows.size - 1];
  int first_row = rows.windows[0].first;
  g_autoptr (FxImage) between = NULL;

  if (out->width == in->width)
    {
      pass_columns (in, 0, out, &rows);
      return TRUE;
    }
  if (out->height == in->height)
    {
      pass_rows (in, 0, out, &columns);
      return TRUE;
    }
  between = fx_image_new (out->width, last->first + last->n - first_row, in->color, in->dtype, error);
  if (between == NULL)
    return FALSE;
  pass_rows (in, first_row, between, &columns);
  pass_columns (between, first_row, out, &rows);
  return TRUE;
}

gboolean
fx_resample_pillow (const FxImage *in, FxImage *out, FxResample mode, GError **error)
{
  if (mode == FX_RESAMPLE_PIL_NEAREST)
    {
      g_autofree int *columns = nearest_indices (in->width, out->width);
      g_autofree int *rows = nearest_indices (in->height, out->height);

      fx_resample_pick (in, out, columns, rows);
      return TRUE;
    }
  return resample_separably (in, out, mode, error);
}
