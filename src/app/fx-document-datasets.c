/* The samples of the project, and what is known about them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document-private.h"

#include "app/fx-dataset-item.h"
#include "core/graph/fx-graph.h"

static const char *
preprocess_of (FxDocument *document, const char *input)
{
  const FxProject *project = fx_history_project (document->history);
  const FxGraph *graph = fx_shared_get (fx_history_graph (document->history));
  const FxProjectInput *entry;

  if (input == NULL && fx_graph_n_inputs (graph) > 0)
    input = fx_graph_value (graph, fx_graph_input (graph, 0))->name;
  entry = fx_project_find_input (project, input);
  return entry != NULL ? entry->preprocess : NULL;
}

static FxDatasetItem *
find_item (GPtrArray *items, const FxProjectDataset *dataset)
{
  for (guint i = 0; i < items->len; i++)
    if (fx_dataset_item_is (items->pdata[i], dataset))
      return g_object_ref (items->pdata[i]);
  return fx_dataset_item_new (dataset);
}

/* What was there before keeps what is known about it. */
void
fx_document_sync_datasets (FxDocument *document)
{
  const FxProject *project = fx_history_project (document->history);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (document->datasets));
  g_autoptr (GPtrArray) old = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean same = project != NULL && n == project->datasets->len;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (old, g_list_model_get_item (G_LIST_MODEL (document->datasets), i));
  for (guint i = 0; project != NULL && i < project->datasets->len; i++)
    {
      g_ptr_array_add (items, find_item (old, project->datasets->pdata[i]));
      same = same && items->pdata[i] == old->pdata[i];
    }
  if (same)
    return;
  for (guint i = 0; i < old->len; i++)
    if (!g_ptr_array_find (items, old->pdata[i], NULL))
      fx_dataset_item_cancel (old->pdata[i]); /* nobody waits for it any more */
  g_list_store_splice (document->datasets, 0, n, items->pdata, items->len);
}

/* Samples are looked at as the network sees them, so both the graph and the pipelines matter. */
void
fx_document_examine_datasets (FxDocument *document)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (document->datasets)); i++)
    {
      g_autoptr (FxDatasetItem) item = g_list_model_get_item (G_LIST_MODEL (document->datasets), i);

      fx_dataset_item_examine (item, fx_history_graph (document->history),
                               preprocess_of (document, fx_dataset_item_get_input (item)));
    }
}

void
fx_document_cancel_datasets (FxDocument *document)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (document->datasets)); i++)
    {
      g_autoptr (FxDatasetItem) item = g_list_model_get_item (G_LIST_MODEL (document->datasets), i);

      fx_dataset_item_cancel (item);
    }
}
