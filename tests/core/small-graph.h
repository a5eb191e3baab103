/* Small float graphs for tests of quantization, from the text form, and where their nodes run.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-check.h"
#include "core/graph/fx-graph.h"

typedef gboolean (*SmallGraphPasses) (FxGraph *graph, const FxProgress *progress, GCancellable *cancellable,
                                      GError **error);

/* The lines without "graph" and "opset", of opset 11; shapes are inferred and the passes done. */
FxGraph *small_graph_new (const char *lines, SmallGraphPasses passes);

/* All nodes on the BPU but those of one type, which run on the CPU, with `on_request` unless they are asked for. */
FxCheckReport *small_graph_place_all_but (const FxGraph *graph, const char *op_type, gboolean on_request);
