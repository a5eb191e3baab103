/* SPDX-License-Identifier: Apache-2.0 */
#include "fx-tile-show.h"

static GdkTexture *
texture_of (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  gsize stride = (gsize)cairo_image_surface_get_stride (surface);
  g_autoptr (GBytes) bytes = g_bytes_new (cairo_image_surface_get_data (surface), stride * (gsize)height);

  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, stride);
}

void
fx_tile_append (const FxTile *tile, gpointer snapshot)
{
  if (*tile->attached == NULL)
    *tile->attached = texture_of (tile->surface);
  gtk_snapshot_append_texture (snapshot, *tile->attached,
                               &GRAPHENE_RECT_INIT ((float)tile->place.x, (float)tile->place.y,
                                                    (float)tile->place.width, (float)tile->place.height));
}

/* A scaled tile stands in for a moment only: the nearest pixel will do. */
void
fx_tile_paint (const FxTile *tile, gpointer cr)
{
  const FxRect *place = &tile->place;

  cairo_save (cr);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  cairo_rectangle (cr, place->x, place->y, place->width, place->height);
  cairo_translate (cr, place->x, place->y);
  cairo_scale (cr, place->width / cairo_image_surface_get_width (tile->surface),
               place->height / cairo_image_surface_get_height (tile->surface));
  cairo_set_source_surface (cr, tile->surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_FAST);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  cairo_fill (cr);
  cairo_restore (cr);
}
