/* The verb perf: what it says about the sample, in text and in JSON, and how it refuses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *program;
static char *model, *scratch;

static double
number (JsonObject *object, const char *member)
{
  g_assert_true (json_object_has_member (object, member));
  return json_object_get_double_member (object, member);
}

static void
test_text (void)
{
  g_auto (CliResult) result = cli_run (program, "perf", model, "--target", "rdk-x3", NULL);

  g_assert_cmpstr (result.errors, ==, "");
  g_assert_cmpint (result.status, ==, 0);
  g_assert_nonnull (strstr (result.out, " on RDK X3 (bernoulli2)\nlatency "));
  g_assert_nonnull (strstr (result.out, "QConv              /stem/stem.0/Conv\n"));
  g_assert_nonnull (strstr (result.out, ", 1 BPU subgraph\n"));
  g_assert_nonnull (strstr (result.out, "basis      an estimate: "));
  g_assert_null (strstr (result.out, "assumed")); /* nodes that were fused away are none */
}

/* The latency is the sum of the kinds and the sum of the parts; each kind is its amount times its price. */
static void
test_json (void)
{
  g_auto (CliResult) result = cli_run (program, "perf", model, "--json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = cli_json (&result, parser);
  JsonObject *kinds = json_object_get_object_member (root, "kinds");
  JsonObject *parts = json_object_get_object_member (root, "parts_ms");
  JsonArray *nodes = json_object_get_array_member (root, "nodes");
  double latency = number (root, "latency_ms"), of_kinds = 0;
  JsonObjectIter iter;
  JsonNode *node;
  gint64 macs = 0;

  g_assert_cmpint (result.status, ==, 0);
  json_object_iter_init (&iter, kinds);
  while (json_object_iter_next (&iter, NULL, &node))
    {
      JsonObject *kind = json_node_get_object (node);

      g_assert_cmpfloat_with_epsilon (number (kind, "ms"), number (kind, "amount") * number (kind, "price_ms"), 1e-12);
      of_kinds += number (kind, "ms");
    }
  for (guint i = 0; i < json_array_get_length (nodes); i++)
    macs += json_object_get_int_member (json_array_get_object_element (nodes, i), "macs");
  g_assert_cmpfloat_with_epsilon (of_kinds, latency, 1e-9);
  g_assert_cmpfloat_with_epsilon (number (parts, "bpu") + number (parts, "cpu") + number (parts, "memory"), latency,
                                  1e-9);
  g_assert_cmpfloat_with_epsilon (number (root, "fps") * latency, 1000, 1e-6);
  g_assert_cmpint (json_object_get_int_member (root, "macs"), ==, macs);
  g_assert_cmpint (json_object_get_int_member (root, "subgraphs"), ==, 1);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (root, "cpu_islands")), ==, 0);
}

static void
test_fast (void)
{
  g_auto (CliResult) whole = cli_run (program, "perf", model, "--json", NULL);
  g_auto (CliResult) fast = cli_run (program, "perf", model, "--fast-perf", "--json", NULL);
  g_autoptr (JsonParser) whole_parser = json_parser_new (), fast_parser = json_parser_new ();
  JsonObject *with = cli_json (&whole, whole_parser), *without = cli_json (&fast, fast_parser);

  g_assert_cmpint (json_object_get_int_member (without, "removed_nodes"), >=, 2);
  g_assert_cmpfloat (number (without, "latency_ms"), <, number (with, "latency_ms"));
}

/* What the compiled program takes is said only if it is asked for; its units work side by side. */
static void
test_schedule (void)
{
  g_auto (CliResult) result = cli_run (program, "perf", model, "--schedule", "--json", NULL);
  g_auto (CliResult) plain = cli_run (program, "perf", model, "--json", NULL);
  g_auto (CliResult) text = cli_run (program, "perf", model, "--schedule", NULL);
  g_autoptr (JsonParser) parser = json_parser_new (), plain_parser = json_parser_new ();
  JsonObject *schedule = json_object_get_object_member (cli_json (&result, parser), "schedule");
  JsonObject *busy = json_object_get_object_member (schedule, "busy_ms");
  double of_units = 0;
  JsonObjectIter iter;
  JsonNode *node;

  json_object_iter_init (&iter, busy);
  while (json_object_iter_next (&iter, NULL, &node))
    {
      g_assert_cmpfloat (json_node_get_double (node), <=, number (schedule, "bpu_ms"));
      of_units += json_node_get_double (node);
    }
  g_assert_cmpfloat (of_units, >=, number (schedule, "bpu_ms"));
  g_assert_cmpint (json_object_get_int_member (schedule, "loaded_bytes"), >, 0);
  g_assert_false (json_object_has_member (cli_json (&plain, plain_parser), "schedule"));
  g_assert_nonnull (strstr (text.out, " ms on the BPU as a compiled program;"));
}

