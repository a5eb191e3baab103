/* cv2.resize() with INTER_AREA where it shrinks: each output is the mean of the input area that it covers, weighted by
 * coverage, in floats. Checked bit for bit against OpenCV 4.6 for bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-resample-private.h"

#include "core/fx-error.h"

#include <float.h>
#include <math.h>

/* Input `in` counts with `weight` in output `out`; sorted by both. */
typedef struct
{
  int in, out;
  float weight;
} Share;

/* Slivers of under a thousandth of a sample are left out, as OpenCV does. */
static GArray *
shares_new (int in_size, int out_size)
{
  GArray *shares = g_array_new (FALSE, FALSE, sizeof (Share));
  double scale = 1.0 / ((double)out_size / in_size);

  for (int i = 0; i < out_size; i++)
    {
      double begin = i * scale, end = begin + scale;
      double covered = MIN (scale, in_size - begin);
      int last = MIN ((int)floor (end), in_size - 1);
      int first = MIN ((int)ceil (begin), last);

      if (first - begin > 1e-3)
        g_array_append_vals (shares, &(Share){ first - 1, i, (float)((first - begin) / covered) }, 1);
      for (int k = first; k < last; k++)
        g_array_append_vals (shares, &(Share){ k, i, (float)(1.0 / covered) }, 1);
      if (end - last > 1e-3)
        g_array_append_vals (shares, &(Share){ last, i, (float)(MIN (MIN (end - last, 1.0), covered) / covered) }, 1);
    }
  return shares;
}

static void
store (FxImage *out, gsize at, float value)
{
  if (out->dtype == FX_DTYPE_FLOAT)
    out->f32[at] = value;
  else
    out->u8[at] = (guint8)CLAMP (rintf (value), 0.0f, 255.0f);
}

static float
sample (const FxImage *image, gsize at)
{
  return image->dtype == FX_DTYPE_FLOAT ? image->f32[at] : image->u8[at];
}

/* One row of `in`, shrunk to the output's width. */
static void
shrink_row (const FxImage *in, int y, const GArray *columns, float *sums, gsize n)
{
  gsize row = (gsize)y * in->width * in->channels;

  for (gsize i = 0; i < n; i++)
    sums[i] = 0.0f;
  for (guint k = 0; k < columns->len; k++)
    {
      const Share *share = &g_array_index (columns, Share, k);

      for (int c = 0; c < in->channels; c++)
        sums[(gsize)share->out * in->channels + c]
            += sample (in, row + (gsize)share->in * in->channels + c) * share->weight;
    }
}

static void
shrink (const FxImage *in, FxImage *out)
{
  g_autoptr (GArray) columns = shares_new (in->width, out->width);
  g_autoptr (GArray) rows = shares_new (in->height, out->height);
  gsize n = (gsize)out->width * out->channels;
  g_autofree float *row = g_new (float, n);
  g_autofree float *sums = g_new0 (float, n);

  for (guint k = 0; k < rows->len; k++)
    {
      const Share *share = &g_array_index (rows, Share, k);
      gboolean ends = k + 1 == rows->len || g_array_index (rows, Share, k + 1).out != share->out;

      shrink_row (in, share->in, columns, row, n);
      for (gsize i = 0; i < n; i++)
        sums[i] += row[i] * share->weight;
      for (gsize i = 0; ends && i < n; i++)
        {
          store (out, share->out * n + i, sums[i]);
          sums[i] = 0.0f;
        }
    }
}

/* Whole factors: a plain mean, where a sum of bytes stays an integer until the end. */
static void
shrink_by (const FxImage *in, FxImage *out, int across, int down)
{
  gsize row = (gsize)in->width * in->channels;
  gsize to = 0;
  float scale = 1.0f / ((float)across * down);

  for (int y = 0; y < out->height; y++)
    for (int x = 0; x < out->width; x++)
      for (int c = 0; c < in->channels; c++, to++)
        {
          gsize from = (gsize)y * down * row + (gsize)x * across * in->channels + c;
          float sum = 0.0f;
          guint bytes = 0;

          for (int i = 0; i < down; i++)
            for (int k = 0; k < across; k++)
              if (in->dtype == FX_DTYPE_FLOAT)
                sum += in->f32[from + i * row + (gsize)k * in->channels];
              else
                bytes += in->u8[from + i * row + (gsize)k * in->channels];
          if (in->dtype == FX_DTYPE_FLOAT)
            out->f32[to] = sum * scale;
          else if (across == 2 && down == 2)
            out->u8[to] = (guint8)((bytes + 2) >> 2); /* halves round up here, to even elsewhere */
          else
            store (out, to, (float)bytes * scale);
        }
}

gboolean
fx_resample_opencv_area (const FxImage *in, FxImage *out, G_GNUC_UNUSED GError **error)
{
  if (in->width % out->width == 0 && in->height % out->height == 0)
    shrink_by (in, out, in->width / out->width, in->height / out->height);
  else
    shrink (in, out);
  return TRUE;
}
