/* MaxPool, AveragePool, LpPool: one number per window and channel.
 * https://onnx.ai/onnx/operators/onnx__MaxPool.html, onnx__AveragePool.html, onnx__LpPool.html
 *
 * Kernels go through the window element by element and take in a whole output row each time, so that the innermost
 * loop meets no border.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/pool.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

#include <math.h>

static const FxAttrRow max_attrs[] = {
  FX_WINDOW_ATTRS (FxPoolParams, TRUE),
  FX_INT (FxPoolParams, ceil_mode, 0, "1: round the output size up"),
  FX_INT (FxPoolParams, storage_order, 0, "1: Indices count in column-major order"),
  FX_ATTR_END,
};

static const FxAttrRow average_attrs[] = {
  FX_WINDOW_ATTRS (FxPoolParams, TRUE),
  FX_INT (FxPoolParams, ceil_mode, 0, "1: round the output size up"),
  FX_INT (FxPoolParams, count_include_pad, 0, "1: padding counts as elements of value 0"),
  FX_ATTR_END,
};

static const FxAttrRow lp_attrs[] = {
  FX_WINDOW_ATTRS (FxPoolParams, TRUE),
  FX_INT (FxPoolParams, ceil_mode, 0, "1: round the output size up"),
  FX_INT (FxPoolParams, p, 2, "The norm's exponent"),
  FX_ATTR_END,
};

gboolean
fx_pool_resolve (const FxPoolParams *params, const FxShape *x, FxWindow *window, GError **error)
{
  return fx_window_resolve (&params->window, x, NULL, params->ceil_mode != 0, window, error);
}

static gboolean
infer_shape (FxInfer *infer, FxShape *y, GError **error)
{
  const FxShape *x = &infer->inputs[0].shape;
  FxWindow window;

  *y = FX_SHAPE_UNKNOWN;
  if (x->rank < 0)
    return TRUE;
  if (!fx_pool_resolve (infer->params, x, &window, error))
    return FALSE;
  *y = fx_window_output_shape (&window, x->dims[0], x->dims[1]);
  return TRUE;
}

static gboolean
max_infer (FxInfer *infer, GError **error)
{
  FxShape y;

  if (!fx_infer_check_type (infer, 0, "X",
                            FX_TYPES_FLOAT | FX_TYPE_BIT (UINT8) | FX_TYPE_BIT (INT8) | FX_TYPE_BIT (INT16), error)
      || !infer_shape (infer, &y, error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  fx_infer_set (infer, 1, FX_DTYPE_INT64, &y);
  return TRUE;
}

static gboolean
float_infer (FxInfer *infer, GError **error)
{
  const FxPoolParams *params = infer->params;
  FxShape y;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error) || !infer_shape (infer, &y, error))
    return FALSE;
  if (params->p < 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"p\" is %" PRId64 ", wanted 1 or more", params->p);
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

static gboolean
lp_infer (FxInfer *infer, GError **error)
{
  const FxPoolParams *params = infer->params;

  if (params->p == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"p\" is 0, wanted 1 or more");
  return float_infer (infer, error);
}

#define DEFINE_MAX_PLANE(suffix, T, lowest)                                                                            \
  static void max_plane_##suffix (const FxWindow *win, const T *x, T *y)                                               \
  {                                                                                                                    \
    gint64 width = win->out[2], stride = win->stride[2];                                                               \
                                                                                                                       \
    for (gint64 row = 0; row < win->out[0] * win->out[1]; row++, y += width)                                           \
      {                                                                                                                \
        FxRowTaps tap = fx_row_taps (win, row / win->out[1], row % win->out[1]);                                       \
                                                                                                                       \
        for (gint64 o = 0; o < width; o++)                                                                             \
          y[o] = (lowest);                                                                                             \
        while (fx_row_taps_next (&tap))                                                                                \
          {                                                                                                            \
            const T *from = x + tap.first;                                                                             \
            T *to = y + tap.begin;                                                                                     \
                                                                                                                       \
            for (gint64 i = 0; i < tap.end - tap.begin; i++)                                                           \
              to[i] = from[i * stride] > to[i] ? from[i * stride] : to[i];                                             \
          }                                                                                                            \
      }                                                                                                                \
  }                                                                                                                    \
                                                                                                                       \
  /* The first of equal elements wins, in row-major order. Index -1: a window of nothing but padding. */               \
  static void max_plane_indices_##suffix (const FxWindow *win, const T *x, T *y, gint64 *indices, gint64 offset,       \
                                          gboolean column_major)                                                       \
  {                                                                                                                    \
    gint64 width = win->out[2], stride = win->stride[2], height = win->in[1];                                          \
    gint64 step = column_major ? height : 1; /* between neighbors of a row */                                          \
                                                                                                                       \
    for (gint64 row = 0; row < win->out[0] * win->out[1]; row++, y += width, indices += width)                         \
      {                                                                                                                \
        FxRowTaps tap = fx_row_taps (win, row / win->out[1], row % win->out[1]);                                       \
                                                                                                                       \
        for (gint64 o = 0; o < width; o++)                                                                             \
          y[o] = (lowest), indices[o] = -1;                                                                            \
        while (fx_row_taps_next (&tap))                                                                                \
          {                                                                                                            \
            gint64 index = column_major ? tap.h + tap.w * height + tap.d * height * win->in[2] : tap.first;            \
                                                                                                                       \
            for (gint64 o = tap.begin, i = 0; o < tap.end; o++, i += stride)                                           \
              if (indices[o] < 0 || x[tap.first + i] > y[o])                                                           \
                y[o] = x[tap.first + i], indices[o] = offset + index + i * step;                                       \
          }                                                                                                            \
      }                                                                                                                \
  }

