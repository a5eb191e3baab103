/* The keyboard's focus in the window: it is not lost with a widget that goes, as a button does when what it mends is
 * mended. Who worked in a pane goes on there, or in the graph, and not where the toolkit finds the next stop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

#define TRY_MS 40
#define MOST_TRIES 10

/* NULL: outside of what changes under one's hands. */
static GtkWidget *
pane_of (FxWindow *window, GtkWidget *widget)
{
  GtkWidget *const panes[]
      = { GTK_WIDGET (window->problems_page), GTK_WIDGET (window->inputs_page), GTK_WIDGET (window->calibration_page),
          GTK_WIDGET (window->inspector), GTK_WIDGET (window->results_panel) };

  for (guint i = 0; i < G_N_ELEMENTS (panes); i++)
    if (gtk_widget_is_ancestor (widget, panes[i]))
      return panes[i];
  return NULL;
}

/* Another pane may have come in its place, and taken the focus. */
static gboolean
is_restored (FxWindow *window)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window)), *now = NULL;

  if (focus == NULL || window->focus_pane == NULL)
    return focus != NULL;
  now = pane_of (window, focus);
  return now == window->focus_pane || (now != NULL && !gtk_widget_get_mapped (window->focus_pane));
}

static void
focus_graph (FxWindow *window)
{
  GtkWidget *canvas = GTK_WIDGET (fx_graph_view_get_canvas (window->graph_view));

  if (gtk_widget_get_mapped (canvas))
    gtk_widget_grab_focus (canvas);
  else if (gtk_window_get_focus (GTK_WINDOW (window)) == NULL)
    gtk_widget_child_focus (GTK_WIDGET (window), GTK_DIR_TAB_FORWARD);
}

static void
accept_focus (FxWindow *window, GtkWidget *focus)
{
  window->focus_pane = pane_of (window, focus);
  g_set_weak_pointer (&window->kept_focus, focus);
  g_clear_handle_id (&window->restoring_focus, g_source_remove);
}

/* The toolkit takes the focus from a stop before it gives it to the next, and so does who leaves the last stop of the
 * window for the first. */
static gboolean
was_moved (FxWindow *window)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  if (window->kept_focus == NULL || !gtk_widget_get_mapped (window->kept_focus))
    return FALSE;
  if (focus == NULL)
    return gtk_widget_grab_focus (window->kept_focus);
  accept_focus (window, focus);
  return TRUE;
}

/* Rows of a list come with the next frame, and problems with the end of a check. */
static gboolean
restore_cb (gpointer data)
{
  FxWindow *window = data;
  gboolean may_wait = window->focus_pane != NULL && gtk_widget_get_mapped (window->focus_pane);

  if (!was_moved (window) && !is_restored (window)
      && !(may_wait && gtk_widget_child_focus (window->focus_pane, GTK_DIR_TAB_FORWARD)))
    {
      if (may_wait && ++window->n_focus_tries < MOST_TRIES)
        return G_SOURCE_CONTINUE;
      focus_graph (window);
    }
  window->restoring_focus = 0;
  if (gtk_window_get_focus (GTK_WINDOW (window)) != NULL)
    accept_focus (window, gtk_window_get_focus (GTK_WINDOW (window)));
  return G_SOURCE_REMOVE;
}

static void
restore_soon (FxWindow *window)
{
  if (window->restoring_focus != 0 || !gtk_widget_get_mapped (GTK_WIDGET (window)))
    return;
  window->n_focus_tries = 0;
  window->restoring_focus = g_timeout_add (TRY_MS, restore_cb, window);
}

static void
focus_cb (FxWindow *window)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));
  gboolean by_hand = window->focus != NULL && gtk_widget_get_mapped (window->focus);

  if (focus != NULL && (by_hand || !window->had_focus))
    accept_focus (window, focus);
  else
    restore_soon (window);
  window->had_focus |= focus != NULL;
  g_set_weak_pointer (&window->focus, focus);
}

static void
unmap_cb (FxWindow *window)
{
  g_clear_handle_id (&window->restoring_focus, g_source_remove);
}

void
fx_window_init_focus (FxWindow *window)
{
  g_signal_connect (window, "notify::focus-widget", G_CALLBACK (focus_cb), NULL);
  g_signal_connect (window, "unmap", G_CALLBACK (unmap_cb), NULL);
}

void
fx_window_clear_focus (FxWindow *window)
{
  g_signal_handlers_disconnect_by_func (window, focus_cb, NULL);
  unmap_cb (window);
  g_clear_weak_pointer (&window->focus);
  g_clear_weak_pointer (&window->kept_focus);
}
