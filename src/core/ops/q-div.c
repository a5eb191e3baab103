/* QDiv: quotient of two quantized tensors, broadcast to one shape.
 *
 *   y = clamp (round ((a − a_zero_point) / (b − b_zero_point) × a_scale / b_scale / y_scale) + y_zero_point)
 *
 * One rounding, of the exact quotient. Where the divisor is 0 the result saturates as the sign of the dividend says;
 * 0 / 0 is 0.
 *
 * docs/arithmetic.md, "Div".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-broadcast.h"
#include "core/ops/fx-q.h"

typedef struct
{
  FxQIn a, b;
  FxQOut y;
} Params;

static const FxAttrRow attrs[] = {
  FX_Q_IN_ATTRS (Params, a),
  FX_Q_IN_ATTRS (Params, b),
  FX_Q_OUT_ATTRS (Params),
  FX_ATTR_END,
};

static gboolean
find_factor (const Params *params, FxRequant *factor, GError **error)
{
  return fx_requant_from_scale ((double)params->a.scale / ((double)params->b.scale * (double)params->y.scale), factor,
                                error);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  FxRequant factor;

  return fx_q_infer_binary (infer, &params->a, &params->b, &params->y, error) && find_factor (params, &factor, error);
}

static gint64
divide (gint32 a, gint32 b, const FxQBinary *run)
{
  if (b == 0)
    return a > 0 ? run->result.high : a < 0 ? run->result.low : fx_q_bound (&run->result, 0);
  return fx_q_bound (&run->result, fx_saturate (fx_requantize_quotient (b < 0 ? -(gint64)a : a, ABS (b), &run->factor),
                                                G_MININT32, G_MAXINT32));
}

static void
divide_row (gsize n, void *out, const void *const *in, const guint8 *step, gconstpointer data)
{
  const FxQBinary *run = data;
  const FxArray a = { run->a, FX_SHAPE_SCALAR, (void *)in[0] }, b = { run->b, FX_SHAPE_SCALAR, (void *)in[1] };
  FxArray y = { run->result.dtype, FX_SHAPE_SCALAR, out };

  for (gsize i = 0; i < n; i++)
    fx_q_store (
        &y, i,
        divide (fx_q_load (&a, i * step[0]) - run->a_zero_point, fx_q_load (&b, i * step[1]) - run->b_zero_point, run));
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  FxQBinary run;

  if (!fx_q_binary_init (&run, eval, &params->a, &params->b, &params->y, error)
      || !find_factor (params, &run.factor, error))
    return FALSE;
  fx_broadcast_run (&eval->outputs[0], eval->inputs, 2, divide_row, &run);
  return TRUE;
}

const FxOp fx_op_q_div = {
  .name = "QDiv",
  .domain = FX_Q_DOMAIN,
  .doc = "Quotient of two quantized tensors, broadcast to one shape",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
