/* ReverseSequence: in every batch, reverses the first so many steps of time.
 * https://onnx.ai/onnx/operators/onnx__ReverseSequence.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  gint64 batch_axis, time_axis;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, batch_axis, 1, "Axis of the batches: 0 or 1"),
  FX_INT (Params, time_axis, 0, "Axis of time: the other one"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  FxShape lengths = infer->inputs[1].shape, x = infer->inputs[0].shape;

  if (!(params->batch_axis == 0 && params->time_axis == 1) && !(params->batch_axis == 1 && params->time_axis == 0))
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "batch_axis and time_axis are %" PRId64 " and %" PRId64 ", wanted 0 and 1", params->batch_axis,
                    params->time_axis);
  if (!fx_infer_check_rank (infer, 0, "input", 2, FX_MAX_RANK, error)
      || !fx_infer_check_rank (infer, 1, "sequence_lens", 1, 1, error)
      || !fx_infer_check_type (infer, 1, "sequence_lens", FX_TYPES_INT, error))
    return FALSE;
  if (x.rank >= 0 && !fx_shape_merge (&lengths, &FX_SHAPE (x.dims[params->batch_axis])))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "sequence_lens has %" PRId64 " elements for %" PRId64 " batches",
                    infer->inputs[1].shape.dims[0], x.dims[params->batch_axis]);
  return fx_infer_same_as_input (infer, error);
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  gint64 batches = x->shape.dims[params->batch_axis], times = x->shape.dims[params->time_axis];
  gsize bytes = fx_shape_product (&x->shape, 2, x->shape.rank) * fx_dtype_size (x->dtype);
  gint64 batch_stride = params->batch_axis == 0 ? times : 1, time_stride = params->batch_axis == 0 ? 1 : batches;
  g_autofree gint64 *lengths = fx_eval_dup_ints (eval, 1, NULL);
  const guint8 *from = x->data;
  guint8 *to = eval->outputs[0].data;

  for (gint64 b = 0; b < batches; b++)
    {
      if (lengths[b] < 0 || lengths[b] > times)
        return fx_fail (error, FX_ERROR_BAD_DATA, "sequence_lens has %" PRId64 " for %" PRId64 " steps of time",
                        lengths[b], times);
      for (gint64 t = 0; t < times; t++)
        {
          gint64 source = t < lengths[b] ? lengths[b] - 1 - t : t;

          fx_copy_bytes (to + (gsize)(b * batch_stride + t * time_stride) * bytes,
                         from + (gsize)(b * batch_stride + source * time_stride) * bytes, bytes);
        }
    }
  return TRUE;
}

const FxOp fx_op_reverse_sequence = {
  .name = "ReverseSequence",
  .doc = "Reverses the first steps of time of every batch",
  .since = 10,
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
