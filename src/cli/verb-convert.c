/* fixpoint-cli convert: from a float model and samples to a fixed-point one and its report.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-compile.h"
#include "cli/fx-cli-quantize.h"
#include "cli/fx-cli-show.h"

#include "core/bpu/fx-cost.h"
#include "core/calib/fx-input-split.h"
#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/config/config-conversion.h"
#include "io/fx-conversion.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  FxCliQuantize quantize;
  FxCliCompile compile;
  char *weights, *config, *labels, *test, *prefix, *output;
  char **datasets, **preprocess, **shapes;
  int samples, seed, threads, measured;
  gboolean json, dump;
} Options;

static void
options_clear (Options *options)
{
  char **strings[]
      = { &options->weights, &options->config, &options->labels, &options->test, &options->prefix, &options->output };
  char ***lists[] = { &options->datasets, &options->preprocess, &options->shapes };

  fx_cli_quantize_clear (&options->quantize);
  fx_cli_compile_clear (&options->compile);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (*strings[i]);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_strfreev (*lists[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* ---- options ---- */

static guint
length (char **list)
{
  return list != NULL ? g_strv_length (list) : 0;
}

static FxConversionInput *
touch_input (FxConversionOptions *conversion, guint i)
{
  while (conversion->inputs->len <= i)
    fx_conversion_options_add_input (conversion);
  return &g_array_index (conversion->inputs, FxConversionInput, i);
}

/* The input of that name, else the one at `position`, which gets the name. NULL and *error: it has another one. */
static FxConversionInput *
name_input (FxConversionOptions *conversion, guint position, const char *name, GError **error)
{
  FxConversionInput *input;

  for (guint i = 0; i < conversion->inputs->len; i++)
    {
      input = touch_input (conversion, i);
      if (g_strcmp0 (input->name, name) == 0)
        return input;
    }
  input = touch_input (conversion, position);
  if (input->name != NULL)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "--input-shape: there is no input \"%s\"; number %u is \"%s\"", name,
               position + 1, input->name);
      return NULL;
    }
  input->name = g_strdup (name);
  return input;
}

/* "NAME=DIMS", or the dimensions alone. */
static gboolean
set_shape (FxConversionOptions *conversion, guint position, const char *text, GError **error)
{
  const char *equals = strrchr (text, '=');
  g_autofree char *name = equals != NULL ? g_strndup (text, (gsize)(equals - text)) : NULL;
  FxConversionInput *input
      = name != NULL ? name_input (conversion, position, name, error) : touch_input (conversion, position);

  if (input != NULL)
    fx_cli_replace (&input->shape, equals != NULL ? equals + 1 : text);
  return input != NULL;
}

/* The network of a configuration computes mean and scale itself: its samples are pictures that have not had theirs. */
static gboolean
check_pipeline (const FxConversionInput *input, GError **error)
{
  g_autoptr (FxPreprocess) steps = NULL, pictures = NULL;
  FxInputSpec found;

  if (!input->has_spec || input->spec.train == FX_INPUT_FEATUREMAP)
    return TRUE;
  steps = fx_preprocess_parse (input->preprocess, error);
  pictures = steps != NULL ? fx_input_split (steps, input->spec.rt, &found, error) : NULL;
  if (pictures == NULL)
    return fx_error_prefix (error, "--preprocess");
  if (found.n_mean + found.n_scale > 0)
    return fx_fail (
        error, FX_ERROR_BAD_DATA,
        "--preprocess: mean, scale and std are left to the configuration, for they are computed on the board");
  return TRUE;
}

static gboolean
set_pipelines (FxConversionOptions *conversion, char **pipelines, GError **error)
{
  guint n = length (pipelines);

  for (guint i = 0; n > 0 && i < conversion->inputs->len; i++)
    {
      FxConversionInput *input = touch_input (conversion, i);

      fx_cli_replace (&input->preprocess, pipelines[MIN (i, n - 1)]);
      input->raw_dtype = FX_DTYPE_UNDEFINED; /* these are pictures */
      if (!check_pipeline (input, error))
        return FALSE;
    }
  return TRUE;
}

/* What the configuration says of an input stays, but for what is given. */
static gboolean
set_inputs (FxConversionOptions *conversion, const Options *options, GError **error)
{
  for (guint i = 0; i < length (options->datasets); i++)
    {
      FxConversionInput *input = touch_input (conversion, i);

      fx_cli_replace (&input->dataset, options->datasets[i]);
      fx_cli_replace (&input->labels, i == 0 ? options->labels : NULL);
    }
  if (!set_pipelines (conversion, options->preprocess, error))
    return FALSE;
  for (guint i = 0; i < length (options->shapes); i++)
    if (!set_shape (conversion, i, options->shapes[i], error))
      return FALSE;
  return TRUE;
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

  if (conversion == NULL || !fx_cli_quantize_apply (&options->quantize, conversion, error)
      || !fx_cli_compile_apply (&options->compile, &conversion->compile, error))
    return NULL;
  fx_cli_replace (&conversion->model, model);
  fx_cli_replace (&conversion->weights, options->weights);
  fx_cli_replace (&conversion->output_dir, options->output);
  fx_cli_replace (&conversion->prefix, options->prefix);
  fx_cli_replace (&conversion->test, options->test);
  fx_cli_replace (&conversion->test_labels, options->test != NULL ? options->labels : NULL);
  conversion->samples = (guint)options->samples;
  conversion->seed = (guint64)options->seed;
  conversion->n_threads = (guint)options->threads;
  if (options->threads > 0)
    conversion->compile.jobs = conversion->n_threads;
  conversion->max_measured = (guint)options->measured;
  conversion->dump_calibration = conversion->dump_calibration || options->dump;
  return set_inputs (conversion, options, error) ? g_steal_pointer (&conversion) : NULL;
}

