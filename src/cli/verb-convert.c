/* fixpoint-cli convert: from a float model and samples to a fixed-point one and its report.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli.h"

#include "core/bpu/fx-cost.h"
#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "io/config/config-conversion.h"
#include "io/fx-conversion.h"
#include "io/fx-target-file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  char *weights, *target, *config, *preset, *method, *fix, *labels, *test, *prefix, *output;
  char **datasets, **preprocess, **shapes, **bpu, **int16, **cpu;
  int samples, seed, threads, measured;
  gboolean json, asymmetric, symmetric, dump;
} Options;

static void
options_clear (Options *options)
{
  char **strings[] = { &options->weights, &options->target, &options->config, &options->preset, &options->method,
                       &options->fix,     &options->labels, &options->test,   &options->prefix, &options->output };
  char ***lists[]
      = { &options->datasets, &options->preprocess, &options->shapes, &options->bpu, &options->int16, &options->cpu };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (*strings[i]);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_strfreev (*lists[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* ---- progress ---- */

/* Share of the whole time that each stage takes, about. */
static const double stage_begins[FX_N_STAGES + 1] = { 0.0, 0.02, 0.04, 0.05, 0.65, 0.85, 0.98, 1.0 };

typedef struct
{
  FxProgress progress;
  gint64 start; /* µs */
  gboolean quiet;
} Show;

static void
stage_cb (FxConversionStage stage, double fraction, const char *message, gpointer data)
{
  const Show *show = data;
  double done = stage_begins[stage] + fraction * (stage_begins[stage + 1] - stage_begins[stage]);
  double elapsed = (double)(g_get_monotonic_time () - show->start) / 1e6;

  if (done > 0.06 && elapsed > 2)
    fx_progress_report (&show->progress, done, "%s: %s, %.0f s left", fx_conversion_stage_name (stage), message,
                        elapsed / done * (1 - done));
  else
    fx_progress_report (&show->progress, done, "%s: %s", fx_conversion_stage_name (stage), message);
}

static void
step_cb (const FxAccuracyLog *log, gpointer data)
{
  const Show *show = data;

  if (show->quiet)
    return;
  if (isnan (log->before_db))
    fprintf (stderr, "%-29s %6.2f dB\n", log->name, log->after_db);
  else
    fprintf (stderr, "%-29s %6.2f dB → %6.2f dB, %s\n", log->name, log->before_db, log->after_db,
             log->kept ? "kept" : "not kept");
}

static void
findings_cb (const GPtrArray *diagnostics, gpointer data)
{
  const Show *show = data;

  for (guint i = 0; i < diagnostics->len; i++)
    {
      const FxDiagnostic *finding = g_ptr_array_index (diagnostics, i);
      g_autoptr (GPtrArray) one = NULL;

      if (show->quiet && finding->severity < FX_SEVERITY_ERROR)
        continue;
      if (finding->severity < FX_SEVERITY_WARNING)
        continue;
      one = g_ptr_array_new ();
      g_ptr_array_add (one, (gpointer)finding);
      fx_cli_print_diagnostics (one);
    }
}

/* ---- options ---- */

static guint
length (char **list)
{
  return list != NULL ? g_strv_length (list) : 0;
}

static void
replace (char **place, const char *text)
{
  if (text == NULL)
    return;
  g_free (*place);
  *place = g_strdup (text);
}

static void
replace_list (char ***place, char **list)
{
  if (list == NULL)
    return;
  g_strfreev (*place);
  *place = g_strdupv (list);
}

static FxConversionInput *
touch_input (FxConversionOptions *conversion, guint i)
{
  while (conversion->inputs->len <= i)
    fx_conversion_options_add_input (conversion);
  return &g_array_index (conversion->inputs, FxConversionInput, i);
}

/* "NAME=DIMS", or the dimensions alone. */
static void
set_shape (FxConversionInput *input, const char *text)
{
  const char *equals = strrchr (text, '=');

  replace (&input->shape, equals != NULL ? equals + 1 : text);
  if (equals != NULL && input->name == NULL)
    input->name = g_strndup (text, (gsize)(equals - text));
}

