/* Errors of the sample network: measured in one graph and the naive way, and as sums of their parts.
 *
 *   test-sample-errors SAMPLE_DIR
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-calibrate.h"
#include "core/exec/fx-engine.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/passes/fx-adapt.h"
#include "core/passes/fx-passes.h"
#include "core/quant/fx-layer-error.h"
#include "core/quant/fx-quantize.h"
#include "core/quant/fx-sensitivity.h"
#include "core/quant/fx-twins.h"
#include "io/fx-model.h"
#include "io/fx-sample-set.h"

#include <math.h>
#include <string.h>

#define PREPROCESS "rgb; mean 128 128 128; scale 0.0078125; layout nchw"
#define N_CALIBRATION 16
#define N_SAMPLES 3

static FxGraph *graph, *integer;
static FxQuantParams *params;
static FxSampleSet *calibration, *held_out;

static FxSampleSet *
open_samples (const char *folder, const char *name, guint n)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  FxSampleSpec spec = { .path = path, .preprocess = PREPROCESS };
  g_autoptr (GError) error = NULL;
  FxSampleSet *set = fx_sample_set_open (graph, &spec, 1, n, 0, &error);

  g_assert_no_error (error);
  return set;
}

static void
set_up (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "sample.onnx", NULL);
  g_autoptr (FxStatistics) statistics = NULL;
  g_autoptr (GError) error = NULL;
  FxQuantOptions options = { 0 };

  graph = fx_model_load (path, NULL, NULL, &error);
  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  g_assert_true (fx_pass_convert_opset (graph, NULL, &error));
  g_assert_true (fx_passes_run_float (graph, NULL, NULL, &error));
  calibration = open_samples (folder, "calibration", N_CALIBRATION);
  held_out = open_samples (folder, "test", N_SAMPLES);
  statistics = fx_statistics_new (graph);
  g_assert_true (
      fx_calibrate (graph, statistics, N_CALIBRATION, fx_sample_set_load, calibration, NULL, NULL, NULL, &error));
  params = fx_quantize_assign (graph, NULL, statistics, &options, &error);
  g_assert_no_error (error);
  integer = fx_quantize_integer (graph, params, &error);
  g_assert_no_error (error);
}

static FxErrorReport *
measure (guint n_threads, FxLayerErrorFunc func, gpointer data)
{
  FxLayerErrorOptions options = { .n_threads = n_threads, .n_worst = 2 };
  g_autoptr (GError) error = NULL;
  FxErrorReport *report = fx_layer_errors_measure (graph, params, N_SAMPLES, fx_sample_set_load, held_out, &options,
                                                   func, data, NULL, NULL, &error);

  g_assert_no_error (error);
  return report;
}

/* ---- the naive way: both networks by themselves, everything kept ---- */

typedef struct
{
  const FxGraph *of;
  FxUses *uses;
  GHashTable *values; /* name → GArray of float, those of all samples one behind the other */
} Kept;

static void
keep_cb (FxId value, const FxArray *array, gpointer data)
{
  Kept *kept = data;
  const char *name = fx_graph_value (kept->of, value)->name;
  GArray *floats = g_hash_table_lookup (kept->values, name);
  float scale = 1.0f;
  gint32 zero_point = 0;

  if (array->dtype != FX_DTYPE_FLOAT && !fx_integer_scale (kept->of, kept->uses, value, &scale, &zero_point))
    return;
  if (floats == NULL)
    {
      floats = g_array_new (FALSE, FALSE, sizeof (float));
      g_hash_table_insert (kept->values, (gpointer)name, floats);
    }
  for (gsize i = 0; i < fx_array_elements (array); i++)
    {
      float real = (float)((double)scale * (fx_array_get (array, i) - zero_point));

      g_array_append_val (floats, real);
    }
}

static GHashTable *
run_naively (const FxGraph *of)
{
  Kept kept
      = { of, fx_uses_new (of), g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref) };
  FxEngineOptions options = { .n_threads = 1, .keep_values = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxEngine) engine = fx_engine_new (of, &options, NULL, &error);
  g_autoptr (FxRun) run = NULL;

  g_assert_no_error (error);
  run = fx_run_new (engine, &error);
  fx_run_set_observer (run, keep_cb, &kept);
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      FxTensor *input = NULL, *output = NULL;

      g_assert_true (fx_sample_set_load (i, &input, held_out, &error));
      g_assert_true (fx_run_execute (run, &input, &output, NULL, &error));
      fx_tensor_unref (input);
      fx_tensor_unref (output);
    }
  fx_uses_free (kept.uses);
  return kept.values;
}

static const GArray *
elements_of (GHashTable *values, const char *name)
{
  const GArray *elements = g_hash_table_lookup (values, name);

  if (elements == NULL)
    g_error ("no value \"%s\" was seen", name);
  return elements;
}

