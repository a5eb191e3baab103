/* Which instruction sets are compiled in, which one runs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-statistics-kernel.h"

#include "core/calib/statistics-isa.h"

const FxStatisticsIsa *const fx_statistics_isas[] = {
#ifdef __x86_64__
  &fx_statistics_avx2,
#endif
  &fx_statistics_plain,
  NULL,
};

gboolean
fx_statistics_has_plain (void)
{
  return TRUE;
}

#ifdef __x86_64__
gboolean
fx_statistics_has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2");
}
#endif

static const FxStatisticsIsa *
pick (void)
{
  static gsize picked = 0;

  if (g_once_init_enter (&picked))
    {
      guint i = 0;

      while (!fx_statistics_isas[i]->available ())
        i++;
      g_once_init_leave (&picked, (gsize)fx_statistics_isas[i]);
    }
  return (const FxStatisticsIsa *)picked;
}

void
fx_kernel_moments (const float *x, gsize n, FxMoments *moments)
{
  pick ()->moments (x, n, moments);
}

void
fx_kernel_moments_across (const float *x, gsize step, gsize n, gsize n_channels, FxMoments *moments)
{
  pick ()->moments_across (x, step, n, n_channels, moments);
}

void
fx_kernel_histogram (const float *x, gsize n, float inverse_width, guint bins, guint32 *tables[FX_KERNEL_TABLES])
{
  pick ()->histogram (x, n, inverse_width, bins, tables);
}
