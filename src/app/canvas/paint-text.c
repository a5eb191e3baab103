/* Text: shaped once for each thread and kept, since shaping is most of the cost of a picture.
 *
 * Metrics are not hinted, so that a layout is the same at every zoom.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "paint-private.h"
#include "scene/fx-text-width.h"

#include <pango/pangocairo.h>

/* Layouts kept for one thread; when there are more, all are dropped. */
#define MAX_LAYOUTS 6000

typedef struct
{
  PangoContext *context;
  GHashTable *layouts; /* key as in layout_key → PangoLayout */
  const char *font;
} Texts;

static void
texts_free (gpointer data)
{
  Texts *texts = data;

  g_hash_table_unref (texts->layouts);
  g_object_unref (texts->context);
  g_free (texts);
}

static GPrivate private_texts = G_PRIVATE_INIT (texts_free);

static Texts *
texts_get (void)
{
  Texts *texts = g_private_get (&private_texts);
  g_autoptr (PangoFontMap) map = NULL;
  cairo_font_options_t *options;

  if (texts != NULL)
    return texts;
  texts = g_new0 (Texts, 1);
  map = pango_cairo_font_map_new ();
  texts->context = pango_font_map_create_context (map);
  options = cairo_font_options_create ();
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (texts->context, options);
  pango_cairo_context_set_resolution (texts->context, 72.0);
  cairo_font_options_destroy (options);
  texts->layouts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_private_set (&private_texts, texts);
  return texts;
}

static PangoLayout *
make_layout (const Texts *texts, const char *font, const FxText *text)
{
  PangoLayout *layout = pango_layout_new (texts->context);
  PangoFontDescription *description = pango_font_description_new ();

  pango_font_description_set_family (description, font);
  pango_font_description_set_absolute_size (description, text->size * PANGO_SCALE);
  if (text->weight == FX_TEXT_BOLD)
    pango_font_description_set_weight (description, PANGO_WEIGHT_SEMIBOLD);
  pango_layout_set_font_description (layout, description);
  pango_font_description_free (description);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, text->text, -1);
  if (text->width > 0)
    {
      pango_layout_set_width (layout, (int)(text->width * PANGO_SCALE));
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_MIDDLE);
    }
  return layout;
}

/* Borrowed until the next call. */
static PangoLayout *
get_layout (const FxPaint *paint, const FxText *text)
{
  Texts *texts = texts_get ();
  g_autofree char *key = g_strdup_printf ("%d %.0f %.0f %s", text->weight, text->size * 8, text->width, text->text);
  PangoLayout *layout;

  if (texts->font != paint->style->font || g_hash_table_size (texts->layouts) >= MAX_LAYOUTS)
    g_hash_table_remove_all (texts->layouts);
  texts->font = paint->style->font;
  layout = g_hash_table_lookup (texts->layouts, key);
  if (layout == NULL)
    {
      layout = make_layout (texts, paint->style->font, text);
      g_hash_table_insert (texts->layouts, g_steal_pointer (&key), layout);
    }
  return layout;
}

static double
bar_width (const FxText *text)
{
  double width = fx_text_width (text->text) * text->size * 0.92;

  return text->width > 0 ? MIN (width, text->width) : width;
}

double
fx_paint_text_width (const FxPaint *paint, const FxText *text)
{
  PangoRectangle rect;

  if (paint->style->bars_for_text)
    return bar_width (text);
  pango_layout_get_extents (get_layout (paint, text), NULL, &rect);
  return (double)rect.width / PANGO_SCALE;
}

double
fx_paint_text (const FxPaint *paint, const FxText *text, double x, double y, FxRgba color)
{
  PangoLayout *layout;
  PangoRectangle rect;

  fx_paint_color (paint, color);
  if (paint->style->bars_for_text)
    {
      cairo_rectangle (paint->cr, x, y + text->size * 0.45, bar_width (text), text->size * 0.55);
      cairo_fill (paint->cr);
      return bar_width (text);
    }
  layout = get_layout (paint, text);
  pango_layout_get_extents (layout, NULL, &rect);
  /* by the base line, so that fonts of other heights sit in the same place */
  cairo_move_to (paint->cr, x, y + text->size - (double)pango_layout_get_baseline (layout) / PANGO_SCALE);
  pango_cairo_show_layout (paint->cr, layout);
  return (double)rect.width / PANGO_SCALE;
}
