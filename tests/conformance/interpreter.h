/* The plainest way to run a graph: node by node, each through its reference kernel. An oracle for tests.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

/* Runs a sorted graph on `inputs`, one per graph input, into `outputs`, one per graph output (new references).
 * FALSE and *error, which names the node, if a kernel refuses; then all outputs are NULL. */
gboolean fx_interpret (const FxGraph *graph, FxTensor *const *inputs, FxTensor **outputs, GError **error);

G_END_DECLS
