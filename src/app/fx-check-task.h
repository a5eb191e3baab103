/* Checking a graph for a board on a worker.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-shared.h"
#include "io/fx-project.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* `graph` is an FxGraph, `findings` a GPtrArray of FxDiagnostic of the reader, and what to check for is what `project`
 * says: board and nodes. It is copied. `source` is passed to `done` and kept alive until then. */
void fx_check_task_start (gpointer source, FxShared *graph, FxShared *findings, const FxProject *project,
                          GCancellable *cancellable, GAsyncReadyCallback done, gpointer user_data);

/* An FxCheckReport, its findings as groups of FxProblem, and the FxTarget that it is of. NULL and *error: *groups and
 * *board are untouched. */
FxShared *fx_check_task_finish (GAsyncResult *result, GPtrArray **groups, FxShared **board, GError **error);

G_END_DECLS
