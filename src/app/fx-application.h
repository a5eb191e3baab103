/* The program: one process for all windows, and the actions that belong to none of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-journal.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_APPLICATION (fx_application_get_type ())
G_DECLARE_FINAL_TYPE (FxApplication, fx_application, FX, APPLICATION, AdwApplication)

FxApplication *fx_application_new (GApplicationFlags flags);

/* Opens a file in the active window if that is empty, otherwise in a new one. */
void fx_application_open_path (FxApplication *application, const char *path);

/* For its windows: where they put unsaved work down; borrowed, NULL: it cannot be kept. */
FxJournal *fx_application_get_journal (FxApplication *application);
/* Writes down what the windows show, to be there again at the next start. */
void fx_application_keep_session (FxApplication *application);

G_END_DECLS