/* What the configuration says of an input stays, but for what is given. */
static void
set_inputs (FxConversionOptions *conversion, const Options *options)
{
  guint n_pipelines = length (options->preprocess);

  for (guint i = 0; i < length (options->datasets); i++)
    {
      FxConversionInput *input = touch_input (conversion, i);

      replace (&input->dataset, options->datasets[i]);
      replace (&input->labels, i == 0 ? options->labels : NULL);
    }
  for (guint i = 0; n_pipelines > 0 && i < conversion->inputs->len; i++)
    {
      FxConversionInput *input = touch_input (conversion, i);

      replace (&input->preprocess, options->preprocess[MIN (i, n_pipelines - 1)]);
      input->raw_dtype = FX_DTYPE_UNDEFINED; /* these are pictures */
    }
  for (guint i = 0; i < length (options->shapes); i++)
    set_shape (touch_input (conversion, i), options->shapes[i]);
}

/* What the configuration says; NULL and *error if it is wrong. Findings are printed. */
static FxConversionOptions *
read_config (const char *path, GError **error)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxConfig) config = fx_config_load (path, findings, error);
  FxConversionOptions *conversion;

  if (config == NULL)
    return NULL;
  fx_cli_print_diagnostics (findings);
  if (fx_diagnostics_count (findings, FX_SEVERITY_ERROR) > 0)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "%s: cannot be used as it is", path);
      return NULL;
    }
  conversion = fx_config_to_conversion (config, error);
  if (conversion == NULL)
    fx_error_prefix (error, "%s", path);
  return conversion;
}

/* Options go before the configuration. */
static FxConversionOptions *
make_options (const char *model, const Options *options, GError **error)
{
  g_autoptr (FxConversionOptions) conversion
      = options->config != NULL ? read_config (options->config, error) : fx_conversion_options_new ();

  if (conversion == NULL)
    return NULL;
  if (options->preset != NULL && !fx_preset_parse (options->preset, &conversion->preset, error))
    return NULL;
  if (options->fix != NULL && strcmp (options->fix, "all") != 0)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "--fix takes \"all\"; fixpoint-cli check applies single ones");
      return NULL;
    }
  replace (&conversion->model, model);
  replace (&conversion->weights, options->weights);
  replace (&conversion->target, options->target);
  replace (&conversion->method, options->method);
  replace (&conversion->output_dir, options->output);
  replace (&conversion->prefix, options->prefix);
  replace (&conversion->test, options->test);
  replace (&conversion->test_labels, options->test != NULL ? options->labels : NULL);
  if (conversion->target == NULL)
    conversion->target = g_strdup (FX_TARGET_DEFAULT);
  conversion->samples = (guint)options->samples;
  conversion->seed = (guint64)options->seed;
  conversion->fix_all = options->fix != NULL;
  conversion->asymmetric = options->asymmetric;
  conversion->symmetric = options->symmetric;
  replace_list (&conversion->bpu, options->bpu);
  replace_list (&conversion->int16, options->int16);
  replace_list (&conversion->cpu, options->cpu);
  conversion->n_threads = (guint)options->threads;
  conversion->max_measured = (guint)options->measured;
  conversion->dump_calibration = conversion->dump_calibration || options->dump;
  set_inputs (conversion, options);
  return g_steal_pointer (&conversion);
}

/* ---- results ---- */

/* Of boards that say what work costs. */
static void
print_latency (const FxConversion *conversion)
{
  const FxTarget *target = conversion->target;
  g_autoptr (FxCostReport) cost = NULL;
  FxMachine machine;

  if (target == NULL || !fx_machine_of_target (&machine, target, NULL))
    return;
  cost = fx_cost_measure (conversion->integer, &machine);
  printf ("about %.2f ms a frame on %s by estimate; fixpoint-cli perf tells what takes them\n", cost->total_ms,
          target->board);
  if (conversion->placement->n_assumed > 0)
    printf ("%u %s taken to run on the BPU that the published list of %s does not settle\n",
            conversion->placement->n_assumed, conversion->placement->n_assumed == 1 ? "node was" : "nodes were",
            target->board);
}

static void
print_text (const FxConversion *conversion, const FxConversionOptions *options)
{
  g_autofree char *text = fx_conversion_report_text (conversion, options);

  fputs (text, stdout);
  putchar ('\n');
  print_latency (conversion);
  for (guint i = 0; i < conversion->files->len; i++)
    printf ("wrote %s\n", (const char *)g_ptr_array_index (conversion->files, i));
}

