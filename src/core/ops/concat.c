/* Concat: joins tensors along one axis.  https://onnx.ai/onnx/operators/onnx__Concat.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/concat.h"

#include "core/fx-error.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

static const FxAttrRow attrs[] = {
  FX_INT (FxConcatParams, axis, 1, "Axis to join along; negative counts from the end"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxConcatParams *params = infer->params;
  FxShape shape = infer->inputs[0].shape;
  FxDType dtype = infer->inputs[0].dtype;
  gint64 joined = 0;
  int axis = 0;

  /* the rank may be known from any one of the operands */
  for (guint i = 1; i < infer->n_inputs && shape.rank < 0; i++)
    if (infer->inputs[i].shape.rank >= 0)
      shape = fx_shape_of_rank (infer->inputs[i].shape.rank);
  if (shape.rank >= 0 && !fx_shape_axis (&shape, params->axis, &axis, error))
    return FALSE;

  for (guint i = 0; i < infer->n_inputs; i++)
    {
      FxShape other = infer->inputs[i].shape;
      gint64 size = other.rank == shape.rank && shape.rank > 0 ? other.dims[axis] : FX_DIM_UNKNOWN;

      if (dtype == FX_DTYPE_UNDEFINED)
        dtype = infer->inputs[i].dtype;
      if (!infer->inputs[i].present)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "input %u is omitted but not optional", i);
      if (infer->inputs[i].dtype != dtype && infer->inputs[i].dtype != FX_DTYPE_UNDEFINED)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "input %u is of type %s, wanted %s as the others", i,
                        fx_dtype_name (infer->inputs[i].dtype), fx_dtype_name (dtype));
      joined = fx_dim_add (joined, size);
      if (other.rank < 0)
        continue;
      if (other.rank == shape.rank)
        other.dims[axis] = shape.dims[axis];
      if (!fx_shape_merge (&shape, &other))
        {
          g_autofree char *found = fx_shape_to_string (&infer->inputs[i].shape);
          g_autofree char *wanted = fx_shape_to_string (&shape);

          return fx_fail (error, FX_ERROR_BAD_GRAPH, "input %u has shape %s, wanted %s but for axis %d", i, found,
                          wanted, axis);
        }
    }
  if (shape.rank >= 0)
    shape.dims[axis] = joined;
  fx_infer_set (infer, 0, dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxConcatParams *params = eval->params;
  const FxShape *shape = &eval->outputs[0].shape;
  gsize element = fx_dtype_size (eval->outputs[0].dtype);
  guint8 *y = eval->outputs[0].data;
  gsize outer, row_bytes;
  int axis;

  if (!fx_shape_axis (shape, params->axis, &axis, error))
    return FALSE;
  outer = fx_shape_product (shape, 0, axis);
  row_bytes = fx_shape_product (shape, axis, shape->rank) * element;

  for (guint i = 0; i < eval->n_inputs; i++)
    {
      const guint8 *x = eval->inputs[i].data;
      gsize bytes = fx_shape_product (&eval->inputs[i].shape, axis, shape->rank) * element;

      for (gsize k = 0; k < outer; k++)
        fx_copy_bytes (y + k * row_bytes, x + k * bytes, bytes);
      y += bytes;
    }
  return TRUE;
}

const FxOp fx_op_concat = {
  .name = "Concat",
  .doc = "Joins tensors of equal shape but for one axis along that axis",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = FX_VARIADIC,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (FxConcatParams),
  .infer = infer,
  .eval = eval,
};
