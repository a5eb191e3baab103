/* Reading and writing .fixpoint files; docs/project-format.md describes them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/fx-project.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define FX_PROJECT_VERSION 2
#define FX_PROJECT_MARK "fixpoint-project" /* the member that has it */

/* TRUE if the contents begin like a project: an object that has the member "fixpoint-project". */
gboolean fx_project_file_sniff (const guint8 *data, gsize size);

/* Paths in the file are relative to its folder. NULL and *error: path, member, what was found and wanted. */
FxProject *fx_project_file_load (const char *path, GError **error);

/* The same from the text of a file whose folder is `folder`; the message does not begin with the path. */
FxProject *fx_project_file_parse (const char *text, gsize size, const char *folder, GError **error);

/* Replaces the file at once and whole. Paths at or below its folder are written relative to it. */
gboolean fx_project_file_save (const FxProject *project, const char *path, GError **error);

/* The text of the file. */
char *fx_project_file_print (const FxProject *project, const char *folder);

G_END_DECLS
