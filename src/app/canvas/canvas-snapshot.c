/* What the canvas draws: tiles, marks, the legend and the map.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas-private.h"

#include "fx-tile-show.h"

#include <math.h>

#define LEGEND_MARGIN 12
#define MARK_ROOM 8 /* outlines of boxes at the edge */
#define EDGE 2      /* painted beyond what is shown: what lies between two pixels is mixed of both */

static void
paint_marks (FxCanvas *canvas, cairo_t *cr)
{
  FxSceneMarks marks = { canvas->selected_box, canvas->hovered_box,
                         canvas->found != NULL ? (const guint32 *)(const void *)canvas->found->data : NULL,
                         canvas->found != NULL ? canvas->found->len : 0, gtk_widget_has_focus (GTK_WIDGET (canvas)) };
  const FxRect clip = { 0, 0, fx_canvas_width (canvas), fx_canvas_height (canvas) };

  fx_scene_paint_marks (canvas->scene, cr, &canvas->view, &clip, fx_canvas_style (), &marks);
}

/* The part of the widget where the drawing is, with `room` around it. */
static cairo_rectangle_int_t
area_of_drawing (FxCanvas *canvas, int room)
{
  FxRect bounds = fx_scene_bounds (canvas->scene), seen = fx_view_rect (&canvas->view, &bounds);
  int x = (int)floor (MAX (seen.x - room, 0)), y = (int)floor (MAX (seen.y - room, 0));
  int right = (int)ceil (MIN (seen.x + seen.width + room, fx_canvas_width (canvas)));
  int low = (int)ceil (MIN (seen.y + seen.height + room, fx_canvas_height (canvas)));

  return (cairo_rectangle_int_t){ x, y, MAX (right - x, 0), MAX (low - y, 0) };
}

/* Also under the edge of what is left out, and each part under the next one below: no seam shows where the window is
 * drawn between pixels. */
static void
append_background (FxCanvas *canvas, GtkSnapshot *snapshot, const cairo_rectangle_int_t *without)
{
  const FxRgba *back = &fx_canvas_style ()->background;
  const GdkRGBA color = { (float)back->red, (float)back->green, (float)back->blue, 1 };
  const cairo_rectangle_int_t all = { 0, 0, (int)fx_canvas_width (canvas), (int)fx_canvas_height (canvas) };
  cairo_region_t *region = cairo_region_create_rectangle (&all);
  cairo_rectangle_int_t rect;

  if (without != NULL && without->width > 2 * EDGE && without->height > 2 * EDGE)
    cairo_region_subtract_rectangle (region,
                                     &(cairo_rectangle_int_t){ without->x + EDGE, without->y + EDGE,
                                                               without->width - 2 * EDGE, without->height - 2 * EDGE });
  for (int i = 0; i < cairo_region_num_rectangles (region); i++)
    {
      cairo_region_get_rectangle (region, i, &rect);
      gtk_snapshot_append_color (
          snapshot, &color,
          &GRAPHENE_RECT_INIT ((float)rect.x, (float)rect.y, (float)rect.width, (float)rect.height + EDGE));
    }
  cairo_region_destroy (region);
}

static void
snapshot_painted (FxCanvas *canvas, GtkSnapshot *snapshot)
{
  cairo_rectangle_int_t area = area_of_drawing (canvas, MARK_ROOM);
  cairo_rectangle_int_t painted = area_of_drawing (canvas, MARK_ROOM + EDGE);
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (canvas));
  cairo_t *cr = fx_canvas_frame_begin (&canvas->frame, GTK_WIDGET (canvas));

  append_background (canvas, snapshot, &area);
  fx_tiles_paint (canvas->tiles, cr, &painted, scale, &fx_canvas_style ()->background);
  cairo_scale (cr, scale, scale);
  paint_marks (canvas, cr);
  fx_canvas_frame_end (&canvas->frame, cr, &area, snapshot);
}

static void
snapshot_textures (FxCanvas *canvas, GtkSnapshot *snapshot, const graphene_rect_t *all)
{
  cairo_t *cr;

  append_background (canvas, snapshot, NULL);
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
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float)fx_canvas_width (canvas), (float)fx_canvas_height (canvas));

  if (canvas->scene == NULL)
    {
      append_background (canvas, snapshot, NULL);
      return;
    }
  gtk_snapshot_push_clip (snapshot, &all);
  if (fx_canvas_frame_is_wanted (widget))
    snapshot_painted (canvas, snapshot);
  else
    snapshot_textures (canvas, snapshot, &all);
  snapshot_legend (canvas, snapshot);
  if (canvas->show_minimap)
    fx_minimap_snapshot (canvas->minimap, snapshot, &canvas->view, fx_canvas_width (canvas), fx_canvas_height (canvas));
  gtk_snapshot_pop (snapshot);
}
