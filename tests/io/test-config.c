/* The vendor's configuration file: what is read, what is complained about and in which words, and what is written back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/fx-nearest.h"
#include "io/config/config-conversion.h"
#include "io/config/fx-config.h"
#include "io/config/fx-yaml.h"

#include <gio/gio.h>
#include <string.h>

static const char *shared_examples; /* folder of published-like configurations; "": none */

/* A configuration that nothing is wrong with, but for files that do not exist, by section; a case replaces one line. */
static const char *const good[] = {
  "model_parameters:",
  "  onnx_model: /dev/null",
  "  march: bayes-e",
  "  output_model_file_prefix: net",
  "input_parameters:",
  "  input_name: image",
  "  input_shape: 1x3x224x224",
  "  input_type_train: rgb",
  "  input_layout_train: NCHW",
  "  input_type_rt: nv12",
  "  norm_type: data_mean_and_scale",
  "  mean_value: 123.675 116.28 103.53",
  "  scale_value: 0.01712475 0.017507 0.01742919",
  "calibration_parameters:",
  "  calibration_type: skip",
  "compiler_parameters:",
  "  optimize_level: O3",
};

/* `line` (counted from 1) is replaced by `text`, or `text` comes behind the last line if line is 0. */
typedef struct
{
  const char *name;
  guint line;
  const char *text;
  FxSeverity severity;
  const char *message; /* of the first finding that is not about files; NULL: no finding */
} Case;

