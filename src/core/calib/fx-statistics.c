/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-statistics-private.h"

#include "core/calib/fx-statistics-kernel.h"
#include "core/graph/fx-tensor.h"

#include <math.h>
#include <string.h>

#define MAX_CHANNELS (1u << 16)
#define MAX_AT_ONCE (1u << 30) /* elements between two emptyings of the 32-bit tables */

/* ---- making ---- */

FxStatistics *
fx_statistics_new_empty (guint n_values)
{
  FxStatistics *statistics = g_new0 (FxStatistics, 1);

  statistics->n_values = n_values;
  statistics->tensor_of = g_new (guint32, n_values + 1);
  for (guint i = 0; i <= n_values; i++)
    statistics->tensor_of[i] = FX_NONE;
  return statistics;
}

static void
tensor_reset (FxTensorStatistics *tensor)
{
  tensor->count = tensor->zeros = tensor->not_finite = tensor->channel_count = 0;
  tensor->min = G_MAXFLOAT;
  tensor->max = -G_MAXFLOAT;
  tensor->sum = tensor->sum_squares = 0.0;
  tensor->n_channels = tensor->n_peaks = 0;
  tensor->mixed = FALSE;
  fx_histogram_reset (&tensor->histogram);
}

void
fx_statistics_add_tensor (FxStatistics *statistics, FxId value, const char *name, int axis)
{
  FxTensorStatistics *tensor;

  /* room for a power of two */
  if ((statistics->n_tensors & (statistics->n_tensors - 1)) == 0)
    statistics->tensors
        = g_renew (FxTensorStatistics, statistics->tensors, statistics->n_tensors > 0 ? 2 * statistics->n_tensors : 1);
  statistics->tensor_of[value] = statistics->n_tensors;
  tensor = &statistics->tensors[statistics->n_tensors++];
  *tensor = (FxTensorStatistics){ .value = value, .name = g_strdup (name), .axis = axis };
  fx_histogram_init (&tensor->histogram);
  tensor_reset (tensor);
}

FxStatistics *
fx_statistics_new_like (const FxStatistics *statistics)
{
  FxStatistics *like = fx_statistics_new_empty (statistics->n_values);

  for (guint i = 0; i < statistics->n_tensors; i++)
    {
      const FxTensorStatistics *tensor = &statistics->tensors[i];

      fx_statistics_add_tensor (like, tensor->value, tensor->name, tensor->axis);
    }
  memcpy (like->tensor_of, statistics->tensor_of, sizeof (guint32) * (like->n_values + 1));
  return like;
}

void
fx_statistics_free (FxStatistics *statistics)
{
  if (statistics == NULL)
    return;
  for (guint i = 0; i < statistics->n_tensors; i++)
    {
      FxTensorStatistics *tensor = &statistics->tensors[i];

      g_free (tensor->name);
      g_free (tensor->channel_min);
      g_free (tensor->channel_max);
      g_free (tensor->channel_sum);
      g_free (tensor->channel_squares);
      g_free (tensor->channel_peaks);
      g_free (tensor->channel_peak_squares);
      g_free (tensor->channel_zeros);
      fx_histogram_clear (&tensor->histogram);
    }
  g_free (statistics->tensors);
  g_free (statistics->tensor_of);
  g_free (statistics);
}

void
fx_statistics_reset (FxStatistics *statistics)
{
  statistics->n_samples = 0;
  for (guint i = 0; i < statistics->n_tensors; i++)
    tensor_reset (&statistics->tensors[i]);
}

const FxTensorStatistics *
fx_statistics_find (const FxStatistics *statistics, FxId value, gboolean *moved)
{
  guint32 i = value < statistics->n_values ? statistics->tensor_of[value] : FX_NONE;

  if (i == FX_NONE)
    return NULL;
  if (moved != NULL)
    *moved = statistics->tensors[i].value != value;
  return &statistics->tensors[i];
}

/* ---- channels ---- */

void
fx_tensor_statistics_set_channels (FxTensorStatistics *tensor, guint n_channels)
{
  tensor->channel_min = g_renew (float, tensor->channel_min, n_channels);
  tensor->channel_max = g_renew (float, tensor->channel_max, n_channels);
  tensor->channel_sum = g_renew (double, tensor->channel_sum, n_channels);
  tensor->channel_squares = g_renew (double, tensor->channel_squares, n_channels);
  tensor->channel_zeros = g_renew (guint64, tensor->channel_zeros, n_channels);
  tensor->channel_peaks = g_renew (double, tensor->channel_peaks, n_channels);
  tensor->channel_peak_squares = g_renew (double, tensor->channel_peak_squares, n_channels);
  tensor->n_channels = n_channels;
  for (guint c = 0; c < n_channels; c++)
    {
      tensor->channel_min[c] = G_MAXFLOAT;
      tensor->channel_max[c] = -G_MAXFLOAT;
      tensor->channel_sum[c] = tensor->channel_squares[c] = 0.0;
      tensor->channel_zeros[c] = 0;
      tensor->channel_peaks[c] = tensor->channel_peak_squares[c] = 0.0;
    }
}

