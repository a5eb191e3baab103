/* SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas-frame.h"

#include <math.h>

/* Edge of what is handed to the renderer at a time, in units of the widget. Measured with bench-canvas: everything at
 * once takes half as long again, since large buffers come fresh from the system each time. */
#define PIECE 256.0
/* Pieces reach under the next ones, so that no seam shows where the window is drawn between pixels. */
#define OVERLAP 1.0

gboolean
fx_canvas_frame_is_wanted (GtkWidget *widget)
{
  return GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (gtk_widget_get_native (widget)));
}

/* A picture that cairo knows to be drawn from is copied before it is painted on again, even if nobody draws from it any
 * more. So what is shown goes by another name, which is never painted on. */
static cairo_surface_t *
other_name (cairo_surface_t *image)
{
  return cairo_image_surface_create_for_data (
      cairo_image_surface_get_data (image), CAIRO_FORMAT_RGB24, cairo_image_surface_get_width (image),
      cairo_image_surface_get_height (image), cairo_image_surface_get_stride (image));
}

static gboolean
has_size (cairo_surface_t *image, int width, int height)
{
  return image != NULL && cairo_image_surface_get_width (image) == width
         && cairo_image_surface_get_height (image) == height;
}

static void
clear_image (FxCanvasImage *image)
{
  g_clear_pointer (&image->shown, cairo_surface_destroy);
  g_clear_pointer (&image->painted, cairo_surface_destroy);
}

cairo_t *
fx_canvas_frame_begin (FxCanvasFrame *frame, GtkWidget *widget)
{
  int scale = gtk_widget_get_scale_factor (widget);
  int width = gtk_widget_get_width (widget) * scale, height = gtk_widget_get_height (widget) * scale;
  FxCanvasImage *image;

  frame->next = !frame->next;
  image = &frame->images[frame->next];
  if (!has_size (image->painted, width, height))
    {
      clear_image (image);
      image->painted = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
      image->shown = other_name (image->painted);
      cairo_surface_set_device_scale (image->shown, scale, scale);
    }
  return cairo_create (image->painted);
}

static void
append_piece (cairo_surface_t *image, const graphene_rect_t *piece, GtkSnapshot *snapshot)
{
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, piece);

  cairo_set_source_surface (cr, image, 0, 0);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  cairo_paint (cr);
  cairo_destroy (cr);
}

void
fx_canvas_frame_end (FxCanvasFrame *frame, cairo_t *cr, const cairo_rectangle_int_t *area, GtkSnapshot *snapshot)
{
  double right = area->x + area->width, low = area->y + area->height;

  cairo_destroy (cr);
  for (double y = area->y; y < low; y += PIECE)
    for (double x = area->x; x < right; x += PIECE)
      append_piece (frame->images[frame->next].shown,
                    &GRAPHENE_RECT_INIT ((float)x, (float)y, (float)MIN (right - x, PIECE + OVERLAP),
                                         (float)MIN (low - y, PIECE + OVERLAP)),
                    snapshot);
}

void
fx_canvas_frame_clear (FxCanvasFrame *frame)
{
  clear_image (&frame->images[0]);
  clear_image (&frame->images[1]);
}
