/* Operands that say how large a result is, or which part of it is taken, and carry nothing of a picture.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"

G_BEGIN_DECLS

/* The first node that takes the value for such an operand if all that use it do, FX_NONE otherwise: also for a value
 * that nobody uses, or that is an output of the graph. `uses` are those of `graph`. */
FxId fx_size_operand_user (const FxGraph *graph, const FxUses *uses, FxId value);

G_END_DECLS
