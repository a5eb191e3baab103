/* The middle of the window: the drawn graph, with what belongs to looking at it: search, zoom buttons, opening and
 * closing of groups.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"
#include "fx-canvas.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_GRAPH_VIEW (fx_graph_view_get_type ())
G_DECLARE_FINAL_TYPE (FxGraphView, fx_graph_view, FX, GRAPH_VIEW, AdwBin)

/* Once, before it is shown. Property "selected" (string) is the canvas's. */
void fx_graph_view_set_document (FxGraphView *view, FxDocument *document);
FxCanvas *fx_graph_view_get_canvas (FxGraphView *view);

/* Shows this graph instead of the document's; NULL: the document's again. FxGraph, FxCheckReport or NULL. */
void fx_graph_view_show (FxGraphView *view, FxShared *graph, FxShared *report);
/* Selects a node and moves it into view; "" selects none. As soon as the picture is there, if it is being made. */
void fx_graph_view_reveal (FxGraphView *view, const char *node);
/* Whether nodes are grouped by the scopes of their names. */
void fx_graph_view_set_grouped (FxGraphView *view, gboolean grouped);
void fx_graph_view_find (FxGraphView *view);                /* opens the search */
void fx_graph_view_find_step (FxGraphView *view, int step); /* to the next (1) or last (-1) that was found */

G_END_DECLS
