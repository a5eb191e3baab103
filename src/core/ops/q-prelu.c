/* QPRelu: y = x where x ≥ 0, else slope × x; also LeakyRelu.
 *
 *   acc = x − x_zero_point
 *   y = clamp (round (acc × x_scale / y_scale) + y_zero_point)                                     acc ≥ 0
 *   y = clamp (round (sign (slope) × acc × x_scale × |slope| / y_scale) + y_zero_point)            acc < 0
 *
 * docs/arithmetic.md, "PRelu". The slope broadcasts to x.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-prelu.h"

#include "core/fx-error.h"
#include "core/ops/fx-broadcast.h"

#include <math.h>

static const FxAttrRow attrs[] = {
  FX_Q_IN_ATTRS (FxQPReluParams, x),
  FX_Q_OUT_ATTRS (FxQPReluParams),
  FX_ATTR_END,
};

gboolean
fx_q_prelu_slope (const FxQPReluParams *params, float slope, FxQSlope *result, GError **error)
{
  *result = (FxQSlope){ .factor = { 1 << 30, FX_REQUANT_MAX_SHIFT }, .sign = slope > 0 ? 1 : slope < 0 ? -1 : 0 };
  if (!isfinite (slope))
    return fx_fail (error, FX_ERROR_BAD_DATA, "a slope is %g, wanted a number", (double)slope);
  return slope == 0
         || fx_q_factor ((double)params->x.scale, fabs ((double)slope), (double)params->y.scale, &result->factor,
                         error);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQPReluParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;
  FxQResult result;
  FxShape shape;

  if (!fx_q_check_in (infer, 0, "x", &params->x, FX_TYPES_Q, error)
      || !fx_infer_check_type (infer, 1, "slope", FX_TYPES_F32, error)
      || !fx_q_result (&params->y, FALSE, &result, error)
      || !fx_shape_broadcast (x, &infer->inputs[1].shape, &shape, error))
    return FALSE;
  fx_infer_set (infer, 0, result.dtype, x);
  if (!fx_shape_merge (&infer->outputs[0].shape, &shape))
    {
      g_autofree char *found = fx_shape_to_string (&infer->inputs[1].shape), *wanted = fx_shape_to_string (x);

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "slope has shape %s, which does not broadcast to %s", found, wanted);
    }
  return TRUE;
}

typedef struct
{
  FxDType x;
  gint32 zero_point;
  FxQSlope positive;
  const float *slopes;
  const FxQSlope *negative; /* for each of the slopes */
  FxQResult result;
} Run;

static void
prelu_row (gsize n, void *out, const void *const *in, const guint8 *step, gconstpointer data)
{
  const Run *run = data;
  const FxArray x = { run->x, FX_SHAPE_SCALAR, (void *)in[0] };
  const FxQSlope *negative = run->negative + ((const float *)in[1] - run->slopes);
  FxArray y = { run->result.dtype, FX_SHAPE_SCALAR, out };

  for (gsize i = 0; i < n; i++)
    {
      gint32 acc = fx_q_load (&x, i * step[0]) - run->zero_point;
      const FxQSlope *slope = acc >= 0 ? &run->positive : &negative[i * step[1]];

      fx_q_store (&y, i, fx_q_finish (&run->result, &slope->factor, acc * slope->sign));
    }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxQPReluParams *params = eval->params;
  const float *slopes = eval->inputs[1].data;
  gsize n = fx_array_elements (&eval->inputs[1]);
  g_autofree FxQSlope *negative = g_new0 (FxQSlope, n + 1);
  Run run = {
    .x = eval->inputs[0].dtype, .zero_point = (gint32)params->x.zero_point, .slopes = slopes, .negative = negative
  };

  if (!fx_q_result (&params->y, FALSE, &run.result, error) || !fx_q_prelu_slope (params, 1.0f, &run.positive, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!fx_q_prelu_slope (params, slopes[i], &negative[i], error))
      return FALSE;
  fx_broadcast_run (&eval->outputs[0], eval->inputs, 2, prelu_row, &run);
  return TRUE;
}

const FxOp fx_op_q_prelu = {
  .name = "QPRelu",
  .domain = FX_Q_DOMAIN,
  .doc = "Quantized x where positive, else slope·x; the slope broadcasts to x",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (FxQPReluParams),
  .infer = infer,
  .eval = eval,
};
