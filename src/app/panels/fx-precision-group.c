/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-precision-group.h"

#include <glib/gi18n.h>

struct _FxPrecisionGroup
{
  AdwPreferencesGroup parent_instance;

  char *node;
  gboolean showing;  /* the row is being set from the document */
  gboolean has_wide; /* the list has the choice of 16 bits */

  AdwComboRow *row;
  GtkStringList *names;
};

G_DEFINE_FINAL_TYPE (FxPrecisionGroup, fx_precision_group, ADW_TYPE_PREFERENCES_GROUP)

/* In the order of the row's list; the words are those of the action. 16 bits come last: not all boards have them. */
static const struct
{
  const char *word, *title;
} choices[] = {
  { "auto", N_ ("Automatic") },
  { "int8", N_ ("8 bits, on the BPU") },
  { "float", N_ ("Float, on the CPU") },
  { "int16", N_ ("16 bits, on the BPU") },
};

#define WIDE (G_N_ELEMENTS (choices) - 1)

static guint
chosen (const FxProject *project, const char *name)
{
  const FxProjectNode *node = fx_project_find_node (project, name);

  for (guint i = 1; node != NULL && i < G_N_ELEMENTS (choices); i++)
    if (g_str_equal (choices[i].word, fx_precision_name (node->precision)))
      return i;
  return 0;
}

static void
offer_wide (FxPrecisionGroup *group, gboolean has_wide)
{
  if (has_wide && !group->has_wide)
    gtk_string_list_append (group->names, _ (choices[WIDE].title));
  else if (!has_wide && group->has_wide)
    gtk_string_list_remove (group->names, WIDE);
  group->has_wide = has_wide;
}

/* What was chosen for another board stays to be seen, and to be taken back. */
void
fx_precision_group_show (FxPrecisionGroup *group, FxDocument *document, const char *node)
{
  const FxProject *project = fx_document_get_project (document);
  g_autofree char *refusal = NULL;
  guint choice;

  gtk_widget_set_visible (GTK_WIDGET (group), node != NULL && project != NULL);
  if (node == NULL || project == NULL)
    return;
  group->showing = TRUE;
  g_free (group->node);
  group->node = g_strdup (node);
  choice = chosen (project, node);
  refusal = fx_document_dup_int16_refusal (document);
  offer_wide (group, refusal == NULL || choice == WIDE);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (group->row), refusal != NULL ? refusal : "");
  adw_combo_row_set_selected (group->row, choice);
  group->showing = FALSE;
}

static void
selected_cb (FxPrecisionGroup *group)
{
  guint i = adw_combo_row_get_selected (group->row);

  if (!group->showing && i < G_N_ELEMENTS (choices))
    gtk_widget_activate_action (GTK_WIDGET (group), "win.set-node-precision", "(ss)", group->node, choices[i].word);
}

static void
fx_precision_group_finalize (GObject *object)
{
  g_free (FX_PRECISION_GROUP (object)->node);
  G_OBJECT_CLASS (fx_precision_group_parent_class)->finalize (object);
}

static void
fx_precision_group_class_init (FxPrecisionGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fx_precision_group_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-precision-group.ui");
  gtk_widget_class_bind_template_child (widget_class, FxPrecisionGroup, row);
  gtk_widget_class_bind_template_child (widget_class, FxPrecisionGroup, names);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
}

static void
fx_precision_group_init (FxPrecisionGroup *group)
{
  group->showing = TRUE; /* until there is a node */
  gtk_widget_init_template (GTK_WIDGET (group));
  for (guint i = 0; i < WIDE; i++)
    gtk_string_list_append (group->names, _ (choices[i].title));
}
