/* Errors of layers measured in one graph, against both networks run one after the other.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-layer-error.h"

#include "core/exec/fx-engine.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"
#include "core/quant/fx-join.h"
#include "core/quant/fx-twins.h"

#include <math.h>
#include <string.h>

#define N_SAMPLES 5
#define N_ELEMENTS 32

static const char float_text[] = "input %x f32[1,2,4,4]\n"
                                 "const %w f32[2,2,1,1] = [0.5,-0.3, 0.25,1.0]\n"
                                 "const %b f32[2] = [0.1,-0.2]\n"
                                 "%c f32[*] = Conv(%x, %w, %b) \"conv\" v11\n"
                                 "%r f32[*] = Relu(%c) \"relu\" v11\n"
                                 "%a f32[*] = Add(%r, %x) \"add\" v11\n"
                                 "%s f32[*] = Softmax(%a) {axis=1} \"softmax\" v11\n"
                                 "output %s\n";

static const char integer_text[] = "input %x f32[1,2,4,4]\n"
                                   "const %zero s8[] = [0]\n"
                                   "const %x_scale f32[] = [0.01]\n"
                                   "const %a_scale f32[] = [0.02]\n"
                                   "const %w s8[2,2,1,1] = [127,-76, 32,127]\n"
                                   "const %ws f32[2] = [0.003937008,0.007874016]\n"
                                   "const %b s32[2] = [2540,-2540]\n"
                                   "%x_quantized s8[*] = QuantizeLinear(%x, %x_scale, %zero) \"enter\" v13\n"
                                   "%r_quantized s8[*] = \"fixpoint\"::QConv(%x_quantized, %w, %ws, %b) "
                                   "{x_scale=0.01, y_scale=0.012, low=0} \"conv\" v1 from [\"conv\",\"relu\"]\n"
                                   "%a_quantized s8[*] = \"fixpoint\"::QAdd(%r_quantized, %x_quantized) "
                                   "{a_scale=0.012, b_scale=0.01, y_scale=0.02} \"add\" v1\n"
                                   "%a f32[*] = DequantizeLinear(%a_quantized, %a_scale, %zero) \"leave\" v13\n"
                                   "%s f32[*] = Softmax(%a) {axis=1} \"softmax\" v11\n"
                                   "output %s\n";

static FxGraph *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (text, &error);

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  return graph;
}

static float
element (guint sample, guint i)
{
  return (float)sin (0.7 * i + 1.3 * sample) * (sample == 3 ? 2.0f : 1.2f); /* sample 3 leaves the range */
}

static gboolean
source (guint i, FxTensor **inputs, G_GNUC_UNUSED gpointer user_data, GError **error)
{
  float *data;

  inputs[0] = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &FX_SHAPE (1, 2, 4, 4), (void **)&data, error);
  for (guint k = 0; inputs[0] != NULL && k < N_ELEMENTS; k++)
    data[k] = element (i, k);
  return inputs[0] != NULL;
}

/* ---- the naive way ---- */

typedef struct
{
  const FxGraph *graph;
  const char *name;
  float data[N_ELEMENTS];
} Wanted;

static void
observe_cb (FxId value, const FxArray *array, gpointer data)
{
  Wanted *wanted = data;
  g_autoptr (FxUses) uses = fx_uses_new (wanted->graph);
  float scale = 1.0f;
  gint32 zero_point = 0;

  if (strcmp (fx_graph_value (wanted->graph, value)->name, wanted->name) != 0)
    return;
  g_assert_cmpuint (fx_array_elements (array), ==, N_ELEMENTS);
  if (array->dtype != FX_DTYPE_FLOAT)
    g_assert_true (fx_integer_scale (wanted->graph, uses, value, &scale, &zero_point));
  for (guint k = 0; k < N_ELEMENTS; k++)
    wanted->data[k] = (float)((double)scale * (fx_array_get (array, k) - zero_point));
}

static void
value_of (const char *text, const char *name, guint sample, float *data)
{
  g_autoptr (FxGraph) graph = parse (text);
  FxEngineOptions options = { .n_threads = 1, .reference_kernels = TRUE, .keep_values = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxEngine) engine = fx_engine_new (graph, &options, NULL, &error);
  g_autoptr (FxRun) run = fx_run_new (engine, &error);
  Wanted wanted = { .graph = graph, .name = name };
  FxTensor *input = NULL, *output = NULL;

  g_assert_no_error (error);
  fx_run_set_observer (run, observe_cb, &wanted);
  source (sample, &input, NULL, NULL);
  g_assert_true (fx_run_execute (run, &input, &output, NULL, &error));
  fx_tensor_unref (input);
  fx_tensor_unref (output);
  memcpy (data, wanted.data, sizeof wanted.data);
}

