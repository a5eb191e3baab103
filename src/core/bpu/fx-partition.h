/* Who runs on the BPU, and in how many pieces.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"

G_BEGIN_DECLS

/* TRUE if the node is a part of a BPU subgraph: integers in, integers out, sizes known. */
gboolean fx_bpu_takes_node (const FxGraph *graph, const FxNode *node);

/* Sets subgraphs[id] to the number of the subgraph of each node, FX_NO_SUBGRAPH for those on the CPU; returns how many
 * there are. The graph is sorted. Subgraphs run in the order of their numbers, and each is convex. */
guint fx_bpu_partition (const FxGraph *graph, int *subgraphs);

/* Takes away nodes of these types (NULL-terminated; "Quantize" means QuantizeLinear as well) that are the only ones
 * behind an input or in front of an output, one after the other. The boards' tools can do that to a finished model;
 * inputs or outputs are integers then, which the user's program converts. Returns how many are gone. */
guint fx_bpu_strip (FxGraph *graph, const char *const *types);

/* The same for a list as the boards' configuration has it: separated by semicolons, commas or spaces; NULL: nothing. */
guint fx_bpu_strip_list (FxGraph *graph, const char *types);

/* The same for nodes of these names (NULL-terminated) and of removable types: their own, or that of the one node of the
 * model that they stand for. */
guint fx_bpu_strip_names (FxGraph *graph, const char *const *names);
/* Both, which may follow each other; names may be NULL. */
guint fx_bpu_strip_ends (FxGraph *graph, const char *types, const char *const *names);
/* TRUE if a node is called so. */
gboolean fx_bpu_has_name (const FxGraph *graph, const char *name);

/* What can be taken away, and a fast measurement does. */
extern const char *const fx_bpu_removable_types[];

G_END_DECLS
