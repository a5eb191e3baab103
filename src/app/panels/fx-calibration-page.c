/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-calibration-page.h"

#include "app/panels/fx-dataset-view.h"

struct _FxCalibrationPage
{
  AdwBin parent_instance;

  FxDocument *document; /* borrowed: the window owns both */
  gboolean showing;     /* the widgets are being set from the document */

  GtkStack *stack;
  GtkBox *box;
  GtkSpinButton *samples, *seed;
};

G_DEFINE_FINAL_TYPE (FxCalibrationPage, fx_calibration_page, ADW_TYPE_BIN)

static void
datasets_cb (FxCalibrationPage *page)
{
  GListModel *datasets = fx_document_get_datasets (page->document);
  guint n = g_list_model_get_n_items (datasets);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (page->box))) != NULL)
    gtk_box_remove (page->box, child);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (FxDatasetItem) item = g_list_model_get_item (datasets, i);

      gtk_box_append (page->box, fx_dataset_view_new (item, i));
    }
  gtk_stack_set_visible_child_name (page->stack, n > 0 ? "list" : "empty");
}

static void
project_cb (FxCalibrationPage *page)
{
  const FxProject *project = fx_document_get_project (page->document);

  if (project == NULL)
    return;
  page->showing = TRUE;
  gtk_spin_button_set_value (page->samples, project->samples);
  gtk_spin_button_set_value (page->seed, (double)project->seed);
  page->showing = FALSE;
}

static void
changed_cb (FxCalibrationPage *page)
{
  if (!page->showing && fx_document_get_state (page->document) == FX_DOCUMENT_READY)
    fx_document_set_samples (page->document, (guint)gtk_spin_button_get_value (page->samples),
                             (guint64)gtk_spin_button_get_value (page->seed));
}

void
fx_calibration_page_set_document (FxCalibrationPage *page, FxDocument *document)
{
  page->document = document;
  g_signal_connect_object (fx_document_get_datasets (document), "items-changed", G_CALLBACK (datasets_cb), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "project-changed", G_CALLBACK (project_cb), page, G_CONNECT_SWAPPED);
  datasets_cb (page);
}

static void
fx_calibration_page_class_init (FxCalibrationPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-calibration-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, stack);
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, box);
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, samples);
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, seed);
}

static void
fx_calibration_page_init (FxCalibrationPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
  g_signal_connect_swapped (page->samples, "value-changed", G_CALLBACK (changed_cb), page);
  g_signal_connect_swapped (page->seed, "value-changed", G_CALLBACK (changed_cb), page);
}