static FxErrorMetrics
naive (const char *float_name, const char *integer, const char *integer_name)
{
  FxErrorSums total = { 0 };

  for (guint i = 0; i < N_SAMPLES; i++)
    {
      float reference[N_ELEMENTS], other[N_ELEMENTS];
      FxErrorSums sums = { 0 };

      value_of (float_text, float_name, i, reference);
      value_of (integer, integer_name, i, other);
      fx_error_sums_add (&sums, reference, other, N_ELEMENTS);
      fx_error_sums_end_sample (&sums);
      fx_error_sums_merge (&total, &sums);
    }
  return fx_error_metrics (&total);
}

static void
assert_metrics (const FxErrorMetrics *found, const FxErrorMetrics *wanted)
{
  g_assert_cmpuint (found->n, ==, N_SAMPLES * N_ELEMENTS);
  g_assert_cmpuint (found->n, ==, wanted->n);
  g_assert_cmpfloat_with_epsilon (found->cosine, wanted->cosine, 1e-7);
  g_assert_cmpfloat_with_epsilon (found->sqnr_db, wanted->sqnr_db, 1e-3);
  g_assert_cmpfloat_with_epsilon (found->mse, wanted->mse, 1e-8);
  g_assert_cmpfloat_with_epsilon (found->max_abs, wanted->max_abs, 1e-6);
  g_assert_cmpfloat_with_epsilon (found->l2, wanted->l2, 1e-7);
}

static FxErrorReport *
measure (guint n_threads, FxLayerErrorFunc func, gpointer data)
{
  static const char *const detailed[] = { "add", NULL };
  g_autoptr (FxGraph) reference = parse (float_text);
  g_autoptr (FxGraph) quantized = parse (integer_text);
  FxErrorGraphs graphs = { .reference = reference, .quantized = quantized };
  FxLayerErrorOptions options = { .n_threads = n_threads, .n_worst = 1, .detailed = detailed };
  g_autoptr (GError) error = NULL;
  FxErrorReport *report
      = fx_layer_errors_measure_graphs (&graphs, N_SAMPLES, source, NULL, &options, func, data, NULL, NULL, &error);

  g_assert_no_error (error);
  return report;
}

static void
test_cumulative (void)
{
  static const char *const names[][2]
      = { { "x", "x_quantized" }, { "r", "r_quantized" }, { "a", "a_quantized" }, { "s", "s" } };
  g_autoptr (FxErrorReport) report = measure (2, NULL, NULL);

  g_assert_cmpuint (report->n_layers, ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      FxErrorMetrics wanted = naive (names[i][0], integer_text, names[i][1]);

      g_assert_cmpstr (report->layers[i].tensor, ==, names[i][0]);
      assert_metrics (&report->layers[i].cumulative, &wanted);
    }
  g_assert_cmpstr (report->layers[1].node, ==, "conv");
  g_assert_cmpstr (report->layers[1].op_type, ==, "QConv");
  g_assert_cmpint (report->layers[1].dtype, ==, FX_DTYPE_INT8);
  g_assert_cmpfloat_with_epsilon (report->layers[1].range.high, 127 * 0.012, 1e-6);
  g_assert_cmpfloat_with_epsilon (report->layers[1].input_range.high, 127 * 0.01, 1e-6);
  g_assert_false (report->layers[3].has_range);
}

