/* Cast, CastLike: elements in another type.  https://onnx.ai/onnx/operators/onnx__Cast.html
 *
 * Integers to integers keep the low bits. Floats to integers truncate; what does not fit becomes the nearest that does,
 * NaN becomes 0. To bool: whether it is not zero. To f16 and bf16: round to nearest even, from f64 by way of f32.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/cast.h"

#include "core/fx-error.h"
#include "core/ops/fx-elementwise.h"

/* The names of TensorProto.DataType, as opset 1 to 5 writes them. */
static const char *const onnx_names[FX_N_DTYPES] = {
#define NAME(id, number, name, numpy_name, size) [FX_DTYPE_##id] = #id,
  FX_DTYPE_LIST (NAME)
#undef NAME
};

#define TYPES_CAST (FX_TYPES_NUMERIC | FX_TYPE_BIT (BOOL))

FxDType
fx_cast_target (const FxAttr *to, GError **error)
{
  FxDType dtype = FX_DTYPE_UNDEFINED;
  g_autofree char *found = to != NULL ? fx_attr_to_string (to) : NULL;

  if (to == NULL)
    {
      fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"to\" is missing");
      return FX_DTYPE_UNDEFINED;
    }
  if (to->kind == FX_ATTR_INT && to->i > 0 && to->i < FX_N_DTYPES)
    dtype = (FxDType)to->i;
  for (guint i = 1; i < FX_N_DTYPES && to->kind == FX_ATTR_STRING; i++)
    if (g_ascii_strcasecmp (to->s, onnx_names[i]) == 0)
      dtype = i;

  if (dtype == FX_DTYPE_STRING)
    fx_fail (error, FX_ERROR_UNSUPPORTED, "attribute \"to\" is %s: casts to strings are not supported", found);
  else if (!fx_dtype_in (dtype, TYPES_CAST))
    fx_fail (error, FX_ERROR_UNSUPPORTED, "attribute \"to\" is %s, wanted a numeric type of at most 16 or bool", found);
  else
    return dtype;
  return FX_DTYPE_UNDEFINED;
}

/* The range of an integer type in doubles: low ≤ x < high fits. */
#define IS_SIGNED(T) ((T)-1 < 1)
#define HIGH(T) ((double)((guint64)1 << (8 * sizeof (T) - 1)) * (IS_SIGNED (T) ? 1 : 2))
#define LOW(T) (IS_SIGNED (T) ? -HIGH (T) : 0.0)
#define MOST(T) (IS_SIGNED (T) ? (T)(G_MAXUINT64 >> (65 - 8 * sizeof (T))) : (T)-1)
#define LEAST(T) (IS_SIGNED (T) ? (T)((guint64)1 << (8 * sizeof (T) - 1)) : (T)0)

#define TO_REAL(v, T) ((T)(v))
#define TO_TRUTH(v, T) ((v) != 0)
#define FROM_REAL_TO_WHOLE(v, T)                                                                                       \
  ((v) != (v) ? (T)0 : (double)(v) >= HIGH (T) ? MOST (T) : (double)(v) <= LOW (T) ? LEAST (T) : (T)(v))
#define FROM_WHOLE_TO_WHOLE(v, T) ((T)(v))
#define FROM_TRUTH_TO_WHOLE(v, T) ((T)((v) != 0))
#define FROM_REAL_TO_REAL TO_REAL
#define FROM_WHOLE_TO_REAL TO_REAL
#define FROM_TRUTH_TO_REAL FROM_TRUTH_TO_WHOLE
#define FROM_REAL_TO_TRUTH TO_TRUTH
#define FROM_WHOLE_TO_TRUTH TO_TRUTH
#define FROM_TRUTH_TO_TRUTH TO_TRUTH

/* One kernel per source type: a loop for each target type, which is `data`. */
#define LOOP(ID, TO, TO_GROUP, FROM_GROUP)                                                                             \
  case FX_DTYPE_##ID:                                                                                                  \
    for (gsize i = 0; i < n; i++)                                                                                      \
      ((TO *)out)[i] = (TO)FROM_##FROM_GROUP##_TO_##TO_GROUP (x[i], TO);                                               \
    break;

