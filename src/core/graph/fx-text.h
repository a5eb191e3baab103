/* The text form of graphs: printable and parseable, for dumps, tests and diffs.
 *
 *   graph "lenet"
 *   meta "producer_name" "hand"
 *   opset "" 11
 *   input %data f32[N,1,28,28]
 *   const %bias f32[2] = [0.5,-1.0]
 *   %y f32[N,2,24,24] = Conv(%data, %weight, %bias) {strides=[1,1]} "conv1" v11
 *   output %y
 *
 * `#` starts a comment. A name that is not made of letters, digits and _ . / : + - is quoted with C escapes: %"a b".
 * An omitted operand is `_`; an operator outside of the standard domain is written domain::Type; `?` is an unknown
 * size,
 * `[*]` an unknown rank, a bare word a symbol. `from ["a","b"]` behind a node lists the source nodes that it stands
 * for. Large constants print as `elided 0x<hash of the bytes>` unless all data is asked for; parsing such a line gives
 * zeros.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

typedef enum
{
  FX_TEXT_DEFAULT = 0,
  FX_TEXT_ALL_DATA = 1 << 0, /* print every element of every constant; what is parsed back is equal bit for bit */
} FxTextFlags;

char *fx_graph_print (const FxGraph *graph, FxTextFlags flags);

/* NULL and *error (BAD_DATA for syntax, "line N: …"; BAD_GRAPH if the result breaks an invariant). The nodes are sorted
 * and the graph verified. */
FxGraph *fx_graph_parse (const char *text, GError **error);

G_END_DECLS
