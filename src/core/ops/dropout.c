/* Dropout.  https://onnx.ai/onnx/operators/onnx__Dropout.html
 *
 * When not training, which is the only state before opset 12 that this program knows (is_test is taken to be 1), the
 * output is the input and the mask is all true. With training_mode an element is dropped with probability `ratio`, by
 * the seed, and the others are scaled by 1 / (1 - ratio).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-op.h"
#include "core/ops/fx-random.h"

typedef struct
{
  float ratio;
  gint64 seed;
} DropoutParams;

static const FxAttrRow attrs[] = {
  FX_FLOAT (DropoutParams, ratio, 0.5f, "Before opset 12: share of elements to drop in training"),
  FX_INT (DropoutParams, seed, 0, "Seed of the choice in training"),
  FX_ATTR_END,
};

static void
drop (const FxEval *eval, double ratio)
{
  const DropoutParams *params = eval->params;
  FxArray y = eval->outputs[0], mask = eval->outputs[1];
  guint64 seed = (guint64)params->seed;
  gsize n = fx_array_elements (&eval->inputs[0]);

  for (gsize i = 0; i < n; i++)
    {
      gboolean keep = fx_random_uniform (seed, i) >= ratio;

      if (y.data != NULL)
        fx_array_set (&y, i, keep ? fx_array_get (&eval->inputs[0], i) / (1.0 - ratio) : 0.0);
      if (mask.data != NULL)
        fx_array_set (&mask, i, keep);
    }
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxArray *x = &eval->inputs[0], *ratio = &eval->inputs[1], *training = &eval->inputs[2];
  FxArray *y = &eval->outputs[0], *mask = &eval->outputs[1];
  gsize n = fx_array_elements (x);

  if (training->data != NULL && fx_array_get (training, 0) != 0.0)
    {
      drop (eval, ratio->data != NULL ? fx_array_get (ratio, 0) : 0.5);
      return TRUE;
    }
  if (y->data != NULL && n > 0)
    memmove (y->data, x->data, fx_array_bytes (x));
  for (gsize i = 0; i < n && mask->data != NULL; i++)
    fx_array_set (mask, i, 1.0);
  return TRUE;
}

static gboolean
check_scalar (const FxInfer *infer, guint i, const char *what, FxDTypeMask mask, GError **error)
{
  gsize count;

  if (!fx_infer_check_type (infer, i, what, mask, error))
    return FALSE;
  if (fx_shape_count (&infer->inputs[i].shape, &count) && count == 1)
    return TRUE;
  return fx_infer_check_rank (infer, i, what, 0, 0, error);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxFact *x = &infer->inputs[0];

  if (!fx_infer_check_type (infer, 0, "the data", FX_TYPES_FLOAT, error)
      || !check_scalar (infer, 1, "the ratio", FX_TYPES_FLOAT, error)
      || !check_scalar (infer, 2, "training_mode", FX_TYPE_BIT (BOOL), error))
    return FALSE;

  fx_infer_set (infer, 0, x->dtype, &x->shape);
  fx_infer_set (infer, 1, infer->version < 10 ? x->dtype : FX_DTYPE_BOOL, &x->shape);
  return TRUE;
}

const FxOp fx_op_dropout = {
  .name = "Dropout",
  .doc = "The operand itself, unless training, which drops some elements at random",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 2,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_RANDOM | FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (DropoutParams),
  .infer = infer,
  .eval = eval,
};
