/* The whole range that was seen: nothing is clipped, and one outlier makes every step large.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-thresholds.h"

static void
compute (const FxTensorStatistics *tensor, const FxThresholdOptions *options, FxRange *range)
{
  *range = (FxRange){ (double)tensor->min, (double)tensor->max };
  if (!options->asymmetric)
    {
      range->high = MAX (range->high, -range->low);
      range->low = -range->high;
    }
}

const FxThresholdMethod fx_threshold_max = {
  .name = "max",
  .doc = "The largest magnitude seen",
  .compute = compute,
};
