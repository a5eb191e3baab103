/* The frame around every kind of plot: background, grid, axes, legend, marks, selection.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "plot-private.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define MARGIN 10
#define TICK_GAP 6
#define X_SPACING 70
#define Y_SPACING 34
#define LABEL_ANGLE (28.0 * G_PI / 180) /* that names of items rise by */
#define MAX_LABEL 120

/* ---- drawing ---- */

void
fx_plot_source (cairo_t *cr, const FxPlotColor *color, double alpha)
{
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, color->alpha * alpha);
}

const FxPlotColor *
fx_plot_series_color (const FxPlotPainter *painter, guint color)
{
  return &painter->style->series[color % FX_N_PLOT_COLORS];
}

static PangoLayout *
make_layout (const FxPlotPainter *painter, const char *text, double max_width)
{
  PangoLayout *layout = pango_cairo_create_layout (painter->cr);
  PangoFontDescription *font = pango_font_description_from_string (painter->style->font);

  pango_font_description_set_absolute_size (font, painter->style->font_size * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (layout, text, -1);
  if (max_width > 0)
    {
      pango_layout_set_width (layout, (int)(max_width * PANGO_SCALE));
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_MIDDLE);
    }
  return layout;
}

/* Where no font is to be used, a letter is taken for half as wide as high, and one of Chinese for as wide. */
static double
bar_width (const FxPlotPainter *painter, const char *text, double max_width)
{
  double width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += (g_unichar_iswide (g_utf8_get_char (p)) ? 1.0 : 0.5) * painter->style->font_size;

  return max_width > 0 ? MIN (width, max_width) : width;
}

