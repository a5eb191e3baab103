/* How long frames of the graph take: pans and zooms through networks of 1,000 and 10,000 boxes in a window of
 * 1600 × 1000, as fast as the screen asks for frames, and paints whole windows without the cache.
 *
 *   bench-canvas [--legs=NAME,...] [BOXES...]
 *
 * Prints FRAME <boxes> <what> <frames> <processor time: median, 95 %, worst> <clock: the same>, all in milliseconds:
 * from the begin of a frame to its end (the step, the layout, the picture and handing it to the screen), on the thread
 * of the window. PAINT <boxes> <zoom> <processor time: median, worst> is the picture of a window from scratch, which
 * the thread that paints tiles does. The processor time is what a machine with other work to do leaves comparable.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench-clock.h"
#include "bench-net.h"

#include "fx-canvas.h"
#include "fx-scene-paint.h"

#include <adwaita.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 1600
#define HEIGHT 1000
#define N_FRAMES 120
#define PAN 24.0 /* pixels in a frame */
#define ZOOM 1.04

/* What the hand does in each frame. */
typedef struct
{
  const char *name;
  double zoom;  /* to begin with */
  double pan;   /* pixels */
  double scale; /* factor */
  gboolean overlay, search;
} Leg;

static const Leg legs[] = {
  { "pan-0.02", .zoom = 0.02, .pan = PAN },
  { "pan-0.1", .zoom = 0.1, .pan = PAN },
  { "pan-0.25", .zoom = 0.25, .pan = PAN },
  { "pan-0.6", .zoom = 0.6, .pan = PAN },
  { "pan-1", .zoom = 1.0, .pan = PAN },
  { "pan-2", .zoom = 2.0, .pan = PAN },
  { "zoom-in", .zoom = 0.02, .scale = ZOOM },
  { "zoom-out", .zoom = 4.0, .scale = 1 / ZOOM },
  { "pan-0.1-overlay", .zoom = 0.1, .pan = PAN, .overlay = TRUE },
  { "pan-0.1-found", .zoom = 0.1, .pan = PAN, .search = TRUE },
  { "pan-1-found", .zoom = 1.0, .pan = PAN, .search = TRUE },
  { "zoom-in-found", .zoom = 0.02, .scale = ZOOM, .search = TRUE },
};

typedef struct
{
  FxCanvas *canvas;
  GtkEventController *scroll;
  const Leg *leg;
  guint n_frames;
  gboolean measuring;
  double cpu_begin, clock_begin;
  GArray *cpu, *clock; /* of double, milliseconds */
} Bench;

static void
frame_begins_cb (Bench *bench)
{
  bench->cpu_begin = bench_clock_ms (CLOCK_THREAD_CPUTIME_ID);
  bench->clock_begin = bench_clock_ms (CLOCK_MONOTONIC);
}

static void
frame_ends_cb (Bench *bench)
{
  double cpu = bench_clock_ms (CLOCK_THREAD_CPUTIME_ID) - bench->cpu_begin,
         clock = bench_clock_ms (CLOCK_MONOTONIC) - bench->clock_begin;

  if (!bench->measuring)
    return;
  g_array_append_val (bench->cpu, cpu);
  g_array_append_val (bench->clock, clock);
}

