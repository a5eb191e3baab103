/* Inner loops for AVX-512 with byte and word instructions: vpmaddwd as in isa-avx2.c, twice as wide.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-plain.h"
#include "core/exec/int8/isa-avx512.h"

#ifndef FX_INT8_EMULATED
/* GCC 12 moves half of the sums to memory if it may order multiplication and addition itself. */
#define FX_DOT(sums, a, b)                                                                                             \
  do                                                                                                                   \
    {                                                                                                                  \
      __m512i products;                                                                                                \
                                                                                                                       \
      __asm__("vpmaddwd %2, %3, %1\n\tvpaddd %1, %0, %0" : "+v"(sums), "=&v"(products) : "v"(b), "v"(a));              \
    }                                                                                                                  \
  while (0)
#else
#define FX_DOT(sums, a, b) ((sums) = _mm512_add_epi32 (sums, _mm512_madd_epi16 (a, b)))
#endif

#include "core/exec/int8/isa-avx512-tile.h"

static void
widen (void *to, const gint8 *from, gsize n)
{
  gint16 *wide = to;

  for (gsize i = 0; i < n; i += 32)
    _mm512_storeu_si512 (wide + i, _mm512_cvtepi8_epi16 (_mm256_loadu_si256 ((const __m256i *)(from + i))));
}

/* n is a multiple of 64 */
static void
unpack (void *to, const gint8 *from, gsize n)
{
  widen (to, from, n);
}

/* The constants of sixteen columns; products are made for even and odd lanes apart. */
typedef struct
{
  __m512i multiplier, odd_multiplier, shift, odd_shift;
  __m512i half, odd_half; /* 2^(shift - 1); less 1 in the rule with ties */
  __m512i limit;
} Factors;

static inline __m512i
half_of (__m512i shift, gboolean simple)
{
  const __m512i one = _mm512_set1_epi64 (1);
  __m512i half = _mm512_sllv_epi64 (one, _mm512_sub_epi64 (shift, one));

  return simple ? half : _mm512_sub_epi64 (half, one);
}

static inline __attribute__ ((always_inline)) Factors
load_factors (const FxInt8Columns *columns, guint first, gboolean simple)
{
  __m512i shift = _mm512_loadu_si512 (columns->shift + first);
  Factors f;

  f.multiplier = _mm512_loadu_si512 (columns->multiplier + first);
  f.odd_multiplier = _mm512_srli_epi64 (f.multiplier, 32);
  f.shift = _mm512_and_si512 (shift, _mm512_set1_epi64 (0xffffffff));
  f.odd_shift = _mm512_srli_epi64 (shift, 32);
  f.half = half_of (f.shift, simple);
  f.odd_half = half_of (f.odd_shift, simple);
  f.limit = columns->limit != NULL ? _mm512_loadu_si512 (columns->limit + first) : _mm512_set1_epi32 (G_MAXINT32);
  if (simple)
    f.shift = _mm512_sub_epi32 (shift, _mm512_set1_epi32 (32)); /* of the upper halves */
  return f;
}

/* product × 2^-shift to nearest, ties to even */
static inline __m512i
round_shift (__m512i product, __m512i shift, __m512i half)
{
  __m512i odd = _mm512_and_si512 (_mm512_srlv_epi64 (product, shift), _mm512_set1_epi64 (1));

  return _mm512_srav_epi64 (_mm512_add_epi64 (_mm512_add_epi64 (product, half), odd), shift);
}

/* Sixteen sums scaled to 32 bits, by the whole rule … */
static inline __m512i
scale (const Factors *f, __m512i sum)
{
  __m512i even, odd;

  sum = _mm512_max_epi32 (_mm512_min_epi32 (sum, f->limit), _mm512_xor_si512 (f->limit, _mm512_set1_epi32 (-1)));
  even = round_shift (_mm512_mul_epi32 (sum, f->multiplier), f->shift, f->half);
  odd = round_shift (_mm512_mul_epi32 (_mm512_srli_epi64 (sum, 32), f->odd_multiplier), f->odd_shift, f->odd_half);
  return _mm512_mask_blend_epi32 (0xaaaa, even, _mm512_slli_epi64 (odd, 32));
}

