/* Constant: a tensor that stands in an attribute.  https://onnx.ai/onnx/operators/onnx__Constant.html
 *
 * Sparse tensors and strings are refused: nothing a fixed-point network computes with is one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-copy.h"

#include <math.h>

typedef struct
{
  FxTensor *value;
  float value_float;
  FxInts value_ints;
  FxFloats value_floats;
  gint64 value_int;
} Params;

/* What stands for "not given": rows have defaults, and these are no constants anybody writes. */
#define NO_INT (G_MININT64 + 0x5ca1ab1e)
#define NO_FLOAT NAN

static const FxAttrRow attrs[] = {
  FX_TENSOR (Params, value, "The tensor"),
  FX_FLOAT (Params, value_float, NO_FLOAT, "A scalar f32 (opset 12)"),
  FX_FLOATS (Params, value_floats, "A list of f32 (opset 12)"),
  FX_INT (Params, value_int, NO_INT, "A scalar s64 (opset 12)"),
  FX_INTS (Params, value_ints, "A list of s64 (opset 12)"),
  FX_ATTR_END,
};

/* The constant as an array that borrows from the params; FALSE if there is none. */
static gboolean
get_array (const Params *params, FxArray *array)
{
  if (params->value != NULL)
    *array = (FxArray){ fx_tensor_dtype (params->value), *fx_tensor_shape (params->value),
                        (void *)g_bytes_get_data (fx_tensor_bytes (params->value), NULL) };
  else if (params->value_floats.n > 0)
    *array = (FxArray){ FX_DTYPE_FLOAT, FX_SHAPE (params->value_floats.n), (void *)params->value_floats.data };
  else if (params->value_ints.n > 0)
    *array = (FxArray){ FX_DTYPE_INT64, FX_SHAPE (params->value_ints.n), (void *)params->value_ints.data };
  else if (params->value_int != NO_INT)
    *array = (FxArray){ FX_DTYPE_INT64, FX_SHAPE_SCALAR, (void *)&params->value_int };
  else if (!isnan (params->value_float))
    *array = (FxArray){ FX_DTYPE_FLOAT, FX_SHAPE_SCALAR, (void *)&params->value_float };
  else
    return FALSE;
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxArray array;

  if (!get_array (infer->params, &array))
    return fx_fail (error, FX_ERROR_UNSUPPORTED,
                    "has no value that can be read: wanted value, value_float, value_floats, value_int or value_ints");
  fx_infer_set (infer, 0, array.dtype, &array.shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  FxArray array;

  if (get_array (eval->params, &array))
    fx_copy_bytes (eval->outputs[0].data, array.data, fx_array_bytes (&array));
  return TRUE;
}

const FxOp fx_op_constant = {
  .name = "Constant",
  .doc = "A tensor that stands in an attribute",
  .since = 1,
  .min_inputs = 0,
  .max_inputs = 0,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
