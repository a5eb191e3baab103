/* Inner loops for AVX2: vpmaddwd on activations and weights widened to 16 bits, which is exact for all of them
 * (vpmaddubsw saturates and is not).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-plain.h"

#include <immintrin.h>
#include <string.h>

#define ROWS 6
#define COLUMNS 16
#define DEPTH 2

static inline gint32
load_pair (const char *at)
{
  gint32 pair;

  memcpy (&pair, at, sizeof pair);
  return pair;
}

static void
widen (void *to, const gint8 *from, gsize n)
{
  gint16 *wide = to;

  for (gsize i = 0; i < n; i += 16)
    _mm256_storeu_si256 ((__m256i *)(wide + i), _mm256_cvtepi8_epi16 (_mm_loadu_si128 ((const __m128i *)(from + i))));
}

/* n is a multiple of 32 */
static void
unpack (void *to, const gint8 *from, gsize n)
{
  gint16 *wide = to;

  for (gsize i = 0; i < n; i += 16)
    _mm256_store_si256 ((__m256i *)(wide + i), _mm256_cvtepi8_epi16 (_mm_load_si128 ((const __m128i *)(from + i))));
}

/* Two vectors of eight sums for each of `rows` rows: with 6 rows 12 of the 16 registers. */
static inline __attribute__ ((always_inline)) void
tile_rows (const FxInt8Tile *tile, const guint rows)
{
  const char *a0 = tile->a, *a3 = a0 + 3 * tile->a_stride;
  const gsize stride = tile->a_stride;
  const gint16 *b = tile->b;
  const gint32 *start = tile->start;
  __m256i sums[ROWS][2];

#pragma GCC unroll 6
  for (guint r = 0; r < rows; r++)
    {
      const gint32 *from = start != NULL ? start : tile->sums + r * COLUMNS;

      sums[r][0] = _mm256_loadu_si256 ((const __m256i *)from);
      sums[r][1] = _mm256_loadu_si256 ((const __m256i *)(from + 8));
    }
  for (gsize s = tile->steps; s > 0; s--)
    {
      __m256i b0 = _mm256_load_si256 ((const __m256i *)b), b1 = _mm256_load_si256 ((const __m256i *)(b + 16));

#pragma GCC unroll 6
      for (guint r = 0; r < rows; r++)
        {
          __m256i pair = _mm256_set1_epi32 (load_pair (r < 3 ? a0 + r * stride : a3 + (r - 3) * stride));

          sums[r][0] = _mm256_add_epi32 (sums[r][0], _mm256_madd_epi16 (pair, b0));
          sums[r][1] = _mm256_add_epi32 (sums[r][1], _mm256_madd_epi16 (pair, b1));
        }
      a0 += DEPTH * sizeof (gint16);
      a3 += DEPTH * sizeof (gint16);
      b += DEPTH * COLUMNS;
    }
#pragma GCC unroll 6
  for (guint r = 0; r < rows; r++)
    {
      _mm256_storeu_si256 ((__m256i *)(tile->sums + r * COLUMNS), sums[r][0]);
      _mm256_storeu_si256 ((__m256i *)(tile->sums + r * COLUMNS + 8), sums[r][1]);
    }
}

static void
tile (const FxInt8Tile *tile)
{
  switch (tile->rows)
    {
    case 6: tile_rows (tile, 6); break;
    case 5: tile_rows (tile, 5); break;
    case 4: tile_rows (tile, 4); break;
    case 3: tile_rows (tile, 3); break;
    case 2: tile_rows (tile, 2); break;
    default: tile_rows (tile, 1); break;
    }
}

/* The constants of eight columns; products are made for even and odd lanes apart. */
typedef struct
{
  __m256i multiplier, odd_multiplier, shift, odd_shift;
  __m256i half, odd_half; /* 2^(shift - 1); less 1 in the rule with ties */
  __m256i offset;         /* 2^(63 - shift) modulo 2^32 */
  __m256i limit;
} Factors;

static inline __m256i
half_of (__m256i shift, gboolean simple)
{
  const __m256i one = _mm256_set1_epi64x (1);
  __m256i half = _mm256_sllv_epi64 (one, _mm256_sub_epi64 (shift, one));

  return simple ? half : _mm256_add_epi64 (half, _mm256_set1_epi64x (G_MAXINT64)); /* - 1 + 2^63 */
}

