/* LpNormalization: divides by the L1 or L2 norm along one axis; where the norm is 0, so is the result.
 * https://onnx.ai/onnx/operators/onnx__LpNormalization.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/lp-normalization.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

#include <math.h>

static const FxAttrRow attrs[] = {
  FX_INT (FxLpNormParams, axis, -1, "Axis of the norm; negative counts from the end"),
  FX_INT (FxLpNormParams, p, 2, "The norm's exponent, 1 or 2"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxLpNormParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;
  int axis;

  if (params->p != 1 && params->p != 2)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"p\" is %" PRId64 ", wanted 1 or 2", params->p);
  if (x->rank >= 0 && !fx_shape_axis (x, params->axis, &axis, error))
    return FALSE;
  return fx_infer_check_type (infer, 0, "input", FX_TYPES_FLOAT, error) && fx_infer_same_as_input (infer, error);
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxLpNormParams *params = eval->params;
  const FxShape *shape = &eval->inputs[0].shape;
  const float *x = eval->inputs[0].data;
  float *y = eval->outputs[0].data;
  gsize outer, inner, n;
  int axis;

  if (!fx_shape_axis (shape, params->axis, &axis, error))
    return FALSE;
  outer = fx_shape_product (shape, 0, axis);
  n = (gsize)shape->dims[axis];
  inner = fx_shape_product (shape, axis + 1, shape->rank);

#pragma omp parallel for if (outer * n * inner > FX_PARALLEL_MIN)
  for (gsize k = 0; k < outer * inner; k++)
    {
      gsize first = k / inner * n * inner + k % inner;
      double norm = 0.0;

      for (gsize i = 0; i < n; i++)
        {
          double value = (double)x[first + i * inner];

          norm += params->p == 1 ? fabs (value) : value * value;
        }
      norm = params->p == 1 ? norm : sqrt (norm);
      for (gsize i = 0; i < n; i++)
        y[first + i * inner] = norm == 0.0 ? 0.0f : (float)((double)x[first + i * inner] / norm);
    }
  return TRUE;
}

const FxOp fx_op_lp_normalization = {
  .name = "LpNormalization",
  .doc = "Divides by the L1 or L2 norm along one axis",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxLpNormParams),
  .infer = infer,
  .eval = eval,
};
