/* Inner loops for aarch64: smlal on activations and weights widened to 16 bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-plain.h"

#include <arm_neon.h>
#include <string.h>

#define ROWS 4
#define COLUMNS 16

static void
widen (void *to, const gint8 *from, gsize n)
{
  gint16 *wide = to;

  for (gsize i = 0; i < n; i += 16)
    {
      int8x16_t bytes = vld1q_s8 (from + i);

      vst1q_s16 (wide + i, vmovl_s8 (vget_low_s8 (bytes)));
      vst1q_s16 (wide + i + 8, vmovl_high_s8 (bytes));
    }
}

/* sums += one activation × sixteen weights */
#define ADD_PRODUCTS(sums, low, high, x, lane)                                                                         \
  do                                                                                                                   \
    {                                                                                                                  \
      (sums)[0] = vmlal_lane_s16 ((sums)[0], vget_low_s16 (low), x, lane);                                             \
      (sums)[1] = vmlal_high_lane_s16 ((sums)[1], low, x, lane);                                                       \
      (sums)[2] = vmlal_lane_s16 ((sums)[2], vget_low_s16 (high), x, lane);                                            \
      (sums)[3] = vmlal_high_lane_s16 ((sums)[3], high, x, lane);                                                      \
    }                                                                                                                  \
  while (0)

#define ADD_STEP(lane)                                                                                                 \
  do                                                                                                                   \
    {                                                                                                                  \
      int16x8_t low = vld1q_s16 (b + (lane)*COLUMNS), high = vld1q_s16 (b + (lane)*COLUMNS + 8);                       \
                                                                                                                       \
      for (guint r = 0; r < rows; r++)                                                                                 \
        ADD_PRODUCTS (sums[r], low, high, x[r], lane);                                                                 \
    }                                                                                                                  \
  while (0)

/* Four vectors of four sums for each of `rows` rows: with 4 rows 16 of the 32 registers. */
static inline __attribute__ ((always_inline)) void
tile_rows (const FxInt8Tile *tile, const guint rows)
{
  const gint16 *b = tile->b;
  int32x4_t sums[ROWS][4];
  int16x4_t x[ROWS];
  gsize s = 0;

  for (guint r = 0; r < rows; r++)
    for (guint v = 0; v < 4; v++)
      sums[r][v] = vld1q_s32 ((tile->start != NULL ? tile->start : tile->sums + r * COLUMNS) + 4 * v);
  for (; s + 4 <= tile->steps; s += 4, b += 4 * COLUMNS)
    {
      for (guint r = 0; r < rows; r++)
        x[r] = vld1_s16 ((const gint16 *)((const char *)tile->a + r * tile->a_stride) + s);
      ADD_STEP (0);
      ADD_STEP (1);
      ADD_STEP (2);
      ADD_STEP (3);
    }
  for (; s < tile->steps; s++, b += COLUMNS)
    {
      for (guint r = 0; r < rows; r++)
        x[r] = vld1_dup_s16 ((const gint16 *)((const char *)tile->a + r * tile->a_stride) + s);
      ADD_STEP (0);
    }
  for (guint r = 0; r < rows; r++)
    for (guint v = 0; v < 4; v++)
      vst1q_s32 (tile->sums + r * COLUMNS + 4 * v, sums[r][v]);
}

static void
tile (const FxInt8Tile *tile)
{
  switch (tile->rows)
    {
    case 4: tile_rows (tile, 4); break;
    case 3: tile_rows (tile, 3); break;
    case 2: tile_rows (tile, 2); break;
    default: tile_rows (tile, 1); break;
    }
}

/* The constants of four columns, in two halves of 64 bits. */
typedef struct
{
  int32x4_t multiplier, limit;
  int64x2_t minus_shift[2], half[2]; /* 2^(shift - 1); less 1 in the rule with ties */
} Factors;

static inline int64x2_t
half_of (int64x2_t minus_shift, gboolean simple)
{
  const int64x2_t one = vdupq_n_s64 (1);
  int64x2_t half = vshlq_s64 (one, vsubq_s64 (vnegq_s64 (minus_shift), one));

  return simple ? half : vsubq_s64 (half, one);
}

static inline Factors
load_factors (const FxInt8Columns *columns, guint first, gboolean simple)
{
  int32x4_t minus_shift = vnegq_s32 (vld1q_s32 (columns->shift + first));
  Factors f;

  f.multiplier = vld1q_s32 (columns->multiplier + first);
  f.limit = columns->limit != NULL ? vld1q_s32 (columns->limit + first) : vdupq_n_s32 (G_MAXINT32);
  f.minus_shift[0] = vmovl_s32 (vget_low_s32 (minus_shift));
  f.minus_shift[1] = vmovl_high_s32 (minus_shift);
  f.half[0] = half_of (f.minus_shift[0], simple);
  f.half[1] = half_of (f.minus_shift[1], simple);
  return f;
}

/* product × 2^-shift to nearest, ties to even */
static inline int64x2_t
round_shift (int64x2_t product, int64x2_t minus_shift, int64x2_t half, gboolean simple)
{
  if (!simple)
    product = vaddq_s64 (product, vandq_s64 (vshlq_s64 (product, minus_shift), vdupq_n_s64 (1)));
  return vshlq_s64 (vaddq_s64 (product, half), minus_shift);
}

