/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-results-panel.h"

#include "app/fx-board-plots.h"
#include "app/fx-comparison.h"
#include "app/panels/fx-tab-stop.h"

#include <glib/gi18n.h>
#include <math.h>

static double
one_minus_cosine (const FxResultLayer *layer, gboolean isolated)
{
  double cosine = isolated ? layer->isolated_cosine : layer->cosine;

  return isnan (cosine) ? NAN : MAX (1 - cosine, 1e-9);
}

static double
sqnr (const FxResultLayer *layer, gboolean isolated)
{
  double value = isolated ? layer->isolated_sqnr_db : layer->sqnr_db;

  return isfinite (value) ? value : NAN;
}

/* What the plot can show; rows in the order of the drop-down. */
static const struct
{
  const char *name, *unit;
  FxAxisScale scale;
  double (*value) (const FxResultLayer *layer, gboolean isolated);
} metrics[] = {
  { N_ ("1 − cosine"), NULL, FX_AXIS_LOG, one_minus_cosine },
  { N_ ("SQNR"), "dB", FX_AXIS_LINEAR, sqnr },
};

struct _FxResultsPanel
{
  AdwBin parent_instance;

  /* Template Widgets */
  GtkStack *stack;
  AdwViewStack *pages;
  GtkStack *errors_stack;
  AdwStatusPage *errors_page;
  GtkProgressBar *progress_bar;
  FxChart *chart;
  GtkDropDown *run_drop_down, *compare_drop_down, *metric_drop_down;
  GtkTextView *report_view, *log_view;
  GtkStack *comparison_stack;
  GtkColumnView *comparison_view;
  GtkColumnViewColumn *shown_column, *other_column;
  GtkStack *board_stack;
  FxChart *board_chart;
  GtkDropDown *board_drop_down;
  GtkLabel *board_label;

  /* Owned References */
  GListStore *runs;        /* of FxResults, newest first */
  GBindingGroup *progress; /* of the run that is shown */
  GSignalGroup *log;       /* of the run that is shown */
  GListModel *comparable;  /* a string for none, then the runs but the one that is shown */
  GtkFilter *is_other;     /* of these */
  FxResults *shown, *compared_with;
  char *selected;
};

G_DEFINE_FINAL_TYPE (FxResultsPanel, fx_results_panel, ADW_TYPE_BIN)

static guint node_activated, run_changed;

/* ---- the plot ---- */

static void
add_series (FxPlot *plot, FxResults *results, FxResults *order, guint metric, gboolean isolated, const char *name,
            guint color, gboolean faint)
{
  guint n = fx_results_n_layers (order);
  g_autofree double *values = g_new (double, n + 1);

  for (guint i = 0; i < n; i++)
    {
      int k = results == order ? (int)i : fx_results_find (results, fx_results_layer (order, i)->node);

      values[i] = k >= 0 ? metrics[metric].value (fx_results_layer (results, (guint)k), isolated) : NAN;
    }
  fx_plot_add_series (plot, name, color, faint, values, n);
}

/* NULL: nothing to compare with. */
static FxResults *
compared (FxResultsPanel *panel)
{
  gpointer item = gtk_drop_down_get_selected_item (panel->compare_drop_down);

  return FX_IS_RESULTS (item) ? item : NULL;
}

static FxPlot *
make_plot (FxResultsPanel *panel)
{
  guint metric = gtk_drop_down_get_selected (panel->metric_drop_down), n = fx_results_n_layers (panel->shown);
  g_autofree const char **labels = g_new0 (const char *, n + 1);
  FxResults *other = compared (panel);
  FxPlot *plot;

  for (guint i = 0; i < n; i++)
    {
      const char *node = fx_results_layer (panel->shown, i)->node;

      labels[i] = node != NULL ? node : "";
    }
  plot = fx_plot_new (&fx_plot_lines, _ ("Error of every layer"), n, labels);
  fx_plot_set_x (plot, _ ("layer"), NULL);
  fx_plot_set_y (plot, _ (metrics[metric].name), metrics[metric].unit, metrics[metric].scale);
  add_series (plot, panel->shown, panel->shown, metric, FALSE, _ ("whole network quantized"), 0, FALSE);
  add_series (plot, panel->shown, panel->shown, metric, TRUE, _ ("layer alone"), 1, FALSE);
  if (other != NULL)
    add_series (plot, other, panel->shown, metric, FALSE, fx_results_get_title (other), 2, TRUE);
  fx_plot_finish (plot);
  return plot;
}

