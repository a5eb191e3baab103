/* Det: determinants of square matrices, by elimination with row exchange.
 * https://onnx.ai/onnx/operators/onnx__Det.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-kernel.h"

#include <math.h>

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxShape x = infer->inputs[0].shape, y = FX_SHAPE_UNKNOWN;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, 0, "X", 2, FX_MAX_RANK, error))
    return FALSE;
  if (x.rank >= 2)
    {
      gint64 rows = x.dims[x.rank - 2], columns = x.dims[x.rank - 1];

      if (rows >= 0 && columns >= 0 && rows != columns)
        {
          g_autofree char *found = fx_shape_to_string (&x);

          return fx_fail (error, FX_ERROR_BAD_GRAPH, "X has shape %s, wanted square matrices", found);
        }
      y = fx_shape_new (x.rank - 2, x.dims);
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

/* Destroys a [n, n]. */
static double
determinant (double *a, gsize n)
{
  double result = 1;

  for (gsize k = 0; k < n; k++)
    {
      gsize pivot = k;

      for (gsize i = k + 1; i < n; i++)
        if (fabs (a[i * n + k]) > fabs (a[pivot * n + k]))
          pivot = i;
      if (a[pivot * n + k] == 0)
        return 0;
      for (gsize j = k; pivot != k && j < n; j++)
        {
          double swap = a[k * n + j];

          a[k * n + j] = a[pivot * n + j];
          a[pivot * n + j] = swap;
        }
      result *= pivot != k ? -a[k * n + k] : a[k * n + k];
      for (gsize i = k + 1; i < n; i++)
        {
          double factor = a[i * n + k] / a[k * n + k];

          for (gsize j = k; j < n; j++)
            a[i * n + j] -= factor * a[k * n + j];
        }
    }
  return result;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxArray *x = &eval->inputs[0];
  gsize n = (gsize)x->shape.dims[x->shape.rank - 1], count = fx_array_elements (&eval->outputs[0]);
  g_autofree double *matrix = count > 0 ? fx_scratch_new (n * n, sizeof *matrix, error) : NULL;

  if (count == 0)
    return TRUE;
  if (matrix == NULL)
    return FALSE;
  for (gsize b = 0; b < count; b++)
    {
      for (gsize i = 0; i < n * n; i++)
        matrix[i] = fx_array_get (x, b * n * n + i);
      fx_array_set (&eval->outputs[0], b, determinant (matrix, n));
    }
  return TRUE;
}

const FxOp fx_op_det = {
  .name = "Det",
  .doc = "Determinants of square matrices",
  .since = 11,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),
  .infer = infer,
  .eval = eval,
};
