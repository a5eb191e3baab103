/* Editing graphs: ids, names, uses, sorting, compaction, copies.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"
#include "core/check/fx-diagnostic.h"

#include <string.h>

static FxGraph *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (text, &error);

  g_assert_no_error (error);
  return graph;
}

static void
test_names_become_unique (void)
{
  g_autoptr (FxGraph) graph = fx_graph_new ("g");
  FxId a = fx_graph_add_value (graph, "x", FX_DTYPE_FLOAT, &FX_SHAPE (1));
  FxId b = fx_graph_add_value (graph, "x", FX_DTYPE_FLOAT, &FX_SHAPE (1));
  FxId c = fx_graph_add_value (graph, "", FX_DTYPE_FLOAT, &FX_SHAPE (1));

  g_assert_cmpstr (fx_graph_value (graph, a)->name, ==, "x");
  g_assert_cmpstr (fx_graph_value (graph, b)->name, !=, "x");
  g_assert_cmpstr (fx_graph_value (graph, c)->name, !=, "");
  g_assert_cmpuint (fx_graph_find_value (graph, fx_graph_value (graph, b)->name), ==, b);
  g_assert_cmpuint (fx_graph_find_value (graph, "nobody"), ==, FX_NONE);

  g_assert_false (fx_graph_rename_value (graph, b, "x"));
  g_assert_true (fx_graph_rename_value (graph, b, "y"));
  g_assert_cmpuint (fx_graph_find_value (graph, "y"), ==, b);
}

static void
test_uses (void)
{
  g_autoptr (FxGraph) graph = parse ("input %x f32[1]\n"
                                     "%a f32[1] = Relu(%x) \"a\"\n"
                                     "%b f32[1] = Add(%a, %a) \"b\"\n"
                                     "output %a\n"
                                     "output %b\n");
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  FxId x = fx_graph_find_value (graph, "x"), a = fx_graph_find_value (graph, "a"), b = fx_graph_find_value (graph, "b");

  g_assert_cmpuint (uses->producer[x], ==, FX_NONE);
  g_assert_cmpuint (uses->producer[b], ==, 1);
  g_assert_cmpuint (fx_uses_count (uses, x), ==, 1);
  g_assert_cmpuint (fx_uses_count (uses, a), ==, 2);
  g_assert_cmpuint (fx_uses_count (uses, b), ==, 0);
  g_assert_cmpuint (uses->users[uses->first[a]], ==, 1);
  g_assert_true (uses->is_output[a] && uses->is_output[b] && !uses->is_output[x]);
}

static void
test_compact (void)
{
  g_autoptr (FxGraph) graph = parse ("input %unused f32[1]\n"
                                     "input %x f32[1]\n"
                                     "const %dead f32[1] = [1]\n"
                                     "%a f32[1] = Relu(%x) \"a\"\n"
                                     "%b f32[1] = Relu(%a) \"b\"\n"
                                     "%c f32[1] = Relu(%b) \"c\"\n"
                                     "output %c\n");
  g_autoptr (GError) error = NULL;
  FxNode *c = fx_graph_node (graph, fx_graph_find_node (graph, "c"));

  fx_node_add_origins (c, fx_graph_node (graph, 1));
  fx_graph_replace_uses (graph, fx_graph_find_value (graph, "b"), fx_graph_find_value (graph, "a"));
  fx_graph_remove_node (graph, 1);
  fx_graph_compact (graph);

  g_assert_true (fx_graph_verify (graph, &error));
  g_assert_cmpuint (fx_graph_n_nodes (graph), ==, 2);
  g_assert_cmpuint (fx_graph_find_value (graph, "dead"), ==, FX_NONE);
  g_assert_cmpuint (fx_graph_find_value (graph, "b"), ==, FX_NONE);
  g_assert_cmpuint (fx_graph_find_value (graph, "unused"), !=, FX_NONE);
  g_assert_cmpuint (fx_graph_find_node (graph, "c"), ==, 1);
  g_assert_cmpstr (fx_graph_node (graph, 1)->origins[0], ==, "c");
  g_assert_cmpstr (fx_graph_node (graph, 1)->origins[1], ==, "b");
}

static void
test_sort_waits_for_captured_values (void)
{
  g_autoptr (FxGraph) graph
      = parse ("input %c bool[]\n"
               "%y f32[1] = If(%c) {then_branch={ captured %late f32[1]\n output %late }} \"if\"\n"
               "%late f32[1] = Relu(%x) \"late\"\n"
               "input %x f32[1]\n"
               "output %y\n");

  g_assert_cmpstr (fx_graph_node (graph, 0)->name, ==, "late");
  fx_graph_compact (graph);
  g_assert_cmpuint (fx_graph_find_value (graph, "late"), !=, FX_NONE);
}

static void
test_sort_is_stable_and_fast (void)
{
  /* 20,000 nodes in reverse order: a quadratic sort would take minutes */
  const guint n = 20000;
  g_autoptr (FxGraph) graph = fx_graph_new ("long");
  g_autoptr (GError) error = NULL;
  FxId first = fx_graph_add_value (graph, "v0", FX_DTYPE_FLOAT, &FX_SHAPE (1));
  FxId *ids = g_new (FxId, n + 1);

  ids[0] = first;
  fx_graph_add_input (graph, first);
  for (guint i = 1; i <= n; i++)
    ids[i] = fx_graph_add_value (graph, "v", FX_DTYPE_FLOAT, &FX_SHAPE (1));
  for (guint i = n; i > 0; i--)
    fx_graph_add_node (graph, "n", "", "Relu", 11, &ids[i - 1], 1, &ids[i], 1);
  fx_graph_add_output (graph, ids[n]);
  g_assert_true (fx_graph_sort (graph, &error));
  g_assert_true (fx_graph_verify (graph, &error));
  g_assert_cmpuint (fx_graph_node (graph, 0)->inputs[0], ==, first);
  g_free (ids);
}

