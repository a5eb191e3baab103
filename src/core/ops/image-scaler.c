/* ImageScaler: y = scale × x + bias per channel, from the experimental operators up to opset 9.
 * https://github.com/onnx/onnx/blob/v1.2.1/docs/Operators.md
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

typedef struct
{
  float scale;
  FxFloats bias;
} Params;

static const FxAttrRow attrs[] = {
  FX_FLOAT (Params, scale, 1.0f, "Factor of every element"),
  FX_FLOATS (Params, bias, "Added to each channel; 0 if empty"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;

  if (!fx_infer_check_type (infer, 0, "input", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, 0, "input", 2, FX_MAX_RANK, error))
    return FALSE;
  if (params->bias.n != 0 && x->rank >= 0 && x->dims[1] >= 0 && x->dims[1] != (gint64)params->bias.n)
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "attribute \"bias\" has %u elements, wanted one for each of the %" PRId64 " channels",
                    params->bias.n, x->dims[1]);
  return fx_infer_same_as_input (infer, error);
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const Params *params = eval->params;
  const FxShape *shape = &eval->inputs[0].shape;
  const float *x = eval->inputs[0].data;
  float *y = eval->outputs[0].data;
  gsize planes = fx_shape_product (shape, 0, 2), plane = fx_shape_product (shape, 2, shape->rank);

#pragma omp parallel for if (planes * plane > FX_PARALLEL_MIN)
  for (gsize k = 0; k < planes; k++)
    {
      float bias = params->bias.n != 0 ? params->bias.data[k % (gsize)shape->dims[1]] : 0.0f;

      for (gsize i = k * plane; i < (k + 1) * plane; i++)
        y[i] = params->scale * x[i] + bias;
    }
  return TRUE;
}

const FxOp fx_op_image_scaler = {
  .name = "ImageScaler",
  .doc = "Scales all elements and adds a bias to each channel (experimental, up to opset 9)",
  .since = 1,
  .until = 9,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
