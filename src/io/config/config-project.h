/* From the vendor's configuration to a project, as the window opens one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/fx-project.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads a configuration. What a project has no place for, and folders of samples that are not there, are warnings in
 * `findings` (FxDiagnostic). Inputs that the file does not name have no proper name until fx_config_project_finish().
 *
 * NULL and *error, starting with the path: it cannot be read, or is wrong; the first thing that is, and how many more.
 */
FxProject *fx_config_project_load (const char *path, GPtrArray *findings, GError **error);

/* Completes the project with what the model says: names of inputs, by position; shapes that it has anyway are no edits.
 * The graph is sorted and inferred. */
void fx_config_project_finish (FxProject *project, const FxGraph *graph);

G_END_DECLS
