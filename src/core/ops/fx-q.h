/* What the operators of the integer network (domain "fixpoint") share: attributes that say what integers mean, their
 * checks, and the way out of a kernel. real = scale × (q - zero_point); docs/arithmetic.md states the rules.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op.h"
#include "core/quant/fx-requant.h"

G_BEGIN_DECLS

#define FX_Q_DOMAIN "fixpoint"
#define FX_TYPES_Q (FX_TYPE_BIT (INT8) | FX_TYPE_BIT (INT16))

/* What the integers of one operand mean. */
typedef struct
{
  float scale;
  gint64 zero_point;
} FxQIn;

/* What those of the result mean. */
typedef struct
{
  float scale;
  gint64 zero_point;
  gint64 low, high; /* FX_Q_LOWEST and FX_Q_HIGHEST: the bounds of the type */
  int dtype;        /* index into fx_q_dtype_names */
} FxQOut;

#define FX_Q_LOWEST G_MININT64
#define FX_Q_HIGHEST G_MAXINT64

extern const char *const fx_q_dtype_names[]; /* int8, int16, int32 */

/* Attribute rows of a params struct P with the field FxQIn `field`: <field>_scale, <field>_zero_point. */
#define FX_Q_IN_ATTRS(P, field)                                                                                        \
  { .name = #field "_scale",                                                                                           \
    .kind = FX_ATTR_FLOAT,                                                                                             \
    .offset = G_STRUCT_OFFSET (P, field.scale),                                                                        \
    .required = TRUE,                                                                                                  \
    .doc = "Real value of one step of " #field },                                                                      \
  {                                                                                                                    \
    .name = #field "_zero_point", .kind = FX_ATTR_INT, .offset = G_STRUCT_OFFSET (P, field.zero_point),                \
    .doc = "Integer of " #field " that stands for 0; 0 for int16"                                                      \
  }

/* The same for the result, a field FxQOut y: y_scale, y_zero_point, low, high. */
#define FX_Q_OUT_ATTRS(P)                                                                                              \
  { .name = "y_scale",                                                                                                 \
    .kind = FX_ATTR_FLOAT,                                                                                             \
    .offset = G_STRUCT_OFFSET (P, y.scale),                                                                            \
    .doc = "Real value of one step of y; not needed for int32" },                                                      \
      { .name = "y_zero_point",                                                                                        \
        .kind = FX_ATTR_INT,                                                                                           \
        .offset = G_STRUCT_OFFSET (P, y.zero_point),                                                                   \
        .doc = "Integer of y that stands for 0; 0 for int16" },                                                        \
      { .name = "low",                                                                                                 \
        .kind = FX_ATTR_INT,                                                                                           \
        .offset = G_STRUCT_OFFSET (P, y.low),                                                                          \
        .default_int = FX_Q_LOWEST,                                                                                    \
        .default_string = "least of the type",                                                                         \
        .doc = "Least integer of y, as an activation bounds it" },                                                     \
      { .name = "high",                                                                                                \
        .kind = FX_ATTR_INT,                                                                                           \
        .offset = G_STRUCT_OFFSET (P, y.high),                                                                         \
        .default_int = FX_Q_HIGHEST,                                                                                   \
        .default_string = "largest of the type",                                                                       \
        .doc = "Largest integer of y, as an activation bounds it" },                                                   \
  {                                                                                                                    \
    .name = "y_dtype", .kind = FX_ATTR_STRING, .offset = G_STRUCT_OFFSET (P, y.dtype), .choices = fx_q_dtype_names,    \
    .doc = "Type of y: int8, int16, and int32 for the sums themselves where an operator has them"                      \
  }

/* How results leave a kernel. */
typedef struct
{
  FxDType dtype; /* INT8, INT16; INT32: as they are */
  gint32 zero_point, low, high;
} FxQResult;

/* FALSE and *error unless input i has a type of `types` or an unknown one, its scale is a positive number and its zero
 * point is one of that type. `name` is that of the operand: "x". */
gboolean
fx_q_check_in (const FxInfer *infer, guint i, const char *name, const FxQIn *in, FxDTypeMask types, GError **error);

/* Checks type, scale, zero point and bounds of the result. INT32 only with `sums`; scale and bounds are then not
 * read. */
gboolean fx_q_result (const FxQOut *out, gboolean sums, FxQResult *result, GError **error);

/* Infers an operator of two quantized operands, a and b, that are broadcast to one shape; never to int32. */
gboolean fx_q_infer_binary (FxInfer *infer, const FxQIn *a, const FxQIn *b, const FxQOut *y, GError **error);

/* What runs such an operator, if one factor is all that it multiplies with. */
typedef struct
{
  FxDType a, b;
  gint32 a_zero_point, b_zero_point;
  FxRequant factor;
  FxQResult result;
} FxQBinary;

/* Everything but the factor. */
gboolean fx_q_binary_init (FxQBinary *binary, const FxEval *eval, const FxQIn *a, const FxQIn *b, const FxQOut *y,
                           GError **error);

/* a × b / y, the factor of a convolution or product, in the order written. FALSE and *error if it is no factor. */
gboolean fx_q_factor (double a_scale, double b_scale, double y_scale, FxRequant *factor, GError **error);

/* FALSE and *error if the scales that input i is known to hold are not all positive numbers. */
gboolean fx_q_check_scales (const FxInfer *infer, guint i, const char *name, GError **error);

/* Factors x_scale × scales[c] / y_scale for `n` channels, of a vector with n or one elements; g_free() them. Any
 * factors if the result is the sums. NULL and *error if one is no factor. */
FxRequant *fx_q_factors (double x_scale, const FxArray *scales, const FxQOut *out, gsize n, GError **error);

/* How the sums over constant weights are bounded: FALSE and *error (UNSUPPORTED) if channel `c` of them may leave 32
 * bits (62 if `wide`), see docs/arithmetic.md. `absolute` is Σ |w|, `zero_point` that of x. */
gboolean fx_q_check_sum (gint64 c, gint64 absolute, gint64 zero_point, gint64 bias, gboolean wide, GError **error);

static inline gint32
fx_q_load (const FxArray *array, gsize i)
{
  switch (array->dtype)
    {
    case FX_DTYPE_INT8: return ((const gint8 *)array->data)[i];
    case FX_DTYPE_INT16: return ((const gint16 *)array->data)[i];
    default: return ((const gint32 *)array->data)[i];
    }
}

static inline void
fx_q_store (FxArray *array, gsize i, gint64 value)
{
  switch (array->dtype)
    {
    case FX_DTYPE_INT8: ((gint8 *)array->data)[i] = (gint8)value; break;
    case FX_DTYPE_INT16: ((gint16 *)array->data)[i] = (gint16)value; break;
    default: ((gint32 *)array->data)[i] = (gint32)value; break;
    }
}

/* clamp (value + zero_point) */
static inline gint64
fx_q_bound (const FxQResult *result, gint64 value)
{
  return fx_saturate (value + result->zero_point, result->low, result->high);
}

/* clamp (acc × factor + zero_point), or acc itself where the result is the sums. */
static inline gint64
fx_q_finish (const FxQResult *result, const FxRequant *factor, gint64 acc)
{
  if (result->dtype == FX_DTYPE_INT32)
    return fx_saturate (acc, G_MININT32, G_MAXINT32);
  if (acc >= G_MININT32 && acc <= G_MAXINT32)
    return fx_q_bound (result, fx_requantize ((gint32)acc, factor));
  return fx_q_bound (result, fx_requantize_wide (acc, factor));
}

G_END_DECLS
