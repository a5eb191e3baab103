/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-dtype.h"

#include <math.h>
#include <string.h>

static const struct
{
  const char *name, *numpy_name;
  gsize size_bytes;
} fx_dtypes[FX_N_DTYPES] = {
#define FX_DTYPE_ROW(id, number, name, numpy_name, size) [number] = { name, numpy_name, size },
  FX_DTYPE_LIST (FX_DTYPE_ROW)
#undef FX_DTYPE_ROW
};

const char *
fx_dtype_name (FxDType dtype)
{
  return (guint)dtype < FX_N_DTYPES ? fx_dtypes[dtype].name : "?";
}

const char *
fx_dtype_numpy_name (FxDType dtype)
{
  return (guint)dtype < FX_N_DTYPES ? fx_dtypes[dtype].numpy_name : "undefined";
}

gsize
fx_dtype_size (FxDType dtype)
{
  return (guint)dtype < FX_N_DTYPES ? fx_dtypes[dtype].size_bytes : 0;
}

FxDType
fx_dtype_from_name (const char *name)
{
  for (guint i = 1; i < FX_N_DTYPES; i++)
    if (strcmp (fx_dtypes[i].name, name) == 0)
      return i;

  return FX_DTYPE_UNDEFINED;
}

static inline guint32
float_bits (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static inline float
bits_float (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

float
fx_f16_to_f32 (guint16 half)
{
  guint32 sign = (guint32)(half & 0x8000) << 16;
  guint32 exponent = (half >> 10) & 0x1f;
  guint32 mantissa = half & 0x3ff;

  if (exponent == 0) /* zero and subnormals: mantissa × 2⁻²⁴ */
    return bits_float (sign | float_bits (ldexpf ((float)mantissa, -24)));
  if (exponent == 31)
    return bits_float (sign | 0x7f800000 | (mantissa << 13));
  return bits_float (sign | ((exponent + 112) << 23) | (mantissa << 13));
}

guint16
fx_f32_to_f16 (float value)
{
  guint32 bits = float_bits (value);
  guint16 sign = (bits >> 16) & 0x8000;
  guint32 magnitude = bits & 0x7fffffff;
  guint32 rest;

  if (magnitude > 0x7f800000) /* NaN: keep it a NaN whatever its payload */
    return sign | 0x7e00;
  if (magnitude >= 0x477ff000) /* rounds to 65536 or more */
    return sign | 0x7c00;
  if (magnitude < 0x38800000) /* below 2⁻¹⁴: subnormal, the unit is 2⁻²⁴ */
    return sign | (guint16)lrintf (ldexpf (bits_float (magnitude), 24));

  magnitude -= 112u << 23;
  rest = magnitude & 0x1fff;
  magnitude >>= 13;
  if (rest > 0x1000 || (rest == 0x1000 && (magnitude & 1)))
    magnitude++;
  return sign | (guint16)magnitude;
}

float
fx_bf16_to_f32 (guint16 bits)
{
  return bits_float ((guint32)bits << 16);
}

guint16
fx_f32_to_bf16 (float value)
{
  guint32 bits = float_bits (value);

  if ((bits & 0x7fffffff) > 0x7f800000)
    return (guint16)((bits >> 16) | 0x40);
  return (guint16)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
