/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-dataset-view.h"

#include "app/fx-problem.h"
#include "app/panels/fx-problem-row.h"
#include "app/panels/fx-tab-stop.h"
#include "app/panels/fx-thumbnail.h"

#include <glib/gi18n.h>

struct _FxDatasetView
{
  AdwBin parent_instance;

  AdwPreferencesGroup *group;
  GtkButton *remove;
  GtkWidget *pictures_row, *failure_row;
  GtkListView *pictures;
  GtkListBox *findings;
  GtkLabel *failure;
};

G_DEFINE_FINAL_TYPE (FxDatasetView, fx_dataset_view, ADW_TYPE_BIN)

/* What is wrong with the samples is mended where it is said how they become inputs. */
static void
lead_to_inputs (AdwActionRow *row)
{
  adw_action_row_add_suffix (row, gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (row), "win.show-page::inputs");
  gtk_widget_set_tooltip_text (GTK_WIDGET (row), _ ("Show how samples become inputs"));
}

static GtkWidget *
finding_row (gpointer item, G_GNUC_UNUSED gpointer data)
{
  FxProblem *problem = item;
  GtkWidget *row = adw_action_row_new ();
  static const char *const icons[]
      = { "dialog-information-symbolic", "dialog-warning-symbolic", "dialog-error-symbolic" };
  static const char *const styles[] = { "severity-info", "severity-warning", "severity-error" };
  GtkWidget *icon = gtk_image_new_from_icon_name (icons[fx_problem_get_severity (problem)]);

  gtk_widget_add_css_class (icon, styles[fx_problem_get_severity (problem)]);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), fx_problem_get_title (problem));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), fx_problem_get_detail (problem));
  if (fx_problem_get_severity (problem) == FX_SEVERITY_ERROR)
    lead_to_inputs (ADW_ACTION_ROW (row));
  return row;
}

static void
update (FxDatasetView *view, G_GNUC_UNUSED GParamSpec *pspec, FxDatasetItem *item)
{
  FxDatasetItemState state = fx_dataset_item_get_state (item);
  g_autofree char *detail = NULL;

  g_object_get (item, "detail", &detail, NULL);
  adw_preferences_group_set_description (view->group, state == FX_DATASET_ITEM_FAILED ? NULL : detail);
  gtk_widget_set_visible (view->failure_row, state == FX_DATASET_ITEM_FAILED);
  gtk_label_set_text (view->failure, detail);
  gtk_widget_set_visible (view->pictures_row, g_list_model_get_n_items (fx_dataset_item_get_pictures (item)) > 0);
  gtk_widget_set_visible (GTK_WIDGET (view->findings),
                          g_list_model_get_n_items (fx_dataset_item_get_findings (item)) > 0);
}

static void
notify_cb (FxDatasetItem *item, GParamSpec *pspec, FxDatasetView *view)
{
  update (view, pspec, item);
}

GtkWidget *
fx_dataset_view_new (FxDatasetItem *item, guint index)
{
  FxDatasetView *view = g_object_new (FX_TYPE_DATASET_VIEW, NULL);
  g_autofree char *name = NULL;
  g_autofree char *escaped = NULL;

  g_object_get (item, "name", &name, NULL);
  escaped = g_markup_escape_text (name, -1);
  adw_preferences_group_set_title (view->group, escaped);
  gtk_widget_set_tooltip_text (GTK_WIDGET (view->group), fx_dataset_item_get_path (item));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (view->remove), "u", index);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (view->remove), "win.remove-dataset");
  gtk_list_view_set_model (
      view->pictures, GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (fx_dataset_item_get_pictures (item)))));
  gtk_list_box_bind_model (view->findings, fx_dataset_item_get_findings (item), finding_row, NULL, NULL);
  g_signal_connect_object (item, "notify::state", G_CALLBACK (notify_cb), view, 0);
  update (view, NULL, item);
  return GTK_WIDGET (view);
}

static void
fx_dataset_view_class_init (FxDatasetViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (FX_TYPE_TAB_STOP);
  g_type_ensure (FX_TYPE_THUMBNAIL);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-dataset-view.ui");
  gtk_widget_class_bind_template_child (widget_class, FxDatasetView, group);
  gtk_widget_class_bind_template_child (widget_class, FxDatasetView, remove);
  gtk_widget_class_bind_template_child (widget_class, FxDatasetView, pictures_row);
  gtk_widget_class_bind_template_child (widget_class, FxDatasetView, failure_row);
  gtk_widget_class_bind_template_child (widget_class, FxDatasetView, pictures);
  gtk_widget_class_bind_template_child (widget_class, FxDatasetView, findings);
  gtk_widget_class_bind_template_child (widget_class, FxDatasetView, failure);
}

static void
fx_dataset_view_init (FxDatasetView *view)
{
  gtk_widget_init_template (GTK_WIDGET (view));
}
