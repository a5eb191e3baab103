/* fixpoint-cli sensitivity: which parts of a network disturb its outputs most when they are quantized.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-samples.h"
#include "cli/fx-cli.h"

#include "core/calib/fx-calibrate.h"
#include "core/check/fx-check.h"
#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/passes/fx-adapt.h"
#include "core/passes/fx-passes.h"
#include "core/quant/fx-quantize.h"
#include "io/fx-target-file.h"
#include "io/report/fx-report.h"

#include <stdio.h>

#define DEFAULT_SAMPLES 40
#define DEFAULT_HELD_OUT 8

typedef struct
{
  char *weights, *target, *method, *kind, *html;
  char **shapes, **names;
  FxCliSamples samples;
  int threads, held_out, curve;
  gboolean together, json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->weights);
  g_free (options->target);
  g_free (options->method);
  g_free (options->kind);
  g_free (options->html);
  g_strfreev (options->shapes);
  g_strfreev (options->names);
  fx_cli_samples_clear (&options->samples);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The optimized float graph. */
static FxGraph *
load (const char *path, const Options *options, GError **error)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = fx_cli_load (path, options->weights, options->shapes, diagnostics, error);

  if (graph == NULL)
    return NULL;
  if (fx_diagnostics_to_error (diagnostics, error) && fx_pass_convert_opset (graph, diagnostics, error)
      && fx_diagnostics_to_error (diagnostics, error)
      && fx_passes_run_board (graph, NULL, fx_cli_cancellable (), error))
    return g_steal_pointer (&graph);
  fx_error_prefix (error, "%s", path);
  return NULL;
}

/* Samples behind the ones that set the ranges. */
typedef struct
{
  FxSampleSet *set;
  guint first;
} HeldOut;

static gboolean
load_held_out (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  const HeldOut *held_out = user_data;

  return fx_sample_set_load (held_out->first + i, inputs, held_out->set, error);
}

/* Ranges from the first n samples. */
static FxQuantParams *
assign (const FxGraph *graph, const FxCheckReport *placement, FxSampleSet *samples, guint n, const Options *options,
        const FxProgress *progress, GError **error)
{
  g_autoptr (FxStatistics) statistics = fx_statistics_new (graph);
  FxCalibrateOptions calibrate = { .n_threads = (guint)options->threads };
  FxQuantOptions quant = { 0 };

  if (!fx_threshold_parse (options->method != NULL ? options->method : "max", &quant.method, error)
      || !fx_calibrate (graph, statistics, n, fx_sample_set_load, samples, &calibrate, progress, fx_cli_cancellable (),
                        error))
    return NULL;
  return fx_quantize_assign (graph, placement, statistics, &quant, error);
}

static gboolean
show (const char *path, const FxTarget *target, const FxSensitivity *sensitivity, guint n_calibration,
      const Options *options, GError **error)
{
  FxReport report = { .model = path,
                      .target = target != NULL ? target->board : NULL,
                      .march = target != NULL ? target->march : NULL,
                      .method = options->method != NULL ? options->method : "max",
                      .n_calibration = n_calibration,
                      .n_held_out = sensitivity->n_samples,
                      .sensitivity = sensitivity };
  g_autofree char *text = NULL;

  if (options->html != NULL && !fx_report_save_html (&report, options->html, error))
    return FALSE;
  text = options->json ? fx_report_to_json (&report) : fx_report_sensitivity_table (sensitivity);
  fputs (text, stdout);
  return TRUE;
}

/* How many of the samples are held out; FALSE: there are not enough. */
static gboolean
divide (guint n, const Options *options, guint *n_held_out, GError **error)
{
  *n_held_out = (guint)options->held_out;
  if (n > *n_held_out)
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_DATA, "%u samples are too few to hold %u of them out for measuring", n,
                  *n_held_out);
}

