/* Wires, their heads and shapes, and the ground under BPU subgraphs.
 *
 * Pieces are straight where they run down, curves where they go to the side. Many are stroked as one path, but not too
 * many: the cost of a stroke grows faster than its length.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "paint-private.h"

#include <math.h>

#define BATCH 48
#define HEAD 7.0

/* Of the ground under a subgraph, around its boxes. */
#define GROUND 11.0

typedef struct
{
  const FxPaint *paint;
  guint pending;
  double width; /* of the ground */
} Strokes;

void
fx_paint_segment_path (const FxPaint *paint, const FxPoint *from, const FxPoint *to)
{
  double bend = (to->y - from->y) / 2;

  cairo_move_to (paint->cr, from->x, from->y);
  if (paint->detail == FX_DETAIL_FAR || fabs (from->x - to->x) < 0.5)
    cairo_line_to (paint->cr, to->x, to->y);
  else
    cairo_curve_to (paint->cr, from->x, from->y + bend, to->x, to->y - bend, to->x, to->y);
}

static void
flush (Strokes *strokes)
{
  if (strokes->pending > 0)
    cairo_stroke (strokes->paint->cr);
  strokes->pending = 0;
}

static void
stroke_segment (guint32 id, gpointer data)
{
  Strokes *strokes = data;
  const FxPoint *from = &strokes->paint->scene->points[strokes->paint->scene->segments[id]];

  fx_paint_segment_path (strokes->paint, from, from + 1);
  if (++strokes->pending >= BATCH)
    flush (strokes);
}

/* The head of a wire that ends here at a box. */
static void
fill_head (guint32 id, gpointer data)
{
  Strokes *strokes = data;
  const FxScene *scene = strokes->paint->scene;
  const FxWire *wire = &scene->wires[scene->segment_wires[id]];
  guint32 last = wire->first + wire->n - 1;
  const FxPoint *tip = &scene->points[last];
  double up = tip->y < tip[-1].y ? -1.0 : 1.0;

  if (scene->segments[id] + 1 != last || wire->target == FX_NO_BOX || scene->boxes[wire->target].kind == FX_BOX_FRAME)
    return;
  cairo_move_to (strokes->paint->cr, tip->x, tip->y);
  cairo_line_to (strokes->paint->cr, tip->x - HEAD * 0.5, tip->y - HEAD * up);
  cairo_line_to (strokes->paint->cr, tip->x + HEAD * 0.5, tip->y - HEAD * up);
  cairo_close_path (strokes->paint->cr);
  if (++strokes->pending >= BATCH)
    {
      cairo_fill (strokes->paint->cr);
      strokes->pending = 0;
    }
}

static void
each_segment (const FxPaint *paint, FxGridFunc func, Strokes *strokes)
{
  fx_grid_foreach (&paint->scene->segment_grid, paint->scene->segment_rects, &paint->area, func, strokes);
}

void
fx_paint_wires (const FxPaint *paint)
{
  Strokes strokes = { .paint = paint };

  fx_paint_color (paint, paint->style->wire);
  cairo_set_line_width (paint->cr, fx_paint_line (paint, 1.3, 0.8));
  cairo_new_path (paint->cr);
  each_segment (paint, stroke_segment, &strokes);
  flush (&strokes);
  if (paint->detail != FX_DETAIL_NEAR)
    return;
  each_segment (paint, fill_head, &strokes);
  cairo_fill (paint->cr);
}

/* ---- the ground under BPU subgraphs ---- */

static int
subgraph_of (const FxScene *scene, guint32 box)
{
  if (box == FX_NO_BOX || scene->boxes[box].placement != FX_PLACEMENT_BPU || scene->boxes[box].mixed)
    return FX_NO_SUBGRAPH;
  return scene->boxes[box].subgraph;
}

static void
ground_box (guint32 id, gpointer data)
{
  Strokes *strokes = data;
  const FxScene *scene = strokes->paint->scene;
  FxRect rect = scene->boxes[id].rect;
  double grow = strokes->width;

  if (scene->boxes[id].kind == FX_BOX_FRAME || subgraph_of (scene, id) == FX_NO_SUBGRAPH)
    return;
  rect = (FxRect){ rect.x - grow, rect.y - grow, rect.width + 2 * grow, rect.height + 2 * grow };
  fx_paint_rounded (strokes->paint->cr, &rect, 8.0 + grow);
  cairo_fill (strokes->paint->cr);
}

/* Wires whose tensor stays in its subgraph. */
static void
ground_segment (guint32 id, gpointer data)
{
  Strokes *strokes = data;
  const FxScene *scene = strokes->paint->scene;
  const FxWire *wire = &scene->wires[scene->segment_wires[id]];
  guint32 source = scene->item_boxes[scene->content->tensors[wire->tensor].source];
  int subgraph = subgraph_of (scene, source);

  if (subgraph != FX_NO_SUBGRAPH && wire->target != FX_NO_BOX && subgraph_of (scene, wire->target) == subgraph)
    stroke_segment (id, data);
}

static void
ground_pass (const FxPaint *paint, double grow, FxRgba color)
{
  Strokes strokes = { .paint = paint, .width = grow };
  FxRect area = paint->area;

  fx_paint_color (paint, color);
  cairo_set_line_width (paint->cr, 2 * grow);
  each_segment (paint, ground_segment, &strokes);
  flush (&strokes);
  area = (FxRect){ area.x - grow, area.y - grow, area.width + 2 * grow, area.height + 2 * grow };
  fx_grid_foreach (&paint->scene->box_grid, paint->scene->box_rects, &area, ground_box, &strokes);
}

void
fx_paint_regions (const FxPaint *paint)
{
  const FxSceneStyle *style = paint->style;
  double line = fx_paint_line (paint, 1.2, 1.0);

  if (!paint->scene->content->checked || paint->detail == FX_DETAIL_FAR)
    return;
  ground_pass (paint, GROUND + line, fx_color_mix (style->background, style->region, 0.34));
  ground_pass (paint, GROUND, fx_color_mix (style->background, style->region, 0.09));
}
