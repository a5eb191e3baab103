/* fixpoint-cli compare and sensitivity on the sample.
 *
 *   test-cli-errors PROGRAM SAMPLE_DIR
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <glib/gstdio.h>
#include <string.h>

#define PREPROCESS "rgb; mean 128 128 128; scale 0.0078125; layout nchw"

static const char *program;
static char *model, *pictures;

/* ---- compare ---- */

static void
test_compare_same (void)
{
  g_auto (CliResult) result = cli_run (program, "compare", model, model, "--dataset", pictures, "--preprocess",
                                       PREPROCESS, "--samples", "2", "--json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = cli_json (&result, parser);
  JsonArray *layers = json_object_get_array_member (root, "layers");
  JsonObject *output = json_array_get_object_element (json_object_get_array_member (root, "outputs"), 0);

  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (root, "summary"), "model"), ==,
                   "sample.onnx against sample.onnx");
  g_assert_cmpint (json_array_get_length (layers), >, 20);
  for (guint i = 0; i < json_array_get_length (layers); i++)
    {
      JsonObject *layer = json_array_get_object_element (layers, i);
      JsonObject *error = json_object_get_object_member (layer, "cumulative");

      g_assert_cmpfloat (json_object_get_double_member (error, "mse"), ==, 0.0);
      g_assert_cmpfloat (json_object_get_double_member (error, "cosine"), ==, 1.0);
      g_assert_true (json_object_get_null_member (error, "sqnr_db"));
      g_assert_true (json_object_get_null_member (layer, "isolated"));
    }
  g_assert_cmpstr (json_object_get_string_member (output, "output"), ==, "scores");
}

static void
test_compare_text (void)
{
  g_auto (CliResult) result = cli_run (program, "compare", model, model, "--dataset", pictures, "--preprocess",
                                       PREPROCESS, "--samples", "1", NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_true (g_str_has_prefix (result.out, "Node "));
  g_assert_nonnull (strstr (result.out, "\nThe quantized model output:\nOutput  Cosine Similarity"));
  g_assert_nonnull (strstr (result.out, "\nscores  1.000000 "));
}

static void
test_compare_page (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "page.html", NULL);
  g_autofree char *page = NULL;
  g_auto (CliResult) result = cli_run (program, "compare", model, model, "--dataset", pictures, "--preprocess",
                                       PREPROCESS, "--samples", "1", "--html", path, NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_true (g_file_get_contents (path, &page, NULL, NULL));
  g_assert_true (g_str_has_prefix (page, "<!DOCTYPE html>"));
  g_assert_nonnull (strstr (page, "<section id=\"layers\">"));
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
expect_error (CliResult result, const char *sentence)
{
  g_assert_cmpint (result.status, ==, 2);
  g_assert_cmpstr (result.out, ==, "");
  if (strstr (result.errors, sentence) == NULL)
    g_error ("\"%s\" is not in: %s", sentence, result.errors);
  cli_clear (&result);
}

static void
test_bad_usage (void)
{
  expect_error (cli_run (program, "compare", model, NULL), "compare A B");
  expect_error (cli_run (program, "compare", model, model, NULL), "--dataset DIR is missing");
  expect_error (cli_run (program, "compare", model, "/nonexistent.onnx", "--dataset", pictures, NULL),
                "/nonexistent.onnx");
  expect_error (cli_run (program, "compare", model, model, "--dataset", pictures, "--threads", "-1", NULL),
                "--threads and --worst cannot be negative");
  expect_error (cli_run (program, "sensitivity", model, "--dataset", pictures, "--kind", "color", NULL),
                "--kind: \"color\" is none of: node, weight, activation");
  expect_error (cli_run (program, "sensitivity", model, "--dataset", pictures, "--together", NULL),
                "--together needs --name NAME");
  expect_error (cli_run (program, "sensitivity", model, "--dataset", pictures, "--preprocess", PREPROCESS, "--samples",
                         "8", NULL),
                "8 samples are too few to hold 8 of them out");
  expect_error (cli_run (program, "sensitivity", model, "--dataset", pictures, "--preprocess", PREPROCESS, "--name",
                         "nobody", NULL),
                "\"nobody\" is no node that is quantized");
  expect_error (cli_run (program, "sensitivity", model, "--dataset", pictures, "--preprocess", PREPROCESS, "--target",
                         "nowhere", NULL),
                "nowhere");
}

/* ---- sensitivity ---- */

static char *
rank_with (const char *threads)
{
  g_auto (CliResult) result
      = cli_run (program, "sensitivity", model, "--dataset", pictures, "--preprocess", PREPROCESS, "--samples", "12",
                 "--held-out", "2", "--curve", "2", "--target", "rdk-x5", "--threads", threads, "--json", NULL);

  g_assert_cmpint (result.status, ==, 0);
  return g_steal_pointer (&result.out);
}

static void
test_sensitivity (void)
{
  g_autofree char *one = rank_with ("1");
  g_autofree char *two = rank_with ("2");
  g_autoptr (JsonNode) root = json_from_string (one, NULL);
  JsonObject *sensitivity = json_object_get_object_member (json_node_get_object (root), "sensitivity");
  JsonArray *ranking = json_object_get_array_member (sensitivity, "ranking");
  double last = -1000.0;

  g_assert_cmpstr (one, ==, two);
  g_assert_cmpstr (json_object_get_string_member (sensitivity, "kind"), ==, "node");
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (sensitivity, "curve")), ==, 2);
  g_assert_cmpint (json_array_get_length (ranking), >, 10);
  for (guint i = 0; i < json_array_get_length (ranking); i++)
    {
      JsonObject *error = json_object_get_object_member (json_array_get_object_element (ranking, i), "error");

      g_assert_cmpfloat (json_object_get_double_member (error, "sqnr_db"), >=, last);
      last = json_object_get_double_member (error, "sqnr_db");
    }
}

static void
test_sensitivity_text (void)
{
  g_auto (CliResult) result
      = cli_run (program, "sensitivity", model, "--dataset", pictures, "--preprocess", PREPROCESS, "--samples", "12",
                 "--held-out", "2", "--kind", "weight", "--name", "/classifier/Gemm", "--curve", "1", NULL);
  g_auto (GStrv) lines = NULL;

  g_assert_cmpint (result.status, ==, 0);
  lines = g_strsplit (result.out, "\n", -1);
  g_assert_cmpint (g_strv_length (lines), ==, 6);
  g_assert_true (g_str_has_prefix (lines[0], "Name "));
  g_assert_true (g_str_has_prefix (lines[1], "/classifier/Gemm  Gemm "));
  g_assert_true (g_str_has_prefix (lines[4], "1  "));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  model = g_build_filename (argv[2], "sample.onnx", NULL);
  pictures = g_build_filename (argv[2], "test", NULL);
  g_test_add_func ("/cli/compare/same", test_compare_same);
  g_test_add_func ("/cli/compare/text", test_compare_text);
  g_test_add_func ("/cli/compare/page", test_compare_page);
  g_test_add_func ("/cli/errors/bad-usage", test_bad_usage);
  g_test_add_func ("/cli/sensitivity/json", test_sensitivity);
  g_test_add_func ("/cli/sensitivity/text", test_sensitivity_text);
  status = g_test_run ();
  g_free (model);
  g_free (pictures);
  return status;
}
