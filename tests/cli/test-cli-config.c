/* The verb config: a configuration made for a model is one that the verb itself finds right.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *program;
static char *model, *samples, *scratch;

static void
test_new (void)
{
  g_autofree char *path = g_build_filename (scratch, "new.yaml", NULL);
  g_autofree char *set = g_strdup_printf ("cal_data_dir=%s", samples);
  g_auto (CliResult) made = cli_run (program, "config", model, "--target", "rdk-x3", "--set", set, "-o", path, NULL);
  g_auto (CliResult) checked = cli_run (program, "config", path, NULL);

  g_assert_cmpstr (made.errors, ==, "");
  g_assert_cmpint (made.status, ==, 0);
  g_assert_cmpint (checked.status, ==, 0);
  g_assert_nonnull (strstr (checked.out, "march: bernoulli2"));
  g_assert_nonnull (strstr (checked.out, "input_shape: 1x3x64x64"));
  g_assert_nonnull (strstr (checked.out, "input_type_train: rgb"));
  g_assert_nonnull (strstr (checked.out, samples));
  g_remove (path);
}

/* Paths that were relative to the file mean the same after it was written elsewhere. */
static void
test_relative (void)
{
  g_autofree char *path = g_build_filename (scratch, "relative.yaml", NULL);
  g_autofree char *wanted = g_build_filename (scratch, "net.onnx", NULL);
  g_auto (CliResult) result = { 0 };

  g_assert_true (g_file_set_contents (path, "model_parameters:\n  onnx_model: net.onnx\n", -1, NULL));
  result = cli_run (program, "config", path, "--set", "march=bayes", NULL);
  g_assert_cmpint (result.status, ==, 1);
  g_assert_nonnull (strstr (result.out, wanted));
  g_remove (path);
}

/* A path of the command line is one of the shell, also where the file is written to another folder. */
static void
test_relative_set (void)
{
  g_autofree char *path = g_build_filename (scratch, "set.yaml", NULL);
  g_autofree char *here = g_get_current_dir (), *wanted = g_strdup_printf ("cal_data_dir: %s\n", here);
  g_autofree char *contents = NULL;
  g_auto (CliResult) result = cli_run (program, "config", model, "--set", "cal_data_dir=.", "-o", path, NULL);

  g_assert_cmpstr (result.errors, ==, "");
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_nonnull (strstr (contents, wanted));
  g_remove (path);
}

static void
test_wrong (void)
{
  g_auto (CliResult) key = cli_run (program, "config", model, "--set", "mean_valu=1", NULL);
  g_auto (CliResult) missing = cli_run (program, "config", "/nonexistent/a.yaml", NULL);

  g_assert_cmpint (key.status, ==, 2);
  g_assert_cmpstr (key.errors, ==,
                   "fixpoint-cli: --set: there is no key \"mean_valu\"; did you mean \"mean_value\"?\n");
  g_assert_cmpint (missing.status, ==, 2);
  g_assert_true (g_str_has_prefix (missing.errors, "fixpoint-cli: /nonexistent/a.yaml: "));
}

