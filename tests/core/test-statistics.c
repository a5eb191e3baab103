/* Statistics of activations: exact counts, whatever the order, the range and the number of parts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-statistics.h"

#include "core/calib/fx-statistics-kernel.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"

#include <math.h>
#include <string.h>

static FxGraph *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (text, &error);

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  return graph;
}

static FxGraph *
one_value (void)
{
  return parse ("input %x f32[1,2,?]\n%y f32[*] = Sigmoid(%x) v13\noutput %y\n");
}

static void
add (FxStatistics *statistics, FxShape shape, float *data)
{
  FxArray array = { FX_DTYPE_FLOAT, shape, data };
  gpointer scratch = fx_statistics_scratch_new ();

  fx_statistics_add (statistics, statistics->tensors[0].value, &array, scratch);
  fx_statistics_scratch_free (scratch);
}

static guint64
total (const FxHistogram *histogram)
{
  guint64 counts[FX_HISTOGRAM_BINS], sum = 0;

  fx_histogram_fold (histogram, counts);
  for (guint k = 0; k < FX_HISTOGRAM_BINS; k++)
    sum += counts[k];
  return sum;
}

/* ---- the grid ---- */

static void
test_grid (void)
{
  g_assert_cmpfloat (fx_range_round (1.0), ==, 1.0);
  g_assert_cmpfloat (fx_range_round (6.0000005), ==, 6.0);
  g_assert_cmpfloat (fx_range_round (5.9999995), ==, 6.0);
  g_assert_cmpfloat (fx_range_round (-255.0), ==, -255.0);
  g_assert_cmpfloat (fx_range_round (0.0), ==, 0.0);
  g_assert_cmpfloat (fx_range_round (1000.4), ==, 1000.0);
  g_assert_cmpint (fx_histogram_exponent (1.0), ==, 0);
  g_assert_cmpint (fx_histogram_exponent (1.0000001), ==, 0);
  g_assert_cmpint (fx_histogram_exponent (1.01), ==, 1);
  g_assert_cmpint (fx_histogram_exponent (0.3), ==, -1);
  g_assert_cmpint (fx_histogram_exponent (1e-45), ==, -100);
  g_assert_cmpint (fx_histogram_exponent ((double)G_MAXFLOAT), ==, 128);
}

/* Doubling a range pairs the bins up. */
static void
test_grow (void)
{
  FxHistogram histogram;
  guint64 *side;

  fx_histogram_init (&histogram);
  fx_histogram_grow (&histogram, 0);
  side = fx_histogram_side (&histogram, FALSE);
  side[0] = 1, side[1] = 2, side[2] = 3, side[4095] = 4;
  fx_histogram_grow (&histogram, 1);
  g_assert_cmpuint (side[0], ==, 3);
  g_assert_cmpuint (side[1], ==, 3);
  g_assert_cmpuint (side[2047], ==, 4);
  g_assert_cmpuint (side[4095], ==, 0);
  g_assert_cmpfloat (fx_histogram_edge (&histogram, 2047), ==, 1.0);
  fx_histogram_grow (&histogram, -5);
  g_assert_cmpint (histogram.exponent, ==, 1);
  fx_histogram_grow (&histogram, 60);
  g_assert_cmpuint (side[0], ==, 10);
  fx_histogram_clear (&histogram);
}

/* ---- one array ---- */

