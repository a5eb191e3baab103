/* The verbs of fixpoint-cli on the built-in sample, and on input that is no good.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "core/graph/fx-tensor.h"
#include "io/fx-tensor-file.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *program;
static char *model, *image, *sample_dir, *scratch;

static void
test_inspect (void)
{
  g_auto (CliResult) text = cli_run (program, "inspect", model, NULL);
  g_auto (CliResult) json = cli_run (program, "inspect", "--json", model, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = cli_json (&json, parser), *input;
  JsonArray *shape;

  g_assert_cmpint (text.status, ==, 0);
  g_assert_nonnull (strstr (text.out, "input f32[1,3,64,64]"));
  g_assert_cmpint (json.status, ==, 0);
  g_assert_cmpstr (json_object_get_string_member (root, "format"), ==, "onnx");
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (root, "opsets"), ""), ==, 11);
  g_assert_cmpint (json_object_get_int_member (root, "unknown_shapes"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (root, "macs"), >, 1000000);
  g_assert_cmpint (json_object_get_int_member (root, "parameters"), >, 10000);
  input = json_array_get_object_element (json_object_get_array_member (root, "inputs"), 0);
  g_assert_cmpstr (json_object_get_string_member (input, "name"), ==, "input");
  g_assert_cmpstr (json_object_get_string_member (input, "dtype"), ==, "float32");
  shape = json_object_get_array_member (input, "shape");
  g_assert_cmpuint (json_array_get_length (shape), ==, 4);
  g_assert_cmpint (json_array_get_int_element (shape, 3), ==, 64);
}

/* The one output, as outputs.json lists it. */
static FxTensor *
load_output (void)
{
  g_autofree char *list = g_build_filename (scratch, "outputs.json", NULL);
  g_autofree char *path = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *output;
  FxTensor *tensor;

  json_parser_load_from_file (parser, list, &error);
  g_assert_no_error (error);
  output = json_array_get_object_element (
      json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "outputs"), 0);
  g_assert_cmpstr (json_object_get_string_member (output, "name"), ==, "scores");
  g_assert_cmpstr (json_object_get_string_member (output, "dtype"), ==, "float32");
  path = g_build_filename (scratch, json_object_get_string_member (output, "file"), NULL);
  tensor = fx_tensor_file_load (path, FX_DTYPE_UNDEFINED, NULL, &error);
  g_assert_no_error (error);
  return tensor;
}

static void
test_run (void)
{
  const char *pipeline = "rgb; mean 128 128 128; scale 0.0078125";
  g_auto (CliResult) fast = cli_run (program, "run", model, "--input", image, "--preprocess", pipeline, "--output-dir",
                                     scratch, "--json", NULL);
  g_autoptr (FxTensor) scores = NULL;
  g_autoptr (FxTensor) reference = NULL;
  g_auto (CliResult) plain = { 0 };

  g_assert_cmpstr (fast.errors, ==, "");
  g_assert_cmpint (fast.status, ==, 0);
  scores = load_output ();
  g_assert_true (fx_shape_equal (fx_tensor_shape (scores), &FX_SHAPE (1, 10)));

  plain = cli_run (program, "run", model, "--input", image, "--preprocess", pipeline, "--output-dir", scratch,
                   "--reference", NULL);
  g_assert_cmpint (plain.status, ==, 0);
  reference = load_output ();
  for (gsize i = 0; i < 10; i++)
    g_assert_cmpfloat_with_epsilon (fx_tensor_get_double (scores, i), fx_tensor_get_double (reference, i), 1e-4);
}

/* The accuracy that sample.json records, by the same pictures and the pipeline that it names. */
static void
test_evaluate (void)
{
  g_autofree char *facts_path = g_build_filename (sample_dir, "sample.json", NULL);
  g_autofree char *test_dir = g_build_filename (sample_dir, "test", NULL);
  g_autoptr (JsonParser) facts_parser = json_parser_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_auto (CliResult) result = { 0 };
  JsonObject *facts, *found;

  json_parser_load_from_file (facts_parser, facts_path, &error);
  g_assert_no_error (error);
  facts = json_node_get_object (json_parser_get_root (facts_parser));
  result = cli_run (program, "evaluate", model, "--dataset", test_dir, "--preprocess",
                    json_object_get_string_member (facts, "preprocess"), "--json", NULL);
  g_assert_cmpint (result.status, ==, 0);
  found = cli_json (&result, parser);
  g_assert_cmpint (json_object_get_int_member (found, "samples"), ==, 200);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (found, "top1_percent"),
                                  100.0 * json_object_get_double_member (facts, "float_top1"), 0.01);
}