static const Case cases[] = {
  { "good", 3, "  march: bayes-e", FX_SEVERITY_INFO, NULL },
  { "unknown-key", 12, "  mean_vale: 1", FX_SEVERITY_ERROR,
    "line 12, mean_vale: the section input_parameters has no such key; did you mean \"mean_value\"?" },
  { "wrong-section", 14, "calibration_parameters:\n  jobs: 2", FX_SEVERITY_ERROR,
    "line 15, jobs: is a key of the section compiler_parameters, found in calibration_parameters" },
  { "unknown-section", 4, "model_parameter:", FX_SEVERITY_ERROR,
    "line 4: there is no section \"model_parameter\"; did you mean \"model_parameters\"?" },
  { "word", 8, "  input_type_train: rbg", FX_SEVERITY_ERROR,
    "line 8, input_type_train: \"rbg\" is not known, did you mean \"rgb\"? There are rgb, bgr, yuv444, gray, "
    "featuremap" },
  { "march", 3, "  march: bayes_e", FX_SEVERITY_ERROR,
    "line 3, march: \"bayes_e\" is not known, did you mean \"bayes-e\"? There are bernoulli2, bayes, bayes-e, nash-e, "
    "nash-m, "
    "nash-p" },
  { "number", 17, "  optimize_level: O3\n  jobs: many", FX_SEVERITY_ERROR,
    "line 18, jobs: found \"many\", wanted a whole number" },
  { "range", 17, "  optimize_level: O3\n  max_time_per_fc: 12", FX_SEVERITY_ERROR,
    "line 18, max_time_per_fc: found 12, wanted 0 or at least 1000 µs" },
  { "bool", 17, "  optimize_level: O3\n  debug: perhaps", FX_SEVERITY_ERROR,
    "line 18, debug: found \"perhaps\", wanted True or False" },
  { "shape", 7, "  input_shape: 1x3x0x", FX_SEVERITY_ERROR,
    "line 7, input_shape: found \"1x3x0x\", wanted a shape such as 1x3x224x224" },
  { "odd-nv12", 7, "  input_shape: 1x3x225x224", FX_SEVERITY_ERROR,
    "line 7, input_shape: input \"image\" of shape [1,3,225,224]: height and width must be even for nv12" },
  { "channels", 7, "  input_shape: 1x224x224x3", FX_SEVERITY_ERROR,
    "line 7, input_shape: input \"image\" of shape [1,224,224,3] has no 3 channels in the layout NCHW, as rgb needs" },
  { "pair", 10, "  input_type_rt: gray", FX_SEVERITY_ERROR,
    "line 10, input_type_rt: \"gray\" cannot be transformed to the input_type_train \"rgb\"" },
  { "missing-mean", 12, "", FX_SEVERITY_ERROR,
    "mean_value: is missing for input 1, whose norm_type is data_mean_and_scale" },
  { "mean-count", 12, "  mean_value: 1 2", FX_SEVERITY_ERROR,
    "line 12, mean_value: wanted one value or 3, one for each channel of rgb" },
  { "mean-of-0-1", 12, "  mean_value: 0.485 0.456 0.406", FX_SEVERITY_WARNING,
    "line 12, mean_value: looks like the mean of 0…1 data; pictures here are 0…255: multiply by 255" },
  { "counts", 8, "  input_type_train: rgb; bgr", FX_SEVERITY_ERROR,
    "line 8, input_type_train: found 2 values, wanted 1: one for each input, joined by \";\"" },
  { "no-data", 15, "  calibration_type: kl", FX_SEVERITY_ERROR,
    "cal_data_dir: is missing; only calibration_type skip does without samples" },
  { "percentile", 15, "  calibration_type: skip\n  max_percentile: 0.9999", FX_SEVERITY_WARNING,
    "line 16, max_percentile: is only used with calibration_type max" },
  { "two-models", 2, "  onnx_model: /dev/null\n  prototxt: /dev/null", FX_SEVERITY_ERROR,
    "line 2, onnx_model: there is a Caffe model as well; wanted one of them" },
  { "half-caffe", 2, "  prototxt: /dev/null", FX_SEVERITY_ERROR, "caffe_model: is missing; a Caffe model has both" },
  { "core-num", 17, "  optimize_level: O3\n  core_num: 2", FX_SEVERITY_ERROR,
    "line 18, core_num: bayes-e has one core" },
  { "x3-int16", 3, "  march: bernoulli2\n  set_node_data_type: Conv_0:int16", FX_SEVERITY_ERROR,
    "line 4, set_node_data_type: does not exist for bernoulli2" },
  { "node-info", 4, "  node_info: {\"Conv_0\": {\"ON\": \"GPU\"}}", FX_SEVERITY_ERROR,
    "line 4, node_info: node \"Conv_0\": ON is \"GPU\", wanted BPU or CPU" },
  { "node-info-text", 4, "  node_info: Conv_0=int16", FX_SEVERITY_ERROR,
    "line 4, node_info: found \"Conv_0=int16\", wanted the form Conv_0:int16;Conv_1:int16" },
  { "optimization", 15, "  calibration_type: skip\n  optimization: set_model_output_int16, go_faster",
    FX_SEVERITY_ERROR,
    "line 16, optimization: \"go_faster\" is not known; there are set_model_output_int8, set_all_nodes_int16, "
    "set_<OpType>_input_int8 and the like" },
  { "source", 17, "  optimize_level: O3\n  input_source: {image: ddr}", FX_SEVERITY_ERROR,
    "line 18, input_source: \"image\": nv12 cannot come from ddr" },
  { "source-name", 17, "  optimize_level: O3\n  input_source: {imge: pyramid}", FX_SEVERITY_ERROR,
    "line 18, input_source: there is no input \"imge\" among the input_name" },
  { "not-a-dict", 17, "  optimize_level: O3\n  input_source: pyramid", FX_SEVERITY_ERROR,
    "line 18, input_source: found \"pyramid\", wanted a mapping such as {\"name\": \"value\"}" },
  { "resizer", 17, "  optimize_level: O3\n  input_source: {image: resizer}", FX_SEVERITY_WARNING,
    "line 18, input_source: \"image\": resizer has no effect" },
  { "unused", 4, "  layer_out_dump: True", FX_SEVERITY_WARNING,
    "line 4, layer_out_dump: has no effect; fixpoint-cli run --output gives the values of a layer" },
  { "unused-off", 4, "  layer_out_dump: False", FX_SEVERITY_INFO, NULL },
  { "unused-section", 17, "  optimize_level: O3\ncustom_op:\n  custom_op_method: register", FX_SEVERITY_WARNING,
    "line 19, custom_op_method: has no effect: operators of one's own are not run" },
  { "unused-optimization", 15, "  calibration_type: skip\n  optimization: run_fast", FX_SEVERITY_WARNING,
    "line 16, optimization: \"run_fast\" has no effect" },
  { "nash-o3", 3, "  march: nash-e", FX_SEVERITY_ERROR,
    "line 17, optimize_level: \"O3\" is not known, did you mean \"O0\"? There are O0, O1, O2" },
};

static char *
config_text (const Case *test)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_string_append_printf (text, "%s\n", i + 1 == test->line ? test->text : good[i]);
  return g_string_free (text, FALSE);
}

/* The first finding that is not "there is no file …". */
static const FxDiagnostic *
first (const GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const FxDiagnostic *finding = g_ptr_array_index (findings, i);

      if (strstr (finding->message, "there is no file") == NULL
          && strstr (finding->message, "there is no folder") == NULL)
        return finding;
    }
  return NULL;
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *text = config_text (test);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxConfig) config = fx_config_parse (text, strlen (text), NULL, findings, &error);
  const FxDiagnostic *finding;

  g_assert_no_error (error);
  g_assert_nonnull (config);
  finding = first (findings);
  g_assert_cmpstr (finding != NULL ? finding->message : NULL, ==, test->message);
  if (finding != NULL)
    g_assert_cmpint (finding->severity, ==, test->severity);
}

