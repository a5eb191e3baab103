/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-inputs-page.h"

#include "app/fx-dataset-item.h"
#include "app/panels/fx-input-editor.h"
#include "core/graph/fx-graph.h"

/* More inputs than that are no longer edited by hand. */
#define MAX_EDITORS 32

struct _FxInputsPage
{
  AdwBin parent_instance;

  FxDocument *document; /* borrowed: the window owns both */
  GPtrArray *editors;   /* FxInputEditor, borrowed: children of the box */
  GtkBox *box;
};

G_DEFINE_FINAL_TYPE (FxInputsPage, fx_inputs_page, ADW_TYPE_BIN)

/* TRUE if there is an editor for each input already. */
static gboolean
matches (FxInputsPage *page, const FxGraph *graph)
{
  guint n = graph != NULL ? MIN (fx_graph_n_inputs (graph), MAX_EDITORS) : 0;

  if (page->editors->len != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_str_equal (fx_input_editor_get_input (page->editors->pdata[i]),
                      fx_graph_value (graph, fx_graph_input (graph, i))->name))
      return FALSE;
  return TRUE;
}

static void
rebuild (FxInputsPage *page, const FxGraph *graph)
{
  guint n = graph != NULL ? MIN (fx_graph_n_inputs (graph), MAX_EDITORS) : 0;

  for (guint i = 0; i < page->editors->len; i++)
    gtk_box_remove (page->box, page->editors->pdata[i]);
  g_ptr_array_set_size (page->editors, 0);
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *editor = fx_input_editor_new (page->document, fx_graph_value (graph, fx_graph_input (graph, i))->name);

      gtk_box_append (page->box, editor);
      g_ptr_array_add (page->editors, editor);
    }
}

static void
update_cb (FxInputsPage *page)
{
  const FxGraph *graph = fx_shared_get (fx_document_get_graph (page->document));

  if (!matches (page, graph))
    rebuild (page, graph);
  else
    for (guint i = 0; i < page->editors->len; i++)
      fx_input_editor_update (page->editors->pdata[i]);
}

static void
dataset_cb (FxInputsPage *page)
{
  if (fx_document_get_project (page->document) == NULL)
    return; /* it is being closed */
  for (guint i = 0; i < page->editors->len; i++)
    fx_input_editor_update_preview (page->editors->pdata[i]);
}

/* The preview waits for the dataset to be listed. */
static void
datasets_cb (FxInputsPage *page, guint position, G_GNUC_UNUSED guint removed, guint added, GListModel *datasets)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (FxDatasetItem) item = g_list_model_get_item (datasets, i);

      g_signal_handlers_disconnect_by_func (item, dataset_cb, page);
      g_signal_connect_object (item, "notify::state", G_CALLBACK (dataset_cb), page, G_CONNECT_SWAPPED);
    }
  if (g_list_model_get_n_items (datasets) > 0 || page->editors->len > 0)
    dataset_cb (page);
}

void
fx_inputs_page_set_document (FxInputsPage *page, FxDocument *document)
{
  page->document = document;
  g_signal_connect_object (document, "project-changed", G_CALLBACK (update_cb), page, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "graph-changed", G_CALLBACK (update_cb), page, G_CONNECT_SWAPPED);
  g_signal_connect_object (fx_document_get_datasets (document), "items-changed", G_CALLBACK (datasets_cb), page,
                           G_CONNECT_SWAPPED);
}

void
fx_inputs_page_edit (FxInputsPage *page, const char *input)
{
  for (guint i = 0; i < page->editors->len; i++)
    if (g_str_equal (fx_input_editor_get_input (page->editors->pdata[i]), input))
      fx_input_editor_edit_shape (page->editors->pdata[i]);
}

static void
fx_inputs_page_finalize (GObject *object)
{
  g_ptr_array_unref (FX_INPUTS_PAGE (object)->editors);
  G_OBJECT_CLASS (fx_inputs_page_parent_class)->finalize (object);
}

static void
fx_inputs_page_class_init (FxInputsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fx_inputs_page_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-inputs-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FxInputsPage, box);
}

static void
fx_inputs_page_init (FxInputsPage *page)
{
  page->editors = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (page));
}
