/* A model of 10,000 nodes: whatever is done with it, the main loop keeps turning.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"
#include "bench-net.h"
#include "watchdog.h"

#include "app/fx-settings.h"
#include "app/fx-window-private.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "fx-canvas-private.h"
#include "io/onnx/onnx-writer.h"

#include <glib/gstdio.h>

#define N_NODES 10000
#define N_BRANCHES 90 /* more than have room in a window of 3840 units */

static FxCanvas *
canvas_of (gpointer window)
{
  return fx_graph_view_get_canvas (((FxWindow *)window)->graph_view);
}

static gboolean
has_scene (gpointer window)
{
  FxScene *scene = fx_canvas_get_scene (canvas_of (window));

  return scene != NULL && fx_scene_content (scene)->checked;
}

static void
open_model (FxWindow *window, const char *path)
{
  g_autofree char *argument = g_strdup_printf ("'%s'", path);

  app_test_action (window, "win.open-file", argument);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (has_scene, window, "the picture");
  app_test_idle (500);
  g_assert_cmpuint (fx_scene_n_boxes (fx_canvas_get_scene (canvas_of (window))), >=, N_NODES);
  app_test_picture (window, "large");
  watchdog_check ("opening");
}

static gboolean
is_grouped (gpointer window)
{
  return fx_scene_n_boxes (fx_canvas_get_scene (canvas_of (window))) < N_NODES;
}

static gboolean
is_not_grouped (gpointer window)
{
  return !is_grouped (window);
}

/* As long as nobody has looked at anything else, another drawing begins at its own beginning. */
static void
begin_anew (FxWindow *window)
{
  FxCanvas *canvas = canvas_of (window);

  g_assert_true (fx_canvas_has_first_view (canvas, fx_canvas_get_scene (canvas)));
  fx_graph_view_set_grouped (window->graph_view, TRUE);
  app_test_wait (is_grouped, window, "the groups");
  g_assert_true (fx_canvas_has_first_view (canvas, fx_canvas_get_scene (canvas)));
  fx_graph_view_set_grouped (window->graph_view, FALSE);
  app_test_wait (is_not_grouped, window, "all nodes");
  watchdog_check ("beginning anew");
}

static void
find_and_travel (FxWindow *window)
{
  FxCanvas *canvas = canvas_of (window);
  guint n_found = fx_canvas_search (canvas, "conv"), n;

  g_assert_cmpuint (n_found, >, N_NODES / 5);
  for (int i = 0; i < 5; i++)
    {
      g_assert_cmpuint (fx_canvas_search_step (canvas, 1, &n), ==, i + 1);
      g_assert_cmpuint (n, ==, n_found);
      app_test_idle (100);
    }
  fx_canvas_search (canvas, "");
  watchdog_check ("searching");
  g_assert_true (fx_canvas_reveal (canvas, "/layer900/Add"));
  app_test_idle (300);
  fx_canvas_fit (canvas);
  app_test_idle (500);
  watchdog_check ("selecting and zooming");
}

static void
group (FxWindow *window)
{
  fx_graph_view_set_grouped (window->graph_view, TRUE);
  app_test_idle (1000);
  fx_graph_view_set_grouped (window->graph_view, FALSE);
  app_test_idle (1000);
  watchdog_check ("grouping");
}

static void
change_board (FxWindow *window)
{
  app_test_action (window, "win.set-target", "'rdk-x3'");
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_idle (1000);
  app_test_action (window, "win.undo", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_idle (1000);
  watchdog_check ("changing the board");
}

static void
test_large (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "large.onnx", NULL);
  g_autoptr (FxGraph) graph = bench_net_graph (N_NODES);
  g_autoptr (GError) error = NULL;
  FxApplication *application;
  FxWindow *window;

  fx_onnx_save (graph, path, &error);
  g_assert_no_error (error);
  application = app_test_start ();
  window = app_test_window (application);
  watchdog_start ();
  open_model (window, path);
  begin_anew (window);
  find_and_travel (window);
  group (window);
  change_board (window);
  app_test_stop (application);
  g_remove (path);
  g_rmdir (folder);
}

/* A chain that ends in many branches. */
static FxGraph *
wide_graph (void)
{
  g_autoptr (GString) text = g_string_new ("graph \"wide\"\nopset \"\" 11\ninput %x0 f32[1,32,28,28]\n");
  g_autoptr (GError) error = NULL;
  FxGraph *graph;

  for (guint i = 0; i < 30; i++)
    g_string_append_printf (text, "%%x%u f32[*] = Relu(%%x%u) v6\n", i + 1, i);
  for (guint i = 0; i < N_BRANCHES; i++)
    g_string_append_printf (text, "%%y%u f32[*] = Sigmoid(%%x%u) v6\n", i, i / 6 + 15);
  for (guint i = 0; i < N_BRANCHES; i++)
    g_string_append_printf (text, "output %%y%u\n", i);
  graph = fx_graph_parse (text->str, &error);
  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  return graph;
}

static gboolean
has_wide_scene (gpointer window)
{
  FxScene *scene = fx_canvas_get_scene (canvas_of (window));

  return scene != NULL && fx_scene_n_boxes (scene) < N_NODES;
}

/* The names can be read, and where the model begins is in the middle, away from what lies over the edges. */
static void
test_first_view (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "wide.onnx", NULL);
  g_autoptr (FxGraph) graph = wide_graph ();
  g_autoptr (GError) error = NULL;
  FxApplication *application;
  FxWindow *window;
  FxCanvas *canvas;
  const FxRect *begin;

  fx_onnx_save (graph, path, &error);
  g_assert_no_error (error);
  application = app_test_start ();
  window = app_test_window (application);
  fx_window_open (window, path);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (has_wide_scene, window, "the picture");
  app_test_idle (300);
  app_test_picture (window, "first-view");
  canvas = canvas_of (window);
  begin = &fx_scene_box (fx_canvas_get_scene (canvas), fx_scene_find (fx_canvas_get_scene (canvas), "x0"))->rect;
  g_assert_cmpfloat (fx_scene_bounds (fx_canvas_get_scene (canvas)).width * 0.4, >, fx_canvas_width (canvas));
  g_assert_cmpfloat (canvas->view.zoom, >=, 0.6);
  g_assert_cmpfloat_with_epsilon ((begin->x + begin->width / 2 - canvas->view.x) * canvas->view.zoom,
                                  fx_canvas_width (canvas) / 2, 2);
  app_test_stop (application);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_settings_set_boolean (fx_settings_get (), "restore-session", FALSE); /* each test begins with nothing open */
  g_test_add_func ("/app/large", test_large);
  g_test_add_func ("/app/first-view", test_first_view);
  return g_test_run ();
}
