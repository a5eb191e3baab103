/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-project-conversion.h"

#include "core/calib/fx-input-split.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"

/* All sources of an input; the first one may have labels. FALSE and *error: there are none, or they hold elements of
 * different types. */
static gboolean
add_datasets (FxConversionInput *to, const FxProject *project, const char *input, gboolean is_first, GError **error)
{
  g_autoptr (GStrvBuilder) more = g_strv_builder_new ();

  for (guint i = 0; i < project->datasets->len; i++)
    {
      const FxProjectDataset *dataset = project->datasets->pdata[i];

      if (dataset->input == NULL ? !is_first : !g_str_equal (dataset->input, input))
        continue;
      if (to->dataset != NULL)
        {
          if (fx_project_dataset_dtype (dataset) != to->raw_dtype)
            return fx_fail (error, FX_ERROR_BAD_DATA, "%s: the calibration samples hold numbers of different types",
                            input);
          g_strv_builder_add (more, dataset->path);
          continue;
        }
      to->dataset = g_strdup (dataset->path);
      to->labels = g_strdup (dataset->labels);
      to->raw_dtype = fx_project_dataset_dtype (dataset);
    }
  to->more = g_strv_builder_end (more);
  return to->dataset != NULL || fx_fail (error, FX_ERROR_BAD_DATA, "Add calibration samples first");
}

/* Where the board feeds something else than the network was trained on, the arithmetic of the pipeline moves into the
 * network. FALSE and *error: it cannot. */
static gboolean
set_runtime (FxConversionInput *to, const FxProjectInput *from, GError **error)
{
  const char *text = from->preprocess != NULL ? from->preprocess : "";
  g_autoptr (FxPreprocess) whole = NULL, pictures = NULL;
  FxInputType runtime;

  if (!fx_input_type_find (from->runtime, &runtime))
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s: a board cannot feed “%s”", from->name, from->runtime);
  whole = fx_preprocess_parse (text, error);
  pictures = whole != NULL ? fx_input_split (whole, runtime, &to->spec, error) : NULL;
  if (pictures == NULL)
    return fx_error_prefix (error, "%s", from->name);
  to->has_spec = TRUE;
  to->preprocess = fx_preprocess_to_string (pictures);
  return TRUE;
}

static gboolean
add_inputs (FxConversionOptions *options, const FxProject *project, const FxGraph *graph, FxProjectPart *part,
            GError **error)
{
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      const char *name = fx_graph_value (graph, fx_graph_input (graph, i))->name;
      const FxProjectInput *entry = fx_project_find_input (project, name);
      FxConversionInput *input = fx_conversion_options_add_input (options);

      input->name = g_strdup (name);
      *part = FX_PROJECT_PART_DATASETS;
      if (!add_datasets (input, project, name, i == 0, error))
        return FALSE;
      *part = FX_PROJECT_PART_INPUTS;
      if (entry != NULL && entry->runtime != NULL)
        {
          if (!set_runtime (input, entry, error))
            return FALSE;
        }
      else
        input->preprocess = entry != NULL ? g_strdup (entry->preprocess) : NULL;
    }
  return TRUE;
}

FxConversionOptions *
fx_project_to_conversion (const FxProject *project, const FxGraph *graph, FxProjectPart *part, GError **error)
{
  FxConversionOptions *options = fx_conversion_options_new ();
  FxProjectPart unused;

  options->model = g_strdup (project->model);
  options->graph = fx_graph_copy (graph);
  options->target = g_strdup (project->target);
  options->samples = project->samples;
  options->seed = project->seed;
  options->method = g_strdup (project->method);
  options->mixed = project->mixed;
  options->latency_budget = project->budget;
  options->bpu = fx_project_dup_nodes (project, FX_PRECISION_INT8);
  options->int16 = fx_project_dup_nodes (project, FX_PRECISION_INT16);
  options->cpu = fx_project_dup_nodes (project, FX_PRECISION_FLOAT);
  options->compile = project->compile;
  options->output_dir = g_strdup (project->output);
  if (project->preset != NULL)
    fx_preset_parse (project->preset, &options->preset, NULL);
  if (!add_inputs (options, project, graph, part != NULL ? part : &unused, error))
    g_clear_pointer (&options, fx_conversion_options_free);
  return options;
}
