/* ScatterElements, and Scatter, its name before opset 11: writes single elements at an index along one axis.
 * https://onnx.ai/onnx/operators/onnx__ScatterElements.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"
#include "core/ops/fx-scatter.h"

typedef struct
{
  gint64 axis;
  int reduction;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, axis, 0, "Axis that the indices are about; negative counts from the end"),
  FX_CHOICE (Params, reduction, fx_scatter_reductions, FX_SCATTER_NONE,
             "How an update is combined with what is there (opset 16)"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  FxShape x = infer->inputs[0].shape, indices = infer->inputs[1].shape;
  int axis;

  if (!fx_scatter_infer_types (infer, params->reduction, error))
    return FALSE;
  if (!fx_shape_merge (&indices, &infer->inputs[2].shape))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "indices and updates have different shapes");
  if (x.rank >= 0)
    {
      if (!fx_shape_axis (&x, params->axis, &axis, error)
          || !fx_infer_check_rank (infer, 1, "indices", x.rank, x.rank, error)
          || !fx_infer_check_rank (infer, 2, "updates", x.rank, x.rank, error))
        return FALSE;
      for (int i = 0; i < indices.rank; i++)
        if (i != axis && indices.dims[i] >= 0 && x.dims[i] >= 0 && indices.dims[i] > x.dims[i])
          return fx_fail (error, FX_ERROR_BAD_GRAPH, "indices has size %" PRId64 " along axis %d, data only %" PRId64,
                          indices.dims[i], i, x.dims[i]);
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &x);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0], *updates = &eval->inputs[2];
  gsize size = fx_dtype_size (x->dtype);
  guint8 *y = eval->outputs[0].data;
  g_autofree gint64 *indices = NULL;
  gint64 strides[FX_MAX_RANK], stride, limit;
  FxOdometer at;
  guint n;
  int axis;

  if (!fx_shape_axis (&x->shape, params->axis, &axis, error))
    return FALSE;
  fx_copy_bytes (y, x->data, fx_array_bytes (x));
  indices = fx_eval_dup_ints (eval, 1, &n);
  if (n == 0)
    return TRUE;
  fx_shape_strides (&x->shape, strides);
  stride = strides[axis];
  strides[axis] = 0;
  limit = x->shape.dims[axis];

  /* in order, because several updates may meet in one element */
  at = fx_odometer_new (updates->shape.dims, updates->shape.rank, 0);
  for (guint i = 0; i < n; i++, fx_odometer_step (&at))
    {
      gint64 index = indices[i];

      if (!fx_index_wrap (&index, limit))
        return fx_index_fail (indices[i], limit, axis, error);
      index = fx_odometer_offset (&at, strides) + index * stride;
      fx_scatter_combine (x->dtype, params->reduction, y + (gsize)index * size,
                          (const guint8 *)updates->data + i * size, 1);
    }
  return TRUE;
}

const FxOp fx_op_scatter = {
  .name = "Scatter",
  .doc = "Writes single elements at an index along one axis",
  .since = 9,
  .until = 10,
  .min_inputs = 3,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};

const FxOp fx_op_scatter_elements = {
  .name = "ScatterElements",
  .doc = "Writes single elements at an index along one axis",
  .since = 11,
  .min_inputs = 3,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
