/* Equalization: the network computes the same, and hostile channels become alike.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-equalize.h"

#include "core/calib/fx-calibrate.h"
#include "core/exec/fx-engine.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"
#include "core/quant/fx-channel-groups.h"
#include "core/quant/fx-layer-weights.h"

#include <math.h>

#define N_SAMPLES 4

/* ---- networks of random weights ---- */

/* Wide: the standard deviations of output channels differ by up to 2^±spread. */
static void
add_random (GString *text, const char *name, const char *shape, guint n, guint n_out, double spread, GRand *rand)
{
  g_string_append_printf (text, "const %%%s f32[%s] = [", name, shape);
  for (guint i = 0, row = n / n_out; i < n; i++)
    {
      static double factor = 1.0;
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      if (i % row == 0)
        factor = exp2 (g_rand_double_range (rand, -spread, spread + 1e-9)) / sqrt (row);
      g_ascii_formatd (number, sizeof number, "%.6f", g_rand_double_range (rand, -2.0, 2.0) * factor + 1e-5);
      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", number);
    }
  g_string_append (text, "]\n");
}

/* Everything that lets factors pass: chains, a residual sum, depthwise, pooling, concatenation, a channel shuffle, a
 * gate, a product with a constant, a Clip, a flattened picture. */
static FxGraph *
network (guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GString) text = g_string_new ("graph \"random\"\nopset \"\" 11\ninput %x f32[1,3,8,8]\n");
  g_autoptr (GError) error = NULL;
  FxGraph *graph;

  add_random (text, "w0", "8,3,3,3", 216, 8, 5.0, rand);
  add_random (text, "b0", "8", 8, 8, 3.0, rand);
  add_random (text, "w1", "8,1,3,3", 72, 8, 5.0, rand);
  add_random (text, "w2", "8,8,1,1", 64, 8, 5.0, rand);
  add_random (text, "b2", "8", 8, 8, 3.0, rand);
  add_random (text, "slope", "8,1,1", 8, 8, 0.0, rand);
  add_random (text, "w3", "8,4,1,1", 32, 8, 5.0, rand);
  add_random (text, "shift", "1,16,1,1", 16, 16, 0.0, rand);
  add_random (text, "w4", "16,4,3,3", 576, 16, 5.0, rand);
  add_random (text, "wg", "16,16,1,1", 256, 16, 1.0, rand);
  add_random (text, "w5", "16,4,2,2", 256, 16, 2.0, rand);
  add_random (text, "w6", "4,128", 512, 4, 2.0, rand);
  g_string_append (
      text, "const %low f32[] = [0]\nconst %high f32[] = [6]\nconst %half f32[] = [0.5]\n"
            "const %five s64[5] = [1,2,8,4,4]\nconst %four s64[4] = [1,16,4,4]\n"
            "%c0 f32[*] = Conv(%x, %w0, %b0) {pads=[1,1,1,1]} v11\n%r0 f32[*] = Relu(%c0) v11\n"
            "%c1 f32[*] = Conv(%r0, %w1) {pads=[1,1,1,1], group=8} v11\n%p1 f32[*] = PRelu(%c1, %slope) v11\n"
            "%c2 f32[*] = Conv(%p1, %w2, %b2) v11\n%s2 f32[*] = Add(%c2, %r0) v11\n"
            "%m2 f32[*] = MaxPool(%s2) {kernel_shape=[2,2], strides=[2,2]} v11\n"
            "%c3 f32[*] = Conv(%m2, %w3) {group=2} v11\n%k3 f32[*] = Clip(%c3, %low, %high) v11\n"
            "%j3 f32[*] = Concat(%m2, %k3) {axis=1} v11\n%a3 f32[*] = Add(%j3, %shift) v11\n"
            "%h3 f32[*] = Reshape(%a3, %five) v11\n%t3 f32[*] = Transpose(%h3) {perm=[0,2,1,3,4]} v11\n"
            "%q3 f32[*] = Reshape(%t3, %four) v11\n"
            "%c4 f32[*] = Conv(%q3, %w4) {pads=[1,1,1,1], group=4} v11\n%r4 f32[*] = LeakyRelu(%c4) {alpha=0.1} v11\n"
            "%g4 f32[*] = GlobalAveragePool(%r4) v11\n%cg f32[*] = Conv(%g4, %wg) v11\n%e4 f32[*] = Sigmoid(%cg) "
            "v11\n%l4 f32[*] = Relu(%c4) v11\n"
            "%u4 f32[*] = Mul(%l4, %e4) v11\n%v4 f32[*] = Mul(%half, %u4) v11\n"
            "%c5 f32[*] = ConvTranspose(%v4, %w5) {strides=[2,2], group=2} v11\n"
            "%r5 f32[*] = Relu(%c5) v11\n%d5 f32[*] = AveragePool(%r5) {kernel_shape=[2,2], strides=[2,2]} v11\n"
            "%f5 f32[*] = Flatten(%d5) v11\n%y f32[*] = Gemm(%f5, %w6) {transB=1} v11\n"
            "output %y\noutput %e4\n");
  graph = fx_graph_parse (text->str, &error);
  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  fx_graph_verify (graph, &error);
  g_assert_no_error (error);
  return graph;
}

