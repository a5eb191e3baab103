/* Every fix: tests/golden/fix-* hold a graph before (in.graph) and after (out.graph). The first line of in.graph says
 * which fix is applied, and how far the float results may differ, relative to the largest one:
 *
 *   # fix rewrite-sum within 0
 *
 * "all" applies all automatic ones. With FX_UPDATE_GOLDEN=1 in the environment out.graph is written anew.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "../fix-compare.h"

#include "core/check/fx-fix.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"

#include <stdio.h>
#include <string.h>

#define N_SEEDS 3

static char *golden;

static FxGraph *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (text, &error);

  g_assert_no_error (error);
  return graph;
}

static char *
read_file (const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (golden, dir, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
check_text (const char *dir, const FxGraph *graph)
{
  g_autofree char *found = fx_graph_print (graph, FX_TEXT_ALL_DATA);
  g_autofree char *path = g_build_filename (golden, dir, "out.graph", NULL);
  g_autofree char *wanted = NULL;

  if (g_getenv ("FX_UPDATE_GOLDEN") != NULL)
    g_file_set_contents (path, found, -1, NULL);
  wanted = read_file (dir, "out.graph");
  g_assert_cmpstr (found, ==, wanted);
}

static gboolean
apply (FxGraph *graph, const char *rule, GPtrArray *log, guint *n_changes, GError **error)
{
  if (g_str_equal (rule, "all"))
    return fx_fix_apply_all (graph, NULL, log, n_changes, error);
  g_assert_nonnull (fx_fix_find (rule));
  return fx_fix_apply (graph, fx_fix_find (rule), log, n_changes, error);
}

static void
test_golden (gconstpointer user_data)
{
  const char *dir = user_data;
  g_autofree char *text = read_file (dir, "in.graph");
  g_autoptr (FxGraph) before = parse (text);
  g_autoptr (FxGraph) fixed = fx_graph_copy (before);
  g_autoptr (GPtrArray) log = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  char rule[64];
  double bound;
  guint n_changes = 0;

  g_assert_cmpint (sscanf (text, "# fix %63s within %lf", rule, &bound), ==, 2);
  apply (fixed, rule, log, &n_changes, &error);
  g_assert_no_error (error);
  check_text (dir, fixed);
  g_assert_cmpuint (log->len, >=, n_changes);
  for (guint i = 0; i < log->len; i++)
    g_test_message ("%s", ((const FxDiagnostic *)log->pdata[i])->message);

  for (guint32 seed = 1; seed <= N_SEEDS; seed++)
    {
      double off = fix_compare (before, fixed, seed);

      g_test_message ("seed %u: off by %.2g", seed, off);
      g_assert_cmpfloat (off, <=, bound);
    }

  /* a second time there is nothing to do */
  apply (fixed, rule, NULL, &n_changes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_changes, ==, 0);
}

static void
test_table (void)
{
  for (const FxFix *fix = fx_fixes; fix->rule != NULL; fix++)
    {
      g_autofree char *dir = g_strdup_printf ("fix-%s", fix->rule);
      g_autofree char *path = g_build_filename (golden, dir, "in.graph", NULL);

      g_assert_true (fx_fix_find (fix->rule) == fix);
      g_assert_nonnull (fix->title);
      g_assert_nonnull (fix->doc);
      g_assert_nonnull (fix->apply);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        g_error ("%s has no test", fix->rule);
    }
  g_assert_null (fx_fix_find ("nothing"));
}

