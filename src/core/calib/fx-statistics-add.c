/* Adding one array to the statistics of its value.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-statistics-private.h"

#include "core/calib/fx-statistics-kernel.h"
#include "core/graph/fx-tensor.h"

#include <math.h>
#include <string.h>

#define MAX_CHANNELS (1u << 16)
#define MAX_AT_ONCE (1u << 30) /* elements between two emptyings of the 32-bit tables */

/* An array as [outer, channels, inner]; one channel if it has none to speak of. */
typedef struct
{
  gsize outer, channels, inner;
} Split;

static Split
split_array (const FxTensorStatistics *tensor, const FxArray *array)
{
  gsize elements = fx_array_elements (array);
  int axis = tensor->axis;

  if (axis < 0 || axis >= array->shape.rank || elements == 0 || array->shape.dims[axis] > MAX_CHANNELS)
    return (Split){ 1, 1, elements };
  return (Split){ fx_shape_product (&array->shape, 0, axis), (gsize)array->shape.dims[axis],
                  fx_shape_product (&array->shape, axis + 1, array->shape.rank) };
}

/* ---- adding ---- */

typedef struct
{
  guint32 *tables[FX_KERNEL_TABLES];
  float *copy;
  gsize copy_size;
  FxMoments *parts;
  gsize n_parts;
} Scratch;

gpointer
fx_statistics_scratch_new (void)
{
  Scratch *scratch = g_new0 (Scratch, 1);

  for (guint t = 0; t < FX_KERNEL_TABLES; t++)
    scratch->tables[t] = g_new0 (guint32, 2 * FX_HISTOGRAM_BINS);
  return scratch;
}

void
fx_statistics_scratch_free (gpointer data)
{
  Scratch *scratch = data;

  if (scratch == NULL)
    return;
  for (guint t = 0; t < FX_KERNEL_TABLES; t++)
    g_free (scratch->tables[t]);
  g_free (scratch->copy);
  g_free (scratch->parts);
  g_free (scratch);
}

static float *
scratch_copy (Scratch *scratch, gsize n)
{
  if (scratch->copy_size < n)
    {
      g_free (scratch->copy);
      scratch->copy = g_new (float, n);
      scratch->copy_size = n;
    }
  return scratch->copy;
}

static FxMoments *
scratch_parts (Scratch *scratch, gsize n)
{
  if (scratch->n_parts < n)
    {
      g_free (scratch->parts);
      scratch->parts = g_new (FxMoments, n);
      scratch->n_parts = n;
    }
  return scratch->parts;
}

/* The array as floats: itself if it is of floats, else a copy. */
static const float *
as_floats (const FxArray *array, Scratch *scratch)
{
  FxArray to = { FX_DTYPE_FLOAT, array->shape, NULL };

  if (array->dtype == FX_DTYPE_FLOAT)
    return array->data;
  to.data = scratch_copy (scratch, fx_array_elements (array));
  fx_array_convert (array, &to);
  return to.data;
}

/* A row-major copy of channels in blocks. */
static const float *
as_rows (const FxArray *array, gsize block, Scratch *scratch)
{
  gsize planes = fx_shape_product (&array->shape, 0, 2);
  gsize inner = fx_shape_product (&array->shape, 2, array->shape.rank);
  float *copy = scratch_copy (scratch, planes * inner);

  for (gsize i = 0; i < planes; i++)
    {
      const float *from = (const float *)array->data + i / block * block * inner + i % block;

      for (gsize p = 0; p < inner; p++)
        copy[i * inner + p] = from[p * block];
    }
  return copy;
}

static void
merge_moments (FxMoments *total, const FxMoments *part)
{
  total->min = MIN (total->min, part->min);
  total->max = MAX (total->max, part->max);
  total->zeros += part->zeros;
  total->finite += part->finite;
  total->sum += part->sum;
  total->sum_squares += part->sum_squares;
}

