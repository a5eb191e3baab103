/* Steps of the history that change one decision and leave the graph as it is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document.h"

#include "core/graph/fx-graph.h"

#include <glib/gi18n.h>

static FxProject *
copy_project (FxDocument *document)
{
  return fx_project_copy (fx_document_get_project (document));
}

/* The first input that no dataset feeds; NULL: the first one, or all have one. */
static const char *
hungry_input (FxDocument *document)
{
  const FxProject *project = fx_document_get_project (document);
  const FxGraph *graph = fx_shared_get (fx_document_get_graph (document));

  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      const char *name = fx_graph_value (graph, fx_graph_input (graph, i))->name;
      gboolean fed = FALSE;

      for (guint k = 0; k < project->datasets->len; k++)
        {
          const FxProjectDataset *dataset = project->datasets->pdata[k];

          fed = fed || (dataset->input == NULL ? i == 0 : g_str_equal (dataset->input, name));
        }
      if (!fed)
        return i == 0 ? NULL : name;
    }
  return NULL;
}

void
fx_document_add_dataset (FxDocument *document, const char *path, const char *input)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  FxProject *project = copy_project (document);

  fx_project_add_dataset (project, input != NULL ? input : hungry_input (document), absolute, NULL);
  fx_document_take_project (document, project, _ ("Add Data"), NULL);
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
