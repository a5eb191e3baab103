/* The memory that the processor's pictures are handed to an X server in.
 *
 * With each frame GTK lets cairo copy the window into memory shared with the server. Cairo takes it from a pool, and
 * gives a pool back to the system as soon as nothing is in it, that is after each frame: half the time of a frame would
 * go into pages that come fresh from the system. A small image in the pool keeps it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Keeps what the window of `widget`, which is realized, needs at each size that it gets. Nothing where a graphics card
 * draws, or no X server shares memory. May be called for several widgets of a window. */
void fx_screen_memory_keep (GtkWidget *widget);

G_END_DECLS
