/* Boxes and frames.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "paint-private.h"

#include <math.h>

#define STRIP 20.0    /* on the left: color and icon of the placement */
#define TITLE_TOP 6.0 /* of the first line in a box */
#define SUBTITLE_TOP 23.0
#define STACK 4.0 /* how far the sheets behind a closed group look out */

static FxRgba
placement_color (const FxPaint *paint, const FxBox *box)
{
  return box->checked ? paint->style->placements[box->placement] : paint->style->border;
}

FxRgba
fx_paint_box_color (const FxPaint *paint, guint32 id)
{
  const FxBox *box = &paint->scene->boxes[id];
  double value;

  if (paint->overlay != NULL)
    return fx_overlay_value (paint->overlay, paint->scene, id, &value)
               ? fx_overlay_color (paint->overlay, paint->style, value)
               : paint->style->frame;
  return placement_color (paint, box);
}

/* The color of the paper: of the overlay, else a breath of the placement. */
static FxRgba
paper_color (const FxPaint *paint, guint32 id)
{
  const FxBox *box = &paint->scene->boxes[id];

  if (paint->overlay != NULL)
    return fx_paint_box_color (paint, id);
  if (!box->checked)
    return paint->style->box;
  return fx_color_mix (paint->style->box, placement_color (paint, box),
                       box->placement == FX_PLACEMENT_BPU || box->placement == FX_PLACEMENT_FOLDED ? 0.04 : 0.12);
}

/* Black or white on overlays, whose colors are anything; else as the style says. */
static FxRgba
ink (const FxPaint *paint, FxRgba paper, FxRgba usual)
{
  const FxRgba black = { 0, 0, 0, 1 }, white = { 1, 1, 1, 1 };

  if (paint->overlay == NULL)
    return usual;
  return fx_color_luminance (paper) > 0.2 ? black : white;
}

/* ---- text ---- */

static const char *
detail_text (const FxPaint *paint, guint32 id, char **owned)
{
  double value;

  if (paint->overlay != NULL && fx_overlay_value (paint->overlay, paint->scene, id, &value))
    return *owned = fx_overlay_format (paint->overlay, value);
  return paint->scene->boxes[id].detail;
}

/* Inputs and outputs have none: their text is in the middle. */
static gboolean
has_icon (const FxPaint *paint, const FxBox *box)
{
  return box->kind != FX_BOX_ITEM || paint->scene->content->items[box->item].kind == FX_ITEM_NODE;
}

static void
write_lines (const FxPaint *paint, guint32 id, FxRgba paper)
{
  const FxBox *box = &paint->scene->boxes[id];
  double x = box->rect.x + (has_icon (paint, box) ? FX_BOX_ICON : (FX_BOX_ICON + FX_BOX_PAD) / 2 - 2.0),
         room = box->rect.width - FX_BOX_ICON - FX_BOX_PAD + 4.0;
  FxRgba text = ink (paint, paper, paint->style->text), faint = ink (paint, paper, paint->style->faint_text);
  g_autofree char *owned = NULL;
  const char *detail = detail_text (paint, id, &owned);
  double taken = fx_paint_text (paint, &(FxText){ box->title, FX_TITLE_SIZE, FX_TEXT_BOLD, room }, x,
                                box->rect.y + TITLE_TOP, text);

  if (detail[0] != '\0' && room - taken - FX_DETAIL_GAP > 12.0)
    fx_paint_text (paint, &(FxText){ detail, FX_TEXT_SIZE, FX_TEXT_PLAIN, room - taken - FX_DETAIL_GAP },
                   x + taken + FX_DETAIL_GAP, box->rect.y + TITLE_TOP + 2.0, faint);
  if (box->subtitle[0] != '\0')
    fx_paint_text (paint, &(FxText){ box->subtitle, FX_TEXT_SIZE, FX_TEXT_PLAIN, room }, x, box->rect.y + SUBTITLE_TOP,
                   faint);
}

/* The title alone, as large as the box allows. */
static void
write_title (const FxPaint *paint, guint32 id, FxRgba paper)
{
  const FxBox *box = &paint->scene->boxes[id];
  double room = box->rect.width - STRIP - 8.0, size = FX_TITLE_SIZE;
  double width = fx_paint_text_width (paint, &(FxText){ box->title, size, FX_TEXT_BOLD, 0 });
  double scale = CLAMP (MIN (room / MAX (width, 1.0), (box->rect.height - 8.0) / (size * 1.3)), 0.2, 2.4);

  cairo_save (paint->cr);
  cairo_translate (paint->cr,
                   box->rect.x + (has_icon (paint, box) ? STRIP + 4.0 : (box->rect.width - width * scale) / 2),
                   box->rect.y + box->rect.height / 2);
  cairo_scale (paint->cr, scale, scale);
  fx_paint_text (paint, &(FxText){ box->title, size, FX_TEXT_BOLD, 0 }, 0, -size * 0.68,
                 ink (paint, paper, paint->style->text));
  cairo_restore (paint->cr);
}

