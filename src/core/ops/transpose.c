/* Transpose: the axes in another order.  https://onnx.ai/onnx/operators/onnx__Transpose.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/transpose.h"

#include "core/fx-error.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

static const FxAttrRow attrs[] = {
  FX_INTS (FxTransposeParams, perm, "Input axis that each output axis is; default: all in reverse"),
  FX_ATTR_END,
};

static gboolean
get_perm (const FxTransposeParams *params, int rank, int *perm, GError **error)
{
  if (params->perm.n == 0)
    {
      for (int i = 0; i < rank; i++)
        perm[i] = rank - 1 - i;
      return TRUE;
    }
  if (params->perm.n != (guint)rank)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"perm\" has %u axes, wanted %d", params->perm.n, rank);
  return fx_index_axes (params->perm.data, params->perm.n, rank, perm, error);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxTransposeParams *params = infer->params;
  const FxShape *from = &infer->inputs[0].shape;
  FxShape shape = { .rank = from->rank };
  int perm[FX_MAX_RANK];

  if (from->rank < 0 && params->perm.n > 0 && params->perm.n <= FX_MAX_RANK)
    shape = fx_shape_of_rank ((int)params->perm.n);
  if (from->rank >= 0)
    {
      if (!get_perm (params, from->rank, perm, error))
        return FALSE;
      for (int i = 0; i < from->rank; i++)
        shape.dims[i] = from->dims[perm[i]];
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxArray *x = &eval->inputs[0];
  gint64 strides[FX_MAX_RANK];
  FxCopy copy = { .rank = 0 };
  int perm[FX_MAX_RANK];

  if (!get_perm (eval->params, x->shape.rank, perm, error))
    return FALSE;
  fx_shape_strides (&x->shape, strides);
  for (int i = 0; i < x->shape.rank; i++)
    fx_copy_add (&copy, x->shape.dims[perm[i]], strides[perm[i]], 0);
  fx_copy_dense_to (&copy);
  fx_copy_run (&copy, x->data, eval->outputs[0].data, fx_dtype_size (x->dtype));
  return TRUE;
}

const FxOp fx_op_transpose = {
  .name = "Transpose",
  .doc = "The axes in another order",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (FxTransposeParams),
  .infer = infer,
  .eval = eval,
};
