/* Range methods on distributions whose best range is known.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-thresholds.h"

#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"

#include <math.h>

#define N 400000

static FxStatistics *
statistics_of (float *data, gsize n)
{
  g_autoptr (FxGraph) graph = fx_graph_parse ("input %x f32[1,1,?]\n%y f32[*] = Relu(%x) v13\noutput %y\n", NULL);
  FxStatistics *statistics;
  FxArray array = { FX_DTYPE_FLOAT, FX_SHAPE (1, 1, (gint64)n), data };
  gpointer scratch = fx_statistics_scratch_new ();

  statistics = fx_statistics_new (graph);
  fx_statistics_add (statistics, statistics->tensors[0].value, &array, scratch);
  fx_statistics_scratch_free (scratch);
  return statistics;
}

/* Quantiles of a distribution at evenly spaced probabilities: no chance is involved. */
typedef double (*Quantile) (double p);

static double
laplace (double p)
{
  return p < 0.5 ? log (2.0 * p) : -log (2.0 * (1.0 - p));
}

static double
half_laplace (double p)
{
  return -log (1.0 - p);
}

/* Inverse of the normal distribution by bisection. */
static double
normal (double p)
{
  double low = -10.0, high = 10.0;

  for (guint i = 0; i < 50; i++)
    {
      double middle = 0.5 * (low + high);

      if (0.5 * erfc (-middle / sqrt (2.0)) < p)
        low = middle;
      else
        high = middle;
    }
  return low;
}

static double
uniform (double p)
{
  return 2.0 * p - 1.0;
}

static FxStatistics *
distribution (Quantile quantile, double scale, double shift)
{
  g_autofree float *data = g_new (float, N);

  for (guint i = 0; i < N; i++)
    data[i] = (float)(scale * quantile ((i + 0.5) / N) + shift);
  return statistics_of (data, N);
}

typedef struct
{
  const char *name;
  Quantile quantile;
  double scale, shift;
  const char *method;
  FxThresholdOptions options;
  double low, high; /* wanted */
  double tolerance; /* relative */
} Case;

/* Laplace and normal figures for 8 bits: 9.89 b and 3.92 σ, table 1 of the ACIQ paper. MSE of a Laplace distribution is
 * the same optimum, up to 127 steps instead of 128. */
static const Case cases[] = {
  { "max", uniform, 3.0, 0.0, "max", { 0 }, -3.0, 3.0, 1e-3 },
  { "max-asymmetric", uniform, 1.0, 0.5, "max", { .asymmetric = TRUE }, -0.5, 1.5, 2e-3 },
  { "max-of-positive", uniform, 1.0, 2.0, "max", { .asymmetric = TRUE }, 0.0, 3.0, 2e-3 },
  { "percentile-uniform", uniform, 1.0, 0.0, "percentile=90", { 0 }, -0.9, 0.9, 2e-3 },
  { "percentile-normal", normal, 2.0, 0.0, "percentile=99.99", { 0 }, -2 * 3.8906, 2 * 3.8906, 4e-3 },
  { "percentile-one-sided", half_laplace, 1.0, 0.0, "percentile=99.9", { .asymmetric = TRUE }, 0.0, 6.9078, 4e-3 },
  { "percentile-asymmetric", uniform, 2.0, 1.0, "percentile=99", { .asymmetric = TRUE }, -0.96, 2.96, 4e-3 },
  { "aciq-laplace", laplace, 1.0, 0.0, "aciq", { 0 }, -9.89, 9.89, 5e-3 },
  { "aciq-laplace-scaled", laplace, 0.01, 0.0, "aciq", { 0 }, -0.0989, 0.0989, 5e-3 },
  { "aciq-relu", half_laplace, 1.0, 0.0, "aciq", { 0 }, -9.89, 9.89, 5e-3 },
  { "aciq-normal", normal, 1.0, 0.0, "aciq", { 0 }, -3.92, 3.92, 5e-3 },
  { "aciq-shifted", normal, 1.0, 1.0, "aciq", { .asymmetric = TRUE }, -2.92, 4.92, 1e-2 },
  { "mse-laplace", laplace, 1.0, 0.0, "mse", { 0 }, -9.89, 9.89, 4e-2 },
  { "mse-normal", normal, 1.0, 0.0, "mse", { 0 }, -3.92, 3.92, 4e-2 },
  { "mse-uniform", uniform, 1.0, 0.0, "mse", { 0 }, -1.0, 1.0, 1e-2 },
  { "mse-uniform-asymmetric", uniform, 1.0, 0.5, "mse", { .asymmetric = TRUE }, -0.5, 1.5, 1e-2 },
  { "mse-16-bits", normal, 1.0, 0.0, "mse", { .bits = 16 }, -4.7, 4.7, 2e-2 },
  { "kl-uniform", uniform, 1.0, 0.0, "kl", { 0 }, -1.0, 1.0, 1e-2 },
};