/* A branch that depends on the batch is there when the batch is. */
static void
test_branches (void)
{
  static const char text[]
      = "opset \"\" 11\ninput %x f32[n,2]\nconst %i s64[1] = [0]\nconst %one s64[1] = [1]\n"
        "%s s64[*] = Shape(%x) \"shape\" v11\n%g s64[*] = Gather(%s, %i) {axis=0} \"gather\" v11\n"
        "%k bool[*] = Equal(%g, %one) \"equal\" v11\n"
        "%y f32[*] = If(%k) {else_branch={\n  captured %x ?[*]\n  %e f32[*] = Neg(%x) \"neg\" v11\n  output %e\n"
        "}, then_branch={\n  captured %x ?[*]\n  %t f32[*] = Relu(%x) \"relu\" v11\n  output %t\n"
        "}} \"if\" v11\noutput %y\n";
  g_autoptr (FxGraph) frozen = parse (text), shaped = parse (text);
  g_autoptr (GPtrArray) log = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  guint n_changes = 0;

  apply (frozen, "freeze-batch", log, &n_changes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fx_graph_find_node (frozen, "relu"), !=, FX_NONE);
  g_assert_cmpstr (fx_graph_node (frozen, fx_graph_find_node (frozen, "if"))->op_type, ==, "Identity");
  g_assert_true (fx_fix_set_input_shape (shaped, "x", &FX_SHAPE (3, 2), log, &error));
  g_assert_cmpuint (fx_graph_find_node (shaped, "neg"), !=, FX_NONE);
  g_assert_cmpuint (fx_graph_find_node (shaped, "relu"), ==, FX_NONE);
}

/* The log names nodes and tensors, and new nodes lead back to the old ones. */
static void
test_log_and_origins (void)
{
  g_autoptr (FxGraph) graph = parse ("opset \"\" 11\ninput %x f32[1,4]\nconst %w f32[4,2] = [1,2,3,4,5,6,7,8]\n"
                                     "%y f32[1,2] = Gemm(%x, %w) {} \"fc\" v11\noutput %y\n");
  g_autoptr (GPtrArray) log = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  guint n_changes = 0;
  const FxDiagnostic *line;

  fx_fix_apply (graph, fx_fix_find ("rewrite-gemm"), log, &n_changes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_cmpuint (log->len, ==, 1);
  line = log->pdata[0];
  g_assert_cmpint (line->severity, ==, FX_SEVERITY_INFO);
  g_assert_cmpstr (line->rule, ==, "rewrite-gemm");
  g_assert_cmpstr (line->node, ==, "fc");
  g_assert_cmpuint (fx_graph_n_nodes (graph), ==, 3);
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      guint n;

      g_assert_cmpstr (fx_node_origins (fx_graph_node (graph, i), &n)[0], ==, "fc");
      g_assert_cmpuint (n, ==, 1);
    }
}

static const char free_shapes[] = "opset \"\" 11\ninput %x f32[N,3,H,W]\nconst %s s64[2] = [1,-1]\n"
                                  "%r f32[N,3,H,W] = Relu(%x)\n%y f32[*] = Reshape(%r, %s)\noutput %y\n";

