/* What the canvas says in words: to screen readers, and in tooltips.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas-private.h"

#include <glib/gi18n.h>

void
fx_canvas_describe (FxCanvas *canvas)
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

gboolean
fx_canvas_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  FxCanvas *canvas = FX_CANVAS (widget);
  guint32 box = keyboard ? canvas->selected_box : fx_canvas_box_at (canvas, x, y);
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
