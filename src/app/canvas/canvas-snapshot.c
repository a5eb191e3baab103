/* What the canvas draws: tiles, marks, the legend and the map.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas-private.h"

#include "fx-tile-show.h"

#define LEGEND_MARGIN 12
#define MARK_ROOM 8 /* outlines of boxes at the edge */

static void
paint_marks (FxCanvas *canvas, cairo_t *cr)
{
  FxSceneMarks marks = { canvas->selected_box, canvas->hovered_box,
                         canvas->found != NULL ? (const guint32 *)(const void *)canvas->found->data : NULL,
                         canvas->found != NULL ? canvas->found->len : 0, gtk_widget_has_focus (GTK_WIDGET (canvas)) };
  const FxRect clip = { 0, 0, fx_canvas_width (canvas), fx_canvas_height (canvas) };

  fx_scene_paint_marks (canvas->scene, cr, &canvas->view, &clip, fx_canvas_style (), &marks);
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
  const FxRgba *back = &fx_canvas_style ()->background;

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
  if (width + 2 * LEGEND_MARGIN > fx_canvas_width (canvas)
      || height + 2 * LEGEND_MARGIN > fx_canvas_height (canvas) / 2)
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT (LEGEND_MARGIN, (float)(fx_canvas_height (canvas) - height - LEGEND_MARGIN)));
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float)width, (float)height));
  fx_scene_paint_legend (canvas->scene, cr, fx_canvas_style (), canvas->overlay);
  cairo_destroy (cr);
  gtk_snapshot_restore (snapshot);
}

void
fx_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  FxCanvas *canvas = FX_CANVAS (widget);
  const FxRgba *back = &fx_canvas_style ()->background;
  GdkRGBA background = { (float)back->red, (float)back->green, (float)back->blue, 1 };
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float)fx_canvas_width (canvas), (float)fx_canvas_height (canvas));

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
    fx_minimap_snapshot (canvas->minimap, snapshot, &canvas->view, fx_canvas_width (canvas), fx_canvas_height (canvas));
  gtk_snapshot_pop (snapshot);
}
