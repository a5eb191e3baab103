/* Tile: repeats a tensor along its axes.  https://onnx.ai/onnx/operators/onnx__Tile.html
 *
 * Opset 1 repeats one axis: its inputs are the number of tiles and the axis; opset 6 gives a number for each axis.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

/* The repeats of every axis, from what the inputs of either form hold. */
static gboolean
get_repeats (guint version, int rank, const gint64 *first, guint n_first, const gint64 *second, guint n_second,
             gint64 *repeats, GError **error)
{
  FxShape shape = { .rank = rank };
  int axis;

  if (version >= 6 && n_first != (guint)rank)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "repeats has %u elements for a tensor of rank %d", n_first, rank);
  if (version < 6 && (n_first != 1 || n_second != 1))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "tiles and axis have %u and %u elements, wanted 1 and 1", n_first,
                    n_second);
  for (int i = 0; i < rank; i++)
    repeats[i] = version >= 6 ? first[i] : 1;
  if (version < 6)
    {
      if (!fx_shape_axis (&shape, second[0], &axis, error))
        return FALSE;
      repeats[axis] = first[0];
    }
  for (int i = 0; i < rank; i++)
    if (repeats[i] < 0)
      return fx_fail (error, FX_ERROR_BAD_GRAPH, "repeats has %" PRId64 ", wanted 0 or more", repeats[i]);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxShape shape = infer->inputs[0].shape;
  gint64 repeats[FX_MAX_RANK];
  g_autofree gint64 *first = NULL, *second = NULL;
  guint n_first, n_second;
  FxListState state = fx_infer_list (infer, 1, "repeats", (FxInts){ NULL, 0 }, &first, &n_first, error);
  FxListState other = fx_infer_list (infer, 2, "axis", (FxInts){ NULL, 0 }, &second, &n_second, error);

  if (state == FX_LIST_ERROR || other == FX_LIST_ERROR)
    return FALSE;
  if (shape.rank < 0 || state == FX_LIST_UNKNOWN || other == FX_LIST_UNKNOWN)
    {
      if (shape.rank >= 0)
        shape = fx_shape_of_rank (shape.rank);
    }
  else
    {
      if (!get_repeats (infer->version, shape.rank, first, n_first, second, n_second, repeats, error))
        return FALSE;
      for (int i = 0; i < shape.rank; i++)
        shape.dims[i] = fx_dim_mul (shape.dims[i], repeats[i]);
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxArray *x = &eval->inputs[0];
  gint64 repeats[FX_MAX_RANK], strides[FX_MAX_RANK];
  g_autofree gint64 *first = NULL, *second = NULL;
  guint n_first, n_second;
  FxCopy copy = { .rank = 0 };

  if (!fx_eval_recheck (eval, infer, error))
    return FALSE;
  first = fx_eval_list (eval, 1, (FxInts){ NULL, 0 }, &n_first);
  second = fx_eval_list (eval, 2, (FxInts){ NULL, 0 }, &n_second);
  if (!get_repeats (eval->version, x->shape.rank, first, n_first, second, n_second, repeats, error))
    return FALSE;

  fx_shape_strides (&x->shape, strides);
  for (int i = 0; i < x->shape.rank; i++)
    {
      fx_copy_add (&copy, repeats[i], 0, 0);
      fx_copy_add (&copy, x->shape.dims[i], strides[i], 0);
    }
  fx_copy_dense_to (&copy);
  fx_copy_run (&copy, x->data, eval->outputs[0].data, fx_dtype_size (x->dtype));
  return TRUE;
}

const FxOp fx_op_tile = {
  .name = "Tile",
  .doc = "Repeats a tensor along its axes",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .infer = infer,
  .eval = eval,
};