/* … and where columns are simple: the upper halves of the products suffice. */
static inline __m512i
scale_simple (const Factors *f, __m512i sum)
{
  __m512i even = _mm512_add_epi64 (_mm512_mul_epi32 (sum, f->multiplier), f->half);
  __m512i odd = _mm512_add_epi64 (_mm512_mul_epi32 (_mm512_srli_epi64 (sum, 32), f->odd_multiplier), f->odd_half);

  return _mm512_srav_epi32 (_mm512_mask_blend_epi32 (0xaaaa, _mm512_srli_epi64 (even, 32), odd), f->shift);
}

/* Sixteen results of one row, clamped to 16 bits before the zero point is added, which is 0 where results have 16. */
static inline __attribute__ ((always_inline)) __m256i
scale_row (const Factors *f, const FxInt8Columns *columns, const gint32 *sums, gboolean simple)
{
  __m512i sum = _mm512_loadu_si512 (sums);
  __m256i result = _mm512_cvtsepi32_epi16 (simple ? scale_simple (f, sum) : scale (f, sum));

  result = _mm256_adds_epi16 (result, _mm256_set1_epi16 ((gint16)columns->zero_point));
  result = _mm256_max_epi16 (result, _mm256_set1_epi16 ((gint16)columns->low));
  return _mm256_min_epi16 (result, _mm256_set1_epi16 ((gint16)columns->high));
}

static inline __attribute__ ((always_inline)) void
requantize (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride, guint rows, void *y,
            gsize y_stride, gsize size, gboolean simple)
{
  for (guint c = 0; c < n_columns; c += 16)
    {
      const Factors factors = load_factors (columns, c, simple);
      const guint n = MIN (16, n_columns - c);
      const __mmask16 mask = (__mmask16)((1u << n) - 1);
      char *to = (char *)y + c * size;

      for (guint r = 0; r < rows; r++, to += y_stride * size)
        {
          __m256i result = scale_row (&factors, columns, sums + r * sums_stride + c, simple);

          if (size == 1)
            _mm_mask_storeu_epi8 (to, mask, _mm256_cvtsepi16_epi8 (result));
          else
            _mm256_mask_storeu_epi16 (to, mask, result);
        }
    }
}

void
fx_int8_avx512_requantize_s8 (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride,
                              guint rows, gint8 *y, gsize y_stride)
{
  if (columns->simple)
    requantize (columns, n_columns, sums, sums_stride, rows, y, y_stride, sizeof *y, TRUE);
  else
    requantize (columns, n_columns, sums, sums_stride, rows, y, y_stride, sizeof *y, FALSE);
}

void
fx_int8_avx512_requantize_s16 (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride,
                               guint rows, gint16 *y, gsize y_stride)
{
  if (columns->simple)
    requantize (columns, n_columns, sums, sums_stride, rows, y, y_stride, sizeof *y, TRUE);
  else
    requantize (columns, n_columns, sums, sums_stride, rows, y, y_stride, sizeof *y, FALSE);
}

/* Two taps of sixteen channels as pairs of s16, in order. */
static inline __m512i
pair_taps (__m128i first, __m128i second)
{
  __m256i pairs = _mm256_inserti128_si256 (_mm256_castsi128_si256 (_mm_unpacklo_epi8 (first, second)),
                                           _mm_unpackhi_epi8 (first, second), 1);

  return _mm512_cvtepi8_epi16 (pairs);
}

static inline __attribute__ ((always_inline)) void
depthwise_block (const gint8 *const *taps, const guint n_pairs, guint n_pixels, gsize first, __mmask16 mask,
                 const gint16 *weights, const gint32 *start, gint32 *sums)
{
  for (guint pixel = 0; pixel < n_pixels; pixel++, taps += 2 * n_pairs, sums += 16)
    {
      __m512i block = _mm512_loadu_si512 (start);

#pragma GCC unroll 5
      for (guint p = 0; p < n_pairs; p++)
        {
          __m512i pairs = pair_taps (_mm_maskz_loadu_epi8 (mask, taps[2 * p] + first),
                                     _mm_maskz_loadu_epi8 (mask, taps[2 * p + 1] + first));

          block = _mm512_add_epi32 (block, _mm512_madd_epi16 (pairs, _mm512_loadu_si512 (weights + p * 32)));
        }
      _mm512_storeu_si512 (sums, block);
    }
}

