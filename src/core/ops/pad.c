/* Pad: adds elements around a tensor, or, where a pad is negative, cuts them off.
 * https://onnx.ai/onnx/operators/onnx__Pad.html
 *
 * Opset 11 made pads and the constant inputs, opset 18 added axes, opset 19 the mode "wrap".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/pad.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

static const char *const modes[] = { "constant", "reflect", "edge", "wrap", NULL };

static const FxAttrRow attrs[] = {
  FX_CHOICE (FxPadParams, mode, modes, FX_PAD_CONSTANT, "What is added: a constant, or elements of the tensor"),
  FX_FLOAT (FxPadParams, value, 0, "The constant (opset 1 to 10)"),
  FX_INTS (FxPadParams, pads, "Elements before each axis, then after each; negative cuts (opset 2 to 10)"),
  FX_INTS (FxPadParams, paddings, "The same (opset 1)"),
  FX_ATTR_END,
};

typedef struct
{
  gint64 begin[FX_MAX_RANK], end[FX_MAX_RANK];
} Pads;

static gboolean
fill_pads (Pads *pads, int rank, const gint64 *values, guint n, const gint64 *axis_values, guint n_axes, GError **error)
{
  int axes[FX_MAX_RANK];

  *pads = (Pads){ 0 };
  if (axis_values == NULL)
    {
      n_axes = (guint)rank;
      for (int i = 0; i < rank; i++)
        axes[i] = i;
    }
  else if (!fx_index_axes (axis_values, n_axes, rank, axes, error))
    return FALSE;
  if (n != 2 * n_axes)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "pads has %u elements, wanted %u", n, 2 * n_axes);
  for (guint i = 0; i < n_axes; i++)
    {
      pads->begin[axes[i]] = values[i];
      pads->end[axes[i]] = values[n_axes + i];
    }
  return TRUE;
}

static gboolean
padded_size (int mode, gint64 size, gint64 begin, gint64 end, gint64 *out, GError **error)
{
  gint64 kept, added;

  if (begin == 0 && end == 0)
    {
      *out = size;
      return TRUE;
    }
  *out = FX_DIM_UNKNOWN;
  if (size < 0)
    return TRUE;
  if (__builtin_add_overflow (size, MIN (begin, 0), &kept) || __builtin_add_overflow (kept, MIN (end, 0), &kept)
      || kept < 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "pads of %" PRId64 " and %" PRId64 " cut more than an axis of size %" PRId64 " has", begin, end,
                    size);
  added = fx_dim_add (MAX (begin, 0), MAX (end, 0));
  if (mode != FX_PAD_CONSTANT && kept == 0 && added > 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "mode \"%s\" has no elements to add to an empty axis", modes[mode]);
  *out = fx_dim_add (kept, added);
  return TRUE;
}

static FxInts
pads_attr (const FxPadParams *params)
{
  return params->pads.n > 0 ? params->pads : params->paddings;
}

static gboolean
check_constant (const FxInfer *infer, GError **error)
{
  const FxFact *x = &infer->inputs[0], *constant = &infer->inputs[2];
  gsize n;

  if (!constant->present)
    return TRUE;
  if (fx_shape_count (&constant->shape, &n) && n != 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "constant_value has %zu elements, wanted 1", n);
  if (x->dtype != constant->dtype && x->dtype != FX_DTYPE_UNDEFINED && constant->dtype != FX_DTYPE_UNDEFINED)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "constant_value is of type %s, wanted %s",
                    fx_dtype_name (constant->dtype), fx_dtype_name (x->dtype));
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxPadParams *params = infer->params;
  FxShape shape = infer->inputs[0].shape;
  g_autofree gint64 *values = NULL, *axes = NULL;
  guint n, n_axes;
  Pads pads;
  FxListState state = fx_infer_list (infer, 1, "pads", pads_attr (params), &values, &n, error);
  FxListState axes_state = fx_infer_list (infer, 3, "axes", (FxInts){ NULL, 0 }, &axes, &n_axes, error);

  if (state == FX_LIST_ERROR || axes_state == FX_LIST_ERROR || !check_constant (infer, error))
    return FALSE;
  if (state == FX_LIST_NONE && shape.rank > 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has no pads");
  if (shape.rank >= 0 && (state == FX_LIST_UNKNOWN || axes_state == FX_LIST_UNKNOWN))
    shape = fx_shape_of_rank (shape.rank);
  else if (shape.rank >= 0)
    {
      if (!fill_pads (&pads, shape.rank, values, n, axes, n_axes, error))
        return FALSE;
      for (int i = 0; i < shape.rank; i++)
        if (!padded_size (params->mode, shape.dims[i], pads.begin[i], pads.end[i], &shape.dims[i], error))
          return FALSE;
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static void
pad_constant (const FxArray *x, FxArray *y, const Pads *pads, const void *constant)
{
  gsize size = fx_dtype_size (x->dtype);
  gint64 from_strides[FX_MAX_RANK], to_strides[FX_MAX_RANK], from = 0, to = 0;
  gsize n_kept = 1;
  FxCopy copy = { .rank = 0 };

  fx_shape_strides (&x->shape, from_strides);
  fx_shape_strides (&y->shape, to_strides);
  for (int i = 0; i < x->shape.rank; i++)
    {
      gint64 kept = x->shape.dims[i] + MIN (pads->begin[i], 0) + MIN (pads->end[i], 0);

      fx_copy_add (&copy, kept, from_strides[i], to_strides[i]);
      from += MAX (-pads->begin[i], 0) * from_strides[i];
      to += MAX (pads->begin[i], 0) * to_strides[i];
      n_kept *= (gsize)kept;
    }
  fx_copy_fill (y->data, constant, size, fx_array_elements (y));
  if (n_kept > 0)
    fx_copy_run (&copy, (const guint8 *)x->data + from * (gint64)size, (guint8 *)y->data + to * (gint64)size, size);
}

/* Input index of position i (which may be negative) of an axis whose kept part is first…first+n-1. */
static gint64
source_index (int mode, gint64 i, gint64 first, gint64 n)
{
  gint64 period = mode == FX_PAD_WRAP ? n : MAX (2 * (n - 1), 1);

  if (mode == FX_PAD_EDGE)
    return first + CLAMP (i, 0, n - 1);
  i %= period;
  i += i < 0 ? period : 0;
  return first + (i < n ? i : period - i);
}

