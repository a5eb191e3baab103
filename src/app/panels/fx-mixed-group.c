/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-mixed-group.h"

#include <glib/gi18n.h>
#include <math.h>

#define NO_LIMIT 100 /* percent of the latency: nothing could change within it */

struct _FxMixedGroup
{
  AdwPreferencesGroup parent_instance;

  FxDocument *document; /* borrowed: the window owns both */
  gboolean showing;     /* the widgets are being set from the document */

  AdwActionRow *share_row, *budget_row;
  GtkSpinButton *share, *budget;
};

G_DEFINE_FINAL_TYPE (FxMixedGroup, fx_mixed_group, ADW_TYPE_PREFERENCES_GROUP)

/* A project that only limits the latency lets all nodes in. */
static double
share_of (const FxProject *project)
{
  return project->mixed > 0 ? project->mixed : project->budget > 0 ? 1 : 0;
}

/* What was chosen for another board is kept, but not used and not shown. */
static void
show (FxMixedGroup *group)
{
  const FxProject *project = fx_document_get_project (group->document);
  g_autofree char *refusal = fx_document_dup_int16_refusal (group->document);
  double share;

  if (project == NULL)
    return;
  group->showing = TRUE;
  share = refusal == NULL ? share_of (project) : 0;
  gtk_widget_set_sensitive (GTK_WIDGET (group->share), refusal == NULL);
  adw_action_row_set_subtitle (group->share_row,
                               refusal != NULL ? refusal : _ ("Percent that may get them where it gains most"));
  gtk_spin_button_set_value (group->share, round (100 * share));
  gtk_widget_set_sensitive (GTK_WIDGET (group->budget), share > 0);
  adw_action_row_set_subtitle (group->budget_row,
                               share > 0 ? _ ("Percent of that with 8 bits") : _ ("For nodes with 16 bits"));
  gtk_spin_button_set_value (group->budget,
                             share > 0 && project->budget > 0 ? round (100 * project->budget) : NO_LIMIT);
  gtk_spin_button_update (group->budget);
  group->showing = FALSE;
}

/* Without such nodes there is nothing to limit. */
static void
share_changed_cb (FxMixedGroup *group)
{
  double share = gtk_spin_button_get_value (group->share) / 100;

  if (!group->showing && fx_document_get_state (group->document) == FX_DOCUMENT_READY)
    fx_document_set_mixed (group->document, share, share > 0 ? fx_document_get_project (group->document)->budget : 0);
}

static void
budget_changed_cb (FxMixedGroup *group)
{
  double budget = gtk_spin_button_get_value (group->budget);

  if (!group->showing && fx_document_get_state (group->document) == FX_DOCUMENT_READY)
    fx_document_set_mixed (group->document, share_of (fx_document_get_project (group->document)),
                           budget > NO_LIMIT ? budget / 100 : 0);
}

static gboolean
budget_output_cb (FxMixedGroup *group)
{
  if (gtk_spin_button_get_value (group->budget) > NO_LIMIT)
    return FALSE;
  /* Translators: a limit that is not there; at most five letters */
  gtk_editable_set_text (GTK_EDITABLE (group->budget), C_ ("limit", "None"));
  return TRUE;
}

void
fx_mixed_group_set_document (FxMixedGroup *group, FxDocument *document)
{
  group->document = document;
  g_signal_connect_object (document, "project-changed", G_CALLBACK (show), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "report-changed", G_CALLBACK (show), group, G_CONNECT_SWAPPED);
}

static void
fx_mixed_group_class_init (FxMixedGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-mixed-group.ui");
  gtk_widget_class_bind_template_child (widget_class, FxMixedGroup, share_row);
  gtk_widget_class_bind_template_child (widget_class, FxMixedGroup, share);
  gtk_widget_class_bind_template_child (widget_class, FxMixedGroup, budget_row);
  gtk_widget_class_bind_template_child (widget_class, FxMixedGroup, budget);
  gtk_widget_class_bind_template_callback (widget_class, share_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, budget_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, budget_output_cb);
}

static void
fx_mixed_group_init (FxMixedGroup *group)
{
  group->showing = TRUE; /* until there is a project */
  gtk_widget_init_template (GTK_WIDGET (group));
}
