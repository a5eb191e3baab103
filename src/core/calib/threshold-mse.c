/* The range with the least mean squared error of rounding and clipping, counted over the bins as if all elements of a
 * bin were in its middle, or spread evenly where a step of the integers is finer than a bin.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-threshold-search.h"

#include <math.h>

/* Bins lowest … highest (outside of 0 to the left and right) in units of steps. */
static double
loss (const FxProfile *profile, guint below, guint above, G_GNUC_UNUSED gconstpointer data)
{
  double step = (double)(below + above) * profile->width / profile->steps;
  double zero_point = rint ((double)below * profile->width / step);
  double lowest = -zero_point, highest = profile->steps - zero_point;
  double bins_per_step = step / profile->width, sum = 0.0, fine = 0.0;
  double first = (0.5 - (double)profile->zero) / bins_per_step;

  if (bins_per_step < 1.0)
    fine = 1.0 / 12.0;
  for (guint i = 0; i < profile->n; i++)
    {
      double x = first + i / bins_per_step, q = MIN (MAX (x, lowest), highest);
      double clipped = x - q, rounded = fine > 0.0 ? 0.0 : x - (floor (q + 0.5));

      sum += profile->counts[i] * (clipped != 0.0 ? clipped * clipped : fine + rounded * rounded);
    }
  return sum * step * step;
}

static void
compute (const FxTensorStatistics *tensor, const FxThresholdOptions *options, FxRange *range)
{
  FxProfile profile;

  fx_profile_init (&profile, tensor, options);
  fx_profile_search (&profile, loss, NULL, range);
  fx_profile_clear (&profile);
  if (!options->asymmetric)
    range->low = -range->high;
}

const FxThresholdMethod fx_threshold_mse = {
  .name = "mse",
  .doc = "The range with the least mean squared error of rounding and clipping",
  .compute = compute,
};