/* ---- running them ---- */

static gboolean
source (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  const FxGraph *graph = user_data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (1000 + i);
  void *data;

  inputs[0]
      = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &fx_graph_value (graph, fx_graph_input (graph, 0))->shape, &data, error);
  for (gsize k = 0; k < fx_tensor_elements (inputs[0]); k++)
    ((float *)data)[k] = (float)g_rand_double_range (rand, -1.0, 1.0);
  return TRUE;
}

static FxStatistics *
calibrate (FxGraph *graph)
{
  g_autoptr (GError) error = NULL;
  FxStatistics *statistics = fx_statistics_new (graph);

  fx_calibrate (graph, statistics, N_SAMPLES, source, graph, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return statistics;
}

static void
run (FxGraph *graph, guint sample, FxTensor **outputs)
{
  g_autoptr (GError) error = NULL;
  FxEngineOptions options = { .n_threads = 1 };
  g_autoptr (FxEngine) engine = fx_engine_new (graph, &options, NULL, &error);
  g_autoptr (FxRun) state = fx_run_new (engine, &error);
  g_autoptr (FxTensor) input = NULL;

  g_assert_no_error (error);
  source (sample, &input, graph, NULL);
  fx_run_execute (state, &input, outputs, NULL, &error);
  g_assert_no_error (error);
}

static double
difference (FxTensor *a, FxTensor *b)
{
  double square = 0.0, reference = 0.0;

  for (gsize i = 0; i < fx_tensor_elements (a); i++)
    {
      double x = fx_tensor_get_double (a, i), y = fx_tensor_get_double (b, i);

      square += (x - y) * (x - y);
      reference += x * x;
    }
  return sqrt (square / reference);
}

/* ---- tests ---- */

/* Exactly so on the samples that were observed: on others the Clip may act where it did not. */
static void
test_same_result (void)
{
  for (guint32 seed = 1; seed <= 8; seed++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FxGraph) graph = network (seed), equalized = fx_graph_copy (graph);
      g_autoptr (FxStatistics) statistics = calibrate (graph);
      FxEqualization result;

      fx_equalize (equalized, statistics, 1.0, &result, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (fx_graph_verify (equalized, NULL));
      g_assert_cmpuint (result.n_channels, >, 20);
      for (guint i = 0; i < N_SAMPLES; i++)
        {
          FxTensor *before[2], *after[2];

          run (graph, i, before);
          run (equalized, i, after);
          for (guint k = 0; k < 2; k++)
            {
              g_assert_cmpfloat (difference (before[k], after[k]), <, 1e-5);
              fx_tensor_unref (before[k]);
              fx_tensor_unref (after[k]);
            }
        }
    }
}

static double
unevenness (const FxStatistics *statistics, const FxGraph *graph, const char *name)
{
  const FxTensorStatistics *tensor = fx_statistics_find (statistics, fx_graph_find_value (graph, name), NULL);
  double least = INFINITY, most = 0.0;

  for (guint c = 0; c < tensor->n_channels; c++)
    {
      double max = MAX (fabs ((double)tensor->channel_min[c]), fabs ((double)tensor->channel_max[c]));

      least = MIN (least, max);
      most = MAX (most, max);
    }
  return most / least;
}

/* What a depthwise layer reads becomes even: its own weights follow for free. */
static void
test_even (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = network (3);
  g_autoptr (FxStatistics) before = calibrate (graph), after = NULL;
  FxEqualization result;

  fx_equalize (graph, before, 1.0, &result, NULL, &error);
  g_assert_no_error (error);
  after = calibrate (graph);
  g_assert_cmpfloat (unevenness (before, graph, "r0"), >, 50.0);
  g_assert_cmpfloat (unevenness (after, graph, "p1"), <, unevenness (before, graph, "p1") / 4.0);
}

/* Halved exponents: milder factors, and still the same outputs is for the others to see. */
static void
test_strength (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = network (3), milder = network (3);
  g_autoptr (FxStatistics) statistics = calibrate (graph);
  FxEqualization full, half;

  fx_equalize (graph, statistics, 1.0, &full, NULL, &error);
  g_assert_no_error (error);
  fx_equalize (milder, statistics, 0.5, &half, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (full.low, <, 0.5);
  g_assert_cmpfloat (half.low, >, full.low);
  g_assert_cmpfloat (half.low, <, 1.0);
  g_assert_cmpuint (half.n_channels, <=, full.n_channels);
}

/* What takes no factor is in group 0, what passes one is in the group of where it comes from. */
static void
test_groups (void)
{
  g_autoptr (FxGraph) graph = network (1);
  g_autoptr (FxChannelGroups) groups = fx_channel_groups_new (graph);
  guint32 **of = groups->groups;
  FxId r0 = fx_graph_find_value (graph, "r0"), s2 = fx_graph_find_value (graph, "s2");
  FxId p1 = fx_graph_find_value (graph, "p1"), a3 = fx_graph_find_value (graph, "a3");
  FxId q3 = fx_graph_find_value (graph, "q3"), r4 = fx_graph_find_value (graph, "r4");
  FxId v4 = fx_graph_find_value (graph, "v4"), cg = fx_graph_find_value (graph, "cg"),
       f5 = fx_graph_find_value (graph, "f5");

  g_assert_cmpuint (groups->n_channels[fx_graph_find_value (graph, "x")], ==, 0);
  for (guint c = 0; c < 8; c++)
    {
      g_assert_cmpuint (of[r0][c], !=, 0);
      g_assert_cmpuint (of[r0][c], ==, of[s2][c]);
      g_assert_cmpuint (of[r0][c], !=, of[p1][c]);
      g_assert_cmpuint (of[r0][c], ==, of[a3][c]);
      g_assert_cmpuint (of[q3][2 * c], ==, of[a3][c]);
      g_assert_cmpuint (of[q3][2 * c + 1], ==, of[a3][8 + c]);
      g_assert_cmpuint (of[f5][16 * c + 15], ==, of[f5][16 * c]);
    }
  for (guint c = 0; c < 16; c++)
    {
      g_assert_cmpuint (of[cg][c], ==, 0); /* a Sigmoid sees it */
      g_assert_cmpuint (of[r4][c], !=, 0);
      g_assert_cmpuint (of[v4][c], ==, of[r4][c]); /* through the product with what the Sigmoid makes */
    }
  g_assert_cmpuint (groups->addends->len, ==, 1);
  g_assert_cmpuint (groups->clips->len, ==, 1);
}

/* Weights that two layers share become two. */
static void
test_shared_weights (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph
      = fx_graph_parse ("graph \"shared\"\nopset \"\" 11\ninput %x f32[1,2,2,2]\n"
                        "const %w f32[2,2,1,1] = [1,0.5,0.01,0.03]\n%a f32[*] = Conv(%x, %w) v11\n"
                        "%r f32[*] = Relu(%a) v11\n%y f32[*] = Conv(%r, %w) v11\noutput %y\n",
                        &error);
  g_autoptr (FxGraph) equalized = NULL;
  g_autoptr (FxStatistics) statistics = NULL;
  FxEqualization result;
  FxTensor *before, *after;

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  equalized = fx_graph_copy (graph);
  statistics = calibrate (graph);
  fx_equalize (equalized, statistics, 1.0, &result, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result.n_channels, >, 0);
  run (graph, 0, &before);
  run (equalized, 0, &after);
  g_assert_cmpfloat (difference (before, after), <, 1e-5);
  fx_tensor_unref (before);
  fx_tensor_unref (after);
}

static void
test_cancel (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (FxGraph) graph = network (1);
  g_autoptr (FxStatistics) statistics = calibrate (graph);
  FxEqualization result;

  g_cancellable_cancel (cancellable);
  g_assert_false (fx_equalize (graph, statistics, 1.0, &result, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/equalize/groups", test_groups);
  g_test_add_func ("/equalize/same-result", test_same_result);
  g_test_add_func ("/equalize/even", test_even);
  g_test_add_func ("/equalize/strength", test_strength);
  g_test_add_func ("/equalize/shared-weights", test_shared_weights);
  g_test_add_func ("/equalize/cancel", test_cancel);
  return g_test_run ();
}