static inline __attribute__ ((always_inline)) Factors
load_factors (const FxInt8Columns *columns, guint first, gboolean simple)
{
  const __m256i sign = _mm256_set1_epi64x (G_MININT64);
  __m256i shift = _mm256_loadu_si256 ((const __m256i *)(columns->shift + first));
  Factors f;

  f.multiplier = _mm256_loadu_si256 ((const __m256i *)(columns->multiplier + first));
  f.odd_multiplier = _mm256_srli_epi64 (f.multiplier, 32);
  f.shift = _mm256_and_si256 (shift, _mm256_set1_epi64x (0xffffffff));
  f.odd_shift = _mm256_srli_epi64 (shift, 32);
  f.half = half_of (f.shift, simple);
  f.odd_half = half_of (f.odd_shift, simple);
  if (simple)
    {
      f.shift = _mm256_sub_epi32 (shift, _mm256_set1_epi32 (32)); /* of the upper halves */
      return f;
    }
  f.offset = _mm256_blend_epi32 (_mm256_srlv_epi64 (sign, f.shift),
                                 _mm256_slli_epi64 (_mm256_srlv_epi64 (sign, f.odd_shift), 32), 0xaa);
  f.limit = columns->limit != NULL ? _mm256_loadu_si256 ((const __m256i *)(columns->limit + first))
                                   : _mm256_set1_epi32 (G_MAXINT32);
  return f;
}

/* Low 32 bits of (product + 2^63) >> shift, rounded to nearest, ties to even: AVX2 has no arithmetic shift of 64 bits.
 */
static inline __m256i
round_shift (__m256i product, __m256i shift, __m256i half)
{
  __m256i odd = _mm256_and_si256 (_mm256_srlv_epi64 (product, shift), _mm256_set1_epi64x (1));

  return _mm256_srlv_epi64 (_mm256_add_epi64 (_mm256_add_epi64 (product, half), odd), shift);
}

/* Eight sums scaled to 32 bits, by the whole rule … */
static inline __m256i
scale_eight (const Factors *f, __m256i sum)
{
  __m256i even, odd;

  sum = _mm256_max_epi32 (_mm256_min_epi32 (sum, f->limit), _mm256_xor_si256 (f->limit, _mm256_set1_epi32 (-1)));
  even = round_shift (_mm256_mul_epi32 (sum, f->multiplier), f->shift, f->half);
  odd = round_shift (_mm256_mul_epi32 (_mm256_srli_epi64 (sum, 32), f->odd_multiplier), f->odd_shift, f->odd_half);
  return _mm256_sub_epi32 (_mm256_blend_epi32 (even, _mm256_slli_epi64 (odd, 32), 0xaa), f->offset);
}

/* … and where columns are simple: the upper halves of the products suffice. */
static inline __m256i
scale_eight_simple (const Factors *f, __m256i sum)
{
  __m256i even = _mm256_add_epi64 (_mm256_mul_epi32 (sum, f->multiplier), f->half);
  __m256i odd = _mm256_add_epi64 (_mm256_mul_epi32 (_mm256_srli_epi64 (sum, 32), f->odd_multiplier), f->odd_half);

  return _mm256_srav_epi32 (_mm256_blend_epi32 (_mm256_srli_epi64 (even, 32), odd, 0xaa), f->shift);
}

/* What results of one kind have in common. */
typedef struct
{
  __m256i zero_point, low, high;
  gboolean simple, narrow; /* narrow: to 8 bits */
} Target;

/* Sixteen results of one row, in order; narrow ones in the lower half. Saturating to 16 bits before the zero point is
 * added changes nothing: it is 0, or the result has 8 bits. */
static inline __attribute__ ((always_inline)) __m256i
scale_sixteen (const Factors f[2], const Target *target, const gint32 *sums)
{
  __m256i first = _mm256_loadu_si256 ((const __m256i *)sums), second = _mm256_loadu_si256 ((const __m256i *)(sums + 8));
  __m256i packed = target->simple
                       ? _mm256_packs_epi32 (scale_eight_simple (&f[0], first), scale_eight_simple (&f[1], second))
                       : _mm256_packs_epi32 (scale_eight (&f[0], first), scale_eight (&f[1], second));

  packed = _mm256_adds_epi16 (packed, target->zero_point);
  packed = _mm256_min_epi16 (_mm256_max_epi16 (packed, target->low), target->high);
  packed = _mm256_permute4x64_epi64 (packed, 0xd8);
  if (target->narrow)
    packed = _mm256_castsi128_si256 (
        _mm_packs_epi16 (_mm256_castsi256_si128 (packed), _mm256_extracti128_si256 (packed, 1)));
  return packed;
}

