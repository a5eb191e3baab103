/* The inspector's choice of how one node is computed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-inspector-groups.h"

#include "app/panels/fx-facts.h"
#include "core/graph/fx-graph.h"

#include <glib/gi18n.h>

/* In the order of the rows; the words are those of the action. */
static const struct
{
  const char *word, *title;
} choices[] = {
  { "auto", N_ ("Automatic") },
  { "int8", N_ ("8 bits, on the BPU") },
  { "int16", N_ ("16 bits, on the BPU") },
  { "float", N_ ("Float, on the CPU") },
};

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
selected_cb (AdwComboRow *row, G_GNUC_UNUSED GParamSpec *pspec, gpointer node)
{
  guint i = adw_combo_row_get_selected (row);

  if (i < G_N_ELEMENTS (choices))
    gtk_widget_activate_action (GTK_WIDGET (row), "win.set-node-precision", "(ss)", node, choices[i].word);
}

static void
free_name (gpointer name, G_GNUC_UNUSED GClosure *closure)
{
  g_free (name);
}

GtkWidget *
fx_inspector_precision (const FxNode *node, const FxNodeCheck *check, const FxProject *project)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GtkWidget *group, *row;

  if (project == NULL || check->placement == FX_PLACEMENT_FOLDED)
    return NULL;
  group = fx_facts_new (_ ("Conversion"));
  row = adw_combo_row_new ();
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    gtk_string_list_append (names, _ (choices[i].title));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Computed with"));
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (names));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), chosen (project, node->name));
  g_signal_connect_data (row, "notify::selected", G_CALLBACK (selected_cb), g_strdup (node->name), free_name, 0);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return group;
}
