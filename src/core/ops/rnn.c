/* RNN: simple recurrence, h = f (W x + R h + biases).  https://onnx.ai/onnx/operators/onnx__RNN.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-rnn.h"

static const FxAttrRow attrs[] = {
  FX_RNN_ATTRS,
  FX_ATTR_END,
};

static void
step (const FxRnnStep *step)
{
  fx_rnn_recur (step, step->h, 0, step->hidden, step->scratch);
  for (gsize j = 0; j < step->hidden; j++)
    step->h[j] = step->scratch[j] + step->x[j] + step->w_bias[j] + step->r_bias[j];
  fx_rnn_activate (step, 0, step->h);
}

static const FxRnnCell cell = {
  .n_gates = 1,
  .n_activations = 1,
  .default_activations = (const char *const[]){ "Tanh" },
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

const FxOp fx_op_rnn = {
  .name = "RNN",
  .doc = "Simple recurrence over a sequence: h = f (W x + R h + bias)",
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