#define SOURCE(FROM, GROUP)                                                                                            \
  static void from_##FROM (gsize n, void *out, const void *const *in, G_GNUC_UNUSED const guint8 *step,                \
                           gconstpointer data)                                                                         \
  {                                                                                                                    \
    const FROM *x = in[0];                                                                                             \
                                                                                                                       \
    switch (*(const FxDType *)data)                                                                                    \
      {                                                                                                                \
        LOOP (FLOAT, float, REAL, GROUP)                                                                               \
        LOOP (DOUBLE, double, REAL, GROUP)                                                                             \
        LOOP (INT8, gint8, WHOLE, GROUP)                                                                               \
        LOOP (INT16, gint16, WHOLE, GROUP)                                                                             \
        LOOP (INT32, gint32, WHOLE, GROUP)                                                                             \
        LOOP (INT64, gint64, WHOLE, GROUP)                                                                             \
        LOOP (UINT8, guint8, WHOLE, GROUP)                                                                             \
        LOOP (UINT16, guint16, WHOLE, GROUP)                                                                           \
        LOOP (UINT32, guint32, WHOLE, GROUP)                                                                           \
        LOOP (UINT64, guint64, WHOLE, GROUP)                                                                           \
        LOOP (BOOL, gboolean8, TRUTH, GROUP)                                                                           \
      case FX_DTYPE_FLOAT16:                                                                                           \
        for (gsize i = 0; i < n; i++)                                                                                  \
          ((guint16 *)out)[i] = fx_f32_to_f16 ((float)x[i]);                                                           \
        break;                                                                                                         \
      case FX_DTYPE_BFLOAT16:                                                                                          \
        for (gsize i = 0; i < n; i++)                                                                                  \
          ((guint16 *)out)[i] = fx_f32_to_bf16 ((float)x[i]);                                                          \
        break;                                                                                                         \
      default: break;                                                                                                  \
      }                                                                                                                \
  }

SOURCE (float, REAL)
SOURCE (double, REAL)
SOURCE (gint8, WHOLE)
SOURCE (gint16, WHOLE)
SOURCE (gint32, WHOLE)
SOURCE (gint64, WHOLE)
SOURCE (guint8, WHOLE)
SOURCE (guint16, WHOLE)
SOURCE (guint32, WHOLE)
SOURCE (guint64, WHOLE)
SOURCE (gboolean8, TRUTH)

/* Half precision goes through a few f32 at a time. */
#define SOURCE_HALF(name, WIDEN)                                                                                       \
  static void from_##name (gsize n, void *out, const void *const *in, const guint8 *step, gconstpointer data)          \
  {                                                                                                                    \
    const guint16 *x = in[0];                                                                                          \
    gsize size = fx_dtype_size (*(const FxDType *)data);                                                               \
    float wide[256];                                                                                                   \
                                                                                                                       \
    for (gsize at = 0; at < n; at += G_N_ELEMENTS (wide))                                                              \
      {                                                                                                                \
        gsize part = MIN (n - at, G_N_ELEMENTS (wide));                                                                \
                                                                                                                       \
        for (gsize i = 0; i < part; i++)                                                                               \
          wide[i] = WIDEN (x[at + i]);                                                                                 \
        from_float (part, (guint8 *)out + at * size, (const void *[]){ wide }, step, data);                            \
      }                                                                                                                \
  }

SOURCE_HALF (f16, fx_f16_to_f32)
SOURCE_HALF (bf16, fx_bf16_to_f32)

static const FxBroadcastRow rows[FX_N_DTYPES] = {
  [FX_DTYPE_FLOAT] = from_float,    [FX_DTYPE_DOUBLE] = from_double,  [FX_DTYPE_FLOAT16] = from_f16,
  [FX_DTYPE_BFLOAT16] = from_bf16,  [FX_DTYPE_INT8] = from_gint8,     [FX_DTYPE_INT16] = from_gint16,
  [FX_DTYPE_INT32] = from_gint32,   [FX_DTYPE_INT64] = from_gint64,   [FX_DTYPE_UINT8] = from_guint8,
  [FX_DTYPE_UINT16] = from_guint16, [FX_DTYPE_UINT32] = from_guint32, [FX_DTYPE_UINT64] = from_guint64,
  [FX_DTYPE_BOOL] = from_gboolean8,
};

static gboolean
eval (FxEval *eval, GError **error)
{
  return fx_unary_eval (eval, rows, &eval->outputs[0].dtype, error);
}

static const FxAttrRow cast_attrs[] = {
  FX_ANY (FxCastParams, to, "Number of the target type in TensorProto.DataType; before opset 6 its name"),
  FX_ATTR_END,
};

static gboolean
cast_infer (FxInfer *infer, GError **error)
{
  const FxCastParams *params = infer->params;
  FxDType target = fx_cast_target (params->to, error);

  return target != FX_DTYPE_UNDEFINED && fx_unary_infer (infer, TYPES_CAST, target, error);
}

static gboolean
cast_like_infer (FxInfer *infer, GError **error)
{
  if (!fx_infer_check_type (infer, 0, "the input", TYPES_CAST, error)
      || !fx_infer_check_type (infer, 1, "the tensor whose type is wanted", TYPES_CAST, error))
    return FALSE;

  fx_infer_set (infer, 0, infer->inputs[1].dtype, &infer->inputs[0].shape);
  return TRUE;
}

const FxOp fx_op_cast = {
  .name = "Cast",
  .doc = "The same elements in another type",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = cast_attrs,
  .params_size = sizeof (FxCastParams),
  .infer = cast_infer,
  .eval = eval,
};

const FxOp fx_op_cast_like = {
  .name = "CastLike",
  .doc = "The elements of the first operand in the type of the second",
  .since = 15,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .infer = cast_like_infer,
  .eval = eval,
};
