/* The picture of a scene in square tiles, painted on a thread of its own and kept, so that panning and zooming cost no
 * more than putting tiles side by side.
 *
 * While tiles of a new zoom, style or scene are on their way, what was there before is shown in their place, scaled.
 * All functions belong to one thread; only the painting happens elsewhere.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-scene-paint.h"

G_BEGIN_DECLS

/* Edge of a tile, in pixels. */
#define FX_TILE_SIZE 512

typedef struct _FxTiles FxTiles;

/* One tile to be put on the screen. */
typedef struct
{
  cairo_surface_t *surface; /* image, ARGB32, opaque */
  FxRect place;             /* on the widget, in its units; of another size than the surface if it must be scaled */
  gboolean exact;           /* pixel by pixel */
  /* for what the caller makes of the surface (a texture): kept with the tile, freed with g_object_unref() */
  gpointer *attached;
} FxTile;

/* `ready` is called in the main context of the caller when a tile has arrived. NULL: the caller waits or polls. */
FxTiles *fx_tiles_new (void (*ready) (gpointer user_data), gpointer user_data);
void fx_tiles_free (FxTiles *tiles); /* accepts NULL; waits for the tile that is being painted */

/* What is painted from now on. `style` is static; `overlay` may be NULL, `scene` too: no picture then. */
void fx_tiles_set_picture (FxTiles *tiles, FxScene *scene, const FxSceneStyle *style, FxOverlay *overlay);

/* What shows on a widget of that size, whose units have `scale` pixels: asks for what is missing, nearest to the middle
 * first, and drops what is far away. TRUE if every tile is there. */
gboolean fx_tiles_set_view (FxTiles *tiles, const FxView *view, double width, double height, int scale);

/* The tiles to put on the screen, in order. */
typedef void (*FxTileFunc) (const FxTile *tile, gpointer user_data);
void fx_tiles_foreach (FxTiles *tiles, FxTileFunc func, gpointer user_data);

/* Takes over what has been painted since. With `wait`, until everything of the view is there. */
void fx_tiles_collect (FxTiles *tiles, gboolean wait);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxTiles, fx_tiles_free)

G_END_DECLS
