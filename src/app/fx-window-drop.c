/* Files that are dropped on the window: a model or project is opened, folders become calibration samples of what is
 * open.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

#include <glib/gi18n.h>

/* A prototxt names the network, and its weights lie beside it: it goes before them. */
static const char *
find_model (GSList *files)
{
  const char *found = NULL;

  for (GSList *l = files; l != NULL; l = l->next)
    {
      const char *path = g_file_peek_path (l->data);

      if (path != NULL && fx_window_can_open (path) && (found == NULL || g_str_has_suffix (path, ".prototxt")))
        found = path;
    }
  return found;
}

static guint
add_folders (FxWindow *window, GSList *files)
{
  guint n = 0;

  for (GSList *l = files; l != NULL; l = l->next)
    {
      const char *path = g_file_peek_path (l->data);

      if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_DIR))
        continue;
      fx_document_add_dataset (window->document, path, NULL);
      n++;
    }
  return n;
}

static gboolean
drop_cb (FxWindow *window, const GValue *value)
{
  GSList *files = gdk_file_list_get_files (g_value_get_boxed (value));
  gboolean is_ready = fx_document_get_state (window->document) == FX_DOCUMENT_READY;
  const char *model = find_model (files);
  gboolean taken = TRUE;

  gtk_widget_remove_css_class (GTK_WIDGET (window), "drop-highlight");
  if (model != NULL)
    fx_window_open (window, model);
  else if (is_ready && add_folders (window, files) > 0)
    gtk_widget_activate_action (GTK_WIDGET (window), "win.show-page", "s", "calibration");
  else
    {
      fx_window_tell (window, is_ready ? _ ("Drop a model, or a folder with calibration samples")
                                       : _ ("Drop an ONNX or Caffe model, or a Fixpoint project"));
      taken = FALSE;
    }
  g_slist_free (files);
  return taken;
}

static GdkDragAction
enter_cb (FxWindow *window)
{
  gtk_widget_add_css_class (GTK_WIDGET (window), "drop-highlight");
  return GDK_ACTION_COPY;
}

static void
leave_cb (FxWindow *window)
{
  gtk_widget_remove_css_class (GTK_WIDGET (window), "drop-highlight");
}

void
fx_window_init_drop (FxWindow *window)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), window);
  g_signal_connect_swapped (target, "enter", G_CALLBACK (enter_cb), window);
  g_signal_connect_swapped (target, "leave", G_CALLBACK (leave_cb), window);
  gtk_widget_add_controller (GTK_WIDGET (window), GTK_EVENT_CONTROLLER (target));
}
