/* The language of limits and the conditions under which they apply, over nodes in the text form.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-limit.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"

#include <math.h>
#include <string.h>

/* Node 0 of a graph, as limits see it. */
typedef struct
{
  FxGraph *graph;
  FxUses *uses;
  FxFact inputs[8], outputs[8];
  gpointer params;
  FxLimitSubject subject;
} Fixture;

static void
setup (Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;
  const FxNode *node;

  memset (fixture, 0, sizeof *fixture);
  fixture->graph = fx_graph_parse (text, &error);
  g_assert_no_error (error);
  fx_graph_infer (fixture->graph, NULL);
  fixture->uses = fx_uses_new (fixture->graph);
  node = fx_graph_node (fixture->graph, 0);
  g_assert_cmpuint (MAX (node->n_inputs, node->n_outputs), <=, G_N_ELEMENTS (fixture->inputs));
  fx_graph_get_facts (fixture->graph, node->inputs, node->n_inputs, fixture->inputs);
  fx_graph_get_facts (fixture->graph, node->outputs, node->n_outputs, fixture->outputs);
  fixture->params = fx_op_params_new (node->op, node, NULL);
  fixture->subject = (FxLimitSubject){
    .graph = fixture->graph,
    .uses = fixture->uses,
    .node = node,
    .params = fixture->params,
    .n_inputs = node->n_inputs,
    .n_outputs = node->n_outputs,
    .inputs = fixture->inputs,
    .outputs = fixture->outputs,
  };
}

static void
teardown (Fixture *fixture)
{
  g_free (fixture->params);
  fx_uses_free (fixture->uses);
  fx_graph_free (fixture->graph);
}

#define CONV                                                                                                           \
  "graph \"g\"\nopset \"\" 11\ninput %x f32[2,16,30,40]\nconst %w f32[32,4,3,5] = elided 0x0\n"                        \
  "%y f32[*] = Conv(%x, %w) {strides=[2,3], dilations=[1,2], pads=[1,2,1,2], group=4} v11\noutput %y\n"

static const struct
{
  const char *text;
  double value;
} numbers[] = {
  { "1 + 2 * 3", 7 },
  { "(1 + 2) * 3", 9 },
  { "7 / 2", 3 },
  { "1.5 / 2", 0.75 },
  { "7 % 4 - -1", 4 },
  { "2 < 3 && 3 <= 3 && !(4 > 5)", 1 },
  { "1 == 2 || 1 != 2", 1 },
  { "min(4, 3) + max(4, 3)", 7 },
  { "align(33, 8)", 40 },
  { "ceil_div(9, 4)", 3 },
  { "N * 1000000 + C * 10000 + H * 100 + W", 2163040 },
  { "D", 1 },
  { "kn * 1000 + kc * 100 + kh * 10 + kw", 32435 },
  { "kd", 1 },
  { "sh * 10 + sw", 23 },
  { "dh * 10 + dw", 12 },
  { "ph * 10 + pw", 12 },
  { "group", 4 },
  { "in_C * 100 + out_C", 1632 },
  { "parts", 1 },
  { "scale_h > 0.4 && scale_h < 0.6", 1 },
  /* what is not known does not matter where the rest decides */
  { "k > 3 || 1 == 1", 1 },
  { "k > 3 && 1 == 2", 0 },
};

static void
test_numbers (void)
{
  Fixture fixture;

  setup (&fixture, CONV);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GError) error = NULL;
      double value;
      gboolean ok = fx_limit_expression (numbers[i].text, &fixture.subject, NULL, &value, &error);

      g_assert_no_error (error);
      g_test_message ("%s", numbers[i].text);
      g_assert_true (ok);
      g_assert_cmpfloat (value, ==, numbers[i].value);
    }
  teardown (&fixture);
}

static void
test_unknown (void)
{
  static const char *const texts[] = { "N == 1", "scale_h", "k", "H / 0", "N > 1 && 1 == 1" };
  Fixture fixture;

  setup (&fixture, "graph \"g\"\nopset \"\" 11\ninput %x f32[N,3,8,8]\n%y f32[*] = Relu(%x) v11\noutput %y\n");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      double value;

      if (strcmp (texts[i], "scale_h") == 0)
        continue; /* known: both heights are */
      g_test_message ("%s", texts[i]);
      g_assert_false (fx_limit_expression (texts[i], &fixture.subject, NULL, &value, &error));
      g_assert_no_error (error);
    }
  teardown (&fixture);
}

