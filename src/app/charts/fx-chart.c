/* SPDX-License-Identifier: Apache-2.0 */
#include "fx-chart.h"

#include "fx-plot-paint.h"
#include "io/fx-file.h"

#include <adwaita.h>
#include <cairo-svg.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define ZOOM_STEP 1.3

struct _FxChart
{
  GtkWidget parent_instance;

  FxPlot *plot; /* owned, or NULL */
  FxPlotView view;
  double pointer_x;
  double drag_low, drag_high; /* what was seen when the drag began */
};

G_DEFINE_FINAL_TYPE (FxChart, fx_chart, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_PLOT,
  PROP_SELECTED,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
static guint item_activated;

static const FxPlotStyle *
current_style (void)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  return fx_plot_style (adw_style_manager_get_dark (manager), adw_style_manager_get_high_contrast (manager));
}

/* ---- the part that is seen ---- */

static void
seen (const FxChart *chart, double *low, double *high)
{
  gboolean all = !(chart->view.x_low < chart->view.x_high);

  *low = all ? chart->plot->x.low : chart->view.x_low;
  *high = all ? chart->plot->x.high : chart->view.x_high;
}

/* At least one item or a thousandth is seen, and nothing beyond the ends. */
static void
look_at (FxChart *chart, double low, double high)
{
  double least = chart->plot->x.low, most = chart->plot->x.high;
  double width = CLAMP (high - low, (most - least) / 5000, most - least);

  low = CLAMP (low, least, most - width);
  chart->view.x_low = low;
  chart->view.x_high = width >= (most - least) * 0.999 ? low : low + width;
  gtk_widget_queue_draw (GTK_WIDGET (chart));
}

static void
zoom (FxChart *chart, double factor, double around)
{
  double low, high;

  if (chart->plot == NULL)
    return;
  seen (chart, &low, &high);
  look_at (chart, around - (around - low) / factor, around + (high - around) / factor);
}

static void
show_all (FxChart *chart)
{
  chart->view.x_low = chart->view.x_high = 0;
  gtk_widget_queue_draw (GTK_WIDGET (chart));
}

static void
bring_into_view (FxChart *chart, int item)
{
  double low, high, from, to;

  if (item < 0 || (guint)item >= chart->plot->n_items || !(chart->view.x_low < chart->view.x_high))
    return;
  seen (chart, &low, &high);
  fx_plot_item_extent (chart->plot, item, &from, &to);
  if (from < low)
    look_at (chart, from, from + high - low);
  else if (to > high)
    look_at (chart, to - (high - low), to);
}

/* ---- items ---- */

