/* QAdd: sum or difference of two quantized tensors, broadcast to one shape and rounded once.
 *
 *   y = clamp (round ((A × (a − a_zero_point) ± B × (b − b_zero_point)) × 2^-shift) + y_zero_point)
 *
 * A and B are a_scale / y_scale and b_scale / y_scale in units of 2^-shift; docs/arithmetic.md, "Add".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-add.h"

#include "core/ops/fx-broadcast.h"

static const FxAttrRow attrs[] = {
  FX_Q_IN_ATTRS (FxQAddParams, a),
  FX_Q_IN_ATTRS (FxQAddParams, b),
  FX_INT (FxQAddParams, negate_b, 0, "1: the difference a - b"),
  FX_Q_OUT_ATTRS (FxQAddParams),
  FX_ATTR_END,
};

gboolean
fx_q_add_factors (const FxQAddParams *params, FxRequantPair *pair, GError **error)
{
  double y = (double)params->y.scale;

  if (!fx_requant_pair_from_scales ((double)params->a.scale / y, (double)params->b.scale / y, pair, error))
    return FALSE;
  if (params->negate_b != 0)
    pair->b_multiplier = -pair->b_multiplier;
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQAddParams *params = infer->params;
  FxRequantPair pair;

  return fx_q_infer_binary (infer, &params->a, &params->b, &params->y, error)
         && fx_q_add_factors (params, &pair, error);
}

typedef struct
{
  FxDType a, b;
  gint64 a_zero_point, b_zero_point, a_multiplier, b_multiplier;
  gint32 shift;
  FxQResult result;
} Run;

static void
add_row (gsize n, void *out, const void *const *in, const guint8 *step, gconstpointer data)
{
  const Run *run = data;
  const FxArray a = { run->a, FX_SHAPE_SCALAR, (void *)in[0] }, b = { run->b, FX_SHAPE_SCALAR, (void *)in[1] };
  FxArray y = { run->result.dtype, FX_SHAPE_SCALAR, out };

  for (gsize i = 0; i < n; i++)
    {
      gint64 left = fx_q_load (&a, i * step[0]) - run->a_zero_point;
      gint64 right = fx_q_load (&b, i * step[1]) - run->b_zero_point;
      gint64 sum = left * run->a_multiplier + right * run->b_multiplier;

      fx_q_store (&y, i, fx_q_bound (&run->result, fx_round_shift (sum, run->shift)));
    }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxQAddParams *params = eval->params;
  FxRequantPair pair;
  Run run = { .a = eval->inputs[0].dtype, .b = eval->inputs[1].dtype };

  if (!fx_q_result (&params->y, FALSE, &run.result, error) || !fx_q_add_factors (params, &pair, error))
    return FALSE;
  run.a_zero_point = params->a.zero_point;
  run.b_zero_point = params->b.zero_point;
  run.a_multiplier = pair.a_multiplier;
  run.b_multiplier = pair.b_multiplier;
  run.shift = pair.shift;
  fx_broadcast_run (&eval->outputs[0], eval->inputs, 2, add_row, &run);
  return TRUE;
}

const FxOp fx_op_q_add = {
  .name = "QAdd",
  .domain = FX_Q_DOMAIN,
  .doc = "Sum or difference of two quantized tensors, broadcast to one shape and rounded once",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (FxQAddParams),
  .infer = infer,
  .eval = eval,
};
