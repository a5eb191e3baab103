/* Convolution of 16-bit activations with 8-bit weights, for layers that 8 bits are too coarse for.
 *
 * As fx-int8.h, but: activations are s16 with zero point 0, the bias and the sums have 64 bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/int8/fx-int8.h"

G_BEGIN_DECLS

typedef struct
{
  FxInt8Window window;
  const gint8 *weights;      /* [out_channels][in_channels / group][kernel_height][kernel_width] */
  const gint64 *bias;        /* [out_channels] in units of input scale × weight scale; NULL: none */
  const FxRequant *requants; /* [out_channels] */
  FxInt8Output output;       /* INT16 or INT8 */
} FxInt16ConvParams;

typedef struct _FxInt16Conv FxInt16Conv;

/* Copies and packs what `params` points to. isa NULL: the best of this CPU. */
FxInt16Conv *fx_int16_conv_new (const FxInt16ConvParams *params, const FxInt8Isa *isa, GError **error);
void fx_int16_conv_free (FxInt16Conv *conv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxInt16Conv, fx_int16_conv_free)

/* x [batch][in_height][in_width][in_channels] → y [batch][out_height][out_width][out_channels] */
void fx_int16_conv_run (const FxInt16Conv *conv, const gint16 *x, gpointer y);

/* The definition; params->window with its output size set. */
void fx_int16_conv_reference (const FxInt16ConvParams *params, const gint16 *x, gpointer y);

G_END_DECLS
