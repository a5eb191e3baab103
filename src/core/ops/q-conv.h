/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/conv.h"
#include "core/ops/fx-q.h"

typedef struct
{
  FxConvParams conv; /* first: its attribute rows serve here as well */
  FxQIn x;
  FxQOut y;
} FxQConvParams;

/* Operands of QConv and QConvTranspose. */
enum
{
  FX_Q_CONV_X,
  FX_Q_CONV_W,
  FX_Q_CONV_W_SCALE,
  FX_Q_CONV_BIAS,
};

/* What QConv and QConvTranspose check alike: types, and one scale and bias for each of `channels`. */
gboolean fx_q_conv_check (const FxInfer *infer, const FxQIn *x, const FxQOut *y, gint64 channels, GError **error);

/* FALSE and *error if a sum of output channel c may leave its bits; absolute = Σ |w| over its weights. */
gboolean fx_q_conv_check_sum (const FxInfer *infer, const FxQIn *x, gint64 c, gint64 absolute, GError **error);

/* What both start to compute with: factors of all output channels, which the caller frees, and how sums leave. NULL and
 * *error. */
FxRequant *fx_q_conv_factors (const FxEval *eval, const FxQIn *x, const FxQOut *y, FxQResult *result, GError **error);

/* The bias of a channel, 0 without one. */
static inline gint64
fx_q_conv_bias (const FxArray *bias, gsize channel)
{
  if (bias->data == NULL)
    return 0;
  return bias->dtype == FX_DTYPE_INT64 ? ((const gint64 *)bias->data)[channel] : ((const gint32 *)bias->data)[channel];
}
