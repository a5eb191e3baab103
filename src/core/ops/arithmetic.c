/* Add, Sub, Mul, Div, Mod with broadcasting.  https://onnx.ai/onnx/operators/onnx__Add.html
 *
 * Integers wrap. What the specification leaves open is defined so that no input traps: an integer divided by zero is 0,
 * as is its remainder, and the most negative integer divided by -1 stays itself.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-elementwise.h"

#include <tgmath.h>

#define ADD(a, b, T, W) ((W)(a) + (W)(b))
#define SUB(a, b, T, W) ((W)(a) - (W)(b))
#define MUL(a, b, T, W) ((W)(a) * (W)(b))
#define DIV(a, b, T, W) ((a) / (b))
#define DIV_SIGNED(a, b, T, W) ((b) == 0 ? (T)0 : (b) == -1 ? (T) - (W)(a) : (T)((a) / (b)))
#define DIV_UNSIGNED(a, b, T, W) ((b) == 0 ? 0 : (a) / (b))

/* Remainders with the sign of the divisor, as in Python … */
#define MOD(a, b, T, W) floor_mod_##T (a, b)
/* … and with that of the dividend, as in C. */
#define FMOD(a, b, T, W) fmod (a, b)
#define FMOD_SIGNED(a, b, T, W) ((b) == 0 || (b) == -1 ? 0 : (a) % (b))
#define MOD_UNSIGNED(a, b, T, W) ((b) == 0 ? 0 : (a) % (b))

#define MOD_OF_FLOAT(name, F, ID, T, W)                                                                                \
  static inline T floor_mod_##T (T a, T b)                                                                             \
  {                                                                                                                    \
    T rest = fmod (a, b);                                                                                              \
                                                                                                                       \
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;                                                       \
  }
#define MOD_OF_SIGNED(name, F, ID, T, W)                                                                               \
  static inline T floor_mod_##T (T a, T b)                                                                             \
  {                                                                                                                    \
    T rest = (T)FMOD_SIGNED (a, b, T, W);                                                                              \
                                                                                                                       \
    return rest != 0 && (rest < 0) != (b < 0) ? (T)(rest + b) : rest;                                                  \
  }
FX_EACH_FLOAT (MOD_OF_FLOAT, , )
FX_EACH_SIGNED (MOD_OF_SIGNED, , )

/* Kernels and their table for all numeric types. */
#define NUMERIC_ROWS(name, FLOAT, SIGNED, UNSIGNED)                                                                    \
  FX_EACH_FLOAT (FX_BINARY_ROW, name, FLOAT)                                                                           \
  FX_EACH_SIGNED (FX_BINARY_ROW, name, SIGNED)                                                                         \
  FX_EACH_UNSIGNED (FX_BINARY_ROW, name, UNSIGNED)                                                                     \
  static const FxBroadcastRow name##_rows[FX_N_DTYPES]                                                                 \
      = { FX_EACH_FLOAT (FX_ROW_ENTRY, name, ) FX_EACH_INT (FX_ROW_ENTRY, name, ) };

NUMERIC_ROWS (add, ADD, ADD, ADD)
NUMERIC_ROWS (sub, SUB, SUB, SUB)
NUMERIC_ROWS (mul, MUL, MUL, MUL)
NUMERIC_ROWS (div, DIV, DIV_SIGNED, DIV_UNSIGNED)
NUMERIC_ROWS (mod, MOD, MOD, MOD_UNSIGNED)
NUMERIC_ROWS (fmod, FMOD, FMOD_SIGNED, MOD_UNSIGNED)

static gboolean
infer (FxInfer *infer, GError **error)
{
  return fx_binary_infer (infer, infer->params, FX_TYPES_NUMERIC, FX_DTYPE_UNDEFINED, error);
}

#define ARITHMETIC(id, op_name, text)                                                                                  \
  static gboolean id##_eval (FxEval *eval, GError **error)                                                             \
  {                                                                                                                    \
    return fx_binary_eval (eval, eval->params, id##_rows, NULL, error);                                                \
  }                                                                                                                    \
                                                                                                                       \
  const FxOp fx_op_##id = {                                                                                            \
    .name = op_name,                                                                                                   \
    .doc = text,                                                                                                       \
    .since = 1,                                                                                                        \
    .min_inputs = 2,                                                                                                   \
    .max_inputs = 2,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32_F64,                                                                                   \
    .flags = FX_OP_ELEMENTWISE,                                                                                        \
    .attrs = fx_binary_attrs,                                                                                          \
    .params_size = sizeof (FxBinaryParams),                                                                            \
    .infer = infer,                                                                                                    \
    .eval = id##_eval,                                                                                                 \
  };

ARITHMETIC (add, "Add", "Sum of two tensors, broadcast to one shape")
ARITHMETIC (sub, "Sub", "Difference of two tensors, broadcast to one shape")
ARITHMETIC (mul, "Mul", "Product of two tensors, broadcast to one shape")
ARITHMETIC (div, "Div", "Quotient of two tensors, broadcast to one shape; integers truncate, and x / 0 is 0")

typedef struct
{
  gint64 fmod;
} ModParams;

static const FxAttrRow mod_attrs[] = {
  FX_INT (ModParams, fmod, 0, "1: the result has the sign of the dividend, 0: that of the divisor"),
  FX_ATTR_END,
};

static gboolean
mod_infer (FxInfer *infer, GError **error)
{
  return fx_binary_infer (infer, NULL, FX_TYPES_NUMERIC, FX_DTYPE_UNDEFINED, error);
}

static gboolean
mod_eval (FxEval *eval, GError **error)
{
  const ModParams *params = eval->params;

  return fx_binary_eval (eval, NULL, params->fmod ? fmod_rows : mod_rows, NULL, error);
}

const FxOp fx_op_mod = {
  .name = "Mod",
  .doc = "Remainder of a division, broadcast to one shape; x mod 0 is 0 for integers",
  .since = 10,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32_F64,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = mod_attrs,
  .params_size = sizeof (ModParams),
  .infer = mod_infer,
  .eval = mod_eval,
};
