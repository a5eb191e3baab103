/* SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas.h"

#include "fx-frame.h"
#include "fx-minimap.h"
#include "fx-scene-export.h"
#include "fx-tile-show.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define MIN_ZOOM 0.02
#define MAX_ZOOM 4.0
#define READABLE_ZOOM 0.4 /* a first view that would be smaller shows the top of the drawing instead of all of it */
#define ZOOM_STEP 1.2
#define SCROLL_STEP 60.0
#define ANIMATION_US 220000
#define LEGEND_MARGIN 12
#define MARK_ROOM 8 /* outlines of boxes at the edge */

struct _FxCanvas
{
  GtkWidget parent_instance;

  /* Owned */
  FxScene *scene;
  FxOverlay *overlay;
  FxTiles *tiles;
  FxMinimap *minimap;
  FxFrame frame;
  char *selected;
  GArray *found; /* of guint32 boxes; NULL: no search */
  char *search;

  FxView view;
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

G_DEFINE_FINAL_TYPE (FxCanvas, fx_canvas, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SELECTED,
  PROP_ZOOM,
  PROP_SHOW_MINIMAP,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

enum
{
  NODE_ACTIVATED,
  GROUP_TOGGLED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* ---- the view ---- */

static const FxSceneStyle *
current_style (void)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (manager), contrast = adw_style_manager_get_high_contrast (manager);

  return fx_scene_style (contrast ? (dark ? FX_STYLE_HIGH_CONTRAST_DARK : FX_STYLE_HIGH_CONTRAST)
                                  : (dark ? FX_STYLE_DARK : FX_STYLE_LIGHT));
}

static double
width_of (FxCanvas *canvas)
{
  return gtk_widget_get_width (GTK_WIDGET (canvas));
}

static double
height_of (FxCanvas *canvas)
{
  return gtk_widget_get_height (GTK_WIDGET (canvas));
}

/* At least a corner of the drawing stays on the screen. */
static FxView
keep_inside (FxCanvas *canvas, FxView view)
{
  FxRect bounds = canvas->scene != NULL ? fx_scene_bounds (canvas->scene) : (FxRect){ 0 };
  double width = width_of (canvas) / view.zoom, height = height_of (canvas) / view.zoom;

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

static void
show_view (FxCanvas *canvas, FxView view)
{
  gboolean zoomed = view.zoom != canvas->view.zoom;

  canvas->view = keep_on_pixels (canvas, keep_inside (canvas, view));
  fx_tiles_set_view (canvas->tiles, &canvas->view, width_of (canvas), height_of (canvas),
                     gtk_widget_get_scale_factor (GTK_WIDGET (canvas)));
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  if (zoomed)
    g_object_notify_by_pspec (G_OBJECT (canvas), props[PROP_ZOOM]);
}

static gboolean
animate_cb (GtkWidget *widget, GdkFrameClock *clock, G_GNUC_UNUSED gpointer data)
{
  FxCanvas *canvas = FX_CANVAS (widget);
  double share = (double)(gdk_frame_clock_get_frame_time (clock) - canvas->start) / ANIMATION_US;
  double eased = share >= 1 ? 1 : 1 - pow (1 - share, 3);

  show_view (canvas, (FxView){ canvas->from.x + (canvas->to.x - canvas->from.x) * eased,
                               canvas->from.y + (canvas->to.y - canvas->from.y) * eased,
                               canvas->from.zoom * pow (canvas->to.zoom / canvas->from.zoom, eased) });
  if (share < 1)
    return G_SOURCE_CONTINUE;
  canvas->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
stop_animation (FxCanvas *canvas)
{
  if (canvas->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (canvas), canvas->tick);
  canvas->tick = 0;
}

static void
move_to (FxCanvas *canvas, FxView view)
{
  gboolean animate = FALSE;

  stop_animation (canvas);
  g_object_get (gtk_widget_get_settings (GTK_WIDGET (canvas)), "gtk-enable-animations", &animate, NULL);
  if (!animate || !gtk_widget_get_mapped (GTK_WIDGET (canvas)))
    {
      show_view (canvas, view);
      return;
    }
  canvas->from = canvas->view;
  canvas->to = view;
  canvas->start = gdk_frame_clock_get_frame_time (gtk_widget_get_frame_clock (GTK_WIDGET (canvas)));
  canvas->tick = gtk_widget_add_tick_callback (GTK_WIDGET (canvas), animate_cb, NULL, NULL);
}

static FxView
view_of_all (FxCanvas *canvas)
{
  FxRect bounds = fx_scene_bounds (canvas->scene);

  return fx_view_fit (&bounds, width_of (canvas), height_of (canvas), 1.0);
}

/* Everything if it can be read, else the top, as wide as can be read. */
static FxView
first_view (FxCanvas *canvas)
{
  FxView view = view_of_all (canvas);
  FxRect bounds = fx_scene_bounds (canvas->scene);
  double zoom;

  if (view.zoom >= READABLE_ZOOM)
    return view;
  zoom = CLAMP (width_of (canvas) / MAX (bounds.width, 1), READABLE_ZOOM, 1.0);
  return (FxView){ bounds.x + bounds.width / 2 - width_of (canvas) / zoom / 2, bounds.y - 16 / zoom, zoom };
}

static FxView
view_zoomed (FxCanvas *canvas, double zoom, double x, double y)
{
  FxView view = canvas->view;

  zoom = CLAMP (zoom, MIN_ZOOM, MAX_ZOOM);
  return (FxView){ view.x + x / view.zoom - x / zoom, view.y + y / view.zoom - y / zoom, zoom };
}

void
fx_canvas_zoom_to (FxCanvas *canvas, double zoom)
{
  move_to (canvas, view_zoomed (canvas, zoom, width_of (canvas) / 2, height_of (canvas) / 2));
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
  if (canvas->scene != NULL && width_of (canvas) > 0)
    move_to (canvas, view_of_all (canvas));
}

/* ---- what is selected ---- */

static void
describe_to_reader (FxCanvas *canvas)
{
  g_autofree char *label = NULL, *description = NULL;

  if (canvas->scene == NULL || canvas->selected_box == FX_NO_BOX)
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (canvas), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Graph of the model"),
                                      -1);
      gtk_accessible_reset_property (GTK_ACCESSIBLE (canvas), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
      return;
    }
  label = fx_scene_box_label (canvas->scene, canvas->selected_box);
  description = fx_scene_box_description (canvas->scene, canvas->selected_box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (canvas), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}

static void
select_box (FxCanvas *canvas, guint32 box)
{
  const char *name = box != FX_NO_BOX ? fx_scene_box (canvas->scene, box)->name : NULL;

  canvas->selected_box = box;
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  describe_to_reader (canvas);
  if (g_strcmp0 (name, canvas->selected) == 0)
    return;
  g_free (canvas->selected);
  canvas->selected = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (canvas), props[PROP_SELECTED]);
}

void
fx_canvas_set_selected (FxCanvas *canvas, const char *name)
{
  guint32 box = name != NULL && canvas->scene != NULL ? fx_scene_find (canvas->scene, name) : FX_NO_BOX;

  select_box (canvas, box);
}

const char *
fx_canvas_get_selected (FxCanvas *canvas)
{
  return canvas->selected;
}

/* The box in the middle, as large as it is, but readable; nothing moves if all of it is seen already. */
static void
reveal_box (FxCanvas *canvas, guint32 box)
{
  const FxRect *rect = &fx_scene_box (canvas->scene, box)->rect;
  FxRect seen = fx_view_rect (&canvas->view, rect);
  double zoom = MAX (canvas->view.zoom, READABLE_ZOOM * 1.5), width = width_of (canvas), height = height_of (canvas);

  if (canvas->view.zoom >= READABLE_ZOOM && seen.x >= 0 && seen.y >= 0 && seen.x + seen.width <= width
      && seen.y + seen.height <= height)
    return;
  move_to (canvas, (FxView){ rect->x + rect->width / 2 - width / zoom / 2,
                             rect->y + rect->height / 2 - height / zoom / 2, zoom });
}

gboolean
fx_canvas_reveal (FxCanvas *canvas, const char *name)
{
  guint32 box = canvas->scene != NULL ? fx_scene_find (canvas->scene, name) : FX_NO_BOX;

  if (box == FX_NO_BOX)
    return FALSE;
  select_box (canvas, box);
  reveal_box (canvas, box);
  return TRUE;
}

static void
activate_box (FxCanvas *canvas, guint32 box)
{
  const FxBox *shown = fx_scene_box (canvas->scene, box);

  if (shown->kind == FX_BOX_ITEM)
    g_signal_emit (canvas, signals[NODE_ACTIVATED], 0, shown->name);
  else
    g_signal_emit (canvas, signals[GROUP_TOGGLED], 0, shown->name);
}

/* ---- the picture ---- */

static void
update_picture (FxCanvas *canvas)
{
  fx_tiles_set_picture (canvas->tiles, canvas->scene, current_style (), canvas->overlay);
  fx_minimap_set_picture (canvas->minimap, canvas->scene, current_style (), canvas->overlay);
  if (width_of (canvas) > 0)
    show_view (canvas, canvas->view);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

/* Where the selection, or what was in the middle, is in the new drawing: it stays at its place on the screen. */
static void
carry_view_over (FxCanvas *canvas, FxScene *before)
{
  double x = canvas->view.x + width_of (canvas) / canvas->view.zoom / 2;
  double y = canvas->view.y + height_of (canvas) / canvas->view.zoom / 2;
  guint32 old = canvas->selected_box != FX_NO_BOX ? canvas->selected_box : fx_scene_box_at (before, x, y), box;
  const char *name = old != FX_NO_BOX ? fx_scene_counterpart (before, old, canvas->scene) : NULL;
  const FxRect *from, *to;

  box = name != NULL ? fx_scene_find (canvas->scene, name) : FX_NO_BOX;
  if (box == FX_NO_BOX)
    return;
  from = &fx_scene_box (before, old)->rect;
  to = &fx_scene_box (canvas->scene, box)->rect;
  canvas->view.x += to->x - from->x;
  canvas->view.y += to->y - from->y;
}

void
fx_canvas_set_scene (FxCanvas *canvas, FxScene *scene)
{
  g_autoptr (FxScene) before = g_steal_pointer (&canvas->scene);
  g_autofree char *selected = g_strdup (canvas->selected), *search = g_strdup (canvas->search);

  stop_animation (canvas);
  canvas->scene = scene != NULL ? fx_scene_ref (scene) : NULL;
  canvas->hovered_box = FX_NO_BOX;
  g_clear_pointer (&canvas->found, g_array_unref);
  if (scene != NULL && before != NULL)
    carry_view_over (canvas, before);
  else
    canvas->fit_wanted = TRUE;
  canvas->selected_box = FX_NO_BOX;
  if (scene != NULL && selected != NULL)
    {
      g_clear_pointer (&canvas->selected, g_free);
      fx_canvas_set_selected (canvas, selected);
    }
  else
    describe_to_reader (canvas);
  if (scene != NULL && search != NULL)
    fx_canvas_search (canvas, search);
  if (canvas->fit_wanted && scene != NULL && width_of (canvas) > 0)
    {
      canvas->fit_wanted = FALSE;
      canvas->view = first_view (canvas);
    }
  update_picture (canvas);
}

FxScene *
fx_canvas_get_scene (FxCanvas *canvas)
{
  return canvas->scene;
}

void
fx_canvas_set_overlay (FxCanvas *canvas, FxOverlay *overlay)
{
  FxOverlay *before = canvas->overlay;

  canvas->overlay = overlay != NULL ? fx_overlay_ref (overlay) : NULL;
  update_picture (canvas);
  fx_overlay_unref (before);
}

static void
tiles_ready_cb (gpointer data)
{
  gtk_widget_queue_draw (data);
}

static void
paint_marks (FxCanvas *canvas, cairo_t *cr)
{
  FxSceneMarks marks = { canvas->selected_box, canvas->hovered_box,
                         canvas->found != NULL ? (const guint32 *)(const void *)canvas->found->data : NULL,
                         canvas->found != NULL ? canvas->found->len : 0, gtk_widget_has_focus (GTK_WIDGET (canvas)) };
  const FxRect clip = { 0, 0, width_of (canvas), height_of (canvas) };

  fx_scene_paint_marks (canvas->scene, cr, &canvas->view, &clip, current_style (), &marks);
}

/* The part of the widget where the drawing is, with the marks around it. */
static graphene_rect_t
area_of_drawing (FxCanvas *canvas, const graphene_rect_t *all)
{
  FxRect bounds = fx_scene_bounds (canvas->scene), seen = fx_view_rect (&canvas->view, &bounds);
  graphene_rect_t area = GRAPHENE_RECT_INIT ((float)seen.x, (float)seen.y, (float)seen.width, (float)seen.height);

  graphene_rect_inset (&area, -MARK_ROOM, -MARK_ROOM);
  graphene_rect_intersection (&area, all, &area);
  return area;
}

static void
snapshot_painted (FxCanvas *canvas, GtkSnapshot *snapshot, const graphene_rect_t *all)
{
  graphene_rect_t area = area_of_drawing (canvas, all);
  cairo_t *cr = fx_frame_begin (&canvas->frame, GTK_WIDGET (canvas));
  const FxRgba *back = &current_style ()->background;

  cairo_set_source_rgb (cr, back->red, back->green, back->blue);
  cairo_paint (cr);
  fx_tiles_foreach (canvas->tiles, fx_tile_paint, cr);
  paint_marks (canvas, cr);
  fx_frame_end (&canvas->frame, cr, &area, snapshot);
}

static void
snapshot_textures (FxCanvas *canvas, GtkSnapshot *snapshot, const graphene_rect_t *all)
{
  cairo_t *cr;

  fx_tiles_foreach (canvas->tiles, fx_tile_append, snapshot);
  if (canvas->selected_box == FX_NO_BOX && canvas->hovered_box == FX_NO_BOX && canvas->found == NULL)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, all);
  paint_marks (canvas, cr);
  cairo_destroy (cr);
}

static void
snapshot_legend (FxCanvas *canvas, GtkSnapshot *snapshot)
{
  double width, height;
  cairo_t *cr;

  fx_scene_legend_size (canvas->scene, canvas->overlay, &width, &height);
  if (width + 2 * LEGEND_MARGIN > width_of (canvas) || height + 2 * LEGEND_MARGIN > height_of (canvas) / 2)
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT (LEGEND_MARGIN, (float)(height_of (canvas) - height - LEGEND_MARGIN)));
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float)width, (float)height));
  fx_scene_paint_legend (canvas->scene, cr, current_style (), canvas->overlay);
  cairo_destroy (cr);
  gtk_snapshot_restore (snapshot);
}

