/* Inner loops for any CPU.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-plain.h"

#include <string.h>

#define ROWS 4
#define COLUMNS 16
#define DEPTH 2

static void
tile (const FxInt8Tile *tile)
{
  const gint8 *b = tile->b;

  for (guint r = 0; r < tile->rows; r++)
    {
      const gint16 *a = (const gint16 *)((const char *)tile->a + r * tile->a_stride);
      gint32 sums[COLUMNS];

      memcpy (sums, tile->start != NULL ? tile->start : tile->sums + r * COLUMNS, sizeof sums);
      for (gsize s = 0; s < tile->steps; s++)
        for (guint c = 0; c < COLUMNS; c++)
          sums[c] += a[s * DEPTH] * b[(s * COLUMNS + c) * DEPTH] + a[s * DEPTH + 1] * b[(s * COLUMNS + c) * DEPTH + 1];
      memcpy (tile->sums + r * COLUMNS, sums, sizeof sums);
    }
}

static void
requantize_s8 (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride, guint rows,
               gint8 *y, gsize y_stride)
{
  for (guint r = 0; r < rows; r++)
    for (guint c = 0; c < n_columns; c++)
      y[r * y_stride + c] = (gint8)plain_requantize (columns, c, sums[r * sums_stride + c]);
}

static void
requantize_s16 (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride, guint rows,
                gint16 *y, gsize y_stride)
{
  for (guint r = 0; r < rows; r++)
    for (guint c = 0; c < n_columns; c++)
      y[r * y_stride + c] = (gint16)plain_requantize (columns, c, sums[r * sums_stride + c]);
}

static void
depthwise (const gint8 *const *taps, guint n_pairs, guint n_pixels, gsize first, guint n_channels,
           const gint16 *weights, const gint32 *start, gint32 *sums)
{
  const guint block = FX_INT8_DEPTHWISE_BLOCK;

  for (guint p = 0; p < n_pixels; p++, taps += 2 * n_pairs, sums += block)
    {
      memcpy (sums, start, block * sizeof *sums);
      for (guint t = 0; t < 2 * n_pairs; t++)
        for (guint c = 0; c < n_channels; c++)
          sums[c] += taps[t][first + c] * weights[(t / 2 * block + c) * 2 + t % 2];
    }
}

const FxInt8Isa fx_int8_scalar = {
  .name = "scalar",
  .supported = fx_int8_has_scalar,
  .tile_rows = ROWS,
  .tile_columns = COLUMNS,
  .depth = DEPTH,
  .activation_bytes = sizeof (gint16),
  .widen = plain_widen_s16,
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
