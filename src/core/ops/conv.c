/* Conv: cross-correlation over one to three spatial axes.  https://onnx.ai/onnx/operators/onnx__Conv.html
 *
 * The kernel here is the plain one that fast engines are measured against and fall back to.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/conv.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

static const FxAttrRow attrs[] = {
  FX_WINDOW_ATTRS (FxConvParams, FALSE),
  FX_INT (FxConvParams, group, 1, "Number of groups that channels are divided into"),
  FX_ATTR_END,
};

gboolean
fx_conv_resolve (const FxConvParams *params, const FxShape *x, const FxShape *w, FxWindow *window, GError **error)
{
  FxShape input = x->rank >= 0 ? *x : fx_shape_of_rank (w->rank),
          weights = w->rank >= 0 ? *w : fx_shape_of_rank (x->rank);
  gint64 group = params->group;

  if (input.rank != weights.rank)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "X has %d dimensions and W %d, wanted as many", input.rank,
                    weights.rank);
  if (group < 1 || group > FX_WINDOW_MAX)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"group\" is %" PRId64 ", wanted 1 or more", group);
  if (!fx_window_resolve (&params->window, &input, weights.dims + 2, FALSE, window, error))
    return FALSE;

  if (input.dims[1] >= 0 && weights.dims[1] >= 0
      && (input.dims[1] % group != 0 || input.dims[1] / group != weights.dims[1]))
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "X has %" PRId64 " channels, W wants %" PRId64 " in each of %" PRId64 " groups", input.dims[1],
                    weights.dims[1], group);
  if (weights.dims[0] >= 0 && weights.dims[0] % group != 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "attribute \"group\" is %" PRId64 ", wanted a divisor of the %" PRId64 " output channels", group,
                    weights.dims[0]);
  return TRUE;
}

gboolean
fx_conv_check_vector (const FxInfer *infer, guint i, const char *what, gint64 channels, gboolean or_one, GError **error)
{
  const FxFact *fact = &infer->inputs[i];

  if (!fx_infer_check_rank (infer, i, what, or_one ? 0 : 1, 1, error))
    return FALSE;
  if (!fact->present || fact->shape.rank < 1 || fact->shape.dims[0] < 0 || channels < 0
      || fact->shape.dims[0] == channels || (or_one && fact->shape.dims[0] == 1))
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has %" PRId64 " elements, wanted %" PRId64, what, fact->shape.dims[0],
                  channels);
}

guint64
fx_conv_macs (const FxShape *y, const FxShape *w)
{
  gsize outputs, weights;

  if (!fx_shape_count (y, &outputs) || !fx_shape_count (w, &weights) || w->rank < 2 || w->dims[0] == 0)
    return 0;
  return (guint64)outputs * (weights / (guint64)w->dims[0]);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxConvParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape, *w = &infer->inputs[1].shape;
  gint64 channels = w->rank >= 1 ? w->dims[0] : FX_DIM_UNKNOWN;
  FxShape y = FX_SHAPE_UNKNOWN;
  FxWindow window;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 1, "W", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 2, "B", FX_TYPES_FLOAT, error))
    return FALSE;
  if (x->rank >= 0 || w->rank >= 0)
    {
      if (!fx_conv_resolve (params, x, w, &window, error))
        return FALSE;
      y = fx_window_output_shape (&window, x->rank >= 0 ? x->dims[0] : FX_DIM_UNKNOWN, channels);
    }
  if (!fx_conv_check_vector (infer, 2, "B", channels, FALSE, error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

/* y[i] += Σ w[c] × x[c × plane + i × stride] over `n_channels` channels, four at a time to save passes over y. */
static inline void
add_row (float *restrict y, const float *restrict x, const float *restrict w, gint64 n, gint64 stride, gsize plane,
         gsize tap_stride, gint64 n_channels)
{
  gint64 c = 0;

  for (; c + 4 <= n_channels; c += 4)
    {
      const float *x0 = x + (gsize)c * plane, *x1 = x0 + plane, *x2 = x1 + plane, *x3 = x2 + plane;
      const float *wc = w + (gsize)c * tap_stride;
      float w0 = wc[0], w1 = wc[tap_stride], w2 = wc[2 * tap_stride], w3 = wc[3 * tap_stride];

      if (stride == 1)
        for (gint64 i = 0; i < n; i++)
          y[i] = y[i] + w0 * x0[i] + w1 * x1[i] + w2 * x2[i] + w3 * x3[i];
      else
        for (gint64 i = 0; i < n; i++)
          y[i] = y[i] + w0 * x0[i * stride] + w1 * x1[i * stride] + w2 * x2[i * stride] + w3 * x3[i * stride];
    }
  for (; c < n_channels; c++)
    {
      const float *xc = x + (gsize)c * plane;
      float wc = w[(gsize)c * tap_stride];

      if (stride == 1)
        for (gint64 i = 0; i < n; i++)
          y[i] += wc * xc[i];
      else
        for (gint64 i = 0; i < n; i++)
          y[i] += wc * xc[i * stride];
    }
}

