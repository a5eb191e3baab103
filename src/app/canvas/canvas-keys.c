/* The keyboard on the canvas: arrows travel along the wires.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas-private.h"

static void
travel (FxCanvas *canvas, FxDirection direction)
{
  guint32 box = canvas->selected_box != FX_NO_BOX ? fx_scene_neighbor (canvas->scene, canvas->selected_box, direction)
                                                  : fx_scene_first_box (canvas->scene);

  if (box == FX_NO_BOX)
    return;
  fx_canvas_select_box (canvas, box);
  fx_canvas_reveal_box (canvas, box);
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
    case GDK_KEY_KP_Add: fx_canvas_zoom_by (canvas, FX_CANVAS_ZOOM_STEP); break;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract: fx_canvas_zoom_by (canvas, 1 / FX_CANVAS_ZOOM_STEP); break;
    case GDK_KEY_Home: fx_canvas_fit (canvas); break;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      if (canvas->selected_box != FX_NO_BOX)
        fx_canvas_activate_box (canvas, canvas->selected_box);
      break;
    case GDK_KEY_Escape: fx_canvas_select_box (canvas, FX_NO_BOX); break;
    default: return GDK_EVENT_PROPAGATE;
    }
  return GDK_EVENT_STOP;
}

void
fx_canvas_add_keys (FxCanvas *canvas)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), canvas);
  gtk_widget_add_controller (GTK_WIDGET (canvas), keys);
}