static void
test_moments (void)
{
  g_autoptr (FxGraph) graph = one_value ();
  g_autoptr (FxStatistics) statistics = fx_statistics_new (graph);
  float data[] = { 0, 1, -2, 0.5f, 0, 0, 4, 3, NAN, INFINITY };
  const FxTensorStatistics *tensor = &statistics->tensors[0];

  g_assert_cmpuint (statistics->n_tensors, ==, 2);
  add (statistics, FX_SHAPE (1, 2, 5), data);
  g_assert_cmpuint (tensor->count, ==, 8);
  g_assert_cmpuint (tensor->zeros, ==, 3);
  g_assert_cmpuint (tensor->not_finite, ==, 2);
  g_assert_cmpfloat (tensor->min, ==, -2);
  g_assert_cmpfloat (tensor->max, ==, 4);
  g_assert_cmpfloat (tensor->sum, ==, 6.5);
  g_assert_cmpfloat (tensor->sum_squares, ==, 30.25);
  g_assert_cmpuint (tensor->n_channels, ==, 2);
  g_assert_cmpfloat (tensor->channel_min[0], ==, -2);
  g_assert_cmpfloat (tensor->channel_max[0], ==, 1);
  g_assert_cmpfloat (tensor->channel_sum[0], ==, -0.5);
  g_assert_cmpfloat (tensor->channel_squares[0], ==, 5.25);
  g_assert_cmpuint (tensor->channel_zeros[0], ==, 2);
  g_assert_cmpfloat (tensor->channel_max[1], ==, 4);
  g_assert_cmpfloat (tensor->channel_sum[1], ==, 7);
  g_assert_cmpuint (tensor->channel_count, ==, 5);
  g_assert_cmpuint (total (&tensor->histogram), ==, 5);
  g_assert_cmpint (tensor->histogram.exponent, ==, 2);
  g_assert_cmpuint (tensor->histogram.positive[4095], ==, 1);
  g_assert_cmpuint (tensor->histogram.positive[3072], ==, 1);
  g_assert_cmpuint (tensor->histogram.positive[1024], ==, 1);
  g_assert_cmpuint (tensor->histogram.negative[2048], ==, 1);
  g_assert_cmpfloat (fx_tensor_statistics_mean (tensor), ==, 6.5 / 8);
  g_assert_true (isnan (fx_tensor_statistics_mean (&statistics->tensors[1])));
}

/* Nothing, zeros only, strays only, values at the ends of the type. */
static void
test_odd_arrays (void)
{
  g_autoptr (FxGraph) graph = one_value ();
  g_autoptr (FxStatistics) statistics = fx_statistics_new (graph);
  const FxTensorStatistics *tensor = &statistics->tensors[0];
  float zeros[] = { 0, -0.0f }, strays[] = { NAN, -INFINITY }, ends[] = { G_MAXFLOAT, -1e-45f, 1e30f, -1e30f };

  add (statistics, FX_SHAPE (1, 2, 0), zeros);
  g_assert_cmpuint (tensor->count, ==, 0);
  add (statistics, FX_SHAPE (1, 2, 1), strays);
  g_assert_cmpuint (tensor->not_finite, ==, 2);
  g_assert_cmpfloat (tensor->min, >, tensor->max);
  add (statistics, FX_SHAPE (1, 2, 1), zeros);
  g_assert_cmpuint (tensor->zeros, ==, 2);
  g_assert_cmpint (tensor->histogram.exponent, ==, FX_HISTOGRAM_EMPTY);
  add (statistics, FX_SHAPE (1, 2, 2), ends);
  g_assert_cmpint (tensor->histogram.exponent, ==, 128);
  g_assert_cmpuint (total (&tensor->histogram), ==, 4);
  g_assert_true (isfinite (tensor->sum_squares));
  add (statistics, FX_SHAPE (1, 3, 1), ends);
  g_assert_true (tensor->mixed);
  g_assert_cmpuint (tensor->n_channels, ==, 0);
}

static void
fill (GRand *rand, float *data, gsize n)
{
  double scale = exp2 (g_rand_double_range (rand, -8, 8));

  for (gsize i = 0; i < n; i++)
    data[i] = g_rand_int_range (rand, 0, 4) == 0 ? 0.0f : (float)(scale * g_rand_double_range (rand, -1, 2));
}

