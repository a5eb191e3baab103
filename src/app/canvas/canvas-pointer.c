/* Mouse, touchpad and touch screen on the canvas.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas-private.h"

#include <math.h>

#define SCROLL_STEP 60.0

static void
motion_cb (FxCanvas *canvas, double x, double y)
{
  guint32 box = fx_canvas_box_at (canvas, x, y);

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
  return canvas->show_minimap
         && fx_minimap_contains (canvas->minimap, fx_canvas_width (canvas), fx_canvas_height (canvas), x, y);
}

static void
go_to_map_point (FxCanvas *canvas, double x, double y)
{
  double at_x, at_y, zoom = canvas->view.zoom;

  fx_minimap_point (canvas->minimap, fx_canvas_width (canvas), fx_canvas_height (canvas), x, y, &at_x, &at_y);
  fx_canvas_show_view (canvas, (FxView){ at_x - fx_canvas_width (canvas) / zoom / 2,
                                         at_y - fx_canvas_height (canvas) / zoom / 2, zoom });
}

static void
pressed_cb (FxCanvas *canvas, int n_press, double x, double y)
{
  guint32 box = fx_canvas_box_at (canvas, x, y);

  gtk_widget_grab_focus (GTK_WIDGET (canvas));
  if (canvas->scene == NULL || on_minimap (canvas, x, y))
    return;
  if (box != FX_NO_BOX && n_press == 2)
    fx_canvas_activate_box (canvas, box);
  else if (box != FX_NO_BOX && n_press == 1)
    fx_canvas_select_box (canvas, box);
}

/* A click beside everything, not the end of a drag. */
static void
released_cb (FxCanvas *canvas, G_GNUC_UNUSED int n_press, double x, double y)
{
  if (fx_canvas_box_at (canvas, x, y) == FX_NO_BOX && !on_minimap (canvas, x, y)
      && hypot (canvas->view.x - canvas->drag_x, canvas->view.y - canvas->drag_y) * canvas->view.zoom < 4)
    fx_canvas_select_box (canvas, FX_NO_BOX);
}

static void
drag_begin_cb (FxCanvas *canvas, double x, double y)
{
  fx_canvas_stop_animation (canvas);
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
  fx_canvas_show_view (canvas, (FxView){ canvas->drag_x - dx / canvas->view.zoom,
                                         canvas->drag_y - dy / canvas->view.zoom, canvas->view.zoom });
}

static gboolean
scroll_cb (FxCanvas *canvas, double dx, double dy, GtkEventController *controller)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (controller);
  FxView view = canvas->view;

  if (canvas->scene == NULL)
    return GDK_EVENT_PROPAGATE;
  fx_canvas_stop_animation (canvas);
  if ((state & GDK_CONTROL_MASK) != 0)
    view = fx_canvas_view_zoomed (canvas, view.zoom * pow (FX_CANVAS_ZOOM_STEP, -dy), canvas->pointer_x,
                                  canvas->pointer_y);
  else if ((state & GDK_SHIFT_MASK) != 0)
    view.x += dy * SCROLL_STEP / view.zoom;
  else
    {
      view.x += dx * SCROLL_STEP / view.zoom;
      view.y += dy * SCROLL_STEP / view.zoom;
    }
  fx_canvas_show_view (canvas, view);
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (FxCanvas *canvas)
{
  fx_canvas_stop_animation (canvas);
  canvas->pinch_zoom = canvas->view.zoom;
}

static void
pinch_cb (FxCanvas *canvas, double scale, GtkGesture *gesture)
{
  double x = fx_canvas_width (canvas) / 2, y = fx_canvas_height (canvas) / 2;

  gtk_gesture_get_bounding_box_center (gesture, &x, &y);
  fx_canvas_show_view (canvas, fx_canvas_view_zoomed (canvas, canvas->pinch_zoom * scale, x, y));
}

void
fx_canvas_add_pointer (FxCanvas *canvas)
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
  gtk_widget_add_controller (GTK_WIDGET (canvas), motion);
  gtk_widget_add_controller (GTK_WIDGET (canvas), scroll);
  gtk_widget_add_controller (GTK_WIDGET (canvas), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (canvas), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (canvas), GTK_EVENT_CONTROLLER (zoom));
}