/* Files of the name and in the folder that the configuration gives, relative to itself. */
static void
test_convert (void)
{
  g_autofree char *path = g_build_filename (scratch, "convert.yaml", NULL);
  g_autofree char *out = g_build_filename (scratch, "out", NULL);
  g_autofree char *quantized = g_build_filename (out, "fixed_quantized_model.onnx", NULL);
  g_autofree char *text
      = g_strdup_printf ("model_parameters:\n  onnx_model: %s\n  march: bayes-e\n  working_dir: ./out\n"
                         "  output_model_file_prefix: fixed\n  remove_node_name: nobody; scores_DequantizeLinear\n"
                         "input_parameters:\n  input_type_train: rgb\n  input_layout_train: NCHW\n"
                         "  input_type_rt: rgb\n  norm_type: data_mean_and_scale\n"
                         "  mean_value: 128\n  scale_value: 0.0078125\n"
                         "calibration_parameters:\n  cal_data_dir: %s\n  preprocess_on: True\n"
                         "  calibration_type: max\n"
                         "compiler_parameters:\n  optimize_level: O2\n",
                         model, samples);
  g_autofree char *compiled = g_build_filename (out, "fixed.fxb", NULL);
  g_auto (CliResult) converted = { 0 }, other = { 0 }, inspected = { 0 };

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  converted = cli_run (program, "convert", "--config", path, NULL);
  g_assert_cmpint (converted.status, ==, 0);
  g_assert_true (g_file_test (quantized, G_FILE_TEST_IS_REGULAR));
  g_assert_nonnull (strstr (converted.out, quantized));
  g_assert_nonnull (strstr (converted.out, "HZ_PREPROCESS_FOR_input"));

  /* a node is left to the user's program by its name, and one that is none is told */
  inspected = cli_run (program, "inspect", compiled, NULL);
  g_assert_nonnull (strstr (inspected.out, "outputs         scores_quantized s32[1,10]\n"));
  g_assert_nonnull (strstr (converted.errors, "\"nobody\": remove_node_name: the quantized network has no node"));
  g_assert_null (strstr (converted.errors, "scores_DequantizeLinear\": remove_node_name"));

  /* other samples are fed as the configuration says, too */
  other = cli_run (program, "convert", "--config", path, "--dataset", samples, "--input-shape", "1x3x64x64", NULL);
  g_assert_cmpint (other.status, ==, 0);
  g_assert_nonnull (strstr (other.out, "HZ_PREPROCESS_FOR_input"));
  g_assert_nonnull (strstr (converted.out, " ms a frame on RDK X5 by estimate"));
  cli_remove_folder (out);
  g_remove (path);
}

