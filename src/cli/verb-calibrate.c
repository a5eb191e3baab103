/* fixpoint-cli calibrate: the ranges of all activations over a folder of samples, by every method.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-json.h"
#include "cli/fx-cli.h"

#include "core/calib/fx-calibrate.h"
#include "core/calib/fx-doctor.h"
#include "core/calib/fx-thresholds.h"
#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/passes/fx-passes.h"
#include "io/fx-file.h"
#include "io/fx-statistics-file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct
{
  char *weights, *dataset, *preprocess, *resume, *output;
  char **shapes;
  int threads, samples, seed;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->weights);
  g_free (options->dataset);
  g_free (options->preprocess);
  g_free (options->resume);
  g_free (options->output);
  g_strfreev (options->shapes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* All columns of the table. */
static const char *const methods[] = { "max", "percentile=99.99", "percentile=99.999", "kl", "mse", "aciq" };

/* What the calls share. */
typedef struct
{
  const Options *options;
  const char *path, *identity;
  const FxGraph *graph;
  const FxDataset *dataset;
  const FxPreprocess *preprocess;
} Work;

/* ---- looking at the samples first ---- */

#define MAX_LOOKED_AT 200 /* more do not tell more */

static gboolean
load_sample (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  const Work *work = user_data;
  const FxValue *input = fx_graph_value (work->graph, fx_graph_input (work->graph, 0));

  return fx_dataset_load (work->dataset, i, work->preprocess, input, &inputs[0], error);
}

/* Files without a header, whose size is all that tells whether they fit. */
static gboolean
check_files (const Work *work, GPtrArray *findings)
{
  const FxValue *input = fx_graph_value (work->graph, fx_graph_input (work->graph, 0));
  gboolean ok = TRUE;

  for (guint i = 0; i < fx_dataset_n_samples (work->dataset); i++)
    {
      const FxSample *sample = fx_dataset_sample (work->dataset, i);
      FxDType dtype = g_str_has_suffix (sample->path, ".u8") ? FX_DTYPE_UINT8 : input->dtype;
      gboolean bare = g_str_has_suffix (sample->path, ".bin") || g_str_has_suffix (sample->path, ".raw")
                      || g_str_has_suffix (sample->path, ".f32") || g_str_has_suffix (sample->path, ".u8");
      struct stat info;

      if (bare && !sample->is_image && stat (sample->path, &info) == 0)
        ok = fx_doctor_check_file (sample->path, (guint64)info.st_size, dtype, &input->shape, findings) && ok;
    }
  return ok;
}

/* `source` is the model as it was read. */
static gboolean
examine (const Work *work, const FxGraph *source, GPtrArray *findings, GError **error)
{
  guint n = MIN (fx_dataset_n_samples (work->dataset), MAX_LOOKED_AT);
  g_autoptr (FxDoctor) doctor = fx_doctor_new (source);
  FxProgress progress = fx_cli_progress ();
  gboolean ok = TRUE;

  if (!check_files (work, findings))
    {
      fx_cli_print_diagnostics (findings);
      return fx_fail (error, FX_ERROR_BAD_DATA, "%s: samples do not fit the input", work->options->dataset);
    }
  for (guint i = 0; ok && i < n; i++)
    {
      g_autoptr (FxTensor) sample = NULL;

      ok = !g_cancellable_set_error_if_cancelled (fx_cli_cancellable (), error)
           && load_sample (i, &sample, (gpointer)work, error);
      if (ok)
        fx_doctor_look (doctor, fx_dataset_sample (work->dataset, i)->name, sample);
      fx_progress_report (&progress, (double)(i + 1) / n, "Looking at the samples");
    }
  ok = ok && fx_doctor_report (doctor, findings, fx_cli_cancellable (), error);
  if (ok)
    fx_cli_print_diagnostics (findings);
  return ok;
}

/* ---- gathering ---- */

static gboolean
keep (const FxStatistics *statistics, gpointer user_data, GError **error)
{
  const Work *work = user_data;

  return fx_statistics_save (statistics, work->identity, work->options->resume, error);
}

