/* SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-report-bins.h"

#include <math.h>
#include <string.h>

/* Center of bin k of one side. */
static double
center (const FxHistogram *histogram, gboolean negative, guint k)
{
  double at = fx_histogram_edge (histogram, k) - 0.5 * fx_histogram_edge (histogram, 0);

  return negative ? -at : at;
}

typedef void (*BinFunc) (double at, guint64 count, gpointer data);

static void
for_each_bin (const FxHistogram *histogram, guint64 zeros, BinFunc func, gpointer data)
{
  if (zeros > 0)
    func (0.0, zeros, data);
  for (guint side = 0; side < 2 && histogram->exponent != FX_HISTOGRAM_EMPTY; side++)
    {
      const guint64 *counts = side == 0 ? histogram->positive : histogram->negative;

      for (guint k = 0; counts != NULL && k < FX_HISTOGRAM_BINS; k++)
        if (counts[k] > 0)
          func (center (histogram, side == 1, k), counts[k], data);
    }
}

static void
extend_cb (double at, G_GNUC_UNUSED guint64 count, gpointer data)
{
  FxRange *range = data;

  range->low = MIN (range->low, at);
  range->high = MAX (range->high, at);
}

typedef struct
{
  FxReportBins *bins;
  guint side;
} Filler;

static void
fill_cb (double at, guint64 count, gpointer data)
{
  Filler *filler = data;
  double k = floor ((at - filler->bins->low) / filler->bins->width);

  filler->bins->counts[filler->side][(guint)CLAMP (k, 0.0, filler->bins->n - 1.0)] += (double)count;
}

/* Distance of neighbouring quantized values; 0: not known. */
static double
step_of (const FxLayerError *layer)
{
  double levels = layer->dtype == FX_DTYPE_INT16 ? 65535.0 : 255.0;

  return layer->has_range ? (layer->range.high - layer->range.low) / levels : 0.0;
}

void
fx_report_bins_fill (FxReportBins *bins, const FxLayerError *layer, const FxLayerDetail *detail)
{
  FxRange seen = { INFINITY, -INFINITY };
  double step = step_of (layer), width;

  memset (bins, 0, sizeof *bins);
  for (guint side = 0; side < 2; side++)
    for_each_bin (&detail->histograms[side], detail->zeros[side], extend_cb, &seen);
  if (seen.low > seen.high)
    return;
  width = MAX ((seen.high - seen.low) / (FX_REPORT_MAX_BINS - 2), 1e-30);
  if (step > 0.0)
    width = step * ceil (width / step);
  else
    step = width;
  bins->width = width;
  bins->low = step * (floor (seen.low / step + 0.5) - 0.5);
  bins->n = (guint)CLAMP (floor ((seen.high - bins->low) / width) + 1.0, 1.0, FX_REPORT_MAX_BINS);
  for (guint side = 0; side < 2; side++)
    for_each_bin (&detail->histograms[side], detail->zeros[side], fill_cb, &(Filler){ bins, side });
}
