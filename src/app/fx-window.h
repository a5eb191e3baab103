/* One window, one document.
 *
 * fx-window.c binds the widgets to the document, fx-window-actions.c has the verbs, fx-window-files.c what asks for
 * files, fx-window-open.c what is done with them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-application.h"
#include "app/fx-document.h"

G_BEGIN_DECLS

#define FX_TYPE_WINDOW (fx_window_get_type ())
G_DECLARE_FINAL_TYPE (FxWindow, fx_window, FX, WINDOW, AdwApplicationWindow)

FxWindow *fx_window_new (FxApplication *application);
FxDocument *fx_window_get_document (FxWindow *window);
gboolean fx_window_is_empty (FxWindow *window); /* nothing is open or being opened */
/* The window has left the program: nobody needs its unsaved work any more. A worker may hold it for a while yet. */
void fx_window_leave (FxWindow *window);
/* Opens a model, project or configuration in place of what is there; in another window if that has changes that are not
 * saved. */
void fx_window_open (FxWindow *window, const char *path);
/* The same in this very window: a project that is to be saved elsewhere; the entry of a journal. */
void fx_window_open_copy (FxWindow *window, const char *path);
void fx_window_restore (FxWindow *window, const char *path);
/* Opens models and adds samples, as if they had been dropped; FALSE: none of the files is of any use, which is told. */
gboolean fx_window_take_files (FxWindow *window, const char *const *paths);

G_END_DECLS