/* The addition alone, of the float values as integers. */
static void
test_isolated (void)
{
  static const char alone[] = "input %x f32[1,2,4,4]\n"
                              "const %zero s8[] = [0]\n"
                              "const %xs f32[] = [0.01]\n"
                              "const %rs f32[] = [0.012]\n"
                              "const %w f32[2,2,1,1] = [0.5,-0.3, 0.25,1.0]\n"
                              "const %b f32[2] = [0.1,-0.2]\n"
                              "%c f32[*] = Conv(%x, %w, %b) v11\n"
                              "%r f32[*] = Relu(%c) v11\n"
                              "%rq s8[*] = QuantizeLinear(%r, %rs, %zero) v13\n"
                              "%xq s8[*] = QuantizeLinear(%x, %xs, %zero) v13\n"
                              "%a_quantized s8[*] = \"fixpoint\"::QAdd(%rq, %xq) "
                              "{a_scale=0.012, b_scale=0.01, y_scale=0.02} v1\n"
                              "output %a_quantized\n";
  g_autoptr (FxErrorReport) report = measure (1, NULL, NULL);
  FxErrorMetrics add = naive ("a", alone, "a_quantized");

  g_assert_true (report->layers[2].has_isolated);
  assert_metrics (&report->layers[2].isolated, &add);
  /* the convolution has nothing quantized before it but its input, and the softmax is float */
  g_assert_true (report->layers[1].has_isolated);
  g_assert_cmpfloat (report->layers[1].isolated.mse, ==, report->layers[1].cumulative.mse);
  g_assert_false (report->layers[3].has_isolated);
}

static void
test_outputs (void)
{
  g_autoptr (FxGraph) reference = parse (float_text);
  g_autoptr (FxGraph) quantized = parse (integer_text);
  FxErrorGraphs graphs
      = { .reference = reference, .quantized = quantized, .weights = reference, .activations = quantized };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxErrorReport) report
      = fx_layer_errors_measure_graphs (&graphs, N_SAMPLES, source, NULL, NULL, NULL, NULL, NULL, NULL, &error);
  FxErrorMetrics wanted = naive ("s", integer_text, "s");

  g_assert_no_error (error);
  g_assert_cmpuint (report->n_outputs, ==, 1);
  g_assert_cmpuint (report->n_details, ==, 0);
  g_assert_cmpstr (report->outputs[0].name, ==, "s");
  assert_metrics (&report->outputs[0].all, &wanted);
  g_assert_true (report->outputs[0].has_split);
  g_assert_cmpfloat (report->outputs[0].weights.mse, ==, 0.0);
  g_assert_cmpfloat (report->outputs[0].activations.mse, ==, report->outputs[0].all.mse);
}

static guint64
total (const FxLayerDetail *detail, guint side)
{
  guint64 counts[FX_HISTOGRAM_BINS], sum = detail->zeros[side];

  fx_histogram_fold (&detail->histograms[side], counts);
  for (guint k = 0; k < FX_HISTOGRAM_BINS; k++)
    sum += counts[k];
  return sum;
}

static void
test_details (void)
{
  g_autoptr (FxErrorReport) report = measure (2, NULL, NULL);
  g_autofree guint *rank = fx_error_report_rank (report);
  FxErrorMetrics both = report->layers[2].cumulative;
  const FxLayerDetail *add = &report->details[report->n_details - 1];
  guint n_beyond = 0;

  g_assert_cmpuint (report->n_details, ==, rank[0] == 2 ? 1 : 2);
  g_assert_cmpuint (report->details[0].layer, ==, rank[0]);
  for (guint i = 1; i < report->n_layers; i++)
    g_assert_true (!report->layers[rank[i]].has_isolated || !report->layers[rank[i - 1]].has_isolated
                   || report->layers[rank[i - 1]].isolated.sqnr_db <= report->layers[rank[i]].isolated.sqnr_db);
  if (rank[0] == 2)
    add = &report->details[0];
  g_assert_cmpuint (add->layer, ==, 2);
  g_assert_cmpuint (add->n_channels, ==, 2);
  g_assert_cmpuint (add->channels[0].n + add->channels[1].n, ==, both.n);
  g_assert_cmpfloat_with_epsilon (0.5 * (add->channels[0].mse + add->channels[1].mse), both.mse, 1e-12);
  g_assert_cmpuint (total (add, 0), ==, N_SAMPLES * N_ELEMENTS);
  g_assert_cmpuint (total (add, 1), ==, N_SAMPLES * N_ELEMENTS);
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      float a[N_ELEMENTS];

      value_of (float_text, "a", i, a);
      for (guint k = 0; k < N_ELEMENTS; k++)
        n_beyond += (double)a[k] > report->layers[2].range.high || (double)a[k] < report->layers[2].range.low;
    }
  g_assert_cmpuint (n_beyond, >, 0);
  g_assert_cmpfloat_with_epsilon (add->beyond, (double)n_beyond / (N_SAMPLES * N_ELEMENTS), 0.01);
}

