/* Putting tiles on the screen.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-tiles.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Both are for fx_tiles_foreach(). */

/* To a GtkSnapshot, as a texture that is kept with the tile: a graphics card gets it once. */
void fx_tile_append (const FxTile *tile, gpointer snapshot);
/* On a cairo_t in units of the widget. */
void fx_tile_paint (const FxTile *tile, gpointer cr);

G_END_DECLS
