/* SPDX-License-Identifier: Apache-2.0 */
#include "bench-net.h"

#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "io/fx-target-file.h"

#define BLOCK 10 /* nodes in a block */

FxGraph *
bench_net_graph (guint n_nodes)
{
  g_autoptr (GString) text = g_string_new ("graph \"bench\"\nopset \"\" 11\ninput %x0 f32[1,32,28,28]\n"
                                           "const %w f32[32,32,3,3] = elided 0x0\n%m f32[*] = Sigmoid(%x0) v6\n");
  g_autoptr (GError) error = NULL;
  FxGraph *graph;
  guint b;

  for (b = 0; (b + 1) * BLOCK <= n_nodes; b++)
    g_string_append_printf (text,
                            "%%a%1$u f32[*] = Conv(%%x%1$u, %%w) {pads=[1,1,1,1]} \"/layer%1$u/first/Conv\" v11\n"
                            "%%b%1$u f32[*] = Conv(%%a%1$u, %%w) {pads=[1,1,1,1]} \"/layer%1$u/left/Conv\" v11\n"
                            "%%c%1$u f32[*] = Relu(%%b%1$u) \"/layer%1$u/left/Relu\" v6\n"
                            "%%d%1$u f32[*] = Conv(%%a%1$u, %%w) {pads=[1,1,1,1]} \"/layer%1$u/right/Conv\" v11\n"
                            "%%e%1$u f32[*] = Relu(%%d%1$u) \"/layer%1$u/right/Relu\" v6\n"
                            "%%f%1$u f32[*] = %4$s(%%a%1$u) \"/layer%1$u/gate/%4$s\" v6\n"
                            "%%g%1$u f32[*] = Mul(%%f%1$u, %%%3$s) \"/layer%1$u/gate/Mul\" v7\n"
                            "%%h%1$u f32[*] = Add(%%c%1$u, %%e%1$u) \"/layer%1$u/Add\" v7\n"
                            "%%i%1$u f32[*] = Add(%%h%1$u, %%g%1$u) \"/layer%1$u/Add_1\" v7\n"
                            "%%x%2$u f32[*] = Add(%%i%1$u, %%x%1$u) \"/layer%1$u/Add_2\" v7\n",
                            b, b + 1, b % 10 == 0 ? "m" : "w1", b % 10 == 9 ? "Neg" : "Sigmoid");
  g_string_append_printf (text, "const %%w1 f32[1] = [0.5]\noutput %%x%u\n", b);
  graph = fx_graph_parse (text->str, &error);
  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  return graph;
}

FxScene *
bench_net_scene (guint n_boxes)
{
  g_autoptr (FxGraph) graph = bench_net_graph (n_boxes);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", &error);
  g_autoptr (FxCheckReport) report = NULL;
  FxScene *scene;

  g_assert_no_error (error);
  report = fx_check (graph, target, NULL, NULL, &error);
  g_assert_no_error (error);
  scene = fx_scene_new (graph, report, NULL, NULL, &error);
  g_assert_no_error (error);
  return scene;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *)a, right = *(const double *)b;

  return left < right ? -1 : left > right;
}

BenchTimes
bench_times (GArray *times)
{
  const double *sorted = (const double *)(const void *)times->data;

  g_array_sort (times, compare_doubles);
  return (BenchTimes){ sorted[times->len / 2], sorted[(times->len - 1) * 95 / 100], sorted[times->len - 1] };
}
