/* Puts the arithmetic between the board's camera and the network into the graph.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-input-spec.h"
#include "core/fx-types.h"

G_BEGIN_DECLS

/* Inserts a node "HZ_PREPROCESS_FOR_<input>" behind graph input `input` that maps the intermediate type to what the
 * network was trained on: a 1 × 1 convolution, or MatMul and Add where the layout is NHWC. The input keeps its name and
 * then takes the intermediate type. Nothing is done if the spec needs no node.
 *
 * Requires a graph with inferred shapes; leaves it sorted and inferred. FALSE and *error (fx_input_spec_check()); the
 * graph is then as it was. */
gboolean fx_pass_insert_preprocess (FxGraph *graph, FxId input, const FxInputSpec *spec, GError **error);

G_END_DECLS
