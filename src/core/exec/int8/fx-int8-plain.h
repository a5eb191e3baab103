/* Inner loops in plain C, for the instruction sets whose compiler makes good code of them: included by each file of
 * kernels, compiled with its options.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/int8/fx-int8-isa.h"

#include <math.h>

static inline void
plain_widen_s16 (void *to, const gint8 *from, gsize n)
{
  gint16 *wide = to;

  for (gsize i = 0; i < n; i++)
    wide[i] = from[i];
}

static inline void
plain_add (const FxInt8Add *add, const gint8 *a, const gint8 *b, gint8 *y, gsize n)
{
  const gint32 mask = (1 << FX_REQUANT_PAIR_LOW) - 1, shift = add->factors.shift - FX_REQUANT_PAIR_LOW;
  const gint32 a_high = add->factors.a_multiplier >> FX_REQUANT_PAIR_LOW, a_low = add->factors.a_multiplier & mask;
  const gint32 b_high = add->factors.b_multiplier >> FX_REQUANT_PAIR_LOW, b_low = add->factors.b_multiplier & mask;
  const gint32 below_half = (1 << (shift - 1)) - 1;

  for (gsize i = 0; i < n; i++)
    {
      gint32 left = a[i] - add->a_zero_point, right = b[i] - add->b_zero_point;
      gint32 low = left * a_low + right * b_low, sum = left * a_high + right * b_high + (low >> FX_REQUANT_PAIR_LOW);
      gint32 up = ((sum >> shift) & 1) | ((low & mask) != 0); /* what the low bits leave makes a half more than that */
      gint32 rounded = ((sum + below_half + up) >> shift) + add->zero_point;

      rounded = MAX (rounded, add->low);
      rounded = MIN (rounded, add->high);
      y[i] = (gint8)rounded;
    }
}

static inline void
plain_multiply (gint32 *products, const gint8 *a, gint32 a_zero_point, const gint8 *b, gint32 b_zero_point, gsize n)
{
  for (gsize i = 0; i < n; i++)
    products[i] = (a[i] - a_zero_point) * (b[i] - b_zero_point);
}

static inline void
plain_maximum (gint8 *y, const gint8 *x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    y[i] = MAX (y[i], x[i]);
}

static inline void
plain_accumulate (gint32 *sums, const gint8 *x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += x[i];
}

static inline void
plain_blend_s8 (gint32 *to, const gint8 *a, gint32 a_weight, const gint8 *b, gint32 b_weight, gint32 zero_point,
                gsize n)
{
  for (gsize i = 0; i < n; i++)
    to[i] = (a[i] - zero_point) * a_weight + (b[i] - zero_point) * b_weight;
}

static inline void
plain_blend_s32 (gint32 *to, const gint32 *a, gint32 a_weight, const gint32 *b, gint32 b_weight, gsize n)
{
  for (gsize i = 0; i < n; i++)
    to[i] = a[i] * a_weight + b[i] * b_weight;
}

static inline void
plain_quantize (gint16 *to, const float *x, gsize n, float scale, gint32 zero_point, gint32 low, gint32 high)
{
  const float least = (float)(low - zero_point), most = (float)(high - zero_point);

  for (gsize i = 0; i < n; i++)
    {
      float real = rintf (x[i] / scale);

      real = real != real ? 0.0f : real;
      real = real < least ? least : real;
      real = real > most ? most : real;
      to[i] = (gint16)((gint32)real + zero_point);
    }
}

/* One output of requantize: the rule itself, for the ends of rows that do not fill a vector. */
static inline gint64
plain_requantize (const FxInt8Columns *columns, guint column, gint32 sum)
{
  const FxRequant requant = { columns->multiplier[column], columns->shift[column] };

  return fx_saturate (fx_requantize (sum, &requant) + columns->zero_point, columns->low, columns->high);
}
