/* The verbs of a window. Those that need an answer ask for it when they are called by a person, and have a sibling
 * with a parameter for other programs and tests.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

#include "app/fx-problem.h"
#include "app/fx-settings.h"
#include "core/graph/fx-graph.h"

#include <glib/gi18n.h>

typedef void (*Plain) (FxWindow *window);
typedef void (*WithText) (FxWindow *window, const char *text);

/* ---- files ---- */

static void
save (FxWindow *window)
{
  const char *path = fx_document_get_path (window->document);

  if (path != NULL)
    fx_window_save (window, path);
  else
    fx_window_ask_save (window);
}

static void
cancel_loading (FxWindow *window)
{
  fx_document_cancel_loading (window->document);
}

/* ---- edits ---- */

static void
undo (FxWindow *window)
{
  fx_document_undo (window->document);
}

static void
redo (FxWindow *window)
{
  fx_document_redo (window->document);
}

static void
fix_all (FxWindow *window)
{
  fx_document_apply_all_fixes (window->document);
}

static void
apply_fix (FxWindow *window, const char *rule)
{
  fx_document_apply_fix (window->document, rule);
}

static void
set_target (FxWindow *window, const char *target)
{
  fx_document_set_target (window->document, target);
}

static void
select_node (FxWindow *window, const char *node)
{
  fx_window_select_node (window, node);
}

/* ---- looking ---- */

static void
zoom_in (FxWindow *window)
{
  fx_canvas_zoom_by (fx_graph_view_get_canvas (window->graph_view), 1.25);
}

static void
zoom_out (FxWindow *window)
{
  fx_canvas_zoom_by (fx_graph_view_get_canvas (window->graph_view), 0.8);
}

static void
zoom_original (FxWindow *window)
{
  fx_canvas_zoom_to (fx_graph_view_get_canvas (window->graph_view), 1.0);
}

static void
zoom_fit (FxWindow *window)
{
  fx_canvas_fit (fx_graph_view_get_canvas (window->graph_view));
}

static void
find (FxWindow *window)
{
  fx_graph_view_find (window->graph_view);
}

static void
find_next (FxWindow *window)
{
  fx_graph_view_find_step (window->graph_view, 1);
}

static void
find_previous (FxWindow *window)
{
  fx_graph_view_find_step (window->graph_view, -1);
}

static void
add_dataset (FxWindow *window, const char *path)
{
  const char *const paths[] = { path, NULL };

  fx_document_add_samples (window->document, paths);
}

/* Of the first input. */
static void
set_preprocess (FxWindow *window, const char *text)
{
  const FxGraph *graph = fx_shared_get (fx_document_get_graph (window->document));

  if (fx_graph_n_inputs (graph) > 0)
    fx_document_set_preprocess (window->document, fx_graph_value (graph, fx_graph_input (graph, 0))->name, text);
}

static void
show_page (FxWindow *window, const char *name)
{
  adw_flap_set_reveal_flap (window->sidebar_flap, TRUE);
  adw_view_stack_set_visible_child_name (window->sidebar_stack, name);
}

static void
edit_input (FxWindow *window, const char *name)
{
  show_page (window, "inputs");
  fx_inputs_page_edit (window->inputs_page, name);
}

/* Rows of the verbs. `needs` says when one is enabled. */
typedef enum
{
  ALWAYS,
  READY,   /* a model is open */
  FIXABLE, /* and something that a fix mends */
  LOADING,
  RUNNING, /* a conversion waits or runs */
  REPORT,  /* the shown run has written one */
  UNDO,
  REDO,
} Needs;

static const struct
{
  const char *name;
  Needs needs;
  Plain plain;
  WithText with_text;
} verbs[] = {
  { "open", ALWAYS, fx_window_ask_open, NULL },
  { "open-file", ALWAYS, NULL, fx_window_open },
  { "cancel-loading", LOADING, cancel_loading, NULL },
  { "save", READY, save, NULL },
  { "save-as", READY, fx_window_ask_save, NULL },
  { "save-to", READY, NULL, fx_window_save },
  { "export-model", READY, fx_window_ask_export_model, NULL },
  { "export-model-to", READY, NULL, fx_window_export_model },
  { "export-config", READY, fx_window_ask_export_config, NULL },
  { "export-config-to", READY, NULL, fx_window_export_config },
  { "export-graph", READY, NULL, fx_window_ask_export_graph },
  { "export-graph-to", READY, NULL, fx_window_export_graph },
  { "export-chart", READY, fx_window_ask_export_chart, NULL },
  { "export-chart-to", READY, NULL, fx_window_export_chart },
  { "convert", READY, fx_window_convert, NULL },
  { "open-report", REPORT, fx_window_open_report, NULL },
  { "compare-run", READY, NULL, fx_window_compare_run },
  { "show-board", READY, NULL, fx_window_show_board },
  { "show-run", READY, NULL, fx_window_show_run },
  { "cancel-jobs", RUNNING, fx_window_cancel_jobs, NULL },
  { "cancel-job", RUNNING, NULL, fx_window_cancel_job },
  { "undo", UNDO, undo, NULL },
  { "redo", REDO, redo, NULL },
  { "fix-all", FIXABLE, fix_all, NULL },
  { "apply-fix", READY, NULL, apply_fix },
  { "set-target", READY, NULL, set_target },
  { "select-node", READY, NULL, select_node },
  { "show-page", READY, NULL, show_page },
  { "edit-input", READY, NULL, edit_input },
  { "zoom-in", READY, zoom_in, NULL },
  { "zoom-out", READY, zoom_out, NULL },
  { "zoom-original", READY, zoom_original, NULL },
  { "zoom-fit", READY, zoom_fit, NULL },
  { "find", READY, find, NULL },
  { "find-next", READY, find_next, NULL },
  { "find-previous", READY, find_previous, NULL },
  { "add-dataset", READY, fx_window_ask_add_dataset, NULL },
  { "add-files", READY, fx_window_ask_add_files, NULL },
  { "add-dataset-from", READY, NULL, add_dataset },
  { "set-preprocess", READY, NULL, set_preprocess },
};

