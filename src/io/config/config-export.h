/* From a project to the vendor's configuration.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/fx-project.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Writes what a project decided, of which `graph` is what its edits made of the model, as the configuration `path`, so
 * that a conversion by it gives the same network. What a configuration cannot name goes to the folder
 * NAME_data beside NAME.yaml, which is replaced: the model, if fixes changed it, and the samples as the input takes
 * them, unless there are files like that already. What a configuration has no place for is a warning in `findings`.
 *
 * FALSE and *error: what keeps the project from being converted; what a board cannot be told; G_IO_ERROR. */
gboolean fx_config_export (const FxProject *project, const FxGraph *graph, const char *path, GPtrArray *findings,
                           const FxProgress *progress, GCancellable *cancellable, GError **error);

G_END_DECLS
