/* CumSum: running sums along an axis.  https://onnx.ai/onnx/operators/onnx__CumSum.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-kernel.h"

typedef struct
{
  gint64 exclusive;
  gint64 reverse;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, exclusive, 0, "1: a sum leaves its own element out, so the first one is 0"),
  FX_INT (Params, reverse, 0, "1: sums run from the end of the axis"),
  FX_ATTR_END,
};

#define TYPES (FX_TYPES_FLOAT | FX_TYPE_BIT (INT32) | FX_TYPE_BIT (INT64) | FX_TYPE_BIT (UINT32) | FX_TYPE_BIT (UINT64))

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *x = &infer->inputs[0].shape;
  gint64 wanted;
  gboolean known;
  int axis;

  if (!fx_infer_check_type (infer, 0, "x", TYPES, error)
      || !fx_infer_get_scalar (infer, 1, "axis", &wanted, &known, error))
    return FALSE;
  if (known && x->rank >= 0 && !fx_shape_axis (x, wanted, &axis, error))
    return FALSE;
  return fx_infer_same_as_input (infer, error);
}

/* One line of n elements; floats are summed in double, signed integers as unsigned ones, which wrap. */
#define LINE(ID, type, sum_type)                                                                                       \
  case FX_DTYPE_##ID:                                                                                                  \
    {                                                                                                                  \
      const type *from = (const type *)x->data + first;                                                                \
      type *to = (type *)y->data + first;                                                                              \
      sum_type sum = 0;                                                                                                \
      for (gsize i = 0; i < n; i++)                                                                                    \
        {                                                                                                              \
          gsize at = (reverse ? n - 1 - i : i) * stride;                                                               \
          type value = from[at];                                                                                       \
          to[at] = (type)(exclusive ? sum : sum + (sum_type)value);                                                    \
          sum += (sum_type)value;                                                                                      \
        }                                                                                                              \
    }                                                                                                                  \
    break

static void
sum_line (const FxArray *x, FxArray *y, gsize first, gsize n, gsize stride, gboolean exclusive, gboolean reverse)
{
  switch (x->dtype)
    {
      LINE (FLOAT, float, double);
      LINE (DOUBLE, double, double);
      LINE (INT32, gint32, guint32);
      LINE (UINT32, guint32, guint32);
      LINE (INT64, gint64, guint64);
      LINE (UINT64, guint64, guint64);
    default: break; /* infer() lets no other type through */
    }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  FxArray *y = &eval->outputs[0];
  gsize total = fx_array_elements (x), outer, inner, n;
  gint64 wanted = 0;
  int axis;

  if (!fx_eval_get_scalar (eval, 1, "axis", &wanted, error) || !fx_shape_axis (&x->shape, wanted, &axis, error))
    return FALSE;
  n = (gsize)x->shape.dims[axis];
  outer = fx_shape_product (&x->shape, 0, axis);
  inner = fx_shape_product (&x->shape, axis + 1, x->shape.rank);

#pragma omp parallel for if (total > FX_PARALLEL_MIN)
  for (gsize line = 0; line < outer * inner; line++)
    sum_line (x, y, line / inner * n * inner + line % inner, n, inner, params->exclusive != 0, params->reverse != 0);
  return TRUE;
}

const FxOp fx_op_cum_sum = {
  .name = "CumSum",
  .doc = "Running sums along an axis",
  .since = 11,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
