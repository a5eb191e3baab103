/* Softmax, LogSoftmax, Hardmax: exp (x) / Σ exp (x), its logarithm, and 1 at the first maximum.
 * https://onnx.ai/onnx/operators/onnx__Softmax.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/softmax.h"

#include "core/ops/fx-kernel.h"

#include <math.h>

#define CHUNK 64 /* neighboring lines handled together, so that memory is read in order */

typedef enum
{
  SOFTMAX,
  LOG_SOFTMAX,
  HARDMAX,
} Kind;

static const FxAttrRow attrs[] = {
  { .name = "axis",
    .kind = FX_ATTR_INT,
    .offset = G_STRUCT_OFFSET (FxSoftmaxParams, axis),
    .default_int = FX_SOFTMAX_AXIS_DEFAULT,
    .default_string = "1 before opset 13, -1 since",
    .doc = "Before opset 13 the first of the axes taken as one, since then the only one" },
  FX_ATTR_END,
};

/* The axis; for a scalar before opset 13 and for axis = rank, the size-1 axis behind the last one. */
static gboolean
resolve_axis (const FxSoftmaxParams *params, guint version, const FxShape *x, int *axis, GError **error)
{
  gint64 wanted = params->axis != FX_SOFTMAX_AXIS_DEFAULT ? params->axis : version < 13 ? 1 : -1;

  if (version < 13 && wanted == x->rank)
    {
      *axis = x->rank;
      return TRUE;
    }
  return fx_shape_axis (x, wanted, axis, error);
}

gboolean
fx_softmax_geometry (const FxSoftmaxParams *params, guint version, const FxShape *x, gsize *outer, gsize *n,
                     gsize *inner, GError **error)
{
  int axis, end;

  if (!resolve_axis (params, version, x, &axis, error))
    return FALSE;
  end = version < 13 ? x->rank : axis + 1;
  *outer = fx_shape_product (x, 0, axis);
  *n = fx_shape_product (x, axis, end);
  *inner = fx_shape_product (x, end, x->rank);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *x = &infer->inputs[0].shape;
  int axis;

  if (!fx_infer_check_type (infer, 0, "input", FX_TYPES_FLOAT, error))
    return FALSE;
  if (x->rank >= 0 && !resolve_axis (infer->params, infer->version, x, &axis, error))
    return FALSE;
  return fx_infer_same_as_input (infer, error);
}

/* `width` neighboring lines of n elements, `stride` apart. */
static void
softmax_lines (Kind kind, const float *x, float *y, gsize n, gsize stride, gsize width)
{
  float most[CHUNK], scale[CHUNK];
  double sum[CHUNK] = { 0 };

  for (gsize j = 0; j < width; j++)
    most[j] = -INFINITY;
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < width; j++)
      most[j] = MAX (most[j], x[i * stride + j]);
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < width; j++)
      {
        float shifted = x[i * stride + j] - most[j];
        float power = expf (shifted);

        sum[j] += (double)power;
        y[i * stride + j] = kind == SOFTMAX ? power : shifted;
      }
  for (gsize j = 0; j < width; j++)
    scale[j] = (float)(kind == SOFTMAX ? 1 / sum[j] : log (sum[j]));
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < width; j++)
      if (kind == SOFTMAX)
        y[i * stride + j] *= scale[j];
      else
        y[i * stride + j] -= scale[j];
}

static void
hardmax_lines (const float *x, float *y, gsize n, gsize stride, gsize width)
{
  for (gsize j = 0; j < width; j++)
    {
      gsize best = 0;

      for (gsize i = 0; i < n; i++)
        {
          if (x[i * stride + j] > x[best * stride + j])
            best = i;
          y[i * stride + j] = 0;
        }
      if (n > 0)
        y[best * stride + j] = 1;
    }
}

static gboolean
run (FxEval *eval, Kind kind, GError **error)
{
  const float *x = eval->inputs[0].data;
  float *y = eval->outputs[0].data;
  gsize outer, n, inner, n_chunks, total = fx_array_elements (&eval->inputs[0]);

  if (!fx_softmax_geometry (eval->params, eval->version, &eval->inputs[0].shape, &outer, &n, &inner, error))
    return FALSE;
  n_chunks = (inner + CHUNK - 1) / CHUNK;

#pragma omp parallel for if (total > FX_PARALLEL_MIN)
  for (gsize task = 0; task < outer * n_chunks; task++)
    {
      gsize begin = task % n_chunks * CHUNK, width = MIN (CHUNK, inner - begin);
      gsize at = task / n_chunks * n * inner + begin;

      if (kind == HARDMAX)
        hardmax_lines (x + at, y + at, n, inner, width);
      else
        softmax_lines (kind, x + at, y + at, n, inner, width);
    }
  return TRUE;
}

#define SOFTMAX_OP(id, kind, op_name, op_doc)                                                                          \
  static gboolean eval_##id (FxEval *eval, GError **error)                                                             \
  {                                                                                                                    \
    return run (eval, kind, error);                                                                                    \
  }                                                                                                                    \
  const FxOp fx_op_##id = {                                                                                            \
    .name = (op_name),                                                                                                 \
    .doc = (op_doc),                                                                                                   \
    .since = 1,                                                                                                        \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 1,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32,                                                                                       \
    .attrs = attrs,                                                                                                    \
    .params_size = sizeof (FxSoftmaxParams),                                                                           \
    .infer = infer,                                                                                                    \
    .eval = eval_##id,                                                                                                 \
  }

SOFTMAX_OP (hardmax, HARDMAX, "Hardmax", "1 at the first largest element along an axis, 0 elsewhere");
SOFTMAX_OP (log_softmax, LOG_SOFTMAX, "LogSoftmax", "Logarithm of Softmax along an axis");
SOFTMAX_OP (softmax, SOFTMAX, "Softmax", "exp (x) / sum of exp (x) along an axis");
