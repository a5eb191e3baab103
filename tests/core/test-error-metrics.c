/* Distances between tensors against values worked out by hand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-error-metrics.h"

#include <math.h>

static FxErrorMetrics
metrics_of (const float *reference, const float *other, gsize n)
{
  FxErrorSums sums = { 0 };

  fx_error_sums_add (&sums, reference, other, n);
  fx_error_sums_end_sample (&sums);
  return fx_error_metrics (&sums);
}

/* r = (3, 4, 0), o = (3, 3, 1): r·o = 21, ‖r‖ = 5, ‖o‖² = 19, d = (0, 1, −1). */
static void
test_by_hand (void)
{
  FxErrorMetrics m = metrics_of ((float[]){ 3, 4, 0 }, (float[]){ 3, 3, 1 }, 3);

  g_assert_cmpuint (m.n, ==, 3);
  g_assert_cmpfloat_with_epsilon (m.cosine, 21.0 / (5.0 * sqrt (19.0)), 1e-15);
  g_assert_cmpfloat_with_epsilon (m.sqnr_db, 10.0 * log10 (12.5), 1e-12);
  g_assert_cmpfloat_with_epsilon (m.mse, 2.0 / 3.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (m.relative_l2, sqrt (2.0) / 5.0, 1e-15);
  g_assert_cmpfloat (m.max_abs, ==, 1.0);
  g_assert_cmpfloat_with_epsilon (m.l1, 2.0 / 3.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (m.l2, sqrt (2.0) / 3.0, 1e-15);
}

static void
test_equal (void)
{
  FxErrorMetrics m = metrics_of ((float[]){ 0.1f, 0.2f, 7.0f }, (float[]){ 0.1f, 0.2f, 7.0f }, 3);

  g_assert_cmpfloat (m.cosine, ==, 1.0);
  g_assert_true (isinf (m.sqnr_db) && m.sqnr_db > 0);
  g_assert_cmpfloat (m.relative_l2, ==, 0.0);
  g_assert_cmpfloat (m.max_abs, ==, 0.0);
}

static void
test_zeros (void)
{
  static const float zeros[2], ones[2] = { 1, 1 };
  FxErrorMetrics both = metrics_of (zeros, zeros, 2);
  FxErrorMetrics reference = metrics_of (zeros, ones, 2);
  FxErrorMetrics other = metrics_of (ones, zeros, 2);

  g_assert_cmpfloat (both.cosine, ==, 1.0);
  g_assert_true (isinf (both.sqnr_db) && both.sqnr_db > 0);
  g_assert_cmpfloat (reference.cosine, ==, 0.0);
  g_assert_true (isinf (reference.sqnr_db) && reference.sqnr_db < 0);
  g_assert_true (isinf (reference.relative_l2));
  g_assert_cmpfloat (other.cosine, ==, 0.0);
  g_assert_cmpfloat (other.sqnr_db, ==, 0.0);
  g_assert_cmpfloat (other.relative_l2, ==, 1.0);
}

/* A constant differs from another one in length only. */
static void
test_constant (void)
{
  FxErrorMetrics m = metrics_of ((float[]){ 2, 2, 2, 2 }, (float[]){ 1, 1, 1, 1 }, 4);

  g_assert_cmpfloat_with_epsilon (m.cosine, 1.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (m.sqnr_db, 10.0 * log10 (4.0), 1e-12);
  g_assert_cmpfloat (m.l1, ==, 1.0);
}

static void
test_not_finite (void)
{
  float r[11] = { 1, NAN, 2, INFINITY, 1, 1, 1, 1, 1, 1, -INFINITY };
  float o[11] = { 1, 1, 2, INFINITY, 1, NAN, 1, 1, 1, 1, 5 };
  FxErrorMetrics m = metrics_of (r, o, 11);

  g_assert_cmpuint (m.n, ==, 7);
  g_assert_cmpuint (m.not_finite, ==, 4);
  g_assert_cmpfloat (m.cosine, ==, 1.0);
  g_assert_cmpfloat (m.max_abs, ==, 0.0);
  m = metrics_of (r + 1, o + 1, 1);
  g_assert_cmpuint (m.n, ==, 0);
  g_assert_true (isnan (m.cosine) && isnan (m.sqnr_db) && isnan (m.mse) && isnan (m.l2));
}

static void
test_large (void)
{
  FxErrorMetrics m = metrics_of ((float[]){ 3e38f, 3e38f }, (float[]){ 3e38f, -3e38f }, 2);

  g_assert_cmpfloat (m.cosine, ==, 0.0);
  g_assert_cmpfloat_with_epsilon (m.max_abs / (double)3e38f, 2.0, 1e-12);
}

/* Two samples are one long vector, but for l2, which is a mean. */
static void
test_merge (void)
{
  FxErrorSums total = { 0 }, a = { 0 }, b = { 0 };
  FxErrorMetrics m;

  fx_error_sums_add (&a, (float[]){ 1, 2 }, (float[]){ 1, 0 }, 2);
  fx_error_sums_end_sample (&a);
  fx_error_sums_add (&b, (float[]){ 4 }, (float[]){ 8 }, 1);
  fx_error_sums_end_sample (&b);
  fx_error_sums_merge (&total, &a);
  fx_error_sums_merge (&total, &b);
  m = fx_error_metrics (&total);
  g_assert_cmpuint (total.n_samples, ==, 2);
  g_assert_cmpfloat_with_epsilon (m.cosine, 33.0 / sqrt (21.0 * 65.0), 1e-15);
  g_assert_cmpfloat_with_epsilon (m.mse, 20.0 / 3.0, 1e-15);
  g_assert_cmpfloat (m.max_abs, ==, 4.0);
  g_assert_cmpfloat_with_epsilon (m.l2, (2.0 / 2.0 + 4.0 / 1.0) / 2.0, 1e-15);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error-metrics/by-hand", test_by_hand);
  g_test_add_func ("/error-metrics/equal", test_equal);
  g_test_add_func ("/error-metrics/zeros", test_zeros);
  g_test_add_func ("/error-metrics/constant", test_constant);
  g_test_add_func ("/error-metrics/not-finite", test_not_finite);
  g_test_add_func ("/error-metrics/large", test_large);
  g_test_add_func ("/error-metrics/merge", test_merge);
  return g_test_run ();
}