/* ---- results ---- */

/* Of boards that say what work costs. */
static void
print_latency (const FxConversion *conversion)
{
  const FxTarget *target = conversion->target;

  if (conversion->cost == NULL)
    return;
  printf (_ ("about %.2f ms a frame on %s by estimate; fixpoint-cli perf tells what takes them\n"),
          conversion->cost->total_ms, target->board);
  if (conversion->placement->n_assumed > 0)
    printf (fx_plural ("%u node was taken to run on the BPU that the published list of %s does not settle\n",
                       "%u nodes were taken to run on the BPU that the published list of %s does not settle\n",
                       conversion->placement->n_assumed),
            conversion->placement->n_assumed, target->board);
}

static void
print_text (const FxConversion *conversion, const FxConversionOptions *options)
{
  g_autofree char *text = fx_conversion_report_text (conversion, options);

  fputs (text, stdout);
  putchar ('\n');
  print_latency (conversion);
  if (conversion->no_program != NULL)
    fprintf (stderr, _ ("fixpoint-cli: there is no program for the BPU: %s\n"), conversion->no_program);
  for (guint i = 0; i < conversion->files->len; i++)
    printf (_ ("wrote %s\n"), (const char *)g_ptr_array_index (conversion->files, i));
}

static gboolean
convert (const char *model, const Options *options, GError **error)
{
  FxCliShow show = fx_cli_show_new (options->json);
  FxConversionEvents events = fx_cli_show_events (&show);
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
  g_auto (Options) options = { .compile = FX_CLI_COMPILE_INIT };
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights,
      N_ ("The file with the weights, where the format has one"), "FILE" },
    FX_CLI_QUANTIZE_ENTRIES (&options.quantize),
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, N_ ("Set the shape of an input"),
      "[NAME=]DIMS" },
    { "dataset", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.datasets,
      N_ ("Folder with calibration samples, or a list of them; once for each input"), "DIR" },
    { "preprocess", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.preprocess,
      N_ ("Steps from picture to input, such as \"resize-short 256; center-crop 224x224; bgr; mean 104,117,123\""),
      "PIPELINE" },
    { "samples", 0, 0, G_OPTION_ARG_INT, &options.samples, N_ ("Use so many samples, spread over the folders"), "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, N_ ("Which samples --samples picks"), "N" },
    { "test", 0, 0, G_OPTION_ARG_FILENAME, &options.test,
      N_ ("Labeled samples to measure the accuracy on; those of --dataset that have labels if not given"), "DIR" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &options.labels, N_ ("Labels of --test, or else of --dataset"), "FILE" },
    FX_CLI_COMPILE_ENTRIES (&options.compile),
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &options.config,
      N_ ("Configuration of the boards' converter (YAML); other options go before what it says"), "FILE" },
    { "measured", 0, 0, G_OPTION_ARG_INT, &options.measured,
      N_ ("Samples that layer errors are measured on; 16 if not given"), "N" },
    { "dump-calibration", 0, 0, G_OPTION_ARG_NONE, &options.dump, N_ ("Also write the samples as the network saw them"),
      NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("Number of threads; all processors if not given"), "N" },
    { "prefix", 0, 0, G_OPTION_ARG_STRING, &options.prefix, N_ ("First part of the names of the files"), "NAME" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      N_ ("Folder for the files; none are written if not given"), "DIR" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print the report as JSON"), NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!fx_cli_parse ("convert", entries, &argc, &argv, 0, 1))
    return FX_EXIT_ERROR;
  if (argc < 2 && options.config == NULL)
    {
      fputs (_ ("fixpoint-cli: convert needs a MODEL or --config FILE\n"), stderr);
      return FX_EXIT_ERROR;
    }
  if ((options.datasets == NULL && options.config == NULL) || options.threads < 0 || options.samples < 0
      || options.measured < 0)
    {
      fprintf (stderr, "fixpoint-cli: %s\n",
               options.datasets == NULL && options.config == NULL
                   ? _ ("convert needs --dataset DIR")
                   : _ ("--threads, --samples and --measured cannot be negative"));
      return FX_EXIT_ERROR;
    }
  return convert (argc > 1 ? argv[1] : NULL, &options, &error) ? FX_EXIT_OK : fx_cli_fail (error);
}