static void
test_threads (void)
{
  g_autoptr (FxErrorReport) one = measure (1, NULL, NULL);
  g_autoptr (FxErrorReport) three = measure (3, NULL, NULL);

  for (guint i = 0; i < one->n_layers; i++)
    {
      g_assert_cmpmem (&one->layers[i].cumulative, sizeof (FxErrorMetrics), &three->layers[i].cumulative,
                       sizeof (FxErrorMetrics));
      g_assert_cmpmem (&one->layers[i].isolated, sizeof (FxErrorMetrics), &three->layers[i].isolated,
                       sizeof (FxErrorMetrics));
    }
}

typedef struct
{
  guint n, next;
  guint64 n_elements;
} Calls;

static void
count_cb (const FxLayerError *layer, guint index, guint n_layers, gpointer user_data)
{
  Calls *calls = user_data;

  g_assert_cmpuint (n_layers, ==, 4);
  g_assert_cmpuint (index, ==, calls->n % 4);
  g_assert_cmpuint (layer->cumulative.n, ==, (calls->n / 4 + 1) * N_ELEMENTS);
  if (layer->has_isolated)
    g_assert_cmpuint (layer->isolated.n, ==, layer->cumulative.n);
  calls->n++;
}

/* Every layer after every sample, in order. */
static void
test_streaming (void)
{
  Calls calls = { 0 };
  g_autoptr (FxErrorReport) report = measure (2, count_cb, &calls);

  g_assert_cmpuint (calls.n, ==, 4 * N_SAMPLES);
}

static void
cancel_cb (G_GNUC_UNUSED const FxLayerError *layer, guint index, G_GNUC_UNUSED guint n_layers, gpointer user_data)
{
  if (index == 1)
    g_cancellable_cancel (user_data);
}

