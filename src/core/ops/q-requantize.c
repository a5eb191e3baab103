/* QRequantize: the same real values in another scale, zero point or width.
 *
 *   y = clamp (round ((x − x_zero_point) × x_scale / y_scale) + y_zero_point)
 *
 * docs/arithmetic.md, "Requantization". x may be int32: the sums of a convolution, x_scale × w_scale a step.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-requantize.h"

static const FxAttrRow attrs[] = {
  FX_Q_IN_ATTRS (FxQRequantizeParams, x),
  FX_Q_OUT_ATTRS (FxQRequantizeParams),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQRequantizeParams *params = infer->params;
  FxRequant factor;
  FxQResult result;

  if (!fx_q_check_in (infer, 0, "x", &params->x, FX_TYPES_Q | FX_TYPE_BIT (INT32), error)
      || !fx_q_result (&params->y, FALSE, &result, error) || !fx_q_requantize_factor (params, &factor, error))
    return FALSE;
  fx_infer_set (infer, 0, result.dtype, &infer->inputs[0].shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxQRequantizeParams *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  gsize n = fx_array_elements (x);
  FxRequant factor;
  FxQResult result;

  if (!fx_q_result (&params->y, FALSE, &result, error) || !fx_q_requantize_factor (params, &factor, error))
    return FALSE;
#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    fx_q_store (&eval->outputs[0], i, fx_q_finish (&result, &factor, (gint64)fx_q_load (x, i) - params->x.zero_point));
  return TRUE;
}

const FxOp fx_op_q_requantize = {
  .name = "QRequantize",
  .domain = FX_Q_DOMAIN,
  .doc = "The same real values in another scale, zero point or width",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (FxQRequantizeParams),
  .infer = infer,
  .eval = eval,
};
