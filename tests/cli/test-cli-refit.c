/* The verb refit: a measurement of the sample becomes prices that `perf --machine` takes, and files that are no
 * measurements are refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static const char *program;
static char *model, *scratch;

static char *
write_file (const char *name, const char *text)
{
  char *path = g_build_filename (scratch, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static double
latency (const char *machine)
{
  g_auto (CliResult) result
      = cli_run (program, "perf", model, "--json", machine != NULL ? "--machine" : NULL, machine, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_assert_cmpstr (result.errors, ==, "");
  return json_object_get_double_member (cli_json (&result, parser), "latency_ms");
}

static JsonObject *
first_row (JsonObject *root)
{
  return json_array_get_object_element (json_object_get_array_member (root, "measurements"), 0);
}

/* Three times as slow as estimated: one measurement brings the estimate most of the way, and the file says so. */
static void
test_round (void)
{
  double before = latency (NULL), after;
  g_autofree char *text = g_strdup_printf ("[{\"model\": \"%s\", \"ms\": %.17g, \"threads\": 1}]", model, 3 * before);
  g_autofree char *measured = write_file ("measured.json", text);
  g_autofree char *machine = g_build_filename (scratch, "machine.json", NULL);
  g_auto (CliResult) result = cli_run (program, "refit", measured, "--output", machine, "--json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = cli_json (&result, parser);
  g_autofree char *written = NULL;

  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (first_row (root), "before_ms"), before, 1e-9);
  after = json_object_get_double_member (first_row (root), "after_ms");
  g_assert_cmpfloat (after, >, 2.5 * before);
  g_assert_cmpfloat (after, <, 3 * before);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (root, "error_before"), 2.0 / 3, 1e-9);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (root, "error_after"), 1 - after / (3 * before), 1e-9);
  g_assert_true (json_object_get_null_member (root, "error_left_out"));
  g_assert_cmpfloat_with_epsilon (latency (machine), after, 1e-9);
  g_assert_true (g_file_get_contents (machine, &written, NULL, NULL));
  g_assert_nonnull (
      strstr (written, "\"prices of the RDK X5 refitted to 1 measurement of one board, which they miss by "));
  g_remove (measured);
  g_remove (machine);
}

