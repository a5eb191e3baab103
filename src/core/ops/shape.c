/* Shape and Size: the dimensions of a tensor, and how many elements it has.
 * https://onnx.ai/onnx/operators/onnx__Shape.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-index.h"

typedef struct
{
  gint64 start, end;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, start, 0, "First axis (opset 15)"),
  FX_INT (Params, end, G_MAXINT64, "Axis after the last (opset 15)"),
  FX_ATTR_END,
};

static gboolean
infer_shape (FxInfer *infer, G_GNUC_UNUSED GError **error)
{
  const Params *params = infer->params;
  int rank = infer->inputs[0].shape.rank;
  FxShape shape = fx_shape_of_rank (1);

  if (rank >= 0)
    shape.dims[0] = fx_slice_new (rank, params->start, params->end, 1).n;
  fx_infer_set (infer, 0, FX_DTYPE_INT64, &shape);
  return TRUE;
}

static gboolean
eval_shape (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const Params *params = eval->params;
  const FxShape *shape = &eval->inputs[0].shape;
  FxSlice slice = fx_slice_new (shape->rank, params->start, params->end, 1);
  gint64 *y = eval->outputs[0].data;

  for (gint64 i = 0; i < slice.n; i++)
    y[i] = shape->dims[slice.start + i];
  return TRUE;
}

static gboolean
infer_size (FxInfer *infer, G_GNUC_UNUSED GError **error)
{
  fx_infer_set (infer, 0, FX_DTYPE_INT64, &FX_SHAPE_SCALAR);
  return TRUE;
}

static gboolean
eval_size (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  *(gint64 *)eval->outputs[0].data = (gint64)fx_array_elements (&eval->inputs[0]);
  return TRUE;
}

const FxOp fx_op_shape = {
  .name = "Shape",
  .doc = "The dimensions of a tensor as a list",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .flags = FX_OP_SHAPE_ONLY,
  .infer = infer_shape,
  .eval = eval_shape,
};

const FxOp fx_op_size = {
  .name = "Size",
  .doc = "The number of elements of a tensor",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_SHAPE_ONLY,
  .infer = infer_size,
  .eval = eval_size,
};
