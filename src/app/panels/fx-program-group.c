/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-program-group.h"

#include <glib/gi18n.h>

struct _FxProgramGroup
{
  AdwPreferencesGroup parent_instance;

  FxDocument *document; /* borrowed: the window owns both */
  gboolean showing;     /* the widgets are being set from the document */

  AdwComboRow *level, *mode;
  GtkWidget *balance_row;
  AdwActionRow *cores_row;
  GtkSpinButton *balance, *cores, *max_call;
};

G_DEFINE_FINAL_TYPE (FxProgramGroup, fx_program_group, ADW_TYPE_PREFERENCES_GROUP)

/* Boards of one core leave no choice. */
static void
show_cores (FxProgramGroup *group, const FxProject *project)
{
  const FxTarget *board = fx_document_get_board (group->document);
  guint most = board != NULL ? fx_compile_most_cores (board) : 1;
  g_autofree char *refusal
      = most < 2 && board != NULL ? g_strdup_printf (_ ("Programs for %s use one core"), board->board) : NULL;

  gtk_spin_button_set_range (group->cores, 1, most);
  gtk_widget_set_sensitive (GTK_WIDGET (group->cores), most > 1);
  adw_action_row_set_subtitle (group->cores_row, refusal != NULL ? refusal : _ ("That compute a frame together"));
  gtk_spin_button_set_value (group->cores, MAX (project->compile.cores, 1));
}

static void
project_cb (FxProgramGroup *group)
{
  const FxProject *project = fx_document_get_project (group->document);

  if (project == NULL)
    return;
  group->showing = TRUE;
  adw_combo_row_set_selected (group->level, project->compile.level);
  adw_combo_row_set_selected (group->mode, project->compile.mode);
  gtk_widget_set_visible (group->balance_row, project->compile.mode == FX_COMPILE_BALANCE);
  gtk_spin_button_set_value (group->balance, project->compile.balance);
  gtk_spin_button_set_value (group->max_call, project->compile.max_call_us);
  show_cores (group, project);
  group->showing = FALSE;
}

/* ---- what somebody chose; each row changes its own option, for the board at hand may not have what others say ---- */

/* What can be changed; FALSE: nobody chose anything. */
static gboolean
begin (FxProgramGroup *group, FxCompileOptions *compile)
{
  if (group->showing || group->document == NULL || fx_document_get_state (group->document) != FX_DOCUMENT_READY)
    return FALSE;
  *compile = fx_document_get_project (group->document)->compile;
  return TRUE;
}

static void
choice_changed_cb (FxProgramGroup *group)
{
  FxCompileOptions compile;

  if (!begin (group, &compile))
    return;
  compile.level = adw_combo_row_get_selected (group->level);
  compile.mode = (FxCompileMode)adw_combo_row_get_selected (group->mode);
  fx_document_set_compile (group->document, &compile);
}

static void
balance_changed_cb (FxProgramGroup *group)
{
  FxCompileOptions compile;

  if (!begin (group, &compile))
    return;
  compile.balance = (guint)gtk_spin_button_get_value (group->balance);
  fx_document_set_compile (group->document, &compile);
}

static void
cores_changed_cb (FxProgramGroup *group)
{
  FxCompileOptions compile;

  if (!begin (group, &compile))
    return;
  compile.cores = (guint)gtk_spin_button_get_value (group->cores);
  fx_document_set_compile (group->document, &compile);
}

/* No function call can be held to less than the least limit. */
static void
max_call_changed_cb (FxProgramGroup *group)
{
  FxCompileOptions compile;
  guint wanted = (guint)gtk_spin_button_get_value (group->max_call);

  if (!begin (group, &compile))
    return;
  compile.max_call_us = wanted > 0 ? MAX (wanted, FX_COMPILE_LEAST_CALL_US) : 0;
  fx_document_set_compile (group->document, &compile);
  if (wanted != compile.max_call_us)
    project_cb (group);
}

void
fx_program_group_set_document (FxProgramGroup *group, FxDocument *document)
{
  group->document = document;
  g_signal_connect_object (document, "project-changed", G_CALLBACK (project_cb), group, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "report-changed", G_CALLBACK (project_cb), group, G_CONNECT_SWAPPED);
}

static void
fx_program_group_class_init (FxProgramGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-program-group.ui");
  gtk_widget_class_bind_template_child (widget_class, FxProgramGroup, level);
  gtk_widget_class_bind_template_child (widget_class, FxProgramGroup, mode);
  gtk_widget_class_bind_template_child (widget_class, FxProgramGroup, balance_row);
  gtk_widget_class_bind_template_child (widget_class, FxProgramGroup, balance);
  gtk_widget_class_bind_template_child (widget_class, FxProgramGroup, cores_row);
  gtk_widget_class_bind_template_child (widget_class, FxProgramGroup, cores);
  gtk_widget_class_bind_template_child (widget_class, FxProgramGroup, max_call);
  gtk_widget_class_bind_template_callback (widget_class, choice_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, balance_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, cores_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, max_call_changed_cb);
}

static void
fx_program_group_init (FxProgramGroup *group)
{
  group->showing = TRUE; /* until there is a project */
  gtk_widget_init_template (GTK_WIDGET (group));
}
