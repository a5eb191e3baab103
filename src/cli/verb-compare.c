/* fixpoint-cli compare: two models, or two stages of one conversion, layer by layer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-samples.h"
#include "cli/fx-cli.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/quant/fx-layer-error.h"
#include "io/report/fx-report.h"

#include <stdio.h>

#define DEFAULT_SAMPLES 8
#define DEFAULT_WORST 8

typedef struct
{
  char *weights, *other_weights, *html;
  char **shapes, **detailed;
  FxCliSamples samples;
  int threads, worst;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->weights);
  g_free (options->other_weights);
  g_free (options->html);
  g_strfreev (options->shapes);
  g_strfreev (options->detailed);
  fx_cli_samples_clear (&options->samples);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static FxGraph *
load (const char *path, const char *weights, const Options *options, GError **error)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = fx_cli_load (path, weights, options->shapes, diagnostics, error);

  if (graph == NULL)
    return NULL;
  if (fx_diagnostics_to_error (diagnostics, error))
    return g_steal_pointer (&graph);
  fx_error_prefix (error, "%s", path);
  return NULL;
}

static gboolean
show (const FxReport *report, const Options *options, GError **error)
{
  g_autofree char *layers = NULL, *outputs = NULL, *json = NULL;

  if (options->html != NULL && !fx_report_save_html (report, options->html, error))
    return FALSE;
  if (options->json)
    {
      json = fx_report_to_json (report);
      fputs (json, stdout);
      return TRUE;
    }
  layers = fx_report_layer_table (report);
  outputs = fx_report_output_table (report);
  printf ("%s\n%s", layers, outputs);
  return TRUE;
}

static gboolean
compare (const char *a, const char *b, const Options *options, GError **error)
{
  g_autoptr (FxGraph) reference = load (a, options->weights, options, error);
  g_autoptr (FxGraph) other = reference != NULL ? load (b, options->other_weights, options, error) : NULL;
  g_autoptr (FxSampleSet) samples = other != NULL ? fx_cli_samples_open (reference, &options->samples, error) : NULL;
  FxErrorGraphs graphs = { .reference = reference, .quantized = other };
  FxLayerErrorOptions measure = { .n_threads = (guint)options->threads,
                                  .n_worst = options->html != NULL || options->json ? (guint)options->worst : 0,
                                  .detailed = (const char *const *)options->detailed };
  FxProgress progress = fx_cli_progress ();
  g_autoptr (FxErrorReport) errors = NULL;
  g_autofree char *first = g_path_get_basename (a), *second = g_path_get_basename (b);
  g_autofree char *title = g_strdup_printf (_ ("%s against %s"), second, first);
  FxReport report = { .model = title };

  if (samples == NULL)
    return FALSE;
  errors = fx_layer_errors_measure_graphs (&graphs, fx_sample_set_n_samples (samples), fx_sample_set_load, samples,
                                           &measure, NULL, NULL, &progress, fx_cli_cancellable (), error);
  if (errors == NULL)
    return fx_error_prefix (error, "%s and %s", a, b);
  report.errors = errors;
  report.n_held_out = errors->n_samples;
  return show (&report, options, error);
}

int
fx_verb_compare (int argc, char **argv)
{
  g_auto (Options) options = { .samples.samples = DEFAULT_SAMPLES, .worst = DEFAULT_WORST };
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights,
      N_ ("The file with the weights of A, where the format has one"), "FILE" },
    { "other-weights", 0, 0, G_OPTION_ARG_FILENAME, &options.other_weights, N_ ("The same of B"), "FILE" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, N_ ("Set the shape of an input of both"),
      "[NAME=]DIMS" },
    FX_CLI_SAMPLES_ENTRIES (&options.samples),
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("Number of threads; all processors if not given"), "N" },
    { "detail", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.detailed,
      N_ ("With --json or --html: histograms and channels of this node, too"), "NODE" },
    { "worst", 0, 0, G_OPTION_ARG_INT, &options.worst, N_ ("The same of so many of the worst layers; 8 if not given"),
      "N" },
    { "html", 0, 0, G_OPTION_ARG_FILENAME, &options.html, N_ ("Write a page with plots"), "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON instead of tables"), NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!fx_cli_parse ("compare", entries, &argc, &argv, 2, 2))
    return FX_EXIT_ERROR;
  if (options.threads < 0 || options.worst < 0)
    {
      fputs (_ ("fixpoint-cli: --threads and --worst cannot be negative\n"), stderr);
      return FX_EXIT_ERROR;
    }
  return compare (argv[1], argv[2], &options, &error) ? FX_EXIT_OK : fx_cli_fail (error);
}
