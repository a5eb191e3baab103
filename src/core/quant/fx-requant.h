/* The only home of rounding in the integer network: real scales as integers, and integers scaled by them.
 *
 * A real factor is kept as multiplier × 2^-shift with 31 significant bits. Every product is rounded once, to nearest,
 * ties to even, and then saturates. Ties to even because (1) it has no bias where ties are common, which is where the
 * factor is a power of two: averages of 2 or 4, sums of equal scales, networks trained on a power-of-two grid;
 * (2) it is the rule of ONNX QuantizeLinear and of rint(), so that simulated quantization agrees with the integers
 * on ties as well; (3) over plain "add half and shift" it costs one shift, one AND and one addition, in every SIMD set.
 * docs/arithmetic.md has the whole story.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Below FX_REQUANT_MIN_SHIFT a factor is at least 2^16: every non-zero integer saturates, in 8 as in 16 bits. Above
 * FX_REQUANT_MAX_SHIFT it is less than 2^-32: every 32-bit integer becomes zero. */
#define FX_REQUANT_MIN_SHIFT 15
#define FX_REQUANT_MAX_SHIFT 62

/* real = multiplier × 2^-shift */
typedef struct
{
  gint32 multiplier; /* in [2^30, 2^31) */
  gint32 shift;      /* in [FX_REQUANT_MIN_SHIFT, FX_REQUANT_MAX_SHIFT] */
} FxRequant;

/* Low bits of the factors of a pair. What is left above them has 15 bits: kernels multiply the two parts apart, with
 * 16-bit operands, and both sums fit 32 bits. */
#define FX_REQUANT_PAIR_LOW 15

/* Two factors with one shift, for a sum that is rounded once: a × a_multiplier + b × b_multiplier, then the shift. */
typedef struct
{
  gint32 a_multiplier, b_multiplier; /* in [0, 2^30); the larger one has 30 bits unless shift is 45 */
  gint32 shift;                      /* in [16, 45] */
} FxRequantPair;

/* Rounds `scale` to 31 bits; larger and smaller ones than the shifts allow become the factor that has the same effect
 * (all saturates, all vanishes). Fails if `scale` is not a positive finite number. */
gboolean fx_requant_from_scale (double scale, FxRequant *requant, GError **error);

/* Scales up to this one fit a pair, also where the last bits of a quotient are off. */
#define FX_REQUANT_PAIR_LARGEST 16383.0

/* Fails if a scale is not a positive finite number, or is 2^14 or more. */
gboolean fx_requant_pair_from_scales (double a_scale, double b_scale, FxRequantPair *pair, GError **error);

/* value × 2^-shift to the nearest integer, ties to even; |value| < 2^63 - 2^61, shift in [1, 62]. */
static inline gint64
fx_round_shift (gint64 value, gint32 shift)
{
  gint64 odd = (value >> shift) & 1;

  return (value + ((((gint64)1) << (shift - 1)) - 1) + odd) >> shift;
}

static inline gint64
fx_saturate (gint64 value, gint64 low, gint64 high)
{
  return value < low ? low : value > high ? high : value;
}

/* acc × real, not yet saturated. */
static inline gint64
fx_requantize (gint32 acc, const FxRequant *requant)
{
  return fx_round_shift ((gint64)acc * requant->multiplier, requant->shift);
}

/* Whether any integer up to ±largest comes to lie exactly between two results, so that the rule for ties matters. A tie
 * is acc × multiplier = an odd number × 2^(shift - 1), and the smallest such acc is a power of two. Kernels add half
 * and shift where there are no ties. */
static inline gboolean
fx_requant_may_tie (const FxRequant *requant, gint64 largest)
{
  int missing = requant->shift - 1 - __builtin_ctz ((guint)requant->multiplier);

  return missing >= 0 && ((gint64)1 << missing) <= largest;
}

/* The same for the wide sums of 16-bit activations, saturated to 32 bits. */
gint32 fx_requantize_wide (gint64 acc, const FxRequant *requant);

/* part × real / whole to the nearest integer, ties to even, not yet saturated but by 64 bits; |part| and whole below
 * 2^62, whole > 0. */
gint64 fx_requantize_quotient (gint64 part, gint64 whole, const FxRequant *requant);

/* clamp (acc × real + zero_point); `low` and `high` lie in the range of the result's type. */
static inline gint8
fx_requantize_s8 (gint32 acc, const FxRequant *requant, gint32 zero_point, gint32 low, gint32 high)
{
  return (gint8)fx_saturate (fx_requantize (acc, requant) + zero_point, low, high);
}

static inline gint16
fx_requantize_s16 (gint32 acc, const FxRequant *requant, gint32 zero_point, gint32 low, gint32 high)
{
  return (gint16)fx_saturate (fx_requantize (acc, requant) + zero_point, low, high);
}

G_END_DECLS
