/* Max, Min, Sum, Mean of any number of tensors, with broadcasting.  https://onnx.ai/onnx/operators/onnx__Max.html
 *
 * Operands are taken up one after another, so that a result does not depend on anything but their order. The output
 * must not lie over an operand: a later one could be the same tensor.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-elementwise.h"

/* NaN wins, as in the reference implementation */
#define MAX_FLOAT(a, b, T, W) ((a) > (b) || (a) != (a) ? (a) : (b))
#define MIN_FLOAT(a, b, T, W) ((a) < (b) || (a) != (a) ? (a) : (b))
#define MAX_INT(a, b, T, W) ((a) > (b) ? (a) : (b))
#define MIN_INT(a, b, T, W) ((a) < (b) ? (a) : (b))
#define ADD(a, b, T, W) ((W)(a) + (W)(b))
#define DIV(a, b, T, W) ((a) / (b))

#define NUMERIC_ROWS(name, FLOAT, INT)                                                                                 \
  FX_EACH_FLOAT (FX_BINARY_ROW, name, FLOAT)                                                                           \
  FX_EACH_INT (FX_BINARY_ROW, name, INT)                                                                               \
  static const FxBroadcastRow name##_rows[FX_N_DTYPES]                                                                 \
      = { FX_EACH_FLOAT (FX_ROW_ENTRY, name, ) FX_EACH_INT (FX_ROW_ENTRY, name, ) };

NUMERIC_ROWS (max, MAX_FLOAT, MAX_INT)
NUMERIC_ROWS (min, MIN_FLOAT, MIN_INT)
NUMERIC_ROWS (sum, ADD, ADD)

FX_EACH_FLOAT (FX_BINARY_ROW, quotient, DIV)
static const FxBroadcastRow quotient_rows[FX_N_DTYPES] = { FX_EACH_FLOAT (FX_ROW_ENTRY, quotient, ) };

static gboolean
infer_types (FxInfer *infer, FxDTypeMask mask, GError **error)
{
  FxShape shape = infer->inputs[0].shape;
  FxDType dtype = FX_DTYPE_UNDEFINED;

  for (guint i = 0; i < infer->n_inputs; i++)
    {
      FxDType other = infer->inputs[i].dtype;

      if (!infer->inputs[i].present)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "input %u is omitted but not optional", i);
      if (!fx_infer_check_type (infer, i, "an operand", mask, error))
        return FALSE;
      if (dtype != other && dtype != FX_DTYPE_UNDEFINED && other != FX_DTYPE_UNDEFINED)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "operands are of types %s and %s, wanted one type",
                        fx_dtype_name (dtype), fx_dtype_name (other));
      if (dtype == FX_DTYPE_UNDEFINED)
        dtype = other;
      if (!fx_shape_broadcast (&shape, &infer->inputs[i].shape, &shape, error))
        return FALSE;
    }
  fx_infer_set (infer, 0, dtype, &shape);
  return TRUE;
}

static gboolean
infer_numeric (FxInfer *infer, GError **error)
{
  return infer_types (infer, FX_TYPES_NUMERIC, error);
}

static gboolean
infer_float (FxInfer *infer, GError **error)
{
  return infer_types (infer, FX_TYPES_FLOAT, error);
}

static gboolean
accumulate (FxEval *eval, const FxBroadcastRow *rows, GError **error)
{
  const FxArray *y = &eval->outputs[0];
  FxBroadcastRow row = rows[y->dtype];
  FxArray pair[2] = { eval->inputs[0] };

  if (row == NULL)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "there is no kernel for elements of type %s",
                    fx_dtype_name (y->dtype));
  if (eval->n_inputs == 1)
    fx_broadcast_copy (y, &eval->inputs[0]);
  for (guint i = 1; i < eval->n_inputs; i++)
    {
      pair[1] = eval->inputs[i];
      fx_broadcast_run (y, pair, 2, row, NULL);
      pair[0] = *y;
    }
  return TRUE;
}

static gboolean
max_eval (FxEval *eval, GError **error)
{
  return accumulate (eval, max_rows, error);
}

static gboolean
min_eval (FxEval *eval, GError **error)
{
  return accumulate (eval, min_rows, error);
}

static gboolean
sum_eval (FxEval *eval, GError **error)
{
  return accumulate (eval, sum_rows, error);
}

static gboolean
mean_eval (FxEval *eval, GError **error)
{
  FxArray *y = &eval->outputs[0];
  double count = eval->n_inputs;
  float count_f32 = (float)eval->n_inputs;
  FxArray pair[2] = { *y, { y->dtype, FX_SHAPE_SCALAR, NULL } };

  if (!accumulate (eval, sum_rows, error))
    return FALSE;
  pair[1].data = y->dtype == FX_DTYPE_DOUBLE ? (void *)&count : (void *)&count_f32;
  fx_broadcast_run (y, pair, 2, quotient_rows[y->dtype], NULL);
  return TRUE;
}

#define VARIADIC(id, op_name, infer_types, text)                                                                       \
  const FxOp fx_op_##id = {                                                                                            \
    .name = op_name,                                                                                                   \
    .doc = text,                                                                                                       \
    .since = 1,                                                                                                        \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = FX_VARIADIC,                                                                                         \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32_F64,                                                                                   \
    .infer = infer_types,                                                                                              \
    .eval = id##_eval,                                                                                                 \
  };

VARIADIC (max, "Max", infer_numeric, "Largest of all operands, element by element, broadcast to one shape")
VARIADIC (mean, "Mean", infer_float, "Mean of all operands, element by element, broadcast to one shape")
VARIADIC (min, "Min", infer_numeric, "Smallest of all operands, element by element, broadcast to one shape")
VARIADIC (sum, "Sum", infer_numeric, "Sum of all operands, element by element, broadcast to one shape")
