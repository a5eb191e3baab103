/* QConvTranspose: transposed convolution of quantized activations with 8-bit weights, whose sums are those of QConv.
 *
 *   acc[c] = bias[c] + Σ w × (x − x_zero_point)  over the elements of x whose windows meet the output
 *
 * docs/arithmetic.md, "Convolution".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-conv-transpose.h"

static const FxAttrRow attrs[] = {
  FX_WINDOW_ATTRS (FxConvTransposeParams, FALSE),
  FX_INT (FxConvTransposeParams, group, 1, "Number of groups that channels are divided into"),
  FX_INTS (FxConvTransposeParams, output_padding, "Added to the output size at the end of each axis; 0 if empty"),
  FX_INTS (FxConvTransposeParams, output_shape, "Output size of each spatial axis; decides the padding"),
  FX_Q_IN_ATTRS (FxQConvTransposeParams, x),
  FX_Q_OUT_ATTRS (FxQConvTransposeParams),
  FX_ATTR_END,
};

/* As QConv's; an output channel has one column of each input channel's filters of its group. */
static gboolean
check_sums (const FxInfer *infer, GError **error)
{
  const FxQConvTransposeParams *params = infer->params;
  const FxFact *w = &infer->inputs[FX_Q_CONV_W];
  const gint8 *weights = w->value != NULL ? g_bytes_get_data (fx_tensor_bytes (w->value), NULL) : NULL;
  gsize count, taps, group_in, group_out;

  if (infer->inputs[FX_Q_CONV_X].dtype == FX_DTYPE_UNDEFINED || !fx_shape_count (&w->shape, &count) || count == 0)
    return TRUE;
  taps = fx_shape_product (&w->shape, 2, w->shape.rank);
  group_in = (gsize)(w->shape.dims[0] / params->conv.group);
  group_out = (gsize)w->shape.dims[1];
  for (gsize c = 0; c < group_out * (gsize)params->conv.group; c++)
    {
      gint64 absolute = weights != NULL ? 0 : (gint64)(group_in * taps) * 128;

      for (gsize i = c / group_out * group_in; weights != NULL && i < (c / group_out + 1) * group_in; i++)
        for (gsize k = 0; k < taps; k++)
          absolute += ABS ((gint32)weights[(i * group_out + c % group_out) * taps + k]);
      if (!fx_q_conv_check_sum (infer, &params->x, (gint64)c, absolute, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQConvTransposeParams *params = infer->params;
  const FxShape *x = &infer->inputs[FX_Q_CONV_X].shape, *w = &infer->inputs[FX_Q_CONV_W].shape;
  gint64 channels = FX_DIM_UNKNOWN;
  FxShape y = FX_SHAPE_UNKNOWN;
  FxQResult result;
  FxWindow window;

  if (x->rank >= 0 || w->rank >= 0)
    {
      if (!fx_conv_transpose_resolve (&params->conv, x, w, &window, error))
        return FALSE;
      if (w->rank >= 2 && w->dims[1] >= 0)
        channels = w->dims[1] * params->conv.group;
      y = fx_window_output_shape (&window, x->rank >= 0 ? x->dims[0] : FX_DIM_UNKNOWN, channels);
    }
  if (!fx_q_conv_check (infer, &params->x, &params->y, channels, error) || !check_sums (infer, error)
      || !fx_q_result (&params->y, TRUE, &result, error))
    return FALSE;
  fx_infer_set (infer, 0, result.dtype, &y);
  return TRUE;
}

/* Adds one plane of x, spread by one filter, to the sums. `win` is that of the convolution which this transposes: its
 * input is our output. */
static void
spread_plane (const FxWindow *win, const FxArray *x, gsize plane, gint64 zero, const gint8 *w, gint64 *sums)
{
  gint64 stride = win->stride[2];

  for (gint64 row = 0; row < win->out[0] * win->out[1]; row++, plane += (gsize)win->out[2])
    {
      FxRowTaps tap = fx_row_taps (win, row / win->out[1], row % win->out[1]);

      while (fx_row_taps_next (&tap))
        for (gint64 i = 0; i < tap.end - tap.begin; i++)
          sums[tap.first + i * stride] += w[tap.k] * (fx_q_load (x, plane + (gsize)(tap.begin + i)) - zero);
    }
}

/* Plane k of [N, M] of y. */
static void
transpose_plane (const FxEval *eval, const FxWindow *win, gint64 k, const FxRequant *factors, const FxQResult *result,
                 gint64 *sums)
{
  const FxQConvTransposeParams *params = eval->params;
  const FxArray *x = &eval->inputs[FX_Q_CONV_X], *w = &eval->inputs[FX_Q_CONV_W];
  gint64 m = eval->outputs[0].shape.dims[1], group_in = w->shape.dims[0] / params->conv.group;
  gint64 group_out = w->shape.dims[1], channel = k % m, group = channel / group_out;
  gsize in_plane = fx_shape_product (&x->shape, 2, x->shape.rank),
        taps = fx_shape_product (&w->shape, 2, w->shape.rank);
  gsize out_plane = (gsize)(win->in[0] * win->in[1] * win->in[2]);

  for (gsize i = 0; i < out_plane; i++)
    sums[i] = fx_q_conv_bias (&eval->inputs[FX_Q_CONV_BIAS], (gsize)channel);
  for (gint64 c = group * group_in; c < (group + 1) * group_in; c++)
    spread_plane (win, x, (gsize)(k / m * x->shape.dims[1] + c) * in_plane, params->x.zero_point,
                  (const gint8 *)w->data + (gsize)(c * group_out + channel % group_out) * taps, sums);
  for (gsize i = 0; i < out_plane; i++)
    fx_q_store (&eval->outputs[0], (gsize)k * out_plane + i, fx_q_finish (result, &factors[channel], sums[i]));
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxQConvTransposeParams *params = eval->params;
  const FxArray *x = &eval->inputs[FX_Q_CONV_X], *w = &eval->inputs[FX_Q_CONV_W], *y = &eval->outputs[0];
  gsize out_plane = fx_shape_product (&y->shape, 2, y->shape.rank);
  FxQResult result;
  g_autofree FxRequant *factors = fx_q_conv_factors (eval, &params->x, &params->y, &result, error);
  FxWindow window, win;

  if (factors == NULL || !fx_conv_transpose_resolve (&params->conv, &x->shape, &w->shape, &window, error))
    return FALSE;
  win = fx_window_3d (&window);
  for (int i = 0; i < 3; i++)
    {
      gint64 in = win.in[i];

      win.in[i] = win.out[i];
      win.out[i] = in;
    }

#pragma omp parallel for schedule(dynamic) if (fx_conv_macs(&x->shape, &w->shape) > FX_PARALLEL_MIN)
  for (gint64 k = 0; k < y->shape.dims[0] * y->shape.dims[1]; k++)
    {
      g_autofree gint64 *sums = g_new (gint64, out_plane + 1);

      transpose_plane (eval, &win, k, factors, &result, sums);
    }
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_conv_macs (&infer->inputs[FX_Q_CONV_X].shape, &infer->inputs[FX_Q_CONV_W].shape);
}

const FxOp fx_op_q_conv_transpose = {
  .name = "QConvTranspose",
  .domain = FX_Q_DOMAIN,
  .doc = "Transposed convolution of quantized activations with 8-bit weights, quantized again",
  .since = 1,
  .min_inputs = 3,
  .max_inputs = 4,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxQConvTransposeParams),
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
