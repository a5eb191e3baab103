/* Painting a scene on a cairo context: the screen, pictures and tests all use this.
 *
 * A picture depends on its arguments and the fonts only. How much is drawn depends on the zoom: far away boxes are
 * plain rectangles, then they show their type, then everything. Any thread may paint, each on its own context; texts
 * once shaped are kept for the thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-overlay.h"
#include "fx-scene-style.h"
#include "scene/fx-scene.h"

#include <cairo.h>

G_BEGIN_DECLS

typedef struct
{
  double x, y; /* the point of the drawing that is at the origin of the surface */
  double zoom; /* units of the surface for one of the drawing */
} FxView;

/* What is marked, drawn over the picture. */
typedef struct
{
  guint32 selected, hovered; /* boxes; FX_NO_BOX */
  const guint32 *found;      /* boxes that a search found */
  guint n_found;
  gboolean focus; /* the selection has the keyboard */
} FxSceneMarks;

/* Where a rectangle of the drawing is on the surface. */
FxRect fx_view_rect (const FxView *view, const FxRect *rect);
/* The view that shows all of `bounds` in the middle of a surface, not larger than `max_zoom`. */
FxView fx_view_fit (const FxRect *bounds, double width, double height, double max_zoom);

/* Background and scene inside `clip` (units of the surface). `overlay` may be NULL. */
void fx_scene_paint (const FxScene *scene, cairo_t *cr, const FxView *view, const FxRect *clip,
                     const FxSceneStyle *style, const FxOverlay *overlay);

/* Outlines and wires of what is marked. */
void fx_scene_paint_marks (const FxScene *scene, cairo_t *cr, const FxView *view, const FxRect *clip,
                           const FxSceneStyle *style, const FxSceneMarks *marks);

/* What colors and shapes mean, with its upper left corner at the origin. The size is known without painting. */
void fx_scene_legend_size (const FxScene *scene, const FxOverlay *overlay, double *width, double *height);
void fx_scene_paint_legend (const FxScene *scene, cairo_t *cr, const FxSceneStyle *style, const FxOverlay *overlay);

/* The whole scene squeezed into width × height, without texts: for overview maps. */
void fx_scene_paint_map (const FxScene *scene, cairo_t *cr, double width, double height, const FxSceneStyle *style,
                         const FxOverlay *overlay);

G_END_DECLS