static void
fx_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  FxCanvas *canvas = FX_CANVAS (widget);
  const FxRgba *back = &current_style ()->background;
  GdkRGBA background = { (float)back->red, (float)back->green, (float)back->blue, 1 };
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float)width_of (canvas), (float)height_of (canvas));

  gtk_snapshot_append_color (snapshot, &background, &all);
  if (canvas->scene == NULL)
    return;
  gtk_snapshot_push_clip (snapshot, &all);
  if (fx_frame_is_wanted (widget))
    snapshot_painted (canvas, snapshot, &all);
  else
    snapshot_textures (canvas, snapshot, &all);
  snapshot_legend (canvas, snapshot);
  if (canvas->show_minimap)
    fx_minimap_snapshot (canvas->minimap, snapshot, &canvas->view, width_of (canvas), height_of (canvas));
  gtk_snapshot_pop (snapshot);
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

static void
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
      canvas->view = first_view (canvas);
    }
  else
    keep_middle (canvas, before, width);
  show_view (canvas, canvas->view);
}

/* ---- pointer ---- */

static guint32
box_at (FxCanvas *canvas, double x, double y)
{
  if (canvas->scene == NULL)
    return FX_NO_BOX;
  return fx_scene_box_at (canvas->scene, canvas->view.x + x / canvas->view.zoom,
                          canvas->view.y + y / canvas->view.zoom);
}

