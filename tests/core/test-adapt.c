/* The opset conversion: what it leaves behind besides the numbers, which tests/adapt and tests/ops check.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-text.h"
#include "core/passes/fx-adapt.h"

static FxGraph *
convert (const char *text, GPtrArray *findings)
{
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (text, &error);

  g_assert_no_error (error);
  fx_graph_set_metadata (graph, "ir_version", "9");
  fx_graph_sort (graph, &error);
  g_assert_no_error (error);
  fx_pass_convert_opset (graph, findings, &error);
  g_assert_no_error (error);
  fx_graph_verify (graph, &error);
  g_assert_no_error (error);
  return graph;
}

static void
test_versions (void)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = convert ("opset \"\" 18\ninput %x f32[2]\n%y f32[*] = Mish(%x)\noutput %y\n", findings);

  g_assert_cmpuint (findings->len, ==, 0);
  g_assert_cmpint (fx_graph_opset (graph, ""), ==, 11);
  g_assert_cmpstr (fx_graph_metadata (graph, "ir_version"), ==, "7");
  g_assert_cmpuint (fx_graph_n_nodes (graph), ==, 3);
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    g_assert_cmpuint (fx_graph_node (graph, i)->version, ==, 11);
}

/* Every node of an expansion leads back to the source node; its output keeps its name. */
static void
test_origins (void)
{
  g_autoptr (FxGraph) graph = convert ("opset \"\" 20\ninput %x f32[2]\n%y f32[*] = Gelu(%x)\noutput %y\n", NULL);
  const char *source = "Gelu";

  g_assert_cmpuint (fx_graph_n_nodes (graph), ==, 5);
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      guint n;
      const char *const *origins = fx_node_origins (fx_graph_node (graph, i), &n);

      g_assert_cmpuint (n, ==, 1);
      g_assert_cmpstr (origins[0], ==, source);
    }
  g_assert_cmpstr (fx_graph_value (graph, fx_graph_output (graph, 0))->name, ==, "y");
}

/* Exporters write axes as Constant nodes, or compute them; neither is left over. */
static void
test_computed_axes (void)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = convert ("opset \"\" 13\ninput %x f32[2,1]\n"
                                       "const %zero s64[1] = [0]\n"
                                       "%one s64[*] = Constant() {value_ints=[1]}\n"
                                       "%shape s64[*] = Shape(%x)\n"
                                       "%two s64[*] = Gather(%shape, %zero)\n"
                                       "%a f32[*] = Squeeze(%x, %one)\n"
                                       "%y f32[*] = Unsqueeze(%x, %two)\noutput %a\noutput %y\n",
                                       findings);
  const FxAttr *axes;

  fx_graph_compact (graph);
  g_assert_cmpuint (findings->len, ==, 0);
  g_assert_cmpint (fx_graph_opset (graph, ""), ==, 11);
  g_assert_cmpuint (fx_graph_n_nodes (graph), ==, 2);
  axes = fx_node_attr (fx_graph_node (graph, 1), "axes");
  g_assert_nonnull (axes);
  g_assert_cmpuint (axes->n, ==, 1);
  g_assert_cmpint (axes->ints[0], ==, 2);
}

static void
test_refusal (void)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = convert ("opset \"\" 18\ninput %x s32[2]\n%z s32[*] = BitwiseNot(%x)\n"
                                       "%y s32[*] = Identity(%z)\noutput %y\n",
                                       findings);
  const FxDiagnostic *finding = findings->pdata[0];

  g_assert_cmpuint (findings->len, ==, 1);
  g_assert_cmpint (finding->severity, ==, FX_SEVERITY_ERROR);
  g_assert_cmpstr (finding->rule, ==, "opset");
  g_assert_cmpstr (finding->node, ==, "BitwiseNot");
  g_assert_nonnull (finding->fix);
  g_assert_cmpuint (fx_graph_node (graph, 0)->version, ==, 18);
  g_assert_cmpuint (fx_graph_node (graph, 1)->version, ==, 11);
  g_assert_cmpint (fx_graph_opset (graph, ""), ==, 18);
  g_assert_cmpstr (fx_graph_metadata (graph, "ir_version"), ==, "9");
}

/* Attributes and lists that a file can be wrong about. */
static void
test_hostile (void)
{
  static const char *const nodes[] = {
    "%y ?[*] = Softmax(%x) {axis=-9223372036854775808} v13",
    "%y ?[*] = Softmax(%x) {axis=9223372036854775807} v13",
    "%y ?[*] = LayerNormalization(%x, %x) {axis=-9223372036854775808} v17",
    "%y ?[*] = Split(%x) {axis=-9223372036854775808, num_outputs=9223372036854775807} v18",
    "%y ?[*] = Pad(%x, %k, _, %k) v18",
    "%y ?[*] = Resize(%x, _, %x) {axes=[9223372036854775807]} v18",
    "%y ?[*] = Tile(%x, %k, %k) v1",
    "%y ?[*] = Add(%x, %x) {axis=-9223372036854775808, broadcast=1} v1",
    "%y ?[*] = Add(%x, %x) {axis=9223372036854775807, broadcast=1} v1",
    "%y ?[*] = GroupNormalization(%x, %x, %x) {num_groups=-9223372036854775808} v21",
    "%y ?[*] = Trilu(%x, %k) v14",
    "%y ?[*] = Cast(%x) {to=\"NOTHING\"} v1",
    "%y ?[*] = LpPool(%x) {p=1e30} v1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++)
    {
      g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
      g_autofree char *text = g_strdup_printf (
          "opset \"\" 11\ninput %%x f32[*]\nconst %%k s64[1] = [9223372036854775807]\n%s\noutput %%y\n", nodes[i]);
      g_autoptr (FxGraph) graph = convert (text, findings);

      g_assert_cmpuint (findings->len, >, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/adapt/versions", test_versions);
  g_test_add_func ("/adapt/origins", test_origins);
  g_test_add_func ("/adapt/computed-axes", test_computed_axes);
  g_test_add_func ("/adapt/refusal", test_refusal);
  g_test_add_func ("/adapt/hostile", test_hostile);
  return g_test_run ();
}
