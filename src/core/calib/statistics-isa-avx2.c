/* Statistics with AVX2.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/statistics-lanes.h"

#include <immintrin.h>

#define SMALLER(a, b) ((Lanes)_mm256_min_ps ((__m256)(a), (__m256)(b)))
#define LARGER(a, b) ((Lanes)_mm256_max_ps ((__m256)(a), (__m256)(b)))

/* The lanes of a set of four, in front. */
static const gint32 orders[16][4] __attribute__ ((aligned (16)))
= { { 0 }, { 0 },    { 1 },    { 0, 1 },    { 2 },    { 0, 2 },    { 1, 2 },    { 0, 1, 2 },
    { 3 }, { 0, 3 }, { 1, 3 }, { 0, 1, 3 }, { 2, 3 }, { 0, 2, 3 }, { 1, 2, 3 }, { 0, 1, 2, 3 } };

ALWAYS_INLINE gsize
keep_lanes (guint32 *kept, __m128 bins, guint lanes)
{
  _mm_storeu_ps ((float *)kept, _mm_permutevar_ps (bins, *(const __m128i *)orders[lanes]));
  return (gsize)__builtin_popcount (lanes);
}

ALWAYS_INLINE gsize
keep_others (guint32 *kept, const Masks *bins, const Masks *zeros)
{
  guint others = (guint)_mm256_movemask_ps ((__m256)*zeros) ^ 0xff;
  gsize n = keep_lanes (kept, _mm256_castps256_ps128 ((__m256)*bins), others & 0xf);

  return n + keep_lanes (kept + n, _mm256_extractf128_ps ((__m256)*bins, 1), others >> 4);
}

#include "core/calib/statistics-loops.h"

const FxStatisticsIsa fx_statistics_avx2 = { "avx2", fx_statistics_has_avx2, moments, moments_across, histogram };