static void
pad_from_input (const FxArray *x, FxArray *y, const Pads *pads, int mode)
{
  gsize size = fx_dtype_size (x->dtype);
  int rank = y->shape.rank, last = rank - 1;
  gint64 strides[FX_MAX_RANK], *maps[FX_MAX_RANK] = { NULL };
  gint64 row = rank > 0 ? y->shape.dims[last] : 1, rows;

  if (fx_array_elements (y) == 0)
    return;
  fx_shape_strides (&x->shape, strides);
  for (int d = 0; d < rank; d++)
    {
      gint64 first = MAX (-pads->begin[d], 0);
      gint64 kept = x->shape.dims[d] - first + MIN (pads->end[d], 0);

      maps[d] = g_new (gint64, y->shape.dims[d]);
      for (gint64 i = 0; i < y->shape.dims[d]; i++)
        maps[d][i] = source_index (mode, i - MAX (pads->begin[d], 0), first, kept) * strides[d];
    }

  rows = (gint64)fx_shape_product (&y->shape, 0, MAX (last, 0));
#pragma omp parallel for if (rows * row > FX_PARALLEL_MIN)
  for (gint64 r = 0; r < rows; r++)
    {
      FxOdometer at = fx_odometer_new (y->shape.dims, MAX (last, 0), (gsize)r);
      guint8 *to = (guint8 *)y->data + (gsize)(r * row) * size;
      gint64 base = 0;

      for (int d = 0; d < last; d++)
        base += maps[d][at.at[d]];
      for (gint64 i = 0; i < row; i++)
        fx_copy_bytes (to + (gsize)i * size,
                       (const guint8 *)x->data + (gsize)(base + (rank > 0 ? maps[last][i] : 0)) * size, size);
    }
  for (int d = 0; d < rank; d++)
    g_free (maps[d]);
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxPadParams *params = eval->params;
  const FxArray *x = &eval->inputs[0], *constant = &eval->inputs[2];
  g_autofree gint64 *values = NULL, *axes = NULL;
  guint64 zero[2] = { 0, 0 };
  FxArray value = { x->dtype, FX_SHAPE_SCALAR, zero };
  guint n, n_axes;
  Pads pads;

  if (!fx_eval_recheck (eval, infer, error))
    return FALSE;
  values = fx_eval_list (eval, 1, pads_attr (params), &n);
  axes = fx_eval_list (eval, 3, (FxInts){ NULL, 0 }, &n_axes);
  if (!fill_pads (&pads, x->shape.rank, values, n, axes, n_axes, error))
    return FALSE;

  if (params->mode != FX_PAD_CONSTANT)
    pad_from_input (x, &eval->outputs[0], &pads, params->mode);
  else if (constant->data != NULL)
    pad_constant (x, &eval->outputs[0], &pads, constant->data);
  else
    {
      if (eval->version < 11)
        fx_array_set (&value, 0, params->value);
      pad_constant (x, &eval->outputs[0], &pads, zero);
    }
  return TRUE;
}

const FxOp fx_op_pad = {
  .name = "Pad",
  .doc = "Adds elements around a tensor, or cuts them off",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 4,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (FxPadParams),
  .infer = infer,
  .eval = eval,
};
