/* GRU: gated recurrent unit.  https://onnx.ai/onnx/operators/onnx__GRU.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-rnn.h"

static const FxAttrRow attrs[] = {
  FX_RNN_ATTRS,
  FX_INT (FxRnnParams, linear_before_reset, 0, "1: the reset gate multiplies the product with R, not the state"),
  FX_ATTR_END,
};

static void
step (const FxRnnStep *step)
{
  gsize n = step->hidden;
  float *z = step->scratch, *r = z + n, *candidate = r + n;
  gboolean linear_first = step->params->linear_before_reset != 0;

  fx_rnn_recur (step, step->h, 0, linear_first ? 3 * n : 2 * n, step->scratch);
  for (gsize j = 0; j < 2 * n; j++)
    step->scratch[j] += step->x[j] + step->w_bias[j] + step->r_bias[j];
  fx_rnn_activate (step, 0, z);
  fx_rnn_activate (step, 0, r);

  if (linear_first)
    for (gsize j = 0; j < n; j++)
      candidate[j] = r[j] * (candidate[j] + step->r_bias[2 * n + j]);
  else
    {
      for (gsize j = 0; j < n; j++)
        r[j] *= step->h[j];
      fx_rnn_recur (step, r, 2 * n, n, candidate);
      for (gsize j = 0; j < n; j++)
        candidate[j] += step->r_bias[2 * n + j];
    }
  for (gsize j = 0; j < n; j++)
    candidate[j] += step->x[2 * n + j] + step->w_bias[2 * n + j];
  fx_rnn_activate (step, 1, candidate);
  for (gsize j = 0; j < n; j++)
    step->h[j] = (1.0f - z[j]) * candidate[j] + z[j] * step->h[j];
}

static const FxRnnCell cell = {
  .n_gates = 3,
  .n_activations = 2,
  .default_activations = (const char *const[]){ "Sigmoid", "Tanh" },
  .step = step,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  return fx_rnn_infer (infer, &cell, error);
}

static gboolean
eval (FxEval *eval, GError **error)
{
  return fx_rnn_eval (eval, &cell, error);
}

const FxOp fx_op_gru = {
  .name = "GRU",
  .doc = "Gated recurrent unit over a sequence",
  .since = 1,
  .min_inputs = 3,
  .max_inputs = 6,
  .min_outputs = 0,
  .max_outputs = 2,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxRnnParams),
  .infer = infer,
  .eval = eval,
  .macs = fx_rnn_macs,
};