/* ---- boxes ---- */

static void
set_border (const FxPaint *paint, const FxBox *box)
{
  const double dashes[] = { 5.0, 3.5 };
  gboolean strong = box->checked && box->placement == FX_PLACEMENT_UNSUPPORTED;

  cairo_set_line_width (paint->cr, fx_paint_line (paint, strong ? 2.4 : 1.2, 0.7));
  cairo_set_dash (paint->cr, dashes, 2, 0);
  if (!box->checked || (box->placement != FX_PLACEMENT_FOLDED && box->placement != FX_PLACEMENT_UNKNOWN))
    cairo_set_dash (paint->cr, NULL, 0, 0);
}

static void
outline_box (const FxPaint *paint, const FxBox *box, const FxRect *rect)
{
  const FxSceneItem *item = box->kind == FX_BOX_ITEM ? &paint->scene->content->items[box->item] : NULL;

  if (item != NULL && item->kind != FX_ITEM_NODE)
    fx_paint_rounded (paint->cr, rect, rect->height / 2);
  else
    fx_paint_placement_outline (paint->cr, rect, box->checked && box->kind == FX_BOX_ITEM, box->placement);
}

/* A closed group looks like a stack of sheets. */
static void
draw_stack (const FxPaint *paint, const FxBox *box, FxRgba paper, FxRgba border)
{
  for (int sheet = 2; sheet > 0; sheet--)
    {
      FxRect rect = box->rect;

      rect.x += sheet * STACK;
      rect.y += sheet * STACK;
      fx_paint_rounded (paint->cr, &rect, 8.0);
      fx_paint_color (paint, fx_color_mix (paper, paint->style->background, 0.25 * sheet));
      cairo_fill_preserve (paint->cr);
      fx_paint_color (paint, border);
      cairo_stroke (paint->cr);
    }
}

static void
draw_strip (const FxPaint *paint, const FxBox *box)
{
  const FxRect strip = { box->rect.x, box->rect.y, STRIP, box->rect.height };

  if (!box->checked)
    return;
  cairo_save (paint->cr);
  outline_box (paint, box, &box->rect);
  cairo_clip (paint->cr);
  cairo_rectangle (paint->cr, strip.x, strip.y, strip.width, strip.height);
  fx_paint_color (paint, placement_color (paint, box));
  cairo_fill (paint->cr);
  cairo_restore (paint->cr);
  fx_paint_color (paint, paint->style->on_placement);
  fx_paint_placement_icon (paint, box->placement, strip.x + STRIP / 2 + 0.5, strip.y + strip.height / 2, 10.0);
}

static void
draw_badges (const FxPaint *paint, const FxBox *box)
{
  double x = box->rect.x + box->rect.width - 4.0, y = box->rect.y + 1.0;
  double size = paint->detail == FX_DETAIL_NEAR ? 16.0 : 22.0;

  if (box->n_warnings > 0)
    {
      fx_paint_badge (paint, FALSE, x, y, size);
      x -= size + 5.0;
    }
  if (box->n_errors > 0)
    fx_paint_badge (paint, TRUE, x, y, size);
}

static void
draw_box (const FxPaint *paint, guint32 id)
{
  const FxBox *box = &paint->scene->boxes[id];
  FxRgba paper = paper_color (paint, id);
  FxRgba border = fx_color_mix (placement_color (paint, box), paint->style->box, box->checked ? 0.25 : 0.0);

  set_border (paint, box);
  if (box->kind == FX_BOX_GROUP)
    draw_stack (paint, box, paper, border);
  outline_box (paint, box, &box->rect);
  fx_paint_color (paint, paper);
  cairo_fill (paint->cr);
  draw_strip (paint, box);
  outline_box (paint, box, &box->rect);
  fx_paint_color (paint, border);
  cairo_stroke (paint->cr);
  cairo_set_dash (paint->cr, NULL, 0, 0);
  if (paint->detail == FX_DETAIL_NEAR)
    write_lines (paint, id, paper);
  else
    write_title (paint, id, paper);
  draw_badges (paint, box);
}

