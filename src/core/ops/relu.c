/* Relu: y = max (0, x).  https://onnx.ai/onnx/operators/onnx__Relu.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-op.h"

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const float *x = eval->inputs[0].data;
  float *y = eval->outputs[0].data;
  gsize n = fx_array_elements (&eval->inputs[0]);

#pragma omp parallel for simd if (n > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    y[i] = x[i] < 0.0f ? 0.0f : x[i]; /* keeps NaN, as the specification's max does */
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  return fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error) && fx_infer_same_as_input (infer, error);
}

const FxOp fx_op_relu = {
  .name = "Relu",
  .doc = "Sets negative elements to zero: y = max (0, x)",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .flags = FX_OP_ELEMENTWISE,
  .infer = infer,
  .eval = eval,
};