/* Windows of 3 × 3 are unrolled. */
void
fx_int8_avx512_depthwise (const gint8 *const *taps, guint n_pairs, guint n_pixels, gsize first, guint n_channels,
                          const gint16 *weights, const gint32 *start, gint32 *sums)
{
  const __mmask16 mask = (__mmask16)((1u << n_channels) - 1);

  if (n_pairs == 5)
    depthwise_block (taps, 5, n_pixels, first, mask, weights, start, sums);
  else
    depthwise_block (taps, n_pairs, n_pixels, first, mask, weights, start, sums);
}

/* A column of three pixels: the upper two as pairs of s16, the last one as s32, which is a pair whose second one meets
 * a weight of 0. */
typedef struct
{
  __m512i upper, last;
} Column;

static inline Column
load_column (const gint8 *const *pixels, gsize first, __mmask16 mask)
{
  return (Column){ pair_taps (_mm_maskz_loadu_epi8 (mask, pixels[0] + first),
                              _mm_maskz_loadu_epi8 (mask, pixels[1] + first)),
                   _mm512_cvtepi8_epi32 (_mm_maskz_loadu_epi8 (mask, pixels[2] + first)) };
}

static inline __m512i
add_column (__m512i sums, const Column *column, const __m512i weights[2])
{
  sums = _mm512_add_epi32 (sums, _mm512_madd_epi16 (column->upper, weights[0]));
  return _mm512_add_epi32 (sums, _mm512_madd_epi16 (column->last, weights[1]));
}

static inline __attribute__ ((always_inline)) void
columns_block (const gint8 *const *columns, const guint stride, guint n_pixels, gsize first, __mmask16 mask,
               const gint16 *weights, const gint32 *start, gint32 *sums)
{
  const __m512i start_sums = _mm512_loadu_si512 (start);
  __m512i w[6];
  Column left = load_column (columns, first, mask), middle;

  for (guint i = 0; i < 6; i++)
    w[i] = _mm512_loadu_si512 (weights + 32 * i);
  middle = load_column (columns + 3, first, mask);
  for (guint pixel = 0; pixel < n_pixels; pixel++, columns += 3 * stride, sums += 16)
    {
      Column right;

      if (stride == 2 && pixel > 0)
        middle = load_column (columns + 3, first, mask);
      right = load_column (columns + 6, first, mask);
      _mm512_storeu_si512 (sums,
                           add_column (add_column (add_column (start_sums, &left, w), &middle, w + 2), &right, w + 4));
      left = stride == 1 ? middle : right;
      middle = right;
    }
}

void
fx_int8_avx512_depthwise_3x3 (const gint8 *const *columns, guint stride, guint n_pixels, gsize first, guint n_channels,
                              const gint16 *weights, const gint32 *start, gint32 *sums)
{
  const __mmask16 mask = (__mmask16)((1u << n_channels) - 1);

  if (stride == 1)
    columns_block (columns, 1, n_pixels, first, mask, weights, start, sums);
  else
    columns_block (columns, 2, n_pixels, first, mask, weights, start, sums);
}

/* ---- add ---- */

/* Pairs of 16-bit factors for vpmaddwd: the parts of a's and of b's, see plain_add(). */
typedef struct
{
  __m512i high, low, mask, one, below_half;
  __m128i shift;
} AddFactors;

static inline __m512i
pair_of (gint32 a, gint32 b)
{
  return _mm512_set1_epi32 ((gint32)((guint32)(a & 0xffff) | (guint32)b << 16));
}

static inline AddFactors
add_factors (const FxInt8Add *add)
{
  const gint32 mask = (1 << FX_REQUANT_PAIR_LOW) - 1, shift = add->factors.shift - FX_REQUANT_PAIR_LOW;
  const gint32 a = add->factors.a_multiplier, b = add->factors.b_multiplier;

  return (AddFactors){ .high = pair_of (a >> FX_REQUANT_PAIR_LOW, b >> FX_REQUANT_PAIR_LOW),
                       .low = pair_of (a & mask, b & mask),
                       .mask = _mm512_set1_epi32 (mask),
                       .one = _mm512_set1_epi32 (1),
                       .below_half = _mm512_set1_epi32 ((1 << (shift - 1)) - 1),
                       .shift = _mm_cvtsi32_si128 (shift) };
}

