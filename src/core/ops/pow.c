/* Pow: x to the power of y, with broadcasting.  https://onnx.ai/onnx/operators/onnx__Pow.html
 *
 * Since opset 12 the exponent may have a type of its own; the result has that of the base. Floats compute in the type
 * of the base. Integers raised to integers wrap; raised to a float they go through double and saturate.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-elementwise.h"

#include <tgmath.h>

/* By repeated squaring. Negative exponents give 1 / xⁿ, truncated: 0 but for ±1 (and 0, whose quotient is 0 as in Div).
 */
static inline gint64
pow_int (gint64 base, gint64 exponent)
{
  guint64 result = 1, square = (guint64)base;

  if (exponent < 0)
    return base == 1 ? 1 : base == -1 ? (exponent & 1 ? -1 : 1) : 0;
  for (guint64 left = (guint64)exponent; left != 0; left >>= 1)
    {
      if (left & 1)
        result *= square;
      square *= square;
    }
  return (gint64)result;
}

#define POW(a, b, T, W) pow (a, b)
#define POW_INT(a, b, T, W) pow_int (a, b)
#define SQUARE(a, T, W) ((a) * (a))

FX_EACH_FLOAT (FX_BINARY_ROW, power, POW)
FX_BINARY_ROW (power, POW_INT, INT64, gint64, guint64)
static const FxBroadcastRow power_rows[FX_N_DTYPES]
    = { FX_EACH_FLOAT (FX_ROW_ENTRY, power, ) FX_ROW_ENTRY (power, , INT64, gint64, guint64) };

FX_EACH_FLOAT (FX_UNARY_ROW, square, SQUARE)
static const FxBroadcastRow square_rows[FX_N_DTYPES] = { FX_EACH_FLOAT (FX_ROW_ENTRY, square, ) };

/* The type to compute in. */
static FxDType
common_type (FxDType base, FxDType exponent)
{
  if (fx_dtype_in (base, FX_TYPES_FLOAT))
    return base;
  return fx_dtype_in (exponent, FX_TYPES_FLOAT) ? FX_DTYPE_DOUBLE : FX_DTYPE_INT64;
}

/* `array` in another type: itself, or a copy that *owned keeps. */
static gboolean
converted (const FxArray *array, FxDType dtype, FxArray *out, FxTensor **owned, GError **error)
{
  void *data;

  *out = *array;
  if (array->dtype == dtype)
    return TRUE;
  *owned = fx_tensor_new_alloc (dtype, &array->shape, &data, error);
  if (*owned == NULL)
    return FALSE;
  *out = fx_tensor_array (*owned);
  fx_array_convert (array, out);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  FxDType dtype = common_type (eval->inputs[0].dtype, eval->inputs[1].dtype);
  g_autoptr (FxTensor) base = NULL, exponent = NULL, result = NULL;
  FxArray inputs[2], output = eval->outputs[0];
  void *data;

  if (!converted (&eval->inputs[0], dtype, &inputs[0], &base, error)
      || !converted (&eval->inputs[1], dtype, &inputs[1], &exponent, error)
      || !fx_binary_legacy_shape (eval->params, eval->version, &inputs[0].shape, &inputs[1].shape, error))
    return FALSE;
  if (power_rows[dtype] == NULL)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "there is no kernel for elements of type %s", fx_dtype_name (dtype));
  if (output.dtype != dtype)
    {
      result = fx_tensor_new_alloc (dtype, &output.shape, &data, error);
      if (result == NULL)
        return FALSE;
      output = fx_tensor_array (result);
    }

  /* x² is most of what networks ask for */
  if (square_rows[dtype] != NULL && fx_array_elements (&inputs[1]) == 1 && fx_array_get (&inputs[1], 0) == 2.0)
    fx_broadcast_run (&output, inputs, 1, square_rows[dtype], NULL);
  else
    fx_broadcast_run (&output, inputs, 2, power_rows[dtype], NULL);
  if (result != NULL)
    fx_array_convert (&output, &eval->outputs[0]);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  if (!fx_infer_check_type (infer, 0, "the base", FX_TYPES_NUMERIC, error)
      || !fx_infer_check_type (infer, 1, "the exponent", FX_TYPES_NUMERIC, error))
    return FALSE;
  infer->outputs[0].dtype = infer->inputs[0].dtype;
  return fx_binary_infer_shape (infer, infer->params, error);
}

const FxOp fx_op_pow = {
  .name = "Pow",
  .doc = "The first operand to the power of the second, broadcast to one shape",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32_F64,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = fx_binary_attrs,
  .params_size = sizeof (FxBinaryParams),
  .infer = infer,
  .eval = eval,
};
