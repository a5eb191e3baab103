/* What the colors and shapes of a picture mean: placements with their icons, or the scale of an overlay.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "paint-private.h"

#define LINE 20.0
#define PADDING 10.0
#define ICON 14.0
#define FONT 11.0
#define SCALE_WIDTH 180.0
#define WIDTH 150.0

/* Placements in the order of the legend. */
static const FxPlacement order[]
    = { FX_PLACEMENT_BPU, FX_PLACEMENT_CPU, FX_PLACEMENT_FOLDED, FX_PLACEMENT_UNKNOWN, FX_PLACEMENT_UNSUPPORTED };

static gboolean
is_there (const FxScene *scene, FxPlacement placement)
{
  for (guint i = 0; i < scene->n_boxes; i++)
    if (scene->boxes[i].checked && scene->boxes[i].placement == placement)
      return TRUE;
  return FALSE;
}

static guint
n_lines (const FxScene *scene)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    n += is_there (scene, order[i]);
  return n;
}

void
fx_scene_legend_size (const FxScene *scene, const FxOverlay *overlay, double *width, double *height)
{
  guint n = overlay != NULL ? 0 : n_lines (scene);

  *width = overlay != NULL ? SCALE_WIDTH + 2 * PADDING : n > 0 ? WIDTH : 0;
  *height = overlay != NULL ? LINE * 2 + 10 + PADDING : n > 0 ? n * LINE + 2 * PADDING - 4 : 0;
}

static void
paint_back (const FxPaint *paint, double width, double height)
{
  FxRgba back = paint->style->background;

  back.alpha = 0.88;
  fx_paint_rounded (paint->cr, &(FxRect){ 0.5, 0.5, width - 1, height - 1 }, 8);
  fx_paint_color (paint, back);
  cairo_fill_preserve (paint->cr);
  fx_paint_color (paint, paint->style->frame_border);
  cairo_set_line_width (paint->cr, paint->style->line);
  cairo_stroke (paint->cr);
}

static void
paint_placements (const FxPaint *paint)
{
  double y = PADDING - 2;

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      FxRect swatch = { PADDING, y + (LINE - ICON) / 2 - 2, ICON + 4, ICON + 4 };

      if (!is_there (paint->scene, order[i]))
        continue;
      fx_paint_rounded (paint->cr, &swatch, 4);
      fx_paint_color (paint, paint->style->placements[order[i]]);
      cairo_fill (paint->cr);
      fx_paint_color (paint, paint->style->on_placement);
      fx_paint_placement_icon (paint, order[i], swatch.x + swatch.width / 2, swatch.y + swatch.height / 2, ICON * 0.8);
      fx_paint_text (paint, &(FxText){ fx_placement_title (order[i]), FONT, FX_TEXT_PLAIN, WIDTH - 2 * PADDING - 26 },
                     PADDING + 26, y + (LINE - FONT * 1.25) / 2, paint->style->text);
      y += LINE;
    }
}

static void
paint_scale (const FxPaint *paint)
{
  double low, high;
  g_autofree char *from = NULL, *to = NULL;
  FxText text = { fx_overlay_title (paint->overlay), FONT, FX_TEXT_BOLD, SCALE_WIDTH };

  fx_paint_text (paint, &text, PADDING, PADDING - 4, paint->style->text);
  if (!fx_overlay_range (paint->overlay, &low, &high))
    return;
  for (int i = 0; i < (int)SCALE_WIDTH; i++)
    {
      fx_paint_color (paint, fx_overlay_color (paint->overlay, paint->style,
                                               fx_overlay_at (paint->overlay, i / (SCALE_WIDTH - 1))));
      cairo_rectangle (paint->cr, PADDING + i, LINE + 4, 1.2, 8);
      cairo_fill (paint->cr);
    }
  from = fx_overlay_format (paint->overlay, low);
  to = fx_overlay_format (paint->overlay, high);
  text = (FxText){ from, FONT, FX_TEXT_PLAIN, SCALE_WIDTH / 2 };
  fx_paint_text (paint, &text, PADDING, LINE + 16, paint->style->faint_text);
  text.text = to;
  fx_paint_text (paint, &text, PADDING + SCALE_WIDTH - fx_paint_text_width (paint, &text), LINE + 16,
                 paint->style->faint_text);
}

void
fx_scene_paint_legend (const FxScene *scene, cairo_t *cr, const FxSceneStyle *style, const FxOverlay *overlay)
{
  FxPaint paint = { .scene = scene, .cr = cr, .style = style, .overlay = overlay, .zoom = 1, .detail = FX_DETAIL_NEAR };
  double width, height;

  fx_scene_legend_size (scene, overlay, &width, &height);
  if (width == 0)
    return;
  cairo_save (cr);
  paint_back (&paint, width, height);
  if (overlay != NULL)
    paint_scale (&paint);
  else
    paint_placements (&paint);
  cairo_restore (cr);
}
