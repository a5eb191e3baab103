/* fixpoint-cli check: exit status, JSON and text, over models that can be converted, cannot, and cannot be read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "core/graph/fx-graph.h"
#include "core/graph/fx-text.h"
#include "io/onnx/onnx-writer.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *program;
static char *sample, *scratch;

/* An ONNX file of a graph in the text form. */
static char *
save (const char *name, const char *lines)
{
  g_autofree char *text = g_strconcat ("graph \"g\"\n", lines, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (text, &error);
  char *path = g_build_filename (scratch, name, NULL);

  g_assert_no_error (error);
  fx_onnx_save (graph, path, &error);
  g_assert_no_error (error);
  return path;
}

static const char *const members[]
    = { "model", "format", "ir_version", "opset", "target", "diagnostics", "nodes", "summary" };
static const char *const node_members[] = { "name", "op", "placement", "subgraph", "reasons" };
static const char *const finding_members[] = { "severity", "rule", "node", "message", "found", "allowed", "fix" };
static const char *const counts[] = { "bpu", "cpu", "folded", "unsupported", "unknown", "subgraphs" };

#define ASSERT_MEMBERS(object, names)                                                                                  \
  for (guint m = 0; m < G_N_ELEMENTS (names); m++)                                                                     \
  g_assert_true (json_object_has_member ((object), (names)[m]))

/* Every member that is promised is there, and the counts are those of the nodes. */
static void
check_form (JsonObject *root)
{
  JsonArray *nodes = json_object_get_array_member (root, "nodes");
  JsonArray *findings = json_object_get_array_member (root, "diagnostics");
  JsonObject *summary = json_object_get_object_member (root, "summary");

  ASSERT_MEMBERS (root, members);
  ASSERT_MEMBERS (summary, counts);
  for (guint i = 0; i < json_array_get_length (findings); i++)
    ASSERT_MEMBERS (json_array_get_object_element (findings, i), finding_members);
  for (guint i = 0; i < json_array_get_length (nodes); i++)
    ASSERT_MEMBERS (json_array_get_object_element (nodes, i), node_members);
  for (guint k = 0; k + 1 < G_N_ELEMENTS (counts); k++)
    {
      gint64 n = 0;

      for (guint i = 0; i < json_array_get_length (nodes); i++)
        n += strcmp (json_object_get_string_member (json_array_get_object_element (nodes, i), "placement"), counts[k])
             == 0;
      g_assert_cmpint (json_object_get_int_member (summary, counts[k]), ==, n);
    }
}

static gboolean
has_rule (JsonObject *root, const char *rule, const char *severity)
{
  JsonArray *findings = json_object_get_array_member (root, "diagnostics");

  for (guint i = 0; i < json_array_get_length (findings); i++)
    {
      JsonObject *finding = json_array_get_object_element (findings, i);

      if (strcmp (json_object_get_string_member (finding, "rule"), rule) == 0
          && strcmp (json_object_get_string_member (finding, "severity"), severity) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
test_sample (void)
{
  static const char *const targets[] = { "rdk-x3", "rdk-ultra", "rdk-x5" };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_auto (CliResult) result = cli_run (program, "check", sample, "--target", targets[i], "--json", NULL);
      g_autoptr (JsonParser) parser = json_parser_new ();
      JsonObject *root = cli_json (&result, parser);
      JsonObject *summary;

      g_assert_cmpint (result.status, ==, 0);
      check_form (root);
      summary = json_object_get_object_member (root, "summary");
      g_assert_cmpstr (json_object_get_string_member (root, "target"), ==, targets[i]);
      g_assert_cmpstr (json_object_get_string_member (root, "format"), ==, "onnx");
      g_assert_cmpint (json_object_get_int_member (root, "opset"), ==, 11);
      g_assert_cmpint (json_object_get_int_member (summary, "cpu"), ==, 0);
      g_assert_cmpint (json_object_get_int_member (summary, "subgraphs"), ==, 1);
    }
}

/* Nothing is known well enough about the S100 to say that the model cannot be converted. */
static void
test_incomplete (void)
{
  g_auto (CliResult) result = cli_run (program, "check", sample, "--target", "rdk-s100", "--json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = cli_json (&result, parser);

  g_assert_cmpint (result.status, ==, 0);
  check_form (root);
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (root, "summary"), "unknown"), >, 0);
}

static void
test_text (void)
{
  g_auto (CliResult) result = cli_run (program, "check", sample, NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_nonnull (strstr (result.out, "RDK X5 (bayes-e)"));
  g_assert_nonnull (strstr (result.out, "BPU     id(0)"));
  g_assert_nonnull (strstr (result.out, "The model can be converted."));
}

static void
test_findings (void)
{
  g_autofree char *path = save ("newer.onnx", "meta \"ir_version\" \"8\"\nopset \"\" 13\ninput %x f32[N,8,16,16]\n"
                                              "const %w f32[8,8,3,3] = elided 0x0\n%a f32[*] = Conv(%x, %w) v13\n"
                                              "%y bool[*] = IsNaN(%a) v13\noutput %y\n");
  g_auto (CliResult) result = cli_run (program, "check", path, "--json", NULL);
  g_auto (CliResult) text = cli_run (program, "check", path, NULL);
  g_auto (CliResult) shaped = cli_run (program, "check", path, "--json", "--input-shape", "x=1x8x16x16", NULL);
  g_autoptr (JsonParser) parser = json_parser_new (), shaped_parser = json_parser_new ();
  JsonObject *root = cli_json (&result, parser);

  g_assert_cmpint (result.status, ==, 1);
  check_form (root);
  g_assert_true (has_rule (root, "ir-version", "error"));
  g_assert_true (has_rule (root, "opset", "error"));
  g_assert_true (has_rule (root, "input-dynamic", "error"));
  g_assert_true (has_rule (root, "unsupported", "error"));
  g_assert_cmpint (text.status, ==, 1);
  g_assert_nonnull (strstr (text.out, "The model cannot be converted: 4 errors."));
  g_assert_cmpint (shaped.status, ==, 1);
  g_assert_false (has_rule (cli_json (&shaped, shaped_parser), "input-dynamic", "error"));
}

static void
test_fixed (void)
{
  g_autofree char *path
      = save ("opset13.onnx", "opset \"\" 13\ninput %x f32[N,8,16,16]\nconst %w f32[8,8,3,3] = elided 0x0\n"
                              "%a f32[*] = Conv(%x, %w) v13\n%b f32[*] = Dropout(%a) v13\n%y f32[*] = Relu(%b) v13\n"
                              "output %y\n");
  g_autofree char *fixed = g_build_filename (scratch, "fixed.onnx", NULL);
  g_auto (CliResult) before = cli_run (program, "check", path, NULL);
  g_auto (CliResult) one = cli_run (program, "check", path, "--fix", "convert-opset", "--json", NULL);
  g_auto (CliResult) result = cli_run (program, "check", path, "--fix", "all", "-o", fixed, "--json", NULL);
  g_auto (CliResult) after = cli_run (program, "check", fixed, NULL);
  g_autoptr (JsonParser) parser = json_parser_new (), one_parser = json_parser_new ();

  g_assert_cmpint (before.status, ==, 1);
  g_assert_cmpint (one.status, ==, 1);
  g_assert_cmpint (json_object_get_int_member (cli_json (&one, one_parser), "opset"), ==, 11);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpint (json_object_get_int_member (cli_json (&result, parser), "opset"), ==, 11);
  g_assert_cmpint (after.status, ==, 0);
  g_unlink (fixed);
}

/* TopK of the X3 is that of opset 10: a model of an opset that the board reads keeps it, and what can be converted
 * stays so even where another fix would want opset 11. */
static void
test_fixed_opset_10 (void)
{
  static const char *const ends[] = { "", "const %m f32[256,4] = elided 0x0\n%f f32[*] = Flatten(%z) v9\n"
                                          "%o f32[*] = MatMul(%f, %m) v9\noutput %o\n" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *text = g_strconcat (
          "meta \"ir_version\" \"6\"\nopset \"\" 10\ninput %x f32[1,8,8,8]\nconst %w f32[8,8,1,1] = elided 0x0\n"
          "const %k s64[1] = [4]\n%a f32[*] = Conv(%x, %w) v10\n%b f32[*], %i s64[*] = TopK(%a, %k) v10\n"
          "%z f32[*] = Conv(%b, %w) v10\noutput %z\n",
          ends[i], NULL);
      g_autofree char *path = save ("opset10.onnx", text);
      g_auto (CliResult) before = cli_run (program, "check", path, "--target", "rdk-x3", NULL);
      g_auto (CliResult) fixed = cli_run (program, "check", path, "--target", "rdk-x3", "--fix", "all", "--json", NULL);
      g_autoptr (JsonParser) parser = json_parser_new ();

      g_assert_cmpint (before.status, ==, 0);
      g_assert_cmpint (fixed.status, ==, 0);
      g_assert_cmpint (json_object_get_int_member (cli_json (&fixed, parser), "opset"), ==, 10);
    }
}

/* The S100 reads opset 13, with the version of the file that goes with it. */
static void
test_fixed_opset_13 (void)
{
  g_autofree char *path
      = save ("opset13.onnx", "meta \"ir_version\" \"8\"\nopset \"\" 13\ninput %x f32[1,8,16,16]\n"
                              "const %w f32[8,8,3,3] = elided 0x0\n%y f32[*] = Conv(%x, %w) v13\noutput %y\n");
  g_auto (CliResult) result = cli_run (program, "check", path, "--target", "rdk-s100", "--fix", "all", "--json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = cli_json (&result, parser);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpint (json_object_get_int_member (root, "opset"), ==, 13);
  g_assert_cmpint (json_object_get_int_member (root, "ir_version"), ==, 8);
}

static void
test_unreadable (void)
{
  g_autofree char *garbage = g_build_filename (scratch, "garbage.onnx", NULL);
  g_autofree char *fixed = g_build_filename (scratch, "never.onnx", NULL);
  g_auto (CliResult) missing = cli_run (program, "check", "/no/such/model.onnx", NULL);
  g_auto (CliResult) target = cli_run (program, "check", sample, "--target", "rdk-x9", NULL);
  g_auto (CliResult) none = cli_run (program, "check", NULL);
  g_auto (CliResult) fix = cli_run (program, "check", sample, "--fix", "everything", "-o", fixed, NULL);
  g_auto (CliResult) shape = cli_run (program, "check", sample, "--input-shape", "input=1x3", NULL);
  g_auto (CliResult) unreadable = { 0 };

  g_assert_true (g_file_set_contents (garbage, "not a model at all", -1, NULL));
  unreadable = cli_run (program, "check", garbage, "--json", NULL);
  g_assert_cmpint (missing.status, ==, 2);
  g_assert_cmpint (unreadable.status, ==, 2);
  g_assert_cmpstr (unreadable.out, ==, "");
  g_assert_cmpint (target.status, ==, 2);
  g_assert_nonnull (strstr (target.errors, "rdk-ultra"));
  g_assert_cmpint (none.status, ==, 2);
  g_assert_cmpint (fix.status, ==, 2);
  g_assert_nonnull (strstr (fix.errors, "convert-opset"));
  g_assert_false (g_file_test (fixed, G_FILE_TEST_EXISTS));
  g_assert_cmpint (shape.status, ==, 2);
}

static void
test_operators (void)
{
  g_auto (CliResult) result = cli_run (program, "operators", "--targets", NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_nonnull (strstr (result.out, "**RDK X3**, BPU: yes"));
  g_assert_nonnull (strstr (result.out, "### InnerProduct"));
  g_assert_null (strstr (result.out, "this version does not know"));
}

static void
remove_scratch (void)
{
  g_autoptr (GDir) dir = g_dir_open (scratch, 0, NULL);

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (scratch, name, NULL);

      g_unlink (path);
    }
  g_rmdir (scratch);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (argc != 3)
    g_error ("usage: test-check FIXPOINT_CLI SAMPLE_FOLDER");
  program = argv[1];
  sample = g_build_filename (argv[2], "sample.onnx", NULL);
  scratch = g_dir_make_tmp ("fixpoint-check-XXXXXX", NULL);
  g_test_add_func ("/cli/check/sample", test_sample);
  g_test_add_func ("/cli/check/incomplete", test_incomplete);
  g_test_add_func ("/cli/check/text", test_text);
  g_test_add_func ("/cli/check/findings", test_findings);
  g_test_add_func ("/cli/check/fixed", test_fixed);
  g_test_add_func ("/cli/check/fixed-opset-10", test_fixed_opset_10);
  g_test_add_func ("/cli/check/fixed-opset-13", test_fixed_opset_13);
  g_test_add_func ("/cli/check/unreadable", test_unreadable);
  g_test_add_func ("/cli/operators/targets", test_operators);
  status = g_test_run ();
  remove_scratch ();
  g_free (sample);
  g_free (scratch);
  return status;
}