/* Takes up what an earlier run has left, if it has. */
static gboolean
take_up (const Work *work, FxStatistics *statistics, GError **error)
{
  if (work->options->resume == NULL || !g_file_test (work->options->resume, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!fx_statistics_load (statistics, work->identity, work->options->resume, error))
    return FALSE;
  fprintf (stderr, _ ("%s: %u of %u samples are done\n"), work->options->resume, statistics->n_samples,
           fx_dataset_n_samples (work->dataset));
  return TRUE;
}

static gboolean
gather (const Work *work, FxStatistics *statistics, GError **error)
{
  const Options *options = work->options;
  FxProgress progress = fx_cli_progress ();
  FxCalibrateOptions calibrate = { .n_threads = (guint)options->threads,
                                   .keep = options->resume != NULL ? keep : NULL,
                                   .keep_data = (gpointer)work };

  if (!take_up (work, statistics, error))
    return FALSE;
  if (fx_calibrate (work->graph, statistics, fx_dataset_n_samples (work->dataset), load_sample, (gpointer)work,
                    &calibrate, &progress, fx_cli_cancellable (), error))
    return TRUE;
  /* what was done up to here is not lost; why it ended is the error that counts */
  if (options->resume != NULL && statistics->n_samples > 0)
    fx_statistics_save (statistics, work->identity, options->resume, NULL);
  return FALSE;
}

/* ---- showing ---- */

static void
compute (guint method, const FxTensorStatistics *tensor, gboolean asymmetric, FxRange *range)
{
  FxThresholdOptions options = { .asymmetric = asymmetric };
  FxThresholdChoice choice;

  fx_threshold_parse (methods[method], &choice, NULL);
  options.percentile = choice.percentile;
  fx_threshold_compute (choice.method, tensor, &options, range);
}

static const FxNode *
producer (const FxGraph *graph, const FxUses *uses, FxId value)
{
  FxId id = uses->producer[value];

  return id != FX_NONE ? fx_graph_node (graph, id) : NULL;
}

static void
print_table (const FxGraph *graph, const FxStatistics *statistics)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  int width = (int)strlen ("tensor");

  for (guint i = 0; i < statistics->n_tensors; i++)
    width = MAX (width, (int)g_utf8_strlen (statistics->tensors[i].name, -1));
  width = MIN (width, 48);
  printf ("%-18s %-*s %11s %11s", "operator", width, "tensor", "min", "max");
  for (guint m = 0; m < G_N_ELEMENTS (methods); m++)
    printf (" %10s", m == 1 ? "99.99 %" : m == 2 ? "99.999 %" : methods[m]);
  putchar ('\n');
  for (guint i = 0; i < statistics->n_tensors; i++)
    {
      const FxTensorStatistics *tensor = &statistics->tensors[i];
      const FxNode *node = producer (graph, uses, tensor->value);

      printf ("%-18s %-*s", node != NULL ? node->op_type : "(input)", width, tensor->name);
      if (tensor->count == 0)
        {
          printf (" %11s\n", _ ("not seen"));
          continue;
        }
      printf (" %11.5g %11.5g", (double)tensor->min, (double)tensor->max);
      for (guint m = 0; m < G_N_ELEMENTS (methods); m++)
        {
          FxRange range;

          compute (m, tensor, FALSE, &range);
          printf (" %10.5g", range.high);
        }
      putchar ('\n');
    }
}

static void
add_thresholds (JsonBuilder *builder, const FxTensorStatistics *tensor)
{
  json_builder_set_member_name (builder, "ranges");
  json_builder_begin_object (builder);
  for (guint m = 0; m < G_N_ELEMENTS (methods); m++)
    {
      FxRange symmetric, asymmetric;

      compute (m, tensor, FALSE, &symmetric);
      compute (m, tensor, TRUE, &asymmetric);
      json_builder_set_member_name (builder, methods[m]);
      json_builder_begin_object (builder);
      fx_json_add_number (builder, "threshold", symmetric.high);
      fx_json_add_number (builder, "low", asymmetric.low);
      fx_json_add_number (builder, "high", asymmetric.high);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
add_tensor (JsonBuilder *builder, const FxTensorStatistics *tensor, const FxNode *node)
{
  gboolean seen = tensor->count > 0;

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "tensor", tensor->name);
  fx_json_add_string (builder, "node", node != NULL ? node->name : NULL);
  fx_json_add_string (builder, "operator", node != NULL ? node->op_type : NULL);
  fx_json_add_count (builder, "elements", tensor->count);
  fx_json_add_count (builder, "zeros", tensor->zeros);
  fx_json_add_count (builder, "not_finite", tensor->not_finite);
  fx_json_add_number (builder, "min", seen ? (double)tensor->min : (double)NAN);
  fx_json_add_number (builder, "max", seen ? (double)tensor->max : (double)NAN);
  fx_json_add_number (builder, "mean", fx_tensor_statistics_mean (tensor));
  fx_json_add_number (builder, "standard_deviation", sqrt (fx_tensor_statistics_variance (tensor)));
  add_thresholds (builder, tensor);
  json_builder_end_object (builder);
}

static char *
to_json (const Work *work, const FxStatistics *statistics, const GPtrArray *findings)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (FxUses) uses = fx_uses_new (work->graph);
  g_autofree char *pipeline = fx_preprocess_to_string (work->preprocess);

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "model", work->path);
  fx_json_add_string (builder, "dataset", work->options->dataset);
  fx_json_add_string (builder, "preprocess", pipeline);
  fx_json_add_string (builder, "identity", work->identity);
  fx_json_add_count (builder, "samples", statistics->n_samples);
  json_builder_set_member_name (builder, "findings");
  fx_cli_json_diagnostics (builder, findings);
  json_builder_set_member_name (builder, "tensors");
  json_builder_begin_array (builder);
  for (guint i = 0; i < statistics->n_tensors; i++)
    add_tensor (builder, &statistics->tensors[i], producer (work->graph, uses, statistics->tensors[i].value));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return fx_json_to_text (builder);
}

