/* Which values of two graphs stand for the same tensor, and what real numbers their integers are.
 *
 * The stages of a conversion keep names: the integer twin of the float value "x" is "x_quantized", a value that stays
 * float keeps its name, and a node knows the source nodes it stands for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"

G_BEGIN_DECLS

#define FX_QUANTIZED_SUFFIX "_quantized"

/* The name of the float value: without the suffix where the value is of an integer type of 8 or 16 bits. g_free() it.
 */
char *fx_twin_base_name (const FxValue *value);

/* [values of `other`] the value of `reference` that is the same tensor, FX_NONE: none. Of the values of one graph with
 * the same base name the integers count, which is what is computed with. Pairs by name; what no name tells by the
 * source nodes: the output of a node is paired with that of the last of its sources. Shapes agree as far as they are
 * known. Constants, graph inputs and values that are no numbers have no twin. g_free() it. */
FxId *fx_twins_find (const FxGraph *reference, const FxGraph *other);

/* real = scale × (q − zero_point) of a value of an integer type of 8 or 16 bits: from the node that makes it, through
 * those that only move elements, or else from the nodes that read it. FALSE: not told, or one scale for each channel.
 */
gboolean fx_integer_scale (const FxGraph *graph, const FxUses *uses, FxId value, float *scale, gint32 *zero_point);

G_END_DECLS
