/* Where: chooses between two tensors by a condition, with broadcasting.
 * https://onnx.ai/onnx/operators/onnx__Where.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-broadcast.h"
#include "core/ops/fx-op.h"

typedef struct
{
  guint64 half[2];
} Pair;

/* Moves elements by their size, so that every stored type works. */
#define SELECT_ROW(type)                                                                                               \
  static void select_##type (gsize n, void *out, const void *const *in, const guint8 *step,                            \
                             G_GNUC_UNUSED gconstpointer data)                                                         \
  {                                                                                                                    \
    const guint8 *condition = in[0];                                                                                   \
    const type *a = in[1], *b = in[2];                                                                                 \
    type *y = out;                                                                                                     \
                                                                                                                       \
    for (gsize i = 0; i < n; i++)                                                                                      \
      y[i] = condition[i * step[0]] ? a[i * step[1]] : b[i * step[2]];                                                 \
  }

SELECT_ROW (guint8)
SELECT_ROW (guint16)
SELECT_ROW (guint32)
SELECT_ROW (guint64)
SELECT_ROW (Pair)

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  FxArray *y = &eval->outputs[0];

  switch (fx_dtype_size (y->dtype))
    {
    case 1: fx_broadcast_run (y, eval->inputs, 3, select_guint8, NULL); break;
    case 2: fx_broadcast_run (y, eval->inputs, 3, select_guint16, NULL); break;
    case 4: fx_broadcast_run (y, eval->inputs, 3, select_guint32, NULL); break;
    case 8: fx_broadcast_run (y, eval->inputs, 3, select_guint64, NULL); break;
    default: fx_broadcast_run (y, eval->inputs, 3, select_Pair, NULL); break;
    }
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxDType a = infer->inputs[1].dtype, b = infer->inputs[2].dtype;
  FxShape shape;

  if (!fx_infer_check_type (infer, 0, "the condition", FX_TYPE_BIT (BOOL), error)
      || !fx_infer_check_type (infer, 1, "X", FX_TYPES_STORED, error)
      || !fx_infer_check_type (infer, 2, "Y", FX_TYPES_STORED, error))
    return FALSE;
  if (a != b && a != FX_DTYPE_UNDEFINED && b != FX_DTYPE_UNDEFINED)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "X and Y are of types %s and %s, wanted one type", fx_dtype_name (a),
                    fx_dtype_name (b));
  if (!fx_shape_broadcast (&infer->inputs[0].shape, &infer->inputs[1].shape, &shape, error)
      || !fx_shape_broadcast (&shape, &infer->inputs[2].shape, &shape, error))
    return FALSE;

  fx_infer_set (infer, 0, a != FX_DTYPE_UNDEFINED ? a : b, &shape);
  return TRUE;
}

const FxOp fx_op_where = {
  .name = "Where",
  .doc = "Takes each element from the second operand where the first is true, else from the third",
  .since = 9,
  .min_inputs = 3,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .infer = infer,
  .eval = eval,
};
