/* The loops of one instruction set; included once by the file of each, see statistics-lanes.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#define BLOCK 512          /* elements that are summed in float, before the sums go on in double */
#define PHASES (2 * LANES) /* elements so far apart are added to the same sum */
#define MAX_GROUPS 2       /* of LANES channels: a line of the cache */

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
  Masks zeros; /* minus how many */
} Gathered;

/* The lanes of `live` count, but for the ends, which those of others may move, too. */
ALWAYS_INLINE void
add_lanes (Gathered *g, const float *x, const Masks *live)
{
  Lanes v = *(const Unaligned *)x, counted = (Lanes)((Masks)v & *live);

  g->low = SMALLER (v, g->low);
  g->high = LARGER (v, g->high);
  g->zeros += (v == SPLAT (0.0f)) & *live;
  g->sum += counted;
  g->squares += counted * counted;
}

/* Adds what other lanes have gathered. */
ALWAYS_INLINE void
add_gathered (Gathered *g, const Gathered *other)
{
  g->low = SMALLER (other->low, g->low);
  g->high = LARGER (other->high, g->high);
  g->zeros += other->zeros;
  g->sum += other->sum;
  g->squares += other->squares;
}

/* Planes of a few dozen elements are common, so that this matters as much as the elements. */
ALWAYS_INLINE float
smallest_lane (const Lanes *lanes)
{
  Lanes v = *lanes;

  v = SMALLER (__builtin_shuffle (v, (Masks){ 4, 5, 6, 7, 0, 1, 2, 3 }), v);
  v = SMALLER (__builtin_shuffle (v, (Masks){ 2, 3, 0, 1, 6, 7, 4, 5 }), v);
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

/* The sums of n elements. Finite ones in lanes tell that all elements are; but squares of over 10¹⁹ pass the range of a
 * float. */
ALWAYS_INLINE void
add_sums (FxMoments *moments, double total, double total_squares, const float *x, gsize step, gsize n)
{
  gsize finite = n;

  if (!isfinite (total) || !isfinite (total_squares))
    {
      total = total_squares = 0.0;
      finite = 0;
      for (gsize k = 0; k < n; k++)
        {
          double element = (double)x[k * step];

          finite += isfinite (element) != 0;
          total += element;
          total_squares += element * element;
        }
    }
  moments->finite += finite;
  moments->sum += total;
  moments->sum_squares += total_squares;
}

/* At least a group of lanes, at most BLOCK elements. What is left behind whole groups is read with elements before it
 * that were counted already. */
ALWAYS_INLINE void
add_block (FxMoments *moments, const float *x, gsize n)
{
  const Masks index = { 0, 1, 2, 3, 4, 5, 6, 7 }, all = (Masks){ 0 } - 1;
  Gathered g = { .low = SPLAT (moments->min), .high = SPLAT (moments->max) }, other = { .low = g.low, .high = g.high };
  gsize i = 0;
  float low, high;

  for (; i + PHASES <= n; i += PHASES) /* two sums, as one waits for itself */
    {
      add_lanes (&g, x + i, &all);
      add_lanes (&other, x + i + LANES, &all);
    }
  add_gathered (&g, &other);
  if (i + LANES <= n)
    {
      add_lanes (&g, x + i, &all);
      i += LANES;
    }
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
  add_sums (moments, sum_lanes (&g.sum), sum_lanes (&g.squares), x, 1, n);
}

/* The last block may be one longer than the others by less than a group of lanes, so that none is shorter than that. */
ALWAYS_INLINE gsize
block_size (gsize left)
{
  return left < BLOCK + LANES ? left : BLOCK;
}

static void
moments (const float *x, gsize n, FxMoments *moments)
{
  *moments = (FxMoments){ .min = G_MAXFLOAT, .max = -G_MAXFLOAT };
  if (n < LANES)
    for (gsize i = 0; i < n; i++)
      add_one (moments, x[i]);
  else
    for (gsize i = 0, size; i < n; i += size)
      {
        size = block_size (n - i);
        add_block (moments, x + i, size);
      }
  moments->min += 0.0f; /* which zero comes first must not show */
  moments->max += 0.0f;
}

/* ---- channels side by side ---- */

/* The sums that the lanes of add_block() would have, of LANES channels each. */
typedef struct
{
  Lanes sum[LANES], squares[LANES];
} Across;

ALWAYS_INLINE void
add_to_lane (Gathered *g, Across *across, guint lane, const float *x)
{
  const Masks all = (Masks){ 0 } - 1;

  g->sum = across->sum[lane];
  g->squares = across->squares[lane];
  add_lanes (g, x, &all);
  across->sum[lane] = g->sum;
  across->squares[lane] = g->squares;
}

/* The elements of every phase: all but less than PHASES at the end. */
ALWAYS_INLINE void
add_phases (Gathered g[MAX_GROUPS], Across across[MAX_GROUPS], const float *x, gsize step, gsize n, guint groups)
{
  const Masks all = (Masks){ 0 } - 1;

  for (guint phase = 0; phase < PHASES; phase++)
    {
      guint lane = phase % LANES;

      for (guint k = 0; k < groups; k++)
        g[k].sum = g[k].squares = SPLAT (0.0f);
      for (gsize i = phase; i < n; i += PHASES)
        for (guint k = 0; k < groups; k++)
          add_lanes (&g[k], x + i * step + k * LANES, &all);
      for (guint k = 0; k < groups; k++)
        {
          across[k].sum[lane] = phase < LANES ? g[k].sum : across[k].sum[lane] + g[k].sum;
          across[k].squares[lane] = phase < LANES ? g[k].squares : across[k].squares[lane] + g[k].squares;
        }
    }
}

/* As sum_lanes(), of each channel. */
ALWAYS_INLINE void
sum_across (const Lanes v[LANES], Doubles *total)
{
  Doubles wide[LANES];

  for (guint l = 0; l < LANES; l++)
    wide[l] = __builtin_convertvector(v[l], Doubles);
  *total = ((wide[0] + wide[4]) + (wide[2] + wide[6])) + ((wide[1] + wide[5]) + (wide[3] + wide[7]));
}

ALWAYS_INLINE void
add_block_across (FxMoments *moments, Gathered g[MAX_GROUPS], const float *x, gsize step, gsize n, guint groups)
{
  Across across[MAX_GROUPS];
  gsize i = n - n % PHASES;

  add_phases (g, across, x, step, i, groups);
  for (guint k = 0; k < groups; k++)
    {
      Doubles total, total_squares;
      gsize at = i;

      if (at + LANES <= n)
        for (guint l = 0; l < LANES; l++, at++)
          add_to_lane (&g[k], &across[k], l, x + at * step + k * LANES);
      for (guint l = (guint)(LANES - (n - at)); l < LANES; l++, at++)
        add_to_lane (&g[k], &across[k], l, x + at * step + k * LANES);
      sum_across (across[k].sum, &total);
      sum_across (across[k].squares, &total_squares);
      for (guint l = 0; l < LANES; l++)
        {
          moments[k * LANES + l].zeros += (guint32)-g[k].zeros[l];
          add_sums (&moments[k * LANES + l], total[l], total_squares[l], x + k * LANES + l, step, n);
        }
      g[k].zeros = (Masks){ 0 };
    }
}

ALWAYS_INLINE void
groups_across (const float *x, gsize step, gsize n, FxMoments *moments, guint groups)
{
  Gathered g[MAX_GROUPS];

  for (guint k = 0; k < groups; k++)
    g[k] = (Gathered){ .low = SPLAT (G_MAXFLOAT), .high = SPLAT (-G_MAXFLOAT) };
  for (guint c = 0; c < groups * LANES; c++)
    moments[c] = (FxMoments){ 0 };
  for (gsize i = 0, size; i < n; i += size)
    {
      size = block_size (n - i);
      add_block_across (moments, g, x + i * step, step, size, groups);
    }
  for (guint c = 0; c < groups * LANES; c++)
    {
      moments[c].min = g[c / LANES].low[c % LANES] + 0.0f;
      moments[c].max = g[c / LANES].high[c % LANES] + 0.0f;
    }
}

static void
few_across (const float *x, gsize step, gsize n, gsize n_channels, FxMoments *moments_of)
{
  float column[LANES];

  for (gsize c = 0; c < n_channels; c++)
    {
      for (gsize i = 0; i < n; i++)
        column[i] = x[c + i * step];
      moments (column, n, &moments_of[c]);
    }
}

static void
moments_across (const float *x, gsize step, gsize n, gsize n_channels, FxMoments *moments)
{
  gsize c = 0;

  if (n < LANES)
    {
      few_across (x, step, n, n_channels, moments);
      return;
    }
  for (; c + MAX_GROUPS * LANES <= n_channels; c += MAX_GROUPS * LANES)
    groups_across (x + c, step, n, moments + c, MAX_GROUPS);
  for (; c + LANES <= n_channels; c += LANES)
    groups_across (x + c, step, n, moments + c, 1);
  if (c < n_channels) /* some once more */
    groups_across (x + n_channels - LANES, step, n, moments + n_channels - LANES, 1);
}

/* ---- histogram ---- */

ALWAYS_INLINE guint32
bin_of (float x, float inverse_width, guint bins)
{
  float at = fabsf (x) * inverse_width, last = (float)(bins - 1);

  return (guint32)(at < last ? at : last) + (x < 0.0f ? bins : 0);
}

/* The bins of n elements, a multiple of LANES, without those that are 0: half of them after a ReLU. Returns how many.
 */
ALWAYS_INLINE gsize
find_bins (guint32 *kept, const float *x, gsize n, float inverse_width, guint bins)
{
  const Masks magnitude = (Masks)SPLAT (-0.0f), side = (Masks){ 0 } + (gint32)bins;
  const Lanes width = SPLAT (inverse_width), last = SPLAT ((float)(bins - 1)), none = SPLAT (0.0f);
  gsize n_kept = 0;

  for (gsize i = 0; i < n; i += LANES)
    {
      Lanes v = *(const Unaligned *)(x + i), at = SMALLER ((Lanes)((Masks)v & ~magnitude) * width, last);
      Masks bin = __builtin_convertvector(at, Masks) + ((v < none) & side), zeros = v == none;

      n_kept += keep_others (kept + n_kept, &bin, &zeros);
    }
  return n_kept;
}

static void
histogram (const float *x, gsize n, float inverse_width, guint bins, guint32 *tables[FX_KERNEL_TABLES])
{
  guint32 kept[BLOCK + LANES], *a = tables[0], *b = tables[1], *c = tables[2], *d = tables[3];
  gsize whole = n - n % LANES;

  for (gsize i = 0, size; i < whole; i += size)
    {
      gsize n_kept, k = 0;

      size = MIN (BLOCK, whole - i);
      n_kept = find_bins (kept, x + i, size, inverse_width, bins);
      a[0] += (guint32)(size - n_kept);
      for (; k + 4 <= n_kept; k += 4)
        {
          a[kept[k]]++;
          b[kept[k + 1]]++;
          c[kept[k + 2]]++;
          d[kept[k + 3]]++;
        }
      for (; k < n_kept; k++)
        a[kept[k]]++;
    }
  for (gsize i = whole; i < n; i++)
    a[bin_of (x[i], inverse_width, bins)]++;
}