static void
test_case (gconstpointer data)
{
  const Case *row = data;
  g_autoptr (FxStatistics) statistics = distribution (row->quantile, row->scale, row->shift);
  g_autoptr (GError) error = NULL;
  FxThresholdOptions options = row->options;
  FxThresholdChoice choice;
  FxRange range;
  double slack = row->tolerance * (row->high - row->low);

  g_assert_true (fx_threshold_parse (row->method, &choice, &error));
  options.percentile = choice.percentile;
  fx_threshold_compute (choice.method, &statistics->tensors[0], &options, &range);
  g_test_message ("%s: %g … %g, wanted %g … %g", row->name, range.low, range.high, row->low, row->high);
  g_assert_cmpfloat_with_epsilon (range.low, row->low, slack);
  g_assert_cmpfloat_with_epsilon (range.high, row->high, slack);
}

/* One element far away from a normal distribution: every method but max leaves it outside, mse by as much as pays. */
static void
test_outlier (void)
{
  g_autofree float *data = g_new (float, N);
  g_autoptr (FxStatistics) statistics = NULL;

  for (guint i = 0; i < N; i++)
    data[i] = (float)normal ((i + 0.5) / N);
  data[N / 2] = 100.0f;
  statistics = statistics_of (data, N);
  for (guint i = 0; i < fx_n_threshold_methods; i++)
    for (guint k = 0; k < 2; k++)
      {
        FxThresholdOptions options = { .asymmetric = k > 0 };
        FxRange range;

        fx_threshold_compute (fx_threshold_methods[i], &statistics->tensors[0], &options, &range);
        g_test_message ("%s: %g … %g", fx_threshold_methods[i]->name, range.low, range.high);
        if (i == 0)
          g_assert_cmpfloat (range.high, ==, 100.0);
        else
          g_assert_cmpfloat (range.high, <, fx_threshold_methods[i] == &fx_threshold_mse ? 80.0 : 10.0);
        g_assert_cmpfloat (range.high, >, i == 0 ? 0.0 : 2.0);
        if (options.asymmetric)
          g_assert_cmpfloat (range.low, >, -5.0);
        else
          g_assert_cmpfloat (range.low, ==, -range.high);
        g_assert_cmpfloat (range.low, <, -2.0);
      }
}

/* Changes in the last bit of every element do not move any range. */
static void
test_last_bits (void)
{
  g_autofree float *data = g_new (float, N);
  g_autoptr (FxStatistics) before = NULL;
  g_autoptr (FxStatistics) after = NULL;

  for (guint i = 0; i < N; i++)
    data[i] = (float)fmax (normal ((i + 0.5) / N) + 0.3, 0.0);
  before = statistics_of (data, N);
  for (guint i = 0; i < N; i++)
    data[i] = data[i] > 0.0f ? nextafterf (data[i], i % 2 > 0 ? 0.0f : 9.0f) : 0.0f;
  after = statistics_of (data, N);
  for (guint i = 0; i < fx_n_threshold_methods; i++)
    {
      FxRange a, b;

      fx_threshold_compute (fx_threshold_methods[i], &before->tensors[0], NULL, &a);
      fx_threshold_compute (fx_threshold_methods[i], &after->tensors[0], NULL, &b);
      g_assert_cmpfloat (a.high, ==, b.high);
    }
}

