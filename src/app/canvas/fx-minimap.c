/* SPDX-License-Identifier: Apache-2.0 */
#include "fx-minimap.h"

#include "app/fx-workers.h"

#include <math.h>

#define MOST_WIDTH 180.0
#define MOST_HEIGHT 220.0
#define LEAST 24.0
#define MARGIN 12.0

struct _FxMinimap
{
  GtkWidget *owner; /* borrowed: it owns the map */
  FxScene *scene;
  FxOverlay *overlay;
  const FxSceneStyle *style;
  double width, height; /* of the map; 0: there is none */
  GdkTexture *texture;  /* NULL until it is painted */
  GCancellable *painting;
  gboolean shown; /* at the last snapshot */
};

/* What the thread works on. */
typedef struct
{
  FxScene *scene;
  FxOverlay *overlay;
  const FxSceneStyle *style;
  int width, height; /* pixels */
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  fx_scene_unref (work->scene);
  fx_overlay_unref (work->overlay);
  g_free (work);
}

FxMinimap *
fx_minimap_new (GtkWidget *owner)
{
  FxMinimap *minimap = g_new0 (FxMinimap, 1);

  minimap->owner = owner;
  return minimap;
}

static void
forget (FxMinimap *minimap)
{
  if (minimap->painting != NULL)
    g_cancellable_cancel (minimap->painting);
  g_clear_object (&minimap->painting);
  g_clear_object (&minimap->texture);
  g_clear_pointer (&minimap->scene, fx_scene_unref);
  g_clear_pointer (&minimap->overlay, fx_overlay_unref);
}

void
fx_minimap_free (FxMinimap *minimap)
{
  if (minimap == NULL)
    return;
  forget (minimap);
  g_free (minimap);
}

static void
paint_in_thread (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;
  cairo_surface_t *surface;
  cairo_t *cr;
  g_autoptr (GBytes) bytes = NULL;
  gsize stride;

  if (g_cancellable_is_cancelled (cancellable))
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, work->width, work->height);
  cr = cairo_create (surface);
  fx_scene_paint_map (work->scene, cr, work->width, work->height, work->style, work->overlay);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  stride = (gsize)cairo_image_surface_get_stride (surface);
  bytes = g_bytes_new (cairo_image_surface_get_data (surface), stride * (gsize)work->height);
  cairo_surface_destroy (surface);
  g_task_return_pointer (task, gdk_memory_texture_new (work->width, work->height, GDK_MEMORY_DEFAULT, bytes, stride),
                         g_object_unref);
}

static void
painted_cb (G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer data)
{
  FxMinimap *minimap = data;
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), NULL);

  /* a map that is not wanted any more was cancelled: `minimap` may be gone */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))) || texture == NULL)
    return;
  g_set_object (&minimap->texture, texture);
  gtk_widget_queue_draw (minimap->owner);
}

void
fx_minimap_set_picture (FxMinimap *minimap, FxScene *scene, const FxSceneStyle *style, FxOverlay *overlay)
{
  int scale = gtk_widget_get_scale_factor (minimap->owner);
  g_autoptr (GTask) task = NULL;
  FxRect bounds;
  double zoom;
  Work *work;

  if (scene == minimap->scene && style == minimap->style && overlay == minimap->overlay)
    return;
  forget (minimap);
  minimap->style = style;
  minimap->width = minimap->height = 0;
  if (scene == NULL)
    return;
  minimap->scene = fx_scene_ref (scene);
  minimap->overlay = overlay != NULL ? fx_overlay_ref (overlay) : NULL;
  bounds = fx_scene_bounds (scene);
  zoom = MIN (MOST_WIDTH / MAX (bounds.width, 1), MOST_HEIGHT / MAX (bounds.height, 1));
  minimap->width = CLAMP (bounds.width * zoom, LEAST, MOST_WIDTH);
  minimap->height = CLAMP (bounds.height * zoom, LEAST, MOST_HEIGHT);
  work = g_new (Work, 1);
  *work = (Work){ fx_scene_ref (scene), overlay != NULL ? fx_overlay_ref (overlay) : NULL, style,
                  (int)ceil (minimap->width) * scale, (int)ceil (minimap->height) * scale };
  minimap->painting = g_cancellable_new ();
  task = g_task_new (NULL, minimap->painting, painted_cb, minimap);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, work, work_free);
  fx_workers_run (task, paint_in_thread);
}

static FxRect
place (const FxMinimap *minimap, double width, double height)
{
  return (FxRect){ width - minimap->width - MARGIN, height - minimap->height - MARGIN, minimap->width,
                   minimap->height };
}

static graphene_rect_t
to_graphene (double x, double y, double width, double height)
{
  return GRAPHENE_RECT_INIT ((float)x, (float)y, (float)width, (float)height);
}

static void
append_frame (GtkSnapshot *snapshot, const graphene_rect_t *rect, const FxRgba *color, float line)
{
  GskRoundedRect rounded;
  const GdkRGBA rgba = { (float)color->red, (float)color->green, (float)color->blue, (float)color->alpha };

  gsk_rounded_rect_init_from_rect (&rounded, rect, 3);
  gtk_snapshot_append_border (snapshot, &rounded, (float[]){ line, line, line, line },
                              (GdkRGBA[]){ rgba, rgba, rgba, rgba });
}

void
fx_minimap_snapshot (FxMinimap *minimap, GtkSnapshot *snapshot, const FxView *view, double width, double height)
{
  FxRect map = place (minimap, width, height), bounds;
  double x0, y0, x1, y1;
  graphene_rect_t frame = to_graphene (map.x, map.y, map.width, map.height), seen;

  minimap->shown = FALSE;
  if (minimap->texture == NULL || map.x < width / 2 || map.y < 0)
    return;
  bounds = fx_scene_bounds (minimap->scene);
  x0 = CLAMP (view->x / bounds.width, 0, 1);
  y0 = CLAMP (view->y / bounds.height, 0, 1);
  x1 = CLAMP ((view->x + width / view->zoom) / bounds.width, 0, 1);
  y1 = CLAMP ((view->y + height / view->zoom) / bounds.height, 0, 1);
  if (x1 - x0 > 0.98 && y1 - y0 > 0.98)
    return;
  minimap->shown = TRUE;
  gtk_snapshot_append_texture (snapshot, minimap->texture, &frame);
  append_frame (snapshot, &frame, &minimap->style->border, 1);
  seen = to_graphene (map.x + x0 * map.width, map.y + y0 * map.height, MAX ((x1 - x0) * map.width, 4),
                      MAX ((y1 - y0) * map.height, 4));
  append_frame (snapshot, &seen, &minimap->style->accent, 2);
}

gboolean
fx_minimap_contains (const FxMinimap *minimap, double width, double height, double x, double y)
{
  FxRect map = place (minimap, width, height);

  return minimap->shown && x >= map.x && y >= map.y && x < map.x + map.width && y < map.y + map.height;
}

void
fx_minimap_point (const FxMinimap *minimap, double width, double height, double x, double y, double *drawing_x,
                  double *drawing_y)
{
  FxRect map = place (minimap, width, height), bounds = fx_scene_bounds (minimap->scene);

  *drawing_x = bounds.x + CLAMP ((x - map.x) / map.width, 0, 1) * bounds.width;
  *drawing_y = bounds.y + CLAMP ((y - map.y) / map.height, 0, 1) * bounds.height;
}