static gboolean
step_cb (G_GNUC_UNUSED GtkWidget *widget, G_GNUC_UNUSED GdkFrameClock *frame_clock, gpointer data)
{
  Bench *bench = data;
  gboolean handled;

  bench->measuring = TRUE;
  bench->n_frames++;
  if (bench->leg->pan != 0)
    g_signal_emit_by_name (bench->scroll, "scroll", 0.0, bench->leg->pan / 60.0, &handled);
  if (bench->leg->scale != 0)
    fx_canvas_zoom_by (bench->canvas, bench->leg->scale);
  return bench->n_frames < N_FRAMES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
set_flag (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Lets the tiles of the place arrive. */
static void
rest (guint milliseconds)
{
  gboolean over = FALSE;

  g_timeout_add (milliseconds, set_flag, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static FxOverlay *
new_overlay (const FxScene *scene)
{
  FxOverlay *overlay = fx_overlay_new (FX_OVERLAY_LATENCY, NULL);

  for (guint32 i = 0; i < fx_scene_content (scene)->n_items; i++)
    fx_overlay_set (overlay, fx_scene_content (scene)->items[i].name, 0.01 * (i % 97));
  return overlay;
}

static void
print_times (const BenchTimes *times)
{
  printf (" %.2f %.2f %.2f", times->median, times->p95, times->worst);
}

static void
run_leg (Bench *bench, const Leg *leg)
{
  FxScene *scene = fx_canvas_get_scene (bench->canvas);
  guint n_boxes = fx_scene_n_boxes (scene);
  g_autoptr (FxOverlay) overlay = leg->overlay ? new_overlay (scene) : NULL;
  BenchTimes cpu, clock;

  fx_canvas_set_overlay (bench->canvas, overlay);
  fx_canvas_search (bench->canvas, leg->search ? "o" : "");
  fx_canvas_fit (bench->canvas);
  fx_canvas_zoom_to (bench->canvas, leg->zoom);
  rest (300);
  bench->leg = leg;
  bench->n_frames = 0;
  g_array_set_size (bench->cpu, 0);
  g_array_set_size (bench->clock, 0);
  gtk_widget_add_tick_callback (GTK_WIDGET (bench->canvas), step_cb, bench, NULL);
  while (bench->n_frames < N_FRAMES)
    g_main_context_iteration (NULL, TRUE);
  rest (20);
  bench->measuring = FALSE;
  cpu = bench_times (bench->cpu);
  clock = bench_times (bench->clock);
  printf ("FRAME %u %s %u", n_boxes, leg->name, bench->cpu->len);
  print_times (&cpu);
  print_times (&clock);
  printf ("\n");
  fflush (stdout);
}

static GtkEventController *
find_scroll (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        return controller; /* the widget owns it */
    }
  g_assert_not_reached ();
}

/* A window's picture from scratch in the middle of the drawing. */
static void
paint_windows (const FxScene *scene)
{
  static const double zooms[] = { 0.02, 0.1, 0.21, 0.22, 0.54, 0.55, 1.0, 2.0 };
  const FxRect bounds = fx_scene_bounds (scene), clip = { 0, 0, WIDTH, HEIGHT };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint z = 0; z < G_N_ELEMENTS (zooms); z++)
    {
      BenchTimes painted;

      g_array_set_size (times, 0);
      for (guint i = 0; i < 9; i++)
        {
          FxView view = { bounds.width / 2 - WIDTH / zooms[z] / 2, bounds.height * (i + 1) / 11, zooms[z] };
          cairo_t *cr = cairo_create (surface);
          double begin = bench_clock_ms (CLOCK_THREAD_CPUTIME_ID), took;

          fx_scene_paint (scene, cr, &view, &clip, fx_scene_style (FX_STYLE_LIGHT), NULL);
          took = bench_clock_ms (CLOCK_THREAD_CPUTIME_ID) - begin;
          g_array_append_val (times, took);
          cairo_destroy (cr);
        }
      painted = bench_times (times);
      printf ("PAINT %u %.2f %.2f %.2f\n", fx_scene_n_boxes (scene), zooms[z], painted.median, painted.worst);
    }
  cairo_surface_destroy (surface);
}

static gboolean
is_wanted (const Leg *leg, char **wanted)
{
  return wanted == NULL || g_strv_contains ((const char *const *)wanted, leg->name);
}

/* With `wanted` only the frames of those legs. */
static void
run (guint n_boxes, char **wanted)
{
  g_autoptr (FxScene) scene = bench_net_scene (n_boxes);
  GtkWidget *window = gtk_window_new (), *canvas = g_object_new (FX_TYPE_CANVAS, NULL);
  Bench bench = { .canvas = FX_CANVAS (canvas), .scroll = find_scroll (canvas) };
  GdkFrameClock *frames;
  gulong begins, ends;

  bench.cpu = g_array_new (FALSE, FALSE, sizeof (double));
  bench.clock = g_array_new (FALSE, FALSE, sizeof (double));
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  gtk_window_set_child (GTK_WINDOW (window), canvas);
  gtk_window_present (GTK_WINDOW (window));
  for (guint i = 0; i < 100 && gtk_widget_get_width (canvas) != WIDTH; i++)
    rest (300);
  g_assert_cmpint (gtk_widget_get_width (canvas), ==, WIDTH);
  fx_canvas_set_scene (bench.canvas, scene);
  frames = gtk_widget_get_frame_clock (canvas);
  begins = g_signal_connect_swapped (frames, "before-paint", G_CALLBACK (frame_begins_cb), &bench);
  ends = g_signal_connect_swapped (frames, "after-paint", G_CALLBACK (frame_ends_cb), &bench);
  for (guint i = 0; i < G_N_ELEMENTS (legs); i++)
    if (is_wanted (&legs[i], wanted))
      run_leg (&bench, &legs[i]);
  g_signal_handler_disconnect (frames, begins);
  g_signal_handler_disconnect (frames, ends);
  if (wanted == NULL)
    paint_windows (scene);
  gtk_window_destroy (GTK_WINDOW (window));
  rest (20);
  g_array_unref (bench.cpu);
  g_array_unref (bench.clock);
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) wanted = NULL;
  guint n_runs = 0;

  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  for (int i = 1; i < argc; i++)
    if (g_str_has_prefix (argv[i], "--legs="))
      {
        g_strfreev (wanted);
        wanted = g_strsplit (argv[i] + strlen ("--legs="), ",", -1);
      }
    else
      {
        run ((guint)strtoul (argv[i], NULL, 10), wanted);
        n_runs++;
      }
  if (n_runs == 0)
    {
      run (1000, wanted);
      run (10000, wanted);
    }
  return 0;
}
