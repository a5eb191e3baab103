/* The search for accuracy: what judges, what is tried, and what each step does to a small network.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-accuracy.h"

#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/passes/fx-passes.h"
#include "core/quant/fx-rounding.h"
#include "small-graph.h"

#include <math.h>
#include <string.h>

#define N_CALIBRATION 12
#define N_HELD_OUT 6

/* ---- networks ---- */

static FxGraph *
parse (const char *text)
{
  return small_graph_new (text, fx_passes_run_float);
}

static void
add_weights (GString *text, const char *name, const char *shape, guint n, double factor, guint seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_string_append_printf (text, "const %%%s f32[%s] = [", name, shape);
  for (guint i = 0; i < n; i++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (number, sizeof number, "%.6f", g_rand_double_range (rand, -factor, factor) + 1e-5);
      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", number);
    }
  g_string_append (text, "]\n");
}

/* Everything with constant weights that can be rounded: a Conv, a depthwise one, one of two groups, a Gemm, a MatMul.
 */
static FxGraph *
network (const char *end)
{
  g_autoptr (GString) text = g_string_new ("input %x f32[1,3,8,8]\n");

  add_weights (text, "w0", "8,3,3,3", 216, 0.4, 1);
  add_weights (text, "b0", "8", 8, 0.2, 2);
  add_weights (text, "w1", "8,1,3,3", 72, 0.5, 3);
  add_weights (text, "w2", "12,4,1,1", 48, 0.8, 4);
  add_weights (text, "w3", "6,12", 72, 0.8, 5);
  add_weights (text, "w4", "6,5", 30, 0.8, 6);
  g_string_append (text, "%c0 f32[*] = Conv(%x, %w0, %b0) {pads=[1,1,1,1]} v11\n%r0 f32[*] = Relu(%c0) v11\n"
                         "%c1 f32[*] = Conv(%r0, %w1) {pads=[1,1,1,1], group=8} v11\n%r1 f32[*] = Relu(%c1) v11\n"
                         "%c2 f32[*] = Conv(%r1, %w2) {group=2} v11\n%r2 f32[*] = Relu(%c2) v11\n");
  g_string_append (text, end);
  return parse (text->str);
}

#define HEAD                                                                                                           \
  "%p2 f32[*] = GlobalAveragePool(%r2) v11\n%f2 f32[*] = Flatten(%p2) v11\n"                                           \
  "%g3 f32[*] = Gemm(%f2, %w3) {transB=1} v11\n%r3 f32[*] = Relu(%g3) v11\n"
#define PLAIN_END HEAD "%y f32[*] = MatMul(%r3, %w4) v11\noutput %y\n"
#define PIXELS_END "%y f32[*] = Identity(%r2) v11\noutput %y\n"
#define SOFTMAX_END HEAD "%s f32[*] = MatMul(%r3, %w4) v11\n%y f32[*] = Softmax(%s) {axis=1} v11\noutput %y\n"

/* Neighbors are alike, as in pictures. */
static gboolean
source (guint i, FxTensor **inputs, G_GNUC_UNUSED gpointer user_data, GError **error)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (100 + i);
  FxShape shape = FX_SHAPE (1, 3, 8, 8);
  double value = 0;
  void *data;

  inputs[0] = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &shape, &data, error);
  for (gsize k = 0; k < fx_tensor_elements (inputs[0]); k++)
    {
      value = 0.8 * value + g_rand_double_range (rand, -1.0, 1.0);
      ((float *)data)[k] = (float)value;
    }
  return TRUE;
}

static const FxAccuracySamples samples = { source, NULL, N_CALIBRATION, N_HELD_OUT };

/* ---- the judge ---- */

/* A Softmax stays float, so that what is in front of it is the same with and without it. */
static FxQuantParams *
assign (const FxGraph *graph)
{
  g_autoptr (GHashTable) precisions = g_hash_table_new (g_str_hash, g_str_equal);
  FxQuantOptions options = { .node_precisions = precisions };
  g_autoptr (GError) error = NULL;
  FxQuantParams *params;

  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    if (strcmp (fx_graph_node (graph, id)->op_type, "Softmax") == 0)
      g_hash_table_insert (precisions, fx_graph_node (graph, id)->name, GINT_TO_POINTER (FX_PRECISION_FLOAT));
  params = fx_quantize_assign (graph, NULL, NULL, &options, &error);
  g_assert_no_error (error);
  return params;
}

static double
noise_of (const char *end)
{
  g_autoptr (FxGraph) graph = network (end);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxOutputJudge) judge = fx_output_judge_new (graph, N_HELD_OUT, source, NULL, 1, NULL, &error);
  g_autoptr (FxQuantParams) params = assign (graph);
  double noise = NAN;

  g_assert_no_error (error);
  g_assert_true (fx_output_judge_params (judge, graph, params, &noise, NULL, &error));
  g_assert_no_error (error);
  return noise;
}

/* Class scores are compared as they are before the Softmax, but for what all classes have in common, which it takes
 * away. Noise and signal both become a little less by that. */
static void
test_judge_before_softmax (void)
{
  double noise = noise_of (PLAIN_END), before_softmax = noise_of (SOFTMAX_END);

  g_assert_cmpfloat (noise, >, 0.0);
  g_assert_cmpfloat (before_softmax, !=, noise);
  g_assert_cmpfloat_with_epsilon (before_softmax, noise, 0.05 * noise);
}

