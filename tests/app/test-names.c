/* Everything that the keyboard reaches has a name that a screen reader can say: on every page of the window, in its
 * popovers and its dialogs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-dataset-item.h"
#include "app/fx-job-queue.h"
#include "app/fx-window-private.h"

#include <string.h>

/* Takes the focus, but only to hand it on or to scroll. */
static const char *const containers[] = { "GtkScrolledWindow", "GtkViewport", "GtkColumnListView", NULL };

static gboolean
is_text (const char *text)
{
  return text != NULL && *text != '\0';
}

/* A text in the widget that can be seen, or a picture with a name: of a button, a row. */
static gboolean
contains_text (GtkWidget *widget)
{
  if (GTK_IS_IMAGE (widget)
      && gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
    return TRUE;
  if (GTK_IS_LABEL (widget) && is_text (gtk_label_get_text (GTK_LABEL (widget))))
    return gtk_widget_get_child_visible (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_visible (child) && contains_text (child))
      return TRUE;
  return FALSE;
}

static gboolean
is_named (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);

  return gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL)
         || gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY)
         || is_text (gtk_widget_get_tooltip_text (widget));
}

/* The button of a menu button, the text of an entry, …: the whole has the name. */
static gboolean
is_part (GtkWidget *widget)
{
  static const char *const wholes[]
      = { "GtkMenuButton", "GtkDropDown", "GtkEntry", "GtkSearchEntry", "GtkSpinButton", "AdwSplitButton",
          "AdwComboRow",   "AdwEntryRow", NULL };
  GtkWidget *parent = gtk_widget_get_parent (widget);

  for (int i = 0; i < 3 && parent != NULL; i++, parent = gtk_widget_get_parent (parent))
    if (g_strv_contains (wholes, G_OBJECT_TYPE_NAME (parent)))
      return is_named (parent) || contains_text (parent);
  return FALSE;
}

/* Rows and buttons say what is written on them. */
static gboolean
says_its_text (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_LABEL (widget) || GTK_IS_LIST_BOX_ROW (widget) || GTK_IS_MENU_BUTTON (widget)
         || GTK_IS_CHECK_BUTTON (widget) || GTK_IS_EXPANDER (widget)
         || strcmp (G_OBJECT_TYPE_NAME (widget), "GtkListItemWidget") == 0
         || strcmp (G_OBJECT_TYPE_NAME (widget), "GtkColumnViewTitle") == 0
         || strcmp (G_OBJECT_TYPE_NAME (widget), "GtkModelButton") == 0;
}

/* "FxWindow > AdwLeaflet > … > GtkButton" */
static char *
path_of (GtkWidget *widget)
{
  GString *path = g_string_new (G_OBJECT_TYPE_NAME (widget));

  for (GtkWidget *parent = gtk_widget_get_parent (widget); parent != NULL; parent = gtk_widget_get_parent (parent))
    {
      g_string_prepend (path, " > ");
      g_string_prepend (path, G_OBJECT_TYPE_NAME (parent));
    }
  return g_string_free (path, FALSE);
}

static void
check_widget (GtkWidget *widget, const char *where, guint *n_checked)
{
  g_autofree char *path = NULL;

  if (!gtk_widget_get_focusable (widget) || g_strv_contains (containers, G_OBJECT_TYPE_NAME (widget)))
    return;
  (*n_checked)++;
  if (is_named (widget) || is_part (widget) || (says_its_text (widget) && contains_text (widget)))
    return;
  path = path_of (widget);
  g_test_message ("%s: no name: %s", where, path);
  g_test_fail ();
}

static void
check_below (GtkWidget *widget, const char *where, guint *n_checked)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  check_widget (widget, where, n_checked);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_below (child, where, n_checked);
}

/* All windows and popovers there are at this moment. */
static void
check (const char *where)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());
  guint n_checked = 0;

  app_test_idle (400);
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      check_below (window, where, &n_checked);
    }
  g_test_message ("%s: %u widgets take the focus", where, n_checked);
  g_assert_cmpuint (n_checked, >, 3);
}

static gboolean
is_ready (gpointer window)
{
  GListModel *datasets = fx_document_get_datasets (fx_window_get_document (window));
  g_autoptr (FxDatasetItem) item = g_list_model_get_item (datasets, 0);

  return item != NULL && fx_dataset_item_get_state (item) == FX_DATASET_ITEM_READY
         && fx_canvas_get_scene (fx_graph_view_get_canvas (((FxWindow *)window)->graph_view)) != NULL;
}

static void
check_sidebar (FxWindow *window)
{
  static const char *const pages[] = { "'problems'", "'inputs'", "'calibration'" };

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      app_test_action (window, "win.show-page", pages[i]);
      check (pages[i]);
    }
}

static void
check_results (FxWindow *window)
{
  AdwViewStack *stack = ADW_VIEW_STACK (app_test_find (window->results_panel, "AdwViewStack"));
  g_autoptr (GListModel) pages = G_LIST_MODEL (adw_view_stack_get_pages (stack));

  app_test_action (window, "win.convert", NULL);
  app_test_wait_jobs (window, "the conversion");
  for (guint i = 0; i < g_list_model_get_n_items (pages); i++)
    {
      g_autoptr (AdwViewStackPage) page = g_list_model_get_item (pages, i);

      adw_view_stack_set_visible_child (stack, adw_view_stack_page_get_child (page));
      check (adw_view_stack_page_get_name (page));
    }
}

static void
check_popover (GtkMenuButton *button, const char *where)
{
  gtk_menu_button_popup (button);
  check (where);
  gtk_menu_button_popdown (button);
}

static void
check_dialog (FxWindow *window, const char *action)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());

  app_test_action (window, action, NULL);
  check (action);
  for (guint i = g_list_model_get_n_items (windows); i-- > 0;)
    {
      g_autoptr (GtkWindow) dialog = g_list_model_get_item (windows, i);

      if (dialog != GTK_WINDOW (window))
        gtk_window_destroy (dialog);
    }
}

/* The graph has the name of the node that is selected, and its own again when none is. */
static void
check_selection (FxWindow *window)
{
  FxCanvas *canvas = fx_graph_view_get_canvas (window->graph_view);
  FxScene *scene = fx_canvas_get_scene (canvas);
  guint32 box = fx_scene_first_box (scene);
  g_autofree char *label = fx_scene_box_label (scene, box);

  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (canvas), GTK_ACCESSIBLE_PROPERTY_LABEL, "Graph of the model");
  fx_canvas_set_selected (canvas, fx_scene_box (scene, box)->name);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (canvas), GTK_ACCESSIBLE_PROPERTY_LABEL, label);
  check ("search and details");
  fx_canvas_set_selected (canvas, NULL);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (canvas), GTK_ACCESSIBLE_PROPERTY_LABEL, "Graph of the model");
  g_assert_false (gtk_test_accessible_has_property (GTK_ACCESSIBLE (canvas), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION));
}

static void
test_names (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  check ("start");
  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (is_ready, window, "the picture and the samples");
  check_sidebar (window);
  app_test_action (window, "win.find", NULL);
  check_selection (window);
  check_results (window);
  check_popover (window->jobs_button, "conversions");
  check_dialog (window, "app.preferences");
  check_dialog (window, "app.about");
  app_test_stop (application);
}

int
main (int argc, char **argv)
{
  g_setenv ("GTK_A11Y", "test", TRUE); /* names are kept, though nobody asks for them */
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/names", test_names);
  return g_test_run ();
}
