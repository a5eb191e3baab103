/* Conversions of the sample: what comes out, that it does not depend on threads, and that stopping leaves nothing
 * behind.
 *
 *   test-conversion SAMPLE_DIR
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "io/fx-conversion.h"
#include "io/fx-model.h"

#include <glib/gstdio.h>
#include <string.h>

#define PREPROCESS "rgb; mean 128 128 128; scale 0.0078125"

static const char *sample_dir;

static FxConversionOptions *
new_options (const char *output, guint n_samples)
{
  FxConversionOptions *options = fx_conversion_options_new ();
  FxConversionInput *input = fx_conversion_options_add_input (options);

  options->model = g_build_filename (sample_dir, "sample.onnx", NULL);
  options->target = g_strdup ("rdk-x5");
  options->samples = n_samples;
  options->output_dir = g_strdup (output);
  input->dataset = g_build_filename (sample_dir, "calibration", NULL);
  input->preprocess = g_strdup (PREPROCESS);
  return options;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static guint
n_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static guint
count_type (const FxGraph *graph, const char *op_type)
{
  guint n = 0;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    n += strcmp (fx_graph_node (graph, i)->op_type, op_type) == 0;
  return n;
}

static void
count_layers (G_GNUC_UNUSED const FxLayerError *error, G_GNUC_UNUSED guint index, guint n_layers, gpointer data)
{
  *(guint *)data = n_layers;
}

/* All files are there and open, and the accuracy drops by at most half a point. */
static void
test_sample (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autoptr (FxConversionOptions) options = new_options (folder, 0);
  guint n_layers = 0;
  FxConversionEvents events = { .layer = count_layers, .user_data = &n_layers };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxConversion) conversion = NULL;

  options->test = g_build_filename (sample_dir, "test", NULL);
  conversion = fx_conversion_run (options, &events, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (conversion->has_accuracy);
  g_assert_cmpuint (conversion->accuracy_float.top1, ==, 198);
  g_assert_cmpuint (conversion->accuracy_integer.top1, >=, 197);
  g_assert_cmpuint (conversion->accuracy_integer.agree1, >=, 197);
  g_assert_cmpuint (n_layers, ==, conversion->errors->n_layers);
  g_assert_cmpuint (conversion->files->len, ==, 8);
  g_assert_cmpuint (n_entries (folder), ==, 8);
  for (guint i = 0; i < conversion->files->len; i++)
    {
      const char *path = g_ptr_array_index (conversion->files, i);

      if (g_str_has_suffix (path, ".onnx") || g_str_has_suffix (path, ".fxb"))
        {
          g_autoptr (FxGraph) graph = fx_model_load (path, NULL, NULL, &error);

          g_assert_no_error (error);
          g_assert_true (fx_graph_verify (graph, &error));
        }
    }
  remove_tree (folder);
}

