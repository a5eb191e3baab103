/* PRelu: y = x where x ≥ 0, else slope·x.  https://onnx.ai/onnx/operators/onnx__PRelu.html
 *
 * The slope broadcasts to X. Before opset 7 a slope of shape [C] belongs to the channels, dimension 1 of X.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-elementwise.h"

#define PRELU(x, s, T, W) ((x) < 0 ? (x) * (s) : (x))
#define FIRST(x, s, T, W) (x)
#define PRELU_INT(x, s, T, W) ((x) < 0 ? (T)((W)(x) * (W)(s)) : (x))

FX_EACH_FLOAT (FX_BINARY_ROW, prelu, PRELU)
FX_EACH_SIGNED (FX_BINARY_ROW, prelu, PRELU_INT)
FX_EACH_UNSIGNED (FX_BINARY_ROW, prelu, FIRST)
static const FxBroadcastRow rows[FX_N_DTYPES]
    = { FX_EACH_FLOAT (FX_ROW_ENTRY, prelu, ) FX_EACH_INT (FX_ROW_ENTRY, prelu, ) };

/* The slope's shape as it broadcasts to X. */
static FxShape
slope_shape (guint version, const FxShape *x, const FxShape *slope)
{
  FxShape shape = *slope;

  if (version < 7 && x->rank > 2 && slope->rank == 1 && slope->dims[0] != 1)
    while (shape.rank < x->rank - 1)
      shape.dims[shape.rank++] = 1;
  return shape;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  FxEval run = *eval;
  FxArray inputs[2] = { eval->inputs[0], eval->inputs[1] };

  inputs[1].shape = slope_shape (eval->version, &inputs[0].shape, &inputs[1].shape);
  run.inputs = inputs;
  return fx_binary_eval (&run, NULL, rows, NULL, error);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *x = &infer->inputs[0].shape;
  FxShape slope = slope_shape (infer->version, x, &infer->inputs[1].shape), shape;
  FxDType a = infer->inputs[0].dtype, b = infer->inputs[1].dtype;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_NUMERIC, error)
      || !fx_infer_check_type (infer, 1, "the slope", FX_TYPES_NUMERIC, error))
    return FALSE;
  if (a != b && a != FX_DTYPE_UNDEFINED && b != FX_DTYPE_UNDEFINED)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "X and the slope are of types %s and %s, wanted one type",
                    fx_dtype_name (a), fx_dtype_name (b));
  if (!fx_shape_broadcast (x, &slope, &shape, error))
    return FALSE;

  fx_infer_set (infer, 0, a != FX_DTYPE_UNDEFINED ? a : b, x);
  if (!fx_shape_merge (&infer->outputs[0].shape, &shape))
    {
      g_autofree char *left = fx_shape_to_string (x);
      g_autofree char *right = fx_shape_to_string (&infer->inputs[1].shape);

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "the slope has shape %s, which does not broadcast to %s", right, left);
    }
  return TRUE;
}

const FxOp fx_op_prelu = {
  .name = "PRelu",
  .doc = "x where positive, else slope·x; the slope broadcasts to x",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32_F64,
  .flags = FX_OP_ELEMENTWISE,
  .infer = infer,
  .eval = eval,
};
