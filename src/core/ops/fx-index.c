/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-index.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

gint64
fx_dim_add (gint64 a, gint64 b)
{
  gint64 sum;

  if (a == 0)
    return b;
  if (b == 0)
    return a;
  if (a < 0 || b < 0)
    return FX_DIM_UNKNOWN;
  return __builtin_add_overflow (a, b, &sum) ? G_MAXINT64 : sum;
}

gint64
fx_dim_mul (gint64 a, gint64 b)
{
  gint64 product;

  if (a == 0 || b == 0)
    return 0;
  if (a == 1)
    return b;
  if (b == 1)
    return a;
  if (a < 0 || b < 0)
    return FX_DIM_UNKNOWN;
  return __builtin_mul_overflow (a, b, &product) ? G_MAXINT64 : product;
}

gint64
fx_dim_product (const FxShape *shape, int begin, int end)
{
  gint64 product = 1;
  gboolean unknown = FALSE;

  for (int i = begin; i < end; i++)
    {
      if (shape->dims[i] == 0)
        return 0;
      product = fx_dim_mul (product, shape->dims[i]);
      unknown = unknown || product == FX_DIM_UNKNOWN;
    }
  return unknown ? FX_DIM_UNKNOWN : product;
}

FxListState
fx_infer_list (const FxInfer *infer, guint input, const char *what, FxInts attr, gint64 **values, guint *n,
               GError **error)
{
  const FxFact *fact = &infer->inputs[input];
  GError *found = NULL;
  gsize elements;

  *values = NULL;
  *n = 0;
  if (!fact->present)
    {
      if (attr.n == 0)
        return FX_LIST_NONE;
      *values = g_memdup2 (attr.data, attr.n * sizeof *attr.data);
      *n = attr.n;
      return FX_LIST_KNOWN;
    }
  if (!fx_infer_check_type (infer, input, what, FX_TYPES_INT, error)
      || !fx_infer_check_rank (infer, input, what, 0, 1, error))
    return FX_LIST_ERROR;
  if (fx_infer_get_ints (infer, input, what, values, n, &found))
    return FX_LIST_KNOWN;
  if (found != NULL)
    {
      g_propagate_error (error, found);
      return FX_LIST_ERROR;
    }
  *n = fx_shape_count (&fact->shape, &elements) && elements < FX_LIST_ANY ? (guint)elements : FX_LIST_ANY;
  return FX_LIST_UNKNOWN;
}

gint64 *
fx_eval_list (const FxEval *eval, guint input, FxInts attr, guint *n)
{
  *n = attr.n;
  if (eval->inputs[input].data != NULL)
    return fx_eval_dup_ints (eval, input, n);
  return attr.n == 0 ? NULL : g_memdup2 (attr.data, attr.n * sizeof *attr.data);
}

static FxTensor *
borrow_tensor (const FxArray *array)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (array->data, fx_array_bytes (array));

  return fx_tensor_new (array->dtype, &array->shape, bytes, NULL);
}

gboolean
fx_eval_recheck (const FxEval *eval, gboolean (*infer) (FxInfer *, GError **), GError **error)
{
  g_autofree FxFact *inputs = g_new0 (FxFact, eval->n_inputs + 1);
  g_autofree FxFact *outputs = g_new0 (FxFact, eval->n_outputs + 1);
  FxInfer now = {
    .params = eval->params,
    .version = eval->version,
    .n_inputs = eval->n_inputs,
    .inputs = inputs,
    .n_outputs = eval->n_outputs,
    .outputs = outputs,
  };
  gboolean ok;

  for (guint i = 0; i < eval->n_inputs; i++)
    {
      const FxArray *array = &eval->inputs[i];

      inputs[i].shape = FX_SHAPE_UNKNOWN;
      if (array->data != NULL)
        inputs[i] = (FxFact){ TRUE, array->dtype, array->shape,
                              fx_array_elements (array) <= FX_MAX_LIST ? borrow_tensor (array) : NULL };
    }
  for (guint i = 0; i < eval->n_outputs; i++)
    outputs[i] = (FxFact){ .present = eval->outputs[i].data != NULL, .shape = FX_SHAPE_UNKNOWN };

  ok = infer (&now, error);
  for (guint i = 0; i < eval->n_inputs; i++)
    fx_tensor_unref (inputs[i].value);
  for (guint i = 0; ok && i < eval->n_outputs; i++)
    if (outputs[i].present && !fx_shape_equal (&outputs[i].shape, &eval->outputs[i].shape))
      {
        g_autofree char *found = fx_shape_to_string (&outputs[i].shape);
        g_autofree char *wanted = fx_shape_to_string (&eval->outputs[i].shape);

        ok = fx_fail (error, FX_ERROR_BAD_DATA, "its inputs give output %u the shape %s, but %s was declared", i, found,
                      wanted);
      }
  return ok;
}

gboolean
fx_index_axes (const gint64 *values, guint n, int rank, int *axes, GError **error)
{
  FxShape shape = { .rank = rank };
  guint seen = 0;

  if (n > (guint)rank)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has %u axes for a tensor of rank %d", n, rank);
  for (guint i = 0; i < n; i++)
    {
      if (!fx_shape_axis (&shape, values[i], &axes[i], error))
        return FALSE;
      if (seen & 1u << axes[i])
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %d comes twice", axes[i]);
      seen |= 1u << axes[i];
    }
  return TRUE;
}

gboolean
fx_index_fail (gint64 index, gint64 size, int axis, GError **error)
{
  return fx_fail (error, FX_ERROR_BAD_DATA, "index %" PRId64 " is out of range for axis %d of size %" PRId64, index,
                  axis, size);
}

FxSlice
fx_slice_new (gint64 size, gint64 start, gint64 end, gint64 step)
{
  FxSlice slice = { 0, 0, 0 };
  gint64 low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;

  start += start < 0 ? size : 0;
  end += end < 0 ? size : 0;
  start = CLAMP (start, step > 0 ? 0 : MIN (0, high), high);
  end = CLAMP (end, low, high);
  /* a longer step takes the first element only, as does one of the size */
  step = CLAMP (step, -MAX (size, 1), MAX (size, 1));

  if (step > 0 && end > start)
    slice.n = (end - start - 1) / step + 1;
  else if (step < 0 && start > end)
    slice.n = (start - end - 1) / -step + 1;
  slice.step = step;
  slice.start = slice.n > 0 ? start : 0;
  return slice;
}

FxOdometer
fx_odometer_new (const gint64 *dims, int rank, gsize first)
{
  FxOdometer odometer = { .rank = rank };

  for (int i = rank - 1; i >= 0; i--)
    {
      odometer.n[i] = dims[i];
      odometer.at[i] = (gint64)(first % (gsize)dims[i]);
      first /= (gsize)dims[i];
    }
  return odometer;
}