/* A rectangle that does not vanish. */
static void
draw_far_box (const FxPaint *paint, guint32 id)
{
  const FxBox *box = &paint->scene->boxes[id];
  double least = 1.0 / paint->zoom;
  double width = MAX (box->rect.width, least), height = MAX (box->rect.height, least);

  fx_paint_color (paint, box->n_errors > 0 ? paint->style->error : fx_paint_box_color (paint, id));
  cairo_rectangle (paint->cr, box->rect.x, box->rect.y, width, height);
  cairo_fill (paint->cr);
}

/* ---- shapes of tensors ---- */

static void
write_shape (const FxPaint *paint, const FxWireLabel *label)
{
  const FxText text = { paint->scene->content->tensors[label->tensor].shape, FX_LABEL_SIZE, FX_TEXT_PLAIN, 0 };
  double width = fx_paint_text_width (paint, &text) + 2 * FX_LABEL_PAD;
  const FxRect back = { fx_wire_label_left (label, width), label->at.y + FX_LABEL_GAP, width, FX_LABEL_HEIGHT };

  fx_paint_rounded (paint->cr, &back, 3.0);
  fx_paint_color (paint, (FxRgba){ paint->style->background.red, paint->style->background.green,
                                   paint->style->background.blue, 0.82 });
  cairo_fill (paint->cr);
  fx_paint_text (paint, &text, back.x + FX_LABEL_PAD, back.y + 1.0, paint->style->faint_text);
}

static void
write_shapes (const FxPaint *paint, guint32 id)
{
  const FxScene *scene = paint->scene;

  for (guint32 l = scene->first_label[id]; l < scene->first_label[id + 1]; l++)
    if (scene->labels[l].side != FX_LABEL_HIDDEN)
      write_shape (paint, &scene->labels[l]);
}

static void
paint_box (guint32 id, gpointer data)
{
  const FxPaint *paint = data;

  if (paint->scene->boxes[id].kind == FX_BOX_FRAME)
    return;
  if (paint->detail == FX_DETAIL_FAR)
    draw_far_box (paint, id);
  else
    draw_box (paint, id);
}

static void
paint_shapes (guint32 id, gpointer data)
{
  write_shapes (data, id);
}

/* Badges, sheets and shapes reach out of the boxes. */
static FxRect
area_around (const FxPaint *paint, double by)
{
  return (FxRect){ paint->area.x - by, paint->area.y - by, paint->area.width + 2 * by, paint->area.height + 2 * by };
}

void
fx_paint_boxes (const FxPaint *paint)
{
  const FxRect near = area_around (paint, 14.0), wide = area_around (paint, 120.0);
  const FxScene *scene = paint->scene;

  if (paint->detail == FX_DETAIL_NEAR)
    fx_grid_foreach (&scene->box_grid, scene->box_rects, &wide, paint_shapes, (gpointer)paint);
  fx_grid_foreach (&scene->box_grid, scene->box_rects, &near, paint_box, (gpointer)paint);
}

/* ---- frames ---- */

static void
paint_frame (guint32 id, gpointer data)
{
  const FxPaint *paint = data;
  const FxBox *box = &paint->scene->boxes[id];
  FxRgba fill = fx_color_mix (paint->style->frame, paint->style->frame_border, box->parent == FX_NO_BOX ? 0.0 : 0.15);

  if (box->kind != FX_BOX_FRAME)
    return;
  fx_paint_rounded (paint->cr, &box->rect, 12.0);
  fx_paint_color (paint, fill);
  cairo_fill_preserve (paint->cr);
  fx_paint_color (paint, paint->style->frame_border);
  cairo_set_line_width (paint->cr, fx_paint_line (paint, 1.2, 0.7));
  cairo_stroke (paint->cr);
  if (paint->detail == FX_DETAIL_FAR)
    return;
  fx_paint_text (paint, &(FxText){ box->title, FX_TITLE_SIZE, FX_TEXT_BOLD, MAX (box->rect.width - 24.0, 8.0) },
                 box->rect.x + 12.0, box->rect.y + 7.0, paint->style->faint_text);
  draw_badges (paint, box);
}

/* Frames come before what is in them, but the grid does not keep that order. */
static int
compare_ids (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;

  return left < right ? -1 : left > right;
}

static void
collect_frame (guint32 id, gpointer data)
{
  g_array_append_val ((GArray *)data, id);
}

void
fx_paint_frames (const FxPaint *paint)
{
  g_autoptr (GArray) ids = NULL;

  if (paint->scene->groups->n_groups <= 1)
    return;
  ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  fx_grid_foreach (&paint->scene->box_grid, paint->scene->box_rects, &paint->area, collect_frame, ids);
  g_array_sort (ids, compare_ids);
  for (guint i = 0; i < ids->len; i++)
    paint_frame (g_array_index (ids, guint32, i), (gpointer)paint);
}
