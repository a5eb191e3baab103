/* Brings every node of the standard domain to opset 11, the form in which Fixpoint works and writes models.
 *
 * Models of opset 1 to 21 come in. One row per operator and version step says how to get across it, upwards from older
 * files and downwards from newer ones; operators that opset 11 does not have become ones that it has.
 *
 * Operand types that a later opset merely added to an operator (an integer Max, bfloat16) are kept as they are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

/* Requires a sorted graph; leaves it sorted, with types and shapes inferred anew. Node ids change; new nodes carry the
 * source names of the node that they come from.
 *
 * What cannot be mapped stays as it is, version included, and is reported in `diagnostics` (may be NULL): severity
 * error, rule "opset". If all nodes were mapped, the graph's opset becomes 11 and its ir_version at most 7.
 * FALSE and *error only if the graph cannot be sorted afterwards. */
gboolean fx_pass_convert_opset (FxGraph *graph, GPtrArray *diagnostics, GError **error);

G_END_DECLS
