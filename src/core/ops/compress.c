/* Compress: the slices of one axis, or of the flattened tensor, for which a condition holds.
 * https://onnx.ai/onnx/operators/onnx__Compress.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  gint64 axis;
} Params;

/* Axis 2⁶³ from the end is none: the tensor is flattened. */
#define NO_AXIS G_MININT64

static const FxAttrRow attrs[] = {
  FX_INT (Params, axis, NO_AXIS, "Axis of the slices; without it the tensor is flattened"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxFact *condition = &infer->inputs[1];
  FxShape shape = infer->inputs[0].shape;
  gint64 kept = FX_DIM_UNKNOWN, size;
  int axis = 0;

  if (!fx_infer_check_type (infer, 1, "condition", FX_TYPE_BIT (BOOL), error)
      || !fx_infer_check_rank (infer, 1, "condition", 1, 1, error))
    return FALSE;
  if (params->axis == NO_AXIS)
    {
      size = shape.rank >= 0 ? fx_dim_product (&shape, 0, shape.rank) : FX_DIM_UNKNOWN;
      shape = fx_shape_of_rank (1);
    }
  else
    {
      if (shape.rank >= 0 && !fx_shape_axis (&shape, params->axis, &axis, error))
        return FALSE;
      size = shape.rank >= 0 ? shape.dims[axis] : FX_DIM_UNKNOWN;
    }
  if (condition->shape.rank == 1 && size >= 0 && condition->shape.dims[0] > size)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "condition has %" PRId64 " elements for %" PRId64 " slices",
                    condition->shape.dims[0], size);
  if (condition->value != NULL)
    {
      kept = 0;
      for (gsize i = 0; i < fx_tensor_elements (condition->value); i++)
        kept += fx_tensor_get_int64 (condition->value, i) != 0;
    }
  if (shape.rank >= 0)
    shape.dims[axis] = kept;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  const guint8 *condition = eval->inputs[1].data;
  gint64 n = eval->inputs[1].shape.dims[0], kept = 0;
  FxShape flat = FX_SHAPE ((gint64)fx_array_elements (x)), shape = params->axis == NO_AXIS ? flat : x->shape;
  gsize outer, row, bytes;
  guint8 *y;
  int axis = 0;

  if (params->axis != NO_AXIS && !fx_shape_axis (&shape, params->axis, &axis, error))
    return FALSE;
  outer = fx_shape_product (&shape, 0, axis);
  row = (gsize)shape.dims[axis];
  bytes = fx_shape_product (&shape, axis + 1, shape.rank) * fx_dtype_size (x->dtype);
  for (gint64 i = 0; i < n; i++)
    kept += condition[i] != 0;
  shape.dims[axis] = kept;
  y = fx_eval_alloc (eval, 0, x->dtype, &shape, error);
  if (y == NULL)
    return FALSE;
  for (gsize k = 0; k < outer; k++)
    for (gint64 i = 0; i < n; i++)
      if (condition[i] != 0)
        {
          fx_copy_bytes (y, (const guint8 *)x->data + (k * row + (gsize)i) * bytes, bytes);
          y += bytes;
        }
  return TRUE;
}

const FxOp fx_op_compress = {
  .name = "Compress",
  .doc = "The slices of one axis for which a condition holds",
  .since = 9,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_DYNAMIC,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
