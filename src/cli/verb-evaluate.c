/* fixpoint-cli evaluate: top-1 and top-5 accuracy of a classifier.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-json.h"
#include "cli/fx-cli.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "io/fx-evaluator.h"

#include <stdio.h>

typedef struct
{
  char *weights, *dataset, *labels, *preprocess;
  char **shapes;
  int threads, samples, seed;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->weights);
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

      fprintf (stderr, "skipped %s: %s\n", skipped->name, skipped->reason);
    }
}

static void
print_result (const char *model, const FxEvaluation *evaluation, gboolean json)
{
  double top1 = fx_evaluation_percent (evaluation->top1, evaluation->n);
  double top5 = fx_evaluation_percent (evaluation->top5, evaluation->n);
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *text = NULL;

  if (!json)
    {
      printf ("samples %u\ntop-1   %.2f %% (%u)\ntop-5   %.2f %% (%u)\n", evaluation->n, top1, evaluation->top1, top5,
              evaluation->top5);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  fx_cli_json_string (builder, "model", model);
  json_builder_set_member_name (builder, "samples");
  json_builder_add_int_value (builder, evaluation->n);
  json_builder_set_member_name (builder, "top1_count");
  json_builder_add_int_value (builder, evaluation->top1);
  json_builder_set_member_name (builder, "top5_count");
  json_builder_add_int_value (builder, evaluation->top5);
  json_builder_set_member_name (builder, "top1_percent");
  json_builder_add_double_value (builder, top1);
  json_builder_set_member_name (builder, "top5_percent");
  json_builder_add_double_value (builder, top5);
  json_builder_end_object (builder);
  text = fx_cli_json_to_text (builder);
  fputs (text, stdout);
}

static gboolean
evaluate (const char *path, const Options *options, GError **error)
{
  FxEngineOptions engine_options = { .n_threads = 1 };
  FxProgress progress = fx_cli_progress ();
  FxEvaluation evaluation = { 0 };
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = fx_cli_load (path, options->weights, options->shapes, diagnostics, error);
  g_autoptr (FxPreprocess) preprocess = NULL;
  g_autoptr (FxDataset) dataset = NULL;
  g_autoptr (FxEngine) engine = NULL;

  if (graph == NULL)
    return FALSE;
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

int
fx_verb_evaluate (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights, "The file with the weights, where the format has one",
      "FILE" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, "Set the shape of an input", "[NAME=]DIMS" },
    { "dataset", 0, 0, G_OPTION_ARG_FILENAME, &options.dataset, "Folder with the samples, or a list of them", "DIR" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &options.labels,
      "Lines of: file name, class index, class name; labels.txt in the folder if not given", "FILE" },
    { "preprocess", 0, 0, G_OPTION_ARG_STRING, &options.preprocess,
      "Steps from picture to input, such as \"resize-short 256; center-crop 224x224; bgr; mean 104,117,123\"",
      "PIPELINE" },
    { "samples", 0, 0, G_OPTION_ARG_INT, &options.samples, "Use so many samples, spread over the classes", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, "Which samples --samples picks", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, "Number of threads; all processors if not given", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Write JSON", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!fx_cli_parse ("evaluate", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  if (options.dataset == NULL || options.threads < 0 || options.samples < 0)
    {
      fprintf (stderr, "fixpoint-cli: %s\n",
               options.dataset == NULL ? "evaluate needs --dataset DIR" : "--threads and --samples cannot be negative");
      return FX_EXIT_ERROR;
    }
  return evaluate (argv[1], &options, &error) ? FX_EXIT_OK : fx_cli_fail (error);
}