/* Where nothing can be written is said before anything is read. */
static void
test_bad_output (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "file", NULL), *inside = g_build_filename (file, "a", "b", NULL);
  g_autofree char *wanted = g_strdup_printf ("%s: cannot be written to: Not a directory", file);
  g_autoptr (FxConversionOptions) options = new_options (inside, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_free (options->model);
  options->model = g_strdup ("/nonexistent.onnx");
  g_assert_null (fx_conversion_run (options, NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==, wanted);
  g_clear_error (&error);
  options->prefix = g_strdup ("a/b");
  g_assert_null (fx_conversion_run (options, NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==, "the prefix \"a/b\" holds a slash");
  remove_tree (folder);
}

/* Pictures of any size fit where they are to be squeezed, and only there. */
static void
test_squeeze (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *picture = g_build_filename (folder, "a.ppm", NULL);
  g_autoptr (FxConversionOptions) options = new_options (NULL, 0);
  FxConversionInput *input = &g_array_index (options->inputs, FxConversionInput, 0);
  g_autoptr (FxConversion) conversion = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (picture, "P6 2 1 255\n\x01\x02\x03\xf4\xf5\xf6", 17, NULL));
  g_free (input->dataset);
  input->dataset = g_strdup (folder);
  options->preset = FX_PRESET_FAST;
  options->max_measured = 1;
  conversion = fx_conversion_run (options, NULL, NULL, &error);
  g_assert_null (conversion);
  g_assert_nonnull (strstr (error->message, "the preprocessing makes [1,3,1,2] of a picture"));
  g_clear_error (&error);
  input->squeeze = TRUE;
  conversion = fx_conversion_run (options, NULL, NULL, &error);
  g_assert_no_error (error);
  remove_tree (folder);
}

/* Nodes get 16 bits as far as the budget goes, and the report says which. */
static void
test_latency_budget (void)
{
  g_autoptr (FxConversionOptions) options = new_options (NULL, 10);
  g_autoptr (FxConversion) conversion = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL, *text = NULL;

  options->preset = FX_PRESET_FAST;
  options->max_measured = 1;
  options->latency_budget = 1.1;
  conversion = fx_conversion_run (options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (conversion->mixed->len, >, 1);
  for (guint i = 0; i < conversion->mixed->len; i++)
    {
      const FxMixedPoint *point = &g_array_index (conversion->mixed, FxMixedPoint, i);

      g_assert_cmpfloat (point->ms, <=, 1.1 * g_array_index (conversion->mixed, FxMixedPoint, 0).ms);
    }
  json = fx_conversion_report_json (conversion, options);
  g_assert_nonnull (strstr (json, "\"mixed_precision\""));
  text = fx_conversion_report_text (conversion, options);
  g_assert_nonnull (strstr (text, "step mix-precisions: "));
}

/* RDK X3 has 8 bits only; without a board there is no latency. */
static void
test_latency_budget_refused (void)
{
  static const struct
  {
    const char *target, *message;
  } cases[] = { { "rdk-x3", "RDK X3 computes with 8 bits only" }, { NULL, "a latency budget needs a target" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FxConversionOptions) options = new_options (NULL, 2);
      g_autoptr (FxConversion) conversion = NULL;
      g_autoptr (GError) error = NULL;

      g_free (options->target);
      options->target = g_strdup (cases[i].target);
      options->latency_budget = 1.1;
      conversion = fx_conversion_run (options, NULL, NULL, &error);
      g_assert_null (conversion);
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

/* Nor does it get 16 bits where somebody asks for them by name. */
static void
test_int16_refused (void)
{
  g_autoptr (FxConversionOptions) options = new_options (NULL, 2);
  g_autoptr (FxConversion) conversion = NULL;
  g_autoptr (GError) error = NULL;

  g_free (options->target);
  options->target = g_strdup ("rdk-x3");
  options->int16 = g_strsplit ("Conv", ",", 0);
  conversion = fx_conversion_run (options, NULL, NULL, &error);
  g_assert_null (conversion);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "RDK X3 computes with 8 bits only"));
}

static char *
checksum (const char *folder)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  static const char *const endings[]
      = { "_quantized_model.onnx", "_calibrated_model.onnx", "_thresholds.json", ".fxb", "_report.json" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *name = g_strconcat ("sample", endings[i], NULL);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *contents = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
      g_checksum_update (sum, (const guchar *)contents, (gssize)size);
    }
  return g_strdup (g_checksum_get_string (sum));
}

/* Same input, same files, whatever the number of threads. */
static void
test_threads (void)
{
  g_autofree char *first = NULL;

  for (guint threads = 1; threads <= 3; threads++)
    {
      g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL), *sum = NULL;
      g_autoptr (FxConversionOptions) options = new_options (folder, 20);
      g_autoptr (GError) error = NULL;
      g_autoptr (FxConversion) conversion = NULL;

      options->n_threads = threads;
      options->preset = FX_PRESET_THOROUGH;
      conversion = fx_conversion_run (options, NULL, NULL, &error);
      g_assert_no_error (error);
      sum = checksum (folder);
      if (first == NULL)
        first = g_steal_pointer (&sum);
      else
        g_assert_cmpstr (sum, ==, first);
      remove_tree (folder);
    }
}

/* ---- stopping ---- */

typedef struct
{
  GCancellable *cancellable;
  guint left; /* calls before it is stopped */
} Stop;

static void
stop_cb (G_GNUC_UNUSED FxConversionStage stage, G_GNUC_UNUSED double fraction, G_GNUC_UNUSED const char *message,
         gpointer data)
{
  Stop *stop = data;

  if (stop->left > 0)
    stop->left--;
  else
    g_cancellable_cancel (stop->cancellable);
}

/* Stopped at the k-th report for every k: the right error, and no file. Four samples to set ranges and one to judge
 * make every kind of report. */
static void
test_stopped (void)
{
  gboolean done = FALSE;

  for (guint k = 0; !done; k++)
    {
      g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
      g_autoptr (FxConversionOptions) options = new_options (folder, 5);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Stop stop = { cancellable, k };
      FxConversionEvents events = { .stage = stop_cb, .user_data = &stop };
      g_autoptr (GError) error = NULL;
      g_autoptr (FxConversion) conversion = fx_conversion_run (options, &events, cancellable, &error);

      done = conversion != NULL;
      if (!done)
        {
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          g_assert_cmpuint (n_entries (folder), ==, 0);
        }
      g_assert_cmpuint (k, <, 1000);
      remove_tree (folder);
    }
}

/* A board whose published list lacks Conv gets an integer network all the same, and the report says what was assumed.
 */