static void
describe_to_reader (FxChart *chart, int item)
{
  g_autofree char *text = chart->plot != NULL ? fx_plot_describe (chart->plot, item) : g_strdup ("");

  gtk_accessible_update_property (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void
set_cursor (FxChart *chart, int item)
{
  if (chart->view.cursor == item)
    return;
  chart->view.cursor = item;
  describe_to_reader (chart, item);
  gtk_widget_queue_draw (GTK_WIDGET (chart));
}

void
fx_chart_set_selected (FxChart *chart, int item)
{
  if (chart->view.selected == item)
    return;
  chart->view.selected = item;
  if (chart->plot != NULL)
    bring_into_view (chart, item);
  gtk_widget_queue_draw (GTK_WIDGET (chart));
  g_object_notify_by_pspec (G_OBJECT (chart), props[PROP_SELECTED]);
}

int
fx_chart_get_selected (FxChart *chart)
{
  return chart->view.selected;
}

static void
activate (FxChart *chart, int item)
{
  if (item == FX_PLOT_NO_ITEM)
    return;
  fx_chart_set_selected (chart, item);
  g_signal_emit (chart, item_activated, 0, item);
}

void
fx_chart_set_plot (FxChart *chart, FxPlot *plot)
{
  FxPlot *before = chart->plot;

  if (plot == before)
    return;
  chart->plot = plot != NULL ? fx_plot_ref (plot) : NULL;
  if (plot == NULL || before == NULL || before->n_items != plot->n_items)
    {
      chart->view.x_low = chart->view.x_high = 0;
      chart->view.cursor = FX_PLOT_NO_ITEM;
    }
  fx_plot_unref (before);
  if (plot != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_PROPERTY_LABEL, plot->title, -1);
  gtk_widget_queue_draw (GTK_WIDGET (chart));
  g_object_notify_by_pspec (G_OBJECT (chart), props[PROP_PLOT]);
}

FxPlot *
fx_chart_get_plot (FxChart *chart)
{
  return chart->plot;
}

/* ---- pointer and keyboard ---- */

static int
item_at (FxChart *chart, double x, double y)
{
  return chart->plot != NULL ? fx_plot_hit (chart->plot, &chart->view, current_style (), x, y) : FX_PLOT_NO_ITEM;
}

static void
motion_cb (FxChart *chart, double x, double y)
{
  chart->pointer_x = x;
  set_cursor (chart, item_at (chart, x, y));
}

static void
leave_cb (FxChart *chart)
{
  set_cursor (chart, FX_PLOT_NO_ITEM);
}

static void
released_cb (FxChart *chart, int n_press, double x, double y)
{
  double low, high;

  gtk_widget_grab_focus (GTK_WIDGET (chart));
  if (chart->plot == NULL)
    return;
  seen (chart, &low, &high);
  if (n_press == 2)
    show_all (chart);
  else if (low == chart->drag_low && high == chart->drag_high)
    activate (chart, item_at (chart, x, y));
}

static void
drag_begin_cb (FxChart *chart)
{
  if (chart->plot != NULL)
    seen (chart, &chart->drag_low, &chart->drag_high);
}

static void
drag_update_cb (FxChart *chart, double dx)
{
  double width = MAX (chart->view.width, 1);

  if (chart->plot != NULL && chart->view.x_low < chart->view.x_high)
    look_at (chart, chart->drag_low - dx / width * (chart->drag_high - chart->drag_low),
             chart->drag_high - dx / width * (chart->drag_high - chart->drag_low));
}

static gboolean
scroll_cb (FxChart *chart, double dx, double dy)
{
  double low, high;

  if (chart->plot == NULL)
    return GDK_EVENT_PROPAGATE;
  if (fabs (dx) > fabs (dy))
    {
      seen (chart, &low, &high);
      look_at (chart, low + dx * (high - low) / 20, high + dx * (high - low) / 20);
    }
  else
    zoom (chart, pow (ZOOM_STEP, -dy), fx_plot_x_at (chart->plot, &chart->view, current_style (), chart->pointer_x));
  return GDK_EVENT_STOP;
}

static void
step (FxChart *chart, int by)
{
  int last = (int)chart->plot->n_items - 1;
  int from = chart->view.cursor != FX_PLOT_NO_ITEM     ? chart->view.cursor
             : chart->view.selected != FX_PLOT_NO_ITEM ? chart->view.selected
                                                       : -by;

  set_cursor (chart, CLAMP (from + by, 0, last));
  bring_into_view (chart, chart->view.cursor);
}

static gboolean
key_cb (FxChart *chart, guint key)
{
  double low, high;

  if (chart->plot == NULL || chart->plot->n_items == 0)
    return GDK_EVENT_PROPAGATE;
  seen (chart, &low, &high);
  switch (key)
    {
    case GDK_KEY_Left: step (chart, -1); break;
    case GDK_KEY_Right: step (chart, 1); break;
    case GDK_KEY_Page_Up: step (chart, -10); break;
    case GDK_KEY_Page_Down: step (chart, 10); break;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add: zoom (chart, ZOOM_STEP, (low + high) / 2); break;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract: zoom (chart, 1 / ZOOM_STEP, (low + high) / 2); break;
    case GDK_KEY_Home: show_all (chart); break;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_space: activate (chart, chart->view.cursor); break;
    default: return GDK_EVENT_PROPAGATE;
    }
  return GDK_EVENT_STOP;
}

/* ---- painting ---- */

static void
fx_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  FxChart *chart = FX_CHART (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float)width, (float)height);
  cairo_t *cr;

  if (width == 0 || height == 0 || chart->plot == NULL)
    return;
  chart->view.width = width;
  chart->view.height = height;
  cr = gtk_snapshot_append_cairo (snapshot, &all);
  fx_plot_paint (chart->plot, cr, &chart->view, current_style ());
  cairo_destroy (cr);
}