/* While there is no plot: what is being waited for, or why there will be none. */
static void
show_waiting (FxResultsPanel *panel)
{
  const char *failure = panel->shown != NULL ? fx_results_get_failure (panel->shown) : NULL;
  g_autofree char *escaped = g_markup_escape_text (
      failure != NULL ? failure : _ ("The error of every layer appears here while it is measured."), -1);

  adw_status_page_set_title (panel->errors_page, failure != NULL ? _ ("Not Converted") : _ ("Converting"));
  adw_status_page_set_description (panel->errors_page, escaped);
  gtk_widget_set_visible (GTK_WIDGET (panel->progress_bar), failure == NULL);
  gtk_stack_set_visible_child_name (panel->errors_stack, "waiting");
  fx_chart_set_plot (panel->chart, NULL);
}

static void
update_plot (FxResultsPanel *panel)
{
  g_autoptr (FxPlot) plot = NULL;

  if (panel->shown == NULL || fx_results_n_layers (panel->shown) == 0)
    {
      show_waiting (panel);
      return;
    }
  gtk_stack_set_visible_child_name (panel->errors_stack, "plot");
  plot = make_plot (panel);
  fx_chart_set_plot (panel->chart, plot);
  fx_chart_set_selected (panel->chart, fx_results_find (panel->shown, panel->selected));
}

static void
item_activated_cb (FxResultsPanel *panel, int item)
{
  const char *node = fx_results_layer (panel->shown, (guint)item)->node;

  if (node != NULL)
    g_signal_emit (panel, node_activated, 0, node);
}

void
fx_results_panel_select (FxResultsPanel *panel, const char *node)
{
  if (g_strcmp0 (node, panel->selected) == 0)
    return;
  g_free (panel->selected);
  panel->selected = g_strdup (node);
  if (panel->shown != NULL)
    fx_chart_set_selected (panel->chart, fx_results_find (panel->shown, node));
}

/* ---- the board ---- */

/* "About 0.75 ms a frame by estimate; 1.46 MB loaded, 0.17 MB stored" */
static char *
board_text (const FxConversion *conversion)
{
  const FxTimeline *timeline = conversion->timeline;

  if (timeline == NULL)
    /* Translators: the latency of a network on a board */
    return g_strdup_printf (_ ("About %.2f ms a frame by estimate"), conversion->cost->total_ms);
  /* Translators: the latency of a network on a board, and what it moves between the BPU and memory */
  return g_strdup_printf (_ ("About %.2f ms a frame by estimate; %.2f MB loaded, %.2f MB stored"),
                          conversion->cost->total_ms, (double)timeline->loaded_bytes / 1e6,
                          (double)timeline->stored_bytes / 1e6);
}

static void
update_board (FxResultsPanel *panel)
{
  const FxConversion *conversion = panel->shown != NULL ? fx_results_get_conversion (panel->shown) : NULL;
  gboolean is_there = conversion != NULL && conversion->cost != NULL;
  g_autoptr (FxPlot) plot
      = is_there ? fx_board_plot_new (gtk_drop_down_get_selected (panel->board_drop_down), conversion) : NULL;
  g_autofree char *text = is_there ? board_text (conversion) : NULL;

  gtk_stack_set_visible_child_name (panel->board_stack, is_there ? "plot" : "empty");
  gtk_label_set_text (panel->board_label, text != NULL ? text : "");
  fx_chart_set_plot (panel->board_chart, plot);
}

static void
board_item_activated_cb (FxResultsPanel *panel, int item)
{
  FxPlot *plot = fx_chart_get_plot (panel->board_chart);

  if (plot != NULL && plot->labels != NULL && item >= 0 && (guint)item < plot->n_items)
    g_signal_emit (panel, node_activated, 0, plot->labels[item]);
}

void
fx_results_panel_show_errors (FxResultsPanel *panel)
{
  adw_view_stack_set_visible_child_name (panel->pages, "errors");
}

