/* GroupNormalization: groups of channels of each image to mean 0 and variance 1, then scale and shift.
 * https://onnx.ai/onnx/operators/onnx__GroupNormalization.html
 *
 * Scale and bias are per group in opset 18 and per channel from opset 21.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/conv.h"
#include "core/ops/fx-op.h"
#include "core/ops/instance-normalization.h"

static const FxAttrRow attrs[] = {
  FX_FLOAT (FxGroupNormParams, epsilon, 1e-5f, "Added to the variance"),
  FX_INT_REQUIRED (FxGroupNormParams, num_groups, "Number of groups, a divisor of the number of channels"),
  FX_INT (FxGroupNormParams, stash_type, 1, "Type of the intermediate results; always computed in f32 or better"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxGroupNormParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;
  gint64 channels = x->rank >= 2 ? x->dims[1] : FX_DIM_UNKNOWN;
  gint64 scales = infer->version < 21 ? params->num_groups : channels;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 1, "scale", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 2, "bias", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, 0, "X", 2, FX_MAX_RANK, error))
    return FALSE;
  if (params->num_groups < 1 || (channels >= 0 && channels % params->num_groups != 0))
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "attribute \"num_groups\" is %" PRId64 ", wanted a divisor of the number of channels",
                    params->num_groups);
  return fx_conv_check_vector (infer, 1, "scale", scales, FALSE, error)
         && fx_conv_check_vector (infer, 2, "bias", scales, FALSE, error) && fx_infer_same_as_input (infer, error);
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxGroupNormParams *params = eval->params;
  const FxShape *shape = &eval->inputs[0].shape;
  const float *x = eval->inputs[0].data, *scale = eval->inputs[1].data, *shift = eval->inputs[2].data;
  float *y = eval->outputs[0].data;
  gsize n_groups = (gsize)params->num_groups, plane = fx_shape_product (shape, 2, shape->rank);
  gsize channels = (gsize)shape->dims[1], in_group = channels / n_groups, n = in_group * plane;

#pragma omp parallel for if (fx_array_elements(&eval->inputs[0]) > FX_PARALLEL_MIN)
  for (gsize k = 0; k < (gsize)shape->dims[0] * n_groups; k++)
    {
      double mean, factor;

      fx_normalize_moments (x + k * n, n, (double)params->epsilon, &mean, &factor);
      for (gsize i = 0; i < n; i++)
        {
          gsize s = eval->version < 21 ? k % n_groups : k % n_groups * in_group + i / plane;

          y[k * n + i] = (float)(((double)x[k * n + i] - mean) * factor * (double)scale[s] + (double)shift[s]);
        }
    }
  return TRUE;
}

const FxOp fx_op_group_normalization = {
  .name = "GroupNormalization",
  .doc = "Normalizes groups of channels of each image to mean 0 and variance 1, then scales and shifts them",
  .since = 18,
  .min_inputs = 3,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxGroupNormParams),
  .infer = infer,
  .eval = eval,
};
