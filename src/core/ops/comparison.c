/* Equal, Greater, Less and their kind, and the logical And, Or, Xor, with broadcasting; all give bool.
 * https://onnx.ai/onnx/operators/onnx__Greater.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-elementwise.h"

#define EQUAL(a, b, T, W) ((a) == (b))
#define GREATER(a, b, T, W) ((a) > (b))
#define GREATER_OR_EQUAL(a, b, T, W) ((a) >= (b))
#define LESS(a, b, T, W) ((a) < (b))
#define LESS_OR_EQUAL(a, b, T, W) ((a) <= (b))
/* of bool, any nonzero byte is true */
#define SAME_TRUTH(a, b, T, W) (!(a) == !(b))
#define AND(a, b, T, W) ((a) && (b))
#define OR(a, b, T, W) ((a) || (b))
#define XOR(a, b, T, W) (!(a) != !(b))

/* `types` are those of the operands, `others` rows of further types. */
#define COMPARISON(id, op_name, first, types, rows, text)                                                              \
  static gboolean id##_infer (FxInfer *infer, GError **error)                                                          \
  {                                                                                                                    \
    return fx_binary_infer (infer, infer->params, types, FX_DTYPE_BOOL, error);                                        \
  }                                                                                                                    \
                                                                                                                       \
  static gboolean id##_eval (FxEval *eval, GError **error)                                                             \
  {                                                                                                                    \
    return fx_binary_eval (eval, eval->params, rows, NULL, error);                                                     \
  }                                                                                                                    \
                                                                                                                       \
  const FxOp fx_op_##id = {                                                                                            \
    .name = op_name,                                                                                                   \
    .doc = text,                                                                                                       \
    .since = first,                                                                                                    \
    .min_inputs = 2,                                                                                                   \
    .max_inputs = 2,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32_F64,                                                                                   \
    .attrs = fx_binary_attrs,                                                                                          \
    .params_size = sizeof (FxBinaryParams),                                                                            \
    .infer = id##_infer,                                                                                               \
    .eval = id##_eval,                                                                                                 \
  };

#define NUMERIC_ROWS(name, F)                                                                                          \
  FX_EACH_FLOAT (FX_BINARY_TEST_ROW, name, F)                                                                          \
  FX_EACH_INT (FX_BINARY_TEST_ROW, name, F)
#define NUMERIC_ENTRIES(name) FX_EACH_FLOAT (FX_ROW_ENTRY, name, ) FX_EACH_INT (FX_ROW_ENTRY, name, )

#define ORDER(id, op_name, F, first, text)                                                                             \
  NUMERIC_ROWS (id, F)                                                                                                 \
  static const FxBroadcastRow id##_rows[FX_N_DTYPES] = { NUMERIC_ENTRIES (id) };                                       \
  COMPARISON (id, op_name, first, FX_TYPES_NUMERIC, id##_rows, text)

ORDER (greater, "Greater", GREATER, 1, "Whether a > b, broadcast to one shape")
ORDER (greater_or_equal, "GreaterOrEqual", GREATER_OR_EQUAL, 12, "Whether a ≥ b, broadcast to one shape")
ORDER (less, "Less", LESS, 1, "Whether a < b, broadcast to one shape")
ORDER (less_or_equal, "LessOrEqual", LESS_OR_EQUAL, 12, "Whether a ≤ b, broadcast to one shape")

NUMERIC_ROWS (equal, EQUAL)
FX_EACH_BOOL (FX_BINARY_TEST_ROW, equal, SAME_TRUTH)
static const FxBroadcastRow equal_rows[FX_N_DTYPES] = { NUMERIC_ENTRIES (equal) FX_EACH_BOOL (FX_ROW_ENTRY, equal, ) };
COMPARISON (equal, "Equal", 1, FX_TYPES_NUMERIC | FX_TYPE_BIT (BOOL), equal_rows,
            "Whether a = b, broadcast to one shape")

#define LOGICAL(id, op_name, F, text)                                                                                  \
  FX_EACH_BOOL (FX_BINARY_TEST_ROW, id, F)                                                                             \
  static const FxBroadcastRow id##_rows[FX_N_DTYPES] = { FX_EACH_BOOL (FX_ROW_ENTRY, id, ) };                          \
  COMPARISON (id, op_name, 1, FX_TYPE_BIT (BOOL), id##_rows, text)

LOGICAL (and, "And", AND, "Whether both are true, broadcast to one shape")
LOGICAL (or, "Or", OR, "Whether either is true, broadcast to one shape")
LOGICAL (xor, "Xor", XOR, "Whether just one is true, broadcast to one shape")
