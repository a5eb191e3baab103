/* ConstantOfShape: a tensor of a given shape, all of one value.
 * https://onnx.ai/onnx/operators/onnx__ConstantOfShape.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  FxTensor *value;
} Params;

static const FxAttrRow attrs[] = {
  FX_TENSOR (Params, value, "One element, the value of all; default: 0 as f32"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  FxShape shape = FX_SHAPE_UNKNOWN;
  g_autofree gint64 *sizes = NULL;
  guint n;
  FxListState state = fx_infer_list (infer, 0, "input", (FxInts){ NULL, 0 }, &sizes, &n, error);

  if (state == FX_LIST_ERROR)
    return FALSE;
  if (params->value != NULL && fx_tensor_elements (params->value) != 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"value\" has %zu elements, wanted 1",
                    fx_tensor_elements (params->value));
  if (n != FX_LIST_ANY)
    {
      if (n > FX_MAX_RANK)
        return fx_fail (error, FX_ERROR_UNSUPPORTED, "input has %u sizes, at most %d are supported", n, FX_MAX_RANK);
      shape = fx_shape_of_rank ((int)n);
    }
  for (guint i = 0; state == FX_LIST_KNOWN && i < n; i++)
    {
      if (sizes[i] < 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "input has the size %" PRId64 ", wanted 0 or more", sizes[i]);
      shape.dims[i] = sizes[i];
    }
  fx_infer_set (infer, 0, params->value != NULL ? fx_tensor_dtype (params->value) : FX_DTYPE_FLOAT, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  FxArray *y = &eval->outputs[0];
  gsize size = fx_dtype_size (y->dtype);
  guint64 value[2] = { 0, 0 };

  if (!fx_eval_recheck (eval, infer, error))
    return FALSE;
  if (params->value != NULL)
    fx_copy_bytes (value, g_bytes_get_data (fx_tensor_bytes (params->value), NULL), size);
  fx_copy_fill (y->data, value, size, fx_array_elements (y));
  return TRUE;
}

const FxOp fx_op_constant_of_shape = {
  .name = "ConstantOfShape",
  .doc = "A tensor of a given shape, all of one value",
  .since = 9,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
