/* Element types. The numbers are those of ONNX TensorProto.DataType, because operators carry them in attributes
 * (Cast.to); the short names are used in messages and in the text form of graphs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*  ID, number, short name, NumPy's name, bytes per element (0: not stored as plain bytes) */
/* clang-format off */
#define FX_DTYPE_LIST(T) \
  T (UNDEFINED, 0, "?", "undefined", 0) \
  T (FLOAT, 1, "f32", "float32", 4) \
  T (UINT8, 2, "u8", "uint8", 1) \
  T (INT8, 3, "s8", "int8", 1) \
  T (UINT16, 4, "u16", "uint16", 2) \
  T (INT16, 5, "s16", "int16", 2) \
  T (INT32, 6, "s32", "int32", 4) \
  T (INT64, 7, "s64", "int64", 8) \
  T (STRING, 8, "string", "string", 0) \
  T (BOOL, 9, "bool", "bool", 1) \
  T (FLOAT16, 10, "f16", "float16", 2) \
  T (DOUBLE, 11, "f64", "float64", 8) \
  T (UINT32, 12, "u32", "uint32", 4) \
  T (UINT64, 13, "u64", "uint64", 8) \
  T (COMPLEX64, 14, "c64", "complex64", 8) \
  T (COMPLEX128, 15, "c128", "complex128", 16) \
  T (BFLOAT16, 16, "bf16", "bfloat16", 2)
/* clang-format on */

typedef enum
{
#define FX_DTYPE_ENUM(id, number, name, numpy_name, size) FX_DTYPE_##id = number,
  FX_DTYPE_LIST (FX_DTYPE_ENUM)
#undef FX_DTYPE_ENUM
      FX_N_DTYPES
} FxDType;

/* Sets of types, for FxOp.kernel_types. */
typedef guint32 FxDTypeMask;
#define FX_TYPE_BIT(id) (1u << FX_DTYPE_##id)
#define FX_TYPES_F32 FX_TYPE_BIT (FLOAT)
#define FX_TYPES_FLOAT (FX_TYPE_BIT (FLOAT) | FX_TYPE_BIT (DOUBLE) | FX_TYPE_BIT (FLOAT16) | FX_TYPE_BIT (BFLOAT16))
#define FX_TYPES_SIGNED (FX_TYPE_BIT (INT8) | FX_TYPE_BIT (INT16) | FX_TYPE_BIT (INT32) | FX_TYPE_BIT (INT64))
#define FX_TYPES_UNSIGNED (FX_TYPE_BIT (UINT8) | FX_TYPE_BIT (UINT16) | FX_TYPE_BIT (UINT32) | FX_TYPE_BIT (UINT64))
#define FX_TYPES_INT (FX_TYPES_SIGNED | FX_TYPES_UNSIGNED)
#define FX_TYPES_STORED                                                                                                \
  (FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL) | FX_TYPE_BIT (COMPLEX64) | FX_TYPE_BIT (COMPLEX128))

/* Short name, "?" for a number that is no type. */
const char *fx_dtype_name (FxDType dtype);

/* NumPy's name, for JSON: "float32". */
const char *fx_dtype_numpy_name (FxDType dtype);

/* Bytes of one element; 0 for strings and for a number that is no type. */
gsize fx_dtype_size (FxDType dtype);

/* UNDEFINED where no type has that name. */
FxDType fx_dtype_from_name (const char *name);

static inline gboolean
fx_dtype_in (FxDType dtype, FxDTypeMask mask)
{
  return dtype < FX_N_DTYPES && (mask & (1u << dtype)) != 0;
}

/* IEEE 754 binary16 and bfloat16, round to nearest even. */
float fx_f16_to_f32 (guint16 bits);
guint16 fx_f32_to_f16 (float value);
float fx_bf16_to_f32 (guint16 bits);
guint16 fx_f32_to_bf16 (float value);

G_END_DECLS