static void
motion_cb (FxCanvas *canvas, double x, double y)
{
  guint32 box = box_at (canvas, x, y);

  canvas->pointer_x = x;
  canvas->pointer_y = y;
  if (box != FX_NO_BOX && fx_scene_box (canvas->scene, box)->kind == FX_BOX_FRAME)
    box = FX_NO_BOX;
  if (box == canvas->hovered_box)
    return;
  canvas->hovered_box = box;
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  gtk_widget_trigger_tooltip_query (GTK_WIDGET (canvas));
}

static void
leave_cb (FxCanvas *canvas)
{
  canvas->hovered_box = FX_NO_BOX;
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

static gboolean
on_minimap (FxCanvas *canvas, double x, double y)
{
  return canvas->show_minimap && fx_minimap_contains (canvas->minimap, width_of (canvas), height_of (canvas), x, y);
}

static void
go_to_map_point (FxCanvas *canvas, double x, double y)
{
  double at_x, at_y, zoom = canvas->view.zoom;

  fx_minimap_point (canvas->minimap, width_of (canvas), height_of (canvas), x, y, &at_x, &at_y);
  show_view (canvas, (FxView){ at_x - width_of (canvas) / zoom / 2, at_y - height_of (canvas) / zoom / 2, zoom });
}

static void
pressed_cb (FxCanvas *canvas, int n_press, double x, double y)
{
  guint32 box = box_at (canvas, x, y);

  gtk_widget_grab_focus (GTK_WIDGET (canvas));
  if (canvas->scene == NULL || on_minimap (canvas, x, y))
    return;
  if (box != FX_NO_BOX && n_press == 2)
    activate_box (canvas, box);
  else if (box != FX_NO_BOX && n_press == 1)
    select_box (canvas, box);
}

/* A click beside everything, not the end of a drag. */
static void
released_cb (FxCanvas *canvas, G_GNUC_UNUSED int n_press, double x, double y)
{
  if (box_at (canvas, x, y) == FX_NO_BOX && !on_minimap (canvas, x, y)
      && hypot (canvas->view.x - canvas->drag_x, canvas->view.y - canvas->drag_y) * canvas->view.zoom < 4)
    select_box (canvas, FX_NO_BOX);
}

static void
drag_begin_cb (FxCanvas *canvas, double x, double y)
{
  stop_animation (canvas);
  canvas->drag_x = canvas->view.x;
  canvas->drag_y = canvas->view.y;
  canvas->dragging_map = on_minimap (canvas, x, y);
  if (canvas->dragging_map)
    go_to_map_point (canvas, x, y);
}

static void
drag_update_cb (FxCanvas *canvas, double dx, double dy, GtkGestureDrag *gesture)
{
  double x, y;

  if (canvas->scene == NULL)
    return;
  if (canvas->dragging_map)
    {
      gtk_gesture_drag_get_start_point (gesture, &x, &y);
      go_to_map_point (canvas, x + dx, y + dy);
      return;
    }
  show_view (canvas, (FxView){ canvas->drag_x - dx / canvas->view.zoom, canvas->drag_y - dy / canvas->view.zoom,
                               canvas->view.zoom });
}

static gboolean
scroll_cb (FxCanvas *canvas, double dx, double dy, GtkEventController *controller)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (controller);
  FxView view = canvas->view;

  if (canvas->scene == NULL)
    return GDK_EVENT_PROPAGATE;
  stop_animation (canvas);
  if ((state & GDK_CONTROL_MASK) != 0)
    view = view_zoomed (canvas, view.zoom * pow (ZOOM_STEP, -dy), canvas->pointer_x, canvas->pointer_y);
  else if ((state & GDK_SHIFT_MASK) != 0)
    view.x += dy * SCROLL_STEP / view.zoom;
  else
    {
      view.x += dx * SCROLL_STEP / view.zoom;
      view.y += dy * SCROLL_STEP / view.zoom;
    }
  show_view (canvas, view);
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (FxCanvas *canvas)
{
  stop_animation (canvas);
  canvas->pinch_zoom = canvas->view.zoom;
}

static void
pinch_cb (FxCanvas *canvas, double scale, GtkGesture *gesture)
{
  double x = width_of (canvas) / 2, y = height_of (canvas) / 2;

  gtk_gesture_get_bounding_box_center (gesture, &x, &y);
  show_view (canvas, view_zoomed (canvas, canvas->pinch_zoom * scale, x, y));
}

static gboolean
fx_canvas_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  FxCanvas *canvas = FX_CANVAS (widget);
  guint32 box = keyboard ? canvas->selected_box : box_at (canvas, x, y);
  g_autofree char *text = NULL;
  FxRect rect;

  if (box == FX_NO_BOX || fx_scene_box (canvas->scene, box)->kind == FX_BOX_FRAME)
    return FALSE;
  text = fx_scene_box_description (canvas->scene, box);
  rect = fx_view_rect (&canvas->view, &fx_scene_box (canvas->scene, box)->rect);
  gtk_tooltip_set_text (tooltip, text);
  gtk_tooltip_set_tip_area (tooltip, &(GdkRectangle){ (int)rect.x, (int)rect.y, (int)rect.width, (int)rect.height });
  return TRUE;
}