/* Two cores share what the BPU computes, and nothing else. */
static void
test_cores (void)
{
  g_auto (CliResult) one = cli_run (program, "perf", model, "--json", "--target", "rdk-x3", NULL);
  g_auto (CliResult) two
      = cli_run (program, "perf", model, "--json", "--target", "rdk-x3", "--core-num", "2", "--schedule", NULL);
  g_auto (CliResult) many = cli_run (program, "perf", model, "--core-num", "2", NULL);
  g_auto (CliResult) negative = cli_run (program, "perf", model, "--core-num", "-1", NULL);
  g_autoptr (JsonParser) alone = json_parser_new (), shared = json_parser_new ();
  JsonObject *schedule;

  g_assert_cmpfloat (json_object_get_double_member (cli_json (&two, shared), "latency_ms"), <,
                     json_object_get_double_member (cli_json (&one, alone), "latency_ms"));
  schedule = json_object_get_object_member (cli_json (&two, shared), "schedule");
  g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (schedule, "busy_ms"), "tensor2"), >,
                     0);
  g_assert_cmpint (many.status, ==, 2);
  g_assert_nonnull (strstr (many.errors, "core_num is 2, and the BPU of the RDK X5 has 1"));
  g_assert_cmpint (negative.status, ==, 2);
  g_assert_nonnull (strstr (negative.errors, "--core-num is negative"));
}

static void
test_machine (void)
{
  g_autofree char *path = g_build_filename (scratch, "machine.json", NULL);
  g_auto (CliResult) own = { 0 };
  g_auto (CliResult) wrong = { 0 };
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *message = g_strdup_printf ("fixpoint-cli: %s: \"machine\": there is no price \"warp\"\n", path);

  g_assert_true (g_file_set_contents (path, "{\"frame\": 1000, \"basis\": \"a slow board\"}", -1, NULL));
  own = cli_run (program, "perf", model, "--machine", path, "--json", NULL);
  g_assert_cmpfloat (number (cli_json (&own, parser), "latency_ms"), >, 1000);
  g_assert_nonnull (strstr (own.out, "\"a slow board\""));
  g_assert_true (g_file_set_contents (path, "{\"warp\": 9}", -1, NULL));
  wrong = cli_run (program, "perf", model, "--machine", path, NULL);
  g_assert_cmpint (wrong.status, ==, 2);
  g_assert_cmpstr (wrong.errors, ==, message);
  g_remove (path);
}

static void
test_wrong (void)
{
  g_auto (CliResult) fix = cli_run (program, "perf", model, "--fix", "some", NULL);
  g_auto (CliResult) target = cli_run (program, "perf", model, "--target", "rdk-x9", NULL);

  g_assert_cmpint (fix.status, ==, 2);
  g_assert_nonnull (strstr (fix.errors, "--fix takes \"all\""));
  g_assert_cmpint (target.status, ==, 2);
  g_assert_true (g_str_has_prefix (target.errors, "fixpoint-cli: there is no target \"rdk-x9\"; the targets are "));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  model = g_build_filename (argv[2], "sample.onnx", NULL);
  scratch = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_test_add_func ("/cli/perf/text", test_text);
  g_test_add_func ("/cli/perf/json", test_json);
  g_test_add_func ("/cli/perf/fast", test_fast);
  g_test_add_func ("/cli/perf/schedule", test_schedule);
  g_test_add_func ("/cli/perf/cores", test_cores);
  g_test_add_func ("/cli/perf/machine", test_machine);
  g_test_add_func ("/cli/perf/wrong", test_wrong);
  status = g_test_run ();
  g_rmdir (scratch);
  g_free (scratch);
  g_free (model);
  return status;
}
