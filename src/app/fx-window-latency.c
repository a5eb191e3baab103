/* The estimated latency in the window: estimated anew after each check, shown by the inspector, and in the colors of
 * the graph if they are wanted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

#include "app/fx-latency-task.h"

FxOverlay *
fx_window_latency_overlay (FxWindow *window)
{
  const FxLatency *latency = fx_shared_get (window->latency);
  FxOverlay *overlay;
  GHashTableIter iter;
  gpointer name, entry;

  if (latency == NULL)
    return NULL;
  overlay = fx_overlay_new (FX_OVERLAY_LATENCY, NULL);
  g_hash_table_iter_init (&iter, latency->firsts);
  while (g_hash_table_iter_next (&iter, &name, &entry))
    fx_overlay_set (overlay, name, ((const FxNodeLatency *)entry)->ms);
  return overlay;
}

static void
take_latency (FxWindow *window, FxShared *latency)
{
  if (!fx_shared_set (&window->latency, latency))
    return;
  fx_inspector_set_latency (window->inspector, latency);
  fx_window_update_overlay (window);
}

/* A model that cannot be converted has none; a check that came later makes its own. */
static void
done_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxShared) latency = fx_latency_task_finish (result, &error);

  if (latency == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  take_latency (FX_WINDOW (source), latency);
}

void
fx_window_estimate (FxWindow *window)
{
  FxShared *graph = fx_document_get_graph (window->document);

  g_cancellable_cancel (window->estimating);
  g_clear_object (&window->estimating);
  if (graph == NULL)
    take_latency (window, NULL);
  if (window->left || graph == NULL || fx_document_get_report (window->document) == NULL)
    return;
  window->estimating = g_cancellable_new ();
  fx_latency_task_start (window, graph, fx_document_get_project (window->document), window->estimating, done_cb, NULL);
}

void
fx_window_latency_clear (FxWindow *window)
{
  g_cancellable_cancel (window->estimating);
  g_clear_object (&window->estimating);
  fx_shared_set (&window->latency, NULL);
}
