/* MatMulInteger: matrix product of 8-bit integers with zero points, exact in 32 bits.
 * https://onnx.ai/onnx/operators/onnx__MatMulInteger.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-kernel.h"
#include "core/ops/fx-matmul-quant.h"

#define TYPES (FX_TYPE_BIT (INT8) | FX_TYPE_BIT (UINT8))

enum
{
  A,
  B,
  A_ZERO_POINT,
  B_ZERO_POINT,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *a = &infer->inputs[A].shape, *b = &infer->inputs[B].shape;
  FxShape y;

  if (!fx_infer_check_type (infer, A, "A", TYPES, error) || !fx_infer_check_type (infer, B, "B", TYPES, error)
      || !fx_infer_check_equal_types (infer, A, A_ZERO_POINT, error)
      || !fx_infer_check_equal_types (infer, B, B_ZERO_POINT, error) || !fx_matmul_shape (a, b, &y, error)
      || !fx_quant_check_vector (infer, A_ZERO_POINT, "a_zero_point", a, TRUE, error)
      || !fx_quant_check_vector (infer, B_ZERO_POINT, "b_zero_point", b, FALSE, error))
    return FALSE;
  fx_infer_set (infer, 0, FX_DTYPE_INT32, &y);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  g_autofree gint32 *a = fx_quant_widen (&eval->inputs[A], &eval->inputs[A_ZERO_POINT], TRUE, error);
  g_autofree gint32 *b
      = a != NULL ? fx_quant_widen (&eval->inputs[B], &eval->inputs[B_ZERO_POINT], FALSE, error) : NULL;
  FxMatMul matmul;

  if (a == NULL || b == NULL)
    return FALSE;
  fx_matmul_init (&matmul, &eval->inputs[A].shape, &eval->inputs[B].shape);
  fx_matmul_run (&matmul, FX_DTYPE_INT32, a, b, eval->outputs[0].data);
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_matmul_macs (infer, A, B);
}

const FxOp fx_op_matmul_integer = {
  .name = "MatMulInteger",
  .doc = "Matrix product of 8-bit integers with zero points, in 32 bits",
  .since = 10,
  .min_inputs = 2,
  .max_inputs = 4,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