static void
verb_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  guint i = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (action), "verb"));

  if (verbs[i].plain != NULL)
    verbs[i].plain (data);
  else
    verbs[i].with_text (data, g_variant_get_string (parameter, NULL));
}

/* (path, weights) */
static void
open_pair_cb (G_GNUC_UNUSED GSimpleAction *action, GVariant *parameter, gpointer data)
{
  const char *path, *weights;

  g_variant_get (parameter, "(&s&s)", &path, &weights);
  fx_window_open_pair (data, path, weights);
}

static void
take_files_cb (G_GNUC_UNUSED GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autofree const char **paths = g_variant_get_strv (parameter, NULL);

  fx_window_take_files (data, paths);
}

/* (name, shape) */
static void
set_input_shape_cb (G_GNUC_UNUSED GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FxWindow *window = data;
  const char *name, *shape;

  g_variant_get (parameter, "(&s&s)", &name, &shape);
  fx_document_set_input_shape (window->document, name, shape);
}

/* FALSE: no model is open, or its board has none and that was told. */
static gboolean
may_have_16_bits (FxWindow *window, gboolean are_wanted)
{
  g_autofree char *refusal = are_wanted ? fx_document_dup_int16_refusal (window->document) : NULL;

  if (refusal != NULL)
    fx_window_tell (window, refusal);
  return refusal == NULL && fx_document_get_state (window->document) == FX_DOCUMENT_READY;
}

/* (node, "int8", "int16", "float" or "auto") */
static void
set_node_precision_cb (G_GNUC_UNUSED GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FxWindow *window = data;
  const char *node, *precision;

  g_variant_get (parameter, "(&s&s)", &node, &precision);
  if (may_have_16_bits (window, g_str_equal (precision, "int16")))
    fx_document_set_node_precision (window->document, node, precision);
}

/* (share of the nodes, times the latency); 0: no limit */
static void
set_mixed_cb (G_GNUC_UNUSED GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FxWindow *window = data;
  double share, budget;

  g_variant_get (parameter, "(dd)", &share, &budget);
  if (may_have_16_bits (window, share > 0 || budget > 0))
    fx_document_set_mixed (window->document, share, budget);
}

/* (level "O2", mode "latency", balance in percent, cores, longest call in µs); what is wrong changes nothing */
static void
set_compile_cb (G_GNUC_UNUSED GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FxWindow *window = data;
  FxCompileOptions compile = FX_COMPILE_DEFAULTS;
  const char *level, *mode;
  g_autoptr (GError) error = NULL;

  g_variant_get (parameter, "(&s&suuu)", &level, &mode, &compile.balance, &compile.cores, &compile.max_call_us);
  if (!fx_compile_check_options (&compile, &error) || !fx_compile_parse_level (level, &compile.level, &error)
      || !fx_compile_parse_mode (mode, &compile.mode, &error))
    fx_window_tell (window, error->message);
  else if (fx_document_get_state (window->document) == FX_DOCUMENT_READY)
    fx_document_set_compile (window->document, &compile);
}

/* The place in the project's list. */
static void
remove_dataset_cb (G_GNUC_UNUSED GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FxWindow *window = data;

  fx_document_remove_dataset (window->document, g_variant_get_uint32 (parameter));
}

static void
show_errors_cb (GSimpleAction *action, GVariant *state, gpointer window)
{
  g_simple_action_set_state (action, state);
  fx_window_show_errors (window, g_variant_get_boolean (state));
}

static void
show_latency_cb (GSimpleAction *action, GVariant *state, gpointer window)
{
  g_simple_action_set_state (action, state);
  fx_window_show_latency (window, g_variant_get_boolean (state));
}

