/* Inside of FxInt8Conv, for the files that make and run it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/int8/fx-int8-isa.h"

G_BEGIN_DECLS

struct _FxInt8Conv
{
  FxInt8Window window;
  FxInt8Output output;
  gint32 input_zero_point;
  const FxInt8Isa *isa;
  gboolean depthwise, by_columns; /* the latter: depthwise, by fx_int8_conv_run_columns() */

  gsize depth;   /* products of one output; as packed, rounded up to isa->depth */
  gsize columns; /* output channels of a group … */
  gsize padded;  /* … rounded up to whole tiles, or to FX_INT8_PADDING */

  void *weights; /* [group][tile][depth / isa->depth][tile_columns][isa->depth] s8; depthwise: see FxInt8Isa */
  gsize weights_group_bytes;
  gint32 *start;                      /* [group][padded] */
  gint32 *multiplier, *shift, *limit; /* [group][padded]; NULL for sums; limit also where no shift is small */
  gboolean simple;                    /* see FxInt8Columns */
  gint8 *padding;                     /* depthwise: one pixel of the zero point */
};

/* The channels of `group` from `first` on. */
static inline FxInt8Columns
fx_int8_conv_columns (const FxInt8Conv *conv, gsize group, gsize first)
{
  gsize at = group * conv->padded + first;

  return (FxInt8Columns){
    .multiplier = conv->multiplier + at,
    .shift = conv->shift + at,
    .limit = conv->limit != NULL ? conv->limit + at : NULL,
    .simple = conv->simple,
    .zero_point = conv->output.zero_point,
    .low = conv->output.low,
    .high = conv->output.high,
  };
}

/* Rows of sums leave as conv->output says: to row `row` (a pixel) of y, channels from `first` of `group` on. */
void fx_int8_conv_finish (const FxInt8Conv *conv, gsize group, gsize first, guint n_columns, const gint32 *sums,
                          gsize sums_stride, gsize row, guint rows, gpointer y);

void fx_int8_conv_run_tiles (const FxInt8Conv *conv, const gint8 *x, gpointer y);
void fx_int8_conv_run_depthwise (const FxInt8Conv *conv, const gint8 *x, gpointer y);

/* A depthwise convolution that fx_int8_conv_run_columns() is for: 3 × 3, not too far apart. Its weights are packed as
 * so many a channel, tap ky × 3 + kx at this place among them. */
gboolean fx_int8_conv_takes_columns (const FxInt8Conv *conv);
gsize fx_int8_conv_column_depth (void);
gsize fx_int8_conv_column_place (gsize tap);
void fx_int8_conv_run_columns (const FxInt8Conv *conv, const gint8 *x, gpointer y);

G_END_DECLS
