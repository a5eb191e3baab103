/* ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd, ReduceL1, ReduceL2, ReduceLogSum, ReduceLogSumExp and
 * ReduceSumSquare: one number from all elements along some axes.
 * https://onnx.ai/onnx/operators/onnx__ReduceSum.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/reduce.h"

#include "core/ops/fx-kernel.h"
#include "core/ops/fx-reduce.h"

#include <string.h>

static const FxAttrRow attrs[] = {
  FX_INTS (FxReduceParams, axes, "Axes to reduce, all if empty; an input since opset 18 (ReduceSum: 13)"),
  FX_INT (FxReduceParams, keepdims, 1, "1: reduced axes stay with size 1; 0: they go"),
  FX_INT (FxReduceParams, noop_with_empty_axes, 0, "1: no axes means no reduction; 0: it means all axes"),
  FX_ATTR_END,
};

gboolean
fx_reduce_axes (const FxReduceParams *params, const gint64 *axes, guint n, int rank, guint32 *mask, GError **error)
{
  FxShape shape = fx_shape_of_rank (rank);

  *mask = n > 0 || params->noop_with_empty_axes != 0 ? 0 : (1u << rank) - 1;
  for (guint i = 0; i < n; i++)
    {
      int axis;

      if (!fx_shape_axis (&shape, axes[i], &axis, error))
        return FALSE;
      if (*mask & (1u << axis))
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %d is reduced twice", axis);
      *mask |= 1u << axis;
    }
  return TRUE;
}

FxShape
fx_reduce_shape (const FxReduceParams *params, const FxShape *x, guint32 mask)
{
  FxShape y = FX_SHAPE_SCALAR;

  for (int i = 0; i < x->rank; i++)
    if (!(mask & (1u << i)))
      y.dims[y.rank++] = x->dims[i];
    else if (params->keepdims != 0)
      y.dims[y.rank++] = 1;
  return y;
}

/* What can be told while the axes are not known: the rank, if sizes of 1 stay or the number of axes is known. */
static FxShape
shape_without_axes (const FxReduceParams *params, const FxShape *x, const FxShape *axes)
{
  if (x->rank < 0)
    return FX_SHAPE_UNKNOWN;
  if (params->keepdims != 0)
    return fx_shape_of_rank (x->rank);
  if (axes->rank == 1 && axes->dims[0] > 0 && axes->dims[0] <= x->rank)
    return fx_shape_of_rank (x->rank - (int)axes->dims[0]);
  return FX_SHAPE_UNKNOWN;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxReduceParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;
  g_autofree gint64 *list = NULL;
  const gint64 *axes = params->axes.data;
  guint n = params->axes.n;
  guint32 mask = 0;
  FxShape y = FX_SHAPE_UNKNOWN;
  GError *local = NULL;

  if (!fx_infer_check_type (infer, 0, "data", FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL), error)
      || !fx_infer_check_type (infer, 1, "axes", FX_TYPE_BIT (INT64) | FX_TYPE_BIT (INT32), error)
      || !fx_infer_check_rank (infer, 1, "axes", 0, 1, error))
    return FALSE;
  if (fx_infer_get_ints (infer, 1, "axes", &list, &n, &local))
    axes = list;
  else if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (infer->inputs[1].present && list == NULL)
    y = shape_without_axes (params, x, &infer->inputs[1].shape);
  else if (x->rank >= 0)
    {
      if (!fx_reduce_axes (params, axes, n, x->rank, &mask, error))
        return FALSE;
      y = fx_reduce_shape (params, x, mask);
    }
  else if (n == 0 && params->keepdims == 0 && params->noop_with_empty_axes == 0)
    y = FX_SHAPE_SCALAR;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

static gboolean
read_axes (const FxEval *eval, guint32 *mask, GError **error)
{
  const FxReduceParams *params = eval->params;
  g_autofree gint64 *list = eval->inputs[1].data != NULL ? fx_eval_dup_ints (eval, 1, NULL) : NULL;
  guint n = list != NULL ? (guint)fx_array_elements (&eval->inputs[1]) : params->axes.n;

  return fx_reduce_axes (params, list != NULL ? list : params->axes.data, n, eval->inputs[0].shape.rank, mask, error);
}

static gboolean
reduce (FxEval *eval, FxReduceKind kind, GError **error)
{
  const FxReduceParams *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  FxShape wanted;
  guint32 mask;

  if (!read_axes (eval, &mask, error))
    return FALSE;
  wanted = fx_reduce_shape (params, &x->shape, mask);
  if (!fx_eval_check_shape (eval, 0, &wanted, error))
    return FALSE;
  if (mask == 0 && params->noop_with_empty_axes != 0)
    memcpy (eval->outputs[0].data, x->data, fx_array_bytes (x));
  else
    fx_reduce_run (kind, x, &eval->outputs[0], mask);
  return TRUE;
}

#define REDUCTION(id, kind, op_name, op_doc)                                                                           \
  static gboolean eval_##id (FxEval *eval, GError **error)                                                             \
  {                                                                                                                    \
    return reduce (eval, kind, error);                                                                                 \
  }                                                                                                                    \
  const FxOp fx_op_##id = {                                                                                            \
    .name = (op_name),                                                                                                 \
    .doc = (op_doc),                                                                                                   \
    .since = 1,                                                                                                        \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 2,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),                                                                \
    .attrs = attrs,                                                                                                    \
    .params_size = sizeof (FxReduceParams),                                                                            \
    .infer = infer,                                                                                                    \
    .eval = eval_##id,                                                                                                 \
  }

REDUCTION (reduce_l1, FX_REDUCE_L1, "ReduceL1", "Sum of absolute values along axes");
REDUCTION (reduce_l2, FX_REDUCE_L2, "ReduceL2", "Square root of the sum of squares along axes");
REDUCTION (reduce_log_sum, FX_REDUCE_LOG_SUM, "ReduceLogSum", "Logarithm of the sum along axes");
REDUCTION (reduce_log_sum_exp, FX_REDUCE_LOG_SUM_EXP, "ReduceLogSumExp",
           "Logarithm of the sum of exponentials along axes");
REDUCTION (reduce_max, FX_REDUCE_MAX, "ReduceMax", "Largest element along axes");
REDUCTION (reduce_mean, FX_REDUCE_MEAN, "ReduceMean", "Mean along axes");
REDUCTION (reduce_min, FX_REDUCE_MIN, "ReduceMin", "Smallest element along axes");
REDUCTION (reduce_prod, FX_REDUCE_PROD, "ReduceProd", "Product along axes");
REDUCTION (reduce_sum, FX_REDUCE_SUM, "ReduceSum", "Sum along axes");
REDUCTION (reduce_sum_square, FX_REDUCE_SUM_SQUARE, "ReduceSumSquare", "Sum of squares along axes");