/* Sixteen sums of a pair each, rounded. */
static inline __m512i
add_sixteen (const AddFactors *f, __m512i pairs)
{
  __m512i low = _mm512_madd_epi16 (pairs, f->low);
  __m512i sum = _mm512_add_epi32 (_mm512_madd_epi16 (pairs, f->high), _mm512_srai_epi32 (low, FX_REQUANT_PAIR_LOW));
  __mmask16 inexact = _mm512_test_epi32_mask (low, f->mask);
  __m512i up = _mm512_mask_mov_epi32 (_mm512_and_si512 (_mm512_sra_epi32 (sum, f->shift), f->one), inexact, f->one);

  return _mm512_sra_epi32 (_mm512_add_epi32 (_mm512_add_epi32 (sum, f->below_half), up), f->shift);
}

static inline __m512i
load_centered (const gint8 *from, __m512i zero_point)
{
  return _mm512_sub_epi16 (_mm512_cvtepi8_epi16 (_mm256_loadu_si256 ((const __m256i *)from)), zero_point);
}

void
fx_int8_avx512_add (const FxInt8Add *add, const gint8 *a, const gint8 *b, gint8 *y, gsize n)
{
  const AddFactors f = add_factors (add);
  const __m512i a_zero = _mm512_set1_epi16 ((gint16)add->a_zero_point);
  const __m512i b_zero = _mm512_set1_epi16 ((gint16)add->b_zero_point);
  const __m512i zero_point = _mm512_set1_epi16 ((gint16)add->zero_point);
  const __m512i low = _mm512_set1_epi16 ((gint16)add->low), high = _mm512_set1_epi16 ((gint16)add->high);
  gsize i = 0;

  for (; i + 32 <= n; i += 32)
    {
      __m512i left = load_centered (a + i, a_zero), right = load_centered (b + i, b_zero);
      __m512i packed = _mm512_packs_epi32 (add_sixteen (&f, _mm512_unpacklo_epi16 (left, right)),
                                           add_sixteen (&f, _mm512_unpackhi_epi16 (left, right)));

      packed = _mm512_adds_epi16 (packed, zero_point);
      packed = _mm512_min_epi16 (_mm512_max_epi16 (packed, low), high);
      _mm256_storeu_si256 ((__m256i *)(y + i), _mm512_cvtepi16_epi8 (packed));
    }
  plain_add (add, a + i, b + i, y + i, n - i);
}

void
fx_int8_avx512_multiply (gint32 *products, const gint8 *a, gint32 a_zero_point, const gint8 *b, gint32 b_zero_point,
                         gsize n)
{
  plain_multiply (products, a, a_zero_point, b, b_zero_point, n);
}

void
fx_int8_avx512_maximum (gint8 *y, const gint8 *x, gsize n)
{
  plain_maximum (y, x, n);
}

void
fx_int8_avx512_accumulate (gint32 *sums, const gint8 *x, gsize n)
{
  plain_accumulate (sums, x, n);
}

void
fx_int8_avx512_blend_s8 (gint32 *to, const gint8 *a, gint32 a_weight, const gint8 *b, gint32 b_weight,
                         gint32 zero_point, gsize n)
{
  plain_blend_s8 (to, a, a_weight, b, b_weight, zero_point, n);
}

void
fx_int8_avx512_blend_s32 (gint32 *to, const gint32 *a, gint32 a_weight, const gint32 *b, gint32 b_weight, gsize n)
{
  plain_blend_s32 (to, a, a_weight, b, b_weight, n);
}

void
fx_int8_avx512_quantize (gint16 *to, const float *x, gsize n, float scale, gint32 zero_point, gint32 low, gint32 high)
{
  plain_quantize (to, x, n, scale, zero_point, low, high);
}

const FxInt8Isa fx_int8_avx512bw = {
  .name = "avx512bw",
  .supported = fx_int8_has_avx512bw,
  .tile_rows = ROWS,
  .tile_columns = COLUMNS,
  .depth = 2,
  .activation_bytes = sizeof (gint16),
  .widen = widen,
  .unpack = unpack,
  .tile = tile,
  .requantize_s8 = fx_int8_avx512_requantize_s8,
  .requantize_s16 = fx_int8_avx512_requantize_s16,
  .depthwise = fx_int8_avx512_depthwise,
  .depthwise_3x3 = fx_int8_avx512_depthwise_3x3,
  .add = fx_int8_avx512_add,
  .multiply = fx_int8_avx512_multiply,
  .maximum = fx_int8_avx512_maximum,
  .accumulate = fx_int8_avx512_accumulate,
  .blend_s8 = fx_int8_avx512_blend_s8,
  .blend_s32 = fx_int8_avx512_blend_s32,
  .quantize = fx_int8_avx512_quantize,
};
