/* The program's settings (data/io.github.fixpoint.Fixpoint.gschema.xml) and what is kept in them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define FX_APP_ID "io.github.fixpoint.Fixpoint"
#define FX_RESOURCE_PATH "/io/github/fixpoint/Fixpoint"

/* TRUE if the schema is installed; without it the program cannot run. */
gboolean fx_settings_available (void);

/* Borrowed; made on first use. */
GSettings *fx_settings_get (void);

/* Puts a path in front of the recent files. */
void fx_settings_add_recent (const char *path);

/* Folder of the built-in sample; free it. */
char *fx_settings_sample_folder (void);
/* Its project, which is only ever opened as a copy; free it. */
char *fx_settings_sample (void);

G_END_DECLS