/* TRUE if the tensor has these channels, now or already. */
static gboolean
use_channels (FxTensorStatistics *tensor, guint n_channels)
{
  if (tensor->mixed || n_channels == 0)
    return FALSE;
  if (tensor->n_channels == 0)
    fx_tensor_statistics_set_channels (tensor, n_channels);
  if (tensor->n_channels == n_channels)
    return TRUE;
  tensor->mixed = TRUE;
  tensor->n_channels = 0;
  return FALSE;
}

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

/* Elements that lie side by side are of one channel: the moments are taken of channels. */
static gsize
add_planes (FxTensorStatistics *tensor, const float **data, Split split, Scratch *scratch, FxMoments *total)
{
  gsize strays = 0;

  *total = (FxMoments){ .min = G_MAXFLOAT, .max = -G_MAXFLOAT };
  for (gsize i = 0; i < split.outer * split.channels; i++)
    {
      gsize c = i % split.channels;
      FxMoments part;

      fx_kernel_moments (*data + i * split.inner, split.inner, &part);
      if (part.finite < split.inner)
        {
          strays = clean (data, split.outer * split.channels * split.inner, scratch);
          fx_kernel_moments (*data + i * split.inner, split.inner, &part);
        }
      merge_moments (total, &part);
      if (tensor->n_channels == 0)
        continue;
      tensor->channel_min[c] = MIN (tensor->channel_min[c], part.min);
      tensor->channel_max[c] = MAX (tensor->channel_max[c], part.max);
      tensor->channel_sum[c] += part.sum;
      tensor->channel_squares[c] += part.sum_squares;
      tensor->channel_zeros[c] += part.zeros;
    }
  return strays;
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
fx_statistics_add (FxStatistics *statistics, FxId value, const FxArray *array, gpointer data)
{
  guint32 index = value < statistics->n_values ? statistics->tensor_of[value] : FX_NONE;
  FxTensorStatistics *tensor = index != FX_NONE ? &statistics->tensors[index] : NULL;
  gsize n = fx_array_elements (array), strays;
  Scratch *scratch = data;
  const float *x;
  FxMoments moments;
  Split split;

  if (tensor == NULL || tensor->value != value || n == 0)
    return;
  x = as_floats (array, scratch);
  split = split_array (tensor, array);
  use_channels (tensor, (guint)split.channels);
  if (split.inner == 1)
    strays = add_columns (tensor, &x, split, scratch, &moments);
  else
    strays = add_planes (tensor, &x, split, scratch, &moments);

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

/* ---- merging ---- */

/* What has no peaks yet is one sample. */
static void
merge_peaks (FxTensorStatistics *tensor, const FxTensorStatistics *from, guint c)
{
  double peak = MAX (fabs ((double)from->channel_min[c]), fabs ((double)from->channel_max[c]));

  tensor->channel_peaks[c] += from->n_peaks > 0 ? from->channel_peaks[c] : peak;
  tensor->channel_peak_squares[c] += from->n_peaks > 0 ? from->channel_peak_squares[c] : peak * peak;
}

static void
merge_channels (FxTensorStatistics *tensor, const FxTensorStatistics *from)
{
  tensor->channel_count += from->channel_count;
  if (from->mixed)
    {
      tensor->mixed = TRUE;
      tensor->n_channels = 0;
    }
  if (!use_channels (tensor, from->n_channels))
    return;
  tensor->n_peaks += MAX (from->n_peaks, 1);
  for (guint c = 0; c < from->n_channels; c++)
    {
      tensor->channel_min[c] = MIN (tensor->channel_min[c], from->channel_min[c]);
      tensor->channel_max[c] = MAX (tensor->channel_max[c], from->channel_max[c]);
      tensor->channel_sum[c] += from->channel_sum[c];
      tensor->channel_squares[c] += from->channel_squares[c];
      tensor->channel_zeros[c] += from->channel_zeros[c];
      merge_peaks (tensor, from, c);
    }
}

void
fx_statistics_merge (FxStatistics *statistics, const FxStatistics *from)
{
  g_return_if_fail (statistics->n_tensors == from->n_tensors);

  statistics->n_samples += from->n_samples;
  for (guint i = 0; i < from->n_tensors; i++)
    {
      FxTensorStatistics *tensor = &statistics->tensors[i];
      const FxTensorStatistics *part = &from->tensors[i];

      tensor->count += part->count;
      tensor->zeros += part->zeros;
      tensor->not_finite += part->not_finite;
      tensor->min = MIN (tensor->min, part->min);
      tensor->max = MAX (tensor->max, part->max);
      tensor->sum += part->sum;
      tensor->sum_squares += part->sum_squares;
      merge_channels (tensor, part);
      fx_histogram_merge (&tensor->histogram, &part->histogram);
    }
}

FxStatistics *
fx_statistics_copy (const FxStatistics *statistics)
{
  FxStatistics *copy = fx_statistics_new_like (statistics);

  fx_statistics_merge (copy, statistics);
  return copy;
}

/* ---- reading ---- */

double
fx_tensor_statistics_mean (const FxTensorStatistics *tensor)
{
  return tensor->count > 0 ? tensor->sum / (double)tensor->count : (double)NAN;
}

double
fx_tensor_statistics_variance (const FxTensorStatistics *tensor)
{
  double mean = fx_tensor_statistics_mean (tensor), variance;

  if (tensor->count == 0)
    return (double)NAN;
  variance = tensor->sum_squares / (double)tensor->count - mean * mean;
  return MAX (variance, 0.0); /* the difference of two sums */
}
