/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-problem-row.h"

#include <glib/gi18n.h>

struct _FxProblemRow
{
  AdwBin parent_instance;

  FxProblem *problem;
  GtkImage *icon;
  GtkLabel *title, *detail, *count;
  GtkButton *fix;
};

G_DEFINE_FINAL_TYPE (FxProblemRow, fx_problem_row, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_PROBLEM,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static const struct
{
  const char *icon, *style, *name;
} severities[] = {
  [FX_SEVERITY_INFO] = { "dialog-information-symbolic", "severity-info", N_ ("Note") },
  [FX_SEVERITY_WARNING] = { "dialog-warning-symbolic", "severity-warning", N_ ("Warning") },
  [FX_SEVERITY_ERROR] = { "dialog-error-symbolic", "severity-error", N_ ("Error") },
};

static void
show_icon (FxProblemRow *row, gboolean group)
{
  FxSeverity severity = fx_problem_get_severity (row->problem);

  gtk_image_set_from_icon_name (row->icon, severities[severity].icon);
  for (guint i = 0; i < G_N_ELEMENTS (severities); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (row->icon), severities[i].style);
  gtk_widget_add_css_class (GTK_WIDGET (row->icon), severities[severity].style);
  gtk_widget_set_tooltip_text (GTK_WIDGET (row->icon), _ (severities[severity].name));
  gtk_widget_set_visible (GTK_WIDGET (row->icon), group);
}

static void
show_button (FxProblemRow *row, const char *label, const char *title, const char *action, const char *target)
{
  gtk_button_set_label (row->fix, label);
  gtk_widget_set_tooltip_text (GTK_WIDGET (row->fix), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->fix), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row->fix), "s", target);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row->fix), action);
}

/* One button for a rule: a fix mends all its findings at once. What nobody can decide but the person has one for each
 * finding, which leads there. */
static void
show_fix (FxProblemRow *row, gboolean group)
{
  const char *title = group ? fx_problem_get_fix_title (row->problem) : NULL;
  const char *input = group ? NULL : fx_problem_get_input (row->problem);

  gtk_widget_set_visible (GTK_WIDGET (row->fix), title != NULL || input != NULL);
  if (title != NULL)
    show_button (row, _ ("Fix"), title, "win.apply-fix", fx_problem_get_fix_rule (row->problem));
  else if (input != NULL)
    show_button (row, _ ("Set…"), _ ("Set the Shape"), "win.edit-input", input);
}

/* Of a group what its fix does, so that groups of the same rule differ; of a finding all there is to say. */
static void
show_detail (FxProblemRow *row, gboolean group)
{
  const char *text = group ? fx_problem_get_fix_title (row->problem) : fx_problem_get_detail (row->problem);

  gtk_label_set_text (row->detail, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (row->detail), text != NULL);
}

static void
show (FxProblemRow *row)
{
  guint count = fx_problem_get_count (row->problem);
  gboolean group = count > 0;
  g_autofree char *number = g_strdup_printf ("%u", count);

  show_icon (row, group);
  gtk_label_set_text (row->title, fx_problem_get_title (row->problem));
  gtk_widget_set_visible (GTK_WIDGET (row->title), *fx_problem_get_title (row->problem) != '\0');
  show_detail (row, group);
  gtk_label_set_text (row->count, number);
  gtk_widget_set_visible (GTK_WIDGET (row->count), count > 1);
  if (group)
    gtk_widget_add_css_class (GTK_WIDGET (row->title), "heading");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (row->title), "heading");
  show_fix (row, group);
}

static void
fx_problem_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  FxProblemRow *row = FX_PROBLEM_ROW (object);

  switch (id)
    {
    case PROP_PROBLEM:
      if (g_set_object (&row->problem, g_value_get_object (value)) && row->problem != NULL)
        show (row);
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_problem_row_dispose (GObject *object)
{
  g_clear_object (&FX_PROBLEM_ROW (object)->problem);
  G_OBJECT_CLASS (fx_problem_row_parent_class)->dispose (object);
}

static void
fx_problem_row_class_init (FxProblemRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = fx_problem_row_set_property;
  object_class->dispose = fx_problem_row_dispose;
  props[PROP_PROBLEM]
      = g_param_spec_object ("problem", NULL, NULL, FX_TYPE_PROBLEM, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass),
                                               "/io/github/fixpoint/Fixpoint/ui/fx-problem-row.ui");
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), FxProblemRow, icon);
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), FxProblemRow, title);
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), FxProblemRow, detail);
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), FxProblemRow, count);
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), FxProblemRow, fix);
}

static void
fx_problem_row_init (FxProblemRow *row)
{
  gtk_widget_init_template (GTK_WIDGET (row));
}
