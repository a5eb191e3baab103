/* What an instruction set provides: the inner loops, one table of functions for each. The loops around them (windows,
 * blocks, threads) are shared, in fx-int8-conv.c and its neighbors.
 *
 * Each table is compiled in a file and static library of its own with its own compiler options; `supported`, which is
 * not, says whether the rest may run on this CPU.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/int8/fx-int8.h"

G_BEGIN_DECLS

/* Most products that one tile call sums for one output. */
#define FX_INT8_MAX_DEPTH 576
/* Channels in a block of depthwise weights. */
#define FX_INT8_DEPTHWISE_BLOCK 16
/* Activations are widened this many at a time. */
#define FX_INT8_WIDEN_UNIT 32

/* Requantization of a range of channels. */
typedef struct
{
  const gint32 *multiplier, *shift; /* readable to the next multiple of 16 */
  const gint32 *limit;              /* NULL if all shifts are 31 or more; else 2^shift - 1 or G_MAXINT32, see below */
  gboolean simple;                  /* all shifts are 32 or more and no sum can be a tie: add half and shift */
  gint32 zero_point, low, high;
} FxInt8Columns;

/* Whether `simple` holds for one factor and sums up to ±largest. */
static inline gboolean
fx_int8_is_simple (const FxRequant *requant, gint64 largest)
{
  return requant->shift >= 32 && !fx_requant_may_tie (requant, largest);
}

/* sums[r][c] = start[c] or what it was, + Σ a[r][k] × b[k][c] */
typedef struct
{
  const void *a;  /* rows of widened activations */
  gsize a_stride; /* bytes */
  guint rows;     /* 1 … isa->tile_rows */
  const void *b;  /* [steps][tile_columns][depth], unpacked if the instruction set unpacks */
  gsize steps;
  const gint32 *start; /* NULL: go on from sums */
  gint32 *sums;        /* [rows][tile_columns] */
} FxInt8Tile;

struct _FxInt8Isa
{
  const char *name;
  gboolean (*supported) (void);

  guint tile_rows, tile_columns; /* outputs of one tile: pixels and channels */
  guint depth;                   /* neighboring products of one output in the packed weights */
  guint activation_bytes;        /* 2: widened to s16; 1: u8 or s8 */
  gint32 activation_offset;      /* what widening adds: 128 where the instruction wants u8 */
  const FxInt8Isa *wide;         /* whose tile takes 16-bit activations; NULL: this one's */

  /* n activations for the tile, a multiple of FX_INT8_WIDEN_UNIT. */
  void (*widen) (void *to, const gint8 *from, gsize n);
  /* n packed weights for the tile (a multiple of depth × tile_columns); NULL: the tile takes them as they are. */
  void (*unpack) (void *to, const gint8 *from, gsize n);
  void (*tile) (const FxInt8Tile *tile);

  /* y[r][c] = clamp (round (sums[r][c] × multiplier[c] × 2^-shift[c]) + zero_point). The sums are readable to the next
   * multiple of 16 columns; strides are in elements. */
  void (*requantize_s8) (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride,
                         guint rows, gint8 *y, gsize y_stride);
  void (*requantize_s16) (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride,
                          guint rows, gint16 *y, gsize y_stride);

  /* sums[p][c] = start[c] + Σ taps[p][t][first + c] × weights[t / 2][c][t % 2] for n pixels and the
   * FX_INT8_DEPTHWISE_BLOCK channels from `first` on, of which n_channels exist. */
  void (*depthwise) (const gint8 *const *taps, guint n_pairs, guint n_pixels, gsize first, guint n_channels,
                     const gint16 *weights, const gint32 *start, gint32 *sums);

  /* The same for windows of 3 × 3 at a distance of `stride` (1 or 2) columns; NULL: `depthwise` does. columns[i][ky]
   * are the pixels of column i, and the weights of a block are [3][2][c][2]: for each column pairs of the top and
   * middle one and of the bottom one and 0. */
  void (*depthwise_3x3) (const gint8 *const *columns, guint stride, guint n_pixels, gsize first, guint n_channels,
                         const gint16 *weights, const gint32 *start, gint32 *sums);

  void (*add) (const FxInt8Add *add, const gint8 *a, const gint8 *b, gint8 *y, gsize n);
  void (*multiply) (gint32 *products, const gint8 *a, gint32 a_zero_point, const gint8 *b, gint32 b_zero_point,
                    gsize n);
  void (*maximum) (gint8 *y, const gint8 *x, gsize n);
  void (*accumulate) (gint32 *sums, const gint8 *x, gsize n);
  /* to[i] = a[i] × a_weight + b[i] × b_weight, of s8 less their zero point and of s32 */
  void (*blend_s8) (gint32 *to, const gint8 *a, gint32 a_weight, const gint8 *b, gint32 b_weight, gint32 zero_point,
                    gsize n);
  void (*blend_s32) (gint32 *to, const gint32 *a, gint32 a_weight, const gint32 *b, gint32 b_weight, gsize n);
  /* to[i] = clamp (rint (x[i] / scale) + zero_point), in floats as QuantizeLinear has them; NaN gives the zero point.
   */
  void (*quantize) (gint16 *to, const float *x, gsize n, float scale, gint32 zero_point, gint32 low, gint32 high);
};

/* A factor of 1 or more (shift < 31) could leave 32 bits before it saturates. Sums clamped to [-2^shift, 2^shift - 1]
 * cannot, and those that the clamp changes saturate anyway: 2^shift × 2^30 × 2^-shift is far out of 16 bits. */
static inline gint32
fx_int8_limit (gint32 shift)
{
  return shift < 31 ? (gint32)((1u << shift) - 1) : G_MAXINT32;
}

/* All compiled in, best first, ends in NULL; "scalar", the last one, always runs. */
extern const FxInt8Isa *const fx_int8_isas[];

/* The named one, NULL or "": that of environment variable FX_ISA, else the best that this CPU has. Fails if there is no
 * such name or the CPU lacks it. */
const FxInt8Isa *fx_int8_isa_choose (const char *name, GError **error);

/* The best one; what FX_ISA names if that can run. */
const FxInt8Isa *fx_int8_isa_default (void);

gboolean fx_int8_has_scalar (void);
gboolean fx_int8_has_avx2 (void);
gboolean fx_int8_has_avx512bw (void);
gboolean fx_int8_has_avx512vnni (void);
gboolean fx_int8_has_neon (void);

extern const FxInt8Isa fx_int8_scalar, fx_int8_avx2, fx_int8_avx512bw, fx_int8_avx512vnni, fx_int8_neon;

G_END_DECLS
