/* Driving the application in its own process: waiting for conditions, calling actions, taking pictures of windows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-application.h"
#include "app/fx-window.h"
#include "io/fx-conversion.h"

G_BEGIN_DECLS

/* Reads --pictures=FOLDER (screenshots are kept there) and --size=WIDTHxHEIGHT of the window from the command line,
 * then as g_test_init(). FIXPOINT_LOCALE_DIR=BUILD/po LANGUAGE=zh_CN lets the window speak Chinese. */
void app_test_init (int *argc, char ***argv);

/* An application that is registered and activated, and its window. */
FxApplication *app_test_start (void);
FxWindow *app_test_window (FxApplication *application);
/* Closes all windows and frees the application. */
void app_test_stop (FxApplication *application);

/* Runs the main loop until the condition holds; fails the test after 60 s, or 300 s where each allocation
 * notes its whole call stack. */
typedef gboolean (*AppCondition) (gpointer data);
void app_test_wait (AppCondition condition, gpointer data, const char *what);
/* Runs the main loop for a moment: for animations and layout. */
void app_test_idle (guint milliseconds);
/* Until the document is in that state, and neither checked nor edited. */
void app_test_wait_document (FxWindow *window, FxDocumentState state);

/* Adds a folder of samples, and waits until it is known what input they are for. */
void app_test_add_samples (FxWindow *window, const char *folder);

/* Until no job of the window runs or waits. */
void app_test_wait_jobs (FxWindow *window, const char *what);
/* Converts, and fails the test if that does; what is shown then, borrowed. */
const FxConversion *app_test_convert (FxWindow *window);

/* "win.…" or "app.…" with a parameter in GVariant's text form, or NULL. The action has to be enabled. */
void app_test_action (FxWindow *window, const char *name, const char *parameter);
gboolean app_test_action_enabled (FxWindow *window, const char *name);

/* Finds a widget below another by its type name or "css-name.class"; fails the test if there is none. */
GtkWidget *app_test_find (gpointer root, const char *type_name);

/* The row of preferences with that title; fails the test if there is none. */
GtkWidget *app_test_find_row (GtkWidget *root, const char *title);

/* With all that is in it. */
void app_test_remove_folder (const char *folder);

/* The question that is asked, and an answer to it; fails the test if there is none. */
GtkWindow *app_test_dialog (void);
void app_test_answer (const char *response);
/* The dialog that asks for a file; fails the test if there is none. */
GtkDialog *app_test_chooser (void);

/* Keeps a picture of the window as FOLDER/NAME.png; nothing without --pictures. */
void app_test_picture (gpointer window, const char *name);

G_END_DECLS
