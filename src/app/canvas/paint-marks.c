/* What is selected, under the pointer or found, over the picture.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "paint-private.h"

/* Distance of an outline from its box, in units of the surface. */
#define GAP 3.0

static void
outline (const FxPaint *paint, guint32 box, FxRgba color, double width, double gap)
{
  FxRect rect = paint->scene->boxes[box].rect;
  double grow = gap / paint->zoom;

  rect = (FxRect){ rect.x - grow, rect.y - grow, rect.width + 2 * grow, rect.height + 2 * grow };
  if (!fx_rect_meets (&rect, &paint->area))
    return;
  fx_paint_rounded (paint->cr, &rect, 8.0 + grow);
  fx_paint_color (paint, color);
  cairo_set_line_width (paint->cr, width / paint->zoom * paint->style->line);
  cairo_stroke (paint->cr);
}

/* Every piece of the tensors that come from or go to the box. */
static void
wires_of (const FxPaint *paint, guint32 box)
{
  const FxScene *scene = paint->scene;

  fx_paint_color (paint, paint->style->accent);
  cairo_set_line_width (paint->cr, fx_paint_line (paint, 2.2, 1.6));
  for (guint32 i = 0; i < scene->n_wires; i++)
    {
      const FxWire *wire = &scene->wires[i];

      if (wire->source != box && wire->target != box)
        continue;
      for (guint32 k = wire->first; k + 1 < wire->first + wire->n; k++)
        fx_paint_segment_path (paint, &scene->points[k], &scene->points[k + 1]);
      cairo_stroke (paint->cr);
    }
}

void
fx_scene_paint_marks (const FxScene *scene, cairo_t *cr, const FxView *view, const FxRect *clip,
                      const FxSceneStyle *style, const FxSceneMarks *marks)
{
  FxPaint paint;

  fx_paint_begin (&paint, scene, cr, view, clip, style, NULL);
  if (marks->selected != FX_NO_BOX)
    wires_of (&paint, marks->selected);
  for (guint i = 0; i < marks->n_found; i++)
    outline (&paint, marks->found[i], style->found, 3.0, GAP);
  if (marks->hovered != FX_NO_BOX && marks->hovered != marks->selected)
    outline (&paint, marks->hovered, style->accent, 1.5, GAP - 1);
  if (marks->selected != FX_NO_BOX)
    outline (&paint, marks->selected, style->accent, marks->focus ? 3.5 : 2.5, GAP);
  cairo_restore (cr);
}
