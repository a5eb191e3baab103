/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-problems-page.h"

#include "app/fx-problem.h"
#include "app/panels/fx-problem-row.h"
#include "app/panels/fx-tab-stop.h"

#include <glib/gi18n.h>

struct _FxProblemsPage
{
  AdwBin parent_instance;

  FxDocument *document; /* borrowed: the window owns both */
  GtkTreeListModel *tree;

  GtkStack *stack;
  GtkLabel *summary;
  GtkListView *list;
};

G_DEFINE_FINAL_TYPE (FxProblemsPage, fx_problems_page, ADW_TYPE_BIN)

static GListModel *
children_of (gpointer item, G_GNUC_UNUSED gpointer data)
{
  GListModel *children = fx_problem_get_children (item);

  return children != NULL ? g_object_ref (children) : NULL;
}

/* A group opens; a finding leads to its node, or to what has to be set. */
static void
activate_cb (G_GNUC_UNUSED GtkListView *list, guint position, FxProblemsPage *page)
{
  g_autoptr (GtkTreeListRow) row = gtk_tree_list_model_get_row (page->tree, position);
  g_autoptr (FxProblem) problem = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;

  if (problem == NULL)
    return;
  if (gtk_tree_list_row_is_expandable (row))
    gtk_tree_list_row_set_expanded (row, !gtk_tree_list_row_get_expanded (row));
  else if (fx_problem_get_node (problem) != NULL)
    gtk_widget_activate_action (GTK_WIDGET (page), "win.select-node", "s", fx_problem_get_node (problem));
  else if (fx_problem_get_input (problem) != NULL)
    gtk_widget_activate_action (GTK_WIDGET (page), "win.edit-input", "s", fx_problem_get_input (problem));
}

/* What cannot be overlooked is open: the errors, and the rest where there are none. */
static void
expand_errors (FxProblemsPage *page)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (page->tree)); i > 0; i--)
    {
      g_autoptr (GtkTreeListRow) row = gtk_tree_list_model_get_row (page->tree, i - 1);
      g_autoptr (FxProblem) problem = gtk_tree_list_row_get_item (row);

      if (fx_problem_get_count (problem) > 0 && fx_problem_get_severity (problem) == FX_SEVERITY_ERROR)
        gtk_tree_list_row_set_expanded (row, TRUE);
    }
}

static char *
summary_text (guint n_errors, guint n_warnings)
{
  g_autofree char *errors = g_strdup_printf (ngettext ("%u error", "%u errors", n_errors), n_errors);
  g_autofree char *warnings = g_strdup_printf (ngettext ("%u warning", "%u warnings", n_warnings), n_warnings);

  if (n_errors > 0 && n_warnings > 0)
    return g_strdup_printf (_ ("%s, %s"), errors, warnings);
  if (n_errors > 0)
    return g_steal_pointer (&errors);
  return n_warnings > 0 ? g_steal_pointer (&warnings) : g_strdup (_ ("Can be converted"));
}

static void
report_changed_cb (FxProblemsPage *page)
{
  guint n_errors, n_warnings;
  g_autofree char *summary = NULL;
  GListModel *problems = fx_document_get_problems (page->document);

  if (fx_document_get_report (page->document) == NULL)
    {
      if (g_list_model_get_n_items (problems) == 0)
        gtk_stack_set_visible_child_name (page->stack, "checking");
      return;
    }
  g_object_get (page->document, "n-errors", &n_errors, "n-warnings", &n_warnings, NULL);
  summary = summary_text (n_errors, n_warnings);
  gtk_label_set_text (page->summary, summary);
  gtk_stack_set_visible_child_name (page->stack, g_list_model_get_n_items (problems) > 0 ? "list" : "none");
  expand_errors (page);
}

void
fx_problems_page_set_document (FxProblemsPage *page, FxDocument *document)
{
  g_autoptr (GtkSelectionModel) selection = NULL;

  page->document = document;
  page->tree = gtk_tree_list_model_new (g_object_ref (fx_document_get_problems (document)), FALSE, FALSE, children_of,
                                        NULL, NULL);
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (page->tree))));
  gtk_list_view_set_model (page->list, selection);
  g_signal_connect_object (document, "report-changed", G_CALLBACK (report_changed_cb), page, G_CONNECT_SWAPPED);
}

static void
fx_problems_page_dispose (GObject *object)
{
  g_clear_object (&FX_PROBLEMS_PAGE (object)->tree);
  G_OBJECT_CLASS (fx_problems_page_parent_class)->dispose (object);
}

static void
fx_problems_page_class_init (FxProblemsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fx_problems_page_dispose;
  g_type_ensure (FX_TYPE_PROBLEM_ROW);
  g_type_ensure (FX_TYPE_TAB_STOP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-problems-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FxProblemsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, FxProblemsPage, summary);
  gtk_widget_class_bind_template_child (widget_class, FxProblemsPage, list);
}

static void
fx_problems_page_init (FxProblemsPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
  g_signal_connect (page->list, "activate", G_CALLBACK (activate_cb), page);
}