/* A sample that reaches far beyond the others counts as one of them, not for all. */
static gboolean
source_with_outlier (guint i, FxTensor **inputs, G_GNUC_UNUSED gpointer user_data, GError **error)
{
  FxShape shape = FX_SHAPE (1, 1, 1, 2);
  void *data;

  inputs[0] = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &shape, &data, error);
  ((float *)data)[0] = i == 0 ? 1000.0f : 0.9f;
  ((float *)data)[1] = -((float *)data)[0];
  return TRUE;
}

static void
test_judge_outlier (void)
{
  g_autoptr (FxGraph) graph
      = parse ("input %x f32[1,1,1,2]\nconst %w f32[1,1,1,1] = [1]\n%y f32[*] = Conv(%x, %w) v11\noutput %y\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (FxOutputJudge) judge = fx_output_judge_new (graph, 10, source_with_outlier, NULL, 1, NULL, &error);
  g_autoptr (FxQuantParams) params = assign (graph); /* ranges of −1 … 1: the outlier is clipped to next to nothing */
  double noise = NAN;

  g_assert_no_error (error);
  g_assert_true (fx_output_judge_params (judge, graph, params, &noise, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (sqrt (noise), >, 0.1);
  g_assert_cmpfloat (sqrt (noise), <, 0.15);
}

/* ---- running the search ---- */

typedef struct
{
  const char *step;
  FxAccuracyLog log;
  guint n;
} Found;

static void
find_cb (const FxAccuracyLog *log, gpointer data)
{
  Found *found = data;

  if (strcmp (log->name, found->step) != 0)
    return;
  found->log = *log;
  found->n++;
}

static FxAccuracy *
run (const char *end, const FxAccuracyOptions *options, Found *found)
{
  g_autoptr (GError) error = NULL;
  FxAccuracy *accuracy = fx_accuracy_run (network (end), NULL, &samples, options, found != NULL ? find_cb : NULL, found,
                                          NULL, NULL, &error);

  g_assert_no_error (error);
  return accuracy;
}

/* ---- zero points ---- */

/* What follows a Relu has no negative half: a zero point at the end is worth a bit. */
static void
test_zero_points (void)
{
  FxAccuracyOptions options = { .preset = FX_PRESET_FAST, .auto_method = TRUE, .n_threads = 1 };
  g_autoptr (FxAccuracy) zero = run (PLAIN_END, &options, NULL), other = NULL;

  g_assert_false (zero->quant.asymmetric);
  options.auto_zero = TRUE;
  other = run (PLAIN_END, &options, NULL);
  g_assert_true (other->quant.asymmetric);
  g_assert_cmpfloat (other->noise, <, 0.7 * zero->noise);
  g_assert_true (g_str_has_suffix (fx_accuracy_method_name (&other->quant), ", asymmetric"));
}

/* Pictures less 128 are integers as they are, whatever is done elsewhere. */
static void
test_given_range (void)
{
  g_autoptr (FxGraph) graph = network (PLAIN_END);
  g_autoptr (GHashTable) ranges = g_hash_table_new (g_str_hash, g_str_equal);
  FxRange range = { -127, 127 };
  FxQuantOptions options = { .value_ranges = ranges, .asymmetric = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxQuantParams) params = NULL;
  const FxValueQuant *input;

  g_hash_table_insert (ranges, (gpointer) "x", &range);
  params = fx_quantize_assign (graph, NULL, NULL, &options, &error);
  g_assert_no_error (error);
  input = &params->values[fx_graph_input (graph, 0)];
  g_assert_cmpfloat (input->scale, ==, 1.0);
  g_assert_cmpint (input->zero_point, ==, 0);
}

/* ---- rounding rows ---- */

#define N_INPUTS 24
#define N_ROWS 21

/* Of inputs that all go along with one another to some degree. */
static double *
correlated (guint n, double alike)
{
  double *h = g_new (double, n *n);

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      h[i * n + j] = (1.0 + i % 3) * (1.0 + j % 3) * (i == j ? 1.0 : alike);
  return h;
}

static void
random_rows (double *w, guint n, double largest)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < n; i++)
    w[i] = g_rand_double_range (rand, -largest, largest);
}

/* The sum over rows of the error, less than `share` of what the nearest integers have. */
static void
check_rounding (double alike, double largest, double share)
{
  double w[N_ROWS * N_INPUTS], error = 0, nearest = 0;
  gint8 q[N_ROWS * N_INPUTS], near[N_INPUTS];
  g_autoptr (FxRounding) rounding = fx_rounding_new (N_INPUTS, correlated (N_INPUTS, alike), NULL, NULL);

  random_rows (w, N_ROWS * N_INPUTS, largest);
  fx_rounding_rows (rounding, N_ROWS, w, q);
  for (guint r = 0; r < N_ROWS; r++)
    {
      for (guint i = 0; i < N_INPUTS; i++)
        {
          near[i] = (gint8)CLAMP (rint (w[r * N_INPUTS + i]), -127, 127);
          g_assert_cmpint (q[r * N_INPUTS + i], >=, -127);
        }
      g_assert_cmpfloat (fx_rounding_error (rounding, w + r * N_INPUTS, q + r * N_INPUTS), <=,
                         fx_rounding_error (rounding, w + r * N_INPUTS, near) * (1 + 1e-9));
      error += fx_rounding_error (rounding, w + r * N_INPUTS, q + r * N_INPUTS);
      nearest += fx_rounding_error (rounding, w + r * N_INPUTS, near);
    }
  g_assert_cmpfloat (error, <=, share * nearest);
}

static void
test_rounding_correlated (void)
{
  check_rounding (0.9, 100.0, 0.35);
  check_rounding (0.5, 100.0, 0.8);
}

/* Nothing to gain: the nearest integers it is. */
static void
test_rounding_independent (void)
{
  double w[N_INPUTS];
  gint8 q[N_INPUTS];
  g_autoptr (FxRounding) rounding = fx_rounding_new (N_INPUTS, correlated (N_INPUTS, 0.0), NULL, NULL);

  random_rows (w, N_INPUTS, 126.0);
  fx_rounding_rows (rounding, 1, w, q);
  for (guint i = 0; i < N_INPUTS; i++)
    g_assert_cmpint (q[i], ==, (int)rint (w[i]));
}

/* Weights at the ends have no way out of them. */
static void
test_rounding_ends (void)
{
  check_rounding (0.9, 140.0, 1.0);
}

/* Inputs that never move say nothing. */
static void
test_rounding_no_inputs (void)
{
  double w[N_INPUTS];
  gint8 q[N_INPUTS];
  g_autoptr (FxRounding) rounding = fx_rounding_new (N_INPUTS, g_new0 (double, N_INPUTS *N_INPUTS), NULL, NULL);

  random_rows (w, N_INPUTS, 126.0);
  fx_rounding_rows (rounding, 1, w, q);
  for (guint i = 0; i < N_INPUTS; i++)
    g_assert_cmpint (q[i], ==, (int)rint (w[i]));
}

/* ---- the steps ---- */

static GHashTable *
all_int16 (void)
{
  GHashTable *precisions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (FxGraph) graph = network (PIXELS_END);

  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    g_hash_table_insert (precisions, g_strdup (fx_graph_node (graph, id)->name), GINT_TO_POINTER (FX_PRECISION_INT16));
  return precisions;
}

/* Every layer has its integers, in range, and the outputs are nearer to the float ones than without. With 16 bits for
 * activations nearly all of the error is that of the weights. */
static void
test_round_weights (void)
{
  g_autoptr (GHashTable) precisions = all_int16 ();
  FxAccuracyOptions options
      = { .preset = FX_PRESET_THOROUGH, .quant = { .node_precisions = precisions }, .n_threads = 1 };
  Found found = { .step = "round-weights" };
  g_autoptr (FxAccuracy) accuracy = run (PIXELS_END, &options, &found);
  guint n_rounded = 0;

  g_assert_cmpuint (found.n, ==, 1);
  g_assert_true (found.log.kept);
  g_assert_cmpfloat (found.log.after_db, >, found.log.before_db + 0.5);
  for (guint i = 0; i < accuracy->params->n_nodes; i++)
    {
      const FxNodeQuant *quant = &accuracy->params->nodes[i];

      n_rounded += quant->weights != NULL;
      for (gsize k = 0; quant->weights != NULL && k < quant->n_weights; k++)
        g_assert_cmpint (quant->weights[k], >=, -127);
    }
  g_assert_cmpuint (n_rounded, ==, 3);
}

/* `fast` leaves it out. */
static void
test_round_preset (void)
{
  FxAccuracyOptions options = { .preset = FX_PRESET_FAST, .n_threads = 1 };
  Found found = { .step = "round-weights" };
  g_autoptr (FxAccuracy) accuracy = run (PLAIN_END, &options, &found);

  g_assert_cmpuint (found.n, ==, 0);
  for (guint i = 0; i < accuracy->params->n_nodes; i++)
    g_assert_null (accuracy->params->nodes[i].weights);
}

/* ---- means ---- */

/* Σ over the outputs of (mean of the integer network − mean of the float one)², over the samples that calibrate. */
static double
mean_error (const FxAccuracy *accuracy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) integer = fx_quantize_integer (accuracy->graph, accuracy->params, &error);
  const FxGraph *networks[] = { accuracy->graph, integer };
  double means[2][5] = { 0 }, sum = 0;

  g_assert_no_error (error);
  for (guint k = 0; k < 2; k++)
    {
      g_autoptr (FxEngine) engine = fx_engine_new (networks[k], NULL, NULL, &error);
      g_autoptr (FxRun) one = fx_run_new (engine, &error);

      for (guint i = 0; i < N_CALIBRATION; i++)
        {
          g_autoptr (FxTensor) input = NULL, output = NULL;

          g_assert_true (source (i, &input, NULL, &error));
          g_assert_true (fx_run_execute (one, &input, &output, NULL, &error));
          for (guint c = 0; c < 5; c++)
            means[k][c] += fx_tensor_get_double (output, c) / N_CALIBRATION;
        }
    }
  for (guint c = 0; c < 5; c++)
    sum += (means[1][c] - means[0][c]) * (means[1][c] - means[0][c]);
  return sum;
}