/* Not YAML, or not the YAML that is wanted. */
static const struct
{
  const char *text, *message;
} broken[] = {
  { "", "is empty" },
  { "model_parameters: {", "line 2: is not YAML: did not find expected node content" },
  { "- a\n- b\n", "line 1: wanted sections such as model_parameters" },
  { "a: &x 1\n", "line 1: anchors and tags are not supported" },
  { "a: *x\n", "line 1: aliases (*name) are not supported" },
  { "a: 1\nb: 2\na: 3\n", "line 3: \"a\" is given a second time, after line 1" },
  { "a: 1\n---\nb: 2\n", "line 2: a second document begins; wanted one" },
  { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "line 1: is nested deeper than 16 or has more than 20000 values" },
  { "a: \"x\\0y\"\n", "line 1: the text holds a NUL character" },
};

static void
test_broken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
      g_autoptr (GError) error = NULL;

      g_assert_null (fx_config_parse (broken[i].text, strlen (broken[i].text), NULL, findings, &error));
      g_assert_nonnull (error);
      g_assert_cmpstr (error->message, ==, broken[i].message);
    }
}

/* A file without bytes has no text at all. */
static void
test_no_bytes (void)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_config_parse (NULL, 0, NULL, findings, &error));
  g_assert_cmpstr (error->message, ==, "is empty");
}

static void
test_values (void)
{
  static const char text[] = "model_parameters:\n  caffe_model: ''\n  working_dir: out\n  output_nodes: [a, 'b;c']\n"
                             "  node_info: {\"n\": {\"ON\": CPU}}\n"
                             "input_parameters:\n  input_name: 'x; y'\n  mean_value: '1 2,3; None'\n"
                             "calibration_parameters:\n  max_percentile: 0.5\ncompiler_parameters:\n  debug: yes\n";
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxConfig) config = fx_config_parse (text, strlen (text), "/folder", findings, NULL);
  g_autofree char *dir = fx_config_path (config, FX_CONFIG_WORKING_DIR, 0);
  const char *const *outputs;
  g_autofree double *mean = NULL, *none = NULL;
  guint n;

  g_assert_false (fx_config_is_set (config, FX_CONFIG_CAFFE_MODEL));
  g_assert_cmpstr (dir, ==, "/folder/out");
  outputs = fx_config_list (config, FX_CONFIG_OUTPUT_NODES, &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpstr (outputs[2], ==, "c");
  g_assert_cmpuint (fx_config_n_inputs (config), ==, 2);
  mean = fx_config_numbers (config, FX_CONFIG_MEAN_VALUE, 0, &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpfloat (mean[2], ==, 3);
  none = fx_config_numbers (config, FX_CONFIG_MEAN_VALUE, 1, &n);
  g_assert_null (none);
  g_assert_cmpfloat (fx_config_float (config, FX_CONFIG_MAX_PERCENTILE), ==, 0.5);
  g_assert_true (fx_config_flag (config, FX_CONFIG_DEBUG));
  g_assert_cmpint (fx_config_int (config, FX_CONFIG_INPUT_BATCH), ==, 1);
  g_assert_cmpstr (fx_yaml_find (fx_yaml_find (fx_config_dict (config, FX_CONFIG_NODE_INFO), "n"), "ON")->text, ==,
                   "CPU");
}

/* Written and read again: the same values, to the same text. */
static void
check_round_trip (const FxConfig *config)
{
  g_autofree char *text = fx_config_to_string (config), *again = NULL;
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxConfig) second = fx_config_parse (text, strlen (text), NULL, findings, &error);

  g_assert_no_error (error);
  again = fx_config_to_string (second);
  g_assert_cmpstr (again, ==, text);
  for (guint i = 0; i < FX_CONFIG_N_KEYS; i++)
    g_assert_cmpint (fx_config_is_set (config, i), ==, fx_config_is_set (second, i));
}

static void
test_round_trip (void)
{
  g_autofree char *text = config_text (&cases[0]);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxConfig) config = fx_config_parse (text, strlen (text), NULL, findings, NULL);

  check_round_trip (config);
  fx_config_set (config, FX_CONFIG_OUTPUT_NODES, "it's: a \"name\"; # not a comment; tab\there");
  fx_config_set (config, FX_CONFIG_PREFIX, "true");
  check_round_trip (config);
}

