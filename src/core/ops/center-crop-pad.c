/* CenterCropPad: cuts or pads with zeros around the center to given sizes.
 * https://onnx.ai/onnx/operators/onnx__CenterCropPad.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  FxInts axes;
} Params;

static const FxAttrRow attrs[] = {
  FX_INTS (Params, axes, "Axes that the sizes are about; default: all"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  FxShape shape = infer->inputs[0].shape;
  g_autofree gint64 *sizes = NULL;
  int axes[FX_MAX_RANK];
  guint n, n_axes = params->axes.n > 0 ? params->axes.n : (guint)MAX (shape.rank, 0);
  FxListState state = fx_infer_list (infer, 1, "shape", (FxInts){ NULL, 0 }, &sizes, &n, error);

  if (state == FX_LIST_ERROR)
    return FALSE;
  if (shape.rank >= 0)
    {
      if (n != FX_LIST_ANY && n != n_axes)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "shape has %u sizes for %u axes", n, n_axes);
      for (int i = 0; i < shape.rank; i++)
        axes[i] = i;
      if (params->axes.n > 0 && !fx_index_axes (params->axes.data, params->axes.n, shape.rank, axes, error))
        return FALSE;
      for (guint i = 0; i < n_axes; i++)
        {
          if (state == FX_LIST_KNOWN && sizes[i] < 0)
            return fx_fail (error, FX_ERROR_BAD_GRAPH, "shape has the size %" PRId64 ", wanted 0 or more", sizes[i]);
          shape.dims[axes[i]] = state == FX_LIST_KNOWN ? sizes[i] : FX_DIM_UNKNOWN;
        }
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxArray *x = &eval->inputs[0];
  FxArray *y = &eval->outputs[0];
  gsize size = fx_dtype_size (x->dtype), bytes = fx_array_bytes (y);
  gint64 from_strides[FX_MAX_RANK], to_strides[FX_MAX_RANK], from = 0, to = 0;
  FxCopy copy = { .rank = 0 };

  if (!fx_eval_recheck (eval, infer, error))
    return FALSE;
  if (bytes == 0)
    return TRUE;
  memset (y->data, 0, bytes);
  if (fx_array_elements (x) == 0)
    return TRUE;
  fx_shape_strides (&x->shape, from_strides);
  fx_shape_strides (&y->shape, to_strides);
  for (int i = 0; i < x->shape.rank; i++)
    {
      gint64 is = x->shape.dims[i], wanted = y->shape.dims[i];

      fx_copy_add (&copy, MIN (is, wanted), from_strides[i], to_strides[i]);
      from += MAX (is - wanted, 0) / 2 * from_strides[i];
      to += MAX (wanted - is, 0) / 2 * to_strides[i];
    }
  fx_copy_run (&copy, (const guint8 *)x->data + (gsize)from * size, (guint8 *)y->data + (gsize)to * size, size);
  return TRUE;
}

const FxOp fx_op_center_crop_pad = {
  .name = "CenterCropPad",
  .doc = "Cuts or pads with zeros around the center to given sizes",
  .since = 18,
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
