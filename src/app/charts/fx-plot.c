/* SPDX-License-Identifier: Apache-2.0 */
#include "plot-private.h"

#include <math.h>
#include <string.h>

G_DEFINE_BOXED_TYPE (FxPlot, fx_plot, fx_plot_ref, fx_plot_unref)

static void
series_clear (gpointer data)
{
  FxPlotSeries *series = data;

  g_free (series->name);
  g_free (series->values);
}

static void
mark_clear (gpointer data)
{
  g_free (((FxPlotMark *)data)->name);
}

FxPlot *
fx_plot_new (const FxPlotKind *kind, const char *title, guint n_items, const char *const *labels)
{
  FxPlot *plot = g_new0 (FxPlot, 1);

  g_atomic_ref_count_init (&plot->ref_count);
  plot->kind = kind;
  plot->title = g_strdup (title);
  plot->n_items = n_items;
  plot->labels = g_strdupv ((char **)labels);
  plot->series = g_array_new (FALSE, TRUE, sizeof (FxPlotSeries));
  g_array_set_clear_func (plot->series, series_clear);
  plot->marks = g_array_new (FALSE, TRUE, sizeof (FxPlotMark));
  g_array_set_clear_func (plot->marks, mark_clear);
  return plot;
}

FxPlot *
fx_plot_ref (FxPlot *plot)
{
  g_atomic_ref_count_inc (&plot->ref_count);
  return plot;
}

void
fx_plot_unref (FxPlot *plot)
{
  if (plot == NULL || !g_atomic_ref_count_dec (&plot->ref_count))
    return;
  g_array_unref (plot->series);
  g_array_unref (plot->marks);
  g_strfreev (plot->labels);
  g_strfreev (plot->lanes);
  g_free (plot->boxes);
  g_free (plot->spans);
  g_free (plot->x.title);
  g_free (plot->x.unit);
  g_free (plot->y.title);
  g_free (plot->y.unit);
  g_free (plot->title);
  g_free (plot);
}

void
fx_plot_add_series (FxPlot *plot, const char *name, guint color, gboolean faint, const double *values, guint n)
{
  FxPlotSeries series = { g_strdup (name), color, faint, n, g_memdup2 (values, n * sizeof *values) };

  g_array_append_val (plot->series, series);
}

void
fx_plot_add_mark (FxPlot *plot, const char *name, gboolean vertical, double at)
{
  FxPlotMark mark = { g_strdup (name), vertical, at };

  g_array_append_val (plot->marks, mark);
}

void
fx_plot_take_boxes (FxPlot *plot, FxPlotBox *boxes)
{
  g_free (plot->boxes);
  plot->boxes = boxes;
}

void
fx_plot_take_spans (FxPlot *plot, FxPlotSpan *spans, guint n_spans, const char *const *lanes)
{
  g_free (plot->spans);
  g_strfreev (plot->lanes);
  plot->spans = spans;
  plot->n_spans = n_spans;
  plot->lanes = g_strdupv ((char **)lanes);
}

static void
name_axis (FxAxis *axis, const char *title, const char *unit)
{
  g_free (axis->title);
  g_free (axis->unit);
  axis->title = g_strdup (title);
  axis->unit = g_strdup (unit);
}

void
fx_plot_set_x (FxPlot *plot, const char *title, const char *unit)
{
  name_axis (&plot->x, title, unit);
}

void
fx_plot_set_y (FxPlot *plot, const char *title, const char *unit, FxAxisScale scale)
{
  name_axis (&plot->y, title, unit);
  plot->y.scale = scale;
}

void
fx_plot_set_bins (FxPlot *plot, double low, double high)
{
  plot->x.low = low;
  plot->x.high = high;
}

/* ---- extent ---- */

void
fx_axis_include (FxAxis *axis, double value)
{
  if (!isfinite (value) || (axis->scale == FX_AXIS_LOG && value <= 0))
    return;
  axis->low = MIN (axis->low, value);
  axis->high = MAX (axis->high, value);
}

static void
give_room (FxAxis *axis)
{
  if (axis->low > axis->high) /* nothing was there */
    {
      axis->low = axis->scale == FX_AXIS_LOG ? 0.1 : 0;
      axis->high = 1;
    }
  else if (axis->scale == FX_AXIS_LOG)
    {
      axis->low = pow (10, floor (log10 (axis->low) * 4 - 0.2) / 4);
      axis->high = pow (10, ceil (log10 (axis->high) * 4 + 0.2) / 4);
    }
  else
    {
      double room = axis->high > axis->low ? (axis->high - axis->low) * 0.06 : MAX (fabs (axis->high) * 0.1, 1e-9);

      axis->high += room;
      if (axis->low != 0)
        axis->low -= room;
    }
}