static inline __attribute__ ((always_inline)) void
requantize (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride, guint rows, void *y,
            gsize y_stride, gsize size, gboolean simple)
{
  const Target target = { _mm256_set1_epi16 ((gint16)columns->zero_point), _mm256_set1_epi16 ((gint16)columns->low),
                          _mm256_set1_epi16 ((gint16)columns->high), simple, size == 1 };

  for (guint c = 0; c < n_columns; c += 16)
    {
      const Factors factors[2] = { load_factors (columns, c, simple), load_factors (columns, c + 8, simple) };
      const guint n = MIN (16, n_columns - c);
      char *to = (char *)y + c * size;

      for (guint r = 0; r < rows; r++, to += y_stride * size)
        {
          __m256i result = scale_sixteen (factors, &target, sums + r * sums_stride + c);
          gint16 part[16];

          if (n == 16 && size == 1)
            _mm_storeu_si128 ((__m128i *)to, _mm256_castsi256_si128 (result));
          else if (n == 16)
            _mm256_storeu_si256 ((__m256i *)to, result);
          else
            {
              _mm256_storeu_si256 ((__m256i *)part, result);
              memcpy (to, part, n * size);
            }
        }
    }
}

static void
requantize_s8 (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride, guint rows,
               gint8 *y, gsize y_stride)
{
  if (columns->simple)
    requantize (columns, n_columns, sums, sums_stride, rows, y, y_stride, sizeof *y, TRUE);
  else
    requantize (columns, n_columns, sums, sums_stride, rows, y, y_stride, sizeof *y, FALSE);
}

static void
requantize_s16 (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride, guint rows,
                gint16 *y, gsize y_stride)
{
  if (columns->simple)
    requantize (columns, n_columns, sums, sums_stride, rows, y, y_stride, sizeof *y, TRUE);
  else
    requantize (columns, n_columns, sums, sums_stride, rows, y, y_stride, sizeof *y, FALSE);
}

/* Two taps of sixteen channels: bytes interleaved to pairs, widened, multiplied with the pairs of weights. */
static inline void
add_taps (__m128i first, __m128i second, const gint16 *weights, __m256i sums[2])
{
  __m256i low = _mm256_cvtepi8_epi16 (_mm_unpacklo_epi8 (first, second));
  __m256i high = _mm256_cvtepi8_epi16 (_mm_unpackhi_epi8 (first, second));

  sums[0] = _mm256_add_epi32 (sums[0], _mm256_madd_epi16 (low, _mm256_load_si256 ((const __m256i *)weights)));
  sums[1] = _mm256_add_epi32 (sums[1], _mm256_madd_epi16 (high, _mm256_load_si256 ((const __m256i *)(weights + 16))));
}

static inline __m128i
load_part (const gint8 *from, gsize n)
{
  gint8 bytes[16] = { 0 };

  memcpy (bytes, from, n);
  return _mm_loadu_si128 ((const __m128i *)bytes);
}

static inline __attribute__ ((always_inline)) void
depthwise_block (const gint8 *const *taps, const guint n_pairs, guint n_pixels, gsize first, guint n_channels,
                 const gint16 *weights, const gint32 *start, gint32 *sums)
{
  const __m256i start0 = _mm256_load_si256 ((const __m256i *)start);
  const __m256i start1 = _mm256_load_si256 ((const __m256i *)(start + 8));

  for (guint pixel = 0; pixel < n_pixels; pixel++, taps += 2 * n_pairs, sums += 16)
    {
      __m256i block[2] = { start0, start1 };

      if (n_channels == 16)
#pragma GCC unroll 5
        for (guint p = 0; p < n_pairs; p++)
          add_taps (_mm_loadu_si128 ((const __m128i *)(taps[2 * p] + first)),
                    _mm_loadu_si128 ((const __m128i *)(taps[2 * p + 1] + first)), weights + p * 32, block);
      else
        for (guint p = 0; p < n_pairs; p++)
          add_taps (load_part (taps[2 * p] + first, n_channels), load_part (taps[2 * p + 1] + first, n_channels),
                    weights + p * 32, block);
      _mm256_store_si256 ((__m256i *)sums, block[0]);
      _mm256_store_si256 ((__m256i *)(sums + 8), block[1]);
    }
}

