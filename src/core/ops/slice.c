/* Slice: start:end:step of some axes.  https://onnx.ai/onnx/operators/onnx__Slice.html
 *
 * Opset 1 has starts, ends and axes as attributes; opset 10 made them inputs and added steps.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  FxInts starts, ends, axes;
} Params;

static const FxAttrRow attrs[] = {
  FX_INTS (Params, starts, "First index of each axis (opset 1 to 9)"),
  FX_INTS (Params, ends, "Index after the last of each axis (opset 1 to 9)"),
  FX_INTS (Params, axes, "Axes that starts and ends are about; default: the first ones (opset 1 to 9)"),
  FX_ATTR_END,
};

enum
{
  STARTS,
  ENDS,
  AXES,
  STEPS,
  N_LISTS
};

typedef struct
{
  FxListState state[N_LISTS];
  gint64 *values[N_LISTS];
  guint n[N_LISTS];
} Lists;

static void
lists_clear (Lists *lists)
{
  for (int i = 0; i < N_LISTS; i++)
    g_free (lists->values[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lists, lists_clear)

static gboolean
lists_infer (const FxInfer *infer, Lists *lists, GError **error)
{
  static const char *const names[N_LISTS] = { "starts", "ends", "axes", "steps" };
  const Params *params = infer->params;
  const FxInts from_attrs[N_LISTS] = { params->starts, params->ends, params->axes };

  for (guint i = 0; i < N_LISTS; i++)
    {
      lists->state[i] = fx_infer_list (infer, i + 1, names[i], from_attrs[i], &lists->values[i], &lists->n[i], error);
      if (lists->state[i] == FX_LIST_ERROR)
        return FALSE;
      if (i > 0 && lists->state[i] != FX_LIST_NONE && lists->n[i] != FX_LIST_ANY && lists->n[0] != FX_LIST_ANY
          && lists->n[i] != lists->n[0])
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has %u elements, but starts has %u", names[i], lists->n[i],
                        lists->n[0]);
    }
  for (guint i = 0; lists->state[STEPS] == FX_LIST_KNOWN && i < lists->n[STEPS]; i++)
    if (lists->values[STEPS][i] == 0)
      return fx_fail (error, FX_ERROR_BAD_GRAPH, "steps has a step of 0");
  return TRUE;
}

/* Axes that are cut, if that is known. */
static gboolean
lists_axes (const Lists *lists, int rank, int *axes, guint *n, GError **error)
{
  *n = lists->state[AXES] == FX_LIST_NONE ? lists->n[STARTS] : lists->n[AXES];
  if (lists->state[AXES] == FX_LIST_KNOWN)
    return fx_index_axes (lists->values[AXES], *n, rank, axes, error);
  if (*n > (guint)rank)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "starts has %u elements for a tensor of rank %d", *n, rank);
  for (guint i = 0; i < *n; i++)
    axes[i] = (int)i;
  return TRUE;
}

static gint64
sliced_size (const Lists *lists, guint i, gint64 size)
{
  gint64 step = 1;

  if (lists->state[STARTS] == FX_LIST_UNKNOWN || lists->state[ENDS] == FX_LIST_UNKNOWN
      || lists->state[STEPS] == FX_LIST_UNKNOWN)
    return FX_DIM_UNKNOWN;
  if (lists->state[STEPS] == FX_LIST_KNOWN)
    step = lists->values[STEPS][i];
  if (size >= 0)
    return fx_slice_new (size, lists->values[STARTS][i], lists->values[ENDS][i], step).n;
  /* all of an axis, whatever its size */
  return step == 1 && lists->values[STARTS][i] == 0 && lists->values[ENDS][i] >= G_MAXINT32 ? size : FX_DIM_UNKNOWN;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxShape shape = infer->inputs[0].shape;
  g_auto (Lists) lists = { 0 };
  int axes[FX_MAX_RANK];
  guint n;

  if (!lists_infer (infer, &lists, error))
    return FALSE;
  /* two empty lists as attributes cut nothing */
  if (lists.state[STARTS] == FX_LIST_NONE || lists.state[ENDS] == FX_LIST_NONE)
    if (infer->version >= 10 || lists.state[STARTS] != lists.state[ENDS])
      return fx_fail (error, FX_ERROR_BAD_GRAPH, "has no starts or no ends");
  if (shape.rank >= 0)
    {
      gboolean axes_known = lists.state[AXES] != FX_LIST_UNKNOWN
                            && (lists.state[AXES] == FX_LIST_KNOWN || lists.n[STARTS] != FX_LIST_ANY);

      if (!axes_known)
        shape = fx_shape_of_rank (shape.rank);
      else if (!lists_axes (&lists, shape.rank, axes, &n, error))
        return FALSE;
      else
        for (guint i = 0; i < n; i++)
          shape.dims[axes[i]] = sliced_size (&lists, i, shape.dims[axes[i]]);
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxInts from_attrs[N_LISTS] = { params->starts, params->ends, params->axes };
  const FxArray *x = &eval->inputs[0];
  gsize size = fx_dtype_size (x->dtype);
  gint64 strides[FX_MAX_RANK], offset = 0;
  g_auto (Lists) lists = { 0 };
  FxCopy copy = { .rank = 0 };
  int axes[FX_MAX_RANK];
  guint n;

  if (!fx_eval_recheck (eval, infer, error))
    return FALSE;
  for (guint i = 0; i < N_LISTS; i++)
    {
      lists.values[i] = fx_eval_list (eval, i + 1, from_attrs[i], &lists.n[i]);
      lists.state[i] = lists.values[i] != NULL ? FX_LIST_KNOWN : FX_LIST_NONE;
    }
  if (!lists_axes (&lists, x->shape.rank, axes, &n, error))
    return FALSE;

  fx_shape_strides (&x->shape, strides);
  for (int i = 0; i < x->shape.rank; i++)
    fx_copy_add (&copy, x->shape.dims[i], strides[i], 0);
  for (guint i = 0; i < n; i++)
    {
      FxSlice slice = fx_slice_new (x->shape.dims[axes[i]], lists.values[STARTS][i], lists.values[ENDS][i],
                                    lists.values[STEPS] != NULL ? lists.values[STEPS][i] : 1);

      copy.n[axes[i]] = slice.n;
      copy.from[axes[i]] = strides[axes[i]] * slice.step;
      offset += slice.start * strides[axes[i]];
    }
  if (fx_array_elements (&eval->outputs[0]) == 0)
    return TRUE;
  fx_copy_dense_to (&copy);
  fx_copy_run (&copy, (const guint8 *)x->data + offset * (gint64)size, eval->outputs[0].data, size);
  return TRUE;
}

const FxOp fx_op_slice = {
  .name = "Slice",
  .doc = "A regular part of a tensor: from a start to an end in steps, along some axes",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 5,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
