/* The part of the drawing that the canvas shows: how it moves, zooms and follows the size of the widget.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas-private.h"

#include <math.h>

#define READABLE_ZOOM 0.4 /* a first view that would be smaller shows the top of the drawing instead of all of it */
#define NAMES_ZOOM 0.6    /* at which all names can be read */
#define ANIMATION_US 220000

/* At least a corner of the drawing stays on the screen. */
static FxView
keep_inside (FxCanvas *canvas, FxView view)
{
  FxRect bounds = canvas->scene != NULL ? fx_scene_bounds (canvas->scene) : (FxRect){ 0 };
  double width = fx_canvas_width (canvas) / view.zoom, height = fx_canvas_height (canvas) / view.zoom;

  view.x = CLAMP (view.x, -width * 0.75, MAX (bounds.width - width * 0.25, -width * 0.75));
  view.y = CLAMP (view.y, -height * 0.75, MAX (bounds.height - height * 0.25, -height * 0.75));
  return view;
}

/* The origin falls on a pixel, so that tiles are copied and not interpolated, and text stays sharp. */
static FxView
keep_on_pixels (FxCanvas *canvas, FxView view)
{
  double pixels = view.zoom * gtk_widget_get_scale_factor (GTK_WIDGET (canvas));

  return (FxView){ round (view.x * pixels) / pixels, round (view.y * pixels) / pixels, view.zoom };
}

void
fx_canvas_show_view (FxCanvas *canvas, FxView view)
{
  canvas->view = keep_on_pixels (canvas, keep_inside (canvas, view));
  fx_tiles_set_view (canvas->tiles, &canvas->view, fx_canvas_width (canvas), fx_canvas_height (canvas),
                     gtk_widget_get_scale_factor (GTK_WIDGET (canvas)));
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  if (canvas->told_zoom == view.zoom)
    return;
  canvas->told_zoom = view.zoom;
  g_object_notify (G_OBJECT (canvas), "zoom");
}

static gboolean
animate_cb (GtkWidget *widget, GdkFrameClock *clock, G_GNUC_UNUSED gpointer data)
{
  FxCanvas *canvas = FX_CANVAS (widget);
  double share = (double)(gdk_frame_clock_get_frame_time (clock) - canvas->start) / ANIMATION_US;
  double eased = share >= 1 ? 1 : 1 - pow (1 - share, 3);

  fx_canvas_show_view (canvas, (FxView){ canvas->from.x + (canvas->to.x - canvas->from.x) * eased,
                                         canvas->from.y + (canvas->to.y - canvas->from.y) * eased,
                                         canvas->from.zoom * pow (canvas->to.zoom / canvas->from.zoom, eased) });
  if (share < 1)
    return G_SOURCE_CONTINUE;
  canvas->tick = 0;
  return G_SOURCE_REMOVE;
}

void
fx_canvas_stop_animation (FxCanvas *canvas)
{
  if (canvas->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (canvas), canvas->tick);
  canvas->tick = 0;
}

void
fx_canvas_move_to (FxCanvas *canvas, FxView view)
{
  gboolean animate = FALSE;

  fx_canvas_stop_animation (canvas);
  g_object_get (gtk_widget_get_settings (GTK_WIDGET (canvas)), "gtk-enable-animations", &animate, NULL);
  if (!animate || !gtk_widget_get_mapped (GTK_WIDGET (canvas)))
    {
      fx_canvas_show_view (canvas, view);
      return;
    }
  canvas->from = canvas->view;
  canvas->to = view;
  canvas->start = gdk_frame_clock_get_frame_time (gtk_widget_get_frame_clock (GTK_WIDGET (canvas)));
  canvas->tick = gtk_widget_add_tick_callback (GTK_WIDGET (canvas), animate_cb, NULL, NULL);
}

static FxView
view_of_all (FxCanvas *canvas, const FxScene *scene)
{
  FxRect bounds = fx_scene_bounds (scene);

  return fx_view_fit (&bounds, fx_canvas_width (canvas), fx_canvas_height (canvas), 1.0);
}

/* The first box from above; an input, if there is one beside it. */
static guint32
topmost_box (const FxScene *scene)
{
  guint32 top = FX_NO_BOX;

  for (guint32 i = 0; i < fx_scene_n_boxes (scene); i++)
    {
      const FxSceneItem *item = fx_scene_item (scene, i);
      double below = top != FX_NO_BOX ? fx_scene_box (scene, i)->rect.y - fx_scene_box (scene, top)->rect.y : -1;

      if (below < 0 || (below == 0 && item != NULL && item->kind == FX_ITEM_INPUT))
        top = i;
    }
  return top;
}

/* Everything if it can be read, else the top, as wide as can be read; of a wider drawing, what is around the first box.
 * That is in the middle even where the drawing ends beside it: controls and the map lie over the edges. */