static void
test_bad (void)
{
  static const char *const texts[] = { "",
                                       "1 +",
                                       "(1",
                                       "foo",
                                       "foo(1, 2)",
                                       "min(1)",
                                       "min(1, 2, 3)",
                                       "1 2",
                                       "&",
                                       "H =",
                                       "for i != axis: x",
                                       "a_name_that_is_much_too_long_for_any_variable_that_is" };
  g_autofree char *deep = g_strnfill (100000, '(');
  g_autofree char *signs = g_strnfill (100000, '-');
  Fixture fixture;

  setup (&fixture, CONV);
  for (guint i = 0; i < G_N_ELEMENTS (texts) + 2; i++)
    {
      const char *text = i < G_N_ELEMENTS (texts) ? texts[i] : i == G_N_ELEMENTS (texts) ? deep : signs;
      g_autoptr (GError) error = NULL;
      double value;

      g_assert_false (fx_limit_expression (text, &fixture.subject, NULL, &value, &error));
      g_assert_nonnull (error);
    }
  teardown (&fixture);
}

static void
test_let (void)
{
  Fixture fixture;
  g_autoptr (GVariant) let = g_variant_ref_sink (g_variant_new_parsed ("[<[<'a'>, <'H + 1'>]>, <[<'b'>, <'a * 2'>]>]"));
  g_autoptr (GVariant) bad = g_variant_ref_sink (g_variant_new_parsed ("[<[<'a'>]>]"));
  g_autoptr (GError) error = NULL;
  double value;

  setup (&fixture, CONV);
  g_assert_true (fx_limit_expression ("b + W", &fixture.subject, let, &value, NULL));
  g_assert_cmpfloat (value, ==, 102);
  g_assert_false (fx_limit_expression ("b", &fixture.subject, bad, &value, &error));
  g_assert_nonnull (error);
  teardown (&fixture);
}

static void
test_split (void)
{
  Fixture fixture;
  double value;

  setup (&fixture, "graph \"g\"\nopset \"\" 11\ninput %x f32[1,12,4,4]\n"
                   "%a f32[*], %b f32[*] = Split(%x) {axis=1, split=[4,8]} v11\noutput %a\noutput %b\n");
  g_assert_true (fx_limit_expression ("in_axis_len % part_len == 0", &fixture.subject, NULL, &value, NULL));
  g_assert_cmpfloat (value, ==, 0);
  g_assert_true (fx_limit_expression ("in_axis_len * 10 + parts", &fixture.subject, NULL, &value, NULL));
  g_assert_cmpfloat (value, ==, 122);
  teardown (&fixture);
}

/* ---- conditions ---- */

#define GRAPH(lines) "graph \"g\"\nopset \"\" 11\n" lines "output %y\n"