/* Who runs where and with how many bits, in all the forms that configurations have. */
static void
test_nodes (void)
{
  static const char text[]
      = "model_parameters:\n  onnx_model: net.onnx\n  march: bayes-e\n  working_dir: out\n"
        "  node_info: {\"a\": {\"ON\": BPU, \"InputType\": int16, \"OutputType\": int16}, \"b\": {\"ON\": CPU},"
        " \"c\": {\"ON\": BPU}}\n"
        "input_parameters:\n  input_type_train: featuremap\n  input_layout_train: NCHW\n"
        "  input_type_rt: featuremap\n"
        "calibration_parameters:\n  cal_data_dir: samples\n  run_on_bpu: d\n"
        "  optimization: set_Softmax_input_int8, set_Softmax_output_int8, set_Mul_input_int16, set_all_nodes_int16,"
        " set_model_output_int8, run_fast\n";
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxConfig) config = fx_config_parse (text, strlen (text), "/folder", findings, &error);
  g_autoptr (FxConversionOptions) options = fx_config_to_conversion (config, &error);
  g_autofree char *bpu = NULL, *int16 = NULL, *cpu = NULL;

  g_assert_no_error (error);
  bpu = g_strjoinv (" ", options->bpu);
  int16 = g_strjoinv (" ", options->int16);
  cpu = g_strjoinv (" ", options->cpu);
  g_assert_cmpstr (bpu, ==, "Softmax Softmax a c d");
  g_assert_cmpstr (int16, ==, "Mul all a");
  g_assert_cmpstr (cpu, ==, "b");
}

/* The keys of the compiler. */
static void
test_compiler (void)
{
  static const char text[]
      = "model_parameters:\n  onnx_model: net.onnx\n  march: bernoulli2\n  remove_node_name: tail; head\n"
        "input_parameters:\n  input_type_train: featuremap\n  input_layout_train: NCHW\n  input_type_rt: featuremap\n"
        "calibration_parameters:\n  cal_data_dir: samples\n"
        "compiler_parameters:\n  compile_mode: bandwidth\n  optimize_level: O1\n  core_num: 2\n"
        "  max_time_per_fc: 1500\n  jobs: 3\n";
  static const char *const names[] = { "tail", "head", NULL };
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxConfig) config = fx_config_parse (text, strlen (text), "/folder", findings, &error);
  g_autoptr (FxConversionOptions) options = fx_config_to_conversion (config, &error);

  g_assert_no_error (error);
  g_assert_cmpint (options->compile.mode, ==, FX_COMPILE_BANDWIDTH);
  g_assert_cmpuint (options->compile.level, ==, 1);
  g_assert_cmpuint (options->compile.cores, ==, 2);
  g_assert_cmpuint (options->compile.max_call_us, ==, 1500);
  g_assert_cmpuint (options->compile.jobs, ==, 3);
  g_assert_true (g_strv_equal ((const char *const *)options->remove_names, names));
  g_assert_cmpuint (options->compile.balance, ==, FX_COMPILE_DEFAULT_BALANCE);
}

static void
test_nearest (void)
{
  static const char *const words[] = { "mean_value", "scale_value", "std_value", NULL };

  g_assert_cmpuint (fx_word_distance ("abcd", "acbd"), ==, 1);
  g_assert_cmpuint (fx_word_distance ("", "abc"), ==, 3);
  g_assert_cmpuint (fx_word_distance ("Mean", "mean"), ==, 0);
  g_assert_cmpstr (fx_nearest_word ("maen_values", words), ==, "mean_value");
  g_assert_null (fx_nearest_word ("jobs", words));
}

static void
test_examples (void)
{
  g_autoptr (GDir) dir = shared_examples[0] != '\0' ? g_dir_open (shared_examples, 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  if (dir == NULL)
    {
      g_test_skip ("no folder of configurations was given");
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (shared_examples, name, NULL);
      g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (FxConfig) config = NULL;
      const FxDiagnostic *finding;

      if (!g_str_has_suffix (name, ".yaml"))
        continue;
      config = fx_config_load (path, findings, &error);
      g_assert_no_error (error);
      finding = first (findings);
      if (finding != NULL)
        {
          g_test_message ("%s: %s", name, finding->message);
          g_assert_cmpint (finding->severity, ==, FX_SEVERITY_WARNING);
        }
      check_round_trip (config);
      n++;
    }
  g_assert_cmpuint (n, >=, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  shared_examples = argc > 1 ? argv[1] : "";
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/config/case/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/config/broken", test_broken);
  g_test_add_func ("/config/no-bytes", test_no_bytes);
  g_test_add_func ("/config/values", test_values);
  g_test_add_func ("/config/round-trip", test_round_trip);
  g_test_add_func ("/config/nodes", test_nodes);
  g_test_add_func ("/config/compiler", test_compiler);
  g_test_add_func ("/config/nearest", test_nearest);
  g_test_add_func ("/config/examples", test_examples);
  return g_test_run ();
}
