/* Plots: ticks, places, what is under the pointer, words and tables, and pictures that have something in them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-plot-axis.h"
#include "fx-plot-paint.h"
#include "plot-private.h"

#include <cairo-svg.h>
#include <math.h>
#include <string.h>

#define WIDTH 400
#define HEIGHT 200

static const char *const labels[] = { "conv1", "conv2", "a,\"b\"", "fc", NULL };

static FxPlot *
new_lines (void)
{
  static const double first[] = { 0.001, 0.1, NAN, 0.01 }, second[] = { 0.002, 0.2, 0.3, 0.4 };
  FxPlot *plot = fx_plot_new (&fx_plot_lines, "errors", 4, labels);

  fx_plot_set_y (plot, "error", NULL, FX_AXIS_LOG);
  fx_plot_add_series (plot, "one", 0, FALSE, first, 4);
  fx_plot_add_series (plot, "two", 1, TRUE, second, 4);
  fx_plot_finish (plot);
  return plot;
}

static FxPlot *
new_gantt (void)
{
  FxPlot *plot = fx_plot_new (&fx_plot_gantt, "time", 2, labels);
  static const char *const lanes[] = { "load", "tensor", NULL };
  const FxPlotSpan spans[] = { { 0, 0, 2, 0, 0 }, { 0, 2, 3, 1, 0 }, { 1, 2, 6, 0, 1 }, { 1, 6, 10, 1, 1 } };

  fx_plot_set_x (plot, "time", "µs");
  fx_plot_take_spans (plot, g_memdup2 (spans, sizeof spans), G_N_ELEMENTS (spans), lanes);
  fx_plot_finish (plot);
  return plot;
}

static FxPlot *
new_bars (void)
{
  static const double loads[] = { 1, 2, 3, 4 }, computes[] = { 4, 3, 2, 1 };
  FxPlot *plot = fx_plot_new (&fx_plot_bars, "latency", 4, labels);

  fx_plot_set_y (plot, "time", "ms", FX_AXIS_LINEAR);
  fx_plot_add_series (plot, "load", 0, FALSE, loads, 4);
  fx_plot_add_series (plot, "compute", 1, FALSE, computes, 4);
  fx_plot_finish (plot);
  return plot;
}

static FxPlot *
new_histogram (void)
{
  static const double counts[] = { 1, 5, 9, 5, 1 }, quantized[] = { 0, 6, 9, 6, 0 };
  FxPlot *plot = fx_plot_new (&fx_plot_histogram, "values", 5, NULL);

  fx_plot_set_bins (plot, -2.5, 2.5);
  fx_plot_add_series (plot, "float", 0, FALSE, counts, 5);
  fx_plot_add_series (plot, "integer", 1, FALSE, quantized, 5);
  fx_plot_add_mark (plot, "threshold", TRUE, 1.5);
  fx_plot_finish (plot);
  return plot;
}

static FxPlot *
new_boxes (void)
{
  const FxPlotBox boxes[] = { { -1, -0.5, 0, 0.5, 1 }, { -4, -1, 0, 1, 4 }, { 0, 0, 0, 0, 0 }, { -2, -1, 0.5, 1, 3 } };
  FxPlot *plot = fx_plot_new (&fx_plot_boxes, "channels", 4, NULL);

  fx_plot_take_boxes (plot, g_memdup2 (boxes, sizeof boxes));
  fx_plot_finish (plot);
  return plot;
}

static FxPlot *
new_steps (void)
{
  static const double bytes[] = { 100, 400, 200, 0 }, times[] = { 0, 1, 3, 4 };
  FxPlot *plot = fx_plot_new (&fx_plot_steps, "memory", 4, labels);

  fx_plot_add_series (plot, "SRAM", 0, FALSE, bytes, 4);
  fx_plot_add_series (plot, NULL, 0, FALSE, times, 4);
  fx_plot_add_mark (plot, "size", FALSE, 512);
  fx_plot_finish (plot);
  return plot;
}

/* ---- axes ---- */