static FxAccuracyOptions
clipped_options (GHashTable *ranges)
{
  static FxRange range = { 0, 0.8 };

  g_hash_table_insert (ranges, (gpointer) "r1", &range);
  return (FxAccuracyOptions){ .preset = FX_PRESET_FAST,
                              .quant = { .value_ranges = ranges, .asymmetric = TRUE },
                              .n_threads = 1 };
}

/* The options are for as long as the result. */
static FxAccuracy *
run_clipped (const FxAccuracySamples *from, const FxAccuracyOptions *options)
{
  g_autoptr (GError) error = NULL;
  FxAccuracy *accuracy = fx_accuracy_run (network (PLAIN_END), NULL, from, options, NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return accuracy;
}

/* A range that clips makes an activation smaller on the whole, which layers behind it make good. */
static void
test_correct_means (void)
{
  g_autoptr (GHashTable) ranges = g_hash_table_new (g_str_hash, g_str_equal);
  const FxAccuracyOptions options = clipped_options (ranges);
  g_autoptr (FxAccuracy) accuracy = run_clipped (&samples, &options);
  g_autoptr (GError) error = NULL;
  double before = mean_error (accuracy);
  gboolean changed = FALSE;

  g_assert_true (fx_accuracy_correct_means (accuracy, &changed, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (changed);
  g_assert_cmpfloat (mean_error (accuracy), <, 0.05 * before);
}

/* So few samples tell nothing of a mean. */
static void
test_correct_means_of_few (void)
{
  FxAccuracySamples few = { source, NULL, 3, 3 };
  g_autoptr (GHashTable) ranges = g_hash_table_new (g_str_hash, g_str_equal);
  const FxAccuracyOptions options = clipped_options (ranges);
  g_autoptr (FxAccuracy) accuracy = run_clipped (&few, &options);
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  g_assert_true (fx_accuracy_correct_means (accuracy, &changed, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (changed);
}

/* ---- other ranges ---- */

/* The only layer's first channel has a bias and no weights, as batch normalization leaves it: its scale follows the
 * range of the input. */
static FxQuantParams *
assign_with_range (const FxGraph *graph, double end, FxPrecision precision)
{
  g_autoptr (GHashTable) ranges = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) precisions = g_hash_table_new (g_str_hash, g_str_equal);
  FxQuantOptions options = { .value_ranges = ranges, .node_precisions = precisions };
  FxRange range = { -end, end };
  g_autoptr (GError) error = NULL;
  FxQuantParams *params;

  g_hash_table_insert (ranges, (gpointer) "x", &range);
  g_hash_table_insert (precisions, fx_graph_node (graph, 0)->name, GINT_TO_POINTER (precision));
  params = fx_quantize_assign (graph, NULL, NULL, &options, &error);
  g_assert_no_error (error);
  return params;
}

/* What was found for the weights stays with a wider range, and with 16 bits, but not with a range in which the sums
 * would not fit any more. */
static void
test_carry (void)
{
  static const struct
  {
    double end;
    FxPrecision precision;
    gboolean stays;
  } cases[] = { { 1, FX_PRECISION_INT8, TRUE },
                { 2, FX_PRECISION_INT8, TRUE },
                { 1, FX_PRECISION_INT16, TRUE },
                { 0.5, FX_PRECISION_INT8, FALSE } };
  g_autoptr (FxGraph) graph = parse ("input %x f32[1,1,2,2]\nconst %w f32[2,1,1,1] = [0,0.5]\nconst %b f32[2] = [3,1]\n"
                                     "%y f32[*] = Conv(%x, %w, %b) v11\noutput %y\n");
  g_autoptr (FxQuantParams) from = assign_with_range (graph, 1, FX_PRECISION_INT8);

  from->nodes[0].bias_shift = g_new0 (double, 2);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FxQuantParams) to = assign_with_range (graph, cases[i].end, cases[i].precision);

      g_assert_true (to->nodes[0].precision == cases[i].precision);
      fx_quant_params_carry (from, to);
      g_assert_cmpint (to->nodes[0].bias_shift != NULL, ==, cases[i].stays);
      g_assert_cmpfloat (to->nodes[0].weight_scales[0], >=, from->nodes[0].weight_scales[0]);
      g_assert_cmpfloat (to->nodes[0].weight_scales[1], ==, from->nodes[0].weight_scales[1]);
    }
}

/* ---- all samples ---- */

/* One of those held out is brighter, as many times as the user data says. */
#define BRIGHT (N_CALIBRATION + 2)

static gboolean
source_with_bright (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  const float *factor = user_data;
  g_autoptr (FxTensor) plain = NULL;
  FxShape shape = FX_SHAPE (1, 3, 8, 8);
  void *data;

  source (i, &plain, NULL, error);
  inputs[0] = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &shape, &data, error);
  for (gsize k = 0; k < fx_tensor_elements (plain); k++)
    ((float *)data)[k] = (float)fx_tensor_get_double (plain, k) * (i == BRIGHT ? *factor : 1.0f);
  return TRUE;
}

static double
largest_magnitude (guint sample, float factor)
{
  g_autoptr (FxTensor) tensor = NULL;
  double largest = 0;

  source_with_bright (sample, &tensor, &factor, NULL);
  for (gsize k = 0; k < fx_tensor_elements (tensor); k++)
    largest = MAX (largest, fabs (fx_tensor_get_double (tensor, k)));
  return largest;
}

static FxAccuracy *
run_bright (float factor, guint n_held_out, FxPreset preset, Found *found)
{
  FxAccuracySamples bright = { source_with_bright, &factor, N_CALIBRATION, n_held_out };
  FxAccuracyOptions options = { .preset = preset, .n_threads = 1 };
  g_autoptr (GError) error = NULL;
  FxAccuracy *accuracy
      = fx_accuracy_run (network (PLAIN_END), NULL, &bright, &options, find_cb, found, NULL, NULL, &error);

  g_assert_no_error (error);
  return accuracy;
}

/* What is brighter than all samples that set ranges at first is not clipped in the end. */
static void
test_refit (void)
{
  Found found = { .step = "refit-ranges" };
  g_autoptr (FxAccuracy) accuracy = run_bright (1.5f, N_HELD_OUT, FX_PRESET_FAST, &found);
  const FxValueQuant *input = &accuracy->params->values[fx_graph_input (accuracy->graph, 0)];

  g_assert_true (found.log.kept);
  g_assert_cmpuint (accuracy->statistics->n_samples, ==, N_CALIBRATION + N_HELD_OUT);
  g_assert_cmpfloat_with_epsilon (input->range.high, largest_magnitude (BRIGHT, 1.5f), 0.01);
}

/* Ranges have room for samples that reach further, which the preset `fast` does not give them. */
static void
test_room (void)
{
  Found found = { .step = "leave-room" }, not_found = found;
  g_autoptr (FxAccuracy) fast = run_bright (1.1f, N_HELD_OUT, FX_PRESET_FAST, &not_found);
  g_autoptr (FxAccuracy) usual = run_bright (1.1f, N_HELD_OUT, FX_PRESET_DEFAULT, &found);
  gboolean wider = FALSE;

  g_assert_cmpuint (not_found.n, ==, 0);
  g_assert_cmpfloat (fast->quant.headroom, ==, 0.0);
  g_assert_cmpuint (found.n, ==, 1);
  g_assert_true (found.log.kept);
  g_assert_cmpfloat (usual->quant.headroom, >, 0.0);
  for (guint i = 0; i < usual->statistics->n_tensors; i++)
    {
      const FxTensorStatistics *tensor = &usual->statistics->tensors[i];
      const FxValueQuant *value = &usual->params->values[tensor->value];

      wider = wider || (value->integer && value->bits == 8 && value->range.high > 1.01 * (double)tensor->max);
    }
  g_assert_true (wider);
}

/* A sample that is of no use does not take the steps from all others. */
static void
test_refit_put_back (void)
{
  Found found = { .step = "refit-ranges" };
  g_autoptr (FxAccuracy) accuracy = run_bright (1000.0f, N_HELD_OUT, FX_PRESET_FAST, &found);
  const FxValueQuant *input = &accuracy->params->values[fx_graph_input (accuracy->graph, 0)];

  g_assert_cmpuint (found.n, ==, 1);
  g_assert_false (found.log.kept);
  g_assert_cmpuint (accuracy->statistics->n_samples, ==, N_CALIBRATION);
  g_assert_cmpfloat (input->range.high, <, 0.01 * largest_magnitude (BRIGHT, 1000.0f));
}

/* Few samples do both, and are not counted twice. */
static void
test_refit_of_few (void)
{
  Found found = { .step = "refit-ranges" };
  g_autoptr (FxAccuracy) accuracy = run_bright (1.5f, N_CALIBRATION, FX_PRESET_FAST, &found);

  g_assert_false (found.log.kept);
  g_assert_cmpuint (accuracy->statistics->n_samples, ==, N_CALIBRATION);
}

/* ---- what is kept ---- */

typedef struct
{
  guint n_kept, n_small; /* steps that were kept; that were better, but not by enough */
} Gains;

static void
gain_cb (const FxAccuracyLog *log, gpointer data)
{
  Gains *gains = data;
  double gain = log->after_db - log->before_db;

  for (const FxAccuracyStep *step = fx_accuracy_steps; step->name != NULL; step++)
    if (strcmp (log->name, step->name) == 0)
      {
        g_assert_true (!log->kept || gain >= step->least_gain_db);
        g_assert_true (!log->kept || gain > 0 || step->least_gain_db < 0);
        g_assert_true (log->kept || gain <= 0 || gain < step->least_gain_db);
        gains->n_kept += log->kept;
        gains->n_small += gain > 0 && !log->kept;
      }
}

/* A step that changes a lot and gains next to nothing is put back. */
static void
test_least_gain (void)
{
  static const char *const ends[] = { PLAIN_END, PIXELS_END, SOFTMAX_END };
  Gains gains = { 0 };

  for (guint i = 0; i < 6 * G_N_ELEMENTS (ends); i++)
    {
      const FxAccuracySamples some = { source, NULL, N_CALIBRATION, 2 + i / 2 % 3 };
      FxAccuracyOptions options = { .preset = FX_PRESET_THOROUGH, .auto_method = i % 2, .n_threads = 1 };
      g_autoptr (GError) error = NULL;
      g_autoptr (FxAccuracy) accuracy
          = fx_accuracy_run (network (ends[i / 6]), NULL, &some, &options, gain_cb, &gains, NULL, NULL, &error);

      g_assert_no_error (error);
    }
  g_assert_cmpuint (gains.n_kept, >, 0);
  g_assert_cmpuint (gains.n_small, >, 0);
}

/* ---- ranges of single activations ---- */

/* Some pixels of the first channel reach far. */
static gboolean
source_with_peaks (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  g_autoptr (FxTensor) plain = NULL;
  FxShape shape = FX_SHAPE (1, 3, 8, 8);
  void *data;

  source (i, &plain, user_data, error);
  inputs[0] = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &shape, &data, error);
  for (gsize k = 0; k < fx_tensor_elements (plain); k++)
    ((float *)data)[k] = (float)fx_tensor_get_double (plain, k) * (k == i ? 50.0f : 1.0f);
  return TRUE;
}

