/* Steps of the history that change one decision and leave the graph as it is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document.h"

#include <glib/gi18n.h>

static FxProject *
copy_project (FxDocument *document)
{
  return fx_project_copy (fx_document_get_project (document));
}

void
fx_document_remove_dataset (FxDocument *document, guint index)
{
  FxProject *project = copy_project (document);

  if (index < project->datasets->len)
    g_ptr_array_remove_index (project->datasets, index);
  fx_document_take_project (document, project, _ ("Remove Data"), NULL);
}

void
fx_document_set_preprocess (FxDocument *document, const char *input, const char *text)
{
  FxProject *project = copy_project (document);
  FxProjectInput *entry = fx_project_touch_input (project, input);

  g_free (entry->preprocess);
  entry->preprocess = text != NULL && *text != '\0' ? g_strdup (text) : NULL;
  fx_document_take_project (document, project, _ ("Change Preprocessing"), NULL);
}

void
fx_document_set_runtime (FxDocument *document, const char *input, const char *type)
{
  FxProject *project = copy_project (document);
  FxProjectInput *entry = fx_project_touch_input (project, input);

  g_free (entry->runtime);
  entry->runtime = type != NULL && *type != '\0' ? g_strdup (type) : NULL;
  fx_document_take_project (document, project, _ ("Change Input of the Board"), NULL);
}

void
fx_document_set_samples (FxDocument *document, guint samples, guint64 seed)
{
  FxProject *project = copy_project (document);

  project->samples = samples;
  project->seed = seed;
  fx_document_take_project (document, project, _ ("Change Number of Samples"), "samples");
}

void
fx_document_set_method (FxDocument *document, const char *preset, const char *method)
{
  FxProject *project = copy_project (document);

  g_free (project->preset);
  g_free (project->method);
  project->preset = preset != NULL && *preset != '\0' ? g_strdup (preset) : NULL;
  project->method = method != NULL && *method != '\0' ? g_strdup (method) : NULL;
  fx_document_take_project (document, project, _ ("Change Method"), NULL);
}

void
fx_document_set_mixed (FxDocument *document, double share, double budget)
{
  FxProject *project = copy_project (document);

  project->mixed = CLAMP (share, 0, 1);
  project->budget = budget >= 1 ? budget : 0;
  fx_document_take_project (document, project, _ ("Change Mixed Precision"), "mixed");
}

void
fx_document_set_node_precision (FxDocument *document, const char *node, const char *word)
{
  FxProject *project = copy_project (document);
  FxPrecision precision;

  if (fx_precision_find (word, &precision))
    fx_project_set_node (project, node, precision);
  else
    fx_project_unset_node (project, node);
  fx_document_take_project (document, project, _ ("Change Bits of a Node"), NULL);
}

/* Steps of a spin button are one change. */
void
fx_document_set_compile (FxDocument *document, const FxCompileOptions *compile)
{
  FxProject *project = copy_project (document);
  gboolean is_spun
      = project->compile.balance != compile->balance || project->compile.max_call_us != compile->max_call_us;

  project->compile = *compile;
  if (project->compile.cores < 2)
    project->compile.cores = 0;
  fx_document_take_project (document, project, _ ("Change Board Program"), is_spun ? "compile" : NULL);
}
