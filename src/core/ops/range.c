/* Range: start, start + delta, … up to but without limit.  https://onnx.ai/onnx/operators/onnx__Range.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-index.h"

#include <math.h>

/* More elements than any tensor has (fx_shape_count). */
#define TOO_MANY G_MAXINT64

static gint64
count_ints (gint64 start, gint64 limit, gint64 delta)
{
  __int128 distance = (__int128)limit - start, n;

  if ((distance > 0) != (delta > 0) || distance == 0)
    return 0;
  n = (distance - (delta > 0 ? 1 : -1)) / delta + 1;
  return n > TOO_MANY ? TOO_MANY : (gint64)n;
}

static gint64
count_floats (double start, double limit, double delta)
{
  double n = ceil ((limit - start) / delta);

  if (isnan (n))
    return -1;
  return n <= 0 ? 0 : n >= 9e18 ? TOO_MANY : (gint64)n;
}

/* Number of elements; FALSE and *error if the operands make none. */
static gboolean
count (const FxArray *operands, gint64 *n, GError **error)
{
  gboolean is_int = fx_dtype_in (operands[0].dtype, FX_TYPES_INT);
  gint64 ints[3];
  double floats[3];

  for (int i = 0; i < 3; i++)
    {
      FxArray whole = { FX_DTYPE_INT64, FX_SHAPE_SCALAR, &ints[i] };
      FxArray one = { operands[i].dtype, FX_SHAPE_SCALAR, operands[i].data };

      fx_array_convert (&one, &whole);
      floats[i] = fx_array_get (&operands[i], 0);
    }
  if (is_int ? ints[2] == 0 : floats[2] == 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "delta is 0");
  *n = is_int ? count_ints (ints[0], ints[1], ints[2]) : count_floats (floats[0], floats[1], floats[2]);
  if (*n < 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "start, limit and delta are %g, %g and %g, which make no range",
                    floats[0], floats[1], floats[2]);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  static const char *const names[] = { "start", "limit", "delta" };
  FxDType dtype = infer->inputs[0].dtype;
  FxArray operands[3];
  g_autoptr (GPtrArray) aligned = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  FxShape shape = fx_shape_of_rank (1);

  for (guint i = 0; i < 3; i++)
    {
      const FxFact *fact = &infer->inputs[i];
      gsize n;

      if (!fx_infer_check_type (infer, i, names[i], FX_TYPES_FLOAT | FX_TYPES_INT, error))
        return FALSE;
      if (fx_shape_count (&fact->shape, &n) && n != 1)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has %zu elements, wanted 1", names[i], n);
      if (dtype == FX_DTYPE_UNDEFINED)
        dtype = fact->dtype;
      if (fact->dtype != FX_DTYPE_UNDEFINED && fact->dtype != dtype)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s is of type %s, wanted %s as start", names[i],
                        fx_dtype_name (fact->dtype), fx_dtype_name (dtype));
      if (fact->value != NULL && fx_tensor_elements (fact->value) == 1)
        {
          g_ptr_array_add (aligned, fx_tensor_aligned (fact->value));
          operands[i] = fx_tensor_array (aligned->pdata[aligned->len - 1]);
        }
    }
  if (aligned->len == 3 && !count (operands, &shape.dims[0], error))
    return FALSE;
  fx_infer_set (infer, 0, dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxArray *x = eval->inputs;
  FxShape shape = fx_shape_of_rank (1);
  FxArray y = { .dtype = x[0].dtype, .shape = shape };
  gint64 n, start, delta;

  if (!count (x, &n, error))
    return FALSE;
  y.shape.dims[0] = shape.dims[0] = n;
  y.data = fx_eval_alloc (eval, 0, y.dtype, &shape, error);
  if (y.data == NULL)
    return FALSE;

  if (fx_dtype_in (y.dtype, FX_TYPES_INT))
    {
      FxArray source = { y.dtype, FX_SHAPE_SCALAR, NULL }, target = { FX_DTYPE_INT64, FX_SHAPE_SCALAR, &start };

      source.data = x[0].data;
      fx_array_convert (&source, &target);
      source.data = x[2].data;
      target.data = &delta;
      fx_array_convert (&source, &target);
      for (gint64 i = 0; i < n; i++)
        {
          gint64 value = (gint64)((guint64)start + (guint64)i * (guint64)delta);
          FxArray from = { FX_DTYPE_INT64, FX_SHAPE_SCALAR, &value };
          FxArray to = { y.dtype, FX_SHAPE_SCALAR, (guint8 *)y.data + (gsize)i * fx_dtype_size (y.dtype) };

          fx_array_convert (&from, &to);
        }
    }
  else
    for (gint64 i = 0; i < n; i++)
      fx_array_set (&y, (gsize)i, fx_array_get (&x[0], 0) + (double)i * fx_array_get (&x[2], 0));
  return TRUE;
}

const FxOp fx_op_range = {
  .name = "Range",
  .doc = "Numbers from a start in equal steps up to a limit",
  .since = 11,
  .min_inputs = 3,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_DYNAMIC,
  .infer = infer,
  .eval = eval,
};
