/* ScatterND: writes slices at tuples of indices.  https://onnx.ai/onnx/operators/onnx__ScatterND.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"
#include "core/ops/fx-scatter.h"

typedef struct
{
  int reduction;
} Params;

static const FxAttrRow attrs[] = {
  FX_CHOICE (Params, reduction, fx_scatter_reductions, FX_SCATTER_NONE,
             "How an update is combined with what is there (opset 16)"),
  FX_ATTR_END,
};

/* updates has the shape of indices without its last axis, then the axes of data that a tuple leaves. */
static gboolean
check_updates (const FxShape *x, const FxShape *indices, const FxShape *updates, GError **error)
{
  gint64 tuple = indices->dims[indices->rank - 1];
  FxShape wanted = { .rank = 0 };

  if (tuple < 0)
    return TRUE;
  if (tuple < 1 || tuple > x->rank)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "indices has tuples of %" PRId64 ", wanted 1 to %d", tuple, x->rank);
  if (indices->rank - 1 + x->rank - tuple > FX_MAX_RANK)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "updates would have a rank over %d", FX_MAX_RANK);
  for (int i = 0; i < indices->rank - 1; i++)
    wanted.dims[wanted.rank++] = indices->dims[i];
  for (int i = (int)tuple; i < x->rank; i++)
    wanted.dims[wanted.rank++] = x->dims[i];
  if (!fx_shape_merge (&wanted, updates))
    {
      g_autofree char *is = fx_shape_to_string (updates);
      g_autofree char *should = fx_shape_to_string (&wanted);

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "updates has shape %s, wanted %s", is, should);
    }
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape, *indices = &infer->inputs[1].shape;

  if (!fx_scatter_infer_types (infer, params->reduction, error)
      || !fx_infer_check_rank (infer, 0, "data", 1, FX_MAX_RANK, error)
      || !fx_infer_check_rank (infer, 1, "indices", 1, FX_MAX_RANK, error))
    return FALSE;
  if (x->rank >= 0 && indices->rank >= 0 && !check_updates (x, indices, &infer->inputs[2].shape, error))
    return FALSE;
  return fx_infer_same_as_input (infer, error);
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  const FxShape *shape = &eval->inputs[1].shape;
  const guint8 *updates = eval->inputs[2].data;
  gsize tuple = (gsize)shape->dims[shape->rank - 1], n = fx_shape_product (shape, 0, shape->rank - 1);
  gsize elements = fx_shape_product (&x->shape, (int)tuple, x->shape.rank);
  gsize bytes = elements * fx_dtype_size (x->dtype);
  guint8 *y = eval->outputs[0].data;
  g_autofree gint64 *indices = fx_eval_dup_ints (eval, 1, NULL);

  fx_copy_bytes (y, x->data, fx_array_bytes (x));
  for (gsize i = 0; i < n; i++)
    {
      gsize at = 0;

      for (gsize k = 0; k < tuple; k++)
        {
          gint64 index = indices[i * tuple + k], limit = x->shape.dims[k];

          if (!fx_index_wrap (&index, limit))
            return fx_index_fail (indices[i * tuple + k], limit, (int)k, error);
          at = at * (gsize)limit + (gsize)index;
        }
      fx_scatter_combine (x->dtype, params->reduction, y + at * bytes, updates + i * bytes, elements);
    }
  return TRUE;
}

const FxOp fx_op_scatter_nd = {
  .name = "ScatterND",
  .doc = "Writes slices at tuples of indices",
  .since = 11,
  .min_inputs = 3,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
