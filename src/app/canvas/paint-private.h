/* What the parts of painting share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-scene-paint.h"
#include "scene/fx-scene-private.h"

G_BEGIN_DECLS

typedef enum
{
  FX_DETAIL_FAR,  /* rectangles and lines */
  FX_DETAIL_MID,  /* and titles */
  FX_DETAIL_NEAR, /* everything */
} FxDetail;

typedef struct
{
  const FxScene *scene;
  cairo_t *cr; /* in units of the drawing */
  const FxSceneStyle *style;
  const FxOverlay *overlay; /* or NULL */
  double zoom;
  FxDetail detail;
  FxRect area; /* of the drawing, that is to be painted */
} FxPaint;

static inline void
fx_paint_color (const FxPaint *paint, FxRgba color)
{
  cairo_set_source_rgba (paint->cr, color.red, color.green, color.blue, color.alpha);
}

/* At least that many pixels wide. */
static inline double
fx_paint_line (const FxPaint *paint, double width, double pixels)
{
  return MAX (width, pixels / paint->zoom) * paint->style->line;
}

/* Fills `paint`, and clips and scales the context, which cairo_restore() takes back. */
void fx_paint_begin (FxPaint *paint, const FxScene *scene, cairo_t *cr, const FxView *view, const FxRect *clip,
                     const FxSceneStyle *style, const FxOverlay *overlay);

/* ---- text ---- */

typedef enum
{
  FX_TEXT_PLAIN,
  FX_TEXT_BOLD,
} FxTextWeight;

typedef struct
{
  const char *text;
  double size; /* of the font */
  FxTextWeight weight;
  double width; /* room: a longer text loses its middle; 0: any */
} FxText;

/* Draws with the upper left corner at x, y; the height of a line is 1.25 × size. Returns the width taken. */
double fx_paint_text (const FxPaint *paint, const FxText *text, double x, double y, FxRgba color);
double fx_paint_text_width (const FxPaint *paint, const FxText *text);

/* ---- shapes ---- */

void fx_paint_rounded (cairo_t *cr, const FxRect *rect, double radius);

/* A glyph of `size`, centered: the placement, a badge. */
void fx_paint_placement_icon (const FxPaint *paint, FxPlacement placement, double x, double y, double size);
void fx_paint_badge (const FxPaint *paint, gboolean is_error, double x, double y, double size);

/* The outline that says the placement once more: rounded for the BPU, cut corners for the CPU, … */
void fx_paint_placement_outline (cairo_t *cr, const FxRect *rect, gboolean checked, FxPlacement placement);

/* ---- parts of a scene ---- */

void fx_paint_regions (const FxPaint *paint); /* BPU subgraphs */
void fx_paint_frames (const FxPaint *paint);
void fx_paint_wires (const FxPaint *paint);
void fx_paint_boxes (const FxPaint *paint);
FxRgba fx_paint_box_color (const FxPaint *paint, guint32 box);
/* Adds one piece of a wire to the path. */
void fx_paint_segment_path (const FxPaint *paint, const FxPoint *from, const FxPoint *to);

G_END_DECLS
