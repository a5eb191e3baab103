/* QuantizeLinear: y = saturate (round_half_even (x / scale) + zero_point).
 * https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/quantize-linear.h"

#include "core/fx-i18n.h"
#include "core/ops/fx-kernel.h"

#include <math.h>

#define TENSOR_LINE 4096 /* a single scale: lines of this many elements, for the threads */
#define Y_TYPES (FX_TYPE_BIT (INT8) | FX_TYPE_BIT (UINT8) | FX_TYPE_BIT (INT16) | FX_TYPE_BIT (UINT16))

static const FxAttrRow attrs[] = {
  FX_INT (FxQuantizeParams, axis, 1, "Axis that a list of scales belongs to"),
  FX_INT (FxQuantizeParams, block_size, 0, "Elements along the axis that share a scale; 0: one scale per index"),
  FX_INT (FxQuantizeParams, saturate, 1, "For 8-bit floats only, which are not supported"),
  FX_INT (FxQuantizeParams, output_dtype, 0, "Type of y; 0: that of the zero point, uint8 without one"),
  FX_ATTR_END,
};

static gboolean
fail_scale (const FxShape *x, const FxShape *scale, GError **error)
{
  g_autofree char *found = fx_shape_to_string (scale), *of = fx_shape_to_string (x);

  return fx_fail (error, FX_ERROR_BAD_GRAPH, "scale has shape %s, which does not go with %s and the axis", found, of);
}

static gboolean
is_single (const FxShape *scale)
{
  return scale->rank == 0 || (scale->rank == 1 && scale->dims[0] == 1);
}

gboolean
fx_scale_check (const FxQuantizeParams *params, const FxShape *x, const FxShape *scale, GError **error)
{
  int axis;

  if (params->block_size < 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "block_size is %" PRId64 ", wanted at least 0", params->block_size);
  if (x->rank < 0 || scale->rank < 0 || (params->block_size == 0 && is_single (scale)))
    return TRUE;
  if (!fx_shape_axis (x, params->axis, &axis, error))
    return FALSE;
  if (params->block_size == 0)
    {
      if (scale->rank != 1 || (scale->dims[0] >= 0 && x->dims[axis] >= 0 && scale->dims[0] != x->dims[axis]))
        return fail_scale (x, scale, error);
      return TRUE;
    }
  if (scale->rank != x->rank)
    return fail_scale (x, scale, error);
  for (int i = 0; i < x->rank; i++)
    {
      gint64 size = x->dims[i];

      if (i == axis && size > 0)
        size = (size - 1) / params->block_size + 1;
      if (size >= 0 && scale->dims[i] >= 0 && size != scale->dims[i])
        return fail_scale (x, scale, error);
    }
  return TRUE;
}

FxScaleLayout
fx_scale_layout (const FxQuantizeParams *params, const FxShape *x, const FxShape *scale)
{
  FxScaleLayout layout = { .axis_size = 1, .line = TENSOR_LINE, .per_tensor = TRUE };
  gsize n = fx_shape_elements (x);
  int axis;

  if ((params->block_size != 0 || !is_single (scale)) && fx_shape_axis (x, params->axis, &axis, NULL))
    {
      layout.per_tensor = FALSE;
      layout.axis_size = MAX ((gsize)x->dims[axis], 1);
      layout.line = MAX (fx_shape_product (x, axis + 1, x->rank), 1);
      layout.block = (gsize)params->block_size;
      layout.n_blocks = layout.block > 0 ? (gsize)scale->dims[axis] : 0;
    }
  layout.n_lines = n > 0 ? (n - 1) / layout.line + 1 : 0;
  return layout;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQuantizeParams *params = infer->params;
  FxDType dtype = infer->inputs[2].present ? infer->inputs[2].dtype : FX_DTYPE_UINT8;

  if (!fx_infer_check_type (infer, 0, "x", FX_TYPES_FLOAT | FX_TYPE_BIT (INT32), error)
      || !fx_infer_check_type (infer, 1, "y_scale", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 2, "y_zero_point", Y_TYPES, error))
    return FALSE;
  if (params->output_dtype != 0)
    {
      if (params->output_dtype < 0 || params->output_dtype >= FX_N_DTYPES
          || !fx_dtype_in ((FxDType)params->output_dtype, Y_TYPES))
        return fx_fail (error, FX_ERROR_UNSUPPORTED, "output_dtype is %" PRId64 ", wanted an 8-bit or 16-bit integer",
                        params->output_dtype);
      if (infer->inputs[2].present && dtype != FX_DTYPE_UNDEFINED && dtype != (FxDType)params->output_dtype)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "output_dtype is %s, but y_zero_point is of type %s",
                        fx_dtype_name ((FxDType)params->output_dtype), fx_dtype_name (dtype));
      dtype = (FxDType)params->output_dtype;
    }
  if (!fx_scale_check (params, &infer->inputs[0].shape, &infer->inputs[1].shape, error))
    return FALSE;
  if (fx_shape_is_static (&infer->inputs[1].shape)
      && !fx_infer_check_count (infer, 2, "y_zero_point", fx_shape_elements (&infer->inputs[1].shape), error))
    return FALSE;
  fx_infer_set (infer, 0, dtype, &infer->inputs[0].shape);
  return TRUE;
}

#define STORE(ID, type, low, high)                                                                                     \
  case FX_DTYPE_##ID:                                                                                                  \
    {                                                                                                                  \
      gint32 zero = zeros != NULL ? ((const type *)zeros)[at] : 0;                                                     \
      float limited = CLAMP (real, (float)((low)-zero), (float)((high)-zero));                                         \
                                                                                                                       \
      ((type *)y->data)[i] = (type)((gint32)limited + zero);                                                           \
    }                                                                                                                  \
    break

static inline void
quantize (const FxArray *x, const float *scales, const void *zeros, gsize at, gsize i, FxArray *y)
{
  float value = x->dtype == FX_DTYPE_FLOAT ? ((const float *)x->data)[i] : (float)((const gint32 *)x->data)[i];
  float real = rintf (value / scales[at]);

  real = isnan (real) ? 0.0f : real;
  switch (y->dtype)
    {
      STORE (INT8, gint8, -128, 127);
      STORE (UINT8, guint8, 0, 255);
      STORE (INT16, gint16, -32768, 32767);
    default: STORE (UINT16, guint16, 0, 65535);
    }
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxArray *x = &eval->inputs[0], *scale = &eval->inputs[1];
  FxScaleLayout layout = fx_scale_layout (eval->params, &x->shape, &scale->shape);
  gsize n = fx_array_elements (x);

#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize line = 0; line < layout.n_lines; line++)
    for (gsize i = 0; i < MIN (layout.line, n - line * layout.line); i++)
      quantize (x, scale->data, eval->inputs[2].data, fx_scale_index (&layout, line, i), line * layout.line + i,
                &eval->outputs[0]);
  return TRUE;
}

const FxOp fx_op_quantize_linear = {
  .name = "QuantizeLinear",
  .doc = "Floats to integers: saturate (round (x / scale) + zero_point)",
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