static void
test_set_input_shape (void)
{
  g_autoptr (FxGraph) graph = parse (free_shapes);
  g_autoptr (GPtrArray) log = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  const FxShape *shape;

  fx_fix_set_input_shape (graph, NULL, &FX_SHAPE (1, 3, 4, 6), log, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (log->len, ==, 1);
  shape = &fx_graph_value (graph, fx_graph_find_value (graph, "r"))->shape;
  g_assert_true (fx_shape_equal (shape, &FX_SHAPE (1, 3, 4, 6)));
  shape = &fx_graph_value (graph, fx_graph_find_value (graph, "y"))->shape;
  g_assert_true (fx_shape_equal (shape, &FX_SHAPE (1, 72)));

  /* sizes that were set may be set again */
  fx_fix_set_input_shape (graph, "x", &FX_SHAPE (1, 3, 2, 2), NULL, &error);
  g_assert_no_error (error);
  shape = &fx_graph_value (graph, fx_graph_find_value (graph, "y"))->shape;
  g_assert_true (fx_shape_equal (shape, &FX_SHAPE (1, 12)));
}

static void
test_refused_input_shapes (void)
{
  static const struct
  {
    const char *name;
    FxShape shape;
    const char *reason;
  } cases[] = {
    { "x", { 3, { 3, 4, 4 } }, "dimensions" },  { "x", { 4, { 1, 3, -1, 4 } }, "numbers" },
    { "x", { 4, { 1, 3, 0, 4 } }, "numbers" },  { "x", { 4, { 1, 3, G_MAXINT64, G_MAXINT64 } }, "numbers" },
    { "z", { 4, { 1, 3, 4, 4 } }, "no input" }, { "x", { 4, { 1, 4, 5, 5 } }, "cannot be" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FxGraph) graph = parse ("opset \"\" 11\ninput %x f32[N,C,H,W]\nconst %w f32[1,3,1,1] = [1,2,3]\n"
                                         "%y f32[*] = Conv(%x, %w)\noutput %y\n");
      g_autofree char *before = fx_graph_print (graph, FX_TEXT_ALL_DATA), *after = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_false (fx_fix_set_input_shape (graph, cases[i].name, &cases[i].shape, NULL, &error));
      g_assert_error (error, FX_ERROR, FX_ERROR_BAD_GRAPH);
      if (strstr (error->message, cases[i].reason) == NULL)
        g_error ("case %u: %s", i, error->message);
      after = fx_graph_print (graph, FX_TEXT_ALL_DATA);
      g_assert_cmpstr (before, ==, after);
    }
}

/* Opset 11 cannot say it: the model stays as it was, and a warning tells why. */
static void
test_warning (void)
{
  g_autoptr (FxGraph) graph = parse ("opset \"\" 18\ninput %x s32[2]\n%y s32[*] = BitwiseNot(%x)\noutput %y\n");
  g_autoptr (GPtrArray) log = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;

  fx_fix_apply_all (graph, NULL, log, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fx_graph_opset (graph, ""), ==, 18);
  g_assert_cmpuint (log->len, ==, 1);
  g_assert_cmpint (((const FxDiagnostic *)log->pdata[0])->severity, ==, FX_SEVERITY_WARNING);
}

/* An opset that every board reads stays, unless another fix goes only at opset 11. */
static void
test_opset_10 (void)
{
  g_autoptr (FxGraph) fine = parse ("opset \"\" 10\ninput %x f32[1,3,4,4]\n%y f32[*] = Relu(%x) v10\noutput %y\n");
  g_autoptr (FxGraph) sum = parse ("opset \"\" 10\ninput %x f32[1,3,4,4]\n%y f32[*] = Sum(%x, %x) v10\noutput %y\n");
  g_autoptr (GPtrArray) log = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  guint n_changes;

  apply (fine, "all", log, &n_changes, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fx_graph_opset (fine, ""), ==, 10);
  for (guint i = 0; i < log->len; i++)
    g_assert_cmpstr (((const FxDiagnostic *)log->pdata[i])->message, !=, "The opset is 11 instead of 10");

  apply (sum, "all", NULL, &n_changes, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fx_graph_opset (sum, ""), ==, 11);
  g_assert_cmpstr (fx_graph_node (sum, 0)->op_type, ==, "Add");
}

/* What decides sizes is no picture. */
static void
test_size_operands (void)
{
  g_autoptr (FxGraph) graph = parse ("opset \"\" 11\ninput %x f32[2,3,4]\ninput %s f32[4]\ninput %n f32[4]\n"
                                     "const %d s64[4] = [1,2,3,4]\n%r f32[1,2,3,4] = Reshape(%x, %d)\n"
                                     "%z f32[1,2,3,4] = Add(%r, %n)\n%y f32[*] = Resize(%z, _, %s)\noutput %y\n");
  g_autoptr (GError) error = NULL;
  guint n_changes;

  apply (graph, "all", NULL, &n_changes, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fx_graph_value (graph, fx_graph_find_value (graph, "x"))->shape.rank, ==, 4);
  g_assert_cmpint (fx_graph_value (graph, fx_graph_find_value (graph, "n"))->shape.rank, ==, 4);
  g_assert_cmpint (fx_graph_value (graph, fx_graph_find_value (graph, "s"))->shape.rank, ==, 1);
}

/* Graphs that contradict themselves, or have attributes that no exporter would write: no fix may trust them. */
static void
test_hostile (void)
{
  static const char *const nodes[] = {
    "%y ?[*] = Gemm(%x, %w)",
    "%y ?[*] = MatMul(%x, %w)",
    "%y f32[2,2] = Gemm(%m, %w) {transB=1}",
    "%y ?[*] = Gather(%x, %k) {axis=-9223372036854775808}",
    "%y ?[*] = Gather(%x, %k) {axis=9223372036854775807}",
    "%y ?[*] = Transpose(%x) {perm=[9223372036854775807,0,0,0]}",
    "%y ?[*] = Transpose(%x) {perm=[0,1]}",
    "%y f32[1,2,2,2] = Transpose(%x) {perm=[0,0,0,0]}",
    "%y ?[*] = ReduceMean(%x) {axes=[-9223372036854775808,9223372036854775807]}",
    "%y ?[*] = Softmax(%x) {axis=-9223372036854775808}",
    "%y ?[*] = Reshape(%x, %k)",
    "%y ?[*] = Pad(%x, %k)",
    "%y ?[*] = Slice(%x, %k, %k, %k, %k)",
    "%y ?[*] = Cast(%x) {to=-9223372036854775808}",
    "%y ?[*] = Sum(%x, _)",
    "%y ?[*] = Clip(%x, %w, %w)",
    "%y ?[*] = Pow(%x, %w)",
    "%y ?[*] = Crop(%x) {border=[-9223372036854775808,9223372036854775807,0,0]} v1",
    "%y f32[1,1,4611686018427387904,1] = Crop(%x) {border=[1,9223372036854775807,0,0]} v1",
    "%y ?[*] = ImageScaler(%x) {bias=[1,2,3]} v1",
    "%y ?[*] = BatchNormalization(%x, %w, %w, %w, %w)",
    "%y ?[*] = NonMaxSuppression(%x, %x)",
    "%y ?[*] = Dropout(%x, _, %x) v12",
    "%y ?[*] = HardSwish(%x) v14",
    "%y ?[*] = ConstantOfShape(%k)",
    "%y ?[*] = \"vendor\"::SoftmaxWithLoss(%x)",
  };

  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "opset \"\" 11\ninput %%x f32[1,2,2,2]\ninput %%m f32[2,3]\nconst %%w f32[2,2] = [1,nan,inf,4]\n"
          "const %%k s64[1] = [9223372036854775807]\n%s\n%%z ?[*] = Relu(%%y)\noutput %%z\n",
          nodes[i]);
      g_autoptr (FxGraph) graph = parse (text);
      g_autoptr (GError) error = NULL;

      if (!fx_fix_apply_all (graph, NULL, NULL, NULL, &error))
        g_test_message ("%s: %s", nodes[i], error->message);
    }
}

static void
add_golden_tests (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (golden, 0, &error);

  g_assert_no_error (error);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_strdup_printf ("/fixes/golden/%s", name);

      if (g_str_has_prefix (name, "fix-"))
        g_test_add_data_func_full (path, g_strdup (name), test_golden, g_free);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  golden = argv[1];
  add_golden_tests ();
  g_test_add_func ("/fixes/table", test_table);
  g_test_add_func ("/fixes/branches", test_branches);
  g_test_add_func ("/fixes/log-and-origins", test_log_and_origins);
  g_test_add_func ("/fixes/set-input-shape", test_set_input_shape);
  g_test_add_func ("/fixes/refused-input-shapes", test_refused_input_shapes);
  g_test_add_func ("/fixes/warning", test_warning);
  g_test_add_func ("/fixes/opset-10", test_opset_10);
  g_test_add_func ("/fixes/size-operands", test_size_operands);
  g_test_add_func ("/fixes/hostile", test_hostile);
  return g_test_run ();
}
