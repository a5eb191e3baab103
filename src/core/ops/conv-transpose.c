/* ConvTranspose: the gradient of a convolution, which spreads each input element over a window of the output.
 * https://onnx.ai/onnx/operators/onnx__ConvTranspose.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/conv.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

static const FxAttrRow attrs[] = {
  FX_WINDOW_ATTRS (FxConvTransposeParams, FALSE),
  FX_INT (FxConvTransposeParams, group, 1, "Number of groups that channels are divided into"),
  FX_INTS (FxConvTransposeParams, output_padding, "Added to the output size at the end of each axis; 0 if empty"),
  FX_INTS (FxConvTransposeParams, output_shape, "Output size of each spatial axis; decides the padding"),
  FX_ATTR_END,
};

/* Padding that cuts `natural` down to `wanted`; what is odd goes to the end for SAME_UPPER, else to the begin. */
static void
pad_to (FxWindow *window, int axis, gint64 natural, gint64 wanted, gboolean upper)
{
  gint64 total = MAX (natural - wanted, 0);

  window->out[axis] = wanted;
  window->pad_begin[axis] = upper ? total / 2 : total - total / 2;
  window->pad_end[axis] = total - window->pad_begin[axis];
}

static gboolean
resolve_axis (const FxConvTransposeParams *params, FxWindow *window, int axis, GError **error)
{
  gint64 extra = params->output_padding.n != 0 ? params->output_padding.data[axis] : 0;
  /* some exporters write N and C too */
  guint skip = params->output_shape.n == (guint)window->spatial_rank + 2 ? 2 : 0;
  int auto_pad = params->window.auto_pad;
  gint64 natural, wanted = FX_DIM_UNKNOWN;

  if (extra < 0 || extra > FX_WINDOW_MAX)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"output_padding\" has element %" PRId64 ", wanted 0 or more",
                    extra);
  if (params->output_shape.n != 0)
    {
      wanted = params->output_shape.data[skip + (guint)axis];
      if (wanted < 1 || wanted > FX_WINDOW_MAX)
        return fx_fail (error, FX_ERROR_BAD_GRAPH,
                        "attribute \"output_shape\" has element %" PRId64 ", wanted 1 or more", wanted);
    }
  if (window->in[axis] < 0 || window->kernel[axis] < 0)
    {
      window->out[axis] = wanted;
      return TRUE;
    }
  if (window->in[axis] > FX_WINDOW_MAX)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "X has size %" PRId64 " at spatial axis %d", window->in[axis], axis);

  natural = (window->in[axis] - 1) * window->stride[axis] + extra + fx_window_span (window, axis);
  if (params->output_shape.n != 0)
    pad_to (window, axis, natural, wanted, auto_pad == FX_AUTO_PAD_SAME_UPPER);
  else if (auto_pad == FX_AUTO_PAD_SAME_UPPER || auto_pad == FX_AUTO_PAD_SAME_LOWER)
    pad_to (window, axis, natural, window->in[axis] * window->stride[axis], auto_pad == FX_AUTO_PAD_SAME_UPPER);
  else
    window->out[axis] = natural - window->pad_begin[axis] - window->pad_end[axis];

  if (window->out[axis] < 1 || window->out[axis] > (gint64)1 << 47)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "output has size %" PRId64 " at spatial axis %d, wanted 1 or more",
                    window->out[axis], axis);
  return TRUE;
}

