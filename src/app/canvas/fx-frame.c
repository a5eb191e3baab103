/* SPDX-License-Identifier: Apache-2.0 */
#include "fx-frame.h"

#include <math.h>

/* Edge of what is handed to the renderer at a time, in units of the widget. Measured with bench-canvas: everything at
 * once takes half as long again, since large buffers come fresh from the system each time. */
#define PIECE 256.0
/* Pieces reach under the next ones, so that no seam shows where the window is drawn between pixels. */
#define OVERLAP 1.0

gboolean
fx_frame_is_wanted (GtkWidget *widget)
{
  return GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (gtk_widget_get_native (widget)));
}

static cairo_surface_t *
image_of_size (cairo_surface_t *image, int width, int height)
{
  if (image != NULL && cairo_image_surface_get_width (image) == width
      && cairo_image_surface_get_height (image) == height)
    return image;
  g_clear_pointer (&image, cairo_surface_destroy);
  return cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
}

cairo_t *
fx_frame_begin (FxFrame *frame, GtkWidget *widget)
{
  int scale = gtk_widget_get_scale_factor (widget);
  cairo_surface_t **image;

  frame->next = !frame->next;
  image = &frame->images[frame->next];
  *image = image_of_size (*image, gtk_widget_get_width (widget) * scale, gtk_widget_get_height (widget) * scale);
  cairo_surface_set_device_scale (*image, scale, scale);
  return cairo_create (*image);
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
fx_frame_end (FxFrame *frame, cairo_t *cr, const graphene_rect_t *area, GtkSnapshot *snapshot)
{
  double left = floor (area->origin.x), top = floor (area->origin.y);
  double right = ceil (area->origin.x + area->size.width), low = ceil (area->origin.y + area->size.height);

  cairo_destroy (cr);
  for (double y = top; y < low; y += PIECE)
    for (double x = left; x < right; x += PIECE)
      append_piece (frame->images[frame->next],
                    &GRAPHENE_RECT_INIT ((float)x, (float)y, (float)MIN (right - x, PIECE + OVERLAP),
                                         (float)MIN (low - y, PIECE + OVERLAP)),
                    snapshot);
}

void
fx_frame_clear (FxFrame *frame)
{
  g_clear_pointer (&frame->images[0], cairo_surface_destroy);
  g_clear_pointer (&frame->images[1], cairo_surface_destroy);
}