static void
test_ticks (void)
{
  FxAxisMap linear = { FX_AXIS_LINEAR, -0.3, 10.2, 0, 500 }, logarithmic = { FX_AXIS_LOG, 1e-4, 1, 0, 500 };
  double ticks[FX_MAX_TICKS];
  guint n = fx_axis_ticks (&linear, 100, ticks);

  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpfloat (ticks[0], ==, 0);
  g_assert_cmpfloat (ticks[1], ==, 5);
  g_assert_cmpfloat (ticks[2], ==, 10);
  n = fx_axis_ticks (&logarithmic, 60, ticks);
  g_assert_cmpuint (n, ==, 5);
  g_assert_cmpfloat_with_epsilon (ticks[0], 1e-4, 1e-12);
  g_assert_cmpfloat (fx_axis_place (&logarithmic, 1e-2), ==, 250);
  g_assert_cmpfloat_with_epsilon (fx_axis_value (&logarithmic, 250), 1e-2, 1e-9);
  g_assert_cmpfloat (fx_axis_place (&logarithmic, 0), ==, 0);
}

static const struct
{
  double value;
  const char *unit, *text;
} numbers[] = { { 0, NULL, "0" },        { 0.00012345, NULL, "0.0001234" }, { 1234567, "B", "1.235 MB" },
                { 9999, "B", "9999 B" }, { 1.5, "ms", "1.5 ms" },           { -20, "dB", "-20 dB" } };

static void
test_numbers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *text = fx_axis_format (numbers[i].value, numbers[i].unit);

      g_assert_cmpstr (text, ==, numbers[i].text);
    }
}

/* ---- every kind ---- */

static const struct
{
  const char *name;
  FxPlot *(*new) (void);
  int item;
  const char *description;
} kinds[] = {
  { "lines", new_lines, 1, "conv2: one 0.1, two 0.2" },
  { "bars", new_bars, 0, "conv1: load 1 ms, compute 4 ms" },
  { "histogram", new_histogram, 2, "-0.5 … 0.5: float 9, integer 9" },
  { "boxes", new_boxes, 1, "1: -4 … 4, 0 (-1 … 1)" },
  { "gantt", new_gantt, 1, "conv2: 2 … 10 µs, load 1 µs, tensor 4 µs" },
  { "steps", new_steps, 1, "conv2: SRAM 400" },
};

/* Pixels that are not the background. */
static guint
n_painted (const FxPlot *plot, const FxPlotView *view, const FxPlotStyle *style)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  const guint32 *pixels;
  guint n = 0;

  fx_plot_paint (plot, cr, view, style);
  cairo_surface_flush (surface);
  pixels = (const guint32 *)(const void *)cairo_image_surface_get_data (surface);
  for (guint i = 0; i < WIDTH * HEIGHT; i++)
    n += (pixels[i] & 0xffffff) != (pixels[0] & 0xffffff);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return n;
}

static void
test_kind (gconstpointer data)
{
  guint k = GPOINTER_TO_UINT (data);
  g_autoptr (FxPlot) plot = kinds[k].new();
  g_autofree char *description = fx_plot_describe (plot, kinds[k].item), *csv = fx_plot_to_csv (plot);
  FxPlotStyle style = *fx_plot_style (FALSE, FALSE);
  FxPlotView view = { WIDTH, HEIGHT, 0, 0, FX_PLOT_NO_ITEM, FX_PLOT_NO_ITEM }, pointed = view;
  double low, high;
  gboolean found = FALSE;
  g_auto (GStrv) lines = g_strsplit (csv, "\r\n", -1);

  g_assert_cmpstr (description, ==, kinds[k].description);
  g_assert_cmpuint (g_strv_length (lines), >=, plot->n_items + 1);
  style.bars_for_text = TRUE;
  pointed.cursor = pointed.selected = kinds[k].item;
  g_assert_cmpuint (n_painted (plot, &view, &style), >, 500);
  g_assert_cmpuint (n_painted (plot, &pointed, &style), !=, n_painted (plot, &view, &style));
  g_assert_cmpuint (n_painted (plot, &view, fx_plot_style (TRUE, TRUE)), >, 500);
  /* the item is under some place of its own */
  fx_plot_item_extent (plot, kinds[k].item, &low, &high);
  g_assert_cmpfloat (low, <, high);
  for (int x = 0; x < WIDTH; x += 3)
    for (int y = 0; y < HEIGHT; y += 7)
      found = found || fx_plot_hit (plot, &view, &style, x, y) == kinds[k].item;
  g_assert_true (found);
  g_assert_cmpint (fx_plot_hit (plot, &view, &style, 1, 1), ==, FX_PLOT_NO_ITEM);
}

