/* Split: cuts a tensor into parts along one axis.  https://onnx.ai/onnx/operators/onnx__Split.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  gint64 axis;
  FxInts split; /* opset 2 to 12; an input in opset 1 and since 13 */
  gint64 num_outputs;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, axis, 0, "Axis to cut; negative counts from the end"),
  FX_INTS (Params, split, "Size of each part (opset 2 to 12)"),
  FX_INT (Params, num_outputs, 0, "Number of parts, the last of which may be smaller (opset 18)"),
  FX_ATTR_END,
};

static gboolean
check_sizes (const gint64 *sizes, guint n, guint n_outputs, gint64 whole, GError **error)
{
  gint64 sum = 0;

  if (n != n_outputs)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "split has %u sizes for %u outputs", n, n_outputs);
  for (guint i = 0; i < n; i++)
    {
      if (sizes[i] < 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "split has the size %" PRId64 ", wanted 0 or more", sizes[i]);
      sum = fx_dim_add (sum, sizes[i]);
    }
  if (whole >= 0 && sum != whole)
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "the sizes of split add up to %" PRId64 ", but the axis has size %" PRId64, sum, whole);
  return TRUE;
}

/* Parts of one size, but for a smaller last one since opset 18. */
static gboolean
equal_part (const FxInfer *infer, guint i, gint64 whole, gint64 *size, GError **error)
{
  gint64 n = infer->n_outputs, part;

  *size = n == 1 ? whole : FX_DIM_UNKNOWN;
  if (whole < 0)
    return TRUE;
  part = whole / n + (whole % n != 0);
  *size = i + 1 < n ? part : whole - part * (n - 1);
  if (*size < 0 || (whole % n != 0 && infer->version < 18))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "an axis of size %" PRId64 " does not split into %u parts", whole,
                    infer->n_outputs);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxFact *x = &infer->inputs[0];
  FxShape shape = x->shape;
  gint64 whole = FX_DIM_UNKNOWN;
  g_autofree gint64 *sizes = NULL;
  int axis = 0;
  guint n;
  FxListState state = fx_infer_list (infer, 1, "split", params->split, &sizes, &n, error);

  if (state == FX_LIST_ERROR || (shape.rank >= 0 && !fx_shape_axis (&shape, params->axis, &axis, error)))
    return FALSE;
  if (shape.rank >= 0)
    whole = shape.dims[axis];
  if (params->num_outputs != 0 && params->num_outputs != infer->n_outputs)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"num_outputs\" is %" PRId64 ", but there are %u outputs",
                    params->num_outputs, infer->n_outputs);
  if (state == FX_LIST_KNOWN && !check_sizes (sizes, n, infer->n_outputs, whole, error))
    return FALSE;

  for (guint i = 0; i < infer->n_outputs; i++)
    {
      gint64 size = FX_DIM_UNKNOWN;

      if (state == FX_LIST_NONE && !equal_part (infer, i, whole, &size, error))
        return FALSE;
      if (state == FX_LIST_KNOWN)
        size = sizes[i];
      if (shape.rank >= 0)
        shape.dims[axis] = size;
      fx_infer_set (infer, i, x->dtype, &shape);
    }
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  gsize size = fx_dtype_size (x->dtype), outer, row, offset = 0;
  g_autofree gint64 *sizes = NULL;
  guint n;
  int axis;

  if (!fx_eval_recheck (eval, infer, error) || !fx_shape_axis (&x->shape, params->axis, &axis, error))
    return FALSE;
  sizes = fx_eval_list (eval, 1, params->split, &n);
  outer = fx_shape_product (&x->shape, 0, axis);
  row = fx_shape_product (&x->shape, axis, x->shape.rank);
  for (guint i = 0; i < eval->n_outputs; i++)
    {
      gint64 whole = x->shape.dims[axis], part = whole / eval->n_outputs + (whole % eval->n_outputs != 0);
      gsize n_part = (gsize)(sizes != NULL ? sizes[i] : part) * fx_shape_product (&x->shape, axis + 1, x->shape.rank);
      FxCopy copy = { .rank = 0 };

      if (eval->outputs[i].data != NULL && fx_array_elements (&eval->outputs[i]) > 0)
        {
          n_part = fx_shape_product (&eval->outputs[i].shape, axis, x->shape.rank);
          fx_copy_add (&copy, (gint64)outer, (gint64)row, (gint64)n_part);
          fx_copy_add (&copy, (gint64)n_part, 1, 1);
          fx_copy_run (&copy, (const guint8 *)x->data + offset * size, eval->outputs[i].data, size);
        }
      offset += n_part;
    }
  return TRUE;
}

const FxOp fx_op_split = {
  .name = "Split",
  .doc = "Cuts a tensor into parts along one axis",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = FX_VARIADIC,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
