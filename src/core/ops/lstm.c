/* LSTM: long short-term memory.  https://onnx.ai/onnx/operators/onnx__LSTM.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-rnn.h"

static const FxAttrRow attrs[] = {
  FX_RNN_ATTRS,
  FX_INT (FxRnnParams, input_forget, 0, "1: the forget gate is 1 - the input gate"),
  FX_ATTR_END,
};

/* gate += W x + biases + peephole ∘ c, then the activation */
static void
open_gate (const FxRnnStep *step, gsize gate, int peephole, guint activation)
{
  float *v = step->scratch + gate * step->hidden;
  gsize at = gate * step->hidden;

  for (gsize j = 0; j < step->hidden; j++)
    {
      v[j] += step->x[at + j] + step->w_bias[at + j] + step->r_bias[at + j];
      if (step->peepholes != NULL && peephole >= 0)
        v[j] += step->peepholes[(gsize)peephole * step->hidden + j] * step->c[j];
    }
  fx_rnn_activate (step, activation, v);
}

static void
step (const FxRnnStep *step)
{
  enum
  {
    I,
    O,
    F,
    C,
  };
  gsize n = step->hidden;
  float *i = step->scratch + I * n, *o = step->scratch + O * n, *f = step->scratch + F * n, *c = step->scratch + C * n;

  fx_rnn_recur (step, step->h, 0, 4 * n, step->scratch);
  open_gate (step, I, 0, 0);
  open_gate (step, F, 2, 0);
  open_gate (step, C, -1, 1);
  for (gsize j = 0; j < n; j++)
    {
      float keep = step->params->input_forget != 0 ? 1.0f - i[j] : f[j];

      step->c[j] = keep * step->c[j] + i[j] * c[j];
      c[j] = step->c[j];
    }
  open_gate (step, O, 1, 0); /* looks at the new cell */
  fx_rnn_activate (step, 2, c);
  for (gsize j = 0; j < n; j++)
    step->h[j] = o[j] * c[j];
}

static const FxRnnCell cell = {
  .n_gates = 4,
  .n_activations = 3,
  .default_activations = (const char *const[]){ "Sigmoid", "Tanh", "Tanh" },
  .has_cell = TRUE,
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

const FxOp fx_op_lstm = {
  .name = "LSTM",
  .doc = "Long short-term memory over a sequence",
  .since = 1,
  .min_inputs = 3,
  .max_inputs = 8,
  .min_outputs = 0,
  .max_outputs = 3,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxRnnParams),
  .infer = infer,
  .eval = eval,
  .macs = fx_rnn_macs,
};
