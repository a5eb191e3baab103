/* InstanceNormalization: each channel of each image to mean 0 and variance 1, then scale and shift.
 * https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/instance-normalization.h"

#include "core/ops/conv.h"
#include "core/ops/fx-op.h"

#include <math.h>

static const FxAttrRow attrs[] = {
  FX_FLOAT (FxInstanceNormParams, epsilon, 1e-5f, "Added to the variance"),
  FX_ATTR_END,
};

void
fx_normalize_moments (const float *x, gsize n, double epsilon, double *mean, double *factor)
{
  double sum = 0.0, squares = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += (double)x[i];
  *mean = sum / (double)MAX (n, 1);
  for (gsize i = 0; i < n; i++)
    squares += ((double)x[i] - *mean) * ((double)x[i] - *mean);
  *factor = 1.0 / sqrt (squares / (double)MAX (n, 1) + epsilon);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *x = &infer->inputs[0].shape;
  gint64 channels = x->rank >= 2 ? x->dims[1] : FX_DIM_UNKNOWN;

  return fx_infer_check_type (infer, 0, "input", FX_TYPES_FLOAT, error)
         && fx_infer_check_type (infer, 1, "scale", FX_TYPES_FLOAT, error)
         && fx_infer_check_type (infer, 2, "B", FX_TYPES_FLOAT, error)
         && fx_infer_check_rank (infer, 0, "input", 2, FX_MAX_RANK, error)
         && fx_conv_check_vector (infer, 1, "scale", channels, FALSE, error)
         && fx_conv_check_vector (infer, 2, "B", channels, FALSE, error) && fx_infer_same_as_input (infer, error);
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxInstanceNormParams *params = eval->params;
  const FxShape *shape = &eval->inputs[0].shape;
  const float *x = eval->inputs[0].data, *scale = eval->inputs[1].data, *shift = eval->inputs[2].data;
  float *y = eval->outputs[0].data;
  gsize planes = fx_shape_product (shape, 0, 2), plane = fx_shape_product (shape, 2, shape->rank);

#pragma omp parallel for if (planes * plane > FX_PARALLEL_MIN)
  for (gsize k = 0; k < planes; k++)
    {
      gsize c = k % (gsize)shape->dims[1];
      double mean, factor;

      fx_normalize_moments (x + k * plane, plane, (double)params->epsilon, &mean, &factor);
      factor *= (double)scale[c];
      for (gsize i = k * plane; i < (k + 1) * plane; i++)
        y[i] = (float)(((double)x[i] - mean) * factor + (double)shift[c]);
    }
  return TRUE;
}

const FxOp fx_op_instance_normalization = {
  .name = "InstanceNormalization",
  .doc = "Normalizes each channel of each image to mean 0 and variance 1, then scales and shifts it",
  .since = 1,
  .min_inputs = 3,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxInstanceNormParams),
  .infer = infer,
  .eval = eval,
};
