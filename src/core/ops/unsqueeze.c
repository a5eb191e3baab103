/* Unsqueeze: inserts axes of size 1.  https://onnx.ai/onnx/operators/onnx__Unsqueeze.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  FxInts axes; /* opset 1 to 12; an input since */
} Params;

static const FxAttrRow attrs[] = {
  FX_INTS (Params, axes, "Axes of the output that are inserted (opset 1 to 12)"),
  FX_ATTR_END,
};

static gboolean
unsqueeze (const FxShape *from, const gint64 *values, guint n, FxShape *shape, GError **error)
{
  int axes[FX_MAX_RANK];
  guint inserted = 0;

  if (n > (guint)(FX_MAX_RANK - from->rank))
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "%u more axes on a tensor of rank %d, at most %d in all are supported",
                    n, from->rank, FX_MAX_RANK);
  shape->rank = from->rank + (int)n;
  if (!fx_index_axes (values, n, shape->rank, axes, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    inserted |= 1u << axes[i];
  for (int i = 0, k = 0; i < shape->rank; i++)
    shape->dims[i] = inserted & 1u << i ? 1 : from->dims[k++];
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
      if (from->rank >= 0 && n <= (guint)(FX_MAX_RANK - from->rank))
        shape = fx_shape_of_rank (from->rank + (int)n);
    }
  else if (from->rank >= 0 && !unsqueeze (from, axes, n, &shape, error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

const FxOp fx_op_unsqueeze = {
  .name = "Unsqueeze",
  .doc = "Inserts axes of size 1",
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
