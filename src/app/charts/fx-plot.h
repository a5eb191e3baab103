/* Plots: immutable data, and one pure function that draws them on a cairo context, for the screen, for files and for
 * tests.
 *
 * Every plot has an x axis of data (items, values or time) and a y axis; what is drawn between them depends on the
 * kind, one row of functions each (plot-*.c). An *item* is what a person points at: a layer, a bin, a channel, a span
 * of time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <cairo.h>
#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _FxPlot FxPlot;
typedef struct _FxPlotKind FxPlotKind;

#define FX_PLOT_NO_ITEM (-1)

typedef enum
{
  FX_AXIS_LINEAR,
  FX_AXIS_LOG, /* base 10; values of 0 and below are drawn at the lower end */
} FxAxisScale;

typedef struct
{
  char *title; /* may be NULL */
  char *unit;  /* behind numbers, may be NULL */
  FxAxisScale scale;
  double low, high; /* of all data; low < high, for FX_AXIS_LOG positive */
} FxAxis;

/* One line, or one set of bars; NaN: nothing there. */
typedef struct
{
  char *name;
  guint color;    /* index in the palette */
  gboolean faint; /* drawn with less weight: what is only compared with */
  guint n;
  double *values; /* [n] */
} FxPlotSeries;

/* A line across the plot: a threshold, a limit. */
typedef struct
{
  char *name;
  gboolean vertical;
  double at; /* on the x axis if vertical, else on y */
} FxPlotMark;

/* Five numbers of one channel. */
typedef struct
{
  double min, low, middle, high, max; /* low, high: quartiles, or mean ± deviation: the title of the axis says */
} FxPlotBox;

/* A stretch of time in one lane. */
typedef struct
{
  guint lane;
  double begin, end;
  guint item;  /* what it belongs to */
  guint color; /* index in the palette */
} FxPlotSpan;

struct _FxPlot
{
  gatomicrefcount ref_count;
  const FxPlotKind *kind;
  char *title; /* for people who cannot see it, and for files */
  FxAxis x, y;
  guint n_items;
  char **labels;     /* [n_items] NULL-terminated, or NULL: items are bins of x */
  GArray *series;    /* of FxPlotSeries */
  GArray *marks;     /* of FxPlotMark */
  FxPlotBox *boxes;  /* [n_items] kind box */
  FxPlotSpan *spans; /* [n_spans] kind Gantt, sorted by lane and begin */
  guint n_spans;
  char **lanes; /* NULL-terminated names, kind Gantt */
};

/* The kinds. */
extern const FxPlotKind fx_plot_lines;     /* series over items */
extern const FxPlotKind fx_plot_bars;      /* series stacked over items */
extern const FxPlotKind fx_plot_histogram; /* series over the bins of x */
extern const FxPlotKind fx_plot_boxes;     /* boxes over items */
extern const FxPlotKind fx_plot_gantt;     /* spans in lanes over time */
extern const FxPlotKind fx_plot_steps;     /* series[0] over the times of series[1]: memory in use */

/* A plot of `n_items` items named by `labels` (NULL-terminated, copied; NULL: none), without data. Add data, then call
 * fx_plot_finish(); from then on it is immutable and may be shared between threads. */
FxPlot *fx_plot_new (const FxPlotKind *kind, const char *title, guint n_items, const char *const *labels);
FxPlot *fx_plot_ref (FxPlot *plot);
void fx_plot_unref (FxPlot *plot); /* accepts NULL */

/* Copies `n` values. */
void fx_plot_add_series (FxPlot *plot, const char *name, guint color, gboolean faint, const double *values, guint n);
void fx_plot_add_mark (FxPlot *plot, const char *name, gboolean vertical, double at);
/* Take the arrays over. */
void fx_plot_take_boxes (FxPlot *plot, FxPlotBox *boxes);
void fx_plot_take_spans (FxPlot *plot, FxPlotSpan *spans, guint n_spans, const char *const *lanes);

/* Names of axes; copied, NULL: none. */
void fx_plot_set_x (FxPlot *plot, const char *title, const char *unit);
void fx_plot_set_y (FxPlot *plot, const char *title, const char *unit, FxAxisScale scale);
/* Edges of the first and the last bin of a histogram. */
void fx_plot_set_bins (FxPlot *plot, double low, double high);

/* Finds the extent of the axes. */
void fx_plot_finish (FxPlot *plot);

/* Text of one item with all its numbers, one line: "conv1: cosine 0.9991, isolated 0.9999". Free it. */
char *fx_plot_describe (const FxPlot *plot, int item);
/* Name of one item: its label, or the range of its bin. Free it. */
char *fx_plot_item_name (const FxPlot *plot, int item);

/* The plot as a table: a header line, then a line for each item (or span), separated by commas (RFC 4180). Free it. */
char *fx_plot_to_csv (const FxPlot *plot);

#define FX_TYPE_PLOT (fx_plot_get_type ())
GType fx_plot_get_type (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxPlot, fx_plot_unref)

G_END_DECLS