double
fx_plot_text_width (const FxPlotPainter *painter, const char *text)
{
  g_autoptr (PangoLayout) layout = NULL;
  int width;

  if (painter->cr == NULL || painter->style->bars_for_text)
    return bar_width (painter, text, 0);
  layout = make_layout (painter, text, 0);
  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

static void
paint_bar (const FxPlotPainter *painter, const char *text, double x, double y, double anchor_x, double anchor_y,
           double max_width)
{
  double width = bar_width (painter, text, max_width), height = painter->style->font_size * 0.6;

  cairo_rectangle (painter->cr, x - width * anchor_x, y - height * anchor_y, width, height);
  cairo_fill (painter->cr);
}

void
fx_plot_text (const FxPlotPainter *painter, const FxPlotColor *color, const char *text, double x, double y,
              double anchor_x, double anchor_y, double max_width)
{
  g_autoptr (PangoLayout) layout = NULL;
  int width, height;

  fx_plot_source (painter->cr, color, 1);
  if (painter->style->bars_for_text)
    {
      paint_bar (painter, text, x, y, anchor_x, anchor_y, max_width);
      return;
    }
  layout = make_layout (painter, text, max_width);
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (painter->cr, x - width * anchor_x, y - height * anchor_y);
  pango_cairo_show_layout (painter->cr, layout);
}

static void
line (const FxPlotPainter *painter, double x0, double y0, double x1, double y1)
{
  /* on whole pixels, so that a line of width 1 is not smeared over two */
  double half = painter->style->line <= 1 ? 0.5 : 0;

  cairo_move_to (painter->cr, floor (x0) + half, floor (y0) + half);
  cairo_line_to (painter->cr, floor (x1) + half, floor (y1) + half);
  cairo_stroke (painter->cr);
}

/* ---- layout ---- */

static gboolean
has_item_labels (const FxPlot *plot)
{
  return plot->kind->by_item && plot->labels != NULL;
}

static double
left_margin (const FxPlotPainter *painter)
{
  const FxPlot *plot = painter->plot;
  double widest = 0;

  if (!plot->kind->lanes)
    return MARGIN + painter->style->font_size * 4.6;
  for (guint i = 0; plot->lanes != NULL && plot->lanes[i] != NULL; i++)
    widest = MAX (widest, bar_width (painter, plot->lanes[i], MAX_LABEL));
  return MARGIN + TICK_GAP + widest * 1.15;
}

static gboolean
has_legend (const FxPlot *plot)
{
  return plot->series->len > 1 || plot->marks->len > 0;
}

static void
painter_init (FxPlotPainter *painter, const FxPlot *plot, cairo_t *cr, const FxPlotView *view, const FxPlotStyle *style)
{
  double line_height = style->font_size * 1.4;
  gboolean all = !(view->x_low < view->x_high);

  *painter = (FxPlotPainter){ .plot = plot, .cr = cr, .view = view, .style = style };
  painter->left = MIN (left_margin (painter), view->width / 2);
  painter->right = MAX (view->width - MARGIN * 1.5, painter->left + 1);
  painter->top = MARGIN + (has_legend (plot) || plot->y.title != NULL ? line_height + 2 : 0);
  painter->bottom = view->height - MARGIN / 2.0 - line_height
                    - (has_item_labels (plot)  ? line_height * 2.6
                       : plot->x.title != NULL ? line_height
                                               : 0);
  painter->bottom = MAX (painter->bottom, painter->top + 1);
  painter->x = (FxAxisMap){ plot->x.scale, all ? plot->x.low : view->x_low, all ? plot->x.high : view->x_high,
                            painter->left, painter->right };
  painter->y = (FxAxisMap){ plot->y.scale, plot->y.low, plot->y.high, painter->bottom, painter->top };
}

void
fx_plot_visible_items (const FxPlotPainter *painter, guint *first, guint *last)
{
  double low = MAX (floor (painter->x.low), 0), high = MAX (ceil (painter->x.high), 0);

  *first = (guint)MIN (low, (double)painter->plot->n_items);
  *last = (guint)MIN (high, (double)painter->plot->n_items);
}

/* ---- axes ---- */

static void
paint_y_axis (const FxPlotPainter *painter)
{
  double ticks[FX_MAX_TICKS];
  guint n = painter->plot->kind->lanes ? 0 : fx_axis_ticks (&painter->y, Y_SPACING, ticks);

  cairo_set_line_width (painter->cr, painter->style->line);
  for (guint i = 0; i < n; i++)
    {
      double y = fx_axis_place (&painter->y, ticks[i]);
      g_autofree char *text = fx_axis_format (ticks[i], painter->plot->y.unit);

      fx_plot_source (painter->cr, &painter->style->grid, 1);
      line (painter, painter->left, y, painter->right, y);
      fx_plot_text (painter, &painter->style->faint_text, text, painter->left - TICK_GAP, y, 1, 0.5, 0);
    }
  for (guint i = 0; painter->plot->kind->lanes && painter->plot->lanes != NULL && painter->plot->lanes[i] != NULL; i++)
    {
      guint lanes = g_strv_length (painter->plot->lanes);
      double y = painter->top + (painter->bottom - painter->top) * (i + 0.5) / lanes;

      fx_plot_text (painter, &painter->style->text, painter->plot->lanes[i], painter->left - TICK_GAP, y, 1, 0.5,
                    MAX_LABEL);
    }
}

static void
paint_x_ticks (const FxPlotPainter *painter)
{
  double ticks[FX_MAX_TICKS];
  guint n = fx_axis_ticks (&painter->x, X_SPACING, ticks);

  for (guint i = 0; i < n; i++)
    {
      double x = fx_axis_place (&painter->x, ticks[i]);
      g_autofree char *text = fx_axis_format (ticks[i], painter->plot->x.unit);

      fx_plot_source (painter->cr, &painter->style->grid, 1);
      line (painter, x, painter->top, x, painter->bottom);
      fx_plot_text (painter, &painter->style->faint_text, text, x, painter->bottom + TICK_GAP / 2.0, 0.5, 0, 0);
    }
}

/* The end of a name tells more than its beginning: "…/conv2/Conv". */
static char *
short_name (const char *name, glong most)
{
  glong length = g_utf8_strlen (name, -1);

  if (length <= most)
    return g_strdup (name);
  return g_strconcat ("…", g_utf8_offset_to_pointer (name, length - most + 1), NULL);
}

/* Names of items rise to their places, so that none leaves the picture: as many as there is room for. */
static void
paint_item_labels (const FxPlotPainter *painter)
{
  double font_size = painter->style->font_size, top = painter->bottom + TICK_GAP;
  double step = (painter->right - painter->left) / (painter->x.high - painter->x.low);
  double room = (painter->view->height - top - font_size * 1.4) / sin (LABEL_ANGLE);
  guint every = (guint)MAX (ceil (font_size * 2.0 / step), 1), first, last;

  fx_plot_visible_items (painter, &first, &last);
  for (guint i = (first + every - 1) / every * every; i < last && painter->plot->labels[i] != NULL; i += every)
    {
      double x = fx_axis_place (&painter->x, i + 0.5), width = MIN (room, (x + font_size) / cos (LABEL_ANGLE));
      g_autofree char *text = short_name (painter->plot->labels[i], (glong)MAX (width / (font_size * 0.62), 4));

      if (x < painter->left || x > painter->right)
        continue;
      cairo_save (painter->cr);
      cairo_translate (painter->cr, x + font_size * 0.3, top);
      cairo_rotate (painter->cr, -LABEL_ANGLE);
      fx_plot_text (painter, &painter->style->faint_text, text, 0, 0, 1, 0, width);
      cairo_restore (painter->cr);
    }
}

static void
paint_x_axis (const FxPlotPainter *painter)
{
  if (has_item_labels (painter->plot))
    paint_item_labels (painter);
  else
    paint_x_ticks (painter);
  if (painter->plot->x.title != NULL && !has_item_labels (painter->plot))
    fx_plot_text (painter, &painter->style->faint_text, painter->plot->x.title, painter->right,
                  painter->view->height - MARGIN / 2.0, 1, 1, 0);
  fx_plot_source (painter->cr, &painter->style->faint_text, 0.6);
  cairo_set_line_width (painter->cr, painter->style->line);
  line (painter, painter->left, painter->bottom, painter->right, painter->bottom);
}

/* ---- legend and marks ---- */

static double
paint_legend_entry (const FxPlotPainter *painter, const FxPlotColor *color, gboolean dashed, const char *name, double x)
{
  double y = MARGIN + painter->style->font_size * 0.7, size = painter->style->font_size;
  double dashes[] = { 3, 2 };

  fx_plot_source (painter->cr, color, 1);
  if (dashed)
    {
      cairo_set_dash (painter->cr, dashes, 2, 0);
      cairo_set_line_width (painter->cr, 2);
      cairo_move_to (painter->cr, x, y);
      cairo_line_to (painter->cr, x + size, y);
      cairo_stroke (painter->cr);
      cairo_set_dash (painter->cr, NULL, 0, 0);
    }
  else
    {
      cairo_rectangle (painter->cr, x, y - size * 0.35, size, size * 0.7);
      cairo_fill (painter->cr);
    }
  fx_plot_text (painter, &painter->style->text, name, x + size + 4, y, 0, 0.5, 0);
  return x + size + 4 + fx_plot_text_width (painter, name) + 16;
}

static void
paint_legend (const FxPlotPainter *painter)
{
  const FxPlot *plot = painter->plot;
  double x = painter->left;

  if (plot->y.title != NULL)
    {
      fx_plot_text (painter, &painter->style->faint_text, plot->y.title, MARGIN,
                    MARGIN + painter->style->font_size * 0.7, 0, 0.5, 0);
      x = MAX (x, MARGIN + fx_plot_text_width (painter, plot->y.title) + 20);
    }
  for (guint s = 0; has_legend (plot) && s < plot->series->len; s++)
    {
      const FxPlotSeries *series = &g_array_index (plot->series, FxPlotSeries, s);

      if (series->name != NULL)
        x = paint_legend_entry (painter, fx_plot_series_color (painter, series->color), series->faint, series->name, x);
    }
  for (guint m = 0; m < plot->marks->len; m++)
    {
      const FxPlotMark *mark = &g_array_index (plot->marks, FxPlotMark, m);

      if (mark->name != NULL)
        x = paint_legend_entry (painter, &painter->style->mark, TRUE, mark->name, x);
    }
}

static void
paint_marks (const FxPlotPainter *painter)
{
  double dashes[] = { 5, 4 };

  fx_plot_source (painter->cr, &painter->style->mark, 1);
  cairo_set_line_width (painter->cr, 1.5 * painter->style->line);
  cairo_set_dash (painter->cr, dashes, 2, 0);
  for (guint m = 0; m < painter->plot->marks->len; m++)
    {
      const FxPlotMark *mark = &g_array_index (painter->plot->marks, FxPlotMark, m);
      double at = fx_axis_place (mark->vertical ? &painter->x : &painter->y, mark->at);

      if (mark->vertical)
        line (painter, at, painter->top, at, painter->bottom);
      else
        line (painter, painter->left, at, painter->right, at);
    }
  cairo_set_dash (painter->cr, NULL, 0, 0);
}

/* ---- what is pointed at ---- */

static void
paint_band (const FxPlotPainter *painter, int item, const FxPlotColor *color, gboolean fill)
{
  double low, high, from, to;

  if (item < 0 || (guint)item >= painter->plot->n_items || painter->plot->kind->lanes)
    return;
  fx_plot_item_extent (painter->plot, item, &low, &high);
  from = fx_axis_place (&painter->x, low);
  to = fx_axis_place (&painter->x, high);
  fx_plot_source (painter->cr, color, 1);
  if (fill)
    {
      cairo_rectangle (painter->cr, from - 1, painter->top, MAX (to - from, 2) + 2, painter->bottom - painter->top);
      cairo_fill (painter->cr);
    }
  else
    line (painter, (from + to) / 2, painter->top, (from + to) / 2, painter->bottom);
}

/* What the item at the cursor says, in a box that stays inside. */
static void
paint_readout (const FxPlotPainter *painter)
{
  g_autofree char *text = fx_plot_describe (painter->plot, painter->view->cursor);
  double size = painter->style->font_size, width, x, low, high;

  if (*text == '\0')
    return;
  fx_plot_item_extent (painter->plot, painter->view->cursor, &low, &high);
  width = MIN (fx_plot_text_width (painter, text) + size, painter->right - painter->left);
  x = fx_axis_place (&painter->x, (low + high) / 2) + 8;
  x = CLAMP (x, painter->left, MAX (painter->right - width, painter->left));
  fx_plot_source (painter->cr, &painter->style->background, 0.92);
  cairo_rectangle (painter->cr, x, painter->top + 2, width, size * 1.8);
  cairo_fill_preserve (painter->cr);
  fx_plot_source (painter->cr, &painter->style->cursor, 1);
  cairo_set_line_width (painter->cr, painter->style->line);
  cairo_stroke (painter->cr);
  fx_plot_text (painter, &painter->style->text, text, x + size / 2, painter->top + 2 + size * 0.9, 0, 0.5,
                width - size);
}

void
fx_plot_paint (const FxPlot *plot, cairo_t *cr, const FxPlotView *view, const FxPlotStyle *style)
{
  FxPlotPainter painter;

  painter_init (&painter, plot, cr, view, style);
  cairo_save (cr);
  fx_plot_source (cr, &style->background, 1);
  cairo_rectangle (cr, 0, 0, view->width, view->height);
  cairo_fill (cr);
  paint_y_axis (&painter);
  paint_x_axis (&painter);
  paint_legend (&painter);
  cairo_save (cr);
  cairo_rectangle (cr, painter.left, painter.top - 2, painter.right - painter.left, painter.bottom - painter.top + 2);
  cairo_clip (cr);
  paint_band (&painter, view->selected, &style->selection, TRUE);
  plot->kind->paint (&painter);
  paint_marks (&painter);
  paint_band (&painter, view->cursor, &style->cursor, FALSE);
  cairo_restore (cr);
  if (view->cursor >= 0)
    paint_readout (&painter);
  cairo_restore (cr);
}

/* ---- places ---- */

int
fx_plot_hit (const FxPlot *plot, const FxPlotView *view, const FxPlotStyle *style, double x, double y)
{
  FxPlotPainter painter;
  double value;
  int item;

  painter_init (&painter, plot, NULL, view, style);
  if (x < painter.left || x > painter.right || y < painter.top || y > painter.bottom)
    return FX_PLOT_NO_ITEM;
  if (plot->kind->hit != NULL)
    return plot->kind->hit (&painter, x, y);
  value = fx_axis_value (&painter.x, x);
  item
      = (int)floor (plot->kind->by_item ? value : (value - plot->x.low) / (plot->x.high - plot->x.low) * plot->n_items);
  return item >= 0 && (guint)item < plot->n_items ? item : FX_PLOT_NO_ITEM;
}

double
fx_plot_x_at (const FxPlot *plot, const FxPlotView *view, const FxPlotStyle *style, double x)
{
  FxPlotPainter painter;

  painter_init (&painter, plot, NULL, view, style);
  return fx_axis_value (&painter.x, CLAMP (x, painter.left, painter.right));
}
