/* Expand: broadcasts a tensor to a shape.  https://onnx.ai/onnx/operators/onnx__Expand.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxShape shape = FX_SHAPE_UNKNOWN;
  g_autofree gint64 *wanted = NULL;
  guint n;
  FxListState state = fx_infer_list (infer, 1, "shape", (FxInts){ NULL, 0 }, &wanted, &n, error);

  if (state == FX_LIST_ERROR)
    return FALSE;
  if (n != FX_LIST_ANY && n > FX_MAX_RANK)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "shape has %u sizes, at most %d are supported", n, FX_MAX_RANK);
  if (state == FX_LIST_KNOWN)
    {
      for (guint i = 0; i < n; i++)
        if (wanted[i] < 0)
          return fx_fail (error, FX_ERROR_BAD_GRAPH, "shape has the size %" PRId64 ", wanted 0 or more", wanted[i]);
      shape = fx_shape_new ((int)n, wanted);
      if (!fx_shape_broadcast (&infer->inputs[0].shape, &shape, &shape, error))
        return FALSE;
    }
  else if (n != FX_LIST_ANY && infer->inputs[0].shape.rank >= 0)
    shape = fx_shape_of_rank (MAX ((int)n, infer->inputs[0].shape.rank));
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxArray *x = &eval->inputs[0];
  const FxShape *shape = &eval->outputs[0].shape;
  gint64 strides[FX_MAX_RANK];
  FxCopy copy = { .rank = 0 };

  if (!fx_eval_recheck (eval, infer, error))
    return FALSE;
  fx_shape_strides (&x->shape, strides);
  for (int i = 0; i < shape->rank; i++)
    {
      int k = i - (shape->rank - x->shape.rank);

      fx_copy_add (&copy, shape->dims[i], k >= 0 && x->shape.dims[k] != 1 ? strides[k] : 0, 0);
    }
  fx_copy_dense_to (&copy);
  fx_copy_run (&copy, x->data, eval->outputs[0].data, fx_dtype_size (x->dtype));
  return TRUE;
}

const FxOp fx_op_expand = {
  .name = "Expand",
  .doc = "Broadcasts a tensor to a shape",
  .since = 8,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .infer = infer,
  .eval = eval,
};