static inline int32x4_t
scale_four (const Factors *f, const gint32 *sums, gboolean simple)
{
  int32x4_t sum = vld1q_s32 (sums);
  int64x2_t low, high;

  if (!simple)
    sum = vmaxq_s32 (vminq_s32 (sum, f->limit), vmvnq_s32 (f->limit));
  low = vmull_s32 (vget_low_s32 (sum), vget_low_s32 (f->multiplier));
  high = vmull_high_s32 (sum, f->multiplier);
  low = round_shift (low, f->minus_shift[0], f->half[0], simple);
  high = round_shift (high, f->minus_shift[1], f->half[1], simple);
  return vcombine_s32 (vmovn_s64 (low), vmovn_s64 (high));
}

/* Eight results of one row, clamped to 16 bits before the zero point is added, which is 0 where results have 16. */
static inline int16x8_t
scale_eight (const Factors f[2], const FxInt8Columns *columns, const gint32 *sums, gboolean simple)
{
  int16x8_t result
      = vcombine_s16 (vqmovn_s32 (scale_four (&f[0], sums, simple)), vqmovn_s32 (scale_four (&f[1], sums + 4, simple)));

  result = vqaddq_s16 (result, vdupq_n_s16 ((gint16)columns->zero_point));
  result = vmaxq_s16 (result, vdupq_n_s16 ((gint16)columns->low));
  return vminq_s16 (result, vdupq_n_s16 ((gint16)columns->high));
}

static inline __attribute__ ((always_inline)) void
requantize (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride, guint rows, void *y,
            gsize y_stride, gsize size, gboolean simple)
{
  for (guint c = 0; c < n_columns; c += 8)
    {
      const Factors factors[2] = { load_factors (columns, c, simple), load_factors (columns, c + 4, simple) };
      const guint n = MIN (8, n_columns - c);
      char *to = (char *)y + c * size;

      for (guint r = 0; r < rows; r++, to += y_stride * size)
        {
          int16x8_t result = scale_eight (factors, columns, sums + r * sums_stride + c, simple);
          gint16 part[8];

          if (size == 1)
            vst1_s8 ((gint8 *)part, vqmovn_s16 (result));
          else
            vst1q_s16 (part, result);
          memcpy (to, part, n * size);
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

static inline int8x16_t
load_part (const gint8 *from, guint n)
{
  gint8 bytes[16] = { 0 };

  memcpy (bytes, from, n);
  return vld1q_s8 (bytes);
}

/* One tap of sixteen channels. */
static inline void
add_tap (int8x16_t tap, int16x8_t low_weights, int16x8_t high_weights, int32x4_t sums[4])
{
  int16x8_t low = vmovl_s8 (vget_low_s8 (tap)), high = vmovl_high_s8 (tap);

  sums[0] = vmlal_s16 (sums[0], vget_low_s16 (low), vget_low_s16 (low_weights));
  sums[1] = vmlal_high_s16 (sums[1], low, low_weights);
  sums[2] = vmlal_s16 (sums[2], vget_low_s16 (high), vget_low_s16 (high_weights));
  sums[3] = vmlal_high_s16 (sums[3], high, high_weights);
}

static void
depthwise (const gint8 *const *taps, guint n_pairs, guint n_pixels, gsize first, guint n_channels,
           const gint16 *weights, const gint32 *start, gint32 *sums)
{
  for (guint pixel = 0; pixel < n_pixels; pixel++, taps += 2 * n_pairs, sums += 16)
    {
      int32x4_t block[4] = { vld1q_s32 (start), vld1q_s32 (start + 4), vld1q_s32 (start + 8), vld1q_s32 (start + 12) };

      for (guint p = 0; p < n_pairs; p++)
        {
          const gint8 *a = taps[2 * p] + first, *b = taps[2 * p + 1] + first;
          int16x8x2_t low = vld2q_s16 (weights + p * 32), high = vld2q_s16 (weights + p * 32 + 16);

          add_tap (n_channels == 16 ? vld1q_s8 (a) : load_part (a, n_channels), low.val[0], high.val[0], block);
          add_tap (n_channels == 16 ? vld1q_s8 (b) : load_part (b, n_channels), low.val[1], high.val[1], block);
        }
      for (guint v = 0; v < 4; v++)
        vst1q_s32 (sums + 4 * v, block[v]);
    }
}

const FxInt8Isa fx_int8_neon = {
  .name = "neon",
  .supported = fx_int8_has_neon,
  .tile_rows = ROWS,
  .tile_columns = COLUMNS,
  .depth = 1,
  .activation_bytes = sizeof (gint16),
  .widen = widen,
  .unpack = widen,
  .tile = tile,
  .requantize_s8 = requantize_s8,
  .requantize_s16 = requantize_s16,
  .depthwise = depthwise,
  .add = plain_add,
  .multiply = plain_multiply,
  .maximum = plain_maximum,
  .accumulate = plain_accumulate,
  .blend_s8 = plain_blend_s8,
  .blend_s32 = plain_blend_s32,
  .quantize = plain_quantize,
};
