/* The texts about one node. Not for others than the content.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-check.h"
#include "core/graph/fx-graph.h"

G_BEGIN_DECLS

/* Appends "1×64×56×56"; nothing for an unknown rank, "scalar" for rank 0, names for symbols, "?" for what is unknown.
 */
void fx_item_append_shape (GString *text, const FxGraph *graph, const FxShape *shape);

/* Appends what sets a node apart from others of its type: "3×3 /2 · 64". */
void fx_item_append_detail (GString *text, const FxGraph *graph, const FxNode *node);

/* Appends a line for each operand, attribute, reason. */
void fx_item_append_values (GString *text, const FxGraph *graph, const FxId *ids, guint n);
void fx_item_append_attributes (GString *text, const FxNode *node);
void fx_item_append_reasons (GString *text, const GPtrArray *reasons);

G_END_DECLS
