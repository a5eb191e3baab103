/* NonZero: where the elements are that are not 0.  https://onnx.ai/onnx/operators/onnx__NonZero.html
 *
 * The result is [rank, n], one column for each; of a scalar it is [0, n].
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-index.h"

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxShape shape = fx_shape_of_rank (2);

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL), error))
    return FALSE;
  if (infer->inputs[0].shape.rank >= 0)
    shape.dims[0] = infer->inputs[0].shape.rank;
  fx_infer_set (infer, 0, FX_DTYPE_INT64, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxArray *x = &eval->inputs[0];
  gsize n = fx_array_elements (x), found = 0;
  int rank = x->shape.rank;
  FxShape shape = fx_shape_of_rank (2);
  FxOdometer at;
  gint64 *y;

  for (gsize i = 0; i < n; i++)
    found += fx_array_get (x, i) != 0;
  shape.dims[0] = rank;
  shape.dims[1] = (gint64)found;
  y = fx_eval_alloc (eval, 0, FX_DTYPE_INT64, &shape, error);
  if (y == NULL)
    return FALSE;
  if (n == 0)
    return TRUE;

  at = fx_odometer_new (x->shape.dims, rank, 0);
  for (gsize i = 0, column = 0; i < n; i++, fx_odometer_step (&at))
    if (fx_array_get (x, i) != 0)
      {
        for (int d = 0; d < rank; d++)
          y[(gsize)d * found + column] = at.at[d];
        column++;
      }
  return TRUE;
}

const FxOp fx_op_non_zero = {
  .name = "NonZero",
  .doc = "The indices of the elements that are not 0",
  .since = 9,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_DYNAMIC,
  .infer = infer,
  .eval = eval,
};
