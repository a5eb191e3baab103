/* LRN: y = x / (bias + alpha / size × Σ x²)^beta over `size` neighboring channels.
 * https://onnx.ai/onnx/operators/onnx__LRN.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/lrn.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

#include <math.h>

static const FxAttrRow attrs[] = {
  FX_FLOAT (FxLrnParams, alpha, 1e-4f, "Factor of the mean square"),
  FX_FLOAT (FxLrnParams, beta, 0.75f, "Exponent"),
  FX_FLOAT (FxLrnParams, bias, 1.0f, "Added before the power"),
  FX_INT_REQUIRED (FxLrnParams, size, "Number of channels to sum over"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxLrnParams *params = infer->params;

  if (params->size < 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"size\" is %" PRId64 ", wanted 1 or more", params->size);
  return fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error)
         && fx_infer_check_rank (infer, 0, "X", 2, FX_MAX_RANK, error) && fx_infer_same_as_input (infer, error);
}

/* One output channel; `x` is channel 0 of the image. */
static void
normalize_channel (const FxLrnParams *params, const float *x, float *y, gint64 channel, gint64 channels, gsize plane)
{
  gint64 before = (params->size - 1) / 2, after = params->size - 1 - before;
  gint64 begin = MAX (channel - before, 0), end = after < channels - channel ? channel + after + 1 : channels;
  float factor = params->alpha / (float)params->size;

  for (gsize i = 0; i < plane; i++)
    y[i] = 0.0f;
  for (gint64 c = begin; c < end; c++)
    for (gsize i = 0; i < plane; i++)
      y[i] += x[(gsize)c * plane + i] * x[(gsize)c * plane + i];
  for (gsize i = 0; i < plane; i++)
    y[i] = x[(gsize)channel * plane + i] / powf (params->bias + factor * y[i], params->beta);
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxShape *shape = &eval->inputs[0].shape;
  const float *x = eval->inputs[0].data;
  float *y = eval->outputs[0].data;
  gint64 channels = shape->dims[1];
  gsize plane = fx_shape_product (shape, 2, shape->rank);

#pragma omp parallel for if (fx_array_elements(&eval->inputs[0]) > FX_PARALLEL_MIN / 8)
  for (gint64 k = 0; k < shape->dims[0] * channels; k++)
    normalize_channel (eval->params, x + (gsize)(k / channels * channels) * plane, y + (gsize)k * plane, k % channels,
                       channels, plane);
  return TRUE;
}

const FxOp fx_op_lrn = {
  .name = "LRN",
  .doc = "Divides by the energy of neighboring channels (local response normalization)",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxLrnParams),
  .infer = infer,
  .eval = eval,
};
