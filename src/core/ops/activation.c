/* Activation functions: one row each.  https://onnx.ai/onnx/operators/
 *
 * Clip is in clip.c, PRelu in prelu.c, Gelu and Shrink in files of their own name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/activation.h"

#include "core/ops/fx-elementwise.h"
#include "core/ops/fx-math.h"

#include <tgmath.h>

#define PARAM(field, value, text) FX_FLOAT (FxActivationParams, field, value, text)

static const FxAttrRow no_attrs[] = { FX_ATTR_END };
static const FxAttrRow affine_attrs[] = { PARAM (alpha, 1, "Factor"), PARAM (beta, 0, "Summand"), FX_ATTR_END };
static const FxAttrRow celu_attrs[]
    = { PARAM (alpha, 1, "Value that negative elements tend to, negated"), FX_ATTR_END };
static const FxAttrRow elu_attrs[] = { PARAM (alpha, 1, "Value that negative elements tend to, negated"), FX_ATTR_END };
static const FxAttrRow hard_sigmoid_attrs[]
    = { PARAM (alpha, 0.2f, "Slope"), PARAM (beta, 0.5f, "Value at zero"), FX_ATTR_END };
static const FxAttrRow leaky_relu_attrs[] = { PARAM (alpha, 0.01f, "Slope of negative elements"), FX_ATTR_END };
static const FxAttrRow parametric_softplus_attrs[]
    = { PARAM (alpha, 1, "Factor of the result"), PARAM (beta, 1, "Factor of the element"), FX_ATTR_END };
static const FxAttrRow scaled_tanh_attrs[]
    = { PARAM (alpha, 1, "Factor of the result"), PARAM (beta, 1, "Factor of the element"), FX_ATTR_END };
static const FxAttrRow selu_attrs[]
    = { PARAM (alpha, 1.67326319217681884765625f, "Value that negative elements tend to, negated, before scaling"),
        PARAM (gamma, 1.05070102214813232421875f, "Scale"), FX_ATTR_END };
static const FxAttrRow thresholded_relu_attrs[] = { PARAM (alpha, 1, "Elements above it pass"), FX_ATTR_END };

/* p: the params. Comparisons are written so that NaN stays NaN. */
#define AFFINE(x, T, p) ((T)(p).alpha * (x) + (T)(p).beta)
#define CELU(x, T, p) ((x) < 0 ? (T)(p).alpha * (fx_exp ((x) / (T)(p).alpha) - 1) : (x))
#define ELU(x, T, p) ((x) < 0 ? (T)(p).alpha * (fx_exp (x) - 1) : (x))
#define LIMIT_TO_1(x, T) ((x) < 0 ? (T)0 : (x) > 1 ? (T)1 : (x))
#define HARD_SIGMOID(x, T, p) LIMIT_TO_1 ((T)(p).alpha *(x) + (T)(p).beta, T)
#define HARD_SWISH(x, T, p) ((x)*LIMIT_TO_1 ((x) / 6 + (T)0.5, T))
#define LEAKY_RELU(x, T, p) ((x) < 0 ? (T)(p).alpha * (x) : (x))
#define SOFTPLUS(x, T) (((x) > 0 ? (x) : 0) + log1p (fx_exp ((x) > 0 ? -(x) : (x))))
#define MISH(x, T, p) mish_of_##T (x)
#define PARAMETRIC_SOFTPLUS(x, T, p) ((T)(p).alpha * SOFTPLUS ((T)(p).beta * (x), T))
#define PLAIN_SOFTPLUS(x, T, p) SOFTPLUS (x, T)
#define RELU(x, T, p) ((x) < 0 ? 0 : (x))
#define SCALED_TANH(x, T, p) ((T)(p).alpha * fx_tanh ((T)(p).beta * (x)))
#define SELU(x, T, p) ((T)(p).gamma * ((x) < 0 ? (T)(p).alpha * (fx_exp (x) - 1) : (x)))
#define SIGMOID(x, T, p) (1 / (1 + fx_exp (-(x))))
#define SOFTSIGN(x, T, p) ((x) / (1 + fabs (x)))
#define THRESHOLDED_RELU(x, T, p) ((x) <= (T)(p).alpha ? 0 : (x))

/* x·tanh (ln (1 + eˣ)) = x·n / (n + 2) with n = eˣ (eˣ + 2); past 20 the factor is 1 in either precision but for 1e-17,
 * and eˣ could overflow. */
#define MISH_OF(T)                                                                                                     \
  static inline T mish_of_##T (T x)                                                                                    \
  {                                                                                                                    \
    T e = fx_exp (x > 20 ? (T)20 : x), n = e * (e + 2);                                                                \
                                                                                                                       \
    return x * (n / (n + 2));                                                                                          \
  }
MISH_OF (float)
MISH_OF (double)

