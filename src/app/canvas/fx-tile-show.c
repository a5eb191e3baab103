/* SPDX-License-Identifier: Apache-2.0 */
#include "fx-tile-show.h"

#include <math.h>

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

/* ---- front to back: each pixel is written once ---- */

typedef struct
{
  cairo_t *cr;
  cairo_region_t *left; /* of the area: not painted yet */
  int scale;
} Paint;

static void
collect (const FxTile *tile, gpointer tiles)
{
  g_array_append_val ((GArray *)tiles, *tile);
}

/* Tiles side by side round their common edge alike. */
static cairo_rectangle_int_t
pixels_of (const FxRect *place, int scale)
{
  int x = (int)round (place->x * scale), y = (int)round (place->y * scale);

  return (cairo_rectangle_int_t){ x, y, (int)round ((place->x + place->width) * scale) - x,
                                  (int)round ((place->y + place->height) * scale) - y };
}

static void
fill (cairo_t *cr, const cairo_region_t *region)
{
  cairo_rectangle_int_t rect;

  for (int i = 0; i < cairo_region_num_rectangles (region); i++)
    {
      cairo_region_get_rectangle (region, i, &rect);
      cairo_rectangle (cr, rect.x, rect.y, rect.width, rect.height);
    }
  cairo_fill (cr);
}

/* A scaled tile stands in for a moment only: the nearest pixel will do. */
static void
paint_tile (const FxTile *tile, const Paint *paint)
{
  cairo_t *cr = paint->cr;
  cairo_rectangle_int_t place = pixels_of (&tile->place, paint->scale);
  cairo_region_t *seen = cairo_region_copy (paint->left);
  cairo_matrix_t matrix;

  cairo_region_intersect_rectangle (seen, &place);
  cairo_region_subtract (paint->left, seen);
  if (!cairo_region_is_empty (seen))
    {
      cairo_set_source_surface (cr, tile->surface, 0, 0);
      cairo_matrix_init_scale (&matrix, (double)cairo_image_surface_get_width (tile->surface) / place.width,
                               (double)cairo_image_surface_get_height (tile->surface) / place.height);
      cairo_matrix_translate (&matrix, -place.x, -place.y);
      cairo_pattern_set_matrix (cairo_get_source (cr), &matrix);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_FAST);
      cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
      fill (cr, seen);
    }
  cairo_region_destroy (seen);
}

void
fx_tiles_paint (FxTiles *tiles, cairo_t *cr, const cairo_rectangle_int_t *area, int scale, const FxRgba *background)
{
  g_autoptr (GArray) shown = g_array_new (FALSE, FALSE, sizeof (FxTile));
  const cairo_rectangle_int_t pixels = { area->x * scale, area->y * scale, area->width * scale, area->height * scale };
  Paint paint = { cr, cairo_region_create_rectangle (&pixels), scale };

  fx_tiles_foreach (tiles, collect, shown);
  cairo_save (cr);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  for (guint i = shown->len; i > 0; i--)
    paint_tile (&g_array_index (shown, FxTile, i - 1), &paint);
  cairo_set_source_rgb (cr, background->red, background->green, background->blue);
  fill (cr, paint.left);
  cairo_restore (cr);
  cairo_region_destroy (paint.left);
}