/* A copy with zeros for what is not finite, whose number it returns. */
static gsize
clean (const float **x, gsize n, Scratch *scratch)
{
  const float *from = *x;
  float *copy = from == scratch->copy ? scratch->copy : scratch_copy (scratch, n);
  gsize strays = 0;

  for (gsize i = 0; i < n; i++)
    {
      gboolean finite = isfinite (from[i]);

      strays += !finite;
      copy[i] = finite ? from[i] : 0.0f;
    }
  *x = copy;
  return strays;
}

/* Elements that lie side by side are of different channels: the moments are taken of rows. */
static gsize
add_columns (FxTensorStatistics *tensor, const float **data, Split split, Scratch *scratch, FxMoments *total)
{
  gsize n = split.outer * split.channels, strays = 0;
  const float *x = *data;

  fx_kernel_moments (x, n, total);
  if (total->finite < n)
    {
      strays = clean (data, n, scratch);
      x = *data;
      fx_kernel_moments (x, n, total);
    }
  for (gsize i = 0; tensor->n_channels > 0 && i < split.outer; i++, x += split.channels)
    for (gsize c = 0; c < split.channels; c++)
      {
        tensor->channel_min[c] = MIN (tensor->channel_min[c], x[c]);
        tensor->channel_max[c] = MAX (tensor->channel_max[c], x[c]);
        tensor->channel_sum[c] += (double)x[c];
        tensor->channel_squares[c] += (double)x[c] * (double)x[c];
        tensor->channel_zeros[c] += x[c] == 0.0f;
      }
  return strays;
}

static void
add_plane (FxTensorStatistics *tensor, gsize c, const FxMoments *part, FxMoments *total)
{
  merge_moments (total, part);
  if (tensor->n_channels == 0)
    return;
  tensor->channel_min[c] = MIN (tensor->channel_min[c], part->min);
  tensor->channel_max[c] = MAX (tensor->channel_max[c], part->max);
  tensor->channel_sum[c] += part->sum;
  tensor->channel_squares[c] += part->sum_squares;
  tensor->channel_zeros[c] += part->zeros;
}

/* Elements that lie side by side are of one channel: the moments are taken of channels. */
static gsize
add_planes (FxTensorStatistics *tensor, const float **data, Split split, Scratch *scratch, FxMoments *total)
{
  gsize strays = 0;

  *total = (FxMoments){ .min = G_MAXFLOAT, .max = -G_MAXFLOAT };
  for (gsize i = 0; i < split.outer * split.channels; i++)
    {
      FxMoments part;

      fx_kernel_moments (*data + i * split.inner, split.inner, &part);
      if (part.finite < split.inner)
        {
          strays = clean (data, split.outer * split.channels * split.inner, scratch);
          fx_kernel_moments (*data + i * split.inner, split.inner, &part);
        }
      add_plane (tensor, i % split.channels, &part, total);
    }
  return strays;
}

static gboolean
reads_blocks (const FxTensorStatistics *tensor, const FxArray *array, Split split, gsize block)
{
  return block >= FX_KERNEL_CHANNELS && tensor->axis == 1 && split.channels == (gsize)array->shape.dims[1]
         && split.inner > 1;
}

/* Channels in blocks, as add_planes(). FALSE, with nothing added, if there are strays. */
static gboolean
add_blocks (FxTensorStatistics *tensor, const float *x, Split split, gsize block, Scratch *scratch, FxMoments *total)
{
  gsize planes = split.outer * split.channels;
  FxMoments *parts = scratch_parts (scratch, planes);

  for (gsize i = 0; i < planes; i += block)
    fx_kernel_moments_across (x + i * split.inner, block, split.inner, block, parts + i);
  for (gsize i = 0; i < planes; i++)
    if (parts[i].finite < split.inner)
      return FALSE;
  *total = (FxMoments){ .min = G_MAXFLOAT, .max = -G_MAXFLOAT };
  for (gsize i = 0; i < planes; i++)
    add_plane (tensor, i % split.channels, &parts[i], total);
  return TRUE;
}

