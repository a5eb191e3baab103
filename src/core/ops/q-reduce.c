/* QReduceMean, QReduceSum: one number from all quantized elements along some axes, rounded once.
 *
 *   y = clamp (round (Σ (x − x_zero_point) × factor) + y_zero_point)
 *
 * The factor is x_scale / y_scale, for the mean divided by the number of elements; docs/arithmetic.md, "Pooling".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-reduce.h"

#include "core/ops/fx-kernel.h"
#include "core/ops/fx-reduce.h"

static const FxAttrRow attrs[] = {
  FX_INTS (FxReduceParams, axes, "Axes to reduce, all if empty"),
  FX_INT (FxReduceParams, keepdims, 1, "1: reduced axes stay with size 1; 0: they go"),
  FX_Q_IN_ATTRS (FxQReduceParams, x),
  FX_Q_OUT_ATTRS (FxQReduceParams),
  FX_ATTR_END,
};

gboolean
fx_q_reduce_factor (const FxQReduceParams *params, gboolean mean, gsize count, FxRequant *factor, GError **error)
{
  double scale = (double)params->x.scale / (double)params->y.scale;

  return fx_requant_from_scale (mean ? scale / (double)count : scale, factor, error);
}

static gboolean
get_axes (const FxReduceParams *params, const FxShape *x, guint32 *mask, gsize *count, GError **error)
{
  if (!fx_reduce_axes (params, params->axes.data, params->axes.n, x->rank, mask, error))
    return FALSE;
  *count = 1;
  for (int i = 0; i < x->rank && fx_shape_is_static (x); i++)
    if (*mask & (1u << i))
      *count *= (gsize)x->dims[i];
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQReduceParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;
  FxShape y = FX_SHAPE_UNKNOWN;
  FxQResult result;
  gsize count;
  guint32 mask;

  if (!fx_q_check_in (infer, 0, "x", &params->x, FX_TYPES_Q, error) || !fx_q_result (&params->y, FALSE, &result, error))
    return FALSE;
  if (x->rank >= 0)
    {
      if (!get_axes (&params->reduce, x, &mask, &count, error))
        return FALSE;
      if (count == 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "there is nothing to reduce");
      y = fx_reduce_shape (&params->reduce, x, mask);
    }
  fx_infer_set (infer, 0, result.dtype, &y);
  return TRUE;
}

static gboolean
reduce (FxEval *eval, gboolean mean, GError **error)
{
  const FxQReduceParams *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  gsize n_in = fx_array_elements (x), n_out = fx_array_elements (&eval->outputs[0]), count;
  g_autofree gint64 *wide = fx_scratch_new (n_in, sizeof *wide, error);
  g_autofree gint64 *sums = wide != NULL ? fx_scratch_new (n_out, sizeof *sums, error) : NULL;
  FxArray from = { FX_DTYPE_INT64, x->shape, wide }, to = { FX_DTYPE_INT64, eval->outputs[0].shape, sums };
  FxQResult result;
  FxRequant factor;
  guint32 mask;

  if (sums == NULL || !get_axes (&params->reduce, &x->shape, &mask, &count, error)
      || !fx_q_result (&params->y, FALSE, &result, error) || !fx_q_reduce_factor (params, mean, count, &factor, error))
    return FALSE;
  for (gsize i = 0; i < n_in; i++)
    wide[i] = fx_q_load (x, i) - params->x.zero_point;
  fx_reduce_run (FX_REDUCE_SUM, &from, &to, mask);
  for (gsize i = 0; i < n_out; i++)
    fx_q_store (&eval->outputs[0], i, fx_q_finish (&result, &factor, sums[i]));
  return TRUE;
}

#define REDUCTION(id, mean, op_name, op_doc)                                                                           \
  static gboolean eval_##id (FxEval *eval, GError **error)                                                             \
  {                                                                                                                    \
    return reduce (eval, mean, error);                                                                                 \
  }                                                                                                                    \
                                                                                                                       \
  const FxOp fx_op_##id = {                                                                                            \
    .name = (op_name),                                                                                                 \
    .domain = FX_Q_DOMAIN,                                                                                             \
    .doc = (op_doc),                                                                                                   \
    .since = 1,                                                                                                        \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 1,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32,                                                                                       \
    .attrs = attrs,                                                                                                    \
    .params_size = sizeof (FxQReduceParams),                                                                           \
    .infer = infer,                                                                                                    \
    .eval = eval_##id,                                                                                                 \
  };

REDUCTION (q_reduce_mean, TRUE, "QReduceMean", "Mean of quantized elements along some axes, rounded once")
REDUCTION (q_reduce_sum, FALSE, "QReduceSum", "Sum of quantized elements along some axes, rounded once")
