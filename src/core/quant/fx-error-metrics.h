/* How far one tensor is from another: sums that are fed piece by piece, and the figures they make.
 *
 * Everything is summed in double precision in an order that depends on the number of elements only. `reference` is the
 * float value, `other` the quantized one, d their difference.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is kept. All zero: nothing was counted. */
typedef struct
{
  guint64 n;          /* pairs of finite elements */
  guint64 not_finite; /* pairs left out, because one or both are NaN or infinite */
  guint n_samples;
  double dot, reference_squares, other_squares, squares, absolute; /* Σ r·o, Σ r², Σ o², Σ d², Σ |d| */
  double max_abs;                                                  /* max |d| */
  double l2;                                                       /* Σ over samples of ‖d‖ / elements */
} FxErrorSums;

/* Of n = 0 pairs: all NaN. Over all pairs, as if the samples were one long vector, but for l2. */
typedef struct
{
  double cosine; /* r·o / (‖r‖ ‖o‖); 1 if both are nothing but zeros, 0 if one is */
  double sqnr_db; /* 10 log₁₀ (Σ r² / Σ d²); ∞ without any error, −∞ if r is nothing but zeros and o is not */
  double mse;     /* Σ d² / n */
  double relative_l2; /* ‖d‖ / ‖r‖; 0 without any error, ∞ if only r is nothing but zeros */
  double max_abs;     /* max |d|, the Chebyshev distance */
  double l1;          /* Σ |d| / n */
  double l2;          /* ‖d‖ / n of one sample, the mean over the samples */
  guint64 n, not_finite;
} FxErrorMetrics;

/* Adds n pairs of one sample. */
void fx_error_sums_add (FxErrorSums *sums, const float *reference, const float *other, gsize n);

/* Ends a sample whose pairs were all added to sums that were zero before: counts it and its l2. */
void fx_error_sums_end_sample (FxErrorSums *sums);

/* Adds what `from` has counted; the order of merging shows in the last bits. */
void fx_error_sums_merge (FxErrorSums *sums, const FxErrorSums *from);

FxErrorMetrics fx_error_metrics (const FxErrorSums *sums);

G_END_DECLS