gboolean
fx_conv_transpose_resolve (const FxConvTransposeParams *params, const FxShape *x, const FxShape *w, FxWindow *window,
                           GError **error)
{
  FxShape input = x->rank >= 0 ? *x : fx_shape_of_rank (w->rank);
  FxShape weights = w->rank >= 0 ? *w : fx_shape_of_rank (x->rank);
  gint64 group = params->group;
  guint n;

  if (input.rank != weights.rank)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "X has %d dimensions and W %d, wanted as many", input.rank,
                    weights.rank);
  if (group < 1 || group > FX_WINDOW_MAX)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"group\" is %" PRId64 ", wanted 1 or more", group);
  if (!fx_window_read (&params->window, &input, weights.dims + 2, window, error))
    return FALSE;
  n = (guint)window->spatial_rank;
  if (params->output_padding.n != 0 && params->output_padding.n != n)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"output_padding\" has %u elements, wanted %u",
                    params->output_padding.n, n);
  if (params->output_shape.n != 0 && params->output_shape.n != n && params->output_shape.n != n + 2)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"output_shape\" has %u elements, wanted %u",
                    params->output_shape.n, n);

  if (input.dims[1] >= 0 && weights.dims[0] >= 0 && input.dims[1] != weights.dims[0])
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "X has %" PRId64 " channels, W wants %" PRId64, input.dims[1],
                    weights.dims[0]);
  if (weights.dims[0] >= 0 && weights.dims[0] % group != 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "attribute \"group\" is %" PRId64 ", wanted a divisor of the %" PRId64 " input channels", group,
                    weights.dims[0]);
  if (weights.dims[1] > FX_WINDOW_MAX)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "W has size %" PRId64 " at axis 1", weights.dims[1]);
  for (int i = 0; i < window->spatial_rank; i++)
    if (!resolve_axis (params, window, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxConvTransposeParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape, *w = &infer->inputs[1].shape;
  gint64 channels = FX_DIM_UNKNOWN;
  FxShape y = FX_SHAPE_UNKNOWN;
  FxWindow window;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 1, "W", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 2, "B", FX_TYPES_FLOAT, error))
    return FALSE;
  if (x->rank >= 0 || w->rank >= 0)
    {
      if (!fx_conv_transpose_resolve (params, x, w, &window, error))
        return FALSE;
      if (w->rank >= 2 && w->dims[1] >= 0)
        channels = w->dims[1] * params->group;
      y = fx_window_output_shape (&window, x->rank >= 0 ? x->dims[0] : FX_DIM_UNKNOWN, channels);
    }
  if (!fx_conv_check_vector (infer, 2, "B", channels, FALSE, error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

/* Adds one input plane, spread by one filter, to an output plane. `win` is that of the convolution which this
 * transposes: its input is our output, and the rows it walks are those of our input. */
static void
spread_plane (const FxWindow *win, const float *x, const float *w, float *y)
{
  gint64 stride = win->stride[2];

  for (gint64 d = 0; d < win->out[0]; d++)
    for (gint64 h = 0; h < win->out[1]; h++, x += win->out[2])
      {
        FxRowTaps tap = fx_row_taps (win, d, h);

        while (fx_row_taps_next (&tap))
          {
            const float *from = x + tap.begin;
            float *to = y + tap.first, weight = w[tap.k];

            for (gint64 i = 0; i < tap.end - tap.begin; i++)
              to[i * stride] += weight * from[i];
          }
      }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxConvTransposeParams *params = eval->params;
  const FxArray *x = &eval->inputs[0], *w = &eval->inputs[1], *b = &eval->inputs[2], *y = &eval->outputs[0];
  gint64 n = x->shape.dims[0], m = y->shape.dims[1], group_in = w->shape.dims[0] / params->group;
  gint64 group_out = w->shape.dims[1];
  gsize in_plane = fx_shape_product (&x->shape, 2, x->shape.rank);
  gsize out_plane = fx_shape_product (&y->shape, 2, y->shape.rank);
  gsize taps = fx_shape_product (&w->shape, 2, w->shape.rank);
  FxWindow window, win;

  if (!fx_conv_transpose_resolve (params, &x->shape, &w->shape, &window, error))
    return FALSE;
  win = fx_window_3d (&window);
  for (int i = 0; i < 3; i++)
    {
      gint64 in = win.in[i];

      win.in[i] = win.out[i];
      win.out[i] = in;
    }

#pragma omp parallel for schedule(dynamic) if (n * m > 1)
  for (gint64 k = 0; k < n * m; k++)
    {
      gint64 channel = k % m, group = channel / group_out;
      float bias = b->data != NULL ? ((const float *)b->data)[channel] : 0.0f;
      float *plane = (float *)y->data + (gsize)k * out_plane;

      for (gsize i = 0; i < out_plane; i++)
        plane[i] = bias;
      for (gint64 c = group * group_in; c < (group + 1) * group_in; c++)
        spread_plane (&win, (const float *)x->data + (gsize)(k / m * x->shape.dims[1] + c) * in_plane,
                      (const float *)w->data + (gsize)(c * group_out + channel % group_out) * taps, plane);
    }
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_conv_macs (&infer->inputs[0].shape, &infer->inputs[1].shape);
}

const FxOp fx_op_conv_transpose = {
  .name = "ConvTranspose",
  .doc = "Transposed convolution over one to three spatial axes",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxConvTransposeParams),
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
