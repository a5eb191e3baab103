/* SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-export.h"

#include "io/fx-file.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <gio/gio.h>
#include <math.h>

#define MARGIN 24.0
#define MAX_PIXELS 64e6
#define MAX_EDGE 32000.0 /* cairo's image surfaces end at 32767 */

typedef struct
{
  const char *ending;
  cairo_surface_t *(*new) (cairo_write_func_t write, void *closure, double width, double height);
  gboolean is_image; /* written at the end, and in pixels */
} Format;

static const Format formats[] = {
  { ".png", NULL, TRUE },
  { ".svg", cairo_svg_surface_create_for_stream, FALSE },
  { ".pdf", cairo_pdf_surface_create_for_stream, FALSE },
};

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static const Format *
find_format (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_has_suffix (path, formats[i].ending))
      return &formats[i];
  return NULL;
}

typedef struct
{
  double width, height; /* of the drawing with its legend and margins */
  double legend_y;
} Sheet;

static Sheet
measure (const FxScene *scene, const FxOverlay *overlay)
{
  FxRect bounds = fx_scene_bounds (scene);
  double legend_width, legend_height;

  fx_scene_legend_size (scene, overlay, &legend_width, &legend_height);
  return (Sheet){ MAX (bounds.width, legend_width) + 2 * MARGIN, bounds.height + legend_height + 3 * MARGIN,
                  bounds.height + 2 * MARGIN };
}

static void
paint (const FxScene *scene, const FxSceneStyle *style, const FxOverlay *overlay, const Sheet *sheet, cairo_t *cr,
       double scale)
{
  const FxView view = { -MARGIN, -MARGIN, scale };
  const FxRect clip = { 0, 0, sheet->width * scale, sheet->height * scale };

  fx_scene_paint (scene, cr, &view, &clip, style, overlay);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, MARGIN, sheet->legend_y);
  fx_scene_paint_legend (scene, cr, style, overlay);
}

static GByteArray *
render (const FxScene *scene, const FxSceneStyle *style, const FxOverlay *overlay, const Format *format)
{
  GByteArray *bytes = g_byte_array_new ();
  Sheet sheet = measure (scene, overlay);
  double scale = format->is_image ? MIN (MIN (2.0, sqrt (MAX_PIXELS / (sheet.width * sheet.height))),
                                         MAX_EDGE / MAX (sheet.width, sheet.height))
                                  : 1.0;
  cairo_surface_t *surface = format->is_image ? cairo_image_surface_create (
                                 CAIRO_FORMAT_RGB24, (int)ceil (sheet.width * scale), (int)ceil (sheet.height * scale))
                                              : format->new (write_cb, bytes, sheet.width, sheet.height);
  cairo_t *cr = cairo_create (surface);

  paint (scene, style, overlay, &sheet, cr, scale);
  cairo_destroy (cr);
  if (format->is_image)
    cairo_surface_write_to_png_stream (surface, write_cb, bytes);
  cairo_surface_finish (surface);
  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    g_clear_pointer (&bytes, g_byte_array_unref);
  cairo_surface_destroy (surface);
  return bytes;
}

gboolean
fx_scene_export (const FxScene *scene, const FxSceneStyle *style, const FxOverlay *overlay, const char *path,
                 GError **error)
{
  const Format *format = find_format (path);
  g_autoptr (GByteArray) bytes = NULL;

  if (format == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s: the name must end in .png, .svg or .pdf", path);
      return FALSE;
    }
  bytes = render (scene, style, overlay, format);
  if (bytes == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: memory is too short for the picture", path);
      return FALSE;
    }
  if (fx_file_replace_bytes (path, bytes->data, bytes->len, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}
