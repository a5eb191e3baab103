/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-calibration-page.h"

#include "app/panels/fx-dataset-view.h"
#include "app/panels/fx-mixed-group.h"
#include "app/panels/fx-program-group.h"
#include "core/quant/fx-accuracy.h"

#include <glib/gi18n.h>

struct _FxCalibrationPage
{
  AdwBin parent_instance;

  FxDocument *document; /* borrowed: the window owns both */
  gboolean showing;     /* the widgets are being set from the document */

  GtkStack *stack;
  GtkBox *box;
  GtkSpinButton *samples, *seed;
  AdwComboRow *preset, *method;
  FxMixedGroup *mixed;
  FxProgramGroup *program;
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

/* ---- preset and method; their names are those of the command line ---- */

/* Row 0 is "automatic", then the methods that it tries. */
static void
fill_methods (FxCalibrationPage *page)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  gtk_string_list_append (names, _ ("Automatic"));
  for (const FxAccuracyMethod *method = fx_accuracy_methods; method->name != NULL; method++)
    gtk_string_list_append (names, method->name);
  adw_combo_row_set_model (page->method, G_LIST_MODEL (names));
}

/* A method that the list does not have, from a file, is shown as it is. */
static void
show_method (FxCalibrationPage *page, const char *wanted)
{
  GListModel *model = adw_combo_row_get_model (page->method);
  guint n = g_list_model_get_n_items (model), selected = wanted == NULL || g_str_equal (wanted, "auto") ? 0 : n;

  for (guint i = 1; i < n; i++)
    if (g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (model), i), wanted) == 0)
      selected = i;
  if (selected == n)
    gtk_string_list_append (GTK_STRING_LIST (model), wanted);
  adw_combo_row_set_selected (page->method, selected);
}

static void
method_changed_cb (FxCalibrationPage *page)
{
  GListModel *model = adw_combo_row_get_model (page->method);
  guint preset = adw_combo_row_get_selected (page->preset), method = adw_combo_row_get_selected (page->method);

  if (!page->showing && page->document != NULL && fx_document_get_state (page->document) == FX_DOCUMENT_READY)
    fx_document_set_method (page->document, fx_preset_name (preset),
                            method > 0 ? gtk_string_list_get_string (GTK_STRING_LIST (model), method) : NULL);
}

static void
show_quantization (FxCalibrationPage *page, const FxProject *project)
{
  FxPreset preset = FX_PRESET_DEFAULT;

  if (project->preset != NULL)
    fx_preset_parse (project->preset, &preset, NULL);
  adw_combo_row_set_selected (page->preset, preset);
  show_method (page, project->method);
}

/* ---- samples ---- */

static void
project_cb (FxCalibrationPage *page)
{
  const FxProject *project = fx_document_get_project (page->document);

  if (project == NULL)
    return;
  page->showing = TRUE;
  gtk_spin_button_set_value (page->samples, project->samples);
  gtk_spin_button_set_value (page->seed, (double)project->seed);
  show_quantization (page, project);
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
  fx_mixed_group_set_document (page->mixed, document);
  fx_program_group_set_document (page->program, document);
  g_signal_connect_object (fx_document_get_datasets (document), "items-changed", G_CALLBACK (datasets_cb), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "project-changed", G_CALLBACK (project_cb), page, G_CONNECT_SWAPPED);
  datasets_cb (page);
}

static void
fx_calibration_page_class_init (FxCalibrationPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (FX_TYPE_MIXED_GROUP);
  g_type_ensure (FX_TYPE_PROGRAM_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-calibration-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, stack);
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, box);
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, samples);
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, seed);
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, mixed);
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, preset);
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, method);
  gtk_widget_class_bind_template_child (widget_class, FxCalibrationPage, program);
  gtk_widget_class_bind_template_callback (widget_class, method_changed_cb);
}

static void
fx_calibration_page_init (FxCalibrationPage *page)
{
  page->showing = TRUE; /* until there is a project */
  gtk_widget_init_template (GTK_WIDGET (page));
  fill_methods (page);
  page->showing = FALSE;
  g_signal_connect_swapped (page->samples, "value-changed", G_CALLBACK (changed_cb), page);
  g_signal_connect_swapped (page->seed, "value-changed", G_CALLBACK (changed_cb), page);
}
