/* The verb compile on the sample, and what inspect and run make of its program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *cli;
static char *targets, *sample, *calibration, *picture, *scratch, *quantized, *program;

static char *
contents (const char *folder, const char *name, gsize *size)
{
  g_autofree char *path = g_build_filename (scratch, folder, name, NULL);
  char *bytes;

  g_assert_true (g_file_get_contents (path, &bytes, size, NULL));
  return bytes;
}

/* Made once for all tests. */
static void
convert (void)
{
  g_auto (CliResult) result = cli_run (cli, "convert", sample, "--target", "rdk-x5", "--dataset", calibration,
                                       "--samples", "8", "--preset", "fast", "-o", scratch, NULL);

  g_assert_cmpint (result.status, ==, 0);
}

static void
test_compile (void)
{
  g_auto (CliResult) result = cli_run (cli, "compile", quantized, "-o", program, "--json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = cli_json (&result, parser);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpstr (json_object_get_string_member (root, "target"), ==, "rdk-x5");
  g_assert_cmpint (json_object_get_int_member (root, "bpu_segments"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (root, "sram_peak_bytes"), <=,
                   json_object_get_int_member (root, "sram_bytes"));
  g_assert_cmpint (json_object_get_int_member (root, "loaded_bytes"), >=,
                   json_object_get_int_member (root, "parameter_bytes"));
  g_assert_cmpfloat (json_object_get_double_member (root, "bpu_ms"), >, 0);
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (root, "recipe"), "optimize_level"), ==,
                   "O2");
}

