/* Flatten: a matrix of the axes before one and the axes from it on.
 * https://onnx.ai/onnx/operators/onnx__Flatten.html
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

static const FxAttrRow attrs[] = {
  FX_INT (Params, axis, 1, "First axis of the columns; negative counts from the end"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *from = &infer->inputs[0].shape;
  FxShape shape = fx_shape_of_rank (2);

  if (from->rank >= 0)
    {
      gint64 axis = params->axis;

      /* unlike elsewhere the rank itself is an axis: one column */
      if (axis < -from->rank || axis > from->rank)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %" PRId64 " is outside of a tensor of rank %d", axis,
                        from->rank);
      axis += axis < 0 ? from->rank : 0;
      shape.dims[0] = fx_dim_product (from, 0, (int)axis);
      shape.dims[1] = fx_dim_product (from, (int)axis, from->rank);
    }
  else if (params->axis == 0)
    shape.dims[0] = 1;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

const FxOp fx_op_flatten = {
  .name = "Flatten",
  .doc = "Joins the axes before one into rows and the others into columns",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_VIEW,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = fx_copy_eval_view,
};