/* Frames a second of one thread are a time too; the file names the board, and the model relative to itself. */
static void
test_fps (void)
{
  g_autofree char *copy = g_build_filename (scratch, "net.onnx", NULL);
  g_autofree char *measured = write_file ("fps.json", "{\"target\": \"rdk-x3\", \"measurements\": "
                                                      "[{\"model\": \"net.onnx\", \"fps\": 1250, \"bpu_ms\": 0.5},"
                                                      " {\"model\": \"net.onnx\", \"ms\": 0.8},"
                                                      " {\"model\": \"net.onnx\", \"ms\": 0.8}]}");
  g_auto (CliResult) result = { 0 };
  g_auto (CliResult) table = { 0 };
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *bytes = NULL;
  JsonObject *root;
  gsize size;

  g_assert_true (g_file_get_contents (model, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (copy, bytes, (gssize)size, NULL));
  result = cli_run (program, "refit", measured, "--json", NULL);
  root = cli_json (&result, parser);
  g_assert_cmpstr (json_object_get_string_member (root, "target"), ==, "rdk-x3");
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (first_row (root), "measured_ms"), 0.8, 1e-12);
  g_assert_cmpfloat (json_object_get_double_member (root, "error_after"), <, 0.05);
  g_assert_cmpfloat (json_object_get_double_member (root, "error_left_out"), <, 0.1);
  table = cli_run (program, "refit", measured, NULL);
  g_assert_cmpint (table.status, ==, 0);
  g_assert_nonnull (strstr (table.out, "% of those left out and predicted\n"));
  g_remove (measured);
  g_remove (copy);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text, *message;
  } cases[] = {
    { "", "\"measurements\" is nothing, wanted a list" },
    { "{", "not JSON: " },
    { "\xff", "not JSON: not UTF-8" },
    { "[[[[[[[[[[[[[[[[[[[[", "too large or too deeply nested for measurements" },
    { "/*\"*/[[[[[[[[[[[[[[[[[[[[", "too large or too deeply nested for measurements" },
    { "['\"', [[[[[[[[[[[[[[[[[[[[", "too large or too deeply nested for measurements" },
    { "{\"measurements\": 3}", "\"measurements\" is a number, wanted a list" },
    { "[]", "there are 0 measurements, wanted 1 to 1000" },
    { "[7]", "measurement 1 is a number, wanted an object" },
    { "[{\"ms\": 3}]", "measurement 1: \"model\" is not there" },
    { "[{\"model\": \"a.onnx\"}]", "measurement 1: neither \"ms\" nor \"fps\" is there" },
    { "[{\"model\": 1, \"ms\": 3}]", "measurement 1: \"model\" is a number, wanted a string" },
    { "[{\"model\": \"\", \"ms\": 3}]", "measurement 1: \"model\" is empty, wanted a path" },
    { "[{\"model\": \"a\", \"ms\": 0}]", "measurement 1: \"ms\" is 0, wanted more than 0 and at most 1e+06" },
    { "[{\"model\": \"a\", \"ms\": 1e999}]", "measurement 1: \"ms\" is inf, wanted more than 0 and at most 1e+06" },
    { "[{\"model\": \"a\", \"ms\": \"3\"}]", "measurement 1: \"ms\" is a string, wanted a number" },
    { "[{\"model\": \"a\", \"ms\": 3, \"threads\": 4}]", "measurement 1: \"threads\" is 4; only what was measured" },
    { "[{\"model\": \"a\", \"ms\": 3, \"bpu_ms\": 3}]", "measurement 1: \"bpu_ms\" is 3, wanted less than" },
    { "[{\"model\": \"a\", \"ms\": 3, \"bpu\": [1]}]",
      "measurement 1: \"bpu\" has a number in it, wanted a list of strings" },
    { "[{\"model\": \"a\", \"ms\": 3, \"fast_perf\": 1}]", "measurement 1: \"fast_perf\" is a number, wanted true" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_file ("refused.json", cases[i].text);
      g_autofree char *prefix = g_strdup_printf ("fixpoint-cli: %s: %s", path, cases[i].message);
      g_auto (CliResult) result = cli_run (program, "refit", path, NULL);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (result.status, ==, 2);
      g_assert_cmpstr (result.out, ==, "");
      if (!g_str_has_prefix (result.errors, prefix))
        g_assert_cmpstr (result.errors, ==, prefix);
      g_remove (path);
    }
}

/* A model that is not there, and no file at all. */
static void
test_missing (void)
{
  g_autofree char *path = write_file ("missing.json", "[{\"model\": \"nobody.onnx\", \"ms\": 3}]");
  g_auto (CliResult) model_missing = cli_run (program, "refit", path, NULL);
  g_auto (CliResult) file_missing = cli_run (program, "refit", "/nonexistent/measured.json", NULL);

  g_assert_cmpint (model_missing.status, ==, 2);
  g_assert_nonnull (strstr (model_missing.errors, "nobody.onnx"));
  g_assert_cmpint (file_missing.status, ==, 2);
  g_assert_nonnull (strstr (file_missing.errors, "/nonexistent/measured.json"));
  g_remove (path);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  model = g_build_filename (argv[2], "sample.onnx", NULL);
  scratch = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_test_add_func ("/cli/refit/round", test_round);
  g_test_add_func ("/cli/refit/fps", test_fps);
  g_test_add_func ("/cli/refit/refused", test_refused);
  g_test_add_func ("/cli/refit/missing", test_missing);
  status = g_test_run ();
  g_rmdir (scratch);
  g_free (scratch);
  g_free (model);
  return status;
}
