/* Inner loops that both AVX-512 tables use; compiled with isa-avx512bw.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/int8/fx-int8-isa.h"

G_BEGIN_DECLS

void fx_int8_avx512_requantize_s8 (const FxInt8Columns *columns, guint n_columns, const gint32 *sums, gsize sums_stride,
                                   guint rows, gint8 *y, gsize y_stride);
void fx_int8_avx512_requantize_s16 (const FxInt8Columns *columns, guint n_columns, const gint32 *sums,
                                    gsize sums_stride, guint rows, gint16 *y, gsize y_stride);
void fx_int8_avx512_depthwise (const gint8 *const *taps, guint n_pairs, guint n_pixels, gsize first, guint n_channels,
                               const gint16 *weights, const gint32 *start, gint32 *sums);
void fx_int8_avx512_depthwise_3x3 (const gint8 *const *columns, guint stride, guint n_pixels, gsize first,
                                   guint n_channels, const gint16 *weights, const gint32 *start, gint32 *sums);
void fx_int8_avx512_add (const FxInt8Add *add, const gint8 *a, const gint8 *b, gint8 *y, gsize n);
void fx_int8_avx512_multiply (gint32 *products, const gint8 *a, gint32 a_zero_point, const gint8 *b,
                              gint32 b_zero_point, gsize n);
void fx_int8_avx512_maximum (gint8 *y, const gint8 *x, gsize n);
void fx_int8_avx512_accumulate (gint32 *sums, const gint8 *x, gsize n);
void fx_int8_avx512_blend_s8 (gint32 *to, const gint8 *a, gint32 a_weight, const gint8 *b, gint32 b_weight,
                              gint32 zero_point, gsize n);
void fx_int8_avx512_blend_s32 (gint32 *to, const gint32 *a, gint32 a_weight, const gint32 *b, gint32 b_weight, gsize n);
void
fx_int8_avx512_quantize (gint16 *to, const float *x, gsize n, float scale, gint32 zero_point, gint32 low, gint32 high);

G_END_DECLS
