/* Yes-or-no questions about one element: IsNaN, IsInf, Not.  https://onnx.ai/onnx/operators/onnx__IsInf.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-elementwise.h"

#include <math.h>

typedef struct
{
  gint64 detect_negative;
  gint64 detect_positive;
} IsInfParams;

static const FxAttrRow is_inf_attrs[] = {
  FX_INT (IsInfParams, detect_negative, 1, "0: minus infinity does not count"),
  FX_INT (IsInfParams, detect_positive, 1, "0: plus infinity does not count"),
  FX_ATTR_END,
};

#define IS_NAN(x, T, W) ((x) != (x))
#define IS_POSITIVE_INF(x, T, W) ((x) == (T)INFINITY)
#define IS_NEGATIVE_INF(x, T, W) ((x) == (T)-INFINITY)
#define IS_INF(x, T, W) ((x) == (T)INFINITY || (x) == (T)-INFINITY)
#define NEVER(x, T, W) FALSE
#define NOT(x, T, W) ((x) == 0)

/* The two flags choose among four predicates, so that no kernel looks at them. */
#define PREDICATE(name, F)                                                                                             \
  FX_EACH_FLOAT (FX_UNARY_TEST_ROW, name, F)                                                                           \
  static const FxBroadcastRow name##_rows[FX_N_DTYPES] = { FX_EACH_FLOAT (FX_ROW_ENTRY, name, F) };

PREDICATE (is_nan, IS_NAN)
PREDICATE (is_inf, IS_INF)
PREDICATE (is_positive_inf, IS_POSITIVE_INF)
PREDICATE (is_negative_inf, IS_NEGATIVE_INF)

static void
never (gsize n, void *y, G_GNUC_UNUSED const void *const *x, G_GNUC_UNUSED const guint8 *step,
       G_GNUC_UNUSED gconstpointer data)
{
  for (gsize i = 0; i < n; i++)
    ((guint8 *)y)[i] = FALSE;
}

static const FxBroadcastRow never_rows[FX_N_DTYPES] = { [FX_DTYPE_FLOAT] = never, [FX_DTYPE_DOUBLE] = never };

FX_EACH_BOOL (FX_UNARY_TEST_ROW, not, NOT)
static const FxBroadcastRow not_rows[FX_N_DTYPES] = { FX_EACH_BOOL (FX_ROW_ENTRY, not, ) };

static gboolean
infer_float (FxInfer *infer, GError **error)
{
  return fx_unary_infer (infer, FX_TYPES_FLOAT, FX_DTYPE_BOOL, error);
}

static gboolean
infer_bool (FxInfer *infer, GError **error)
{
  return fx_unary_infer (infer, FX_TYPE_BIT (BOOL), FX_DTYPE_BOOL, error);
}

static gboolean
is_nan_eval (FxEval *eval, GError **error)
{
  return fx_unary_eval (eval, is_nan_rows, NULL, error);
}

static gboolean
is_inf_eval (FxEval *eval, GError **error)
{
  const IsInfParams *params = eval->params;

  if (params->detect_negative && params->detect_positive)
    return fx_unary_eval (eval, is_inf_rows, NULL, error);
  if (params->detect_positive)
    return fx_unary_eval (eval, is_positive_inf_rows, NULL, error);
  if (params->detect_negative)
    return fx_unary_eval (eval, is_negative_inf_rows, NULL, error);
  return fx_unary_eval (eval, never_rows, NULL, error);
}

static gboolean
not_eval (FxEval *eval, GError **error)
{
  return fx_unary_eval (eval, not_rows, NULL, error);
}

const FxOp fx_op_is_inf = {
  .name = "IsInf",
  .doc = "Whether the element is plus or minus infinity",
  .since = 10,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32_F64,
  .attrs = is_inf_attrs,
  .params_size = sizeof (IsInfParams),
  .infer = infer_float,
  .eval = is_inf_eval,
};

const FxOp fx_op_is_nan = {
  .name = "IsNaN",
  .doc = "Whether the element is not a number",
  .since = 9,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32_F64,
  .infer = infer_float,
  .eval = is_nan_eval,
};

const FxOp fx_op_not = {
  .name = "Not",
  .doc = "Logical negation",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_ELEMENTWISE,
  .infer = infer_bool,
  .eval = not_eval,
};