void
fx_plot_extent_of_series (FxPlot *plot, gboolean from_zero)
{
  plot->y.low = HUGE_VAL;
  plot->y.high = -HUGE_VAL;
  for (guint s = 0; s < plot->series->len; s++)
    {
      const FxPlotSeries *series = &g_array_index (plot->series, FxPlotSeries, s);

      for (guint i = 0; i < series->n; i++)
        fx_axis_include (&plot->y, series->values[i]);
    }
  for (guint m = 0; m < plot->marks->len; m++)
    if (!g_array_index (plot->marks, FxPlotMark, m).vertical)
      fx_axis_include (&plot->y, g_array_index (plot->marks, FxPlotMark, m).at);
  if (from_zero && plot->y.scale == FX_AXIS_LINEAR)
    fx_axis_include (&plot->y, 0);
  give_room (&plot->y);
}

void
fx_plot_finish (FxPlot *plot)
{
  if (plot->kind->by_item)
    {
      plot->x.low = 0;
      plot->x.high = MAX (plot->n_items, 1);
    }
  plot->kind->extent (plot);
  if (!(plot->x.high > plot->x.low))
    plot->x.high = plot->x.low + 1;
}

void
fx_plot_item_extent (const FxPlot *plot, int item, double *low, double *high)
{
  if (plot->kind->item_extent != NULL)
    plot->kind->item_extent (plot, item, low, high);
  else
    {
      double step = plot->kind->by_item ? 1 : (plot->x.high - plot->x.low) / MAX (plot->n_items, 1);
      double first = plot->kind->by_item ? 0 : plot->x.low;

      *low = first + item * step;
      *high = *low + step;
    }
}

/* ---- words ---- */

char *
fx_plot_item_name (const FxPlot *plot, int item)
{
  double low, high;
  g_autofree char *from = NULL, *to = NULL;

  if (plot->labels != NULL && item >= 0 && (guint)item < g_strv_length (plot->labels))
    return g_strdup (plot->labels[item]);
  fx_plot_item_extent (plot, item, &low, &high);
  from = fx_axis_format (low, NULL);
  to = fx_axis_format (high, plot->x.unit);
  return plot->kind->by_item ? g_strdup_printf ("%d", item) : g_strdup_printf ("%s … %s", from, to);
}

static void
describe_series (const FxPlot *plot, int item, GString *text)
{
  gboolean any = FALSE;

  for (guint s = 0; s < plot->series->len; s++)
    {
      const FxPlotSeries *series = &g_array_index (plot->series, FxPlotSeries, s);
      g_autofree char *number = NULL;

      if ((guint)item >= series->n || isnan (series->values[item]))
        continue;
      number = fx_axis_format (series->values[item], plot->y.unit);
      g_string_append_printf (text, "%s %s %s", any ? "," : ":", series->name, number);
      any = TRUE;
    }
}

char *
fx_plot_describe (const FxPlot *plot, int item)
{
  g_autofree char *name = NULL;
  GString *text;

  if (item < 0 || (guint)item >= plot->n_items)
    return g_strdup ("");
  name = fx_plot_item_name (plot, item);
  text = g_string_new (name);
  if (plot->kind->describe != NULL)
    plot->kind->describe (plot, item, text);
  else
    describe_series (plot, item, text);
  return g_string_free (text, FALSE);
}

/* ---- CSV ---- */

void
fx_csv_append (GString *text, const char *field)
{
  if (strpbrk (field, ",\"\r\n") == NULL)
    {
      g_string_append (text, field);
      return;
    }
  g_string_append_c (text, '"');
  for (const char *c = field; *c != '\0'; c++)
    {
      if (*c == '"')
        g_string_append_c (text, '"');
      g_string_append_c (text, *c);
    }
  g_string_append_c (text, '"');
}

static void
csv_of_series (const FxPlot *plot, GString *text)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  fx_csv_append (text, plot->x.title != NULL ? plot->x.title : "item");
  for (guint s = 0; s < plot->series->len; s++)
    {
      const char *name = g_array_index (plot->series, FxPlotSeries, s).name;

      g_string_append_c (text, ',');
      fx_csv_append (text, name != NULL ? name : "at");
    }
  g_string_append (text, "\r\n");
  for (guint i = 0; i < plot->n_items; i++)
    {
      g_autofree char *name = fx_plot_item_name (plot, (int)i);

      fx_csv_append (text, name);
      for (guint s = 0; s < plot->series->len; s++)
        {
          const FxPlotSeries *series = &g_array_index (plot->series, FxPlotSeries, s);

          g_string_append_c (text, ',');
          if (i < series->n && !isnan (series->values[i]))
            g_string_append (text, g_ascii_dtostr (number, sizeof number, series->values[i]));
        }
      g_string_append (text, "\r\n");
    }
}

char *
fx_plot_to_csv (const FxPlot *plot)
{
  GString *text = g_string_new (NULL);

  if (plot->kind->csv != NULL)
    plot->kind->csv (plot, text);
  else
    csv_of_series (plot, text);
  return g_string_free (text, FALSE);
}
