/* OneHot: along a new axis, one value at the index and another everywhere else.
 * https://onnx.ai/onnx/operators/onnx__OneHot.html
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
  FX_INT (Params, axis, -1, "Where the new axis goes; negative counts from the end"),
  FX_ATTR_END,
};

/* The number of classes, unknown if it is not there yet. It may come as a float. */
static gboolean
get_depth (const FxInfer *infer, gint64 *depth, GError **error)
{
  const FxFact *fact = &infer->inputs[1];
  gsize n;

  *depth = FX_DIM_UNKNOWN;
  if (!fx_infer_check_type (infer, 1, "depth", FX_TYPES_FLOAT | FX_TYPES_INT, error))
    return FALSE;
  if (fx_shape_count (&fact->shape, &n) && n != 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "depth has %zu elements, wanted 1", n);
  if (fact->value == NULL || fx_tensor_elements (fact->value) != 1)
    return TRUE;
  *depth = fx_tensor_get_int64 (fact->value, 0);
  if (*depth < 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "depth is %" PRId64 ", wanted 1 or more", *depth);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *indices = &infer->inputs[0].shape;
  FxShape shape = FX_SHAPE_UNKNOWN;
  gint64 depth;
  gsize n;
  int axis;

  if (!get_depth (infer, &depth, error)
      || !fx_infer_check_type (infer, 0, "indices", FX_TYPES_FLOAT | FX_TYPES_INT, error)
      || !fx_infer_check_rank (infer, 0, "indices", 0, FX_MAX_RANK - 1, error))
    return FALSE;
  if (fx_shape_count (&infer->inputs[2].shape, &n) && n != 2)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "values has %zu elements, wanted 2: off and on", n);
  if (indices->rank >= 0)
    {
      shape.rank = indices->rank + 1;
      if (!fx_shape_axis (&shape, params->axis, &axis, error))
        return FALSE;
      for (int i = 0, k = 0; i < shape.rank; i++)
        shape.dims[i] = i == axis ? depth : indices->dims[k++];
    }
  fx_infer_set (infer, 0, infer->inputs[2].dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const guint8 *values = eval->inputs[2].data;
  FxArray *y = &eval->outputs[0];
  gsize size = fx_dtype_size (y->dtype), inner;
  g_autofree gint64 *indices = NULL;
  gint64 depth;
  int axis;
  guint n;

  if (!fx_eval_recheck (eval, infer, error) || !fx_shape_axis (&y->shape, params->axis, &axis, error))
    return FALSE;
  indices = fx_eval_dup_ints (eval, 0, &n);
  depth = y->shape.dims[axis];
  inner = fx_shape_product (&y->shape, axis + 1, y->shape.rank);
  fx_copy_fill (y->data, values, size, fx_array_elements (y));
  /* an index outside of -depth…depth-1 switches nothing on */
  for (guint i = 0; i < n; i++)
    if (fx_index_wrap (&indices[i], depth))
      {
        gsize at = (i / inner * (gsize)depth + (gsize)indices[i]) * inner + i % inner;

        fx_copy_bytes ((guint8 *)y->data + at * size, values + size, size);
      }
  return TRUE;
}

const FxOp fx_op_one_hot = {
  .name = "OneHot",
  .doc = "Along a new axis, one value at the index and another everywhere else",
  .since = 9,
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
