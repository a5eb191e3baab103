/* MatMul: matrix product as numpy.matmul has it.  https://onnx.ai/onnx/operators/onnx__MatMul.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-gemm.h"
#include "core/ops/fx-kernel.h"
#include "core/ops/fx-matmul.h"

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxShape y;

  if (!fx_infer_check_type (infer, 0, "A", FX_TYPES_FLOAT | FX_GEMM_INTS, error)
      || !fx_infer_check_type (infer, 1, "B", FX_TYPES_FLOAT | FX_GEMM_INTS, error)
      || !fx_infer_check_equal_types (infer, 0, 1, error)
      || !fx_matmul_shape (&infer->inputs[0].shape, &infer->inputs[1].shape, &y, error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  FxMatMul matmul;

  fx_matmul_init (&matmul, &eval->inputs[0].shape, &eval->inputs[1].shape);
  fx_matmul_run (&matmul, eval->inputs[0].dtype, eval->inputs[0].data, eval->inputs[1].data, eval->outputs[0].data);
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_matmul_macs (infer, 0, 1);
}

const FxOp fx_op_matmul = {
  .name = "MatMul",
  .doc = "Matrix product; leading axes are batches that broadcast",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