static gboolean
convert (const char *model, const Options *options, GError **error)
{
  Show show = { fx_cli_progress (), g_get_monotonic_time (), options->json };
  FxConversionEvents events = { .stage = stage_cb, .step = step_cb, .findings = findings_cb, .user_data = &show };
  g_autoptr (FxConversionOptions) conversion_options = make_options (model, options, error);
  g_autoptr (FxConversion) conversion = NULL;

  if (conversion_options == NULL)
    return FALSE;
  conversion = fx_conversion_run (conversion_options, &events, fx_cli_cancellable (), error);
  if (conversion == NULL)
    return FALSE;
  if (options->json)
    {
      g_autofree char *json = fx_conversion_report_json (conversion, conversion_options);

      fputs (json, stdout);
    }
  else
    print_text (conversion, conversion_options);
  return TRUE;
}

int
fx_verb_convert (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights, "The file with the weights, where the format has one",
      "FILE" },
    { "target", 0, 0, G_OPTION_ARG_STRING, &options.target, "rdk-x3, rdk-ultra, rdk-x5 (default), rdk-s100, or a file",
      "BOARD" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, "Set the shape of an input", "[NAME=]DIMS" },
    { "dataset", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.datasets,
      "Folder with calibration samples, or a list of them; once for each input", "DIR" },
    { "preprocess", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.preprocess,
      "Steps from picture to input, such as \"resize-short 256; center-crop 224x224; bgr; mean 104,117,123\"",
      "PIPELINE" },
    { "samples", 0, 0, G_OPTION_ARG_INT, &options.samples, "Use so many samples, spread over the folders", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, "Which samples --samples picks", "N" },
    { "test", 0, 0, G_OPTION_ARG_FILENAME, &options.test,
      "Labeled samples to measure the accuracy on; those of --dataset that have labels if not given", "DIR" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &options.labels, "Labels of --test, or else of --dataset", "FILE" },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &options.config,
      "Configuration of the boards' converter (YAML); other options go before what it says", "FILE" },
    { "preset", 0, 0, G_OPTION_ARG_STRING, &options.preset, "fast, default or thorough", "PRESET" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &options.method,
      "How ranges are found: auto (default), max, percentile=99.99, kl, mse, aciq", "METHOD" },
    { "asymmetric", 0, 0, G_OPTION_ARG_NONE, &options.asymmetric,
      "Let zero points of activations differ from 0; tried by itself with --method auto, but for rdk-x3", NULL },
    { "symmetric", 0, 0, G_OPTION_ARG_NONE, &options.symmetric, "Zero points of activations stay 0", NULL },
    { "bpu", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.bpu, FX_CLI_BPU_DOC, "NODE" },
    { "int16", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.int16, FX_CLI_INT16_DOC, "NODE" },
    { "float", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.cpu, FX_CLI_FLOAT_DOC, "NODE" },
    { "fix", 0, 0, G_OPTION_ARG_STRING, &options.fix, "\"all\": apply all fixes that need no decision first", "all" },
    { "measured", 0, 0, G_OPTION_ARG_INT, &options.measured,
      "Samples that layer errors are measured on; 16 if not given", "N" },
    { "dump-calibration", 0, 0, G_OPTION_ARG_NONE, &options.dump, "Also write the samples as the network saw them",
      NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, "Number of threads; all processors if not given", "N" },
    { "prefix", 0, 0, G_OPTION_ARG_STRING, &options.prefix, "First part of the names of the files", "NAME" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "Folder for the files; none are written if not given",
      "DIR" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print the report as JSON", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!fx_cli_parse ("convert", entries, &argc, &argv, 0, 1))
    return FX_EXIT_ERROR;
  if (argc < 2 && options.config == NULL)
    {
      fprintf (stderr, "fixpoint-cli: convert needs a MODEL or --config FILE\n");
      return FX_EXIT_ERROR;
    }
  if ((options.datasets == NULL && options.config == NULL) || options.threads < 0 || options.samples < 0
      || options.measured < 0)
    {
      fprintf (stderr, "fixpoint-cli: %s\n",
               options.datasets == NULL && options.config == NULL
                   ? "convert needs --dataset DIR"
                   : "--threads, --samples and --measured cannot be negative");
      return FX_EXIT_ERROR;
    }
  return convert (argc > 1 ? argv[1] : NULL, &options, &error) ? FX_EXIT_OK : fx_cli_fail (error);
}
