/* The middle of the window: the drawn graph, with what belongs to looking at it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_GRAPH_VIEW (fx_graph_view_get_type ())
G_DECLARE_FINAL_TYPE (FxGraphView, fx_graph_view, FX, GRAPH_VIEW, AdwBin)

/* Once, before it is shown. */
void fx_graph_view_set_document (FxGraphView *view, FxDocument *document);

G_END_DECLS
