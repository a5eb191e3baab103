/* Putting tiles on the screen.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-tiles.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* For fx_tiles_foreach(): to a GtkSnapshot, as a texture that is kept with the tile: a graphics card gets it once. */
void fx_tile_append (const FxTile *tile, gpointer snapshot);

/* Paints all tiles inside `area` of a widget, whose units have `scale` pixels, on a surface of these pixels, and the
 * background where there are none. */
void
fx_tiles_paint (FxTiles *tiles, cairo_t *cr, const cairo_rectangle_int_t *area, int scale, const FxRgba *background);

G_END_DECLS