/* Activations that are few different values: the range must not leave any of them out. */
static void
test_discrete (void)
{
  g_autofree float *data = g_new (float, N);
  g_autoptr (FxStatistics) statistics = NULL;
  FxRange range;

  for (guint i = 0; i < N; i++)
    data[i] = (float)(i % 128) / 127.0f * 6.0f;
  statistics = statistics_of (data, N);
  fx_threshold_compute (&fx_threshold_mse, &statistics->tensors[0], NULL, &range);
  g_assert_cmpfloat_with_epsilon (range.high, 6.0, 0.01);
  fx_threshold_compute (&fx_threshold_max, &statistics->tensors[0], NULL, &range);
  g_assert_cmpfloat (range.high, ==, 6.0);
}

static void
test_nothing (void)
{
  float zeros[8] = { 0 }, one[1] = { -0.25f };
  g_autoptr (FxStatistics) nothing = statistics_of (zeros, 8);
  g_autoptr (FxStatistics) single = statistics_of (one, 1);

  for (guint i = 0; i < fx_n_threshold_methods; i++)
    {
      FxThresholdOptions options = { .asymmetric = TRUE };
      FxRange range;

      fx_threshold_compute (fx_threshold_methods[i], &nothing->tensors[0], NULL, &range);
      g_assert_cmpfloat (range.low, ==, 0.0);
      g_assert_cmpfloat (range.high, ==, 0.0);
      g_assert_cmpfloat (fx_range_scale (&range, NULL), ==, 1.0);
      fx_threshold_compute (fx_threshold_methods[i], &single->tensors[0], NULL, &range);
      g_assert_cmpfloat_with_epsilon (range.high, 0.25, 1e-3);
      fx_threshold_compute (fx_threshold_methods[i], &single->tensors[0], &options, &range);
      g_assert_cmpfloat_with_epsilon (range.low, -0.25, 1e-3);
      g_assert_cmpfloat (range.high, ==, 0.0);
    }
}

/* What a name says parses to the same choice. */
static void
test_choice_name (void)
{
  const char *const names[] = { "max", "kl", "percentile", "percentile=99.9999", "percentile=99.99999" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      FxThresholdChoice choice;

      g_assert_true (fx_threshold_parse (names[i], &choice, NULL));
      g_assert_cmpstr (fx_threshold_choice_name (&choice), ==, names[i]);
    }
  g_assert_cmpstr (fx_threshold_choice_name (&(FxThresholdChoice){ 0 }), ==, "max");
}

static void
test_parse (void)
{
  static const struct
  {
    const char *text, *message;
  } wrong[] = {
    { "klx", "there is no range method \"klx\"; there are max, percentile, kl, mse, aciq" },
    { "kl=3", "the range method \"kl\" has no parameter" },
    { "percentile=", "the percentile is \"\", wanted a number from 50 to 100" },
    { "percentile=101", "the percentile is \"101\", wanted a number from 50 to 100" },
    { "percentile=nan", "the percentile is \"nan\", wanted a number from 50 to 100" },
  };
  FxThresholdChoice choice;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (fx_threshold_parse (wrong[i].text, &choice, &error));
      g_assert_cmpstr (error->message, ==, wrong[i].message);
    }
}

static void
test_weights (void)
{
  static const float values[] = { 1, -2, 3, 4, -5, 0 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (values, sizeof values);
  g_autoptr (FxTensor) weights = fx_tensor_new (FX_DTYPE_FLOAT, &FX_SHAPE (3, 2), bytes, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree float *rows = NULL;
  g_autofree float *columns = NULL;
  guint n;

  rows = fx_weight_channel_max (weights, 0, &n, &error);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpfloat (rows[0], ==, 2);
  g_assert_cmpfloat (rows[1], ==, 4);
  g_assert_cmpfloat (rows[2], ==, 5);
  columns = fx_weight_channel_max (weights, 1, &n, &error);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpfloat (columns[0], ==, 5);
  g_assert_cmpfloat (columns[1], ==, 4);
  g_assert_null (fx_weight_channel_max (weights, 2, &n, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/thresholds/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/thresholds/outlier", test_outlier);
  g_test_add_func ("/thresholds/last-bits", test_last_bits);
  g_test_add_func ("/thresholds/discrete", test_discrete);
  g_test_add_func ("/thresholds/nothing", test_nothing);
  g_test_add_func ("/thresholds/parse", test_parse);
  g_test_add_func ("/thresholds/choice-name", test_choice_name);
  g_test_add_func ("/thresholds/weights", test_weights);
  return g_test_run ();
}
