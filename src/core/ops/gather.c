/* Gather: picks slices of one axis by index.  https://onnx.ai/onnx/operators/onnx__Gather.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  gint64 axis;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, axis, 0, "Axis to pick from; negative counts from the end"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape, *indices = &infer->inputs[1].shape;
  FxShape shape = FX_SHAPE_UNKNOWN;
  int axis;

  if (!fx_infer_check_type (infer, 1, "indices", FX_TYPE_BIT (INT32) | FX_TYPE_BIT (INT64), error))
    return FALSE;
  if (x->rank >= 0 && !fx_shape_axis (x, params->axis, &axis, error))
    return FALSE;
  if (x->rank >= 0 && indices->rank >= 0)
    {
      if (x->rank - 1 + indices->rank > FX_MAX_RANK)
        return fx_fail (error, FX_ERROR_UNSUPPORTED, "the output would have rank %d, at most %d is supported",
                        x->rank - 1 + indices->rank, FX_MAX_RANK);
      shape.rank = 0;
      for (int i = 0; i < axis; i++)
        shape.dims[shape.rank++] = x->dims[i];
      for (int i = 0; i < indices->rank; i++)
        shape.dims[shape.rank++] = indices->dims[i];
      for (int i = axis + 1; i < x->rank; i++)
        shape.dims[shape.rank++] = x->dims[i];
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  guint8 *y = eval->outputs[0].data;
  gsize outer, bytes;
  g_autofree gint64 *indices = NULL;
  gint64 size;
  guint n;
  int axis;

  if (!fx_shape_axis (&x->shape, params->axis, &axis, error))
    return FALSE;
  indices = fx_eval_dup_ints (eval, 1, &n);
  size = x->shape.dims[axis];
  for (guint i = 0; i < n; i++)
    {
      gint64 index = indices[i];

      if (!fx_index_wrap (&indices[i], size))
        return fx_index_fail (index, size, axis, error);
    }

  outer = fx_shape_product (&x->shape, 0, axis);
  bytes = fx_shape_product (&x->shape, axis + 1, x->shape.rank) * fx_dtype_size (x->dtype);
#pragma omp parallel for collapse(2) if (outer * n * bytes > FX_PARALLEL_MIN)
  for (gsize k = 0; k < outer; k++)
    for (gsize i = 0; i < n; i++)
      fx_copy_bytes (y + (k * n + i) * bytes, (const guint8 *)x->data + (k * (gsize)size + (gsize)indices[i]) * bytes,
                     bytes);
  return TRUE;
}

const FxOp fx_op_gather = {
  .name = "Gather",
  .doc = "Picks slices of one axis by index",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
