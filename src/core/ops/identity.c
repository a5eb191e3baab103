/* Identity: the operand itself.  https://onnx.ai/onnx/operators/onnx__Identity.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-op.h"

#include <string.h>

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  gsize bytes = fx_array_bytes (&eval->inputs[0]);

  if (bytes > 0)
    memmove (eval->outputs[0].data, eval->inputs[0].data, bytes);
  return TRUE;
}

const FxOp fx_op_identity = {
  .name = "Identity",
  .doc = "The operand itself",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_VIEW,
  .infer = fx_infer_same_as_input,
  .eval = eval,
};
