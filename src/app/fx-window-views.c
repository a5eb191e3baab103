/* Which form of the model the graph shows: the source, or what a conversion made of it. What is selected stays so where
 * its name is found again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

#include "core/check/fx-integer-report.h"

#include <glib/gi18n.h>

static void
show_source (FxWindow *window)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (window), "view");

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_string ("source"));
}

/* Another model comes, and the graph view has let go of the last one. */
static void
state_cb (FxWindow *window)
{
  if (fx_document_get_state (window->document) != FX_DOCUMENT_READY)
    show_source (window);
}

/* Without a board nothing runs anywhere. */
static FxShared *
integer_report (const FxConversion *conversion)
{
  if (conversion->target == NULL)
    return NULL;
  return fx_shared_new (fx_integer_report_new (conversion->integer, conversion->optimized, conversion->params),
                        (GDestroyNotify)fx_check_report_free);
}

static void
show_converted (FxWindow *window, gboolean quantized)
{
  FxResults *results = fx_results_panel_get_results (window->results_panel);
  const FxConversion *conversion = fx_results_get_conversion (results);
  g_autoptr (FxShared) graph = fx_results_share (results, quantized ? conversion->integer : conversion->optimized);
  g_autoptr (FxShared) report
      = quantized ? integer_report (conversion) : fx_results_share (results, conversion->placement);

  fx_graph_view_show (window->graph_view, graph, report);
}

static void
view_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  FxWindow *window = data;
  const char *name = g_variant_get_string (state, NULL);
  FxResults *results = fx_results_panel_get_results (window->results_panel);

  if (g_str_equal (name, "source"))
    fx_graph_view_show (window->graph_view, NULL, NULL);
  else if (results != NULL && fx_results_get_conversion (results) != NULL)
    show_converted (window, g_str_equal (name, "quantized"));
  else
    {
      fx_window_tell (window, _ ("Convert the model first"));
      return;
    }
  g_simple_action_set_state (action, state);
}

void
fx_window_init_views (FxWindow *window)
{
  g_autoptr (GSimpleAction) action
      = g_simple_action_new_stateful ("view", G_VARIANT_TYPE_STRING, g_variant_new_string ("source"));

  g_signal_connect (action, "change-state", G_CALLBACK (view_cb), window);
  g_action_map_add_action (G_ACTION_MAP (window), G_ACTION (action));
  g_signal_connect_object (window->document, "notify::state", G_CALLBACK (state_cb), window, G_CONNECT_SWAPPED);
}
