/* The magnitude that a given share of all elements does not exceed; for asymmetric ranges, of either side by itself.
 * Zeros are elements like others.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-thresholds.h"

/* The edge of the bin above which at most `allowed` elements lie; 0 if that is none. */
static double
edge_with_tail (const FxHistogram *histogram, const guint64 *counts, double allowed)
{
  guint64 above = 0;

  for (guint k = FX_HISTOGRAM_BINS; k-- > 0;)
    {
      above += counts[k];
      if ((double)above > allowed)
        return fx_histogram_edge (histogram, k);
    }
  return 0.0;
}

static void
compute (const FxTensorStatistics *tensor, const FxThresholdOptions *options, FxRange *range)
{
  const FxHistogram *histogram = &tensor->histogram;
  double allowed = (double)tensor->count * (1.0 - options->percentile / 100.0);
  g_autofree guint64 *folded = g_new (guint64, FX_HISTOGRAM_BINS);

  if (options->asymmetric)
    {
      if (histogram->positive != NULL)
        range->high = edge_with_tail (histogram, histogram->positive, allowed);
      if (histogram->negative != NULL)
        range->low = -edge_with_tail (histogram, histogram->negative, allowed);
      return;
    }
  fx_histogram_fold (histogram, folded);
  range->high = edge_with_tail (histogram, folded, allowed);
  range->low = -range->high;
}

const FxThresholdMethod fx_threshold_percentile = {
  .name = "percentile",
  .doc = "The magnitude that a share of the elements does not exceed (99.99 % if not said)",
  .compute = compute,
};
