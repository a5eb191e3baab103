/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-statistics-kernel.h"

#include <math.h>

#define LANES 8
#define BLOCK 512 /* elements that are summed in float, before the sums go on in double */

typedef float Lanes __attribute__ ((vector_size (32)));
typedef gint32 Masks __attribute__ ((vector_size (32)));
typedef double Doubles __attribute__ ((vector_size (64)));
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

/* What the lanes of a block have gathered. */
typedef struct
{
  Lanes low, high, sum, squares;
  Masks zeros, finite; /* minus how many */
} Gathered;

/* The lanes of `live` count, but for the ends, which those of others may move, too. */
ALWAYS_INLINE void
add_lanes (Gathered *g, const float *x, const Masks *live)
{
  const Masks magnitude = (Masks)SPLAT (-0.0f);
  Lanes v = *(const Unaligned *)x, counted = (Lanes)((Masks)v & *live);

  g->low = SELECT (v < g->low, v, g->low);
  g->high = SELECT (v > g->high, v, g->high);
  g->zeros += (v == SPLAT (0.0f)) & *live;
  g->finite += ((Lanes)((Masks)v & ~magnitude) <= SPLAT (G_MAXFLOAT)) & *live;
  g->sum += counted;
  g->squares += counted * counted;
}

/* Adds what other lanes have gathered. */
ALWAYS_INLINE void
add_gathered (Gathered *g, const Gathered *other)
{
  g->low = SELECT (other->low < g->low, other->low, g->low);
  g->high = SELECT (other->high > g->high, other->high, g->high);
  g->zeros += other->zeros;
  g->finite += other->finite;
  g->sum += other->sum;
  g->squares += other->squares;
}

/* Planes of a few dozen elements are common, so that this matters as much as the elements. */
ALWAYS_INLINE float
smallest_lane (const Lanes *lanes)
{
  Lanes v = *lanes, other = __builtin_shuffle (v, (Masks){ 4, 5, 6, 7, 0, 1, 2, 3 });

  v = SELECT (other < v, other, v);
  other = __builtin_shuffle (v, (Masks){ 2, 3, 0, 1, 6, 7, 4, 5 });
  v = SELECT (other < v, other, v);
  return v[1] < v[0] ? v[1] : v[0];
}

ALWAYS_INLINE gint32
sum_masks (const Masks *masks)
{
  Masks v = *masks;

  v += __builtin_shuffle (v, (Masks){ 4, 5, 6, 7, 0, 1, 2, 3 });
  v += __builtin_shuffle (v, (Masks){ 2, 3, 0, 1, 6, 7, 4, 5 });
  return v[0] + v[1];
}

ALWAYS_INLINE double
sum_lanes (const Lanes *v)
{
  Doubles wide = __builtin_convertvector(*v, Doubles);

  return ((wide[0] + wide[4]) + (wide[2] + wide[6])) + ((wide[1] + wide[5]) + (wide[3] + wide[7]));
}

/* At least a group of lanes, at most BLOCK elements. What is left behind whole groups is read with elements before it
 * that were counted already. */
ALWAYS_INLINE void
add_block (FxMoments *moments, const float *x, gsize n)
{
  const Masks index = { 0, 1, 2, 3, 4, 5, 6, 7 }, all = (Masks){ 0 } - 1;
  Gathered g = { .low = SPLAT (moments->min), .high = SPLAT (moments->max) }, other = { .low = g.low, .high = g.high };
  gsize i = 0;
  double total, total_squares;
  float low, high;

  for (; i + 2 * LANES <= n; i += 2 * LANES) /* two sums, as one waits for itself */
    {
      add_lanes (&g, x + i, &all);
      add_lanes (&other, x + i + LANES, &all);
    }
  add_gathered (&g, &other);
  for (; i + LANES <= n; i += LANES)
    add_lanes (&g, x + i, &all);
  if (i < n)
    {
      Masks behind = index >= (gint32)(LANES - (n - i));

      add_lanes (&g, x + n - LANES, &behind);
    }
  g.high = -g.high;
  low = smallest_lane (&g.low);
  high = -smallest_lane (&g.high);
  moments->min = low < moments->min ? low : moments->min;
  moments->max = high > moments->max ? high : moments->max;
  moments->zeros += (guint32)-sum_masks (&g.zeros);
  moments->finite += (guint32)-sum_masks (&g.finite);
  total = sum_lanes (&g.sum);
  total_squares = sum_lanes (&g.squares);
  if (!isfinite (total) || !isfinite (total_squares)) /* squares of over 10¹⁹ pass the range of a float */
    {
      total = total_squares = 0.0;
      for (gsize k = 0; k < n; k++)
        {
          total += (double)x[k];
          total_squares += (double)x[k] * (double)x[k];
        }
    }
  moments->sum += total;
  moments->sum_squares += total_squares;
}

/* The last block may be one longer than the others by less than a group of lanes, so that none is shorter than that. */
ALWAYS_INLINE void
moments_body (const float *x, gsize n, FxMoments *moments)
{
  *moments = (FxMoments){ .min = G_MAXFLOAT, .max = -G_MAXFLOAT };
  if (n < LANES)
    {
      for (gsize i = 0; i < n; i++)
        add_one (moments, x[i]);
      return;
    }
  for (gsize i = 0, size; i < n; i += size)
    {
      size = n - i < BLOCK + LANES ? n - i : BLOCK;
      add_block (moments, x + i, size);
    }
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
