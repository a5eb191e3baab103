/* The range that loses the least information: the distribution P of the bins inside, with what is clipped put into the
 * outermost ones, is compared with Q, what quantization makes of the bins inside: bins that become one integer share
 * their elements evenly among those that are not empty. The measure is the Kullback-Leibler divergence Σ p ln (p / q).
 * S. Migacz, 8-bit Inference with TensorRT, GTC 2017.
 *
 * Where this differs: zeros take no part, as every range represents them exactly; a bin that clipping fills counts as
 * not empty in Q; and a range never has fewer bins than there are integers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-threshold-search.h"

#include <math.h>

/* Elements that an integer has at least in Q if it has any in P, as ln 0 is no number. */
#define TRACE 1e-4

/* Sums over bins 0 … i - 1. */
typedef struct
{
  double *count, *filled, *entropy; /* elements, bins that are not empty, Σ n ln n */
} Sums;

static double
n_log_n (double n)
{
  return n > 0.0 ? n * log (n) : 0.0;
}

static void
sums_init (Sums *sums, const FxProfile *profile)
{
  sums->count = g_new0 (double, profile->n + 1);
  sums->filled = g_new0 (double, profile->n + 1);
  sums->entropy = g_new0 (double, profile->n + 1);
  for (guint i = 0; i < profile->n; i++)
    {
      sums->count[i + 1] = sums->count[i] + profile->counts[i];
      sums->filled[i + 1] = sums->filled[i] + (profile->counts[i] > 0.0 ? 1.0 : 0.0);
      sums->entropy[i + 1] = sums->entropy[i] + n_log_n (profile->counts[i]);
    }
}

static void
sums_clear (Sums *sums)
{
  g_free (sums->count);
  g_free (sums->filled);
  g_free (sums->entropy);
}

/* N (D - ln (Nq / N)), with D of the distributions P / N and Q / Nq. */
static double
loss (const FxProfile *profile, guint below, guint above, gconstpointer data)
{
  const Sums *sums = data;
  guint first = profile->zero - below, n = below + above, end = first + n, levels = profile->steps + 1;
  double left = sums->count[first], right = profile->total - sums->count[end], inside;
  double at_left = profile->counts[first], at_right = profile->counts[end - 1], sum;

  if (n < levels && end - first < profile->n)
    return G_MAXDOUBLE;
  inside = sums->count[end] - sums->count[first];
  if (inside <= 0.0)
    return G_MAXDOUBLE;
  sum = sums->entropy[end] - sums->entropy[first];
  if (left > 0.0)
    sum += n_log_n (at_left + left) - n_log_n (at_left);
  if (right > 0.0)
    sum += n_log_n (at_right + right) - n_log_n (at_right);
  for (guint level = 0; level < MIN (levels, n); level++)
    {
      guint from = first + (guint)((guint64)level * n / MIN (levels, n));
      guint to = first + (guint)((guint64)(level + 1) * n / MIN (levels, n));
      double q = sums->count[to] - sums->count[from], p = q, filled = sums->filled[to] - sums->filled[from];

      if (from == first && left > 0.0)
        {
          p += left;
          filled += at_left > 0.0 ? 0.0 : 1.0;
        }
      if (to == end && right > 0.0)
        {
          p += right;
          filled += at_right > 0.0 ? 0.0 : 1.0;
        }
      if (p > 0.0)
        sum -= p * log (MAX (q, TRACE) / filled);
    }
  return sum / profile->total + log (inside / profile->total);
}

static void
compute (const FxTensorStatistics *tensor, const FxThresholdOptions *options, FxRange *range)
{
  FxProfile profile;
  Sums sums;

  fx_profile_init (&profile, tensor, options);
  sums_init (&sums, &profile);
  fx_profile_search (&profile, loss, &sums, range);
  sums_clear (&sums);
  fx_profile_clear (&profile);
  if (!options->asymmetric)
    range->low = -range->high;
}

const FxThresholdMethod fx_threshold_kl = {
  .name = "kl",
  .doc = "The range that loses the least information (Kullback-Leibler divergence)",
  .compute = compute,
};