static gboolean
run (const char *path, const Options *options, FxSensitivityKind kind, GError **error)
{
  FxSensitivityOptions sensitivity = { .kind = kind,
                                       .names = (const char *const *)options->names,
                                       .together = options->together,
                                       .n_curve = (guint)options->curve,
                                       .n_threads = (guint)options->threads };
  FxProgress progress = fx_cli_progress (), first = fx_progress_part (&progress, 0.0, 0.2);
  FxProgress second = fx_progress_part (&progress, 0.2, 1.0);
  g_autoptr (FxTarget) target = options->target != NULL ? fx_target_load (options->target, error) : NULL;
  g_autoptr (FxGraph) graph = options->target == NULL || target != NULL ? load (path, options, error) : NULL;
  g_autoptr (FxSampleSet) samples = graph != NULL ? fx_cli_samples_open (graph, &options->samples, error) : NULL;
  g_autoptr (FxCheckReport) placement = NULL;
  g_autoptr (FxQuantParams) params = NULL;
  g_autoptr (FxSensitivity) result = NULL;
  HeldOut held_out = { .set = samples };
  guint n_held_out;

  if (samples == NULL || !divide (fx_sample_set_n_samples (samples), options, &n_held_out, error))
    return FALSE;
  held_out.first = fx_sample_set_n_samples (samples) - n_held_out;
  if (target != NULL)
    {
      placement = fx_check (graph, target, NULL, fx_cli_cancellable (), error);
      if (placement == NULL)
        return FALSE;
    }
  params = assign (graph, placement, samples, held_out.first, options, &first, error);
  if (params == NULL)
    return fx_error_prefix (error, "%s", path);
  result = fx_sensitivity_measure (graph, params, n_held_out, load_held_out, &held_out, &sensitivity, &second,
                                   fx_cli_cancellable (), error);
  if (result == NULL)
    return fx_error_prefix (error, "%s", path);
  return show (path, target, result, held_out.first, options, error);
}

int
fx_verb_sensitivity (int argc, char **argv)
{
  g_auto (Options) options = { .samples.samples = DEFAULT_SAMPLES, .held_out = DEFAULT_HELD_OUT };
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights,
      N_ ("The file with the weights, where the format has one"), "FILE" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, N_ ("Set the shape of an input"),
      "[NAME=]DIMS" },
    FX_CLI_SAMPLES_ENTRIES (&options.samples),
    { "held-out", 0, 0, G_OPTION_ARG_INT, &options.held_out,
      N_ ("Measure on so many of the samples, and set ranges by the others; 8 if not given"), "N" },
    { "target", 0, 0, G_OPTION_ARG_STRING, &options.target,
      N_ ("Quantize what runs on the BPU of this board; everything that can be if not given"), "BOARD" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &options.method, N_ ("How ranges are found; max if not given"), "METHOD" },
    { "kind", 0, 0, G_OPTION_ARG_STRING, &options.kind,
      N_ ("What is quantized alone: node (default), weight, activation"), "KIND" },
    { "name", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.names,
      N_ ("Only this node or tensor; may be given several times"), "NAME" },
    { "together", 0, 0, G_OPTION_ARG_NONE, &options.together, N_ ("Quantize what --name names at the same time"),
      NULL },
    { "curve", 0, 0, G_OPTION_ARG_INT, &options.curve,
      N_ ("Also quantize the worst 1, 2 … N together, and everything but them"), "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("Number of threads; all processors if not given"), "N" },
    { "html", 0, 0, G_OPTION_ARG_FILENAME, &options.html, N_ ("Write a page"), "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON instead of a table"), NULL },
    { NULL },
  };
  FxSensitivityKind kind = FX_SENSITIVITY_NODE;
  g_autoptr (GError) error = NULL;

  if (!fx_cli_parse ("sensitivity", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  if (options.threads < 0 || options.held_out < 1 || options.curve < 0)
    {
      fputs (_ ("fixpoint-cli: --threads and --curve cannot be negative, --held-out is at least 1\n"), stderr);
      return FX_EXIT_ERROR;
    }
  if (options.together && options.names == NULL)
    {
      fputs (_ ("fixpoint-cli: --together needs --name NAME, once for each part\n"), stderr);
      return FX_EXIT_ERROR;
    }
  if (options.kind != NULL && !fx_sensitivity_kind_parse (options.kind, &kind, &error))
    {
      fx_error_prefix (&error, "--kind");
      return fx_cli_fail (error);
    }
  return run (argv[1], &options, kind, &error) ? FX_EXIT_OK : fx_cli_fail (error);
}