/* Zoomed in, the pointer is over what is shown there. */
static void
test_zoomed (void)
{
  g_autoptr (FxPlot) plot = new_bars ();
  const FxPlotStyle *style = fx_plot_style (FALSE, FALSE);
  FxPlotView view = { WIDTH, HEIGHT, 2, 3, FX_PLOT_NO_ITEM, FX_PLOT_NO_ITEM };

  g_assert_cmpint (fx_plot_hit (plot, &view, style, WIDTH / 2, HEIGHT / 2), ==, 2);
  g_assert_cmpfloat (fx_plot_x_at (plot, &view, style, WIDTH / 2), >, 2);
  g_assert_cmpfloat (fx_plot_x_at (plot, &view, style, WIDTH / 2), <, 3);
}

static void
test_csv (void)
{
  g_autoptr (FxPlot) plot = new_lines ();
  g_autofree char *csv = fx_plot_to_csv (plot);

  g_assert_cmpstr (csv, ==,
                   "item,one,two\r\nconv1,0.001,0.002\r\nconv2,0.10000000000000001,0.20000000000000001\r\n"
                   "\"a,\"\"b\"\"\",,0.29999999999999999\r\nfc,0.01,0.40000000000000002\r\n");
}

/* Nothing to draw is no reason to fail. */
static void
test_empty (void)
{
  static const FxPlotKind *const all[]
      = { &fx_plot_lines, &fx_plot_bars, &fx_plot_histogram, &fx_plot_boxes, &fx_plot_gantt, &fx_plot_steps };
  FxPlotView view = { WIDTH, HEIGHT, 0, 0, FX_PLOT_NO_ITEM, FX_PLOT_NO_ITEM };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (FxPlot) plot = fx_plot_new (all[i], "nothing", 0, NULL);

      fx_plot_finish (plot);
      n_painted (plot, &view, fx_plot_style (FALSE, FALSE));
      g_assert_cmpint (fx_plot_hit (plot, &view, fx_plot_style (FALSE, FALSE), WIDTH / 2, HEIGHT / 2), ==,
                       FX_PLOT_NO_ITEM);
    }
}

/* Names of lanes in Chinese have the room that they need: a letter is as wide as high. */
static void
test_wide_letters (void)
{
  const FxPlotPainter painter = { .style = fx_plot_style (FALSE, FALSE) };

  g_assert_cmpfloat (fx_plot_text_width (&painter, "加载"), >=, 2 * painter.style->font_size);
  g_assert_cmpfloat (fx_plot_text_width (&painter, "ab"), <, 2 * painter.style->font_size);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/charts/ticks", test_ticks);
  g_test_add_func ("/charts/numbers", test_numbers);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autofree char *path = g_strdup_printf ("/charts/kind/%s", kinds[k].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (k), test_kind);
    }
  g_test_add_func ("/charts/wide-letters", test_wide_letters);
  g_test_add_func ("/charts/zoomed", test_zoomed);
  g_test_add_func ("/charts/csv", test_csv);
  g_test_add_func ("/charts/empty", test_empty);
  return g_test_run ();
}
