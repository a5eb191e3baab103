/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-statistics-private.h"

#include <math.h>
#include <string.h>

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
  tensor->sum = tensor->sum_squares = tensor->peaks = tensor->peak_squares = 0.0;
  tensor->n_seen = 0;
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

gboolean
fx_tensor_statistics_use_channels (FxTensorStatistics *tensor, guint n_channels)
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

/* ---- merging ---- */

/* What has no peaks yet is one sample. */
static void
merge_peak (FxTensorStatistics *tensor, const FxTensorStatistics *from)
{
  double peak = MAX (fabs ((double)from->min), fabs ((double)from->max));

  if (from->count == 0)
    return;
  tensor->n_seen += MAX (from->n_seen, 1);
  tensor->peaks += from->n_seen > 0 ? from->peaks : peak;
  tensor->peak_squares += from->n_seen > 0 ? from->peak_squares : peak * peak;
}

/* The same of one channel. */
static void
merge_channel_peaks (FxTensorStatistics *tensor, const FxTensorStatistics *from, guint c)
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
  if (!fx_tensor_statistics_use_channels (tensor, from->n_channels))
    return;
  tensor->n_peaks += MAX (from->n_peaks, 1);
  for (guint c = 0; c < from->n_channels; c++)
    {
      tensor->channel_min[c] = MIN (tensor->channel_min[c], from->channel_min[c]);
      tensor->channel_max[c] = MAX (tensor->channel_max[c], from->channel_max[c]);
      tensor->channel_sum[c] += from->channel_sum[c];
      tensor->channel_squares[c] += from->channel_squares[c];
      tensor->channel_zeros[c] += from->channel_zeros[c];
      merge_channel_peaks (tensor, from, c);
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
      merge_peak (tensor, part);
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
fx_tensor_statistics_peak_deviation (const FxTensorStatistics *tensor)
{
  double n = tensor->n_seen, mean;

  if (tensor->n_seen < 2)
    return 0.0;
  mean = tensor->peaks / n;
  return sqrt (MAX (tensor->peak_squares / n - mean * mean, 0.0));
}

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
