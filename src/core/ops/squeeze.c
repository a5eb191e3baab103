/* Squeeze: drops axes of size 1.  https://onnx.ai/onnx/operators/onnx__Squeeze.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  FxInts axes; /* opset 1 to 12; an input since */
} Params;

static const FxAttrRow attrs[] = {
  FX_INTS (Params, axes, "Axes to drop; none: all of size 1 (opset 1 to 12)"),
  FX_ATTR_END,
};

/* Without axes every 1 goes; which those are is known once all sizes are. */
static FxShape
squeeze_all (const FxShape *from)
{
  FxShape shape = FX_SHAPE_SCALAR;

  if (!fx_shape_is_static (from))
    return FX_SHAPE_UNKNOWN;
  for (int i = 0; i < from->rank; i++)
    if (from->dims[i] != 1)
      shape.dims[shape.rank++] = from->dims[i];
  return shape;
}

static gboolean
squeeze_axes (const FxShape *from, const gint64 *values, guint n, FxShape *shape, GError **error)
{
  int axes[FX_MAX_RANK];
  guint drop = 0;

  if (from->rank < 0)
    return TRUE;
  if (!fx_index_axes (values, n, from->rank, axes, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      gint64 size = from->dims[axes[i]];

      if (size >= 0 && size != 1)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %d has size %" PRId64 ", wanted 1", axes[i], size);
      drop |= 1u << axes[i];
    }

  shape->rank = 0;
  for (int i = 0; i < from->rank; i++)
    if (!(drop & 1u << i))
      shape->dims[shape->rank++] = from->dims[i];
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *from = &infer->inputs[0].shape;
  g_autofree gint64 *axes = NULL;
  FxShape shape = FX_SHAPE_UNKNOWN;
  guint n;
  FxListState state = fx_infer_list (infer, 1, "axes", params->axes, &axes, &n, error);

  if (state == FX_LIST_ERROR)
    return FALSE;
  if (state == FX_LIST_UNKNOWN)
    {
      if (from->rank >= 0 && n > 0 && n <= (guint)from->rank)
        shape = fx_shape_of_rank (from->rank - (int)n);
    }
  else if (n == 0)
    shape = squeeze_all (from);
  else if (!squeeze_axes (from, axes, n, &shape, error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

const FxOp fx_op_squeeze = {
  .name = "Squeeze",
  .doc = "Drops axes of size 1",
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