/* The kernels against plain loops, at every length and alignment. */
static void
test_kernels (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  guint32 *tables[FX_KERNEL_TABLES];
  float data[80];

  for (guint t = 0; t < FX_KERNEL_TABLES; t++)
    tables[t] = g_new0 (guint32, 2 * 16);
  for (guint n = 0; n < 64; n++)
    {
      guint wanted[32] = { 0 };
      const float *x = data + n % 9;
      FxMoments moments;
      double sum = 0.0;

      fill (rand, data, G_N_ELEMENTS (data));
      fx_kernel_moments (x, n, &moments);
      fx_kernel_histogram (x, n, 3.0f, 16, tables);
      for (guint i = 0; i < n; i++)
        {
          wanted[MIN ((guint)MIN (fabsf (x[i]) * 3.0f, 15.0f), 15) + (x[i] < 0 ? 16 : 0)]++;
          sum += (double)x[i];
          g_assert_cmpfloat (moments.min, <=, x[i]);
          g_assert_cmpfloat (moments.max, >=, x[i]);
        }
      g_assert_cmpuint (moments.finite, ==, n);
      g_assert_cmpfloat_with_epsilon (moments.sum, sum, 1e-2);
      for (guint k = 0; k < 32; k++)
        {
          guint found = 0;

          for (guint t = 0; t < FX_KERNEL_TABLES; t++)
            {
              found += tables[t][k];
              tables[t][k] = 0;
            }
          g_assert_cmpuint (found, ==, wanted[k]);
        }
    }
  for (guint t = 0; t < FX_KERNEL_TABLES; t++)
    g_free (tables[t]);
}

/* Signed zeros, strays and squares beyond a float's range at some lengths. */
static void
fill_oddly (GRand *rand, float *data, gsize n, guint round)
{
  fill (rand, data, n);
  for (gsize i = 0; i < n; i++)
    if (round % 4 > 0 && g_rand_int_range (rand, 0, 40) == 0)
      data[i] = round % 4 == 1 ? -0.0f : round % 4 == 2 ? 3e20f : NAN;
}

static void
assert_same_moments (const FxMoments *a, const FxMoments *b, gsize n)
{
  g_assert_cmpmem (&a->min, sizeof a->min, &b->min, sizeof b->min);
  g_assert_cmpmem (&a->max, sizeof a->max, &b->max, sizeof b->max);
  g_assert_cmpuint (a->zeros, ==, b->zeros);
  g_assert_cmpuint (a->finite, ==, b->finite);
  if (a->finite < n)
    return;
  g_assert_cmpmem (&a->sum, sizeof a->sum, &b->sum, sizeof b->sum);
  g_assert_cmpmem (&a->sum_squares, sizeof a->sum_squares, &b->sum_squares, sizeof b->sum_squares);
}

#define LONGEST 1100
#define ISA_BINS 64

static void
count_bins (const FxStatisticsIsa *isa, const float *x, gsize n, guint counts[2 * ISA_BINS])
{
  guint32 tables[FX_KERNEL_TABLES][2 * ISA_BINS] = { 0 }, *places[FX_KERNEL_TABLES];

  for (guint t = 0; t < FX_KERNEL_TABLES; t++)
    places[t] = tables[t];
  isa->histogram (x, n, 7.0f, ISA_BINS, places);
  for (guint k = 0; k < 2 * ISA_BINS; k++)
    {
      counts[k] = 0;
      for (guint t = 0; t < FX_KERNEL_TABLES; t++)
        counts[k] += tables[t][k];
    }
}