static gboolean
show (const Work *work, const FxStatistics *statistics, const GPtrArray *findings, GError **error)
{
  const Options *options = work->options;
  g_autofree char *text = options->json || options->output != NULL ? to_json (work, statistics, findings) : NULL;

  if (options->output != NULL && !fx_file_replace_bytes (options->output, text, strlen (text), error))
    return fx_error_prefix (error, "%s", options->output);
  if (options->json)
    fputs (text, stdout);
  else
    print_table (work->graph, statistics);
  return TRUE;
}

/* ---- the verb ---- */

static gboolean
calibrate (const char *path, const Options *options, GError **error)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = fx_cli_load (path, options->weights, options->shapes, diagnostics, error);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GPtrArray) after = NULL;
  g_autoptr (FxGraph) source = NULL;
  g_autoptr (FxPreprocess) preprocess = NULL;
  g_autoptr (FxDataset) dataset = NULL;
  g_autoptr (FxStatistics) statistics = NULL;
  g_autofree char *identity = NULL;
  Work work = { .options = options, .path = path };

  if (graph == NULL)
    return FALSE;
  source = fx_graph_copy (graph); /* passes take batch normalization away, which the doctor reads */
  if (!fx_diagnostics_to_error (diagnostics, error) || !fx_passes_run_board (graph, NULL, fx_cli_cancellable (), error))
    return fx_error_prefix (error, "%s", path);
  if (fx_graph_n_inputs (graph) != 1)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "%s: the model has %u inputs; calibration takes models with one", path,
                    fx_graph_n_inputs (graph));
  preprocess = fx_preprocess_parse (options->preprocess != NULL ? options->preprocess : "", error);
  if (preprocess == NULL)
    return fx_error_prefix (error, "--preprocess");
  dataset = fx_dataset_open (options->dataset, NULL, error);
  if (dataset == NULL)
    return FALSE;
  fx_dataset_select (dataset, (guint)options->samples, (guint64)options->seed);
  for (guint i = 0; i < dataset->skipped->len; i++)
    {
      const FxSkipped *skipped = dataset->skipped->pdata[i];

      fprintf (stderr, _ ("skipped %s: %s\n"), skipped->name, skipped->reason);
    }
  identity = fx_statistics_identity (graph, dataset, preprocess);
  work.identity = identity;
  work.graph = graph;
  work.dataset = dataset;
  work.preprocess = preprocess;
  statistics = fx_statistics_new (graph);
  if (!examine (&work, source, findings, error) || !gather (&work, statistics, error))
    return FALSE;
  after = fx_diagnostics_new ();
  fx_doctor_check_statistics (statistics, after);
  fx_cli_print_diagnostics (after);
  g_ptr_array_extend_and_steal (findings, g_steal_pointer (&after));
  return show (&work, statistics, findings, error);
}

int
fx_verb_calibrate (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights,
      N_ ("The file with the weights, where the format has one"), "FILE" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, N_ ("Set the shape of an input"),
      "[NAME=]DIMS" },
    { "dataset", 0, 0, G_OPTION_ARG_FILENAME, &options.dataset, N_ ("Folder with the samples, or a list of them"),
      "DIR" },
    { "preprocess", 0, 0, G_OPTION_ARG_STRING, &options.preprocess,
      N_ ("Steps from picture to input, such as \"resize-short 256; center-crop 224x224; bgr; mean 104,117,123\""),
      "PIPELINE" },
    { "samples", 0, 0, G_OPTION_ARG_INT, &options.samples, N_ ("Use so many samples, spread over the folders"), "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, N_ ("Which samples --samples picks"), "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("Number of threads; all processors if not given"), "N" },
    { "resume", 0, 0, G_OPTION_ARG_FILENAME, &options.resume,
      N_ ("Keep what has been gathered in this file, and go on from there if it exists"), "FILE" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Write statistics and ranges as JSON"), "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON instead of a table"), NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!fx_cli_parse ("calibrate", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  if (options.dataset == NULL || options.threads < 0 || options.samples < 0)
    {
      fprintf (stderr, "fixpoint-cli: %s\n",
               options.dataset == NULL ? _ ("calibrate needs --dataset DIR")
                                       : _ ("--threads and --samples cannot be negative"));
      return FX_EXIT_ERROR;
    }
  return calibrate (argv[1], &options, &error) ? FX_EXIT_OK : fx_cli_fail (error);
}
