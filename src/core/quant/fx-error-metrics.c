/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-error-metrics.h"

#include <math.h>

/* Partial sums side by side: the compiler may keep them in vector registers, and the order is the same everywhere. */
#define LANES 8

typedef struct
{
  double dot[LANES], reference[LANES], other[LANES], squares[LANES], absolute[LANES], max[LANES];
} Lanes;

static void
add_pair (Lanes *lanes, guint k, double r, double o)
{
  double d = r - o;

  lanes->dot[k] += r * o;
  lanes->reference[k] += r * r;
  lanes->other[k] += o * o;
  lanes->squares[k] += d * d;
  lanes->absolute[k] += fabs (d);
  lanes->max[k] = fabs (d) > lanes->max[k] ? fabs (d) : lanes->max[k];
}

static gboolean
all_finite (const float *reference, const float *other, gsize n)
{
  float zero = 0.0f;

  /* x − x is 0 for what is finite and NaN for everything else */
  for (gsize i = 0; i < n; i++)
    zero += (reference[i] - reference[i]) + (other[i] - other[i]);
  return zero == 0.0f;
}

/* Up to LANES pairs, some of which may not be finite. */
static guint
add_checked (Lanes *lanes, const float *reference, const float *other, gsize n)
{
  guint n_added = 0;

  for (guint k = 0; k < n; k++)
    if (isfinite (reference[k]) && isfinite (other[k]))
      {
        add_pair (lanes, k, (double)reference[k], (double)other[k]);
        n_added++;
      }
  return n_added;
}

static double
sum_lanes (const double lanes[LANES])
{
  double sum = 0.0;

  for (guint k = 0; k < LANES; k++)
    sum += lanes[k];
  return sum;
}

void
fx_error_sums_add (FxErrorSums *sums, const float *reference, const float *other, gsize n)
{
  Lanes lanes = { 0 };
  guint64 n_added = 0;

  for (gsize i = 0; i < n; i += LANES)
    {
      gsize left = MIN (n - i, LANES);

      if (left == LANES && all_finite (reference + i, other + i, LANES))
        {
          for (guint k = 0; k < LANES; k++)
            add_pair (&lanes, k, (double)reference[i + k], (double)other[i + k]);
          n_added += LANES;
        }
      else
        n_added += add_checked (&lanes, reference + i, other + i, left);
    }
  sums->n += n_added;
  sums->not_finite += n - n_added;
  sums->dot += sum_lanes (lanes.dot);
  sums->reference_squares += sum_lanes (lanes.reference);
  sums->other_squares += sum_lanes (lanes.other);
  sums->squares += sum_lanes (lanes.squares);
  sums->absolute += sum_lanes (lanes.absolute);
  for (guint k = 0; k < LANES; k++)
    sums->max_abs = MAX (sums->max_abs, lanes.max[k]);
}

void
fx_error_sums_end_sample (FxErrorSums *sums)
{
  sums->n_samples = 1;
  sums->l2 = sums->n > 0 ? sqrt (sums->squares) / (double)sums->n : 0.0;
}

void
fx_error_sums_merge (FxErrorSums *sums, const FxErrorSums *from)
{
  sums->n += from->n;
  sums->not_finite += from->not_finite;
  sums->n_samples += from->n_samples;
  sums->dot += from->dot;
  sums->reference_squares += from->reference_squares;
  sums->other_squares += from->other_squares;
  sums->squares += from->squares;
  sums->absolute += from->absolute;
  sums->max_abs = MAX (sums->max_abs, from->max_abs);
  sums->l2 += from->l2;
}

static double
cosine (const FxErrorSums *sums)
{
  double r = sums->reference_squares, o = sums->other_squares;

  if (r == 0.0 || o == 0.0)
    return r == o ? 1.0 : 0.0;
  if (sums->squares == 0.0)
    return 1.0;
  /* the roots one by one: the product of the squares may leave the range of a double */
  return CLAMP (sums->dot / sqrt (r) / sqrt (o), -1.0, 1.0);
}

FxErrorMetrics
fx_error_metrics (const FxErrorSums *sums)
{
  double n = (double)sums->n, r = sums->reference_squares, d = sums->squares;

  if (sums->n == 0)
    return (FxErrorMetrics){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, sums->not_finite };
  return (FxErrorMetrics){
    .cosine = cosine (sums),
    .sqnr_db = d == 0.0 ? INFINITY : 10.0 * log10 (r / d),
    .mse = d / n,
    .relative_l2 = d == 0.0 ? 0.0 : sqrt (d / r),
    .max_abs = sums->max_abs,
    .l1 = sums->absolute / n,
    .l2 = sums->n_samples > 0 ? sums->l2 / sums->n_samples : sqrt (d) / n,
    .n = sums->n,
    .not_finite = sums->not_finite,
  };
}