void
fx_results_panel_show_board (FxResultsPanel *panel, guint number)
{
  adw_view_stack_set_visible_child_name (panel->pages, "board");
  gtk_drop_down_set_selected (panel->board_drop_down, number);
}

/* ---- report and log ---- */

static void
update_report (FxResultsPanel *panel)
{
  const char *text = panel->shown != NULL ? fx_results_get_text (panel->shown) : NULL;
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (panel->report_view), valid, -1);
}

/* Lines come, and none goes. */
static void
log_grows_cb (GListModel *log, guint position, G_GNUC_UNUSED guint n_removed, guint n_added, FxResultsPanel *panel)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (panel->log_view);

  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (GtkStringObject) line = g_list_model_get_item (log, i);
      GtkTextIter end;

      gtk_text_buffer_get_end_iter (buffer, &end);
      if (i > 0)
        gtk_text_buffer_insert (buffer, &end, "\n", -1);
      gtk_text_buffer_insert (buffer, &end, gtk_string_object_get_string (line), -1);
    }
}

static void
show_log (FxResultsPanel *panel, GListModel *log)
{
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (panel->log_view), "", -1);
  g_signal_group_set_target (panel->log, log);
  if (log != NULL)
    log_grows_cb (log, 0, 0, g_list_model_get_n_items (log), panel);
}

/* ---- comparison ---- */

static void
update_comparison (FxResultsPanel *panel)
{
  FxResults *other = compared (panel);
  g_autoptr (GtkNoSelection) model = NULL;

  gtk_stack_set_visible_child_name (panel->comparison_stack, other != NULL ? "table" : "empty");
  if (other != NULL)
    {
      model = gtk_no_selection_new (G_LIST_MODEL (fx_comparison_new (panel->shown, other)));
      gtk_column_view_column_set_title (panel->shown_column, fx_results_get_title (panel->shown));
      gtk_column_view_column_set_title (panel->other_column, fx_results_get_title (other));
    }
  gtk_column_view_set_model (panel->comparison_view, GTK_SELECTION_MODEL (model));
}

static void
compare_again (FxResultsPanel *panel)
{
  update_plot (panel);
  update_comparison (panel);
}

/* What is compared with may still be running. */
static void
compared_cb (FxResultsPanel *panel)
{
  FxResults *other = compared (panel);

  if (panel->compared_with != NULL)
    g_signal_handlers_disconnect_by_func (panel->compared_with, compare_again, panel);
  g_set_object (&panel->compared_with, other);
  if (other != NULL)
    g_signal_connect_object (other, "finished", G_CALLBACK (compare_again), panel, G_CONNECT_SWAPPED);
  compare_again (panel);
}

static void
comparison_activated_cb (FxResultsPanel *panel, guint position)
{
  GListModel *rows = G_LIST_MODEL (gtk_column_view_get_model (panel->comparison_view));
  g_autoptr (FxComparisonRow) row = g_list_model_get_item (rows, position);

  if (row != NULL && fx_comparison_row_get_node (row) != NULL)
    g_signal_emit (panel, node_activated, 0, fx_comparison_row_get_node (row));
}

GListModel *
fx_results_panel_get_comparison (FxResultsPanel *panel)
{
  return G_LIST_MODEL (gtk_column_view_get_model (panel->comparison_view));
}