static void
test_incomplete_list (void)
{
  g_autoptr (FxConversionOptions) options = new_options (NULL, 5), settled = new_options (NULL, 5);
  g_autoptr (FxConversion) conversion = NULL, other = NULL;
  g_autofree char *json = NULL;

  g_free (options->target);
  options->target = g_strdup ("rdk-s100");
  options->preset = settled->preset = FX_PRESET_FAST;
  options->method = g_strdup ("max");
  settled->method = g_strdup ("max");
  conversion = fx_conversion_run (options, NULL, NULL, NULL);
  other = fx_conversion_run (settled, NULL, NULL, NULL);
  g_assert_nonnull (conversion);
  g_assert_cmpuint (conversion->placement->n_assumed, >, 0);
  g_assert_cmpuint (other->placement->n_assumed, ==, 0);
  g_assert_cmpuint (count_type (conversion->integer, "QConv"), ==, count_type (other->integer, "QConv"));
  g_assert_cmpuint (count_type (conversion->integer, "QConv"), >, 0);
  g_assert_cmpuint (count_type (conversion->integer, "Conv"), ==, 0);
  json = fx_conversion_report_json (conversion, options);
  g_assert_nonnull (strstr (json, "\"assumed\""));
}

/* ---- what cannot be ---- */

static void
expect_error (FxConversionOptions *options, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_conversion_run (options, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_errors (void)
{
  g_autoptr (FxConversionOptions) method = new_options (NULL, 5), node = new_options (NULL, 5),
                                  target = new_options (NULL, 5);
  g_autoptr (FxConversionOptions) shape = new_options (NULL, 5), output = new_options (NULL, 5);
  char *names[] = { (char *)"nobody", NULL };

  method->method = g_strdup ("luck");
  expect_error (method, "luck");
  node->int16 = g_strdupv (names);
  expect_error (node, "there is no node \"nobody\" in the optimized model");
  g_free (target->target);
  target->target = g_strdup ("toaster");
  expect_error (target, "toaster");
  g_array_index (shape->inputs, FxConversionInput, 0).shape = g_strdup ("1x3x32x32");
  expect_error (shape, "1,3,32,32");
  output->outputs = g_strdupv (names);
  expect_error (output, "there is no node or tensor \"nobody\" that could be an output");
}

/* `auto` is never worse than the best of the methods it chooses from, on the samples that judge. */
static void
test_auto (void)
{
  static const char *const methods[] = { "max", "percentile=99.99", "percentile=99.999", "kl", "mse", "aciq" };
  g_autoptr (FxConversionOptions) automatic = new_options (NULL, 20);
  g_autoptr (FxConversion) chosen = NULL;
  double best = 1e9;

  automatic->preset = FX_PRESET_FAST;
  chosen = fx_conversion_run (automatic, NULL, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (FxConversionOptions) options = new_options (NULL, 20);
      g_autoptr (FxConversion) conversion = NULL;

      options->preset = FX_PRESET_FAST;
      options->method = g_strdup (methods[i]);
      conversion = fx_conversion_run (options, NULL, NULL, NULL);
      best = MIN (best, conversion->errors->outputs[0].all.mse);
    }
  g_assert_cmpfloat (chosen->errors->outputs[0].all.mse, <=, best);
}

/* The ranges that each activation chooses for itself differ from those of one method, and are kept only for the better;
 * the steps go on from what the one before left. */
static void
test_thorough (void)
{
  g_autoptr (FxConversionOptions) options = new_options (NULL, 0);
  g_autoptr (FxConversion) conversion = NULL;
  const FxAccuracyLog *step = NULL, *kept = NULL;

  options->preset = FX_PRESET_THOROUGH;
  options->method = g_strdup ("kl");
  conversion = fx_conversion_run (options, NULL, NULL, NULL);
  for (guint i = 0; i < conversion->steps->len; i++)
    {
      const FxAccuracyLog *log = conversion->steps->pdata[i];

      g_assert_true (!log->kept || log->after_db > log->before_db);
      if (kept != NULL)
        g_assert_cmpfloat (log->before_db, ==, kept->after_db);
      if (log->kept)
        kept = log;
      if (strcmp (log->name, "choose-ranges") == 0)
        step = log;
    }
  g_assert_nonnull (step);
  g_assert_true (step->kept);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  sample_dir = argv[1];
  g_test_add_func ("/conversion/sample", test_sample);
  g_test_add_func ("/conversion/bad-output", test_bad_output);
  g_test_add_func ("/conversion/squeeze", test_squeeze);
  g_test_add_func ("/conversion/latency-budget", test_latency_budget);
  g_test_add_func ("/conversion/latency-budget-refused", test_latency_budget_refused);
  g_test_add_func ("/conversion/int16-refused", test_int16_refused);
  g_test_add_func ("/conversion/threads", test_threads);
  g_test_add_func ("/conversion/stopped", test_stopped);
  g_test_add_func ("/conversion/incomplete-list", test_incomplete_list);
  g_test_add_func ("/conversion/errors", test_errors);
  g_test_add_func ("/conversion/auto", test_auto);
  g_test_add_func ("/conversion/thorough", test_thorough);
  return g_test_run ();
}
