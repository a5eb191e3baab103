/* Statistics with AVX2 and BMI2.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/statistics-lanes.h"

#include <immintrin.h>

#define SMALLER(a, b) ((Lanes)_mm256_min_ps ((__m256)(a), (__m256)(b)))
#define LARGER(a, b) ((Lanes)_mm256_max_ps ((__m256)(a), (__m256)(b)))

ALWAYS_INLINE gsize
keep_others (guint32 *kept, const Masks *bins, const Masks *zeros)
{
  guint others = ~(guint)_mm256_movemask_ps ((__m256)*zeros) & 0xff;
  guint64 bytes
      = _pdep_u64 (others, G_GUINT64_CONSTANT (0x0101010101010101)) * 0xff; /* of each lane, all bits or none */
  guint64 lanes = _pext_u64 (G_GUINT64_CONSTANT (0x0706050403020100), bytes);
  __m256i order = _mm256_cvtepu8_epi32 (_mm_cvtsi64_si128 ((gint64)lanes));

  _mm256_storeu_si256 ((__m256i *)kept, _mm256_permutevar8x32_epi32 ((__m256i)*bins, order));
  return (gsize)__builtin_popcount (others);
}

#include "core/calib/statistics-loops.h"

const FxStatisticsIsa fx_statistics_avx2 = { "avx2", fx_statistics_has_avx2, moments, moments_across, histogram };