/* The place of the newest run of that title in a list of runs; GTK_INVALID_LIST_POSITION: there is none. */
static guint
find_run (GListModel *runs, const char *title)
{
  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr (GObject) run = g_list_model_get_item (runs, i);

      if (FX_IS_RESULTS (run) && g_strcmp0 (fx_results_get_title (FX_RESULTS (run)), title) == 0)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

void
fx_results_panel_compare (FxResultsPanel *panel, const char *title)
{
  guint place = *title != '\0' ? find_run (panel->comparable, title) : 0;

  if (place == GTK_INVALID_LIST_POSITION)
    return;
  gtk_drop_down_set_selected (panel->compare_drop_down, place);
  if (*title != '\0')
    adw_view_stack_set_visible_child_name (panel->pages, "comparison");
}

/* ---- all of them ---- */

static void
finished_cb (FxResultsPanel *panel)
{
  update_plot (panel);
  update_report (panel);
  update_comparison (panel);
  update_board (panel);
  g_signal_emit (panel, run_changed, 0);
}

/* ---- runs ---- */

static void
show (FxResultsPanel *panel, FxResults *results)
{
  if (panel->shown != NULL)
    g_signal_handlers_disconnect_by_data (panel->shown, panel);
  if (results != NULL && results == panel->compared_with)
    gtk_drop_down_set_selected (panel->compare_drop_down, 0);
  g_set_object (&panel->shown, results);
  gtk_filter_changed (panel->is_other, GTK_FILTER_CHANGE_DIFFERENT);
  g_binding_group_set_source (panel->progress, results);
  gtk_stack_set_visible_child_name (panel->stack, results != NULL ? "results" : "empty");
  if (results != NULL)
    {
      g_signal_connect_object (results, "layers-changed", G_CALLBACK (update_plot), panel, G_CONNECT_SWAPPED);
      g_signal_connect_object (results, "finished", G_CALLBACK (finished_cb), panel, G_CONNECT_SWAPPED);
    }
  show_log (panel, results != NULL ? fx_results_get_log (results) : NULL);
  finished_cb (panel);
}

static void
run_selected_cb (FxResultsPanel *panel)
{
  FxResults *results = gtk_drop_down_get_selected_item (panel->run_drop_down);

  if (results != panel->shown)
    show (panel, results);
}

void
fx_results_panel_add (FxResultsPanel *panel, FxResults *results)
{
  g_list_store_insert (panel->runs, 0, results);
  gtk_drop_down_set_selected (panel->run_drop_down, 0);
  run_selected_cb (panel); /* the selection may have been there already, and then nothing tells */
}

void
fx_results_panel_show (FxResultsPanel *panel, const char *title)
{
  guint place = find_run (G_LIST_MODEL (panel->runs), title);

  if (place != GTK_INVALID_LIST_POSITION)
    gtk_drop_down_set_selected (panel->run_drop_down, place);
}

void
fx_results_panel_clear (FxResultsPanel *panel)
{
  g_list_store_remove_all (panel->runs);
  show (panel, NULL);
}

FxResults *
fx_results_panel_get_results (FxResultsPanel *panel)
{
  return panel->shown;
}

gboolean
fx_results_panel_tells_failure (FxResultsPanel *panel, FxResults *results)
{
  return results == panel->shown && fx_results_get_failure (results) != NULL
         && gtk_widget_get_mapped (GTK_WIDGET (panel->errors_page));
}

FxChart *
fx_results_panel_get_chart (FxResultsPanel *panel)
{
  gboolean on_board = g_strcmp0 (adw_view_stack_get_visible_child_name (panel->pages), "board") == 0;

  return on_board ? panel->board_chart : panel->chart;
}

/* The figure of a layer is for the pages that show layers. */
static void
page_cb (FxResultsPanel *panel)
{
  const char *page = adw_view_stack_get_visible_child_name (panel->pages);

  gtk_widget_set_visible (GTK_WIDGET (panel->metric_drop_down),
                          g_strcmp0 (page, "errors") == 0 || g_strcmp0 (page, "comparison") == 0);
}

/* ---- the object ---- */

static char *
title_of (GObject *item)
{
  return g_strdup (FX_IS_RESULTS (item) ? fx_results_get_title (FX_RESULTS (item))
                                        : gtk_string_object_get_string (GTK_STRING_OBJECT (item)));
}

static GtkExpression *
title_expression (void)
{
  return gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 0, NULL, G_CALLBACK (title_of), NULL, NULL);
}

static gboolean
is_not_shown (gpointer item, gpointer user_data)
{
  return item != (gpointer)FX_RESULTS_PANEL (user_data)->shown;
}

/* None, then the other runs. */
static void
make_comparable (FxResultsPanel *panel)
{
  GListStore *lists = g_list_store_new (G_TYPE_LIST_MODEL);
  g_autoptr (GtkStringList) none = gtk_string_list_new ((const char *const[]){ _ ("No Comparison"), NULL });
  GListModel *all = G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (lists)));

  g_list_store_append (lists, none);
  g_list_store_append (lists, panel->runs);
  panel->is_other = GTK_FILTER (gtk_custom_filter_new (is_not_shown, panel, NULL));
  panel->comparable = G_LIST_MODEL (gtk_filter_list_model_new (all, g_object_ref (panel->is_other)));
}

