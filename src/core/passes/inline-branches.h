/* Control flow that is none: exporters write an If where they did not know a shape that the graph tells.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Each If whose condition constants and shapes decide gives way to the nodes of the branch that it takes, with a
 * finding (`diagnostics` NULL: none). Shapes need not be inferred, and are not. The graph stays sorted; ids of nodes
 * change.
 * FALSE and *error (BAD_GRAPH) on a cycle. */
gboolean fx_pass_inline_branches (FxGraph *graph, GPtrArray *diagnostics, GError **error);

G_END_DECLS