/* Windows of 3 × 3 are unrolled. */
static void
depthwise (const gint8 *const *taps, guint n_pairs, guint n_pixels, gsize first, guint n_channels,
           const gint16 *weights, const gint32 *start, gint32 *sums)
{
  if (n_pairs == 5 && n_channels == 16)
    depthwise_block (taps, 5, n_pixels, first, 16, weights, start, sums);
  else
    depthwise_block (taps, n_pairs, n_pixels, first, n_channels, weights, start, sums);
}

/* A column of three pixels, of eight channels and eight more: the upper two as pairs of s16, the last one as s32, which
 * is a pair whose second one meets a weight of 0. */
typedef struct
{
  __m256i upper[2], last[2];
} Column;

static inline __attribute__ ((always_inline)) Column
load_column (const gint8 *const *pixels, gsize first, guint n_channels)
{
  __m128i x[3];

  for (guint i = 0; i < 3; i++)
    x[i] = n_channels == 16 ? _mm_loadu_si128 ((const __m128i *)(pixels[i] + first))
                            : load_part (pixels[i] + first, n_channels);
  return (Column){ { _mm256_cvtepi8_epi16 (_mm_unpacklo_epi8 (x[0], x[1])),
                     _mm256_cvtepi8_epi16 (_mm_unpackhi_epi8 (x[0], x[1])) },
                   { _mm256_cvtepi8_epi32 (x[2]), _mm256_cvtepi8_epi32 (_mm_srli_si128 (x[2], 8)) } };
}

static inline __attribute__ ((always_inline)) void
add_column (__m256i sums[2], const Column *column, const gint16 *weights)
{
  const __m256i *w = (const __m256i *)weights;

  for (guint i = 0; i < 2; i++)
    {
      sums[i] = _mm256_add_epi32 (sums[i], _mm256_madd_epi16 (column->upper[i], _mm256_load_si256 (w + i)));
      sums[i] = _mm256_add_epi32 (sums[i], _mm256_madd_epi16 (column->last[i], _mm256_load_si256 (w + 2 + i)));
    }
}

static inline __attribute__ ((always_inline)) void
columns_block (const gint8 *const *columns, const guint stride, guint n_pixels, gsize first, const guint n_channels,
               const gint16 *weights, const gint32 *start, gint32 *sums)
{
  const __m256i start0 = _mm256_load_si256 ((const __m256i *)start);
  const __m256i start1 = _mm256_load_si256 ((const __m256i *)(start + 8));
  Column left = load_column (columns, first, n_channels), middle = load_column (columns + 3, first, n_channels);

  for (guint pixel = 0; pixel < n_pixels; pixel++, columns += 3 * stride, sums += 16)
    {
      __m256i block[2] = { start0, start1 };
      Column right;

      if (stride == 2 && pixel > 0)
        middle = load_column (columns + 3, first, n_channels);
      right = load_column (columns + 6, first, n_channels);
      add_column (block, &left, weights);
      add_column (block, &middle, weights + 64);
      add_column (block, &right, weights + 128);
      _mm256_store_si256 ((__m256i *)sums, block[0]);
      _mm256_store_si256 ((__m256i *)(sums + 8), block[1]);
      left = stride == 1 ? middle : right;
      middle = right;
    }
}

static void
depthwise_3x3 (const gint8 *const *columns, guint stride, guint n_pixels, gsize first, guint n_channels,
               const gint16 *weights, const gint32 *start, gint32 *sums)
{
  if (n_channels != 16)
    columns_block (columns, stride, n_pixels, first, n_channels, weights, start, sums);
  else if (stride == 1)
    columns_block (columns, 1, n_pixels, first, 16, weights, start, sums);
  else
    columns_block (columns, 2, n_pixels, first, 16, weights, start, sums);
}

/* ---- add ---- */

/* Pairs of 16-bit factors for vpmaddwd: the parts of a's and of b's, see plain_add(). */
typedef struct
{
  __m256i high, low, mask, one, below_half;
  __m128i shift;
} AddFactors;