static void
fill_drop_downs (FxResultsPanel *panel)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL), figures = gtk_string_list_new (NULL);
  g_autoptr (GtkExpression) run = title_expression (), other = title_expression ();

  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    gtk_string_list_append (names, _ (metrics[i].name));
  gtk_drop_down_set_model (panel->metric_drop_down, G_LIST_MODEL (names));
  for (guint i = 0; fx_board_plot_names[i] != NULL; i++)
    gtk_string_list_append (figures, _ (fx_board_plot_names[i]));
  gtk_drop_down_set_model (panel->board_drop_down, G_LIST_MODEL (figures));
  gtk_drop_down_set_expression (panel->run_drop_down, run);
  gtk_drop_down_set_model (panel->run_drop_down, G_LIST_MODEL (panel->runs));
  gtk_drop_down_set_expression (panel->compare_drop_down, other);
  gtk_drop_down_set_model (panel->compare_drop_down, panel->comparable);
}

static void
fx_results_panel_dispose (GObject *object)
{
  FxResultsPanel *panel = FX_RESULTS_PANEL (object);

  if (panel->shown != NULL)
    g_signal_handlers_disconnect_by_data (panel->shown, panel);
  g_clear_object (&panel->shown);
  if (panel->compared_with != NULL)
    g_signal_handlers_disconnect_by_func (panel->compared_with, compare_again, panel);
  g_clear_object (&panel->compared_with);
  g_clear_object (&panel->comparable);
  g_clear_object (&panel->is_other);
  g_clear_object (&panel->progress);
  g_clear_object (&panel->log);
  g_clear_object (&panel->runs);
  g_clear_pointer (&panel->selected, g_free);
  G_OBJECT_CLASS (fx_results_panel_parent_class)->dispose (object);
}

static void
fx_results_panel_class_init (FxResultsPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fx_results_panel_dispose;
  node_activated = g_signal_new ("node-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
  run_changed
      = g_signal_new ("run-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (FX_TYPE_CHART);
  g_type_ensure (FX_TYPE_COMPARISON_ROW);
  g_type_ensure (FX_TYPE_TAB_STOP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-results-panel.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, FxResultsPanel, name)
  CHILD (stack);
  CHILD (pages);
  CHILD (errors_stack);
  CHILD (errors_page);
  CHILD (progress_bar);
  CHILD (chart);
  CHILD (run_drop_down);
  CHILD (compare_drop_down);
  CHILD (metric_drop_down);
  CHILD (report_view);
  CHILD (log_view);
  CHILD (comparison_stack);
  CHILD (comparison_view);
  CHILD (shown_column);
  CHILD (other_column);
  CHILD (board_stack);
  CHILD (board_chart);
  CHILD (board_drop_down);
  CHILD (board_label);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, item_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, run_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, update_plot);
  gtk_widget_class_bind_template_callback (widget_class, compared_cb);
  gtk_widget_class_bind_template_callback (widget_class, comparison_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, update_board);
  gtk_widget_class_bind_template_callback (widget_class, board_item_activated_cb);
}

static void
fx_results_panel_init (FxResultsPanel *panel)
{
  panel->runs = g_list_store_new (FX_TYPE_RESULTS);
  make_comparable (panel);
  gtk_widget_init_template (GTK_WIDGET (panel));
  panel->progress = g_binding_group_new ();
  g_binding_group_bind (panel->progress, "fraction", panel->progress_bar, "fraction", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (panel->progress, "message", panel->progress_bar, "text", G_BINDING_SYNC_CREATE);
  panel->log = g_signal_group_new (G_TYPE_LIST_STORE);
  g_signal_group_connect (panel->log, "items-changed", G_CALLBACK (log_grows_cb), panel);
  g_signal_connect_swapped (panel->pages, "notify::visible-child-name", G_CALLBACK (page_cb), panel);
  fill_drop_downs (panel);
}
