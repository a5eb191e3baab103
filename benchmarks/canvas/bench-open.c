/* How long it takes from opening a model to the first whole picture of its graph: reading, checking and layout, then
 * the tiles of the window, handed to the screen.
 *
 *   bench-open MODEL | BOXES
 *
 * A number stands for a network of that many boxes, which is written to a file first. Prints OPEN <boxes> <kB of the
 * model> <clock> <processor time of all threads> <of the window's thread>, in milliseconds. The program has been up and
 * shown its start page before; the file is in the system's cache.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench-clock.h"
#include "bench-net.h"

#include "app/fx-application.h"
#include "app/fx-window-private.h"
#include "fx-canvas-private.h"
#include "io/onnx/onnx-writer.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#define WIDTH 1600
#define HEIGHT 1000
#define TIMEOUT_S 60

typedef struct
{
  FxCanvas *canvas;
  gboolean painted;
} Bench;

static void
frame_ends_cb (Bench *bench)
{
  FxCanvas *canvas = bench->canvas;

  if (canvas->scene != NULL && fx_canvas_width (canvas) > 0
      && fx_tiles_set_view (canvas->tiles, &canvas->view, fx_canvas_width (canvas), fx_canvas_height (canvas),
                            gtk_widget_get_scale_factor (GTK_WIDGET (canvas))))
    bench->painted = TRUE;
}

static gboolean
set_flag (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_until (const gboolean *flag, const char *what)
{
  gboolean late = FALSE;
  guint timeout = g_timeout_add_seconds (TIMEOUT_S, set_flag, &late);

  while (!*flag && !late)
    g_main_context_iteration (NULL, TRUE);
  if (late)
    g_error ("waited too long for %s", what);
  g_source_remove (timeout);
}

static void
rest (guint milliseconds)
{
  gboolean over = FALSE;

  g_timeout_add (milliseconds, set_flag, &over);
  run_until (&over, "a moment");
}

static void
measure (FxWindow *window, const char *path)
{
  Bench bench = { fx_graph_view_get_canvas (window->graph_view), FALSE };
  GdkFrameClock *frames = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  gulong ends = g_signal_connect_swapped (frames, "after-paint", G_CALLBACK (frame_ends_cb), &bench);
  double clock = bench_clock_ms (CLOCK_MONOTONIC), cpu = bench_clock_ms (CLOCK_PROCESS_CPUTIME_ID),
         own = bench_clock_ms (CLOCK_THREAD_CPUTIME_ID);
  GStatBuf file;

  fx_window_open (window, path);
  run_until (&bench.painted, "the picture");
  clock = bench_clock_ms (CLOCK_MONOTONIC) - clock;
  cpu = bench_clock_ms (CLOCK_PROCESS_CPUTIME_ID) - cpu;
  own = bench_clock_ms (CLOCK_THREAD_CPUTIME_ID) - own;
  g_signal_handler_disconnect (frames, ends);
  if (g_stat (path, &file) != 0)
    file.st_size = 0;
  printf ("OPEN %u %.0f %.1f %.1f %.1f\n", fx_scene_n_boxes (fx_canvas_get_scene (bench.canvas)),
          (double)file.st_size / 1e3, clock, cpu, own);
}

/* The network of a benchmark as a file, which the caller removes. */
static char *
write_net (guint n_boxes)
{
  g_autoptr (FxGraph) graph = bench_net_graph (n_boxes);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("bench-open-XXXXXX", &error);
  char *path;

  g_assert_no_error (error);
  path = g_build_filename (folder, "large.onnx", NULL);
  fx_onnx_save (graph, path, &error);
  g_assert_no_error (error);
  return path;
}

static void
remove_net (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  guint n_boxes = argc > 1 ? (guint)strtoul (argv[1], NULL, 10) : 0;
  g_autofree char *net = n_boxes > 0 ? write_net (n_boxes) : NULL;
  FxApplication *application;
  GtkWindow *window;

  if (argc <= 1)
    {
      fprintf (stderr, "usage: bench-open MODEL | BOXES\n");
      return 1;
    }
  application = fx_application_new (G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, NULL);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  g_application_activate (G_APPLICATION (application));
  window = gtk_application_get_active_window (GTK_APPLICATION (application));
  gtk_window_set_default_size (window, WIDTH, HEIGHT);
  rest (1000);
  measure (FX_WINDOW (window), net != NULL ? net : argv[1]);
  if (net != NULL)
    remove_net (net);
  return 0;
}
