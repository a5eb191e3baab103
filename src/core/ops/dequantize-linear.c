/* DequantizeLinear: y = (x − zero_point) × scale.
 * https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-kernel.h"
#include "core/ops/quantize-linear.h"

#define X_TYPES                                                                                                        \
  (FX_TYPE_BIT (INT8) | FX_TYPE_BIT (UINT8) | FX_TYPE_BIT (INT16) | FX_TYPE_BIT (UINT16) | FX_TYPE_BIT (INT32))

static const FxAttrRow attrs[] = {
  FX_INT (FxQuantizeParams, axis, 1, "Axis that a list of scales belongs to"),
  FX_INT (FxQuantizeParams, block_size, 0, "Elements along the axis that share a scale; 0: one scale per index"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *scale = &infer->inputs[1].shape;

  if (!fx_infer_check_type (infer, 0, "x", X_TYPES, error)
      || !fx_infer_check_type (infer, 1, "x_scale", FX_TYPES_FLOAT, error)
      || !fx_infer_check_equal_types (infer, 0, 2, error)
      || !fx_scale_check (infer->params, &infer->inputs[0].shape, scale, error))
    return FALSE;
  if (fx_shape_is_static (scale) && !fx_infer_check_count (infer, 2, "x_zero_point", fx_shape_elements (scale), error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[1].dtype, &infer->inputs[0].shape);
  return TRUE;
}

static inline gint64
load (FxDType dtype, const void *data, gsize i)
{
  switch (dtype)
    {
    case FX_DTYPE_INT8: return ((const gint8 *)data)[i];
    case FX_DTYPE_UINT8: return ((const guint8 *)data)[i];
    case FX_DTYPE_INT16: return ((const gint16 *)data)[i];
    case FX_DTYPE_UINT16: return ((const guint16 *)data)[i];
    default: return ((const gint32 *)data)[i];
    }
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxArray *x = &eval->inputs[0], *scale = &eval->inputs[1];
  FxScaleLayout layout = fx_scale_layout (eval->params, &x->shape, &scale->shape);
  const void *zeros = eval->inputs[2].data;
  float *y = eval->outputs[0].data;
  gsize n = fx_array_elements (x);

#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize line = 0; line < layout.n_lines; line++)
    for (gsize i = 0; i < MIN (layout.line, n - line * layout.line); i++)
      {
        gsize at = fx_scale_index (&layout, line, i), from = line * layout.line + i;
        gint64 zero = zeros != NULL ? load (x->dtype, zeros, at) : 0;

        y[from] = (float)(load (x->dtype, x->data, from) - zero) * ((const float *)scale->data)[at];
      }
  return TRUE;
}

const FxOp fx_op_dequantize_linear = {
  .name = "DequantizeLinear",
  .doc = "Integers to floats: (x - zero_point) * scale",
  .since = 10,
  .min_inputs = 2,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxQuantizeParams),
  .infer = infer,
  .eval = eval,
};