/* Inputs are not clipped, also where the method that does not clip is that of the whole network, and where nothing that
 * is clipped would be missed: here no weight reads it. */
static void
test_ranges_of_inputs (void)
{
  static const FxAccuracySamples peaks = { source_with_peaks, NULL, N_CALIBRATION, N_HELD_OUT };
  g_autoptr (GString) text = g_string_new ("input %x f32[1,3,8,8]\nconst %w0 f32[2,3,1,1] = [0,0.7,-0.4,0,0.5,0.6]\n");
  FxAccuracyOptions options
      = { .preset = FX_PRESET_THOROUGH, .quant = { .method = { &fx_threshold_max, 0.0 } }, .n_threads = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxAccuracy) accuracy = NULL;

  add_weights (text, "w1", "3,2,1,1", 6, 0.5, 3);
  g_string_append (text, "%c0 f32[*] = Conv(%x, %w0) v11\n%r0 f32[*] = Relu(%c0) v11\n"
                         "%y f32[*] = Conv(%r0, %w1) v11\noutput %y\n");
  accuracy = fx_accuracy_run (parse (text->str), NULL, &peaks, &options, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (accuracy->params->values[fx_graph_input (accuracy->graph, 0)].method, ==, "max");
}

static void
assert_same_nodes (const FxQuantParams *a, const FxQuantParams *b)
{
  for (guint i = 0; i < a->n_nodes; i++)
    {
      const FxNodeQuant *x = &a->nodes[i], *y = &b->nodes[i];

      g_assert_cmpmem (x->weights, x->weights != NULL ? x->n_weights : 0, y->weights,
                       y->weights != NULL ? y->n_weights : 0);
      g_assert_cmpmem (x->bias_shift, x->bias_shift != NULL ? x->n_weight_scales * sizeof (double) : 0, y->bias_shift,
                       y->bias_shift != NULL ? y->n_weight_scales * sizeof (double) : 0);
    }
}

static void
test_threads (void)
{
  FxAccuracyOptions options = { .preset = FX_PRESET_THOROUGH, .auto_method = TRUE, .n_threads = 1 };
  g_autoptr (FxAccuracy) one = run (SOFTMAX_END, &options, NULL), three = NULL;

  options.n_threads = 3;
  three = run (SOFTMAX_END, &options, NULL);
  g_assert_cmpfloat (one->noise, ==, three->noise);
  assert_same_nodes (one->params, three->params);
}

/* ---- nodes with 16 bits ---- */

/* The third layer's result has a channel a hundred times as wide as the others, which the layer behind it takes back:
 * with 8 bits nothing of the others is left. */
static FxGraph *
network_with_bad_layer (const char *end)
{
  g_autoptr (GString) text = g_string_new ("input %x f32[1,3,8,8]\n");

  add_weights (text, "w0", "4,3,1,1", 12, 0.5, 1);
  add_weights (text, "w1", "4,4,1,1", 16, 0.5, 2);
  g_string_append (text, "const %w2 f32[2,4,1,1] = [90,80,-70,60,0.5,-0.4,0.7,0.3]\n"
                         "const %w3 f32[2,2,1,1] = [0.01,0.5,0.01,-0.7]\n");
  add_weights (text, "w4", "3,2,1,1", 6, 0.5, 3);
  g_string_append (text, "%c0 f32[*] = Conv(%x, %w0) v11\n%r0 f32[*] = Relu(%c0) v11\n"
                         "%c1 f32[*] = Conv(%r0, %w1) v11\n%r1 f32[*] = Relu(%c1) v11\n"
                         "%bad f32[*] = Conv(%r1, %w2) v11\n%c3 f32[*] = Conv(%bad, %w3) v11\n"
                         "%r3 f32[*] = Relu(%c3) v11\n");
  g_string_append (text, end);
  return parse (text->str);
}

#define CONV_END "%y f32[*] = Conv(%r3, %w4) v11\noutput %y\n"
#define SOFTMAX_INSIDE_END                                                                                             \
  "const %k f32[1] = [0.001]\n%s f32[*] = Softmax(%r3) {axis=1} v11\n%t f32[*] = Mul(%s, %k) v7\n"                     \
  "%u f32[*] = Add(%r3, %t) v7\n%y f32[*] = Conv(%u, %w4) v11\noutput %y\n"

static FxAccuracy *
run_mixed (const FxMixedOptions *mixed, guint n_threads)
{
  FxAccuracyOptions options = { .preset = FX_PRESET_FAST, .mixed = *mixed, .n_threads = n_threads };
  g_autoptr (GError) error = NULL;
  FxAccuracy *accuracy
      = fx_accuracy_run (network_with_bad_layer (CONV_END), NULL, &samples, &options, NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return accuracy;
}

static guint
bits_of (const FxAccuracy *accuracy, const char *value)
{
  return accuracy->params->values[fx_graph_find_value (accuracy->graph, value)].bits;
}

/* 16 bits have room for all that was seen: what leaves some of it out is for 8. */
static void
test_wide_ranges (void)
{
  g_autoptr (GHashTable) precisions = g_hash_table_new (g_str_hash, g_str_equal);
  FxAccuracyOptions options = { .preset = FX_PRESET_FAST, .n_threads = 1 };
  g_autoptr (FxAccuracy) accuracy = NULL;
  g_autoptr (FxGraph) graph = network (PLAIN_END);
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  FxId producer = uses->producer[fx_graph_find_value (graph, "r1")];
  const FxValueQuant *values;

  g_assert_true (fx_threshold_parse ("percentile=99", &options.quant.method, NULL));
  options.quant.node_precisions = precisions;
  g_hash_table_insert (precisions, fx_graph_node (graph, producer)->name, GINT_TO_POINTER (FX_PRECISION_INT16));
  accuracy = run (PLAIN_END, &options, NULL);
  values = accuracy->params->values;
  g_assert_cmpuint (bits_of (accuracy, "r1"), ==, 16);
  g_assert_cmpstr (values[fx_graph_find_value (accuracy->graph, "r1")].method, ==, "max");
  g_assert_cmpuint (bits_of (accuracy, "r2"), ==, 8);
  g_assert_cmpstr (values[fx_graph_find_value (accuracy->graph, "r2")].method, ==, "percentile=99");
}

/* One node of five may rise: one of the two that the bad tensor lies between. */
static void
test_mixed_bad_layer (void)
{
  g_autoptr (FxAccuracy) none = run_mixed (&(FxMixedOptions){ 0 }, 1);
  g_autoptr (FxAccuracy) one = run_mixed (&(FxMixedOptions){ .share = 0.2 }, 1);

  g_assert_null (none->mixed);
  g_assert_cmpuint (bits_of (none, "bad"), ==, 8);
  g_assert_cmpuint (one->mixed->len, ==, 2);
  g_assert_null (g_array_index (one->mixed, FxMixedPoint, 0).node);
  g_assert_true (g_array_index (one->mixed, FxMixedPoint, 1).kept);
  g_assert_cmpuint (bits_of (one, "bad"), ==, 16);
  g_assert_cmpuint (bits_of (one, "r0"), ==, 8);
  g_assert_cmpfloat (one->noise, <, 0.5 * none->noise);
}

/* Of five nodes, so many rise and not one more. */
static void
test_mixed_share (void)
{
  static const struct
  {
    double share;
    guint most;
  } cases[] = { { 0.19, 0 }, { 0.2, 1 }, { 0.39, 1 }, { 0.6, 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FxAccuracy) accuracy = run_mixed (&(FxMixedOptions){ .share = cases[i].share }, 1);

      g_assert_cmpuint (accuracy->mixed->len, ==, cases[i].most + 1);
    }
}

static void
test_mixed_threads (void)
{
  g_autoptr (FxAccuracy) one = run_mixed (&(FxMixedOptions){ .share = 1 }, 1);
  g_autoptr (FxAccuracy) three = run_mixed (&(FxMixedOptions){ .share = 1 }, 3);

  g_assert_cmpfloat (one->noise, ==, three->noise);
  g_assert_cmpuint (one->mixed->len, ==, three->mixed->len);
  for (guint i = 0; i < one->mixed->len; i++)
    g_assert_cmpstr (g_array_index (one->mixed, FxMixedPoint, i).node, ==,
                     g_array_index (three->mixed, FxMixedPoint, i).node);
}

/* What the network costs never passes the limit; at a limit of what it costs with 8 bits, nothing rises. */
static void
test_mixed_latency (void)
{
  FxMachine machine = { .prices = { [FX_COST_DENSE] = 1000.0, [FX_COST_DENSE16] = 2000.0 } };
  const double limits[] = { 1.0, 1.3, 1.6, 2.0 };
  guint last = 0;

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (FxAccuracy) accuracy = run_mixed (&(FxMixedOptions){ .latency = limits[i], .machine = &machine }, 1);
      double start = g_array_index (accuracy->mixed, FxMixedPoint, 0).ms;

      for (guint k = 0; k < accuracy->mixed->len; k++)
        g_assert_cmpfloat (g_array_index (accuracy->mixed, FxMixedPoint, k).ms, <=, limits[i] * start * (1 + 1e-9));
      g_assert_cmpuint (accuracy->mixed->len, >=, last);
      last = accuracy->mixed->len;
      if (i == 0)
        g_assert_cmpuint (last, ==, 1);
    }
  g_assert_cmpuint (last, >, 2);
}

/* What earlier steps found for the weights outlives new precisions. */
static void
test_mixed_keeps_weights (void)
{
  FxAccuracyOptions options = { .preset = FX_PRESET_DEFAULT, .mixed = { .share = 0.4 }, .n_threads = 1 };
  Found bias = { .step = "correct-bias" }, mixed = { .step = "mix-precisions" };
  g_autoptr (FxAccuracy) accuracy = run (PIXELS_END, &options, &bias), again = run (PIXELS_END, &options, &mixed);
  guint n_shifted = 0;

  g_assert_true (bias.log.kept && mixed.log.kept);
  g_assert_cmpfloat (accuracy->noise, ==, again->noise);
  for (guint i = 0; i < accuracy->params->n_nodes; i++)
    n_shifted += accuracy->params->nodes[i].bias_shift != NULL;
  g_assert_cmpuint (n_shifted, ==, 3);
}

/* A node that the CPU runs unless the BPU is asked to is still asked for when its 16 bits are taken back. */
static void
test_mixed_on_request (void)
{
  FxGraph *graph = network_with_bad_layer (SOFTMAX_INSIDE_END);
  g_autoptr (FxCheckReport) placement = small_graph_place_all_but (graph, "Softmax", TRUE);
  g_autoptr (GHashTable) precisions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  FxAccuracyOptions options = {
    .preset = FX_PRESET_FAST, .mixed = { .share = 0.15 }, .quant = { .node_precisions = precisions }, .n_threads = 1
  };
  g_autoptr (FxAccuracy) accuracy = NULL;
  g_autoptr (GError) error = NULL;
  FxId softmax = FX_NONE;

  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    if (strcmp (fx_graph_node (graph, id)->op_type, "Softmax") == 0)
      softmax = id;
  g_hash_table_insert (precisions, g_strdup (fx_graph_node (graph, softmax)->name),
                       GINT_TO_POINTER (FX_PRECISION_INT8));
  accuracy = fx_accuracy_run (graph, placement, &samples, &options, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (bits_of (accuracy, "bad"), ==, 16);
  g_assert_cmpint (accuracy->params->nodes[softmax].precision, ==, FX_PRECISION_INT8);
}

/* ---- stopping ---- */

typedef struct
{
  GCancellable *cancellable;
  guint n, at; /* reports so far; the one that stops */
} Stop;

static void
stop_cb (G_GNUC_UNUSED double fraction, G_GNUC_UNUSED const char *message, gpointer data)
{
  Stop *stop = data;

  if (stop->n++ == stop->at)
    g_cancellable_cancel (stop->cancellable);
}

/* At each report: nothing is left, and the error says so. */
static void
test_cancel (void)
{
  FxAccuracyOptions options = { .preset = FX_PRESET_THOROUGH, .mixed = { .share = 1 }, .n_threads = 1 };
  Stop stop = { 0 };

  for (guint at = 0;; at += 3)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (FxAccuracy) accuracy = NULL;
      g_autoptr (GError) error = NULL;
      FxProgress progress = { stop_cb, &stop, 0.0, 1.0 };

      stop = (Stop){ cancellable, 0, at };
      accuracy
          = fx_accuracy_run (network (PLAIN_END), NULL, &samples, &options, NULL, NULL, &progress, cancellable, &error);
      if (!g_cancellable_is_cancelled (cancellable) || accuracy != NULL)
        break; /* the last report of all */
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  g_assert_cmpuint (stop.n, >, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/accuracy/judge-before-softmax", test_judge_before_softmax);
  g_test_add_func ("/accuracy/judge-outlier", test_judge_outlier);
  g_test_add_func ("/accuracy/zero-points", test_zero_points);
  g_test_add_func ("/accuracy/given-range", test_given_range);
  g_test_add_func ("/accuracy/rounding/correlated", test_rounding_correlated);
  g_test_add_func ("/accuracy/rounding/independent", test_rounding_independent);
  g_test_add_func ("/accuracy/rounding/ends", test_rounding_ends);
  g_test_add_func ("/accuracy/rounding/no-inputs", test_rounding_no_inputs);
  g_test_add_func ("/accuracy/round-weights", test_round_weights);
  g_test_add_func ("/accuracy/round-preset", test_round_preset);
  g_test_add_func ("/accuracy/correct-means", test_correct_means);
  g_test_add_func ("/accuracy/correct-means-of-few", test_correct_means_of_few);
  g_test_add_func ("/accuracy/carry", test_carry);
  g_test_add_func ("/accuracy/refit", test_refit);
  g_test_add_func ("/accuracy/room", test_room);
  g_test_add_func ("/accuracy/refit-put-back", test_refit_put_back);
  g_test_add_func ("/accuracy/refit-of-few", test_refit_of_few);
  g_test_add_func ("/accuracy/least-gain", test_least_gain);
  g_test_add_func ("/accuracy/ranges-of-inputs", test_ranges_of_inputs);
  g_test_add_func ("/accuracy/threads", test_threads);
  g_test_add_func ("/accuracy/mixed/wide-ranges", test_wide_ranges);
  g_test_add_func ("/accuracy/mixed/bad-layer", test_mixed_bad_layer);
  g_test_add_func ("/accuracy/mixed/share", test_mixed_share);
  g_test_add_func ("/accuracy/mixed/threads", test_mixed_threads);
  g_test_add_func ("/accuracy/mixed/latency", test_mixed_latency);
  g_test_add_func ("/accuracy/mixed/keeps-weights", test_mixed_keeps_weights);
  g_test_add_func ("/accuracy/mixed/on-request", test_mixed_on_request);
  g_test_add_func ("/accuracy/cancel", test_cancel);
  return g_test_run ();
}
