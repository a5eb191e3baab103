/* Reshape: the same elements in another shape.  https://onnx.ai/onnx/operators/onnx__Reshape.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  FxInts shape; /* opset 1 to 4; an input since */
  gint64 allowzero;
} Params;

static const FxAttrRow attrs[] = {
  FX_INTS (Params, shape, "The new shape (opset 1 to 4)"),
  FX_INT (Params, allowzero, 0, "1: a size of 0 is a size, 0: it keeps the size of the input"),
  FX_ATTR_END,
};

/* Takes one dimension `dim` of the output out of what is left of the input's: sizes multiply into *out, anything else
 * cancels an equal dimension. FALSE if it is not there to cancel. */
static gboolean
cancel (FxShape *left, gint64 dim, int position, gint64 *out)
{
  if (dim >= 0)
    {
      *out = fx_dim_mul (*out, dim);
      return TRUE;
    }
  if (position >= 0)
    {
      left->dims[position] = 1;
      return TRUE;
    }
  return FALSE;
}

static gboolean
fail_reshape (const FxShape *from, const FxShape *to, GError **error)
{
  g_autofree char *found = fx_shape_to_string (from);
  g_autofree char *wanted = fx_shape_to_string (to);

  return fx_fail (error, FX_ERROR_BAD_GRAPH, "a tensor of shape %s cannot get the shape %s", found, wanted);
}

/* The size that makes up for the rest, if it can be told. */
static gboolean
solve (const FxShape *from, const FxShape *left, gint64 out, FxShape *shape, int free_axis, GError **error)
{
  gint64 in = left->rank >= 0 ? fx_dim_product (left, 0, left->rank) : FX_DIM_UNKNOWN;

  if (free_axis < 0)
    {
      if (in >= 0 && out >= 0 && in != out)
        return fail_reshape (from, shape, error);
      return TRUE;
    }
  if (in >= 0 && out == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "shape has a size of -1 beside a size of 0");
  if (in >= 0 && out > 0)
    {
      if (in % out != 0)
        return fail_reshape (from, shape, error);
      shape->dims[free_axis] = in / out;
    }
  else if (out == 1)
    shape->dims[free_axis] = in; /* a symbol, or unknown */
  return TRUE;
}

static gboolean
resolve (const Params *params, const FxShape *from, const gint64 *wanted, guint n, FxShape *shape, GError **error)
{
  FxShape left = *from;
  gint64 out = 1;
  int free_axis = -1;

  if (n > FX_MAX_RANK)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "shape has %u sizes, at most %d are supported", n, FX_MAX_RANK);
  *shape = fx_shape_of_rank ((int)n);
  for (int i = 0; i < (int)n; i++)
    {
      if (wanted[i] < -1)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "shape has the size %" PRId64 ", wanted -1 or more", wanted[i]);
      if (wanted[i] == -1)
        {
          if (free_axis >= 0)
            return fx_fail (error, FX_ERROR_BAD_GRAPH, "shape has more than one size of -1");
          free_axis = i;
        }
      else if (wanted[i] > 0 || params->allowzero)
        cancel (&left, shape->dims[i] = wanted[i], -1, &out);
      else if (from->rank >= 0)
        {
          if (i >= from->rank)
            return fx_fail (error, FX_ERROR_BAD_GRAPH, "shape keeps size %d of a tensor of rank %d", i, from->rank);
          cancel (&left, shape->dims[i] = from->dims[i], i, &out);
        }
      else
        out = FX_DIM_UNKNOWN;
    }
  return solve (from, &left, out, shape, free_axis, error);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  g_autofree gint64 *wanted = NULL;
  FxShape shape = FX_SHAPE_UNKNOWN;
  guint n;

  switch (fx_infer_list (infer, 1, "shape", params->shape, &wanted, &n, error))
    {
    case FX_LIST_ERROR: return FALSE;
    case FX_LIST_UNKNOWN:
      if (n <= FX_MAX_RANK)
        shape = fx_shape_of_rank ((int)n);
      break;
    case FX_LIST_NONE:
    case FX_LIST_KNOWN:
      if (!resolve (params, &infer->inputs[0].shape, wanted, n, &shape, error))
        return FALSE;
      break;
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

const FxOp fx_op_reshape = {
  .name = "Reshape",
  .doc = "The same elements in another shape",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_VIEW,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = fx_copy_eval_view,
};
