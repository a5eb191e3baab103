/* Outlines and icons. What a color says, a shape says too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "paint-private.h"

#include <math.h>

void
fx_paint_rounded (cairo_t *cr, const FxRect *rect, double radius)
{
  double x1 = rect->x + rect->width, y1 = rect->y + rect->height;
  double r = MIN (radius, MIN (rect->width, rect->height) / 2);

  cairo_new_sub_path (cr);
  cairo_arc (cr, x1 - r, rect->y + r, r, -G_PI / 2, 0);
  cairo_arc (cr, x1 - r, y1 - r, r, 0, G_PI / 2);
  cairo_arc (cr, rect->x + r, y1 - r, r, G_PI / 2, G_PI);
  cairo_arc (cr, rect->x + r, rect->y + r, r, G_PI, 3 * G_PI / 2);
  cairo_close_path (cr);
}

static void
cut_corners (cairo_t *cr, const FxRect *rect, double cut)
{
  double x0 = rect->x, y0 = rect->y, x1 = x0 + rect->width, y1 = y0 + rect->height;

  cairo_move_to (cr, x0 + cut, y0);
  cairo_line_to (cr, x1 - cut, y0);
  cairo_line_to (cr, x1, y0 + cut);
  cairo_line_to (cr, x1, y1 - cut);
  cairo_line_to (cr, x1 - cut, y1);
  cairo_line_to (cr, x0 + cut, y1);
  cairo_line_to (cr, x0, y1 - cut);
  cairo_line_to (cr, x0, y0 + cut);
  cairo_close_path (cr);
}

void
fx_paint_placement_outline (cairo_t *cr, const FxRect *rect, gboolean checked, FxPlacement placement)
{
  if (checked && placement == FX_PLACEMENT_CPU)
    cut_corners (cr, rect, 8.0);
  else if (checked && placement == FX_PLACEMENT_UNSUPPORTED)
    cairo_rectangle (cr, rect->x, rect->y, rect->width, rect->height);
  else
    fx_paint_rounded (cr, rect, 8.0);
}

/* ---- icons: drawn in a square from -1 to 1 ---- */

/* a chip: a square with pins */
static void
icon_bpu (cairo_t *cr)
{
  cairo_rectangle (cr, -0.55, -0.55, 1.1, 1.1);
  cairo_fill (cr);
  for (int i = -1; i <= 1; i++)
    {
      cairo_rectangle (cr, i * 0.38 - 0.1, -1.0, 0.2, 2.0);
      cairo_rectangle (cr, -1.0, i * 0.38 - 0.1, 2.0, 0.2);
    }
  cairo_fill (cr);
}

/* a ring with a hand: time that somebody else spends */
static void
icon_cpu (cairo_t *cr)
{
  cairo_set_line_width (cr, 0.3);
  cairo_arc (cr, 0, 0, 0.8, 0, 2 * G_PI);
  cairo_stroke (cr);
  cairo_move_to (cr, 0, -0.5);
  cairo_line_to (cr, 0, 0);
  cairo_line_to (cr, 0.4, 0.2);
  cairo_stroke (cr);
}

/* two halves that meet */
static void
icon_folded (cairo_t *cr)
{
  cairo_set_line_width (cr, 0.3);
  cairo_move_to (cr, -0.75, -0.9);
  cairo_line_to (cr, 0, -0.25);
  cairo_line_to (cr, 0.75, -0.9);
  cairo_move_to (cr, -0.75, 0.9);
  cairo_line_to (cr, 0, 0.25);
  cairo_line_to (cr, 0.75, 0.9);
  cairo_stroke (cr);
}

static void
icon_unsupported (cairo_t *cr)
{
  cairo_set_line_width (cr, 0.42);
  cairo_move_to (cr, -0.7, -0.7);
  cairo_line_to (cr, 0.7, 0.7);
  cairo_move_to (cr, 0.7, -0.7);
  cairo_line_to (cr, -0.7, 0.7);
  cairo_stroke (cr);
}

/* a question mark */
static void
icon_unknown (cairo_t *cr)
{
  cairo_set_line_width (cr, 0.34);
  cairo_arc (cr, 0, -0.42, 0.45, G_PI, 2.3 * G_PI);
  cairo_curve_to (cr, 0.1, 0.1, 0, 0.1, 0, 0.38);
  cairo_stroke (cr);
  cairo_arc (cr, 0, 0.82, 0.2, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void (*const icons[]) (cairo_t *) = {
  [FX_PLACEMENT_UNKNOWN] = icon_unknown,
  [FX_PLACEMENT_BPU] = icon_bpu,
  [FX_PLACEMENT_CPU] = icon_cpu,
  [FX_PLACEMENT_FOLDED] = icon_folded,
  [FX_PLACEMENT_UNSUPPORTED] = icon_unsupported,
};

void
fx_paint_placement_icon (const FxPaint *paint, FxPlacement placement, double x, double y, double size)
{
  cairo_save (paint->cr);
  cairo_translate (paint->cr, x, y);
  cairo_scale (paint->cr, size / 2, size / 2);
  cairo_new_path (paint->cr);
  cairo_set_line_cap (paint->cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (paint->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash (paint->cr, NULL, 0, 0);
  icons[placement](paint->cr);
  cairo_restore (paint->cr);
}

/* An octagon for errors, a triangle for warnings, both with an exclamation mark. */
void
fx_paint_badge (const FxPaint *paint, gboolean is_error, double x, double y, double size)
{
  cairo_t *cr = paint->cr;

  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, size / 2, size / 2);
  cairo_new_path (cr);
  if (is_error)
    cut_corners (cr, &(FxRect){ -1, -1, 2, 2 }, 0.58);
  else
    {
      cairo_move_to (cr, 0, -0.95);
      cairo_line_to (cr, 1.08, 0.92);
      cairo_line_to (cr, -1.08, 0.92);
      cairo_close_path (cr);
    }
  fx_paint_color (paint, is_error ? paint->style->error : paint->style->warning);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, 0.2);
  cairo_fill_preserve (cr);
  cairo_stroke (cr);
  fx_paint_color (paint, paint->style->on_badge);
  cairo_rectangle (cr, -0.14, is_error ? -0.62 : -0.35, 0.28, is_error ? 0.75 : 0.65);
  cairo_fill (cr);
  cairo_arc (cr, 0, is_error ? 0.48 : 0.6, 0.17, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_restore (cr);
}
