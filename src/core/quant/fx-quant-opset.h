/* Bringing nodes of opset 11 to the opsets that can say more about quantization.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"

G_BEGIN_DECLS

/* Rewrites the nodes whose form changed between opset 11 and `version` (13 to 21): lists that were attributes become
 * operands, Softmax over several axes gets a Reshape around it. Shapes that matter are inferred already. */
void fx_quant_raise_opset (FxGraph *graph, guint version);

G_END_DECLS
