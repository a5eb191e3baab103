/* Shape inference over a whole graph.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/ops/fx-op.h"

G_BEGIN_DECLS

/* Walks the nodes in order and sets type and shape of every value that can be told, also those that follow from shape
 * arithmetic (Shape → Gather → Concat → Reshape), which is evaluated on the way where all sizes are numbers.
 * The graph is sorted. Values keep what the file declared where inference does not know better.
 *
 * Findings are appended to `diagnostics` (may be NULL): rule "shape" (error) where an operator refuses its operands,
 * "declared-shape" (warning) where the file says otherwise (inference wins), "unknown-operator" (error),
 * "control-flow" (error). One bad node does not stop the walk. */
void fx_graph_infer (FxGraph *graph, GPtrArray *diagnostics);

/* The same, and hands out what shape arithmetic told: [n_values] elements of small computed values, else NULL. */
typedef struct
{
  FxTensor **tensors;
  guint n;
} FxKnownValues;

FxKnownValues fx_graph_infer_values (FxGraph *graph, GPtrArray *diagnostics);
void fx_known_values_clear (FxKnownValues *known);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FxKnownValues, fx_known_values_clear)

/* What the graph says about `n` values, which may be FX_NONE: the operands of a node, for fx_op_infer(). Borrows. */
void fx_graph_get_facts (const FxGraph *graph, const FxId *ids, guint n, FxFact *facts);

G_END_DECLS
