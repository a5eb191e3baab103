/* QLinearConv: convolution of quantized tensors, real = scale × (q - zero_point).
 * https://onnx.ai/onnx/operators/onnx__QLinearConv.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/conv-integer.h"
#include "core/ops/fx-op.h"

#include <math.h>

#define TYPES_8BIT (FX_TYPE_BIT (UINT8) | FX_TYPE_BIT (INT8))

enum
{
  X,
  X_SCALE,
  X_ZERO,
  W,
  W_SCALE,
  W_ZERO,
  Y_SCALE,
  Y_ZERO,
  B
};

static const FxAttrRow attrs[] = {
  FX_WINDOW_ATTRS (FxConvParams, FALSE),
  FX_INT (FxConvParams, group, 1, "Number of groups that channels are divided into"),
  FX_ATTR_END,
};

static const struct
{
  const char *name;
  FxDTypeMask types;
  gboolean per_channel;
} operands[] = {
  [X_SCALE] = { "x_scale", FX_TYPES_F32, FALSE }, [X_ZERO] = { "x_zero_point", TYPES_8BIT, FALSE },
  [W_SCALE] = { "w_scale", FX_TYPES_F32, TRUE },  [W_ZERO] = { "w_zero_point", TYPES_8BIT, TRUE },
  [Y_SCALE] = { "y_scale", FX_TYPES_F32, FALSE }, [Y_ZERO] = { "y_zero_point", TYPES_8BIT, FALSE },
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *x = &infer->inputs[X].shape, *w = &infer->inputs[W].shape;
  FxShape y = FX_SHAPE_UNKNOWN;
  FxWindow window;
  gint64 channels = w->rank >= 1 ? w->dims[0] : FX_DIM_UNKNOWN;

  if (!fx_infer_check_type (infer, X, "x", TYPES_8BIT, error) || !fx_infer_check_type (infer, W, "w", TYPES_8BIT, error)
      || !fx_infer_check_type (infer, B, "B", FX_TYPE_BIT (INT32), error)
      || !fx_conv_check_vector (infer, B, "B", channels, FALSE, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (operands); i++)
    if (operands[i].name != NULL
        && (!fx_infer_check_type (infer, i, operands[i].name, operands[i].types, error)
            || !fx_conv_check_vector (infer, i, operands[i].name, operands[i].per_channel ? channels : 1, TRUE, error)))
      return FALSE;
  if (x->rank >= 0 || w->rank >= 0)
    {
      if (!fx_conv_resolve (infer->params, x, w, &window, error))
        return FALSE;
      y = fx_window_output_shape (&window, x->rank >= 0 ? x->dims[0] : FX_DIM_UNKNOWN, channels);
    }
  fx_infer_set (infer, 0, infer->inputs[Y_ZERO].dtype, &y);
  return TRUE;
}

/* Rounds to nearest even and saturates. */
static void
requantize (const gint32 *acc, gsize n, gint32 bias, float scale, gint32 zero, FxArray *y, gsize first)
{
  gboolean is_signed = y->dtype == FX_DTYPE_INT8;
  float low = (float)((is_signed ? G_MININT8 : 0) - zero), high = (float)((is_signed ? G_MAXINT8 : G_MAXUINT8) - zero);

  for (gsize i = 0; i < n; i++)
    {
      float value = (float)(gint32)((guint32)acc[i] + (guint32)bias) * scale;
      gint32 q = zero + (gint32)nearbyintf (value > high ? high : value > low ? value : low);

      if (is_signed)
        ((gint8 *)y->data)[first + i] = (gint8)q;
      else
        ((guint8 *)y->data)[first + i] = (guint8)q;
    }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxConvParams *params = eval->params;
  const FxArray *x = &eval->inputs[X], *w = &eval->inputs[W];
  const float *w_scale = eval->inputs[W_SCALE].data;
  const gint32 *bias = eval->inputs[B].data;
  FxArray *y = &eval->outputs[0];
  guint n;
  FxConvZeroPoints zero;
  g_autofree gint32 *zero_x = fx_conv_dup_zero_points (&eval->inputs[X_ZERO], &n);
  g_autofree gint32 *zero_y = fx_conv_dup_zero_points (&eval->inputs[Y_ZERO], &n);
  g_autofree gint32 *zero_w = fx_conv_dup_zero_points (&eval->inputs[W_ZERO], &zero.n_w);
  gsize n_scales = fx_array_elements (&eval->inputs[W_SCALE]), m = (gsize)w->shape.dims[0];
  gsize out_plane = fx_shape_product (&y->shape, 2, y->shape.rank);
  float x_scale = *(const float *)eval->inputs[X_SCALE].data, y_scale = *(const float *)eval->inputs[Y_SCALE].data;
  FxWindow window, win;

  if (!fx_conv_resolve (params, &x->shape, &w->shape, &window, error))
    return FALSE;
  win = fx_window_3d (&window);
  zero.x = zero_x[0];
  zero.w = zero_w;

#pragma omp parallel for schedule(dynamic)
  for (gint64 k = 0; k < y->shape.dims[0] * y->shape.dims[1]; k++)
    {
      gsize channel = (gsize)k % m;
      g_autofree gint32 *acc = g_new (gint32, out_plane + 1);

      fx_conv_integer_plane (params, &win, x, w, &zero, k, acc);
      requantize (acc, out_plane, bias != NULL ? bias[channel] : 0,
                  x_scale * w_scale[n_scales == 1 ? 0 : channel] / y_scale, zero_y[0], y, (gsize)k * out_plane);
    }
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_conv_macs (&infer->outputs[0].shape, &infer->inputs[W].shape);
}

const FxOp fx_op_qlinear_conv = {
  .name = "QLinearConv",
  .doc = "Convolution of quantized tensors with a quantized result",
  .since = 10,
  .min_inputs = 8,
  .max_inputs = 9,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxConvParams),
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