/*  id, name, EXPRESSION, opset that introduced it, last opset that has it, other types, attributes, doc */
#define ACTIVATIONS(A)                                                                                                 \
  A (affine, "Affine", AFFINE, 1, 9, 0, affine_attrs, "y = alpha·x + beta")                                            \
  A (celu, "Celu", CELU, 12, 0, 0, celu_attrs, "x where positive, else alpha·(exp (x / alpha) - 1)")                   \
  A (elu, "Elu", ELU, 1, 0, 0, elu_attrs, "x where positive, else alpha·(exp (x) - 1)")                                \
  A (hard_sigmoid, "HardSigmoid", HARD_SIGMOID, 1, 0, 0, hard_sigmoid_attrs, "alpha·x + beta limited to 0…1")          \
  A (hard_swish, "HardSwish", HARD_SWISH, 14, 0, 0, no_attrs, "x times (x / 6 + 0.5 limited to 0…1)")                  \
  A (leaky_relu, "LeakyRelu", LEAKY_RELU, 1, 0, 0, leaky_relu_attrs, "x where positive, else alpha·x")                 \
  A (mish, "Mish", MISH, 18, 0, 0, no_attrs, "x·tanh (ln (1 + exp (x)))")                                              \
  A (parametric_softplus, "ParametricSoftplus", PARAMETRIC_SOFTPLUS, 1, 9, 0, parametric_softplus_attrs,               \
     "alpha·ln (1 + exp (beta·x))")                                                                                    \
  A (relu, "Relu", RELU, 1, 0, FX_TYPES_SIGNED, no_attrs, "Sets negative elements to zero: y = max (0, x)")            \
  A (scaled_tanh, "ScaledTanh", SCALED_TANH, 1, 9, 0, scaled_tanh_attrs, "alpha·tanh (beta·x)")                        \
  A (selu, "Selu", SELU, 1, 0, 0, selu_attrs, "gamma·x where positive, else gamma·alpha·(exp (x) - 1)")                \
  A (sigmoid, "Sigmoid", SIGMOID, 1, 0, 0, no_attrs, "1 / (1 + exp (-x))")                                             \
  A (softplus, "Softplus", PLAIN_SOFTPLUS, 1, 0, 0, no_attrs, "ln (1 + exp (x))")                                      \
  A (softsign, "Softsign", SOFTSIGN, 1, 0, 0, no_attrs, "x / (1 + |x|)")                                               \
  A (thresholded_relu, "ThresholdedRelu", THRESHOLDED_RELU, 10, 0, 0, thresholded_relu_attrs,                          \
     "x where it is over alpha, else 0")

#define ACTIVATION_ROW(id, F, ID, T, W)                                                                                \
  static void id##_##T (gsize n, void *out, const void *const *in, G_GNUC_UNUSED const guint8 *step,                   \
                        gconstpointer data)                                                                            \
  {                                                                                                                    \
    const FxActivationParams p = *(const FxActivationParams *)data;                                                    \
    const T *x = in[0];                                                                                                \
    T *y = out;                                                                                                        \
                                                                                                                       \
    (void)p; /* not every function has parameters */                                                                   \
    _Pragma ("omp simd") for (gsize i = 0; i < n; i++) y[i] = (T)F (x[i], T, p);                                       \
  }

/* Relu is the only one for integers; rows of a type that infer() refuses are never used. */
FX_EACH_SIGNED (ACTIVATION_ROW, relu, RELU)

#define ACTIVATION(id, op_name, F, first, last, types, rows, text)                                                     \
  FX_EACH_FLOAT (ACTIVATION_ROW, id, F)                                                                                \
                                                                                                                       \
  static gboolean id##_infer (FxInfer *infer, GError **error)                                                          \
  {                                                                                                                    \
    return fx_unary_infer (infer, FX_TYPES_FLOAT | (types), FX_DTYPE_UNDEFINED, error);                                \
  }                                                                                                                    \
                                                                                                                       \
  static gboolean id##_eval (FxEval *eval, GError **error)                                                             \
  {                                                                                                                    \
    static const FxBroadcastRow kernels[FX_N_DTYPES]                                                                   \
        = { FX_EACH_FLOAT (FX_ROW_ENTRY, id, ) FX_EACH_SIGNED (FX_ROW_ENTRY, relu, ) };                                \
                                                                                                                       \
    return fx_unary_eval (eval, kernels, eval->params, error);                                                         \
  }                                                                                                                    \
                                                                                                                       \
  const FxOp fx_op_##id = {                                                                                            \
    .name = op_name,                                                                                                   \
    .doc = text,                                                                                                       \
    .since = first,                                                                                                    \
    .until = last,                                                                                                     \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 1,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32_F64,                                                                                   \
    .flags = FX_OP_ELEMENTWISE,                                                                                        \
    .attrs = rows,                                                                                                     \
    .params_size = sizeof (FxActivationParams),                                                                        \
    .infer = id##_infer,                                                                                               \
    .eval = id##_eval,                                                                                                 \
  };

ACTIVATIONS (ACTIVATION)