static void
test_inspect (void)
{
  g_auto (CliResult) result = cli_run (cli, "inspect", program, NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_nonnull (strstr (result.out, "model           sample_quantized_model.onnx\n"));
  g_assert_nonnull (strstr (result.out, "target          rdk-x5\n"));
  g_assert_nonnull (strstr (result.out, "inputs          input f32[1,3,64,64]\n"));
}

/* The same bits as the network it was made of. */
static void
test_run (void)
{
  g_autofree char *a = g_build_filename (scratch, "a", NULL), *b = g_build_filename (scratch, "b", NULL);
  g_auto (CliResult) one = cli_run (cli, "run", program, "--input", picture, "--output-dir", a, NULL);
  g_auto (CliResult) two = cli_run (cli, "run", quantized, "--input", picture, "--output-dir", b, NULL);
  g_autofree char *left = NULL, *right = NULL;
  gsize left_size, right_size;

  g_assert_cmpstr (one.errors, ==, "");
  g_assert_cmpint (one.status, ==, 0);
  g_assert_cmpint (two.status, ==, 0);
  left = contents ("a", "00_scores.npy", &left_size);
  right = contents ("b", "00_scores.npy", &right_size);
  g_assert_cmpmem (left, left_size, right, right_size);
}

static void
test_commands (void)
{
  g_auto (CliResult) result
      = cli_run (cli, "compile", quantized, "--commands", "--sram-bytes", "40000", "--optimize-level", "O3", NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_nonnull (strstr (result.out, "segment 0: cpu\n"));
  g_assert_nonnull (strstr (result.out, " tensor \""));
  g_assert_nonnull (strstr (result.out, "of 0.04 MB at most\n"));
}

/* The options that the boards' configuration has, too, are in the file and do what they say. */
static void
test_options (void)
{
  g_auto (CliResult) two = cli_run (cli, "compile", quantized, "--target", "rdk-x3", "--core-num", "2", "--jobs", "2",
                                    "--max-time-per-fc", "1000", "-o", program, "--json", NULL);
  g_auto (CliResult) inspected = cli_run (cli, "inspect", program, NULL);
  g_auto (CliResult) refused = cli_run (cli, "compile", quantized, "--max-time-per-fc", "12", NULL);
  g_auto (CliResult) single = cli_run (cli, "compile", quantized, "--core-num", "2", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = cli_json (&two, parser), *recipe = json_object_get_object_member (root, "recipe");

  g_assert_cmpint (json_object_get_int_member (root, "cores"), ==, 2);
  g_assert_cmpfloat (json_object_get_double_member (root, "longest_call_ms"), <=, 1);
  g_assert_cmpstr (json_object_get_string_member (recipe, "core_num"), ==, "2");
  g_assert_cmpstr (json_object_get_string_member (recipe, "max_time_per_fc"), ==, "1000");
  g_assert_nonnull (strstr (inspected.out, "calls           1 function call, the longest "));
  g_assert_nonnull (strstr (inspected.out, "; 2 cores\n"));
  g_assert_cmpint (refused.status, !=, 0);
  g_assert_nonnull (strstr (refused.errors, "max_time_per_fc is 12, wanted 0 or at least 1000 microseconds"));
  g_assert_cmpint (single.status, !=, 0);
  g_assert_nonnull (strstr (single.errors, "core_num is 2, and the BPU of the RDK X5 has 1"));
}

/* The file of a board that does not say what it has; free the path. */
static char *
board_without_machine (void)
{
  g_autofree char *from = g_build_filename (targets, "bayes-e.json", NULL);
  char *to = g_build_filename (scratch, "board.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();

  g_assert_true (json_parser_load_from_file (parser, from, NULL));
  json_object_remove_member (json_node_get_object (json_parser_get_root (parser)), "machine");
  json_generator_set_root (generator, json_parser_get_root (parser));
  g_assert_true (json_generator_to_file (generator, to, NULL));
  return to;
}

/* A program does not stay beside a network that it was not made of. */
static void
test_no_board (void)
{
  g_autofree char *folder = g_build_filename (scratch, "again", NULL);
  g_autofree char *path = g_build_filename (folder, "sample.fxb", NULL);
  g_auto (CliResult) board = cli_run (cli, "convert", sample, "--target", "rdk-x5", "--dataset", calibration,
                                      "--samples", "8", "--preset", "fast", "-o", folder, NULL);
  g_autofree char *other = board_without_machine ();
  g_auto (CliResult) none = { 0 };

  g_assert_cmpint (board.status, ==, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  none = cli_run (cli, "convert", sample, "--target", other, "--dataset", calibration, "--samples", "8", "--preset",
                  "fast", "-o", folder, NULL);
  g_assert_cmpint (none.status, ==, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
assert_refused (const char *a, const char *b, const char *c, const char *message)
{
  g_auto (CliResult) result = cli_run (cli, a, b, c, NULL);

  g_assert_cmpint (result.status, ==, 2);
  g_assert_cmpstr (result.out, ==, "");
  g_assert_nonnull (strstr (result.errors, message));
}

static void
test_refused (void)
{
  assert_refused ("compile", sample, "--json", "has no integer operators; fixpoint-cli convert makes a network");
  assert_refused ("compile", quantized, "--optimize-level=O4", "the optimize level is \"O4\", wanted O0 to O3");
  assert_refused ("compile", quantized, "--mode=fast",
                  "the compile mode is \"fast\", wanted one of latency, bandwidth, balance");
  assert_refused ("compile", quantized, "--target=rdk-x9", "rdk-x9");
  assert_refused ("run", program, "--output-dir=/tmp", "is not given; wanted --input input=FILE");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  cli = argv[1];
  targets = g_build_filename (argv[2], "..", "targets", NULL);
  sample = g_build_filename (argv[2], "sample.onnx", NULL);
  calibration = g_build_filename (argv[2], "calibration", NULL);
  picture = g_build_filename (argv[2], "test/000.png", NULL);
  scratch = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  quantized = g_build_filename (scratch, "sample_quantized_model.onnx", NULL);
  program = g_build_filename (scratch, "sample.fxb", NULL);
  convert ();
  g_test_add_func ("/cli-compile/compile", test_compile);
  g_test_add_func ("/cli-compile/inspect", test_inspect);
  g_test_add_func ("/cli-compile/run", test_run);
  g_test_add_func ("/cli-compile/commands", test_commands);
  g_test_add_func ("/cli-compile/options", test_options);
  g_test_add_func ("/cli-compile/no-board", test_no_board);
  g_test_add_func ("/cli-compile/refused", test_refused);
  status = g_test_run ();
  cli_remove_folder (scratch);
  g_free (targets);
  g_free (sample);
  g_free (calibration);
  g_free (picture);
  g_free (scratch);
  g_free (quantized);
  g_free (program);
  return status;
}
