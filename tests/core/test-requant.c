/* Factors and rounding against exact arithmetic: quotient and remainder of 128-bit integers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/quant/fx-requant.h"

#include <math.h>

__extension__ typedef __int128 Int128;

#define SHIFTS_FROM FX_REQUANT_MIN_SHIFT
#define SHIFTS_TO FX_REQUANT_MAX_SHIFT

/* numerator / 2^shift by long division: floor and remainder, and only then the decision. */
static Int128
oracle_round (Int128 numerator, int shift)
{
  Int128 divisor = (Int128)1 << shift;
  Int128 quotient = numerator / divisor, rest = numerator % divisor;

  if (rest < 0)
    {
      quotient--;
      rest += divisor;
    }
  if (2 * rest > divisor || (2 * rest == divisor && quotient % 2 != 0))
    quotient++;
  return quotient;
}

static gint64
oracle_clamp (Int128 value, gint64 low, gint64 high)
{
  return value < low ? low : value > high ? high : (gint64)value;
}

static void
check_one (gint32 acc, const FxRequant *requant)
{
  Int128 wanted = oracle_round ((Int128)acc * requant->multiplier, requant->shift);

  g_assert_true (fx_requantize (acc, requant) == (gint64)wanted);
  g_assert_cmpint (fx_requantize_s8 (acc, requant, 0, -128, 127), ==, oracle_clamp (wanted, -128, 127));
  g_assert_cmpint (fx_requantize_s8 (acc, requant, -128, -128, 127), ==, oracle_clamp (wanted - 128, -128, 127));
  g_assert_cmpint (fx_requantize_s8 (acc, requant, 127, 0, 100), ==, oracle_clamp (wanted + 127, 0, 100));
  g_assert_cmpint (fx_requantize_s16 (acc, requant, 0, G_MININT16, G_MAXINT16), ==,
                   oracle_clamp (wanted, G_MININT16, G_MAXINT16));
  g_assert_cmpint (fx_requantize_wide (acc, requant), ==, oracle_clamp (wanted, G_MININT32, G_MAXINT32));
}

static void
test_every_shift (void)
{
  static const gint32 accs[] = { 0,          1,
                                 -1,         2,
                                 -2,         3,
                                 -3,         127,
                                 -128,       255,
                                 0xffff,     -0x10000,
                                 1 << 30,    -(1 << 30),
                                 G_MAXINT32, G_MAXINT32 - 1,
                                 G_MININT32, G_MININT32 + 1 };
  static const gint32 multipliers[] = { 1 << 30, (1 << 30) + 1, 3 << 29, 0x55555555, G_MAXINT32 - 1, G_MAXINT32 };

  for (gint32 shift = SHIFTS_FROM; shift <= SHIFTS_TO; shift++)
    for (guint m = 0; m < G_N_ELEMENTS (multipliers); m++)
      {
        FxRequant requant = { multipliers[m], shift };

        for (guint i = 0; i < G_N_ELEMENTS (accs); i++)
          check_one (accs[i], &requant);
        /* around every power of two, where ties and carries are */
        for (int bit = 0; bit < 31; bit++)
          for (gint32 off = -2; off <= 2; off++)
            {
              check_one ((gint32)((gint64)(1 << bit) - 1 + off), &requant);
              check_one ((gint32)(-(gint64)(1 << bit) + 1 + off), &requant);
            }
      }
}

static void
test_random (void)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (guint i = 0; i < 300000; i++)
    {
      FxRequant requant
          = { g_rand_int_range (rand, 1 << 30, G_MAXINT32), g_rand_int_range (rand, SHIFTS_FROM, SHIFTS_TO + 1) };
      gint32 acc = (gint32)g_rand_int (rand) >> g_rand_int_range (rand, 0, 31);

      check_one (acc, &requant);
    }
}

static void
test_ties_go_to_even (void)
{
  static const struct
  {
    double scale;
    gint32 acc;
    gint32 wanted;
  } rows[] = {
    { 0.5, 1, 0 },     { 0.5, 3, 2 },      { 0.5, 5, 2 },
    { 0.5, -1, 0 },    { 0.5, -3, -2 },    { 0.5, -5, -2 },
    { 0.25, 2, 0 },    { 0.25, 6, 2 },     { 0.25, -2, 0 },
    { 0.25, -6, -2 },  { 0.25, 3, 1 },     { 0.25, -3, -1 },
    { 1.0, -7, -7 },   { 1.0, 99, 99 },    { 2.0, -7, -14 },
    { 1.5, 1, 2 },     { 1.5, 3, 4 },      { 1.5, -1, -2 },
    { 1.0 / 3, 3, 1 }, { 0.1, 15, 1 },     /* 0.1 in 31 bits is a little less */ { 64.0, 1, 64 },
    { 64.0, 2, 127 },  { 64.0, -3, -128 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FxRequant requant;

      g_assert_true (fx_requant_from_scale (rows[i].scale, &requant, NULL));
      g_assert_cmpint (fx_requantize_s8 (rows[i].acc, &requant, 0, -128, 127), ==, rows[i].wanted);
    }
}

/* |multiplier × 2^-shift - scale| is at most half a unit in the last of 31 bits. */
static void
check_scale (double scale)
{
  FxRequant requant;
  double back;

  g_assert_true (fx_requant_from_scale (scale, &requant, NULL));
  g_assert_cmpint (requant.multiplier, >=, 1 << 30);
  g_assert_cmpint (requant.shift, >=, SHIFTS_FROM);
  g_assert_cmpint (requant.shift, <=, SHIFTS_TO);
  back = ldexp (requant.multiplier, -requant.shift); /* exact, and so is the difference of neighbors */
  if (scale < 65536 * (1 - 0x1p-32) && scale >= 0x1p-32)
    g_assert_cmpfloat (fabs (back - scale), <=, ldexp (0.5, -requant.shift));
  if (scale >= 65536)
    {
      g_assert_cmpint (fx_requantize_s16 (1, &requant, 0, G_MININT16, G_MAXINT16), ==, G_MAXINT16);
      g_assert_cmpint (fx_requantize_s16 (-1, &requant, 0, G_MININT16, G_MAXINT16), ==, G_MININT16);
    }
  if (scale < 0x1p-33)
    {
      g_assert_true (fx_requantize (G_MAXINT32, &requant) == 0);
      g_assert_true (fx_requantize (G_MININT32, &requant) == 0);
    }
}

static void
test_scales (void)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (int exponent = -1074; exponent < 1024; exponent++)
    {
      check_scale (ldexp (1.0, exponent));
      check_scale (nextafter (ldexp (1.0, exponent), 0) + 0x1p-1074);
      check_scale (ldexp (1.0 + g_rand_double (rand), MIN (exponent, 1022)));
    }
  check_scale (0.99999999999); /* rounds up to a power of two */
  check_scale (65535.9999999999);
}