static void
fx_chart_measure (G_GNUC_UNUSED GtkWidget *widget, GtkOrientation orientation, G_GNUC_UNUSED int for_size, int *minimum,
                  int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 110;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 480 : 190;
  *minimum_baseline = *natural_baseline = -1;
}

/* ---- files ---- */

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static GByteArray *
render (FxChart *chart, gboolean is_svg)
{
  GByteArray *bytes = g_byte_array_new ();
  FxPlotView view = chart->view;
  double scale = is_svg ? 1 : 2;
  cairo_surface_t *surface;
  cairo_t *cr;

  view.width = view.width > 0 ? view.width : 800;
  view.height = view.height > 0 ? view.height : 300;
  surface
      = is_svg ? cairo_svg_surface_create_for_stream (write_cb, bytes, view.width, view.height)
               : cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int)(view.width * scale), (int)(view.height * scale));
  cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  fx_plot_paint (chart->plot, cr, &view, current_style ());
  cairo_destroy (cr);
  if (!is_svg)
    cairo_surface_write_to_png_stream (surface, write_cb, bytes);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  return bytes;
}

gboolean
fx_chart_export (FxChart *chart, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = NULL;

  if (chart->plot == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: there is nothing to write", path);
      return FALSE;
    }
  if (g_str_has_suffix (path, ".csv"))
    {
      char *csv = fx_plot_to_csv (chart->plot);

      bytes = g_byte_array_new_take ((guint8 *)csv, strlen (csv));
    }
  else if (g_str_has_suffix (path, ".svg") || g_str_has_suffix (path, ".png"))
    bytes = render (chart, g_str_has_suffix (path, ".svg"));
  else
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s: the name must end in .png, .svg or .csv", path);
      return FALSE;
    }
  if (fx_file_replace_bytes (path, bytes->data, bytes->len, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

/* ---- the object ---- */

static void
fx_chart_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FxChart *chart = FX_CHART (object);

  switch (id)
    {
    case PROP_PLOT: g_value_set_boxed (value, chart->plot); break;
    case PROP_SELECTED: g_value_set_int (value, chart->view.selected); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_chart_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  FxChart *chart = FX_CHART (object);

  switch (id)
    {
    case PROP_PLOT: fx_chart_set_plot (chart, g_value_get_boxed (value)); break;
    case PROP_SELECTED: fx_chart_set_selected (chart, g_value_get_int (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_chart_finalize (GObject *object)
{
  fx_plot_unref (FX_CHART (object)->plot);
  G_OBJECT_CLASS (fx_chart_parent_class)->finalize (object);
}

static void
fx_chart_class_init (FxChartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = fx_chart_get_property;
  object_class->set_property = fx_chart_set_property;
  object_class->finalize = fx_chart_finalize;
  widget_class->snapshot = fx_chart_snapshot;
  widget_class->measure = fx_chart_measure;
  props[PROP_PLOT] = g_param_spec_boxed ("plot", NULL, NULL, FX_TYPE_PLOT, flags);
  props[PROP_SELECTED] = g_param_spec_int ("selected", NULL, NULL, FX_PLOT_NO_ITEM, G_MAXINT, FX_PLOT_NO_ITEM, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  item_activated = g_signal_new ("item-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_INT);
  gtk_widget_class_set_css_name (widget_class, "chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
fx_chart_init (FxChart *chart)
{
  GtkEventController *motion = gtk_event_controller_motion_new (), *keys = gtk_event_controller_key_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *click = gtk_gesture_click_new (), *drag = gtk_gesture_drag_new ();
  GtkWidget *widget = GTK_WIDGET (chart);

  chart->view.cursor = chart->view.selected = FX_PLOT_NO_ITEM;
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), chart);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), chart);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), chart);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (scroll_cb), chart);
  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), chart);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), chart);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), chart);
  gtk_gesture_group (drag, click);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, keys);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_vexpand (widget, TRUE);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (gtk_widget_queue_draw), chart,
                           G_CONNECT_SWAPPED);
}
