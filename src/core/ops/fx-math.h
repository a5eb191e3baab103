/* Elementary functions in single precision that a compiler can vectorize: no calls, no branches, no tables.
 *
 * They do the same operations in the same order whatever the vector width, so results do not depend on it. Errors are
 * below 2 units in the last place over the whole range; NaN stays NaN.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <math.h>

G_BEGIN_DECLS

/* eˣ = 2ᵏ·eʳ with |r| ≤ ln 2 / 2. ln 2 is split so that k times its high part is exact; eʳ is a minimax polynomial
 * (coefficients of the Cephes library). 2ᵏ is applied in two halves, so that results may be subnormal. */
static inline float
fx_expf (float x)
{
  float clamped = x < -104.0f ? -104.0f : x > 89.0f ? 89.0f : x;
  /* adding 1.5·2²³ leaves the nearest integer in the low bits; NaN must not reach the conversion to int */
  float safe = clamped == clamped ? clamped : 0.0f;
  float shifted = safe * 1.44269504f + 12582912.0f;
  float k = shifted - 12582912.0f;
  float r = (safe - k * 0.693359375f) - k * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  gint32 whole = (gint32)k, half = whole >> 1;
  union
  {
    gint32 bits;
    float value;
  } low = { .bits = (half + 127) * 8388608 }, high = { .bits = (whole - half + 127) * 8388608 };

  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return x == x ? p * low.value * high.value : x;
}

static inline float
fx_sigmoidf (float x)
{
  return 1.0f / (1.0f + fx_expf (-x));
}

/* An odd polynomial near zero, where 1 − 2/(e²ˣ + 1) would cancel. */
static inline float
fx_tanhf (float x)
{
  float size = x < 0.0f ? -x : x, square = x * x;
  float far = 1.0f - 2.0f / (fx_expf (2.0f * size) + 1.0f);
  float p = -5.70498872745e-3f;

  p = p * square + 2.06390887954e-2f;
  p = p * square + -5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square + -3.33332819422e-1f;
  p = p * square * x + x;
  return size < 0.625f ? p : x < 0.0f ? -far : far;
}

/* The same for either precision. */
#define fx_exp(x) _Generic((x), float : fx_expf, double : exp) (x)
#define fx_tanh(x) _Generic((x), float : fx_tanhf, double : tanh) (x)

G_END_DECLS