DEFINE_MAX_PLANE (f32, float, -INFINITY)
DEFINE_MAX_PLANE (u8, guint8, 0)
DEFINE_MAX_PLANE (s8, gint8, G_MININT8)
DEFINE_MAX_PLANE (s16, gint16, G_MININT16) /* quantized networks; ONNX has none */

/* Work per plane is what decides whether threads are worth it. */
static gboolean
is_parallel (const FxWindow *win, gint64 planes, gsize out_plane)
{
  return planes > 1
         && (double)planes * (double)out_plane * (double)win->kernel[0] * (double)win->kernel[1]
                    * (double)win->kernel[2]
                > FX_PARALLEL_MIN;
}

static gboolean
max_eval (FxEval *eval, GError **error)
{
  const FxPoolParams *params = eval->params;
  const FxArray *x = &eval->inputs[0], *y = &eval->outputs[0];
  gint64 planes = x->shape.dims[0] * x->shape.dims[1], *indices = eval->outputs[1].data;
  gsize in_plane = fx_shape_product (&x->shape, 2, x->shape.rank);
  gsize out_plane, element = fx_dtype_size (x->dtype);
  gboolean column_major = params->storage_order != 0;
  FxWindow window, win;
  g_autofree guint8 *unwanted = NULL;
  guint8 *out = y->data;

  if (!fx_pool_resolve (params, &x->shape, &window, error))
    return FALSE;
  win = fx_window_3d (&window);
  out_plane = (gsize)(win.out[0] * win.out[1] * win.out[2]);
  if (out == NULL) /* somebody wants the indices only */
    out = unwanted = g_malloc0 (MAX ((gsize)planes * out_plane * element, 1));

#define RUN(suffix, T)                                                                                                 \
  if (indices != NULL)                                                                                                 \
    max_plane_indices_##suffix (&win, (const T *)x->data + (gsize)k * in_plane, (T *)out + (gsize)k * out_plane,       \
                                indices + (gsize)k * out_plane, k * (gint64)in_plane, column_major);                   \
  else                                                                                                                 \
    max_plane_##suffix (&win, (const T *)x->data + (gsize)k * in_plane, (T *)out + (gsize)k * out_plane)

#pragma omp parallel for if (is_parallel(&win, planes, out_plane))
  for (gint64 k = 0; k < planes; k++)
    if (x->dtype == FX_DTYPE_UINT8)
      {
        RUN (u8, guint8);
      }
    else if (x->dtype == FX_DTYPE_INT8)
      {
        RUN (s8, gint8);
      }
    else if (x->dtype == FX_DTYPE_INT16)
      {
        RUN (s16, gint16);
      }
    else
      {
        RUN (f32, float);
      }
#undef RUN
  return TRUE;
}

static void
sum_row (const FxWindow *win, const float *x, float *y, gint64 od, gint64 oh)
{
  gint64 stride = win->stride[2];
  FxRowTaps tap = fx_row_taps (win, od, oh);

  for (gint64 o = 0; o < win->out[2]; o++)
    y[o] = 0.0f;
  while (fx_row_taps_next (&tap))
    {
      const float *from = x + tap.first;
      float *to = y + tap.begin;

      for (gint64 i = 0; i < tap.end - tap.begin; i++)
        to[i] += from[i * stride];
    }
}

