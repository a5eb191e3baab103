/* Another program that drags files over a window: speaks XDND 5 to it on a connection of its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _Xdnd Xdnd;

/* The files come over `window`, which is mapped; NULL: it is not one of an X server. */
Xdnd *xdnd_enter (GtkWindow *window, const char *const *paths);
/* At a place of the window; TRUE: it would take them. Waits for the answer. */
gboolean xdnd_move (Xdnd *drag, int x, int y);
/* They leave it again, or are dropped; TRUE: it has taken them. Both free the drag. */
void xdnd_leave (Xdnd *drag);
gboolean xdnd_drop (Xdnd *drag);

G_END_DECLS
