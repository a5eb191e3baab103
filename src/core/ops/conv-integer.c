/* ConvInteger: convolution of 8-bit integers with a 32-bit result.
 * https://onnx.ai/onnx/operators/onnx__ConvInteger.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/conv-integer.h"

#include "core/fx-error.h"
#include "core/ops/fx-op.h"

#define TYPES_8BIT (FX_TYPE_BIT (UINT8) | FX_TYPE_BIT (INT8))

static const FxAttrRow attrs[] = {
  FX_WINDOW_ATTRS (FxConvParams, FALSE),
  FX_INT (FxConvParams, group, 1, "Number of groups that channels are divided into"),
  FX_ATTR_END,
};

gint32 *
fx_conv_dup_zero_points (const FxArray *array, guint *n)
{
  gsize count = array->data != NULL ? fx_array_elements (array) : 1;
  gint32 *zeros = g_new0 (gint32, count + 1);

  for (gsize i = 0; i < count && array->data != NULL; i++)
    zeros[i] = (gint32)fx_array_get (array, i);
  *n = (guint)count;
  return zeros;
}

/* Unsigned, because sums over a large filter may wrap. */
static inline guint32
element (const FxArray *array, gsize i)
{
  return array->dtype == FX_DTYPE_INT8 ? (guint32)((const gint8 *)array->data)[i]
                                       : (guint32)((const guint8 *)array->data)[i];
}

static void
widen (const FxArray *array, gsize first, gsize n, gint32 zero, guint32 *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = element (array, first + i) - (guint32)zero;
}

void
fx_conv_integer_plane (const FxConvParams *params, const FxWindow *win, const FxArray *x, const FxArray *w,
                       const FxConvZeroPoints *zero, gint64 k, gint32 *acc)
{
  gsize m = (gsize)w->shape.dims[0], n_channels = (gsize)w->shape.dims[1], channel = (gsize)k % m;
  gsize taps = fx_shape_product (&w->shape, 2, w->shape.rank);
  gsize in_plane = fx_shape_product (&x->shape, 2, x->shape.rank);
  gsize first = (gsize)k / m * (gsize)x->shape.dims[1] + channel / (m / (gsize)params->group) * n_channels;
  g_autofree guint32 *plane = g_new (guint32, in_plane + 1), *filter = g_new (guint32, taps + 1);
  guint32 *sums = (guint32 *)acc;
  gint64 rows = win->out[0] * win->out[1], stride = win->stride[2];

  for (gint64 i = 0; i < rows * win->out[2]; i++)
    sums[i] = 0;
  for (gsize c = 0; c < n_channels; c++)
    {
      widen (x, (first + c) * in_plane, in_plane, zero->x, plane);
      widen (w, (channel * n_channels + c) * taps, taps, zero->w[zero->n_w == 1 ? 0 : channel], filter);
      for (gint64 row = 0; row < rows; row++)
        {
          FxRowTaps tap = fx_row_taps (win, row / win->out[1], row % win->out[1]);

          while (fx_row_taps_next (&tap))
            {
              const guint32 *from = plane + tap.first;
              guint32 *to = sums + row * win->out[2] + tap.begin, weight = filter[tap.k];

              for (gint64 i = 0; i < tap.end - tap.begin; i++)
                to[i] += weight * from[i * stride];
            }
        }
    }
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *x = &infer->inputs[0].shape, *w = &infer->inputs[1].shape;
  FxShape y = FX_SHAPE_UNKNOWN;
  FxWindow window;
  gint64 channels = w->rank >= 1 ? w->dims[0] : FX_DIM_UNKNOWN;

  if (!fx_infer_check_type (infer, 0, "x", TYPES_8BIT, error) || !fx_infer_check_type (infer, 1, "w", TYPES_8BIT, error)
      || !fx_infer_check_type (infer, 2, "x_zero_point", TYPES_8BIT, error)
      || !fx_infer_check_type (infer, 3, "w_zero_point", TYPES_8BIT, error)
      || !fx_conv_check_vector (infer, 2, "x_zero_point", 1, TRUE, error)
      || !fx_conv_check_vector (infer, 3, "w_zero_point", channels, TRUE, error))
    return FALSE;
  if (x->rank >= 0 || w->rank >= 0)
    {
      if (!fx_conv_resolve (infer->params, x, w, &window, error))
        return FALSE;
      y = fx_window_output_shape (&window, x->rank >= 0 ? x->dims[0] : FX_DIM_UNKNOWN, channels);
    }
  fx_infer_set (infer, 0, FX_DTYPE_INT32, &y);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxConvParams *params = eval->params;
  const FxArray *x = &eval->inputs[0], *w = &eval->inputs[1], *y = &eval->outputs[0];
  guint n_x;
  FxConvZeroPoints zero;
  g_autofree gint32 *zero_x = fx_conv_dup_zero_points (&eval->inputs[2], &n_x);
  g_autofree gint32 *zero_w = fx_conv_dup_zero_points (&eval->inputs[3], &zero.n_w);
  gsize out_plane = fx_shape_product (&y->shape, 2, y->shape.rank);
  FxWindow window, win;

  if (!fx_conv_resolve (params, &x->shape, &w->shape, &window, error))
    return FALSE;
  win = fx_window_3d (&window);
  zero.x = zero_x[0];
  zero.w = zero_w;

#pragma omp parallel for schedule(dynamic)
  for (gint64 k = 0; k < y->shape.dims[0] * y->shape.dims[1]; k++)
    fx_conv_integer_plane (params, &win, x, w, &zero, k, (gint32 *)y->data + (gsize)k * out_plane);
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_conv_macs (&infer->outputs[0].shape, &infer->inputs[1].shape);
}

const FxOp fx_op_conv_integer = {
  .name = "ConvInteger",
  .doc = "Convolution of 8-bit integers with a 32-bit result",
  .since = 10,
  .min_inputs = 2,
  .max_inputs = 4,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxConvParams),
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
