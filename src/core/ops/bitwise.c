/* BitwiseAnd, BitwiseOr, BitwiseXor, BitShift with broadcasting.
 * https://onnx.ai/onnx/operators/onnx__BitShift.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-elementwise.h"

#define AND(a, b, T, W) ((a) & (b))
#define OR(a, b, T, W) ((a) | (b))
#define XOR(a, b, T, W) ((a) ^ (b))
/* all bits are gone when shifted by the width or more, which C leaves open */
#define SHIFT_LEFT(a, b, T, W) ((b) >= 8 * sizeof (T) ? 0 : (W)(a) << (b))
#define SHIFT_RIGHT(a, b, T, W) ((b) >= 8 * sizeof (T) ? 0 : (W)(a) >> (b))

static gboolean
infer_int (FxInfer *infer, GError **error)
{
  return fx_binary_infer (infer, NULL, FX_TYPES_INT, FX_DTYPE_UNDEFINED, error);
}

#define BITWISE(id, op_name, F, text)                                                                                  \
  FX_EACH_INT (FX_BINARY_ROW, id, F)                                                                                   \
                                                                                                                       \
  static gboolean id##_eval (FxEval *eval, GError **error)                                                             \
  {                                                                                                                    \
    static const FxBroadcastRow rows[FX_N_DTYPES] = { FX_EACH_INT (FX_ROW_ENTRY, id, ) };                              \
                                                                                                                       \
    return fx_binary_eval (eval, NULL, rows, NULL, error);                                                             \
  }                                                                                                                    \
                                                                                                                       \
  const FxOp fx_op_##id = {                                                                                            \
    .name = op_name,                                                                                                   \
    .doc = text,                                                                                                       \
    .since = 18,                                                                                                       \
    .min_inputs = 2,                                                                                                   \
    .max_inputs = 2,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_FLOAT,                                                                                     \
    .flags = FX_OP_ELEMENTWISE,                                                                                        \
    .infer = infer_int,                                                                                                \
    .eval = id##_eval,                                                                                                 \
  };

BITWISE (bitwise_and, "BitwiseAnd", AND, "Bits set in both operands, broadcast to one shape")
BITWISE (bitwise_or, "BitwiseOr", OR, "Bits set in either operand, broadcast to one shape")
BITWISE (bitwise_xor, "BitwiseXor", XOR, "Bits set in just one operand, broadcast to one shape")

typedef struct
{
  int direction;
} BitShiftParams;

static const char *const directions[] = { "LEFT", "RIGHT", NULL };

enum
{
  LEFT,
  RIGHT,
};

static const FxAttrRow shift_attrs[] = {
  { .name = "direction",
    .kind = FX_ATTR_STRING,
    .offset = G_STRUCT_OFFSET (BitShiftParams, direction),
    .required = TRUE,
    .choices = directions,
    .doc = "\"LEFT\" or \"RIGHT\"" },
  FX_ATTR_END,
};

FX_EACH_UNSIGNED (FX_BINARY_ROW, left, SHIFT_LEFT)
FX_EACH_UNSIGNED (FX_BINARY_ROW, right, SHIFT_RIGHT)
static const FxBroadcastRow shift_rows[][FX_N_DTYPES] = {
  [LEFT] = { FX_EACH_UNSIGNED (FX_ROW_ENTRY, left, ) },
  [RIGHT] = { FX_EACH_UNSIGNED (FX_ROW_ENTRY, right, ) },
};

static gboolean
shift_infer (FxInfer *infer, GError **error)
{
  return fx_binary_infer (infer, NULL, FX_TYPES_UNSIGNED, FX_DTYPE_UNDEFINED, error);
}

static gboolean
shift_eval (FxEval *eval, GError **error)
{
  const BitShiftParams *params = eval->params;

  return fx_binary_eval (eval, NULL, shift_rows[params->direction], NULL, error);
}

const FxOp fx_op_bit_shift = {
  .name = "BitShift",
  .doc = "Shifts the bits of unsigned integers by the second operand, broadcast to one shape",
  .since = 11,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = shift_attrs,
  .params_size = sizeof (BitShiftParams),
  .infer = shift_infer,
  .eval = shift_eval,
};