/* Quantized first and evaluated beside the float network: the counts are those of a conversion with the same options,
 * and of the quantized model that it writes. */
static void
test_evaluate_integer (void)
{
  static const char preprocess[] = "rgb; mean 128 128 128; scale 0.0078125";
  g_autofree char *test_dir = g_build_filename (sample_dir, "test", NULL);
  g_autofree char *calibration = g_build_filename (sample_dir, "calibration", NULL);
  g_autofree char *quantized = g_build_filename (scratch, "sample_quantized_model.onnx", NULL);
  g_autoptr (JsonParser) pair_parser = json_parser_new (), file_parser = json_parser_new ();
  g_auto (CliResult) pair = { 0 }, convert = { 0 }, again = { 0 }, file = { 0 };
  JsonObject *found, *integer;

  pair = cli_run (program, "evaluate", model, "--engine", "integer", "--preset", "fast", "--method", "kl", "--dataset",
                  test_dir, "--calibration", calibration, "--calibration-samples", "20", "--preprocess", preprocess,
                  "--json", NULL);
  g_assert_cmpint (pair.status, ==, 0);
  found = cli_json (&pair, pair_parser);
  integer = json_object_get_object_member (found, "integer");
  g_assert_cmpstr (json_object_get_string_member (found, "method"), ==, "kl");
  g_assert_cmpstr (json_object_get_string_member (found, "target"), ==, "rdk-x5");
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (found, "float"), "top1_count"), ==, 198);
  g_assert_cmpint (json_object_get_int_member (integer, "samples"), ==, 200);
  g_assert_cmpint (json_object_get_int_member (integer, "top1_count"), >=, 194);
  g_assert_cmpint (json_object_get_int_member (found, "agree1_count"), >=, 194);
  g_assert_cmpfloat (json_object_get_double_member (found, "sqnr_db"), >, 20.0);

  convert = cli_run (program, "convert", model, "--preset", "fast", "--method", "kl", "--dataset", calibration,
                     "--samples", "20", "--preprocess", preprocess, "--measured", "1", "--output", scratch, NULL);
  g_assert_cmpint (convert.status, ==, 0);
  again
      = cli_run (program, "evaluate", quantized, "--engine", "integer", "--int16", "all", "--dataset", test_dir, NULL);
  g_assert_cmpint (again.status, ==, 2);
  g_assert_nonnull (strstr (again.errors, "is quantized already; --int16 has nothing to do"));
  file = cli_run (program, "evaluate", quantized, "--engine", "integer", "--dataset", test_dir, "--preprocess",
                  preprocess, "--json", NULL);
  g_assert_cmpint (file.status, ==, 0);
  found = cli_json (&file, file_parser);
  g_assert_cmpint (json_object_get_int_member (found, "top1_count"), ==,
                   json_object_get_int_member (integer, "top1_count"));
  g_assert_cmpint (json_object_get_int_member (found, "top5_count"), ==,
                   json_object_get_int_member (integer, "top5_count"));
}

