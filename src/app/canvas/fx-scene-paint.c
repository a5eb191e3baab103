/* Painting a scene: what is drawn in which order and how fine.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-paint.h"

#include "paint-private.h"

/* From these zooms on. */
#define NEAR_ZOOM 0.55
#define MID_ZOOM 0.22

FxRect
fx_view_rect (const FxView *view, const FxRect *rect)
{
  return (FxRect){ (rect->x - view->x) * view->zoom, (rect->y - view->y) * view->zoom, rect->width * view->zoom,
                   rect->height * view->zoom };
}

FxView
fx_view_fit (const FxRect *bounds, double width, double height, double max_zoom)
{
  FxView view = { .zoom = max_zoom };

  if (bounds->width > 0 && bounds->height > 0)
    view.zoom = MIN (max_zoom, MIN (width / bounds->width, height / bounds->height));
  view.x = bounds->x + (bounds->width - width / view.zoom) / 2;
  view.y = bounds->y + (bounds->height - height / view.zoom) / 2;
  return view;
}

void
fx_paint_begin (FxPaint *paint, const FxScene *scene, cairo_t *cr, const FxView *view, const FxRect *clip,
                const FxSceneStyle *style, const FxOverlay *overlay)
{
  *paint = (FxPaint){ .scene = scene, .cr = cr, .style = style, .overlay = overlay, .zoom = view->zoom };
  paint->detail = view->zoom >= NEAR_ZOOM ? FX_DETAIL_NEAR : view->zoom >= MID_ZOOM ? FX_DETAIL_MID : FX_DETAIL_FAR;
  paint->area = (FxRect){ clip->x / view->zoom + view->x, clip->y / view->zoom + view->y, clip->width / view->zoom,
                          clip->height / view->zoom };
  cairo_save (cr);
  cairo_rectangle (cr, clip->x, clip->y, clip->width, clip->height);
  cairo_clip (cr);
  cairo_scale (cr, view->zoom, view->zoom);
  cairo_translate (cr, -view->x, -view->y);
}

void
fx_scene_paint (const FxScene *scene, cairo_t *cr, const FxView *view, const FxRect *clip, const FxSceneStyle *style,
                const FxOverlay *overlay)
{
  FxPaint paint;

  fx_paint_begin (&paint, scene, cr, view, clip, style, overlay);
  fx_paint_color (&paint, style->background);
  cairo_paint (cr);
  fx_paint_frames (&paint);
  fx_paint_regions (&paint);
  fx_paint_wires (&paint);
  fx_paint_boxes (&paint);
  cairo_restore (cr);
}

void
fx_scene_paint_map (const FxScene *scene, cairo_t *cr, double width, double height, const FxSceneStyle *style,
                    const FxOverlay *overlay)
{
  double scale_x = width / MAX (scene->width, 1.0), scale_y = height / MAX (scene->height, 1.0);
  FxPaint paint = { .scene = scene, .cr = cr, .style = style, .overlay = overlay, .detail = FX_DETAIL_FAR };

  paint.zoom = MIN (scale_x, scale_y);
  paint.area = fx_scene_bounds (scene);
  cairo_save (cr);
  fx_paint_color (&paint, style->background);
  cairo_paint (cr);
  cairo_scale (cr, scale_x, scale_y);
  fx_paint_frames (&paint);
  if (paint.zoom > 0.02)
    fx_paint_wires (&paint);
  fx_paint_boxes (&paint);
  cairo_restore (cr);
}