static void
test_bad_scales (void)
{
  static const double scales[] = { 0.0, -0.0, -1.0, NAN, INFINITY, -INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) pair_error = NULL;
      FxRequant requant;
      FxRequantPair pair;

      g_assert_false (fx_requant_from_scale (scales[i], &requant, &error));
      g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
      g_assert_false (fx_requant_pair_from_scales (0.5, scales[i], &pair, &pair_error));
      g_assert_error (pair_error, FX_ERROR, FX_ERROR_BAD_DATA);
    }
}

static void
check_pair (double a, double b)
{
  FxRequantPair pair;
  double half_unit;

  g_assert_true (fx_requant_pair_from_scales (a, b, &pair, NULL));
  g_assert_cmpint (pair.shift, >=, 16);
  g_assert_cmpint (pair.shift, <=, 45);
  g_assert_cmpint (MAX (pair.a_multiplier, pair.b_multiplier), <, 1 << 30);
  g_assert_cmpint (MIN (pair.a_multiplier, pair.b_multiplier), >=, 0);
  if (pair.shift < 45)
    g_assert_cmpint (MAX (pair.a_multiplier, pair.b_multiplier), >=, 1 << 29);
  half_unit = ldexp (0.5, -pair.shift);
  g_assert_cmpfloat (fabs (ldexp (pair.a_multiplier, -pair.shift) - a), <=, half_unit);
  g_assert_cmpfloat (fabs (ldexp (pair.b_multiplier, -pair.shift) - b), <=, half_unit);
}

static void
test_pairs (void)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GError) error = NULL;
  FxRequantPair pair;

  g_test_message ("seed %u", seed);
  for (guint i = 0; i < 100000; i++)
    check_pair (ldexp (1 + g_rand_double (rand), g_rand_int_range (rand, -60, 13)),
                ldexp (1 + g_rand_double (rand), g_rand_int_range (rand, -60, 13)));
  check_pair (1, 1);
  check_pair (0.9999999999, 1e-300);
  check_pair (16383.0, 16383.0);
  g_assert_false (fx_requant_pair_from_scales (0x1p14, 1, &pair, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
}

/* Against all integers up to a bound. */
static void
test_may_tie (void)
{
  static const gint32 multipliers[] = { 1 << 30, 3 << 29, 5 << 28, 0x55555555, 0x60000010, 0x40000100 };
  const gint32 largest = 300;

  for (guint m = 0; m < G_N_ELEMENTS (multipliers); m++)
    for (gint32 shift = SHIFTS_FROM; shift <= SHIFTS_TO; shift++)
      {
        FxRequant requant = { multipliers[m], shift };
        gint64 mask = ((gint64)1 << shift) - 1;
        gboolean ties = FALSE;

        for (gint32 acc = -largest; acc <= largest; acc++)
          ties = ties || (((gint64)acc * multipliers[m]) & mask) == (gint64)1 << (shift - 1);
        g_assert_cmpint (fx_requant_may_tie (&requant, largest), ==, ties);
      }
}

static void
test_wide (void)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (guint i = 0; i < 300000; i++)
    {
      FxRequant requant
          = { g_rand_int_range (rand, 1 << 30, G_MAXINT32), g_rand_int_range (rand, SHIFTS_FROM, SHIFTS_TO + 1) };
      gint64 acc = (gint64)(((guint64)g_rand_int (rand) << 32) | g_rand_int (rand)) >> g_rand_int_range (rand, 1, 63);
      Int128 wanted = oracle_round ((Int128)acc * requant.multiplier, requant.shift);

      g_assert_cmpint (fx_requantize_wide (acc, &requant), ==, oracle_clamp (wanted, G_MININT32, G_MAXINT32));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/requant/every-shift", test_every_shift);
  g_test_add_func ("/requant/random", test_random);
  g_test_add_func ("/requant/ties-go-to-even", test_ties_go_to_even);
  g_test_add_func ("/requant/scales", test_scales);
  g_test_add_func ("/requant/bad-scales", test_bad_scales);
  g_test_add_func ("/requant/pairs", test_pairs);
  g_test_add_func ("/requant/may-tie", test_may_tie);
  g_test_add_func ("/requant/wide", test_wide);
  return g_test_run ();
}