static inline __m256i
pair_of (gint32 a, gint32 b)
{
  return _mm256_set1_epi32 ((gint32)((guint32)(a & 0xffff) | (guint32)b << 16));
}

static inline AddFactors
add_factors (const FxInt8Add *add)
{
  const gint32 mask = (1 << FX_REQUANT_PAIR_LOW) - 1, shift = add->factors.shift - FX_REQUANT_PAIR_LOW;
  const gint32 a = add->factors.a_multiplier, b = add->factors.b_multiplier;

  return (AddFactors){ .high = pair_of (a >> FX_REQUANT_PAIR_LOW, b >> FX_REQUANT_PAIR_LOW),
                       .low = pair_of (a & mask, b & mask),
                       .mask = _mm256_set1_epi32 (mask),
                       .one = _mm256_set1_epi32 (1),
                       .below_half = _mm256_set1_epi32 ((1 << (shift - 1)) - 1),
                       .shift = _mm_cvtsi32_si128 (shift) };
}

/* Eight sums of a pair each, rounded. */
static inline __m256i
add_eight (const AddFactors *f, __m256i pairs)
{
  __m256i low = _mm256_madd_epi16 (pairs, f->low);
  __m256i sum = _mm256_add_epi32 (_mm256_madd_epi16 (pairs, f->high), _mm256_srai_epi32 (low, FX_REQUANT_PAIR_LOW));
  __m256i exact = _mm256_cmpeq_epi32 (_mm256_and_si256 (low, f->mask), _mm256_setzero_si256 ());
  __m256i up = _mm256_or_si256 (_mm256_and_si256 (_mm256_sra_epi32 (sum, f->shift), f->one),
                                _mm256_andnot_si256 (exact, f->one));

  return _mm256_sra_epi32 (_mm256_add_epi32 (_mm256_add_epi32 (sum, f->below_half), up), f->shift);
}

static inline __m256i
load_centered (const gint8 *from, __m256i zero_point)
{
  return _mm256_sub_epi16 (_mm256_cvtepi8_epi16 (_mm_loadu_si128 ((const __m128i *)from)), zero_point);
}

static void
add (const FxInt8Add *params, const gint8 *a, const gint8 *b, gint8 *y, gsize n)
{
  const AddFactors f = add_factors (params);
  const __m256i a_zero = _mm256_set1_epi16 ((gint16)params->a_zero_point);
  const __m256i b_zero = _mm256_set1_epi16 ((gint16)params->b_zero_point);
  const __m256i zero_point = _mm256_set1_epi16 ((gint16)params->zero_point);
  const __m256i low = _mm256_set1_epi16 ((gint16)params->low), high = _mm256_set1_epi16 ((gint16)params->high);
  gsize i = 0;

  for (; i + 16 <= n; i += 16)
    {
      __m256i left = load_centered (a + i, a_zero), right = load_centered (b + i, b_zero);
      __m256i packed = _mm256_packs_epi32 (add_eight (&f, _mm256_unpacklo_epi16 (left, right)),
                                           add_eight (&f, _mm256_unpackhi_epi16 (left, right)));

      packed = _mm256_adds_epi16 (packed, zero_point);
      packed = _mm256_min_epi16 (_mm256_max_epi16 (packed, low), high);
      _mm_storeu_si128 ((__m128i *)(y + i),
                        _mm_packs_epi16 (_mm256_castsi256_si128 (packed), _mm256_extracti128_si256 (packed, 1)));
    }
  plain_add (params, a + i, b + i, y + i, n - i);
}

const FxInt8Isa fx_int8_avx2 = {
  .name = "avx2",
  .supported = fx_int8_has_avx2,
  .tile_rows = ROWS,
  .tile_columns = COLUMNS,
  .depth = DEPTH,
  .activation_bytes = sizeof (gint16),
  .widen = widen,
  .unpack = unpack,
  .tile = tile,
  .requantize_s8 = requantize_s8,
  .requantize_s16 = requantize_s16,
  .depthwise = depthwise,
  .depthwise_3x3 = depthwise_3x3,
  .add = add,
  .multiply = plain_multiply,
  .maximum = plain_maximum,
  .accumulate = plain_accumulate,
  .blend_s8 = plain_blend_s8,
  .blend_s32 = plain_blend_s32,
  .quantize = plain_quantize,
};
