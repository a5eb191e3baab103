/* Functions of one element without parameters.  https://onnx.ai/onnx/operators/
 *
 * Relu, Sigmoid and their kind are in activation.c, predicates in predicate.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-elementwise.h"
#include "core/ops/fx-math.h"

#include <tgmath.h>

#define UNARY_OP(id, op_name, first, mask, text)                                                                       \
  static gboolean id##_infer (FxInfer *infer, GError **error)                                                          \
  {                                                                                                                    \
    return fx_unary_infer (infer, mask, FX_DTYPE_UNDEFINED, error);                                                    \
  }                                                                                                                    \
                                                                                                                       \
  static gboolean id##_eval (FxEval *eval, GError **error)                                                             \
  {                                                                                                                    \
    return fx_unary_eval (eval, id##_rows, NULL, error);                                                               \
  }                                                                                                                    \
                                                                                                                       \
  const FxOp fx_op_##id = {                                                                                            \
    .name = op_name,                                                                                                   \
    .doc = text,                                                                                                       \
    .since = first,                                                                                                    \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 1,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32_F64,                                                                                   \
    .flags = FX_OP_ELEMENTWISE,                                                                                        \
    .infer = id##_infer,                                                                                               \
    .eval = id##_eval,                                                                                                 \
  };

/* ---- floats only ---- */

#define CEIL(x, T, W) ceil (x)
#define FLOOR(x, T, W) floor (x)
#define ROUND(x, T, W) rint (x) /* the default rounding mode: halves to the even neighbor */
#define SQRT(x, T, W) sqrt (x)
#define EXP(x, T, W) fx_exp (x)
#define LOG(x, T, W) log (x)
#define RECIPROCAL(x, T, W) ((T)1 / (x))
#define ERF(x, T, W) fx_erf (x)
#define SIN(x, T, W) sin (x)
#define COS(x, T, W) cos (x)
#define TAN(x, T, W) tan (x)
#define ASIN(x, T, W) asin (x)
#define ACOS(x, T, W) acos (x)
#define ATAN(x, T, W) atan (x)
#define SINH(x, T, W) sinh (x)
#define COSH(x, T, W) cosh (x)
#define TANH(x, T, W) fx_tanh (x)
#define ASINH(x, T, W) asinh (x)
#define ACOSH(x, T, W) acosh (x)
#define ATANH(x, T, W) atanh (x)

/*  id, name, EXPRESSION, opset that introduced it, doc */
#define FLOAT_FUNCTIONS(U)                                                                                             \
  U (acos, "Acos", ACOS, 7, "Arc cosine in radians")                                                                   \
  U (acosh, "Acosh", ACOSH, 9, "Inverse hyperbolic cosine")                                                            \
  U (asin, "Asin", ASIN, 7, "Arc sine in radians")                                                                     \
  U (asinh, "Asinh", ASINH, 9, "Inverse hyperbolic sine")                                                              \
  U (atan, "Atan", ATAN, 7, "Arc tangent in radians")                                                                  \
  U (atanh, "Atanh", ATANH, 9, "Inverse hyperbolic tangent")                                                           \
  U (ceil, "Ceil", CEIL, 1, "Rounds up to a whole number")                                                             \
  U (cos, "Cos", COS, 7, "Cosine of radians")                                                                          \
  U (cosh, "Cosh", COSH, 9, "Hyperbolic cosine")                                                                       \
  U (erf, "Erf", ERF, 9, "The Gauss error function")                                                                   \
  U (exp, "Exp", EXP, 1, "e to the power of the element")                                                              \
  U (floor, "Floor", FLOOR, 1, "Rounds down to a whole number")                                                        \
  U (log, "Log", LOG, 1, "Natural logarithm")                                                                          \
  U (reciprocal, "Reciprocal", RECIPROCAL, 1, "One divided by the element")                                            \
  U (round, "Round", ROUND, 11, "Rounds to the nearest whole number, halves to the even one")                          \
  U (sin, "Sin", SIN, 7, "Sine of radians")                                                                            \
  U (sinh, "Sinh", SINH, 9, "Hyperbolic sine")                                                                         \
  U (sqrt, "Sqrt", SQRT, 1, "Square root; NaN for negative elements")                                                  \
  U (tan, "Tan", TAN, 7, "Tangent of radians")                                                                         \
  U (tanh, "Tanh", TANH, 1, "Hyperbolic tangent")