/* One output plane: x is the first channel of the group, w the filter [n_channels, kernel…], y starts as the bias. */
static void
convolve_plane (const FxWindow *win, const float *x, const float *w, float *y, gint64 n_channels)
{
  gsize plane = (gsize)(win->in[0] * win->in[1] * win->in[2]);
  gsize taps = (gsize)(win->kernel[0] * win->kernel[1] * win->kernel[2]);

  for (gint64 od = 0; od < win->out[0]; od++)
    for (gint64 oh = 0; oh < win->out[1]; oh++)
      {
        float *row = y + (od * win->out[1] + oh) * win->out[2];
        FxRowTaps tap = fx_row_taps (win, od, oh);

        while (fx_row_taps_next (&tap))
          add_row (row + tap.begin, x + tap.first, w + tap.k, tap.end - tap.begin, win->stride[2], plane, taps,
                   n_channels);
      }
}

/* A pointwise convolution does not care where rows end: one long row per plane. */
static void
flatten_pointwise (FxWindow *win)
{
  for (int i = 0; i < 3; i++)
    if (win->kernel[i] != 1 || win->stride[i] != 1 || win->pad_begin[i] != 0 || win->pad_end[i] != 0)
      return;
  win->in[2] *= win->in[0] * win->in[1];
  win->in[0] = win->in[1] = 1;
  win->out[2] = win->in[2];
  win->out[0] = win->out[1] = 1;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxConvParams *params = eval->params;
  const FxArray *x = &eval->inputs[0], *w = &eval->inputs[1], *b = &eval->inputs[2], *y = &eval->outputs[0];
  gint64 n = x->shape.dims[0], m = w->shape.dims[0], n_channels = w->shape.dims[1];
  FxWindow resolved, win;
  gsize in_plane, out_plane, filter;

  if (!fx_conv_resolve (params, &x->shape, &w->shape, &resolved, error))
    return FALSE;
  win = fx_window_3d (&resolved);
  flatten_pointwise (&win);
  in_plane = fx_shape_product (&x->shape, 2, x->shape.rank);
  out_plane = fx_shape_product (&y->shape, 2, y->shape.rank);
  filter = fx_shape_product (&w->shape, 1, w->shape.rank);

#pragma omp parallel for schedule(dynamic) if (n * m > 1 && out_plane * filter > FX_PARALLEL_MIN / 16)
  for (gint64 k = 0; k < n * m; k++)
    {
      gint64 channel = k % m, first = (k / m) * x->shape.dims[1] + channel / (m / params->group) * n_channels;
      float bias = b->data != NULL ? ((const float *)b->data)[channel] : 0.0f;
      float *plane = (float *)y->data + (gsize)k * out_plane;

      for (gsize i = 0; i < out_plane; i++)
        plane[i] = bias;
      convolve_plane (&win, (const float *)x->data + (gsize)first * in_plane,
                      (const float *)w->data + (gsize)channel * filter, plane, n_channels);
    }
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_conv_macs (&infer->outputs[0].shape, &infer->inputs[1].shape);
}

const FxOp fx_op_conv = {
  .name = "Conv",
  .doc = "Convolves over one to three spatial axes, with groups, strides, dilations and padding",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxConvParams),
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