/* ---- keyboard ---- */

static void
travel (FxCanvas *canvas, FxDirection direction)
{
  guint32 box = canvas->selected_box != FX_NO_BOX ? fx_scene_neighbor (canvas->scene, canvas->selected_box, direction)
                                                  : fx_scene_first_box (canvas->scene);

  if (box == FX_NO_BOX)
    return;
  select_box (canvas, box);
  reveal_box (canvas, box);
}

static gboolean
key_cb (FxCanvas *canvas, guint key, G_GNUC_UNUSED guint code, GdkModifierType state)
{
  if (canvas->scene == NULL || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Up: travel (canvas, FX_DIRECTION_UP); break;
    case GDK_KEY_Down: travel (canvas, FX_DIRECTION_DOWN); break;
    case GDK_KEY_Left: travel (canvas, FX_DIRECTION_LEFT); break;
    case GDK_KEY_Right: travel (canvas, FX_DIRECTION_RIGHT); break;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add: fx_canvas_zoom_by (canvas, ZOOM_STEP); break;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract: fx_canvas_zoom_by (canvas, 1 / ZOOM_STEP); break;
    case GDK_KEY_Home: fx_canvas_fit (canvas); break;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      if (canvas->selected_box != FX_NO_BOX)
        activate_box (canvas, canvas->selected_box);
      break;
    case GDK_KEY_Escape: select_box (canvas, FX_NO_BOX); break;
    default: return GDK_EVENT_PROPAGATE;
    }
  return GDK_EVENT_STOP;
}