/* Every instruction set gives the bits of the one for any processor. */
static void
test_isas (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  const FxStatisticsIsa *plain = NULL;
  float data[LONGEST];

  for (guint i = 0; fx_statistics_isas[i] != NULL; i++)
    plain = fx_statistics_isas[i];
  for (gsize n = 0; n <= LONGEST; n += n < 70 ? 1 : 97)
    for (guint round = 0; round < 4; round++)
      {
        guint wanted[2 * ISA_BINS], found[2 * ISA_BINS];
        FxMoments a, b;

        fill_oddly (rand, data, n, round);
        plain->moments (data, n, &a);
        if (round < 3)
          count_bins (plain, data, n, wanted);
        for (guint i = 0; fx_statistics_isas[i] != plain; i++)
          if (fx_statistics_isas[i]->available ())
            {
              fx_statistics_isas[i]->moments (data, n, &b);
              assert_same_moments (&a, &b, n);
              if (round == 3)
                continue;
              count_bins (fx_statistics_isas[i], data, n, found);
              g_assert_cmpmem (found, sizeof found, wanted, sizeof wanted);
            }
      }
}

/* Channels side by side give the bits that each gives by itself. */
static void
test_across (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);
  static const gsize lengths[] = { 1, 3, 7, 8, 9, 15, 16, 17, 23, 24, 49, 169, 512, 519, 520, 521, LONGEST };
  g_autofree float *data = g_new (float, 50 * LONGEST);
  float column[LONGEST];

  for (guint k = 0; k < G_N_ELEMENTS (lengths); k++)
    for (gsize n_channels = FX_KERNEL_CHANNELS; n_channels < 48; n_channels += 3)
      for (guint i = 0; fx_statistics_isas[i] != NULL; i++)
        {
          gsize n = lengths[k], step = n_channels + k % 3;
          FxMoments found[48], wanted;

          if (!fx_statistics_isas[i]->available ())
            continue;
          fill_oddly (rand, data, n * step, k + (guint)n_channels);
          fx_statistics_isas[i]->moments_across (data, step, n, n_channels, found);
          for (gsize c = 0; c < n_channels; c++)
            {
              for (gsize at = 0; at < n; at++)
                column[at] = data[at * step + c];
              fx_statistics_isas[i]->moments (column, n, &wanted);
              assert_same_moments (&found[c], &wanted, n);
            }
        }
}