gint64
fx_pool_count (const FxWindow *win, int axis, gint64 o, gboolean include_pad)
{
  FxWindow padded = *win;
  gint64 begin, end;

  if (include_pad)
    {
      padded.in[axis] += win->pad_begin[axis] + win->pad_end[axis];
      padded.pad_begin[axis] = 0;
    }
  fx_window_taps (&padded, axis, o, &begin, &end);
  return end - begin;
}

static void
average_plane (const FxWindow *win, const float *x, float *y, gboolean include_pad)
{
  for (gint64 od = 0; od < win->out[0]; od++)
    for (gint64 oh = 0; oh < win->out[1]; oh++, y += win->out[2])
      {
        gint64 rows = fx_pool_count (win, 0, od, include_pad) * fx_pool_count (win, 1, oh, include_pad);

        sum_row (win, x, y, od, oh);
        for (gint64 o = 0; o < win->out[2]; o++)
          y[o] /= (float)MAX (rows * fx_pool_count (win, 2, o, include_pad), 1);
      }
}

static gboolean
average_eval (FxEval *eval, GError **error)
{
  const FxPoolParams *params = eval->params;
  const FxArray *x = &eval->inputs[0], *y = &eval->outputs[0];
  gint64 planes = x->shape.dims[0] * x->shape.dims[1];
  gsize in_plane = fx_shape_product (&x->shape, 2, x->shape.rank);
  gsize out_plane = fx_shape_product (&y->shape, 2, y->shape.rank);
  FxWindow window, win;

  if (!fx_pool_resolve (params, &x->shape, &window, error))
    return FALSE;
  win = fx_window_3d (&window);

#pragma omp parallel for if (is_parallel(&win, planes, out_plane))
  for (gint64 k = 0; k < planes; k++)
    average_plane (&win, (const float *)x->data + (gsize)k * in_plane, (float *)y->data + (gsize)k * out_plane,
                   params->count_include_pad != 0);
  return TRUE;
}

static void
lp_plane (const FxWindow *win, const float *x, float *y, gint64 p)
{
  gint64 stride = win->stride[2];

  for (gint64 od = 0; od < win->out[0]; od++)
    for (gint64 oh = 0; oh < win->out[1]; oh++, y += win->out[2])
      {
        FxRowTaps tap = fx_row_taps (win, od, oh);

        for (gint64 o = 0; o < win->out[2]; o++)
          y[o] = 0.0f;
        while (fx_row_taps_next (&tap))
          for (gint64 o = tap.begin, i = tap.first; o < tap.end; o++, i += stride)
            y[o] += p == 1 ? fabsf (x[i]) : p == 2 ? x[i] * x[i] : powf (fabsf (x[i]), (float)p);
        for (gint64 o = 0; o < win->out[2] && p != 1; o++)
          y[o] = p == 2 ? sqrtf (y[o]) : powf (y[o], 1.0f / (float)p);
      }
}

static gboolean
lp_eval (FxEval *eval, GError **error)
{
  const FxPoolParams *params = eval->params;
  const FxArray *x = &eval->inputs[0], *y = &eval->outputs[0];
  gint64 planes = x->shape.dims[0] * x->shape.dims[1];
  gsize in_plane = fx_shape_product (&x->shape, 2, x->shape.rank);
  gsize out_plane = fx_shape_product (&y->shape, 2, y->shape.rank);
  FxWindow window, win;

  if (!fx_pool_resolve (params, &x->shape, &window, error))
    return FALSE;
  win = fx_window_3d (&window);

#pragma omp parallel for if (is_parallel(&win, planes, out_plane))
  for (gint64 k = 0; k < planes; k++)
    lp_plane (&win, (const float *)x->data + (gsize)k * in_plane, (float *)y->data + (gsize)k * out_plane, params->p);
  return TRUE;
}

const FxOp fx_op_max_pool = {
  .name = "MaxPool",
  .doc = "Largest element of each window, and optionally where it was",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 2,
  .float_types = FX_TYPES_F32,
  .attrs = max_attrs,
  .params_size = sizeof (FxPoolParams),
  .infer = max_infer,
  .eval = max_eval,
};

const FxOp fx_op_average_pool = {
  .name = "AveragePool",
  .doc = "Mean of each window, with or without its padding",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = average_attrs,
  .params_size = sizeof (FxPoolParams),
  .infer = float_infer,
  .eval = average_eval,
};

const FxOp fx_op_lp_pool = {
  .name = "LpPool",
  .doc = "Lp norm of each window",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = lp_attrs,
  .params_size = sizeof (FxPoolParams),
  .infer = lp_infer,
  .eval = lp_eval,
};
