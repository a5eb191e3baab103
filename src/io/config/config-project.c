/* SPDX-License-Identifier: Apache-2.0 */
#include "io/config/config-project.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "io/config/config-conversion.h"
#include "io/fx-target-file.h"

#include <string.h>

/* ---- findings ---- */

/* The samples may be on another machine, and the model can be looked at without them. */
static void
excuse_samples (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    {
      FxDiagnostic *finding = findings->pdata[i];

      if (finding->severity == FX_SEVERITY_ERROR
          && g_strcmp0 (finding->key, fx_config_key_name (FX_CONFIG_CAL_DATA_DIR)) == 0)
        finding->severity = FX_SEVERITY_WARNING;
    }
}

/* FALSE and *error: the first error of several. */
static gboolean
check_findings (const GPtrArray *findings, GError **error)
{
  guint n = fx_diagnostics_count (findings, FX_SEVERITY_ERROR);
  const FxDiagnostic *first = NULL;

  for (guint i = findings->len; i > 0; i--)
    if (((const FxDiagnostic *)findings->pdata[i - 1])->severity == FX_SEVERITY_ERROR)
      first = findings->pdata[i - 1];
  if (first == NULL)
    return TRUE;
  if (n == 1)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s", first->message);
  return fx_fail (error, FX_ERROR_BAD_DATA, "%s (the first of %u errors)", first->message, n);
}

/* ---- what has no place in a project ---- */

static void
note_missing (const FxConfig *config, GPtrArray *findings)
{
  static const FxConfigKeyId keys[] = { FX_CONFIG_REMOVE_NODE_TYPE, FX_CONFIG_REMOVE_NODE_NAME, FX_CONFIG_DEBUG_MODE };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (fx_config_is_set (config, keys[i]))
      fx_config_complain (config, findings, FALSE, keys[i],
                          "a project has no place for it; fixpoint-cli convert --config does what it says");
}

/* ---- the compiler ---- */

/* How many threads compile is the machine's business: the program is the same. */
static void
set_compile (FxProject *project, const FxCompileOptions *compile)
{
  project->compile = *compile;
  project->compile.jobs = 0;
  project->compile.cores = compile->cores > 1 ? compile->cores : 0;
}

/* ---- inputs ---- */

static void
append_numbers (GString *text, const char *step, const double *numbers, guint n)
{
  if (n == 0)
    return;
  g_string_append_printf (text, "; %s", step);
  for (guint i = 0; i < n; i++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_printf (text, " %s", g_ascii_formatd (number, sizeof number, "%.10g", numbers[i]));
    }
}

/* The pictures of the configuration, and its arithmetic as steps. */
static char *
pipeline (const FxConversionInput *input)
{
  const FxInputSpec *spec = &input->spec;
  GString *text = g_string_new (input->preprocess);

  if (input->preprocess == NULL)
    g_string_append_printf (text, "%s; layout %s", fx_input_type_name (spec->train),
                            spec->train_nhwc ? "nhwc" : "nchw");
  append_numbers (text, "mean", spec->mean, spec->n_mean);
  append_numbers (text, "scale", spec->scale, spec->n_scale);
  return g_string_free (text, FALSE);
}

static void
note_input (const FxConversionInput *input, GPtrArray *findings)
{
  if (input->spec.video_range)
    fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "config", NULL, input->name,
                        "a project has no place for bt601_video; pictures are taken as 0…255");
  if (input->spec.train == FX_INPUT_FEATUREMAP && input->spec.n_mean + input->spec.n_scale > 0)
    fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "config", NULL, input->name,
                        "a project has no place for mean and scale of a feature map");
}

static void
add_dataset (FxProject *project, const char *name, const FxConversionInput *input)
{
  FxProjectDataset *dataset;

  if (input->dataset == NULL)
    return;
  dataset = fx_project_add_dataset (project, name, input->dataset, input->labels);
  if (input->raw_dtype != FX_DTYPE_UNDEFINED)
    dataset->type = g_strdup (fx_dtype_name (input->raw_dtype));
}

/* Inputs without a name are numbered until the model is there. */
static void
add_input (FxProject *project, const FxConversionInput *input, guint i, GPtrArray *findings)
{
  g_autofree char *number = g_strdup_printf ("\n%u", i);
  const char *name = input->name != NULL ? input->name : number;

  if (input->has_spec && input->spec.train != FX_INPUT_FEATUREMAP)
    {
      FxProjectInput *entry = fx_project_touch_input (project, name);

      entry->preprocess = pipeline (input);
      entry->runtime = g_strdup (fx_input_type_name (input->spec.rt));
    }
  note_input (input, findings);
  if (input->shape != NULL)
    fx_project_add_edit (project, FX_PROJECT_INPUT_SHAPE, name, input->shape);
  add_dataset (project, name, input);
}

