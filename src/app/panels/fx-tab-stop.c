/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-tab-stop.h"

struct _FxTabStop
{
  AdwBin parent_instance;
};

G_DEFINE_FINAL_TYPE (FxTabStop, fx_tab_stop, ADW_TYPE_BIN)

/* The row of a list below `widget` that has the focus, or NULL. */
static GtkWidget *
focused_row (GtkWidget *widget)
{
  GtkWidget *row = gtk_widget_get_focus_child (widget);

  while (row != NULL && !GTK_IS_LIST_VIEW (gtk_widget_get_parent (row)))
    row = gtk_widget_get_focus_child (row);
  return row;
}

/* GtkListView has a property for it from GTK 4.12 on; before that Tab visits row after row. */
static gboolean
fx_tab_stop_focus (GtkWidget *widget, GtkDirectionType direction)
{
  GtkWidget *row = focused_row (widget);

  if (row != NULL && (direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD))
    return gtk_widget_child_focus (row, direction);
  return GTK_WIDGET_CLASS (fx_tab_stop_parent_class)->focus (widget, direction);
}

static void
fx_tab_stop_class_init (FxTabStopClass *klass)
{
  GTK_WIDGET_CLASS (klass)->focus = fx_tab_stop_focus;
}

static void
fx_tab_stop_init (G_GNUC_UNUSED FxTabStop *stop)
{
}