static void
group_nodes_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  FxWindow *window = data;

  g_simple_action_set_state (action, state);
  fx_graph_view_set_grouped (window->graph_view, g_variant_get_boolean (state));
}

static void
add_setting (FxWindow *window, const char *action_name, const char *key, gpointer object, const char *property)
{
  g_autoptr (GPropertyAction) action = g_property_action_new (action_name, object, property);

  g_action_map_add_action (G_ACTION_MAP (window), G_ACTION (action));
  g_settings_bind (fx_settings_get (), key, object, property, G_SETTINGS_BIND_DEFAULT);
}

static void
flap_revealed_cb (AdwFlap *flap, G_GNUC_UNUSED GParamSpec *pspec, gpointer key)
{
  if (!adw_flap_get_folded (flap))
    g_settings_set_boolean (fx_settings_get (), key, adw_flap_get_reveal_flap (flap));
}

/* A flap that a narrow window hides is not one that nobody wants to see. */
static void
add_flap (FxWindow *window, const char *action_name, const char *key, AdwFlap *flap)
{
  g_autoptr (GPropertyAction) action = g_property_action_new (action_name, flap, "reveal-flap");

  g_action_map_add_action (G_ACTION_MAP (window), G_ACTION (action));
  adw_flap_set_reveal_flap (flap, g_settings_get_boolean (fx_settings_get (), key));
  g_signal_connect (flap, "notify::reveal-flap", G_CALLBACK (flap_revealed_cb), (gpointer)key);
}

void
fx_window_add_actions (FxWindow *window)
{
  static const GActionEntry entries[] = { { "set-input-shape", set_input_shape_cb, "(ss)", NULL, NULL, { 0 } },
                                          { "set-node-precision", set_node_precision_cb, "(ss)", NULL, NULL, { 0 } },
                                          { "set-mixed", set_mixed_cb, "(dd)", NULL, NULL, { 0 } },
                                          { "set-compile", set_compile_cb, "(ssuuu)", NULL, NULL, { 0 } },
                                          { "remove-dataset", remove_dataset_cb, "u", NULL, NULL, { 0 } },
                                          { "open-pair", open_pair_cb, "(ss)", NULL, NULL, { 0 } },
                                          { "take-files", take_files_cb, "as", NULL, NULL, { 0 } },
                                          { "show-errors", NULL, NULL, "false", show_errors_cb, { 0 } },
                                          { "show-latency", NULL, NULL, "false", show_latency_cb, { 0 } },
                                          { "group-nodes", NULL, NULL, "false", group_nodes_cb, { 0 } } };

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autoptr (GSimpleAction) action
          = g_simple_action_new (verbs[i].name, verbs[i].with_text != NULL ? G_VARIANT_TYPE_STRING : NULL);

      g_object_set_data (G_OBJECT (action), "verb", GUINT_TO_POINTER (i));
      g_signal_connect (action, "activate", G_CALLBACK (verb_cb), window);
      g_action_map_add_action (G_ACTION_MAP (window), G_ACTION (action));
    }
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  add_flap (window, "toggle-sidebar", "show-sidebar", window->sidebar_flap);
  add_flap (window, "toggle-inspector", "show-inspector", window->inspector_flap);
  add_setting (window, "toggle-minimap", "show-minimap", fx_graph_view_get_canvas (window->graph_view), "show-minimap");
  add_setting (window, "toggle-results", "show-results", window->results_slot, "visible");
}

static gboolean
has_report (FxWindow *window)
{
  FxResults *results = fx_results_panel_get_results (window->results_panel);

  return results != NULL && fx_results_find_file (results, "_report.html") != NULL;
}

/* The list stays while another check is under way, and so does the verb. */
static gboolean
is_fixable (FxDocument *document)
{
  GListModel *problems = fx_document_get_problems (document);

  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr (FxProblem) problem = g_list_model_get_item (problems, i);

      if (fx_problem_get_fix_title (problem) != NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
enabled (FxWindow *window, Needs needs)
{
  FxDocumentState state = fx_document_get_state (window->document);

  switch (needs)
    {
    case READY: return state == FX_DOCUMENT_READY;
    case FIXABLE: return state == FX_DOCUMENT_READY && is_fixable (window->document);
    case LOADING: return state == FX_DOCUMENT_LOADING;
    case RUNNING: return fx_job_queue_is_active (window->queue);
    case REPORT: return has_report (window);
    case UNDO: return fx_document_can_undo (window->document);
    case REDO: return fx_document_can_redo (window->document);
    case ALWAYS:
    default: return TRUE;
    }
}

void
fx_window_update_actions (FxWindow *window)
{
  if (g_action_map_lookup_action (G_ACTION_MAP (window), verbs[0].name) == NULL)
    return; /* they are being made */
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      GAction *action = g_action_map_lookup_action (G_ACTION_MAP (window), verbs[i].name);

      g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled (window, verbs[i].needs));
    }
}