#define FLOAT_FUNCTION(id, op_name, F, first, text)                                                                    \
  FX_EACH_FLOAT (FX_UNARY_ROW, id, F)                                                                                  \
  static const FxBroadcastRow id##_rows[FX_N_DTYPES] = { FX_EACH_FLOAT (FX_ROW_ENTRY, id, F) };                        \
  UNARY_OP (id, op_name, first, FX_TYPES_FLOAT, text)

FLOAT_FUNCTIONS (FLOAT_FUNCTION)

/* ---- integers too; the most negative one has no counterpart and stays what it is ---- */

#define ABS_INT(x, T, W) ((x) < 0 ? (T) - (W)(x) : (x))
#define ABS_FLOAT(x, T, W) fabs (x)
#define SAME(x, T, W) (x)
#define NEG(x, T, W) (-(W)(x))
#define SIGN(x, T, W) (((x) > 0) - ((x) < 0))
#define SIGN_FLOAT(x, T, W) ((x) != (x) ? (x) : (T)(((x) > 0) - ((x) < 0)))
#define POSITIVE(x, T, W) ((x) > 0)
#define NOT(x, T, W) (~(W)(x))

FX_EACH_FLOAT (FX_UNARY_ROW, abs, ABS_FLOAT)
FX_EACH_SIGNED (FX_UNARY_ROW, abs, ABS_INT)
FX_EACH_UNSIGNED (FX_UNARY_ROW, abs, SAME)
static const FxBroadcastRow abs_rows[FX_N_DTYPES]
    = { FX_EACH_FLOAT (FX_ROW_ENTRY, abs, ) FX_EACH_INT (FX_ROW_ENTRY, abs, ) };
UNARY_OP (abs, "Abs", 1, FX_TYPES_NUMERIC, "Absolute value")

FX_EACH_FLOAT (FX_UNARY_ROW, neg, NEG)
FX_EACH_SIGNED (FX_UNARY_ROW, neg, NEG)
static const FxBroadcastRow neg_rows[FX_N_DTYPES]
    = { FX_EACH_FLOAT (FX_ROW_ENTRY, neg, ) FX_EACH_SIGNED (FX_ROW_ENTRY, neg, ) };
UNARY_OP (neg, "Neg", 1, FX_TYPES_FLOAT | FX_TYPES_SIGNED, "Changes the sign")

FX_EACH_FLOAT (FX_UNARY_ROW, sign, SIGN_FLOAT)
FX_EACH_SIGNED (FX_UNARY_ROW, sign, SIGN)
FX_EACH_UNSIGNED (FX_UNARY_ROW, sign, POSITIVE)
static const FxBroadcastRow sign_rows[FX_N_DTYPES]
    = { FX_EACH_FLOAT (FX_ROW_ENTRY, sign, ) FX_EACH_INT (FX_ROW_ENTRY, sign, ) };
UNARY_OP (sign, "Sign", 9, FX_TYPES_NUMERIC, "-1, 0 or 1 as the element is negative, zero or positive")

FX_EACH_INT (FX_UNARY_ROW, bitwise_not, NOT)
static const FxBroadcastRow bitwise_not_rows[FX_N_DTYPES] = { FX_EACH_INT (FX_ROW_ENTRY, bitwise_not, ) };
UNARY_OP (bitwise_not, "BitwiseNot", 18, FX_TYPES_INT, "Flips every bit")