static const struct
{
  const char *graph, *when;
  FxVerdict verdict;
} conditions[] = {
  { CONV, "{'opset': <int64 11>}", FX_VERDICT_HOLDS },
  { CONV, "{'opset': <int64 10>}", FX_VERDICT_BROKEN },
  { CONV, "{'input_rank': <int64 4>, 'expr': <'dh > 1 || dw > 1'>}", FX_VERDICT_HOLDS },
  { CONV, "{'input_rank': <int64 5>}", FX_VERDICT_BROKEN },
  { CONV, "{'input_rank_gt': <int64 4>}", FX_VERDICT_BROKEN },
  { CONV, "{'spatial_rank': <int64 2>}", FX_VERDICT_HOLDS },
  { CONV, "{'input_count': <int64 2>}", FX_VERDICT_HOLDS },
  { CONV, "{'attr': <{'group': <int64 4>}>}", FX_VERDICT_HOLDS },
  { CONV, "{'attr': <{'auto_pad': <'NOTSET'>}>}", FX_VERDICT_HOLDS },
  { CONV, "{'attr': <{'auto_pad': <[<'VALID'>, <'SAME_UPPER'>]>}>}", FX_VERDICT_BROKEN },
  { CONV, "{'dims': <{'N': <int64 2>}>}", FX_VERDICT_HOLDS },
  { CONV, "{'dims': <{'H': <int64 1>, 'W': <int64 1>}>}", FX_VERDICT_BROKEN },
  { CONV, "{'pattern': <'residual_add_after_conv'>}", FX_VERDICT_BROKEN },
  { CONV, "{'pattern': <'constant_subgraph'>}", FX_VERDICT_BROKEN },
  { CONV, "{'operand': <'feature'>}", FX_VERDICT_HOLDS },
  { CONV, "{'next_node_on': <'cpu'>}", FX_VERDICT_HOLDS },
  { CONV, "{'something_new': <true>}", FX_VERDICT_UNKNOWN },
  { CONV, "{'something_new': <true>, 'opset': <int64 10>}", FX_VERDICT_BROKEN },
  { GRAPH ("input %x f32[N,3,8,8]\n%y f32[*] = Cos(%x) v11\n"), "{'dims': <{'N': <int64 1>}>}", FX_VERDICT_UNKNOWN },
  { GRAPH ("input %x f32[1,3,8,8]\n%y f32[*] = Clip(%x) {min=0.0} v6\n"), "{'opset': <int64 6>}", FX_VERDICT_HOLDS },
  { GRAPH ("input %x f32[1,3,8,8]\n%y f32[*] = Clip(%x) {min=0.0} v6\n"), "{'opset': <int64 10>}", FX_VERDICT_HOLDS },
  { GRAPH ("input %x f32[1,3,8,8]\n%y f32[*] = Softmax(%x) {axis=3} v11\n"), "{'softmax_semantics': <'onnx'>}",
    FX_VERDICT_HOLDS },
  { GRAPH ("input %x f32[1,3,8,8]\n%y f32[*] = Softmax(%x) {axis=3} v13\n"), "{'softmax_semantics': <'pytorch'>}",
    FX_VERDICT_HOLDS },
  { GRAPH ("input %x f32[1,3,8,8]\n%y f32[*] = Transpose(%x) {perm=[0,2,3,1]} v11\n"), "{'perm': <'other'>}",
    FX_VERDICT_BROKEN },
  { GRAPH ("input %x f32[1,3,8,8]\n%y f32[*] = Transpose(%x) {perm=[0,1,3,2]} v11\n"), "{'perm': <'other'>}",
    FX_VERDICT_HOLDS },
  { GRAPH ("input %a f32[1,3,8,8]\ninput %b f32[1,3,1,1]\n%y f32[*] = Add(%a, %b) v11\n"),
    "{'shape_pair': <[<'NCHW'>, <'NC11'>]>}", FX_VERDICT_HOLDS },
  { GRAPH ("input %a f32[1,3,8,8]\ninput %b f32[1,3,8,8]\n%y f32[*] = Add(%a, %b) v11\n"),
    "{'shape_pair': <[<'NCHW'>, <'NC11'>]>}", FX_VERDICT_BROKEN },
  { GRAPH ("input %a f32[1,3,8,8]\ninput %b f32[1,3,8,8]\n%y f32[*] = Add(%a, %b) v11\n"), "{'operation': <'Add'>}",
    FX_VERDICT_HOLDS },
  { GRAPH ("input %x f32[1,3,8,8]\nconst %s f32[4] = [1,1,2,2]\n%y f32[*] = Upsample(%x, %s) v9\n"),
    "{'direction': <'up'>}", FX_VERDICT_HOLDS },
  { GRAPH ("input %x f32[1,3,8,8]\n%y f32[*] = GlobalMaxPool(%x) v11\n"), "{'pool': <'MAX'>, 'global': <true>}",
    FX_VERDICT_HOLDS },
  { GRAPH ("input %x f32[1,3,8,8]\n%y f32[*] = AveragePool(%x) {kernel_shape=[2,2]} v11\n"),
    "{'pool': <'AVE'>, 'global': <true>}", FX_VERDICT_BROKEN },
};

static void
test_conditions (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    {
      g_autoptr (GVariant) when
          = g_variant_ref_sink (g_variant_parse (G_VARIANT_TYPE_VARDICT, conditions[i].when, NULL, NULL, NULL));
      FxLimit limit = { .kind_name = "note", .rule = "", .when = when };
      Fixture fixture;

      setup (&fixture, conditions[i].graph);
      g_test_message ("%s", conditions[i].when);
      g_assert_cmpint (fx_limit_applies (&limit, &fixture.subject), ==, conditions[i].verdict);
      teardown (&fixture);
    }
}

static void
test_residual (void)
{
  g_autoptr (GVariant) when = g_variant_ref_sink (g_variant_new_parsed ("{'pattern': <'residual_add_after_conv'>}"));
  FxLimit limit = { .kind_name = "stride", .rule = "", .when = when };
  Fixture fixture;

  setup (&fixture, "graph \"g\"\nopset \"\" 11\ninput %x f32[1,4,8,8]\nconst %w f32[4,4,1,1] = elided 0x0\n"
                   "%c f32[*] = Conv(%x, %w) v11\n%y f32[*] = Add(%c, %x) v11\noutput %y\n");
  g_assert_cmpint (fx_limit_applies (&limit, &fixture.subject), ==, FX_VERDICT_HOLDS);
  teardown (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limit-expr/numbers", test_numbers);
  g_test_add_func ("/limit-expr/unknown", test_unknown);
  g_test_add_func ("/limit-expr/bad", test_bad);
  g_test_add_func ("/limit-expr/let", test_let);
  g_test_add_func ("/limit-expr/split", test_split);
  g_test_add_func ("/limit-when/conditions", test_conditions);
  g_test_add_func ("/limit-when/residual", test_residual);
  return g_test_run ();
}
