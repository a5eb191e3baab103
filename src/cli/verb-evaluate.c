/* fixpoint-cli evaluate: top-1 and top-5 accuracy of a classifier, as it is or beside what quantization makes of it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-json.h"
#include "cli/fx-cli-quantize.h"
#include "cli/fx-cli-show.h"
#include "cli/fx-cli.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "io/fx-evaluator.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_CALIBRATION 100

typedef struct
{
  FxCliQuantize quantize;
  char *weights, *dataset, *labels, *preprocess, *engine, *calibration;
  char **shapes;
  int threads, samples, seed, calibration_samples;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  fx_cli_quantize_clear (&options->quantize);
  g_free (options->weights);
  g_free (options->engine);
  g_free (options->calibration);
  g_free (options->dataset);
  g_free (options->labels);
  g_free (options->preprocess);
  g_strfreev (options->shapes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
print_skipped (const FxDataset *dataset)
{
  for (guint i = 0; i < dataset->skipped->len; i++)
    {
      const FxSkipped *skipped = dataset->skipped->pdata[i];

      fprintf (stderr, _ ("skipped %s: %s\n"), skipped->name, skipped->reason);
    }
}

/* ---- one network ---- */

static void
add_counts (JsonBuilder *builder, const FxEvaluation *evaluation)
{
  fx_json_add_count (builder, "samples", evaluation->n);
  fx_json_add_count (builder, "top1_count", evaluation->top1);
  fx_json_add_count (builder, "top5_count", evaluation->top5);
  fx_json_add_number (builder, "top1_percent", fx_evaluation_percent (evaluation->top1, evaluation->n));
  fx_json_add_number (builder, "top5_percent", fx_evaluation_percent (evaluation->top5, evaluation->n));
}

static void
print_json (JsonBuilder *builder)
{
  g_autofree char *text = fx_json_to_text (builder);

  fputs (text, stdout);
}

static void
print_result (const char *model, const FxEvaluation *evaluation, gboolean json)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!json)
    {
      printf ("samples %u\ntop-1   %.2f %% (%u)\ntop-5   %.2f %% (%u)\n", evaluation->n,
              fx_evaluation_percent (evaluation->top1, evaluation->n), evaluation->top1,
              fx_evaluation_percent (evaluation->top5, evaluation->n), evaluation->top5);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  fx_json_add_string (builder, "model", model);
  add_counts (builder, evaluation);
  json_builder_end_object (builder);
  print_json (builder);
}

static gboolean
evaluate_one (const char *path, const FxGraph *graph, const Options *options, GError **error)
{
  FxEngineOptions engine_options = { .n_threads = 1 };
  FxProgress progress = fx_cli_progress ();
  FxEvaluation evaluation = { 0 };
  g_autoptr (FxPreprocess) preprocess = NULL;
  g_autoptr (FxDataset) dataset = NULL;
  g_autoptr (FxEngine) engine = NULL;

  preprocess = fx_preprocess_parse (options->preprocess != NULL ? options->preprocess : "", error);
  if (preprocess == NULL)
    return fx_error_prefix (error, "--preprocess");
  dataset = fx_dataset_open (options->dataset, options->labels, error);
  if (dataset == NULL)
    return FALSE;
  fx_dataset_select (dataset, (guint)options->samples, (guint64)options->seed);
  print_skipped (dataset);
  engine = fx_engine_new (graph, &engine_options, fx_cli_cancellable (), error);
  if (engine == NULL)
    return fx_error_prefix (error, "%s", path);
  if (!fx_evaluate_dataset (engine, dataset, preprocess, (guint)options->threads, &evaluation, &progress,
                            fx_cli_cancellable (), error))
    return FALSE;
  print_result (path, &evaluation, options->json);
  return TRUE;
}

/* ---- float and integer ---- */

static void
print_pair (const char *model, const FxConversion *conversion, gboolean json)
{
  const FxEvaluation *before = &conversion->accuracy_float, *after = &conversion->accuracy_integer;
  double agreement = fx_evaluation_percent (after->agree1, after->n_compared);
  double sqnr_db = fx_error_metrics (&conversion->score_errors).sqnr_db;
  g_autoptr (JsonBuilder) builder = NULL;

  if (!json)
    {
      printf ("             float   integer\nsamples   %8u  %8u\n", before->n, after->n);
      printf ("top-1    %7.2f %% %7.2f %%\n", fx_evaluation_percent (before->top1, before->n),
              fx_evaluation_percent (after->top1, after->n));
      printf ("top-5    %7.2f %% %7.2f %%\n", fx_evaluation_percent (before->top5, before->n),
              fx_evaluation_percent (after->top5, after->n));
      printf ("agreement          %7.2f %% (%u)\nSQNR               %7.2f dB\n", agreement, after->agree1, sqnr_db);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  fx_json_add_string (builder, "model", model);
  fx_json_add_string (builder, "target", conversion->target->id);
  fx_json_add_string (builder, "method", conversion->method);
  json_builder_set_member_name (builder, "float");
  json_builder_begin_object (builder);
  add_counts (builder, before);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "integer");
  json_builder_begin_object (builder);
  add_counts (builder, after);
  json_builder_end_object (builder);
  fx_json_add_count (builder, "agree1_count", after->agree1);
  fx_json_add_number (builder, "agree1_percent", agreement);
  fx_json_add_number (builder, "sqnr_db", sqnr_db);
  json_builder_end_object (builder);
  print_json (builder);
}