static void
test_infer_folds_shape_arithmetic (void)
{
  g_autoptr (FxGraph) graph = parse ("input %x f32[2,3,4,5]\n"
                                     "const %one s64[1] = [-1]\n"
                                     "const %zero s64[] = [0]\n"
                                     "%s s64[4] = Shape(%x) \"shape\" v11\n"
                                     "%n s64[*] = Gather(%s, %zero) {axis=0} \"gather\" v11\n"
                                     "%u s64[*] = Unsqueeze(%n) {axes=[0]} \"unsqueeze\" v11\n"
                                     "%t s64[*] = Concat(%u, %one) {axis=0} \"concat\" v11\n"
                                     "%y f32[*] = Reshape(%x, %t) \"reshape\" v11\n"
                                     "output %y\n");
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();

  fx_graph_infer (graph, diagnostics);
  g_assert_cmpuint (diagnostics->len, ==, 0);
  g_assert_true (fx_shape_equal (&fx_graph_value (graph, fx_graph_find_value (graph, "y"))->shape, &FX_SHAPE (2, 60)));
}

static void
test_infer_reports (void)
{
  g_autoptr (FxGraph) graph = parse ("input %x f32[2,3]\n"
                                     "%a f32[7] = Relu(%x) \"a\" v11\n"
                                     "%b f32[*] = MatMul(%x, %x) \"b\" v11\n"
                                     "%c f32[*] = Frobnicate(%x) \"c\" v11\n"
                                     "%d f32[*] = If(%x) {then_branch={ }} \"d\" v11\n"
                                     "output %a\n");
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  const char *rules[] = { "declared-shape", "shape", "unknown-operator", "control-flow" };

  fx_graph_infer (graph, diagnostics);
  g_assert_cmpuint (diagnostics->len, ==, G_N_ELEMENTS (rules));
  for (guint i = 0; i < diagnostics->len; i++)
    {
      const FxDiagnostic *diagnostic = diagnostics->pdata[i];

      g_assert_cmpstr (diagnostic->rule, ==, rules[i]);
      g_assert_cmpstr (diagnostic->node, ==, ((const char *[]){ "a", "b", "c", "d" })[i]);
    }
  g_assert_true (fx_shape_equal (&fx_graph_value (graph, fx_graph_find_value (graph, "a"))->shape, &FX_SHAPE (2, 3)));
  g_assert_cmpuint (fx_diagnostics_count (diagnostics, FX_SEVERITY_ERROR), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/names-become-unique", test_names_become_unique);
  g_test_add_func ("/graph/uses", test_uses);
  g_test_add_func ("/graph/compact", test_compact);
  g_test_add_func ("/graph/sort-waits-for-captured-values", test_sort_waits_for_captured_values);
  g_test_add_func ("/graph/sort-is-stable-and-fast", test_sort_is_stable_and_fast);
  g_test_add_func ("/graph/infer-folds-shape-arithmetic", test_infer_folds_shape_arithmetic);
  g_test_add_func ("/graph/infer-reports", test_infer_reports);
  return g_test_run ();
}