static void
test_naive (void)
{
  g_autoptr (FxErrorReport) report = measure (2, NULL, NULL);
  g_autoptr (GHashTable) floats = run_naively (graph);
  g_autoptr (GHashTable) integers = run_naively (integer);

  g_assert_cmpuint (report->n_layers, >, 15);
  for (guint i = 0; i < report->n_layers; i++)
    {
      const FxLayerError *layer = &report->layers[i];
      g_autofree char *quantized = g_strconcat (layer->tensor, "_quantized", NULL);
      const GArray *reference = elements_of (floats, layer->tensor);
      const GArray *other
          = elements_of (integers, g_hash_table_contains (integers, quantized) ? quantized : layer->tensor);
      FxErrorSums sums = { 0 };
      FxErrorMetrics wanted;

      g_assert_cmpuint (reference->len, ==, other->len);
      fx_error_sums_add (&sums, (const float *)reference->data, (const float *)other->data, reference->len);
      wanted = fx_error_metrics (&sums);
      g_assert_cmpuint (layer->cumulative.n, ==, wanted.n);
      /* the engine may sum in another order when it fuses: an integer here and there falls on the other side of .5 */
      g_assert_cmpfloat_with_epsilon (layer->cumulative.cosine, wanted.cosine, 1e-4);
      g_assert_cmpfloat_with_epsilon (layer->cumulative.sqnr_db, wanted.sqnr_db, 0.5);
    }
}

/* Alone every layer is better than with all others' noise, or about as good where there is hardly any. */
static void
test_isolated (void)
{
  g_autoptr (FxErrorReport) report = measure (1, NULL, NULL);
  guint n = 0;

  for (guint i = 0; i < report->n_layers; i++)
    if (report->layers[i].has_isolated)
      {
        n++;
        g_assert_cmpfloat (report->layers[i].isolated.sqnr_db, >, report->layers[i].cumulative.sqnr_db - 1.0);
        g_assert_cmpfloat (report->layers[i].isolated.sqnr_db, >, 20.0);
      }
  g_assert_cmpuint (n, >, 15);
}

static void
test_threads (void)
{
  g_autoptr (FxErrorReport) one = measure (1, NULL, NULL);
  g_autoptr (FxErrorReport) three = measure (3, NULL, NULL);

  g_assert_cmpuint (one->n_layers, ==, three->n_layers);
  for (guint i = 0; i < one->n_layers; i++)
    {
      g_assert_cmpmem (&one->layers[i].cumulative, sizeof (FxErrorMetrics), &three->layers[i].cumulative,
                       sizeof (FxErrorMetrics));
      g_assert_cmpmem (&one->layers[i].isolated, sizeof (FxErrorMetrics), &three->layers[i].isolated,
                       sizeof (FxErrorMetrics));
    }
  g_assert_cmpuint (one->n_details, ==, 2);
  for (guint k = 0; k < 2; k++)
    {
      g_assert_cmpuint (one->details[k].layer, ==, three->details[k].layer);
      g_assert_cmpmem (one->details[k].channels, one->details[k].n_channels * sizeof (FxErrorMetrics),
                       three->details[k].channels, three->details[k].n_channels * sizeof (FxErrorMetrics));
    }
}

static void
count_cb (const FxLayerError *layer, G_GNUC_UNUSED guint index, G_GNUC_UNUSED guint n_layers, gpointer user_data)
{
  guint *counts = user_data;

  g_assert_cmpuint (layer->cumulative.n, >, 0);
  counts[0]++;
}

static void
test_streaming (void)
{
  guint n_calls = 0;
  g_autoptr (FxErrorReport) report = measure (2, count_cb, &n_calls);

  g_assert_cmpuint (n_calls, ==, N_SAMPLES * report->n_layers);
}

/* ---- sensitivity ---- */

static FxSensitivity *
rank (FxSensitivityKind kind, guint n_curve, guint n_threads)
{
  FxSensitivityOptions options = { .kind = kind, .n_curve = n_curve, .n_threads = n_threads };
  g_autoptr (GError) error = NULL;
  FxSensitivity *sensitivity
      = fx_sensitivity_measure (graph, params, N_SAMPLES, fx_sample_set_load, held_out, &options, NULL, NULL, &error);

  g_assert_no_error (error);
  return sensitivity;
}

