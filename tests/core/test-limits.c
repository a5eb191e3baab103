/* Every kind of limit on small graphs: tables of cases, and a walk that wants a case for every row of the kinds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "limit-cases.h"

#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"

#include <string.h>

static const LimitCase *const tables[] = {
  limit_window_cases,  limit_shape_cases,     limit_attribute_cases,
  limit_operand_cases, limit_broadcast_cases, limit_note_cases,
};

/* The first node of a graph, for judging. */
typedef struct
{
  FxGraph *graph;
  FxUses *uses;
  FxFact *inputs, *outputs;
  gpointer params;
  FxLimitSubject subject;
} Bench;

static void
bench_init (Bench *bench, const char *text, gboolean channels_last)
{
  g_autoptr (GError) error = NULL;
  const FxNode *node;

  bench->graph = fx_graph_parse (text, &error);
  g_assert_no_error (error);
  fx_graph_infer (bench->graph, NULL);
  bench->uses = fx_uses_new (bench->graph);

  /* of several nodes the first one is judged: the others are what follows it */
  node = fx_graph_node (bench->graph, 0);
  bench->inputs = g_new0 (FxFact, MAX (node->n_inputs, 1));
  bench->outputs = g_new0 (FxFact, MAX (node->n_outputs, 1));
  fx_graph_get_facts (bench->graph, node->inputs, node->n_inputs, bench->inputs);
  fx_graph_get_facts (bench->graph, node->outputs, node->n_outputs, bench->outputs);
  bench->params = node->op != NULL ? fx_op_params_new (node->op, node, NULL) : NULL;
  bench->subject = (FxLimitSubject){
    .graph = bench->graph,
    .uses = bench->uses,
    .node = node,
    .node_id = 0,
    .params = bench->params,
    .n_inputs = node->n_inputs,
    .n_outputs = node->n_outputs,
    .inputs = bench->inputs,
    .outputs = bench->outputs,
    .channels_last = channels_last,
  };
}

static void
bench_clear (Bench *bench)
{
  g_free (bench->params);
  g_free (bench->inputs);
  g_free (bench->outputs);
  fx_uses_free (bench->uses);
  fx_graph_free (bench->graph);
}

/* A limit with fields as GVariant text, without the braces around them. */
static FxLimit
make_limit (const char *kind, const char *rule, const char *fields)
{
  g_autofree char *text = g_strdup_printf ("{%s}", fields);
  g_autoptr (GError) error = NULL;
  GVariant *variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return (FxLimit){
    .kind = fx_limit_kind_find (kind, rule),
    .kind_name = kind,
    .rule = rule,
    .fields = variant,
  };
}

static const char *
verdict_name (FxVerdict verdict)
{
  return verdict == HOLDS ? "holds" : verdict == BROKEN ? "broken" : "unknown";
}

static void
run_case (const LimitCase *row)
{
  FxLimit limit = make_limit (row->kind, row->rule, row->fields);
  g_autofree char *found = NULL, *allowed = NULL, *text = NULL;
  FxVerdict verdict;
  Bench bench;

  if (limit.kind == NULL)
    g_error ("there is no kind \"%s\" with rule \"%s\"", row->kind, row->rule);
  bench_init (&bench, row->graph, row->channels_last);
  verdict = limit.kind->judge (&limit, &bench.subject, &found, &allowed);
  text = limit.kind->describe (&limit);

  if (verdict != row->verdict || (row->found != NULL && g_strcmp0 (found, row->found) != 0)
      || (row->allowed != NULL && g_strcmp0 (allowed, row->allowed) != 0) || text == NULL || *text == '\0')
    {
      g_test_message ("%s %s {%s}\n%s%s; found \"%s\", allowed \"%s\"\nwanted %s; found \"%s\", allowed \"%s\"",
                      row->kind, row->rule, row->fields, row->graph, verdict_name (verdict), found, allowed,
                      verdict_name (row->verdict), row->found, row->allowed);
      g_test_fail ();
    }
  bench_clear (&bench);
  g_variant_unref (limit.fields);
}

static void
test_cases (gconstpointer table)
{
  for (const LimitCase *row = table; row->kind != NULL; row++)
    run_case (row);
}

/* ---- the walk over the kinds ---- */

