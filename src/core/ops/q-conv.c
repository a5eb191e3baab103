/* QConv: convolution of quantized activations with 8-bit weights.
 *
 *   acc[c] = bias[c] + Σ w × (x − x_zero_point)
 *   y = clamp (round (acc × x_scale × w_scale[c] / y_scale) + y_zero_point)
 *
 * docs/arithmetic.md, "Convolution". The sums are exact: a layer whose sums could leave 32 bits (62 for int16) is
 * refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-conv.h"

#include "core/fx-error.h"

#include <string.h>

static const FxAttrRow attrs[] = {
  FX_WINDOW_ATTRS (FxConvParams, FALSE),
  FX_INT (FxConvParams, group, 1, "Number of groups that channels are divided into"),
  FX_Q_IN_ATTRS (FxQConvParams, x),
  FX_Q_OUT_ATTRS (FxQConvParams),
  FX_ATTR_END,
};

gboolean
fx_q_conv_check (const FxInfer *infer, const FxQIn *x, const FxQOut *y, gint64 channels, GError **error)
{
  FxDType dtype = infer->inputs[FX_Q_CONV_X].dtype;
  FxDTypeMask bias = dtype == FX_DTYPE_INT8    ? FX_TYPE_BIT (INT32)
                     : dtype == FX_DTYPE_INT16 ? FX_TYPE_BIT (INT64)
                                               : FX_TYPE_BIT (INT32) | FX_TYPE_BIT (INT64);
  FxQResult result;

  if (!fx_q_check_in (infer, FX_Q_CONV_X, "x", x, FX_TYPES_Q, error)
      || !fx_infer_check_type (infer, FX_Q_CONV_W, "w", FX_TYPE_BIT (INT8), error)
      || !fx_infer_check_type (infer, FX_Q_CONV_W_SCALE, "w_scale", FX_TYPES_F32, error)
      || !fx_infer_check_type (infer, FX_Q_CONV_BIAS, "bias", bias, error)
      || !fx_conv_check_vector (infer, FX_Q_CONV_W_SCALE, "w_scale", channels, TRUE, error)
      || !fx_conv_check_vector (infer, FX_Q_CONV_BIAS, "bias", channels, FALSE, error)
      || !fx_q_check_scales (infer, FX_Q_CONV_W_SCALE, "w_scale", error) || !fx_q_result (y, TRUE, &result, error))
    return FALSE;
  if (result.dtype == FX_DTYPE_INT32 && dtype == FX_DTYPE_INT16)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "the sums of int16 activations have 64 bits and cannot leave as int32");
  return TRUE;
}

gboolean
fx_q_conv_check_sum (const FxInfer *infer, const FxQIn *x, gint64 c, gint64 absolute, GError **error)
{
  const FxFact *bias = &infer->inputs[FX_Q_CONV_BIAS];
  gint64 value = bias->present && bias->value != NULL ? fx_tensor_get_int64 (bias->value, (gsize)c) : 0;

  return fx_q_check_sum (c, absolute, x->zero_point, value, infer->inputs[FX_Q_CONV_X].dtype == FX_DTYPE_INT16, error);
}

FxRequant *
fx_q_conv_factors (const FxEval *eval, const FxQIn *x, const FxQOut *y, FxQResult *result, GError **error)
{
  if (!fx_q_result (y, TRUE, result, error))
    return NULL;
  return fx_q_factors ((double)x->scale, &eval->inputs[FX_Q_CONV_W_SCALE], y, (gsize)eval->outputs[0].shape.dims[1],
                       error);
}

/* Of all output channels; of weights that are not known yet the worst there can be. */
static gboolean
check_sums (const FxInfer *infer, GError **error)
{
  const FxQConvParams *params = infer->params;
  const FxFact *w = &infer->inputs[FX_Q_CONV_W];
  const gint8 *weights = w->value != NULL ? g_bytes_get_data (fx_tensor_bytes (w->value), NULL) : NULL;
  gsize depth;

  if (infer->inputs[FX_Q_CONV_X].dtype == FX_DTYPE_UNDEFINED || !fx_shape_count (&w->shape, &depth) || depth == 0)
    return TRUE;
  depth /= (gsize)w->shape.dims[0];
  for (gint64 c = 0; c < w->shape.dims[0]; c++)
    {
      gint64 absolute = weights != NULL ? 0 : (gint64)depth * 128;

      for (gsize k = 0; weights != NULL && k < depth; k++)
        absolute += ABS ((gint32)weights[(gsize)c * depth + k]);
      if (!fx_q_conv_check_sum (infer, &params->x, c, absolute, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQConvParams *params = infer->params;
  const FxShape *x = &infer->inputs[FX_Q_CONV_X].shape, *w = &infer->inputs[FX_Q_CONV_W].shape;
  gint64 channels = w->rank >= 1 ? w->dims[0] : FX_DIM_UNKNOWN;
  FxShape y = FX_SHAPE_UNKNOWN;
  FxQResult result;
  FxWindow window;

  if (!fx_q_conv_check (infer, &params->x, &params->y, channels, error))
    return FALSE;
  if (x->rank >= 0 || w->rank >= 0)
    {
      if (!fx_conv_resolve (&params->conv, x, w, &window, error))
        return FALSE;
      y = fx_window_output_shape (&window, x->rank >= 0 ? x->dims[0] : FX_DIM_UNKNOWN, channels);
    }
  if (!check_sums (infer, error) || !fx_q_result (&params->y, TRUE, &result, error))
    return FALSE;
  fx_infer_set (infer, 0, result.dtype, &y);
  return TRUE;
}

/* sums[out…] += Σ w × (x − zero) over one plane of x and the filter for it. */
#define DEFINE_ADD_PLANE(X, SUM)                                                                                       \
  static void add_plane_##X (const FxWindow *win, const X *x, gint32 zero, const gint8 *w, SUM *sums)                  \
  {                                                                                                                    \
    gint64 stride = win->stride[2];                                                                                    \
                                                                                                                       \
    for (gint64 row = 0; row < win->out[0] * win->out[1]; row++, sums += win->out[2])                                  \
      {                                                                                                                \
        FxRowTaps tap = fx_row_taps (win, row / win->out[1], row % win->out[1]);                                       \
                                                                                                                       \
        while (fx_row_taps_next (&tap))                                                                                \
          {                                                                                                            \
            const X *from = x + tap.first;                                                                             \
            SUM *to = sums + tap.begin;                                                                                \
            gint32 weight = w[tap.k];                                                                                  \
                                                                                                                       \
            for (gint64 i = 0; i < tap.end - tap.begin; i++)                                                           \
              to[i] += weight * (from[i * stride] - zero);                                                             \
          }                                                                                                            \
      }                                                                                                                \
  }

DEFINE_ADD_PLANE (gint8, gint32)
DEFINE_ADD_PLANE (gint16, gint64)

/* Plane k of [N, M] of y, its sums in `memory`. */
static void
convolve_plane (const FxEval *eval, const FxWindow *win, gint64 k, const FxRequant *factors, const FxQResult *result,
                void *memory)
{
  const FxQConvParams *params = eval->params;
  const FxArray *x = &eval->inputs[FX_Q_CONV_X], *w = &eval->inputs[FX_Q_CONV_W];
  gsize m = (gsize)w->shape.dims[0], n_channels = (gsize)w->shape.dims[1], channel = (gsize)k % m;
  gsize taps = fx_shape_product (&w->shape, 2, w->shape.rank),
        in_plane = fx_shape_product (&x->shape, 2, x->shape.rank);
  gsize out_plane = (gsize)(win->out[0] * win->out[1] * win->out[2]);
  gsize first = (gsize)k / m * (gsize)x->shape.dims[1] + channel / (m / (gsize)params->conv.group) * n_channels;
  const gint8 *filter = (const gint8 *)w->data + channel * n_channels * taps;
  gint64 bias = fx_q_conv_bias (&eval->inputs[FX_Q_CONV_BIAS], channel);
  gboolean wide = x->dtype == FX_DTYPE_INT16;

  memset (memory, 0, out_plane * (wide ? sizeof (gint64) : sizeof (gint32)));
  for (gsize c = 0; c < n_channels; c++)
    if (wide)
      add_plane_gint16 (win, (const gint16 *)x->data + (first + c) * in_plane, 0, filter + c * taps, memory);
    else
      add_plane_gint8 (win, (const gint8 *)x->data + (first + c) * in_plane, (gint32)params->x.zero_point,
                       filter + c * taps, memory);
  for (gsize i = 0; i < out_plane; i++)
    fx_q_store (&eval->outputs[0], (gsize)k * out_plane + i,
                fx_q_finish (result, &factors[channel],
                             bias + (wide ? ((const gint64 *)memory)[i] : ((const gint32 *)memory)[i])));
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxQConvParams *params = eval->params;
  const FxArray *x = &eval->inputs[FX_Q_CONV_X], *w = &eval->inputs[FX_Q_CONV_W], *y = &eval->outputs[0];
  gsize out_plane = fx_shape_product (&y->shape, 2, y->shape.rank);
  FxQResult result;
  g_autofree FxRequant *factors = fx_q_conv_factors (eval, &params->x, &params->y, &result, error);
  FxWindow window, win;

  if (factors == NULL || !fx_conv_resolve (&params->conv, &x->shape, &w->shape, &window, error))
    return FALSE;
  win = fx_window_3d (&window);

#pragma omp parallel for schedule(dynamic) if (fx_conv_macs(&y->shape, &w->shape) > FX_PARALLEL_MIN)
  for (gint64 k = 0; k < y->shape.dims[0] * y->shape.dims[1]; k++)
    {
      g_autofree void *memory = g_malloc (out_plane * sizeof (gint64) + 1);

      convolve_plane (eval, &win, k, factors, &result, memory);
    }
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_conv_macs (&infer->outputs[0].shape, &infer->inputs[FX_Q_CONV_W].shape);
}

const FxOp fx_op_q_conv = {
  .name = "QConv",
  .domain = FX_Q_DOMAIN,
  .doc = "Convolution of quantized activations with 8-bit weights, quantized again",
  .since = 1,
  .min_inputs = 3,
  .max_inputs = 4,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxQConvParams),
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