static FxView
first_view_of (FxCanvas *canvas, const FxScene *scene)
{
  FxView view = view_of_all (canvas, scene);
  FxRect bounds = fx_scene_bounds (scene);
  guint32 top = topmost_box (scene);
  double x = bounds.x + bounds.width / 2, zoom = fx_canvas_width (canvas) / MAX (bounds.width, 1);

  if (view.zoom >= READABLE_ZOOM)
    return view;
  if (zoom < READABLE_ZOOM)
    zoom = NAMES_ZOOM;
  zoom = MIN (zoom, 1.0);
  if (fx_canvas_width (canvas) / zoom < bounds.width && top != FX_NO_BOX)
    x = fx_scene_box (scene, top)->rect.x + fx_scene_box (scene, top)->rect.width / 2;
  return (FxView){ x - fx_canvas_width (canvas) / zoom / 2, bounds.y - 16 / zoom, zoom };
}

FxView
fx_canvas_first_view (FxCanvas *canvas)
{
  return first_view_of (canvas, canvas->scene);
}

gboolean
fx_canvas_has_first_view (FxCanvas *canvas, const FxScene *scene)
{
  FxView first = keep_on_pixels (canvas, first_view_of (canvas, scene));
  double pixel = 1.5 / first.zoom;

  return fx_canvas_width (canvas) > 0 && canvas->view.zoom == first.zoom && fabs (canvas->view.x - first.x) < pixel
         && fabs (canvas->view.y - first.y) < pixel;
}

FxView
fx_canvas_view_zoomed (FxCanvas *canvas, double zoom, double x, double y)
{
  FxView view = canvas->view;

  zoom = CLAMP (zoom, FX_CANVAS_MIN_ZOOM, FX_CANVAS_MAX_ZOOM);
  return (FxView){ view.x + x / view.zoom - x / zoom, view.y + y / view.zoom - y / zoom, zoom };
}

void
fx_canvas_zoom_to (FxCanvas *canvas, double zoom)
{
  fx_canvas_move_to (canvas,
                     fx_canvas_view_zoomed (canvas, zoom, fx_canvas_width (canvas) / 2, fx_canvas_height (canvas) / 2));
}

void
fx_canvas_zoom_by (FxCanvas *canvas, double factor)
{
  fx_canvas_zoom_to (canvas, (canvas->tick != 0 ? canvas->to.zoom : canvas->view.zoom) * factor);
}

double
fx_canvas_get_zoom (FxCanvas *canvas)
{
  return canvas->view.zoom;
}

void
fx_canvas_fit (FxCanvas *canvas)
{
  if (canvas->scene != NULL && fx_canvas_width (canvas) > 0)
    fx_canvas_move_to (canvas, view_of_all (canvas, canvas->scene));
}

/* The box in the middle, as large as it is, but readable; nothing moves if all of it is seen already. */
void
fx_canvas_reveal_box (FxCanvas *canvas, guint32 box)
{
  const FxRect *rect = &fx_scene_box (canvas->scene, box)->rect;
  FxRect seen = fx_view_rect (&canvas->view, rect);
  double zoom = MAX (canvas->view.zoom, NAMES_ZOOM), width = fx_canvas_width (canvas),
         height = fx_canvas_height (canvas);

  if (canvas->view.zoom >= READABLE_ZOOM && seen.x >= 0 && seen.y >= 0 && seen.x + seen.width <= width
      && seen.y + seen.height <= height)
    return;
  fx_canvas_move_to (canvas, (FxView){ rect->x + rect->width / 2 - width / zoom / 2,
                                       rect->y + rect->height / 2 - height / zoom / 2, zoom });
}

guint32
fx_canvas_box_at (FxCanvas *canvas, double x, double y)
{
  if (canvas->scene == NULL)
    return FX_NO_BOX;
  return fx_scene_box_at (canvas->scene, canvas->view.x + x / canvas->view.zoom,
                          canvas->view.y + y / canvas->view.zoom);
}

/* When a panel opens or closes beside the graph. */
static void
keep_middle (FxCanvas *canvas, int before, int width)
{
  double half = (before - width) / 2.0;

  if (before == 0)
    return;
  canvas->view.x += half / canvas->view.zoom;
  canvas->from.x += half / canvas->from.zoom;
  canvas->to.x += half / canvas->to.zoom;
}

void
fx_canvas_size_allocate (GtkWidget *widget, int width, int height, G_GNUC_UNUSED int baseline)
{
  FxCanvas *canvas = FX_CANVAS (widget);
  int before = canvas->last_width;

  canvas->last_width = width;
  if (canvas->scene == NULL || width == 0 || height == 0)
    return;
  if (canvas->fit_wanted)
    {
      canvas->fit_wanted = FALSE;
      canvas->view = fx_canvas_first_view (canvas);
    }
  else
    keep_middle (canvas, before, width);
  fx_canvas_show_view (canvas, canvas->view);
}
