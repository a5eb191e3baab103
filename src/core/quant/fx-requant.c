/* Real factors as multiplier and shift. Integer arithmetic only, once the float is taken apart.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-requant.h"

#include "core/fx-error.h"

#include <math.h>

#define MANTISSA_BITS 53
#define MULTIPLIER_BITS 31
#define PAIR_BITS 30
#define PAIR_MIN_SHIFT (FX_REQUANT_PAIR_LOW + 1)
#define PAIR_MAX_SHIFT (FX_REQUANT_PAIR_LOW + 30)

__extension__ typedef __int128 Int128;

static gboolean
check_scale (double scale, GError **error)
{
  if (isfinite (scale) && scale > 0)
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_DATA, "scale %g is not a positive number", scale);
}

/* scale = mantissa × 2^exponent with mantissa in [2^52, 2^53), subnormal numbers included */
static gint64
take_apart (double scale, int *exponent)
{
  double fraction = frexp (scale, exponent);

  *exponent -= MANTISSA_BITS;
  return (gint64)ldexp (fraction, MANTISSA_BITS);
}

gboolean
fx_requant_from_scale (double scale, FxRequant *requant, GError **error)
{
  const int dropped = MANTISSA_BITS - MULTIPLIER_BITS;
  gint64 multiplier;
  int exponent, shift;

  if (!check_scale (scale, error))
    return FALSE;
  multiplier = fx_round_shift (take_apart (scale, &exponent), dropped);
  shift = -(exponent + dropped);
  if (multiplier == (gint64)1 << MULTIPLIER_BITS)
    {
      multiplier >>= 1;
      shift--;
    }
  if (shift < FX_REQUANT_MIN_SHIFT)
    *requant = (FxRequant){ .multiplier = G_MAXINT32, .shift = FX_REQUANT_MIN_SHIFT };
  else if (shift > FX_REQUANT_MAX_SHIFT)
    *requant = (FxRequant){ .multiplier = 1 << (MULTIPLIER_BITS - 1), .shift = FX_REQUANT_MAX_SHIFT };
  else
    *requant = (FxRequant){ .multiplier = (gint32)multiplier, .shift = shift };
  return TRUE;
}

/* scale × 2^shift to the nearest integer, ties to even */
static gint64
scaled (double scale, int shift)
{
  int exponent, dropped;
  gint64 mantissa = take_apart (scale, &exponent);

  dropped = -(exponent + shift);
  return dropped > MANTISSA_BITS + 1 ? 0 : fx_round_shift (mantissa, dropped);
}

gboolean
fx_requant_pair_from_scales (double a_scale, double b_scale, FxRequantPair *pair, GError **error)
{
  double larger = MAX (a_scale, b_scale);
  int exponent, shift;

  if (!check_scale (a_scale, error) || !check_scale (b_scale, error))
    return FALSE;
  (void)frexp (larger, &exponent);
  shift = MIN (PAIR_BITS - exponent, PAIR_MAX_SHIFT);
  if (shift >= PAIR_MIN_SHIFT && scaled (larger, shift) == 1 << PAIR_BITS)
    shift--;
  if (shift < PAIR_MIN_SHIFT)
    return fx_fail (error, FX_ERROR_BAD_DATA, "scale %g of an operand is 2^14 times that of the result or more",
                    larger);
  pair->a_multiplier = (gint32)scaled (a_scale, shift);
  pair->b_multiplier = (gint32)scaled (b_scale, shift);
  pair->shift = shift;
  return TRUE;
}

gint32
fx_requantize_wide (gint64 acc, const FxRequant *requant)
{
  Int128 product = (Int128)acc * requant->multiplier;
  Int128 odd = (product >> requant->shift) & 1;
  Int128 rounded = (product + (((Int128)1 << (requant->shift - 1)) - 1) + odd) >> requant->shift;

  return rounded < G_MININT32 ? G_MININT32 : rounded > G_MAXINT32 ? G_MAXINT32 : (gint32)rounded;
}

gint64
fx_requantize_quotient (gint64 part, gint64 whole, const FxRequant *requant)
{
  Int128 numerator = (Int128)ABS (part) * requant->multiplier, denominator = (Int128)whole << requant->shift;
  Int128 result = numerator / denominator, rest = 2 * (numerator % denominator);

  result += rest > denominator || (rest == denominator && (result & 1));
  return (gint64)MIN (result, G_MAXINT64) * (part < 0 ? -1 : 1);
}