static void
test_evaluate_table (void)
{
  g_autofree char *test_dir = g_build_filename (sample_dir, "test", NULL);
  g_auto (CliResult) result = cli_run (
      program, "evaluate", model, "--engine", "integer", "--preset", "fast", "--method", "max", "--dataset", test_dir,
      "--samples", "10", "--calibration-samples", "5", "--preprocess", "rgb; mean 128 128 128; scale 0.0078125", NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_nonnull (strstr (result.out, "samples         10        10\n"));
  g_assert_nonnull (strstr (result.out, "agreement"));
  g_assert_nonnull (strstr (result.out, "SQNR"));
  g_assert_nonnull (strstr (result.errors, "--calibration gives others"));
}

static void
test_dump (void)
{
  g_auto (CliResult) result = cli_run (program, "dump", model, NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_true (g_str_has_prefix (result.out, "graph "));
  g_assert_nonnull (strstr (result.out, " = Conv("));
  g_assert_nonnull (strstr (result.out, "output %scores"));
}

static void
test_operators (void)
{
  g_auto (CliResult) result = cli_run (program, "operators", NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_nonnull (strstr (result.out, "ConvTranspose"));
}

static void
test_errors (void)
{
  const struct
  {
    const char *arguments[8];
    const char *message;
  } rows[] = {
    { { NULL }, "usage: fixpoint-cli VERB" },
    { { "frobnicate" }, "there is no verb \"frobnicate\"" },
    { { "inspect" }, "usage: fixpoint-cli inspect MODEL" },
    { { "inspect", "--bogus", model }, "Unknown option --bogus" },
    { { "inspect", "--weihgts", "a", model }, "there is no option --weihgts; did you mean --weights?" },
    { { "inspect", "no/such/file.onnx" }, "no/such/file.onnx: cannot be opened" },
    { { "inspect", sample_dir }, "is a folder" },
    { { "inspect", image }, "is a PNG image" },
    { { "inspect", model, "--input-shape", "input=1x3x32x32" }, "cannot have shape [1,3,32,32]" },
    { { "inspect", model, "--input-shape", "nobody=1x3x64x64" }, "names no input; the model has 1: \"input\"" },
    { { "inspect", model, "--input-shape", "abc" }, "\"abc\" is not a shape" },
    { { "run", model }, "run needs --output-dir" },
    { { "run", model, "--output-dir", scratch }, "input \"input\" (f32[1,3,64,64]) is not given" },
    { { "run", model, "--output-dir", scratch, "--preprocess", "sharpen 3" }, "--preprocess: step 1" },
    { { "evaluate", model }, "evaluate needs --dataset" },
    { { "evaluate", model, "--dataset", scratch, "--engine", "int4" }, "\"int4\", not float or integer" },
    { { "evaluate", model, "--dataset", scratch, "--preprocess", "sharpen 3" }, "sharpen" },
    { { "evaluate", model, "--dataset", "no/such/folder" }, "no/such/folder" },
    { { "evaluate", model, "--dataset", scratch, "--method", "kl" }, "--method goes with --engine integer" },
    { { "evaluate", model, "--dataset", scratch, "--calibration", scratch },
      "--calibration goes with --engine integer" },
    { { "convert", model, "--dataset", scratch, "--symmetric", "--asymmetric" },
      "--asymmetric and --symmetric do not go together" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const *a = rows[i].arguments;
      g_auto (CliResult) result = cli_run (program, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], NULL);

      if (result.status != 2 || strstr (result.errors, rows[i].message) == NULL || *result.out != '\0')
        g_error ("row %u: exit %d, \"%s\", wanted 2 with \"%s\"", i, result.status, result.errors, rows[i].message);
      /* one sentence on one line; the list of verbs is the exception */
      g_assert_true (i == 0 || strchr (result.errors, '\n') == strrchr (result.errors, '\n'));
    }
}

static void
test_failed_run_leaves_outputs (void)
{
  g_autofree char *bad = g_build_filename (scratch, "short.f32", NULL);
  g_autofree char *list = g_build_filename (scratch, "outputs.json", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (CliResult) result = { 0 };

  g_file_set_contents (list, "as it was", -1, &error);
  g_file_set_contents (bad, "\0\1\2\3", 4, &error);
  g_assert_no_error (error);
  result = cli_run (program, "run", model, "--input", bad, "--output-dir", scratch, NULL);
  g_assert_cmpint (result.status, ==, 2);
  g_assert_nonnull (strstr (result.errors, "49152"));
  {
    g_autofree char *text = NULL;

    g_file_get_contents (list, &text, NULL, &error);
    g_assert_cmpstr (text, ==, "as it was");
  }
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
  g_assert_cmpint (argc, ==, 3);
  program = argv[1];
  sample_dir = argv[2];
  model = g_build_filename (sample_dir, "sample.onnx", NULL);
  {
    g_autofree char *test_dir = g_build_filename (sample_dir, "test", NULL);
    g_autoptr (GDir) dir = g_dir_open (test_dir, 0, NULL);
    const char *name = g_dir_read_name (dir);

    while (!g_str_has_suffix (name, ".png"))
      name = g_dir_read_name (dir);
    image = g_build_filename (test_dir, name, NULL);
  }
  scratch = g_dir_make_tmp ("fixpoint-cli-XXXXXX", NULL);

  g_test_add_func ("/cli/inspect", test_inspect);
  g_test_add_func ("/cli/run", test_run);
  g_test_add_func ("/cli/evaluate", test_evaluate);
  g_test_add_func ("/cli/evaluate-integer", test_evaluate_integer);
  g_test_add_func ("/cli/evaluate-table", test_evaluate_table);
  g_test_add_func ("/cli/dump", test_dump);
  g_test_add_func ("/cli/operators", test_operators);
  g_test_add_func ("/cli/errors", test_errors);
  g_test_add_func ("/cli/failed-run-leaves-outputs", test_failed_run_leaves_outputs);
  status = g_test_run ();
  remove_scratch ();
  return status;
}
