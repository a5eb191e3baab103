/* The tile of both AVX-512 tables, included by each: 12 rows × 32 columns, 24 of the 32 registers. The includer defines
 *
 *   FX_DOT (sums, a, b)   sums += Σ of neighboring products of a (one row's, in all lanes) and b
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>
#include <string.h>

#define ROWS 12
#define COLUMNS 32

static inline gint32
load_group (const char *at)
{
  gint32 group;

  memcpy (&group, at, sizeof group);
  return group;
}

/* A step is four bytes of every row and of every column: two s16 or four s8. Rows are reached from every third by two
 * strides, so that the addresses fit the registers. */
static inline __attribute__ ((always_inline)) void
tile_rows (const FxInt8Tile *tile, const guint rows)
{
  const gsize stride = tile->a_stride;
  const char *a[4] = { tile->a, (const char *)tile->a + 3 * stride, (const char *)tile->a + 6 * stride,
                       (const char *)tile->a + 9 * stride };
  const char *b = tile->b;
  __m512i sums[ROWS][2];

#pragma GCC unroll 12
  for (guint r = 0; r < rows; r++)
    {
      const gint32 *from = tile->start != NULL ? tile->start : tile->sums + r * COLUMNS;

      sums[r][0] = _mm512_loadu_si512 (from);
      sums[r][1] = _mm512_loadu_si512 (from + 16);
    }
  for (gsize at = 0; at < tile->steps * 4; at += 4)
    {
      __m512i b0 = _mm512_load_si512 (b + at * COLUMNS);
      __m512i b1 = _mm512_load_si512 (b + at * COLUMNS + 64);

#pragma GCC unroll 12
      for (guint r = 0; r < rows; r++)
        {
          __m512i group = _mm512_set1_epi32 (load_group (a[r / 3] + r % 3 * stride + at));

          FX_DOT (sums[r][0], group, b0);
          FX_DOT (sums[r][1], group, b1);
        }
    }
#pragma GCC unroll 12
  for (guint r = 0; r < rows; r++)
    {
      _mm512_storeu_si512 (tile->sums + r * COLUMNS, sums[r][0]);
      _mm512_storeu_si512 (tile->sums + r * COLUMNS + 16, sums[r][1]);
    }
}

static void
tile (const FxInt8Tile *tile)
{
  switch (tile->rows)
    {
    case 12: tile_rows (tile, 12); break;
    case 11: tile_rows (tile, 11); break;
    case 10: tile_rows (tile, 10); break;
    case 9: tile_rows (tile, 9); break;
    case 8: tile_rows (tile, 8); break;
    case 7: tile_rows (tile, 7); break;
    case 6: tile_rows (tile, 6); break;
    case 5: tile_rows (tile, 5); break;
    case 4: tile_rows (tile, 4); break;
    case 3: tile_rows (tile, 3); break;
    case 2: tile_rows (tile, 2); break;
    default: tile_rows (tile, 1); break;
    }
}
