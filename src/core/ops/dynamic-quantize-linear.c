/* DynamicQuantizeLinear: to uint8 with the scale and zero point that the data itself asks for.
 * https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-op.h"

#include <math.h>

static gboolean
infer (FxInfer *infer, GError **error)
{
  if (!fx_infer_check_type (infer, 0, "x", FX_TYPES_F32, error))
    return FALSE;
  fx_infer_set (infer, 0, FX_DTYPE_UINT8, &infer->inputs[0].shape);
  fx_infer_set (infer, 1, FX_DTYPE_FLOAT, &FX_SHAPE_SCALAR);
  fx_infer_set (infer, 2, FX_DTYPE_UINT8, &FX_SHAPE_SCALAR);
  return TRUE;
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const float *x = eval->inputs[0].data;
  guint8 *y = eval->outputs[0].data;
  gsize n = fx_array_elements (&eval->inputs[0]);
  float low = 0, high = 0, scale, zero; /* the range always contains 0, which must be exact */

  for (gsize i = 0; i < n; i++)
    {
      low = MIN (low, x[i]);
      high = MAX (high, x[i]);
    }
  scale = high > low ? (high - low) / 255.0f : 1.0f;
  zero = rintf (CLAMP (-low / scale, 0.0f, 255.0f));
  zero = isnan (zero) ? 0.0f : zero; /* an infinite range */

  for (gsize i = 0; y != NULL && i < n; i++)
    {
      float q = rintf (x[i] / scale) + zero;

      y[i] = isnan (q) ? (guint8)zero : (guint8)CLAMP (q, 0.0f, 255.0f);
    }
  if (eval->outputs[1].data != NULL)
    *(float *)eval->outputs[1].data = scale;
  if (eval->outputs[2].data != NULL)
    *(guint8 *)eval->outputs[2].data = (guint8)zero;
  return TRUE;
}

const FxOp fx_op_dynamic_quantize_linear = {
  .name = "DynamicQuantizeLinear",
  .doc = "Floats to uint8 with scale and zero point from the range of the data",
  .since = 11,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 3,
  .max_outputs = 3,
  .float_types = FX_TYPES_F32,
  .infer = infer,
  .eval = eval,
};
