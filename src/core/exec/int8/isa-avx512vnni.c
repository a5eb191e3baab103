/* Inner loops for AVX-512 with VNNI: vpdpbusd sums four products of a u8 and an s8. Activations become x + 128; the
 * 128 × Σ weights too much is taken off what the sums start from. The instruction does not saturate: sums that leave
 * 32 bits on the way come back, modulo 2^32.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/isa-avx512.h"

#ifndef FX_INT8_EMULATED
/* With the intrinsic GCC 12 keeps half of the sums in memory, which makes the loop three times as slow. */
#define FX_DOT(sums, a, b) __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b))
#else
#define FX_DOT(sums, a, b) ((sums) = _mm512_dpbusd_epi32 (sums, a, b))
#endif

#include "core/exec/int8/isa-avx512-tile.h"

static void
widen (void *to, const gint8 *from, gsize n)
{
  const __m256i sign = _mm256_set1_epi8 (G_MININT8);

  for (gsize i = 0; i < n; i += 32)
    _mm256_storeu_si256 ((__m256i *)((char *)to + i),
                         _mm256_xor_si256 (_mm256_loadu_si256 ((const __m256i *)(from + i)), sign));
}

const FxInt8Isa fx_int8_avx512vnni = {
  .name = "avx512vnni",
  .supported = fx_int8_has_avx512vnni,
  .tile_rows = ROWS,
  .tile_columns = COLUMNS,
  .depth = 4,
  .activation_bytes = 1,
  .activation_offset = 128,
  .wide = &fx_int8_avx512bw,
  .widen = widen,
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
