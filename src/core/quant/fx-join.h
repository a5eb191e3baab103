/* Several forms of one network in a single graph, so that one engine runs them side by side on the same inputs.
 *
 * Graph 0 is the float reference. Nodes are interleaved: those of the other graphs follow the reference node whose twin
 * they compute, so that whoever compares twins has to keep a value for a moment only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"

G_BEGIN_DECLS

typedef struct
{
  const FxGraph *graph; /* sorted, shapes inferred */
  const FxId *twins;    /* [its values] of fx_twins_find() against graph 0; NULL for graph 0 itself */
} FxJoinPart;

typedef struct
{
  FxGraph *graph; /* the inputs and outputs of graph 0; other values are computed for whom asks to see them */
  guint n_parts;
  FxId **values;  /* [n_parts][values of the part] in `graph` */
  FxId *isolated; /* [values of the isolated part] or NULL: see fx_join_new() */
} FxJoin;

/* Joins the parts; inputs of the others are fed by those of graph 0 of the same name, else of the same position.
 *
 * `isolate` > 0 names a part with integers: for each of its values with a twin a branch is added that computes it from
 * the float values of graph 0, quantized where they enter, through nothing but the nodes between it and the nearest
 * twins before it: isolated[value] is what the value would be if nothing else was quantized. FX_NONE where no integers
 * lie between, or their scale is not known.
 *
 * NULL and *error: inputs differ in number, type or shape. */
FxJoin *fx_join_new (const FxJoinPart *parts, guint n_parts, guint isolate, GError **error);
void fx_join_free (FxJoin *join); /* accepts NULL */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxJoin, fx_join_free)

G_END_DECLS
