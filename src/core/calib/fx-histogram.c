/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-histogram.h"

#include <math.h>
#include <string.h>

#define SIDE_BYTES (FX_HISTOGRAM_BINS * sizeof (guint64))

/* The widths and their reciprocals are then normal floats, whatever the data. */
#define MIN_EXPONENT (-100)
#define MAX_EXPONENT 128

double
fx_range_round (double x)
{
  int exponent;
  double mantissa = frexp (x, &exponent);

  return isfinite (x) ? ldexp (rint (ldexp (mantissa, 10)), exponent - 10) : x;
}

int
fx_histogram_exponent (double magnitude)
{
  int exponent;

  if (frexp (fx_range_round (magnitude), &exponent) == 0.5)
    exponent--; /* a power of two fits its own range: 1 is the largest value of a sigmoid */
  return CLAMP (exponent, MIN_EXPONENT, MAX_EXPONENT);
}

void
fx_histogram_init (FxHistogram *histogram)
{
  *histogram = (FxHistogram){ .exponent = FX_HISTOGRAM_EMPTY };
}

void
fx_histogram_clear (FxHistogram *histogram)
{
  g_free (histogram->positive);
  g_free (histogram->negative);
  fx_histogram_init (histogram);
}

void
fx_histogram_reset (FxHistogram *histogram)
{
  histogram->exponent = FX_HISTOGRAM_EMPTY;
  if (histogram->positive != NULL)
    memset (histogram->positive, 0, SIDE_BYTES);
  if (histogram->negative != NULL)
    memset (histogram->negative, 0, SIDE_BYTES);
}

/* Bins as they are after doubling `steps` times; counts move towards 0 and never pass one another. */
static void
halve_side (guint64 *side, guint steps)
{
  for (guint k = 0; k < FX_HISTOGRAM_BINS; k++)
    {
      guint to = steps < 32 ? k >> steps : 0;
      guint64 count = side[k];

      side[k] = 0;
      side[to] += count;
    }
}

void
fx_histogram_grow (FxHistogram *histogram, int exponent)
{
  guint steps;

  if (histogram->exponent == FX_HISTOGRAM_EMPTY)
    histogram->exponent = exponent;
  if (exponent <= histogram->exponent)
    return;
  steps = (guint)(exponent - histogram->exponent);
  if (histogram->positive != NULL)
    halve_side (histogram->positive, steps);
  if (histogram->negative != NULL)
    halve_side (histogram->negative, steps);
  histogram->exponent = exponent;
}

guint64 *
fx_histogram_side (FxHistogram *histogram, gboolean negative)
{
  guint64 **side = negative ? &histogram->negative : &histogram->positive;

  if (*side == NULL)
    *side = g_malloc0 (SIDE_BYTES);
  return *side;
}

static void
merge_side (FxHistogram *histogram, gboolean negative, const guint64 *from, guint shift)
{
  guint64 *side;

  if (from == NULL)
    return;
  side = fx_histogram_side (histogram, negative);
  if (shift == 0)
    for (guint k = 0; k < FX_HISTOGRAM_BINS; k++)
      side[k] += from[k];
  else
    for (guint k = 0; k < FX_HISTOGRAM_BINS; k++)
      side[shift < 32 ? k >> shift : 0] += from[k];
}

void
fx_histogram_merge (FxHistogram *histogram, const FxHistogram *from)
{
  guint shift;

  if (from->exponent == FX_HISTOGRAM_EMPTY)
    return;
  fx_histogram_grow (histogram, from->exponent);
  shift = (guint)(histogram->exponent - from->exponent);
  merge_side (histogram, FALSE, from->positive, shift);
  merge_side (histogram, TRUE, from->negative, shift);
}

double
fx_histogram_edge (const FxHistogram *histogram, guint k)
{
  return ldexp ((double)(k + 1) / FX_HISTOGRAM_BINS, histogram->exponent);
}

void
fx_histogram_fold (const FxHistogram *histogram, guint64 counts[FX_HISTOGRAM_BINS])
{
  for (guint k = 0; k < FX_HISTOGRAM_BINS; k++)
    counts[k] = (histogram->positive != NULL ? histogram->positive[k] : 0)
                + (histogram->negative != NULL ? histogram->negative[k] : 0);
}
