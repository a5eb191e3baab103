/* Statistics on any CPU.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/statistics-lanes.h"

#define SMALLER(a, b) SELECT ((a) < (b), a, b)
#define LARGER(a, b) SELECT ((a) > (b), a, b)

ALWAYS_INLINE gsize
keep_others (guint32 *kept, const Masks *bins, const Masks *zeros)
{
  gsize n = 0;

  for (guint l = 0; l < LANES; l++)
    {
      kept[n] = (guint32)(*bins)[l];
      n += (gsize)((*zeros)[l] + 1);
    }
  return n;
}

#include "core/calib/statistics-loops.h"

const FxStatisticsIsa fx_statistics_plain = { "plain", fx_statistics_has_plain, moments, moments_across, histogram };