/* The counts of the tables, which are cleared, without the zeros that were counted into bin 0. */
static void
take_tables (FxHistogram *histogram, Scratch *scratch, gsize zeros, gboolean negative)
{
  guint64 *side = fx_histogram_side (histogram, negative);
  gsize first = negative ? FX_HISTOGRAM_BINS : 0;

  for (guint t = 0; t < FX_KERNEL_TABLES; t++)
    {
      guint32 *table = scratch->tables[t] + first;

      for (guint k = 0; k < FX_HISTOGRAM_BINS; k++)
        side[k] += table[k];
      memset (table, 0, FX_HISTOGRAM_BINS * sizeof *table);
    }
  side[0] -= zeros;
}

static void
add_histogram (FxTensorStatistics *tensor, const float *x, gsize n, const FxMoments *moments, Scratch *scratch)
{
  FxHistogram *histogram = &tensor->histogram;
  double magnitude = MAX (-(double)moments->min, (double)moments->max);
  FxHistogram sample = { .exponent = fx_histogram_exponent (magnitude) };
  gboolean alone = histogram->exponent == FX_HISTOGRAM_EMPTY;
  float inverse_width = ldexpf (FX_HISTOGRAM_BINS, -sample.exponent);

  /* the range is that of this array, whatever there was before: so the result does not depend on what that is */
  if (alone)
    histogram->exponent = sample.exponent;
  else
    histogram = &sample;
  for (gsize i = 0; i < n; i += MAX_AT_ONCE)
    {
      gsize part = MIN (MAX_AT_ONCE, n - i);

      fx_kernel_histogram (x + i, part, inverse_width, FX_HISTOGRAM_BINS, scratch->tables);
      take_tables (histogram, scratch, i == 0 ? moments->zeros : 0, FALSE);
      if (moments->min < 0.0f)
        take_tables (histogram, scratch, 0, TRUE);
    }
  if (!alone)
    fx_histogram_merge (&tensor->histogram, &sample);
  fx_histogram_clear (&sample);
}

void
fx_statistics_add (FxStatistics *statistics, FxId value, const FxArray *array, gpointer scratch)
{
  fx_statistics_add_blocks (statistics, value, array, 1, scratch);
}

void
fx_statistics_add_blocks (FxStatistics *statistics, FxId value, const FxArray *array, gsize block, gpointer data)
{
  guint32 index = value < statistics->n_values ? statistics->tensor_of[value] : FX_NONE;
  FxTensorStatistics *tensor = index != FX_NONE ? &statistics->tensors[index] : NULL;
  gsize n = fx_array_elements (array), strays = 0;
  Scratch *scratch = data;
  const float *x;
  FxMoments moments;
  Split split;

  if (tensor == NULL || tensor->value != value || n == 0)
    return;
  x = array->data;
  split = split_array (tensor, array);
  fx_tensor_statistics_use_channels (tensor, (guint)split.channels);
  if (!reads_blocks (tensor, array, split, block) || !add_blocks (tensor, x, split, block, scratch, &moments))
    {
      x = block > 1 ? as_rows (array, block, scratch) : as_floats (array, scratch);
      if (split.inner == 1)
        strays = add_columns (tensor, &x, split, scratch, &moments);
      else
        strays = add_planes (tensor, &x, split, scratch, &moments);
    }

  tensor->count += n - strays;
  tensor->zeros += moments.zeros - strays;
  tensor->not_finite += strays;
  tensor->channel_count += split.outer * split.inner;
  if (n == strays)
    return;
  tensor->min = MIN (tensor->min, moments.min);
  tensor->max = MAX (tensor->max, moments.max);
  tensor->sum += moments.sum;
  tensor->sum_squares += moments.sum_squares;
  if (moments.zeros < n)
    add_histogram (tensor, x, n, &moments, scratch);
}