/* ---- nodes ---- */

/* Of several words about one node the later list counts, as in the conversion. */
static void
add_nodes (FxProject *project, char **names, FxPrecision precision)
{
  for (; names != NULL && *names != NULL; names++)
    fx_project_set_node (project, *names, precision);
}

static void
add_outputs (FxProject *project, char **names)
{
  g_autofree char *lines = names != NULL ? g_strjoinv ("\n", names) : NULL;

  if (lines != NULL)
    fx_project_add_edit (project, FX_PROJECT_OUTPUTS, NULL, lines);
}

/* ---- the whole ---- */

static FxProject *
from_options (const FxConfig *config, const FxConversionOptions *options, GPtrArray *findings)
{
  g_autoptr (FxTarget) target = fx_target_load (options->target, NULL);
  FxProject *project = fx_project_new ();

  project->model = g_strdup (options->model);
  project->weights = g_strdup (options->weights);
  if (target != NULL)
    {
      g_free (project->target);
      project->target = g_strdup (target->id);
    }
  if (g_strcmp0 (options->method, "auto") != 0)
    project->method = g_strdup (options->method);
  if (fx_config_is_set (config, FX_CONFIG_WORKING_DIR))
    project->output = g_strdup (options->output_dir);
  for (guint i = 0; i < options->inputs->len; i++)
    add_input (project, &g_array_index (options->inputs, FxConversionInput, i), i, findings);
  add_outputs (project, options->outputs);
  add_nodes (project, options->bpu, FX_PRECISION_INT8);
  add_nodes (project, options->int16, FX_PRECISION_INT16);
  add_nodes (project, options->cpu, FX_PRECISION_FLOAT);
  set_compile (project, &options->compile);
  note_missing (config, findings);
  return project;
}

/* Without calibration there is nothing to convert, but the rest of the file holds. */
static void
allow_skip (FxConfig *config, GPtrArray *findings)
{
  if (g_strcmp0 (fx_config_text (config, FX_CONFIG_CALIBRATION_TYPE), "skip") != 0)
    return;
  fx_config_complain (config, findings, FALSE, FX_CONFIG_CALIBRATION_TYPE, "add calibration samples before converting");
  fx_config_set (config, FX_CONFIG_CALIBRATION_TYPE, "default");
}

static FxProject *
load (const char *path, GPtrArray *findings, GError **error)
{
  g_autoptr (FxConfig) config = fx_config_load (path, findings, error);
  g_autoptr (FxConversionOptions) options = NULL;

  if (config == NULL)
    return NULL;
  excuse_samples (findings);
  if (check_findings (findings, error))
    {
      allow_skip (config, findings);
      options = fx_config_to_conversion (config, error);
    }
  if (options == NULL)
    {
      fx_error_prefix (error, "%s", path);
      return NULL;
    }
  return from_options (config, options, findings);
}

FxProject *
fx_config_project_load (const char *path, GPtrArray *findings, GError **error)
{
  g_autoptr (GPtrArray) own = fx_diagnostics_new ();
  FxProject *project = load (path, own, error);

  if (project != NULL)
    g_ptr_array_extend_and_steal (findings, g_steal_pointer (&own));
  return project;
}

/* ---- with the model ---- */

static void
name_by_position (char **name, const FxGraph *graph)
{
  guint i;

  if (*name == NULL || **name != '\n')
    return;
  i = (guint)g_ascii_strtoull (*name + 1, NULL, 10);
  if (i < fx_graph_n_inputs (graph))
    {
      g_free (*name);
      *name = g_strdup (fx_graph_value (graph, fx_graph_input (graph, i))->name);
    }
}

static gboolean
has_shape (const FxGraph *graph, const FxProjectEdit *edit)
{
  FxShape wanted;

  if (edit->kind != FX_PROJECT_INPUT_SHAPE || !fx_shape_parse (edit->value, &wanted, NULL))
    return FALSE;
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      const FxValue *input = fx_graph_value (graph, fx_graph_input (graph, i));

      if (g_strcmp0 (input->name, edit->name) == 0)
        return fx_shape_equal (&input->shape, &wanted);
    }
  return FALSE;
}

void
fx_config_project_finish (FxProject *project, const FxGraph *graph)
{
  for (guint i = 0; i < project->inputs->len; i++)
    name_by_position (&((FxProjectInput *)project->inputs->pdata[i])->name, graph);
  for (guint i = 0; i < project->datasets->len; i++)
    name_by_position (&((FxProjectDataset *)project->datasets->pdata[i])->input, graph);
  for (guint i = project->edits->len; i > 0; i--)
    {
      FxProjectEdit *edit = project->edits->pdata[i - 1];

      name_by_position (&edit->name, graph);
      if (has_shape (graph, edit))
        g_ptr_array_remove_index (project->edits, i - 1);
    }
}
