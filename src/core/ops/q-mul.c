/* QMul: product of two quantized tensors, broadcast to one shape.
 *
 *   y = clamp (round ((a − a_zero_point) × (b − b_zero_point) × a_scale × b_scale / y_scale) + y_zero_point)
 *
 * docs/arithmetic.md, "Mul".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-mul.h"

#include "core/ops/fx-broadcast.h"

static const FxAttrRow attrs[] = {
  FX_Q_IN_ATTRS (FxQMulParams, a),
  FX_Q_IN_ATTRS (FxQMulParams, b),
  FX_Q_OUT_ATTRS (FxQMulParams),
  FX_ATTR_END,
};

gboolean
fx_q_mul_factor (const FxQMulParams *params, FxRequant *factor, GError **error)
{
  return fx_q_factor ((double)params->a.scale, (double)params->b.scale, (double)params->y.scale, factor, error);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQMulParams *params = infer->params;
  FxRequant factor;

  return fx_q_infer_binary (infer, &params->a, &params->b, &params->y, error)
         && fx_q_mul_factor (params, &factor, error);
}

/* The largest product is that of -2^15 and -2^15: 16-bit values have no zero point. */
static void
multiply_row (gsize n, void *out, const void *const *in, const guint8 *step, gconstpointer data)
{
  const FxQBinary *run = data;
  const FxArray a = { run->a, FX_SHAPE_SCALAR, (void *)in[0] }, b = { run->b, FX_SHAPE_SCALAR, (void *)in[1] };
  FxArray y = { run->result.dtype, FX_SHAPE_SCALAR, out };

  for (gsize i = 0; i < n; i++)
    {
      gint32 left = fx_q_load (&a, i * step[0]) - run->a_zero_point;
      gint32 right = fx_q_load (&b, i * step[1]) - run->b_zero_point;

      fx_q_store (&y, i, fx_q_finish (&run->result, &run->factor, left * right));
    }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxQMulParams *params = eval->params;
  FxQBinary run;

  if (!fx_q_binary_init (&run, eval, &params->a, &params->b, &params->y, error)
      || !fx_q_mul_factor (params, &run.factor, error))
    return FALSE;
  fx_broadcast_run (&eval->outputs[0], eval->inputs, 2, multiply_row, &run);
  return TRUE;
}

const FxOp fx_op_q_mul = {
  .name = "QMul",
  .domain = FX_Q_DOMAIN,
  .doc = "Product of two quantized tensors, broadcast to one shape",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (FxQMulParams),
  .infer = infer,
  .eval = eval,
};
