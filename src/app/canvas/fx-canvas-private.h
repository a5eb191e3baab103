/* What the files of the canvas share: its state, and what they ask of each other.
 *
 * fx-canvas.c has the object, its scene and the selection; every other canvas-*.c one thing that the widget does.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-canvas.h"
#include "fx-canvas-frame.h"
#include "fx-minimap.h"
#include "fx-tiles.h"

G_BEGIN_DECLS

#define FX_CANVAS_MIN_ZOOM 0.02
#define FX_CANVAS_MAX_ZOOM 4.0
#define FX_CANVAS_ZOOM_STEP 1.2

struct _FxCanvas
{
  GtkWidget parent_instance;

  /* Owned */
  FxScene *scene;
  FxOverlay *overlay;
  FxTiles *tiles;
  FxMinimap *minimap;
  FxCanvasFrame frame;
  char *selected;
  GArray *found; /* of guint32 boxes; NULL: no search */
  char *search;

  FxView view;
  double told_zoom;    /* that "zoom" was notified of; 0: none */
  int last_width;      /* that the view was for; 0: none yet */
  gboolean fit_wanted; /* as soon as there is a size */
  guint32 selected_box, hovered_box;
  guint found_at; /* counted from 1 */
  double pointer_x, pointer_y;
  double drag_x, drag_y; /* the view when the drag began */
  double pinch_zoom;     /* likewise */
  gboolean show_minimap, dragging_map;

  /* from `from` to `to` since `start` */
  guint tick;
  gint64 start;
  FxView from, to;
};

/* In units of the widget. */
static inline double
fx_canvas_width (FxCanvas *canvas)
{
  return gtk_widget_get_width (GTK_WIDGET (canvas));
}

static inline double
fx_canvas_height (FxCanvas *canvas)
{
  return gtk_widget_get_height (GTK_WIDGET (canvas));
}

/* As the desktop wants it: light, dark, high contrast. */
const FxSceneStyle *fx_canvas_style (void);

/* ---- canvas-view.c ---- */

/* The first shows a part of the drawing at once, the second in an animation if the desktop has them. Neither leaves all
 * of the drawing beside the screen. */
void fx_canvas_show_view (FxCanvas *canvas, FxView view);
void fx_canvas_move_to (FxCanvas *canvas, FxView view);
void fx_canvas_stop_animation (FxCanvas *canvas);
/* Both need a scene. The second has another zoom, within its limits, and the same point of the drawing at x, y of the
 * widget. */
FxView fx_canvas_first_view (FxCanvas *canvas);
FxView fx_canvas_view_zoomed (FxCanvas *canvas, double zoom, double x, double y);
/* Whether the part that is shown is the one that a drawing of that scene begins with. */
gboolean fx_canvas_has_first_view (FxCanvas *canvas, const FxScene *scene);
void fx_canvas_reveal_box (FxCanvas *canvas, guint32 box);
/* At a point of the widget; FX_NO_BOX. */
guint32 fx_canvas_box_at (FxCanvas *canvas, double x, double y);
void fx_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline);

/* ---- fx-canvas.c ---- */

void fx_canvas_select_box (FxCanvas *canvas, guint32 box); /* FX_NO_BOX: nothing is selected */
void fx_canvas_activate_box (FxCanvas *canvas, guint32 box);

/* ---- the others ---- */

void fx_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);
void fx_canvas_add_pointer (FxCanvas *canvas);
void fx_canvas_add_keys (FxCanvas *canvas);
/* Tells screen readers what is selected. */
void fx_canvas_describe (FxCanvas *canvas);
gboolean fx_canvas_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip);

G_END_DECLS
