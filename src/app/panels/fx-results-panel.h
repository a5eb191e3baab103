/* The bottom of the window: what conversions brought. The error of every layer, drawn while it is measured, the report
 * and the log; an earlier run can be laid over the one that is shown.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-results.h"
#include "fx-chart.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_RESULTS_PANEL (fx_results_panel_get_type ())
G_DECLARE_FINAL_TYPE (FxResultsPanel, fx_results_panel, FX, RESULTS_PANEL, AdwBin)

/* Signals "node-activated" (string): a layer was chosen; "run-changed": another run is shown, or this one has ended. */

/* Adds a run and shows it. */
void fx_results_panel_add (FxResultsPanel *panel, FxResults *results);
/* Shows the newest run of that title, if there is one. */
void fx_results_panel_show (FxResultsPanel *panel, const char *title);
/* Compares the shown run with the newest one of that title; "": with none. */
void fx_results_panel_compare (FxResultsPanel *panel, const char *title);
GListModel *fx_results_panel_get_comparison (FxResultsPanel *panel); /* FxComparisonRow; NULL: nothing is compared */
/* Forgets all runs. */
void fx_results_panel_clear (FxResultsPanel *panel);
/* The run that is shown; NULL: there is none. Borrowed. */
FxResults *fx_results_panel_get_results (FxResultsPanel *panel);
/* Whether somebody sees there why that run has no results. */
gboolean fx_results_panel_tells_failure (FxResultsPanel *panel, FxResults *results);
/* Highlights the layer of a node. */
void fx_results_panel_select (FxResultsPanel *panel, const char *node);
/* The plot that is on top: of the errors or of the board. */
FxChart *fx_results_panel_get_chart (FxResultsPanel *panel);
/* Brings the errors of the layers on top. */
void fx_results_panel_show_errors (FxResultsPanel *panel);
/* Brings a plot of the board on top: its number in fx_board_plot_names. */
void fx_results_panel_show_board (FxResultsPanel *panel, guint number);

G_END_DECLS