/* ---- searching ---- */

guint
fx_canvas_search (FxCanvas *canvas, const char *text)
{
  char *kept = text != NULL && *text != '\0' ? g_strdup (text) : NULL;

  g_free (canvas->search);
  canvas->search = kept;
  g_clear_pointer (&canvas->found, g_array_unref);
  canvas->found_at = 0;
  if (kept != NULL && canvas->scene != NULL)
    canvas->found = fx_scene_search (canvas->scene, kept);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  return canvas->found != NULL ? canvas->found->len : 0;
}

guint
fx_canvas_search_step (FxCanvas *canvas, int step)
{
  guint n = canvas->found != NULL ? canvas->found->len : 0;
  guint32 box;

  if (n == 0)
    return 0;
  canvas->found_at = (canvas->found_at + n - 1 + (step > 0 ? 1 : n - 1)) % n + 1;
  if (step > 0 && canvas->found_at == 0)
    canvas->found_at = 1;
  box = g_array_index (canvas->found, guint32, canvas->found_at - 1);
  select_box (canvas, box);
  reveal_box (canvas, box);
  return canvas->found_at;
}

void
fx_canvas_set_show_minimap (FxCanvas *canvas, gboolean show)
{
  if (canvas->show_minimap == show)
    return;
  canvas->show_minimap = show;
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  g_object_notify_by_pspec (G_OBJECT (canvas), props[PROP_SHOW_MINIMAP]);
}

