/* GatherND: picks slices by tuples of indices.  https://onnx.ai/onnx/operators/onnx__GatherND.html
 *
 * data[b…, i0, …, ik-1] for every tuple, the last axis of indices, of length k.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  gint64 batch_dims;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, batch_dims, 0, "Leading axes that data and indices share"),
  FX_ATTR_END,
};

static gboolean
infer_known (const FxShape *x, const FxShape *indices, gint64 batch, FxShape *shape, GError **error)
{
  gint64 tuple = indices->dims[indices->rank - 1];

  for (int i = 0; i < batch; i++)
    if (x->dims[i] >= 0 && indices->dims[i] >= 0 && x->dims[i] != indices->dims[i])
      return fx_fail (error, FX_ERROR_BAD_GRAPH,
                      "batch axis %d has size %" PRId64 " in data and %" PRId64 " in indices", i, x->dims[i],
                      indices->dims[i]);
  if (tuple < 0)
    return TRUE;
  if (tuple < 1 || tuple > x->rank - batch)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "indices has tuples of %" PRId64 ", wanted 1 to %" PRId64, tuple,
                    x->rank - batch);
  if (indices->rank - 1 + x->rank - batch - tuple > FX_MAX_RANK)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the output would have a rank over %d", FX_MAX_RANK);
  shape->rank = 0;
  for (int i = 0; i < indices->rank - 1; i++)
    shape->dims[shape->rank++] = i < batch && x->dims[i] >= 0 ? x->dims[i] : indices->dims[i];
  for (int i = (int)(batch + tuple); i < x->rank; i++)
    shape->dims[shape->rank++] = x->dims[i];
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape, *indices = &infer->inputs[1].shape;
  FxShape shape = FX_SHAPE_UNKNOWN;
  gint64 batch = params->batch_dims;

  if (!fx_infer_check_type (infer, 1, "indices", FX_TYPE_BIT (INT32) | FX_TYPE_BIT (INT64), error)
      || !fx_infer_check_rank (infer, 0, "data", 1, FX_MAX_RANK, error)
      || !fx_infer_check_rank (infer, 1, "indices", 1, FX_MAX_RANK, error))
    return FALSE;
  if (batch < 0 || (x->rank >= 0 && batch >= x->rank) || (indices->rank >= 0 && batch >= indices->rank))
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "attribute \"batch_dims\" is %" PRId64 ", wanted 0 or more and less than both ranks", batch);
  if (x->rank >= 0 && indices->rank >= 0 && !infer_known (x, indices, batch, &shape, error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  const FxShape *shape = &eval->inputs[1].shape;
  int batch = (int)params->batch_dims, tuple = (int)shape->dims[shape->rank - 1];
  gsize n = fx_shape_product (shape, 0, shape->rank - 1);
  gsize batches = fx_shape_product (shape, 0, batch);
  gsize bytes = fx_shape_product (&x->shape, batch + tuple, x->shape.rank) * fx_dtype_size (x->dtype);
  gsize batch_elements = fx_shape_product (&x->shape, batch, batch + tuple);
  guint8 *y = eval->outputs[0].data;
  g_autofree gint64 *indices = fx_eval_dup_ints (eval, 1, NULL);

  for (gsize i = 0; i < n; i++)
    {
      gsize at = 0;

      for (int k = 0; k < tuple; k++)
        {
          gint64 index = indices[i * (gsize)tuple + (gsize)k], limit = x->shape.dims[batch + k];

          if (!fx_index_wrap (&index, limit))
            return fx_index_fail (indices[i * (gsize)tuple + (gsize)k], limit, batch + k, error);
          at = at * (gsize)limit + (gsize)index;
        }
      at += i / (n / batches) * batch_elements;
      fx_copy_bytes (y + i * bytes, (const guint8 *)x->data + at * bytes, bytes);
    }
  return TRUE;
}

const FxOp fx_op_gather_nd = {
  .name = "GatherND",
  .doc = "Picks slices by tuples of indices",
  .since = 11,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