/* The same array row-major and in blocks of channels, with and without strays. */
static void
test_blocks (void)
{
  static const gint64 shapes[][4] = { { 1, 16, 5, 5 }, { 2, 24, 3, 7 }, { 3, 8, 1, 1 }, { 1, 48, 2, 9 } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (13);
  g_autoptr (FxGraph) graph = one_value ();
  gpointer scratch = fx_statistics_scratch_new ();

  for (guint k = 0; k < 4 * G_N_ELEMENTS (shapes); k++)
    for (gsize block = 1; block <= 16; block++)
      {
        g_autoptr (FxStatistics) rows = fx_statistics_new (graph), blocks = fx_statistics_new (graph);
        const FxTensorStatistics *a = &rows->tensors[0], *b = &blocks->tensors[0];
        FxShape shape = fx_shape_new (4, shapes[k % G_N_ELEMENTS (shapes)]);
        gsize channels = (gsize)shape.dims[1], places = fx_shape_product (&shape, 2, 4);
        gsize planes = (gsize)shape.dims[0] * channels;
        g_autofree float *data = g_new (float, planes *places), *mixed = g_new (float, planes *places);
        FxArray array = { FX_DTYPE_FLOAT, shape, data };

        if (channels % block != 0)
          continue;
        fill_oddly (rand, data, planes * places, k);
        for (gsize i = 0; i < planes; i++)
          for (gsize p = 0; p < places; p++)
            mixed[(i / block * places + p) * block + i % block] = data[i * places + p];
        fx_statistics_add (rows, a->value, &array, scratch);
        array.data = mixed;
        fx_statistics_add_blocks (blocks, b->value, &array, block, scratch);

        g_assert_cmpuint (a->count, ==, b->count);
        g_assert_cmpuint (a->zeros, ==, b->zeros);
        g_assert_cmpuint (a->not_finite, ==, b->not_finite);
        g_assert_cmpfloat (a->sum, ==, b->sum);
        g_assert_cmpfloat (a->sum_squares, ==, b->sum_squares);
        g_assert_cmpuint (a->n_channels, ==, channels);
        g_assert_cmpuint (b->n_channels, ==, channels);
        g_assert_cmpmem (a->channel_min, sizeof (float) * channels, b->channel_min, sizeof (float) * channels);
        g_assert_cmpmem (a->channel_max, sizeof (float) * channels, b->channel_max, sizeof (float) * channels);
        g_assert_cmpmem (a->channel_sum, sizeof (double) * channels, b->channel_sum, sizeof (double) * channels);
        g_assert_cmpmem (a->channel_squares, sizeof (double) * channels, b->channel_squares,
                         sizeof (double) * channels);
        g_assert_cmpmem (a->channel_zeros, sizeof (guint64) * channels, b->channel_zeros, sizeof (guint64) * channels);
        g_assert_cmpint (a->histogram.exponent, ==, b->histogram.exponent);
        g_assert_cmpmem (a->histogram.positive, sizeof (guint64) * FX_HISTOGRAM_BINS, b->histogram.positive,
                         sizeof (guint64) * FX_HISTOGRAM_BINS);
      }
  fx_statistics_scratch_free (scratch);
}

/* ---- merging ---- */

static void
assert_same (const FxTensorStatistics *a, const FxTensorStatistics *b)
{
  g_assert_cmpuint (a->count, ==, b->count);
  g_assert_cmpuint (a->zeros, ==, b->zeros);
  g_assert_cmpfloat (a->min, ==, b->min);
  g_assert_cmpfloat (a->max, ==, b->max);
  g_assert_cmpint (a->histogram.exponent, ==, b->histogram.exponent);
  for (guint k = 0; k < FX_HISTOGRAM_BINS; k++)
    {
      g_assert_cmpuint (a->histogram.positive[k], ==, b->histogram.positive[k]);
      g_assert_cmpuint (a->histogram.negative[k], ==, b->histogram.negative[k]);
    }
  g_assert_cmpmem (a->channel_min, 2 * sizeof (float), b->channel_min, 2 * sizeof (float));
  g_assert_cmpmem (a->channel_max, 2 * sizeof (float), b->channel_max, 2 * sizeof (float));
}

/* Each sample counts with its largest magnitude, whether it comes by itself or with others. */
static void
test_peaks (void)
{
  static float data[3][4] = { { 1, -3, 0, 2 }, { 0, 1, 5, 0 }, { 2, 0, 0, 0 } };
  g_autoptr (FxGraph) graph = one_value ();
  g_autoptr (FxStatistics) all = fx_statistics_new (graph), two = fx_statistics_new_like (all);
  const FxTensorStatistics *tensor = &all->tensors[0];

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (FxStatistics) sample = fx_statistics_new_like (all);

      add (sample, FX_SHAPE (1, 2, 2), data[i]);
      fx_statistics_merge (i < 2 ? two : all, sample);
    }
  fx_statistics_merge (all, two);
  g_assert_cmpuint (tensor->n_seen, ==, 3);
  g_assert_cmpfloat (tensor->peaks, ==, 3 + 5 + 2);
  g_assert_cmpfloat (tensor->peak_squares, ==, 9 + 25 + 4);
  g_assert_cmpfloat_with_epsilon (fx_tensor_statistics_peak_deviation (tensor), sqrt (14.0 / 9.0), 1e-12);
  g_assert_cmpfloat (fx_tensor_statistics_peak_deviation (&two->tensors[0]), ==, 1.0);
  g_assert_cmpuint (tensor->n_peaks, ==, 3);
  g_assert_cmpfloat (tensor->channel_peaks[0], ==, 3 + 1 + 2);
  g_assert_cmpfloat (tensor->channel_peak_squares[0], ==, 9 + 1 + 4);
  g_assert_cmpfloat (tensor->channel_peaks[1], ==, 2 + 5 + 0);
  g_assert_cmpfloat (tensor->channel_squares[0], ==, 10 + 1 + 4);
  g_assert_cmpuint (tensor->channel_zeros[1], ==, 4);
}