/* What is drawn, by a worker: nothing of it changes any more. */
typedef struct
{
  FxScene *scene;
  const FxSceneStyle *style;
  FxOverlay *overlay;
  char *path;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  fx_scene_unref (export->scene);
  fx_overlay_unref (export->overlay);
  g_free (export->path);
  g_free (export);
}

static void
export_run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  const Export *export = data;
  GError *error = NULL;

  if (fx_scene_export (export->scene, export->style, export->overlay, export->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
fx_canvas_export_async (FxCanvas *canvas, const char *path, GAsyncReadyCallback done, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (canvas, NULL, done, user_data);
  Export *export;

  if (canvas->scene == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: there is nothing to draw", path);
      return;
    }
  export = g_new0 (Export, 1);
  export->scene = fx_scene_ref (canvas->scene);
  export->style = current_style ();
  export->overlay = canvas->overlay != NULL ? fx_overlay_ref (canvas->overlay) : NULL;
  export->path = g_strdup (path);
  g_task_set_task_data (task, export, export_free);
  g_task_run_in_thread (task, export_run);
}

gboolean
fx_canvas_export_finish (G_GNUC_UNUSED FxCanvas *canvas, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- the object ---- */

static void
fx_canvas_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FxCanvas *canvas = FX_CANVAS (object);

  switch (id)
    {
    case PROP_SELECTED: g_value_set_string (value, canvas->selected); break;
    case PROP_ZOOM: g_value_set_double (value, canvas->view.zoom); break;
    case PROP_SHOW_MINIMAP: g_value_set_boolean (value, canvas->show_minimap); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_canvas_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  FxCanvas *canvas = FX_CANVAS (object);

  switch (id)
    {
    case PROP_SELECTED: fx_canvas_set_selected (canvas, g_value_get_string (value)); break;
    case PROP_ZOOM: fx_canvas_zoom_to (canvas, g_value_get_double (value)); break;
    case PROP_SHOW_MINIMAP: fx_canvas_set_show_minimap (canvas, g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_canvas_dispose (GObject *object)
{
  FxCanvas *canvas = FX_CANVAS (object);

  stop_animation (canvas);
  g_signal_handlers_disconnect_by_data (adw_style_manager_get_default (), canvas);
  g_clear_pointer (&canvas->tiles, fx_tiles_free);
  g_clear_pointer (&canvas->minimap, fx_minimap_free);
  fx_frame_clear (&canvas->frame);
  g_clear_pointer (&canvas->scene, fx_scene_unref);
  g_clear_pointer (&canvas->overlay, fx_overlay_unref);
  g_clear_pointer (&canvas->found, g_array_unref);
  g_clear_pointer (&canvas->selected, g_free);
  g_clear_pointer (&canvas->search, g_free);
  G_OBJECT_CLASS (fx_canvas_parent_class)->dispose (object);
}

static void
fx_canvas_class_init (FxCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = fx_canvas_get_property;
  object_class->set_property = fx_canvas_set_property;
  object_class->dispose = fx_canvas_dispose;
  widget_class->snapshot = fx_canvas_snapshot;
  widget_class->size_allocate = fx_canvas_size_allocate;
  widget_class->query_tooltip = fx_canvas_query_tooltip;
  props[PROP_SELECTED] = g_param_spec_string ("selected", NULL, NULL, NULL, flags);
  props[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, MIN_ZOOM, MAX_ZOOM, 1, flags);
  props[PROP_SHOW_MINIMAP] = g_param_spec_boolean ("show-minimap", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[NODE_ACTIVATED] = g_signal_new ("node-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[GROUP_TOGGLED] = g_signal_new ("group-toggled", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
add_controller (FxCanvas *canvas, GtkEventController *controller)
{
  gtk_widget_add_controller (GTK_WIDGET (canvas), controller);
}

static void
add_pointer (FxCanvas *canvas)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *click = gtk_gesture_click_new (), *drag = gtk_gesture_drag_new (), *zoom = gtk_gesture_zoom_new ();

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), canvas);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), canvas);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (scroll_cb), canvas);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), canvas);
  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), canvas);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), canvas);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), canvas);
  g_signal_connect_swapped (zoom, "begin", G_CALLBACK (pinch_begin_cb), canvas);
  g_signal_connect_swapped (zoom, "scale-changed", G_CALLBACK (pinch_cb), canvas);
  gtk_gesture_group (drag, click);
  add_controller (canvas, motion);
  add_controller (canvas, scroll);
  add_controller (canvas, GTK_EVENT_CONTROLLER (click));
  add_controller (canvas, GTK_EVENT_CONTROLLER (drag));
  add_controller (canvas, GTK_EVENT_CONTROLLER (zoom));
}

static void
fx_canvas_init (FxCanvas *canvas)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  AdwStyleManager *manager = adw_style_manager_get_default ();

  canvas->tiles = fx_tiles_new (tiles_ready_cb, canvas);
  canvas->minimap = fx_minimap_new (GTK_WIDGET (canvas));
  canvas->view.zoom = canvas->from.zoom = canvas->to.zoom = 1;
  canvas->fit_wanted = TRUE;
  canvas->selected_box = canvas->hovered_box = FX_NO_BOX;
  canvas->show_minimap = TRUE;
  describe_to_reader (canvas);
  add_pointer (canvas);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), canvas);
  add_controller (canvas, keys);
  gtk_widget_set_focusable (GTK_WIDGET (canvas), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (canvas), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (canvas), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (canvas), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (canvas), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_swapped (manager, "notify::dark", G_CALLBACK (update_picture), canvas);
  g_signal_connect_swapped (manager, "notify::high-contrast", G_CALLBACK (update_picture), canvas);
  g_signal_connect_swapped (canvas, "notify::scale-factor", G_CALLBACK (update_picture), canvas);
}
