/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-elementwise.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

const FxAttrRow fx_binary_attrs[] = {
  FX_INT (FxBinaryParams, axis, -1, "Before opset 7: where B's dimensions begin in A's; -1 aligns the last ones"),
  FX_INT (FxBinaryParams, broadcast, 0, "Before opset 7: 1 if B is to be broadcast"),
  FX_ATTR_END,
};

static gboolean
run (FxEval *eval, const FxArray *inputs, guint n, const FxBroadcastRow *rows, gconstpointer data, GError **error)
{
  FxBroadcastRow row = rows[inputs[0].dtype];

  if (row == NULL)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "there is no kernel for elements of type %s",
                    fx_dtype_name (inputs[0].dtype));
  fx_broadcast_run (&eval->outputs[0], inputs, n, row, data);
  return TRUE;
}

gboolean
fx_unary_infer (FxInfer *infer, FxDTypeMask mask, FxDType result, GError **error)
{
  if (!fx_infer_check_type (infer, 0, "the input", mask, error))
    return FALSE;

  fx_infer_set (infer, 0, result != FX_DTYPE_UNDEFINED ? result : infer->inputs[0].dtype, &infer->inputs[0].shape);
  return TRUE;
}

gboolean
fx_unary_eval (FxEval *eval, const FxBroadcastRow *rows, gconstpointer data, GError **error)
{
  return run (eval, eval->inputs, 1, rows, data, error);
}

gboolean
fx_binary_legacy_shape (const FxBinaryParams *params, guint version, const FxShape *a, FxShape *b, GError **error)
{
  gint64 axis;

  if (params == NULL || version >= 7 || !params->broadcast || a->rank < 0 || b->rank < 0)
    return TRUE;

  axis = params->axis;
  if (axis == -1)
    axis = a->rank - b->rank;
  else if (axis < 0 && axis >= -(gint64)a->rank)
    axis += a->rank;
  if (axis < 0 || axis > a->rank - b->rank)
    {
      g_autofree char *left = fx_shape_to_string (a);
      g_autofree char *right = fx_shape_to_string (b);

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"axis\" is %" PRId64 ", but %s does not fit into %s there",
                      params->axis, right, left);
    }
  while (b->rank < a->rank - axis)
    b->dims[b->rank++] = 1;
  return TRUE;
}

gboolean
fx_binary_infer_shape (FxInfer *infer, const FxBinaryParams *legacy, GError **error)
{
  FxShape b = infer->inputs[1].shape;

  return fx_binary_legacy_shape (legacy, infer->version, &infer->inputs[0].shape, &b, error)
         && fx_shape_broadcast (&infer->inputs[0].shape, &b, &infer->outputs[0].shape, error);
}

gboolean
fx_binary_infer (FxInfer *infer, const FxBinaryParams *legacy, FxDTypeMask mask, FxDType result, GError **error)
{
  FxDType a = infer->inputs[0].dtype, b = infer->inputs[1].dtype;

  if (!fx_infer_check_type (infer, 0, "the first operand", mask, error)
      || !fx_infer_check_type (infer, 1, "the second operand", mask, error))
    return FALSE;
  if (a != b && a != FX_DTYPE_UNDEFINED && b != FX_DTYPE_UNDEFINED)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "the operands are of types %s and %s, wanted one type",
                    fx_dtype_name (a), fx_dtype_name (b));

  infer->outputs[0].dtype = result != FX_DTYPE_UNDEFINED ? result : a != FX_DTYPE_UNDEFINED ? a : b;
  return fx_binary_infer_shape (infer, legacy, error);
}

gboolean
fx_binary_eval (FxEval *eval, const FxBinaryParams *legacy, const FxBroadcastRow *rows, gconstpointer data,
                GError **error)
{
  FxArray inputs[2] = { eval->inputs[0], eval->inputs[1] };

  return fx_binary_legacy_shape (legacy, eval->version, &inputs[0].shape, &inputs[1].shape, error)
         && run (eval, inputs, 2, rows, data, error);
}
