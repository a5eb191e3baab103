/* QLinearMatMul: matrix product of quantized matrices, quantized again.
 * https://onnx.ai/onnx/operators/onnx__QLinearMatMul.html
 *
 *   real = scale × (q − zero_point);  y = saturate (round_half_even (a × b / y_scale) + y_zero_point)
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-kernel.h"
#include "core/ops/fx-matmul-quant.h"

#include <math.h>

#define TYPES (FX_TYPE_BIT (INT8) | FX_TYPE_BIT (UINT8))

enum
{
  A,
  A_SCALE,
  A_ZERO_POINT,
  B,
  B_SCALE,
  B_ZERO_POINT,
  Y_SCALE,
  Y_ZERO_POINT,
  N_INPUTS
};

static const char *const names[N_INPUTS]
    = { "a", "a_scale", "a_zero_point", "b", "b_scale", "b_zero_point", "y_scale", "y_zero_point" };

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *a = &infer->inputs[A].shape, *b = &infer->inputs[B].shape;
  FxShape y;

  for (guint i = 0; i < N_INPUTS; i++)
    {
      gboolean scale = i == A_SCALE || i == B_SCALE || i == Y_SCALE;

      if (!fx_infer_check_type (infer, i, names[i], scale ? FX_TYPES_FLOAT : TYPES, error))
        return FALSE;
    }
  if (!fx_infer_check_equal_types (infer, A, A_ZERO_POINT, error)
      || !fx_infer_check_equal_types (infer, B, B_ZERO_POINT, error) || !fx_matmul_shape (a, b, &y, error))
    return FALSE;
  for (guint i = 0; i < N_INPUTS; i++)
    {
      gboolean of_b = i == B_SCALE || i == B_ZERO_POINT;

      if (i != A && i != B && !fx_quant_check_vector (infer, i, names[i], of_b ? b : a, !of_b, error))
        return FALSE;
    }
  fx_infer_set (infer, 0, infer->inputs[Y_ZERO_POINT].dtype, &y);
  return TRUE;
}

/* Element of a scale or zero point that belongs to a row or column. */
static double
value_at (const FxArray *vector, gsize line)
{
  return fx_array_get (vector, fx_quant_index (fx_array_elements (vector), line));
}

static void
requantize (const FxEval *eval, const FxMatMul *matmul, const gint32 *sums)
{
  FxArray *y = &eval->outputs[0];
  gsize n_rows = matmul->n_batches * matmul->m;

#pragma omp parallel for if (n_rows * matmul->n > FX_PARALLEL_MIN)
  for (gsize row = 0; row < n_rows; row++)
    {
      gsize left, right, line;
      double scale, zero = value_at (&eval->inputs[Y_ZERO_POINT], row);

      fx_matmul_batch (matmul, row / matmul->m, &left, &right);
      line = left * matmul->m + row % matmul->m;
      scale = value_at (&eval->inputs[A_SCALE], line) / value_at (&eval->inputs[Y_SCALE], row);
      for (gsize j = 0; j < matmul->n; j++)
        {
          double real = sums[row * matmul->n + j] * scale * value_at (&eval->inputs[B_SCALE], right * matmul->n + j);

          fx_array_set (y, row * matmul->n + j, rint (real) + zero);
        }
    }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  g_autofree gint32 *a = fx_quant_widen (&eval->inputs[A], &eval->inputs[A_ZERO_POINT], TRUE, error);
  g_autofree gint32 *b
      = a != NULL ? fx_quant_widen (&eval->inputs[B], &eval->inputs[B_ZERO_POINT], FALSE, error) : NULL;
  g_autofree gint32 *sums = NULL;
  FxMatMul matmul;

  if (a == NULL || b == NULL)
    return FALSE;
  fx_matmul_init (&matmul, &eval->inputs[A].shape, &eval->inputs[B].shape);
  sums = fx_scratch_new (matmul.n_batches * matmul.m * matmul.n, sizeof *sums, error);
  if (sums == NULL)
    return FALSE;
  fx_matmul_run (&matmul, FX_DTYPE_INT32, a, b, sums);
  requantize (eval, &matmul, sums);
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_matmul_macs (infer, A, B);
}

const FxOp fx_op_qlinear_matmul = {
  .name = "QLinearMatMul",
  .doc = "Matrix product of quantized matrices, quantized again",
  .since = 10,
  .min_inputs = N_INPUTS,
  .max_inputs = N_INPUTS,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