/* All parts together are the whole. */
static void
test_whole (void)
{
  g_autoptr (FxErrorReport) report = measure (2, NULL, NULL);
  const FxOutputError *output = &report->outputs[0];
  const FxErrorMetrics *wholes[] = { &output->all, &output->weights, &output->activations };

  g_assert_true (output->has_split);
  for (FxSensitivityKind kind = FX_SENSITIVITY_NODE; kind <= FX_SENSITIVITY_ACTIVATION; kind++)
    {
      g_autoptr (FxSensitivity) sensitivity = rank (kind, G_MAXUINT, 2);
      guint last = sensitivity->n_rows - 1;

      g_assert_cmpuint (sensitivity->n_rows, >, 10);
      g_assert_cmpuint (sensitivity->n_curve, ==, sensitivity->n_rows);
      for (guint i = 1; i < sensitivity->n_rows; i++)
        g_assert_cmpfloat (sensitivity->rows[i - 1].error.sqnr_db, <=, sensitivity->rows[i].error.sqnr_db);
      g_assert_cmpfloat (sensitivity->together[0].sqnr_db, ==, sensitivity->rows[0].error.sqnr_db);
      g_assert_cmpfloat_with_epsilon (sensitivity->together[last].sqnr_db, wholes[kind]->sqnr_db, 0.3);
      g_assert_cmpfloat_with_epsilon (sensitivity->together[last].cosine, wholes[kind]->cosine, 1e-4);
      /* nothing is left, but for nodes that compute nothing themselves */
      g_assert_cmpfloat (sensitivity->without[last].sqnr_db, >, 40.0);
      g_assert_cmpfloat (sensitivity->without[0].sqnr_db, <, sensitivity->without[last].sqnr_db);
    }
}

static void
test_rank_threads (void)
{
  g_autoptr (FxSensitivity) one = rank (FX_SENSITIVITY_WEIGHT, 2, 1);
  g_autoptr (FxSensitivity) three = rank (FX_SENSITIVITY_WEIGHT, 2, 3);

  for (guint i = 0; i < one->n_rows; i++)
    {
      g_assert_cmpstr (one->rows[i].name, ==, three->rows[i].name);
      g_assert_cmpmem (&one->rows[i].error, sizeof (FxErrorMetrics), &three->rows[i].error, sizeof (FxErrorMetrics));
    }
}

static void
test_names (void)
{
  static const char *const one[] = { "/classifier/Gemm", NULL }, *const wrong[] = { "nobody", NULL };
  FxSensitivityOptions options = { .names = one };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxSensitivity) sensitivity
      = fx_sensitivity_measure (graph, params, N_SAMPLES, fx_sample_set_load, held_out, &options, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (sensitivity->n_rows, ==, 1);
  g_assert_cmpstr (sensitivity->rows[0].name, ==, one[0]);
  g_assert_cmpstr (sensitivity->rows[0].op_type, ==, "Gemm");
  options.names = wrong;
  g_assert_null (
      fx_sensitivity_measure (graph, params, N_SAMPLES, fx_sample_set_load, held_out, &options, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "\"nobody\" is no node that is quantized"));
}

/* Two of them at once are noisier than the worse one. */
static void
test_group (void)
{
  static const char *const names[] = { "/stage3/Add", "/classifier/Gemm", NULL };
  FxSensitivityOptions options = { .names = names };
  g_autoptr (FxSensitivity) apart = NULL, together = NULL;

  apart = fx_sensitivity_measure (graph, params, N_SAMPLES, fx_sample_set_load, held_out, &options, NULL, NULL, NULL);
  options.together = TRUE;
  together
      = fx_sensitivity_measure (graph, params, N_SAMPLES, fx_sample_set_load, held_out, &options, NULL, NULL, NULL);
  g_assert_cmpuint (apart->n_rows, ==, 2);
  g_assert_cmpuint (together->n_rows, ==, 1);
  g_assert_cmpstr (together->rows[0].name, ==, "/stage3/Add, /classifier/Gemm");
  g_assert_cmpfloat (together->rows[0].error.sqnr_db, <, apart->rows[0].error.sqnr_db + 0.5);
  g_assert_cmpfloat (together->rows[0].error.mse, >, apart->rows[1].error.mse);
}

static void
cancel_cb (double fraction, G_GNUC_UNUSED const char *message, gpointer user_data)
{
  if (fraction > 0.2)
    g_cancellable_cancel (user_data);
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  FxProgress progress = { cancel_cb, cancellable, 0.0, 1.0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_sensitivity_measure (graph, params, N_SAMPLES, fx_sample_set_load, held_out, NULL, &progress,
                                         cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  set_up (argv[1]);
  g_test_add_func ("/sample-errors/naive", test_naive);
  g_test_add_func ("/sample-errors/isolated", test_isolated);
  g_test_add_func ("/sample-errors/threads", test_threads);
  g_test_add_func ("/sample-errors/streaming", test_streaming);
  g_test_add_func ("/sensitivity/whole", test_whole);
  g_test_add_func ("/sensitivity/threads", test_rank_threads);
  g_test_add_func ("/sensitivity/names", test_names);
  g_test_add_func ("/sensitivity/group", test_group);
  g_test_add_func ("/sensitivity/cancel", test_cancel);
  status = g_test_run ();
  fx_sample_set_free (calibration);
  fx_sample_set_free (held_out);
  fx_quant_params_free (params);
  fx_graph_free (integer);
  fx_graph_free (graph);
  return status;
}
