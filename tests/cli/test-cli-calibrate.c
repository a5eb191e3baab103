/* fixpoint-cli calibrate on the sample: the same output for any number of threads and after being killed.
 *
 *   test-cli-calibrate PROGRAM SAMPLE_DIR
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <glib/gstdio.h>
#include <string.h>

#define PREPROCESS "rgb; mean 128 128 128; scale 0.0078125; layout nchw"

static const char *program;
static char *model, *pictures;

static char *
output_with (const char *threads)
{
  g_auto (CliResult) result = cli_run (program, "calibrate", model, "--dataset", pictures, "--preprocess", PREPROCESS,
                                       "--threads", threads, "--json", NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpstr (result.errors, ==, ""); /* good data: no findings */
  return g_steal_pointer (&result.out);
}

static void
test_threads (void)
{
  g_autofree char *one = output_with ("1");
  g_autofree char *two = output_with ("2");
  g_autofree char *three = output_with ("3");

  g_assert_cmpstr (one, ==, two);
  g_assert_cmpstr (one, ==, three);
}

static void
test_json (void)
{
  g_auto (CliResult) result = cli_run (program, "calibrate", model, "--dataset", pictures, "--preprocess", PREPROCESS,
                                       "--samples", "5", "--json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = cli_json (&result, parser);
  JsonObject *first = json_array_get_object_element (json_object_get_array_member (root, "tensors"), 0);
  JsonObject *finding = json_array_get_object_element (json_object_get_array_member (root, "findings"), 0);
  JsonObject *max = json_object_get_object_member (json_object_get_object_member (first, "ranges"), "max");

  g_assert_cmpint (json_object_get_int_member (root, "samples"), ==, 5);
  g_assert_cmpstr (json_object_get_string_member (first, "tensor"), ==, "input");
  g_assert_cmpfloat (json_object_get_double_member (max, "threshold"), <=, 1.0);
  g_assert_cmpstr (json_object_get_string_member (finding, "rule"), ==, "calibration-few-samples");
}

/* Killed as soon as something has been kept, and run again. */
static void
test_killed (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *kept = g_build_filename (folder, "kept", NULL);
  g_autofree char *whole = output_with ("2");
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, program, "calibrate", model,
      "--dataset", pictures, "--preprocess", PREPROCESS, "--threads", "1", "--resume", kept, NULL);
  g_auto (CliResult) result = { 0 };

  g_assert_no_error (error);
  for (guint i = 0; i < 20000 && !g_file_test (kept, G_FILE_TEST_EXISTS); i++)
    g_usleep (500);
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));

  result = cli_run (program, "calibrate", model, "--dataset", pictures, "--preprocess", PREPROCESS, "--threads", "2",
                    "--resume", kept, "--json", NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_nonnull (strstr (result.errors, "of 64 samples are done"));
  g_assert_cmpstr (result.out, ==, whole);
  cli_clear (&result);

  /* it does not fit other samples */
  result = cli_run (program, "calibrate", model, "--dataset", pictures, "--preprocess", PREPROCESS, "--samples", "60",
                    "--resume", kept, NULL);
  g_assert_cmpint (result.status, ==, 2);
  g_assert_nonnull (strstr (result.errors, "was gathered with another model, other samples or another preprocessing"));
  g_unlink (kept);
  {
    g_autoptr (GDir) left = g_dir_open (folder, 0, NULL);
    const char *name;

    /* the one that was killed may have been writing */
    while ((name = g_dir_read_name (left)) != NULL)
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_assert_true (g_str_has_prefix (name, "kept."));
        g_unlink (path);
      }
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Files of the wrong size stop it, each with its likely cause. */
static void
test_file_sizes (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.bin", NULL);
  g_autofree char *bytes = g_malloc0 (3 * 64 * 64);
  g_auto (CliResult) result = { 0 };

  g_assert_true (g_file_set_contents (path, bytes, 3 * 64 * 64, NULL));
  result = cli_run (program, "calibrate", model, "--dataset", folder, NULL);
  g_assert_cmpint (result.status, ==, 2);
  g_assert_nonnull (
      strstr (result.errors, "has 12288 bytes, f32[1,3,64,64] needs 49152: the elements are probably u8"));
  g_unlink (path);
  g_rmdir (folder);
}

/* The doctor speaks on standard error. */
static void
test_findings (void)
{
  g_auto (CliResult) result = cli_run (program, "calibrate", model, "--dataset", pictures, "--preprocess", "rgb", NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_nonnull (strstr (result.errors, "calibration-training"));
  g_assert_nonnull (strstr (result.out, "99.999 %"));
  g_assert_null (strstr (result.out, "calibration-"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc < 3)
    g_error ("usage: test-cli-calibrate PROGRAM SAMPLE_DIR");
  program = argv[1];
  model = g_build_filename (argv[2], "sample.onnx", NULL);
  pictures = g_build_filename (argv[2], "calibration", NULL);
  g_test_add_func ("/cli/calibrate/threads", test_threads);
  g_test_add_func ("/cli/calibrate/json", test_json);
  g_test_add_func ("/cli/calibrate/killed", test_killed);
  g_test_add_func ("/cli/calibrate/file-sizes", test_file_sizes);
  g_test_add_func ("/cli/calibrate/findings", test_findings);
  return g_test_run ();
}