#define N_PARTS 12
#define PART 1000

/* Samples of very different ranges, merged forwards, backwards, and added to one another directly. */
static void
test_merge (void)
{
  g_autoptr (FxGraph) graph = one_value ();
  g_autoptr (FxStatistics) forwards = fx_statistics_new (graph);
  g_autoptr (FxStatistics) backwards = fx_statistics_new (graph);
  g_autoptr (FxStatistics) together = fx_statistics_new (graph);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  FxStatistics *parts[N_PARTS];
  float data[PART];

  for (guint i = 0; i < N_PARTS; i++)
    {
      fill (rand, data, PART);
      parts[i] = fx_statistics_new_like (together);
      parts[i]->n_samples = 1;
      add (parts[i], FX_SHAPE (1, 2, PART / 2), data);
      add (together, FX_SHAPE (1, 2, PART / 2), data);
    }
  for (guint i = 0; i < N_PARTS; i++)
    {
      fx_statistics_merge (forwards, parts[i]);
      fx_statistics_merge (backwards, parts[N_PARTS - 1 - i]);
    }
  g_assert_cmpuint (forwards->n_samples, ==, N_PARTS);
  assert_same (&forwards->tensors[0], &backwards->tensors[0]);
  assert_same (&forwards->tensors[0], &together->tensors[0]);
  for (guint i = 0; i < N_PARTS; i++)
    fx_statistics_free (parts[i]);
}

/* ---- which values ---- */

static void
test_values (void)
{
  static const char *const wanted[] = { "x", "r", "p", "s", "m", "y" };
  g_autoptr (FxGraph) graph
      = parse ("input %x f32[1,3,8,8]\ninput %i s64[1]\nconst %w f32[3,3,1,1] = elided 0x1\n"
               "%c f32[*] = Conv(%x, %w) v11\n%r f32[*] = Relu(%c) v13\n" /* %c never exists */
               "%p f32[*] = MaxPool(%r) {kernel_shape=[2,2]} v11\n"
               "%s f32[*] = Conv(%p, %w) v11\n%a f32[*] = Transpose(%s) {perm=[0,2,3,1]} v13\n" /* moved */
               "%g f32[*] = Sigmoid(%s) v13\n%m f32[*] = Mul(%s, %g) v13\n%y f32[*] = Relu(%m) v13\n"
               "output %y\noutput %m\noutput %a\n");
  g_autoptr (FxStatistics) statistics = fx_statistics_new (graph);
  gboolean moved;

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_assert_nonnull (fx_statistics_find (statistics, fx_graph_find_value (graph, wanted[i]), &moved));
      g_assert_false (moved);
    }
  g_assert_cmpuint (statistics->n_tensors, ==, G_N_ELEMENTS (wanted) + 1); /* and %g */
  g_assert_null (fx_statistics_find (statistics, fx_graph_find_value (graph, "c"), NULL));
  g_assert_null (fx_statistics_find (statistics, fx_graph_find_value (graph, "w"), NULL));
  g_assert_cmpstr (fx_statistics_find (statistics, fx_graph_find_value (graph, "a"), &moved)->name, ==, "s");
  g_assert_true (moved);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/statistics/grid", test_grid);
  g_test_add_func ("/statistics/grow", test_grow);
  g_test_add_func ("/statistics/moments", test_moments);
  g_test_add_func ("/statistics/odd-arrays", test_odd_arrays);
  g_test_add_func ("/statistics/kernels", test_kernels);
  g_test_add_func ("/statistics/isas", test_isas);
  g_test_add_func ("/statistics/across", test_across);
  g_test_add_func ("/statistics/blocks", test_blocks);
  g_test_add_func ("/statistics/merge", test_merge);
  g_test_add_func ("/statistics/peaks", test_peaks);
  g_test_add_func ("/statistics/values", test_values);
  return g_test_run ();
}