/* Of one picture; `more` are keys of its input, keys of the compiler can follow the level. */
static char *
write_config (const char *more, const char *level)
{
  char *path = g_build_filename (scratch, "options.yaml", NULL);
  g_autofree char *text
      = g_strdup_printf ("model_parameters:\n  onnx_model: %s\n  march: bayes-e\n  working_dir: ./out\n"
                         "input_parameters:\n%s  input_type_train: rgb\n  input_layout_train: NCHW\n"
                         "  input_type_rt: nv12\n  norm_type: data_mean_and_scale\n"
                         "  mean_value: 128\n  scale_value: 0.0078125\n"
                         "calibration_parameters:\n  cal_data_dir: %s\n  preprocess_on: True\n"
                         "  calibration_type: max\n"
                         "compiler_parameters:\n  optimize_level: %s\n",
                         model, more, samples, level);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* The configuration's mean and scale are computed on the board: samples that had theirs already would get them twice.
 */
static void
test_normalized_twice (void)
{
  g_autofree char *path = write_config ("", "O2"), *out = g_build_filename (scratch, "out", NULL);
  g_auto (CliResult) twice = cli_run (program, "convert", "--config", path, "--dataset", samples, "--preprocess",
                                      "rgb; mean 128; scale 0.0078125", NULL);
  g_auto (CliResult) once = cli_run (program, "convert", "--config", path, "--dataset", samples, "--preprocess",
                                     "resize 64x64; rgb", "--measured", "1", NULL);

  g_assert_cmpint (twice.status, ==, 2);
  g_assert_nonnull (strstr (twice.errors, "--preprocess: mean, scale and std are left to the configuration"));
  g_assert_cmpint (once.status, ==, 0);
  cli_remove_folder (out);
  g_remove (path);
}

/* `limit` of a function call; NULL: there is none. */
static void
check_recipe (const char *file, const char *level, const char *mode, const char *limit)
{
  g_auto (CliResult) result = cli_run (program, "inspect", file, "--json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *recipe = json_object_get_object_member (cli_json (&result, parser), "recipe");

  g_assert_cmpstr (json_object_get_string_member (recipe, "optimize_level"), ==, level);
  g_assert_cmpstr (json_object_get_string_member (recipe, "compile_mode"), ==, mode);
  g_assert_cmpstr (json_object_get_string_member_with_default (recipe, "max_time_per_fc", NULL), ==, limit);
}

/* The program is compiled as the configuration says; options go before that, each by itself. */
static void
test_compiler (void)
{
  g_autofree char *path = write_config ("", "O1\n  compile_mode: bandwidth\n  max_time_per_fc: 1500");
  g_autofree char *out = g_build_filename (scratch, "out", NULL);
  g_autofree char *a = g_build_filename (out, "a.fxb", NULL), *b = g_build_filename (out, "b.fxb", NULL);
  g_auto (CliResult) said = cli_run (program, "convert", "--config", path, "--measured", "1", "--prefix", "a", NULL);
  g_auto (CliResult) given = cli_run (program, "convert", "--config", path, "--measured", "1", "--prefix", "b",
                                      "--optimize-level", "O3", "--max-time-per-fc", "0", NULL);
  g_auto (CliResult) wrong = cli_run (program, "convert", "--config", path, "--core-num", "-1", NULL);

  g_assert_cmpint (said.status, ==, 0);
  g_assert_cmpint (given.status, ==, 0);
  check_recipe (a, "O1", "bandwidth", "1500");
  check_recipe (b, "O3", "bandwidth", NULL);
  g_assert_cmpint (wrong.status, ==, 2);
  g_assert_nonnull (strstr (wrong.errors, "--core-num is negative"));
  cli_remove_folder (out);
  g_remove (path);
}

/* Inputs that the configuration names are found by their names. */
static void
test_input_names (void)
{
  g_autofree char *path = write_config ("  input_name: input\n  input_shape: 1x3x64x64\n", "O2");
  g_auto (CliResult) other = cli_run (program, "convert", "--config", path, "--input-shape", "nobody=1x3x64x64", NULL);
  g_auto (CliResult) wrong = cli_run (program, "convert", "--config", path, "--input-shape", "input=1x3x32x32", NULL);

  g_assert_cmpint (other.status, ==, 2);
  g_assert_nonnull (strstr (other.errors, "--input-shape: there is no input \"nobody\"; number 1 is \"input\""));
  g_assert_cmpint (wrong.status, ==, 2);
  g_assert_nonnull (strstr (wrong.errors, "[1,3,32,32]"));
  g_remove (path);
}

/* A project, as the window saves it. */
static void
test_project (void)
{
  g_autofree char *path = g_build_filename (scratch, "project.fixpoint", NULL);
  g_autofree char *yaml = g_build_filename (scratch, "project.yaml", NULL);
  g_autofree char *data = g_build_filename (scratch, "project_data", NULL);
  g_autofree char *out = g_build_filename (scratch, "model_output", NULL);
  g_autofree char *program_file = g_build_filename (out, "sample.fxb", NULL);
  g_autofree char *text = g_strdup_printf ("{ \"fixpoint-project\": 2, \"model\": \"%s\", \"target\": \"rdk-x3\","
                                           " \"datasets\": [{ \"path\": \"%s\" }], \"conversion\":"
                                           " { \"method\": \"max\", \"preset\": \"fast\", \"samples\": 5 } }",
                                           model, samples);
  g_auto (CliResult) exported = { 0 }, converted = { 0 }, nowhere = { 0 };

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  exported = cli_run (program, "config", path, "-o", yaml, NULL);
  g_assert_cmpint (exported.status, ==, 0);
  g_assert_nonnull (strstr (exported.errors, "no place for how much is tried"));
  converted = cli_run (program, "convert", "--config", yaml, NULL);
  g_assert_cmpint (converted.status, ==, 0);
  g_assert_true (g_file_test (program_file, G_FILE_TEST_EXISTS));
  nowhere = cli_run (program, "config", path, NULL);
  g_assert_cmpint (nowhere.status, ==, 2);
  g_assert_nonnull (strstr (nowhere.errors, "-o FILE"));
  cli_remove_folder (data);
  cli_remove_folder (out);
  g_remove (path);
  g_remove (yaml);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  model = g_build_filename (argv[2], "sample.onnx", NULL);
  samples = g_build_filename (argv[2], "calibration", NULL);
  scratch = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_test_add_func ("/cli/config/new", test_new);
  g_test_add_func ("/cli/config/relative", test_relative);
  g_test_add_func ("/cli/config/relative-set", test_relative_set);
  g_test_add_func ("/cli/config/wrong", test_wrong);
  g_test_add_func ("/cli/config/convert", test_convert);
  g_test_add_func ("/cli/config/compiler", test_compiler);
  g_test_add_func ("/cli/config/normalized-twice", test_normalized_twice);
  g_test_add_func ("/cli/config/input-names", test_input_names);
  g_test_add_func ("/cli/config/project", test_project);
  status = g_test_run ();
  g_rmdir (scratch);
  g_free (scratch);
  g_free (samples);
  g_free (model);
  return status;
}