static FxConversionOptions *
make_options (const char *path, const FxGraph *graph, const Options *options, GError **error)
{
  g_autoptr (FxConversionOptions) conversion = fx_conversion_options_new ();
  FxConversionInput *input = fx_conversion_options_add_input (conversion);

  if (!fx_cli_quantize_apply (&options->quantize, conversion, error))
    return NULL;
  conversion->model = g_strdup (path);
  conversion->graph = fx_graph_copy (graph);
  conversion->samples = options->calibration_samples > 0 ? (guint)options->calibration_samples : DEFAULT_CALIBRATION;
  conversion->seed = (guint64)options->seed;
  conversion->test = g_strdup (options->dataset);
  conversion->test_labels = g_strdup (options->labels);
  conversion->test_samples = (guint)options->samples;
  conversion->n_threads = (guint)options->threads;
  conversion->only_accuracy = TRUE;
  input->dataset = g_strdup (options->calibration != NULL ? options->calibration : options->dataset);
  input->preprocess = g_strdup (options->preprocess);
  return g_steal_pointer (&conversion);
}

static gboolean
evaluate_pair (const char *path, const FxGraph *graph, const Options *options, GError **error)
{
  FxCliShow show = fx_cli_show_new (options->json);
  FxConversionEvents events = fx_cli_show_events (&show);
  g_autoptr (FxConversionOptions) how = make_options (path, graph, options, error);
  g_autoptr (FxConversion) conversion = NULL;

  if (how == NULL)
    return FALSE;
  if (options->calibration == NULL)
    fprintf (stderr, _ ("ranges are found on samples of %s; --calibration gives others\n"), options->dataset);
  conversion = fx_conversion_run (how, &events, fx_cli_cancellable (), error);
  if (conversion == NULL)
    return FALSE;
  print_pair (path, conversion, options->json);
  return TRUE;
}

/* ---- the verb ---- */

/* The first option that counts only where something is quantized; NULL: none was given. */
static const char *
integer_option (const Options *options)
{
  return options->calibration != NULL        ? "--calibration"
         : options->calibration_samples != 0 ? "--calibration-samples"
                                             : fx_cli_quantize_given (&options->quantize);
}

static gboolean
evaluate (const char *path, const Options *options, GError **error)
{
  gboolean integer = g_strcmp0 (options->engine, "integer") == 0;
  const char *given = integer_option (options);
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = NULL;

  if (options->engine != NULL && !integer && strcmp (options->engine, "float") != 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "--engine is \"%s\", not float or integer", options->engine);
  if (given != NULL && !integer)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s goes with --engine integer only", given);
  graph = fx_cli_load (path, options->weights, options->shapes, diagnostics, error);
  if (graph == NULL)
    return FALSE;
  if (integer && !fx_cli_has_integers (graph))
    return evaluate_pair (path, graph, options, error);
  if (given != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s is quantized already; %s has nothing to do", path, given);
  return evaluate_one (path, graph, options, error);
}

int
fx_verb_evaluate (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights,
      N_ ("The file with the weights, where the format has one"), "FILE" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, N_ ("Set the shape of an input"),
      "[NAME=]DIMS" },
    { "dataset", 0, 0, G_OPTION_ARG_FILENAME, &options.dataset, N_ ("Folder with the samples, or a list of them"),
      "DIR" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &options.labels,
      N_ ("Lines of: file name, class index, class name; labels.txt in the folder if not given"), "FILE" },
    { "preprocess", 0, 0, G_OPTION_ARG_STRING, &options.preprocess,
      N_ ("Steps from picture to input, such as \"resize-short 256; center-crop 224x224; bgr; mean 104,117,123\""),
      "PIPELINE" },
    { "samples", 0, 0, G_OPTION_ARG_INT, &options.samples, N_ ("Use so many samples, spread over the classes"), "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, N_ ("Which samples --samples picks"), "N" },
    { "engine", 0, 0, G_OPTION_ARG_STRING, &options.engine,
      N_ ("float (default): the model as it is; integer: quantized first, beside the float one"), "ENGINE" },
    { "calibration", 0, 0, G_OPTION_ARG_FILENAME, &options.calibration,
      N_ ("Folder with the samples that ranges are found on; those of --dataset if not given"), "DIR" },
    { "calibration-samples", 0, 0, G_OPTION_ARG_INT, &options.calibration_samples,
      N_ ("Use so many of them; 100 if not given"), "N" },
    FX_CLI_QUANTIZE_ENTRIES (&options.quantize),
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("Number of threads; all processors if not given"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Write JSON"), NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!fx_cli_parse ("evaluate", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  if (options.dataset == NULL || options.threads < 0 || options.samples < 0 || options.calibration_samples < 0)
    {
      fprintf (stderr, "fixpoint-cli: %s\n",
               options.dataset == NULL ? _ ("evaluate needs --dataset DIR")
                                       : _ ("--threads, --samples and --calibration-samples cannot be negative"));
      return FX_EXIT_ERROR;
    }
  return evaluate (argv[1], &options, &error) ? FX_EXIT_OK : fx_cli_fail (error);
}