static gboolean
has_case (const FxLimitKind *kind, FxVerdict verdict)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const LimitCase *row = tables[i]; row->kind != NULL; row++)
      if (strcmp (row->kind, kind->name) == 0 && strcmp (row->rule, kind->rule) == 0 && row->verdict == verdict)
        return TRUE;

  return FALSE;
}

/* Kinds that judge nothing share one function, that of "no_limits". */
static void
test_every_kind (void)
{
  FxLimitJudge nothing = fx_limit_kind_find ("no_limits", "")->judge;
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; fx_limit_kinds[i] != NULL; i++)
    for (const FxLimitKind *kind = fx_limit_kinds[i]; kind->name != NULL; kind++)
      {
        g_hash_table_add (names, (gpointer)kind->name);
        g_assert_nonnull (kind->judge);
        g_assert_nonnull (kind->describe);
        g_assert_true (fx_limit_kind_find (kind->name, kind->rule) == kind);
        if (!has_case (kind, HOLDS) || (kind->judge != nothing && !has_case (kind, BROKEN)))
          {
            g_test_message ("%s %s lacks a case", kind->name, kind->rule);
            g_test_fail ();
          }
      }
  g_assert_cmpuint (g_hash_table_size (names), ==, 40);
  g_assert_null (fx_limit_kind_find ("stride", "no such rule"));
  g_assert_null (fx_limit_kind_find ("no such kind", ""));
}

/* ---- hostile fields ---- */

/* Values of every sort where a kind expects something else. */
static const char *const odd_values[] = { "true",
                                          "''",
                                          "'H'",
                                          "-1",
                                          "1e300",
                                          "@av []",
                                          "[[1],[2,3]]",
                                          "[<1>, <'x'>, <@mv nothing>]",
                                          "{'a': 1}",
                                          "[1,2]",
                                          "[2]",
                                          "[@mi nothing]",
                                          "(1, 'x')",
                                          "<<<'all'>>>",
                                          "[<'unspecified'>]",
                                          "'input'",
                                          "int64 9223372036854775807" };

static void
judge_all (const Bench *bench, const char *value)
{
  static const char *const fields[] = { "alignments",
                                        "allowed",
                                        "aspect",
                                        "attribute",
                                        "attributes",
                                        "axes",
                                        "axis",
                                        "batch",
                                        "channel_axis",
                                        "d",
                                        "dims",
                                        "empty_or_default",
                                        "exception",
                                        "exclude_axis",
                                        "exclusive",
                                        "expr",
                                        "fixed_axes",
                                        "forbid",
                                        "forms",
                                        "h",
                                        "in",
                                        "index",
                                        "input",
                                        "io",
                                        "length",
                                        "let",
                                        "lhs",
                                        "max",
                                        "max_changed_dims",
                                        "min",
                                        "must_be",
                                        "op",
                                        "operand",
                                        "ops",
                                        "output",
                                        "pairs",
                                        "range",
                                        "relaxed_max",
                                        "relaxed_when",
                                        "rhs",
                                        "rules",
                                        "scope",
                                        "sets",
                                        "target_rank",
                                        "broadcast_max_rank",
                                        "tensor",
                                        "tensors",
                                        "unit",
                                        "value",
                                        "values",
                                        "w",
                                        "what",
                                        "zero_indices" };
  GString *text = g_string_new (NULL);
  FxLimit all;

  for (guint i = 0; value != NULL && i < G_N_ELEMENTS (fields); i++)
    g_string_append_printf (text, "%s'%s': <%s>", i > 0 ? ", " : "", fields[i], value);
  all = make_limit ("no_limits", "", text->str);
  for (guint i = 0; fx_limit_kinds[i] != NULL; i++)
    for (const FxLimitKind *kind = fx_limit_kinds[i]; kind->name != NULL; kind++)
      {
        FxLimit limit = { .kind = kind, .kind_name = kind->name, .rule = kind->rule, .fields = all.fields };
        g_autofree char *found = NULL, *allowed = NULL, *sentence = NULL;

        kind->judge (&limit, &bench->subject, &found, &allowed);
        sentence = kind->describe (&limit);
        g_assert_nonnull (sentence);
      }
  g_variant_unref (all.fields);
  g_string_free (text, TRUE);
}

