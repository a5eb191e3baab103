/* Gelu: x·Φ(x), Φ being the distribution function of the normal distribution.
 * https://onnx.ai/onnx/operators/onnx__Gelu.html  D. Hendrycks, K. Gimpel: Gaussian Error Linear Units, 2016.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-elementwise.h"
#include "core/ops/fx-math.h"

#include <tgmath.h>

typedef struct
{
  int approximate;
} GeluParams;

static const char *const approximations[] = { "none", "tanh", NULL };

static const FxAttrRow attrs[] = {
  FX_CHOICE (GeluParams, approximate, approximations, 0, "\"tanh\": a cheaper formula instead of the error function"),
  FX_ATTR_END,
};

#define EXACT(x, T, W) ((x) * (T)0.5 * (1 + fx_erf ((x) * (T)SQRT_HALF)))
#define SQRT_HALF 0.70710678118654752440
/* 0.7978… = sqrt (2 / π) */
#define APPROXIMATE(x, T, W)                                                                                           \
  ((x) * (T)0.5 * (1 + fx_tanh ((T)0.79788456080286535588 * ((x) + (T)0.044715 * (x) * (x) * (x)))))

FX_EACH_FLOAT (FX_UNARY_ROW, exact, EXACT)
FX_EACH_FLOAT (FX_UNARY_ROW, approximate, APPROXIMATE)
static const FxBroadcastRow rows[][FX_N_DTYPES] = {
  { FX_EACH_FLOAT (FX_ROW_ENTRY, exact, ) },
  { FX_EACH_FLOAT (FX_ROW_ENTRY, approximate, ) },
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  return fx_unary_infer (infer, FX_TYPES_FLOAT, FX_DTYPE_UNDEFINED, error);
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const GeluParams *params = eval->params;

  return fx_unary_eval (eval, rows[params->approximate], NULL, error);
}

const FxOp fx_op_gelu = {
  .name = "Gelu",
  .doc = "x·(1 + erf (x / sqrt (2))) / 2",
  .since = 20,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32_F64,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (GeluParams),
  .infer = infer,
  .eval = eval,
};
