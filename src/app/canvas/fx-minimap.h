/* The small map in the corner of the canvas: all of the drawing, and which part of it is seen.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-scene-paint.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _FxMinimap FxMinimap;

/* `owner` is drawn again when the map, which is painted on a thread of its own, has arrived. */
FxMinimap *fx_minimap_new (GtkWidget *owner);
void fx_minimap_free (FxMinimap *minimap);

/* What it shows from now on; `scene` and `overlay` may be NULL. */
void fx_minimap_set_picture (FxMinimap *minimap, FxScene *scene, const FxSceneStyle *style, FxOverlay *overlay);

/* Draws it into the lower right corner of a canvas of that size; nothing if all of the drawing is seen anyway. */
void fx_minimap_snapshot (FxMinimap *minimap, GtkSnapshot *snapshot, const FxView *view, double width, double height);

/* Whether a point of the canvas is on the map, and the point of the drawing that it stands for. */
gboolean fx_minimap_contains (const FxMinimap *minimap, double width, double height, double x, double y);
void fx_minimap_point (const FxMinimap *minimap, double width, double height, double x, double y, double *drawing_x,
                       double *drawing_y);

G_END_DECLS
