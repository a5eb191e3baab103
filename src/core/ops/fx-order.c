/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-order.h"

#include <math.h>
#include <string.h>

#define SIGN (G_GUINT64_CONSTANT (1) << 63)

static inline guint64
key_of_double (double value)
{
  guint64 bits;

  value = isnan (value) ? (double)NAN : value + 0.0; /* one NaN only, and -0 becomes 0 */
  memcpy (&bits, &value, sizeof bits);
  if (isnan (value))
    return G_MAXUINT64;
  return bits & SIGN ? ~bits : bits | SIGN;
}

#define INT_CASE(ID, type)                                                                                             \
  case FX_DTYPE_##ID:                                                                                                  \
    for (gsize i = 0; i < n; i++)                                                                                      \
      keys[i] = (guint64)(gint64)((const type *)x->data)[begin + i * stride] ^ SIGN;                                   \
    break

#define FLOAT_CASE(ID, type)                                                                                           \
  case FX_DTYPE_##ID:                                                                                                  \
    for (gsize i = 0; i < n; i++)                                                                                      \
      keys[i] = key_of_double (((const type *)x->data)[begin + i * stride]);                                           \
    break

void
fx_order_keys (const FxArray *x, gsize begin, gsize stride, gsize n, guint64 *keys)
{
  switch (x->dtype)
    {
      FLOAT_CASE (FLOAT, float);
      FLOAT_CASE (DOUBLE, double);
      INT_CASE (INT8, gint8);
      INT_CASE (UINT8, guint8);
      INT_CASE (BOOL, guint8);
      INT_CASE (INT16, gint16);
      INT_CASE (UINT16, guint16);
      INT_CASE (INT32, gint32);
      INT_CASE (UINT32, guint32);
      INT_CASE (INT64, gint64);
    case FX_DTYPE_UINT64:
      for (gsize i = 0; i < n; i++)
        keys[i] = ((const guint64 *)x->data)[begin + i * stride];
      break;
    default: memset (keys, 0, n * sizeof *keys);
    }
}
