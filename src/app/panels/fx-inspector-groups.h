/* The groups of rows that the inspector is made of; each looks at a graph and returns a new widget, or NULL if there is
 * nothing to say.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-latency-task.h"
#include "core/check/fx-check.h"

#include <adwaita.h>

G_BEGIN_DECLS

GtkWidget *fx_inspector_reasons (const FxNodeCheck *check);
GtkWidget *fx_inspector_attributes (const FxNode *node);
GtkWidget *fx_inspector_operands (const FxGraph *graph, const FxNode *node, gboolean outputs);
GtkWidget *fx_inspector_origins (const FxNode *node);

GtkWidget *fx_inspector_model (const FxGraph *graph);
GtkWidget *fx_inspector_interface (const FxGraph *graph);
GtkWidget *fx_inspector_placement (const FxCheckReport *report);

/* What the operator costs that a node becomes, and the whole model; NULL if that is not known. */
GtkWidget *fx_inspector_cost (const FxLatency *latency, const FxNode *node);
GtkWidget *fx_inspector_latency (const FxLatency *latency);
/* What changes would do to a frame; NULL if nothing is known. */
GtkWidget *fx_inspector_what_if (const FxLatency *latency);

G_END_DECLS