static void
test_cancel (void)
{
  g_autoptr (FxGraph) reference = parse (float_text);
  g_autoptr (FxGraph) quantized = parse (integer_text);
  FxErrorGraphs graphs = { .reference = reference, .quantized = quantized };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_layer_errors_measure_graphs (&graphs, 1000000, source, NULL, NULL, cancel_cb, cancellable, NULL,
                                                 cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct
{
  GCancellable *cancellable;
  gint n_calls, cancel_at;
} Stopper;

static gboolean
stopping_source (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  Stopper *stopper = user_data;

  if (g_atomic_int_add (&stopper->n_calls, 1) + 1 == stopper->cancel_at)
    g_cancellable_cancel (stopper->cancellable);
  return source (i, inputs, NULL, error);
}

/* At every sample of both passes. */
static void
test_cancel_everywhere (void)
{
  g_autoptr (FxGraph) reference = parse (float_text);
  g_autoptr (FxGraph) quantized = parse (integer_text);
  FxErrorGraphs graphs = { .reference = reference, .quantized = quantized };
  FxLayerErrorOptions options = { .n_threads = 2, .n_worst = 1 };

  for (gint at = 1; at <= 2 * N_SAMPLES; at++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Stopper stopper = { .cancellable = cancellable, .cancel_at = at };
      g_autoptr (GError) error = NULL;

      g_assert_null (fx_layer_errors_measure_graphs (&graphs, N_SAMPLES, stopping_source, &stopper, &options, NULL,
                                                     NULL, NULL, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

static gboolean
failing_source (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  if (i >= GPOINTER_TO_UINT (user_data))
    return fx_fail (error, FX_ERROR_BAD_DATA, "sample %u is bad", i);
  return source (i, inputs, NULL, error);
}

/* The first one in order is told, whichever thread met it first. */
static void
test_bad_samples (void)
{
  g_autoptr (FxGraph) reference = parse (float_text);
  g_autoptr (FxGraph) quantized = parse (integer_text);
  FxErrorGraphs graphs = { .reference = reference, .quantized = quantized };
  FxLayerErrorOptions options = { .n_threads = 3 };
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_layer_errors_measure_graphs (&graphs, N_SAMPLES, failing_source, GUINT_TO_POINTER (2), &options,
                                                 NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
  g_assert_cmpstr (error->message, ==, "sample 2 is bad");
}

static void
test_other_inputs (void)
{
  g_autoptr (FxGraph) reference = parse (float_text);
  g_autoptr (FxGraph) other = parse ("input %x f32[1,2,4,5]\n%s f32[*] = Relu(%x) v11\noutput %s\n");
  FxErrorGraphs graphs = { .reference = reference, .quantized = other };
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_layer_errors_measure_graphs (&graphs, 1, source, NULL, NULL, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_BAD_GRAPH);
  g_assert_nonnull (strstr (error->message, "\"x\" is f32[1,2,4,4] in one model and f32[1,2,4,5] in the other"));
}

/* ---- twins ---- */

static const char *
twin_name (const FxGraph *reference, const FxId *twins, const FxGraph *graph, const char *name)
{
  FxId twin = twins[fx_graph_find_value (graph, name)];

  return twin != FX_NONE ? fx_graph_value (reference, twin)->name : NULL;
}

/* By name, by what the node stands for, and not at all. */
static void
test_twins (void)
{
  g_autoptr (FxGraph) reference = parse (float_text);
  g_autoptr (FxGraph) other = parse ("input %x f32[1,2,4,4]\n"
                                     "const %w f32[2,2,1,1] = [1,0,0,1]\n"
                                     "%fused f32[*] = Conv(%x, %w) \"both\" v11 from [\"conv\",\"relu\"]\n"
                                     "%a f32[*] = Add(%fused, %x) \"plus\" v11\n"
                                     "%s f32[1,2,2,4] = AveragePool(%a) {kernel_shape=[2,1],strides=[2,1]} v11\n"
                                     "output %s\n");
  g_autofree FxId *twins = fx_twins_find (reference, other);

  g_assert_cmpstr (twin_name (reference, twins, other, "fused"), ==, "r");
  g_assert_cmpstr (twin_name (reference, twins, other, "a"), ==, "a");
  g_assert_null (twin_name (reference, twins, other, "s")); /* of another shape */
  g_assert_null (twin_name (reference, twins, other, "w"));
  g_assert_null (twin_name (reference, twins, other, "x"));
}

static void
test_scales (void)
{
  g_autoptr (FxGraph) graph = parse ("input %i s8[1,4]\n"
                                     "const %s f32[] = [0.5]\n"
                                     "const %z s8[] = [3]\n"
                                     "const %shape s64[2] = [2,2]\n"
                                     "%q s8[*] = \"fixpoint\"::QRequantize(%i) {x_scale=0.25, x_zero_point=-1, "
                                     "y_scale=2.0, y_zero_point=7} v1\n"
                                     "%m s8[*] = Reshape(%q, %shape) v13\n"
                                     "%j s8[*] = Reshape(%i, %shape) v13\n"
                                     "%f f32[*] = DequantizeLinear(%j, %s, %z) v13\n"
                                     "output %m\noutput %f\n");
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  float scale;
  gint32 zero_point;

  g_assert_true (fx_integer_scale (graph, uses, fx_graph_find_value (graph, "m"), &scale, &zero_point));
  g_assert_cmpfloat (scale, ==, 2.0f);
  g_assert_cmpint (zero_point, ==, 7);
  g_assert_true (fx_integer_scale (graph, uses, fx_graph_find_value (graph, "i"), &scale, &zero_point));
  g_assert_cmpfloat (scale, ==, 0.25f);
  g_assert_cmpint (zero_point, ==, -1);
  g_assert_true (fx_integer_scale (graph, uses, fx_graph_find_value (graph, "j"), &scale, &zero_point));
  g_assert_cmpfloat (scale, ==, 0.5f);
  g_assert_cmpint (zero_point, ==, 3);
  g_assert_false (fx_integer_scale (graph, uses, fx_graph_find_value (graph, "f"), &scale, &zero_point));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layer-error/cumulative", test_cumulative);
  g_test_add_func ("/layer-error/isolated", test_isolated);
  g_test_add_func ("/layer-error/outputs", test_outputs);
  g_test_add_func ("/layer-error/details", test_details);
  g_test_add_func ("/layer-error/threads", test_threads);
  g_test_add_func ("/layer-error/streaming", test_streaming);
  g_test_add_func ("/layer-error/cancel", test_cancel);
  g_test_add_func ("/layer-error/cancel-everywhere", test_cancel_everywhere);
  g_test_add_func ("/layer-error/bad-samples", test_bad_samples);
  g_test_add_func ("/layer-error/other-inputs", test_other_inputs);
  g_test_add_func ("/twins/names", test_twins);
  g_test_add_func ("/twins/scales", test_scales);
  return g_test_run ();
}