static void
test_odd_fields (void)
{
  static const char *const graphs[]
      = { TWO ("Conv", "f32[1,8,14,14]", "f32[8,8,3,3]", ""),
          ONE ("ReduceMean", "f32[*]", ""),
          TWO ("Pad", "f32[]", "s64[*]", ""),
          TWO ("MatMul", "f32[2,3]", "f32[3,1]", ""),
          ONE ("NoSuchOperator", "f32[1,8,?,n]", "axis=99, pads=[1], mode=3"),
          "opset \"\" 11\nconst %x f32[1] = [0]\n%y f32[*], %z f32[*] = Split(%x) {axis=-9}\noutput %y\n" };

  for (guint i = 0; i < G_N_ELEMENTS (graphs); i++)
    {
      Bench bench;

      bench_init (&bench, graphs[i], FALSE);
      judge_all (&bench, NULL);
      for (guint k = 0; k < G_N_ELEMENTS (odd_values); k++)
        {
          bench.subject.channels_last = k % 2;
          judge_all (&bench, odd_values[k]);
        }
      bench_clear (&bench);
    }
}

/* ---- sentences ---- */

static void
test_sentences (void)
{
  static const struct
  {
    const char *kind, *rule, *fields, *text;
  } rows[] = {
    { "kernel_range", "", "'h': <[1,7]>, 'w': <[1,7]>", "Kernel height and width 1 to 7" },
    { "kernel_range", "", "'h': <[1,7]>, 'w': <[1,9]>", "Kernel height 1 to 7, width 1 to 9" },
    { "kernel_range", "", "'h': <[1,14]>, 'w': <[1,14]>, 'forbid': <[[1,1]]>",
      "Kernel height and width 1 to 14, but not 1×1" },
    { "stride", "any", "'exception': <{'in': <[1,2]>}>",
      "Any stride, except 1 or 2 where an Add closes a residual branch behind it" },
    { "dilation", "exact", "'values': <[1,1]>", "No dilation" },
    { "weight_size", "", "'dims': <['kh','kw','kc']>, 'max': <32768>",
      "Kernel channels × height × width at most 32768" },
    { "channel_max", "",
      "'max': <8192>, 'relaxed_max': <65536>, 'relaxed_when': <{'pattern': <'last_in_quantized_subgraph'>}>, "
      "'scope': <'per_group'>, 'tensors': <['input','output']>",
      "Channels of input and output in each group at most 8192, or 65536 for the last node of a BPU subgraph" },
    { "rank", "range", "'min': <1>, 'max': <10>, 'tensor': <'io'>", "Rank of input and output 1 to 10" },
    { "attribute", "in", "'attribute': <'mode'>, 'values': <['nearest','linear']>",
      "Attribute mode nearest or linear" },
    { "size", "", "'max': <1073741824>, 'tensor': <'io'>, 'unit': <'bytes'>",
      "Size of input and output at most 1 GiB as int8" },
    { "same_as", "", "'op': <'onnx:AveragePool'>, 'aspect': <'all'>", "The limits of AveragePool" },
    { "model", "format", "'caffe': <'1.0'>, 'onnx_ir_version_max': <7>, 'onnx_opset_in': <[10,11]>",
      "Caffe 1.0, or ONNX of opset 10 or 11 and ir_version up to 7" },
    { "note", "", "", "See the documentation of the target" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FxLimit limit = make_limit (rows[i].kind, rows[i].rule, rows[i].fields);
      g_autofree char *text = limit.kind->describe (&limit);

      g_assert_cmpstr (text, ==, rows[i].text);
      g_variant_unref (limit.fields);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/limits/window", limit_window_cases, test_cases);
  g_test_add_data_func ("/limits/shape", limit_shape_cases, test_cases);
  g_test_add_data_func ("/limits/attribute", limit_attribute_cases, test_cases);
  g_test_add_data_func ("/limits/operand", limit_operand_cases, test_cases);
  g_test_add_data_func ("/limits/broadcast", limit_broadcast_cases, test_cases);
  g_test_add_data_func ("/limits/note", limit_note_cases, test_cases);
  g_test_add_func ("/limits/every-kind", test_every_kind);
  g_test_add_func ("/limits/odd-fields", test_odd_fields);
  g_test_add_func ("/limits/sentences", test_sentences);
  return g_test_run ();
}
