/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-statistics-kernel.h"

#include <math.h>

#define LANES 8
#define BLOCK 512 /* elements that are summed in float, before the sums go on in double */

typedef float Lanes __attribute__ ((vector_size (32)));
typedef gint32 Masks __attribute__ ((vector_size (32)));
typedef float Unaligned __attribute__ ((vector_size (32), aligned (4), may_alias));

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))
#define SPLAT(x) ((Lanes){ (x), (x), (x), (x), (x), (x), (x), (x) })
#define SELECT(mask, a, b) ((Lanes)(((mask) & (Masks)(a)) | (~(mask) & (Masks)(b))))

static void
add_one (FxMoments *moments, float x)
{
  moments->min = x < moments->min ? x : moments->min;
  moments->max = x > moments->max ? x : moments->max;
  moments->zeros += x == 0.0f;
  moments->finite += fabsf (x) <= G_MAXFLOAT;
  moments->sum += (double)x;
  moments->sum_squares += (double)x * (double)x;
}

/* Whole groups of lanes, at most BLOCK elements. */
ALWAYS_INLINE void
add_block (FxMoments *moments, const float *x, gsize n)
{
  Lanes low = SPLAT (moments->min), high = SPLAT (moments->max), sum = SPLAT (0.0f), squares = SPLAT (0.0f);
  Masks zeros = { 0 }, finite = { 0 };
  const Masks magnitude = (Masks)SPLAT (-0.0f);
  const Lanes largest = SPLAT (G_MAXFLOAT), none = SPLAT (0.0f);
  double total = 0.0, total_squares = 0.0;

  for (gsize i = 0; i < n; i += LANES)
    {
      Lanes v = *(const Unaligned *)(x + i);

      low = SELECT (v < low, v, low);
      high = SELECT (v > high, v, high);
      zeros -= v == none;
      finite -= (Lanes)((Masks)v & ~magnitude) <= largest;
      sum += v;
      squares += v * v;
    }
  for (guint j = 0; j < LANES; j++)
    {
      moments->min = low[j] < moments->min ? low[j] : moments->min;
      moments->max = high[j] > moments->max ? high[j] : moments->max;
      moments->zeros += (guint32)zeros[j];
      moments->finite += (guint32)finite[j];
      total += (double)sum[j];
      total_squares += (double)squares[j];
    }
  if (!isfinite (total) || !isfinite (total_squares)) /* squares of over 10¹⁹ pass the range of a float */
    {
      total = total_squares = 0.0;
      for (gsize i = 0; i < n; i++)
        {
          total += (double)x[i];
          total_squares += (double)x[i] * (double)x[i];
        }
    }
  moments->sum += total;
  moments->sum_squares += total_squares;
}

ALWAYS_INLINE void
moments_body (const float *x, gsize n, FxMoments *moments)
{
  gsize whole = n - n % LANES;

  *moments = (FxMoments){ .min = G_MAXFLOAT, .max = -G_MAXFLOAT };
  for (gsize i = 0; i < whole; i += BLOCK)
    add_block (moments, x + i, MIN (BLOCK, whole - i));
  for (gsize i = whole; i < n; i++)
    add_one (moments, x[i]);
}

ALWAYS_INLINE guint32
bin_of (float x, float inverse_width, guint bins)
{
  float at = fabsf (x) * inverse_width, last = (float)(bins - 1);

  return (guint32)(at < last ? at : last) + (x < 0.0f ? bins : 0);
}

ALWAYS_INLINE void
histogram_body (const float *x, gsize n, float inverse_width, guint bins, guint32 *tables[FX_KERNEL_TABLES])
{
  const Masks magnitude = (Masks)SPLAT (-0.0f), side = (Masks){ 0 } + (gint32)bins;
  const Lanes width = SPLAT (inverse_width), last = SPLAT ((float)(bins - 1)), none = SPLAT (0.0f);
  guint32 *a = tables[0], *b = tables[1], *c = tables[2], *d = tables[3];
  gsize whole = n - n % LANES;

  for (gsize i = 0; i < whole; i += LANES)
    {
      Lanes v = *(const Unaligned *)(x + i);
      Lanes at = (Lanes)((Masks)v & ~magnitude) * width;
      Masks bin = __builtin_convertvector(SELECT (at < last, at, last), Masks) + ((v < none) & side);

      a[bin[0]]++;
      b[bin[1]]++;
      c[bin[2]]++;
      d[bin[3]]++;
      a[bin[4]]++;
      b[bin[5]]++;
      c[bin[6]]++;
      d[bin[7]]++;
    }
  for (gsize i = whole; i < n; i++)
    a[bin_of (x[i], inverse_width, bins)]++;
}

#ifdef __x86_64__
#define HAS_AVX2 __builtin_cpu_supports ("avx2")

__attribute__ ((target ("avx2"))) static void
moments_avx2 (const float *x, gsize n, FxMoments *moments)
{
  moments_body (x, n, moments);
}

__attribute__ ((target ("avx2"))) static void
histogram_avx2 (const float *x, gsize n, float inverse_width, guint bins, guint32 *tables[FX_KERNEL_TABLES])
{
  histogram_body (x, n, inverse_width, bins, tables);
}
#else
#define HAS_AVX2 FALSE
#define moments_avx2 moments_body
#define histogram_avx2 histogram_body
#endif

void
fx_kernel_moments (const float *x, gsize n, FxMoments *moments)
{
  if (HAS_AVX2)
    moments_avx2 (x, n, moments);
  else
    moments_body (x, n, moments);
}

void
fx_kernel_histogram (const float *x, gsize n, float inverse_width, guint bins, guint32 *tables[FX_KERNEL_TABLES])
{
  if (HAS_AVX2)
    histogram_avx2 (x, n, inverse_width, bins, tables);
  else
    histogram_body (x, n, inverse_width, bins, tables);
}
