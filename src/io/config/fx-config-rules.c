/* Rules about more than one key, one function and one row each; all that is broken is reported.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/config/fx-config-private.h"

#include "core/calib/fx-input-spec.h"
#include "core/check/fx-diagnostic.h"
#include "core/fx-i18n.h"
#include "core/fx-nearest.h"
#include "core/graph/fx-shape.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const FxConfig *config;
  GPtrArray *findings;
  FxMarches march;
  guint n_inputs;
} Check;

#define COMPLAIN(check, key, ...) fx_config_complain (check->config, check->findings, TRUE, key, __VA_ARGS__)
#define WARN(check, key, ...) fx_config_complain (check->config, check->findings, FALSE, key, __VA_ARGS__)

static gboolean
is_set (const Check *check, FxConfigKeyId key)
{
  return fx_config_is_set (check->config, key);
}

/* Entry i of a per-input list; "" where there is none. */
static const char *
item (const Check *check, FxConfigKeyId key, guint i)
{
  guint n;
  const char *const *items = fx_config_list (check->config, key, &n);

  return i < n ? items[i] : "";
}

static gboolean
is_word (const Check *check, FxConfigKeyId key, const char *word)
{
  const char *text = fx_config_text (check->config, key);

  return text != NULL && strcmp (text, word) == 0;
}

/* ---- the model ---- */

static void
check_model_files (const Check *check)
{
  gboolean onnx = is_set (check, FX_CONFIG_ONNX_MODEL);
  gboolean prototxt = is_set (check, FX_CONFIG_PROTOTXT), weights = is_set (check, FX_CONFIG_CAFFE_MODEL);

  if (onnx && (prototxt || weights))
    COMPLAIN (check, FX_CONFIG_ONNX_MODEL, "there is a Caffe model as well; wanted one of them");
  else if (!onnx && !prototxt && !weights)
    COMPLAIN (check, FX_CONFIG_ONNX_MODEL, "is missing, and so are prototxt and caffe_model");
  else if (prototxt != weights)
    COMPLAIN (check, prototxt ? FX_CONFIG_CAFFE_MODEL : FX_CONFIG_PROTOTXT, "is missing; a Caffe model has both");
}

static void
check_files_exist (const Check *check)
{
  static const FxConfigKeyId keys[]
      = { FX_CONFIG_PROTOTXT, FX_CONFIG_CAFFE_MODEL, FX_CONFIG_ONNX_MODEL, FX_CONFIG_CAL_DATA_DIR };

  for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
    {
      guint n;

      fx_config_list (check->config, keys[k], &n);
      for (guint i = 0; i < n; i++)
        {
          g_autofree char *path = fx_config_path (check->config, keys[k], i);
          gboolean folder = keys[k] == FX_CONFIG_CAL_DATA_DIR;

          if (path != NULL && !g_file_test (path, folder ? G_FILE_TEST_IS_DIR : G_FILE_TEST_IS_REGULAR))
            COMPLAIN (check, keys[k], "there is no %s \"%s\"", folder ? "folder" : "file", path);
        }
    }
}

static void
check_required (const Check *check)
{
  static const struct
  {
    FxConfigKeyId key;
    FxMarches marches;
    gboolean for_pictures; /* feature maps do without */
  } rows[] = {
    { FX_CONFIG_MARCH, FX_MARCH_ALL, FALSE },
    { FX_CONFIG_TYPE_TRAIN, FX_MARCH_ALL, FALSE },
    { FX_CONFIG_TYPE_RT, FX_MARCH_ALL, FALSE },
    { FX_CONFIG_LAYOUT_TRAIN, FX_MARCH_ALL, TRUE },
    { FX_CONFIG_NORM_TYPE, FX_MARCH_X3 | FX_MARCH_ULTRA | FX_MARCH_X5, TRUE },
  };

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      gboolean needed = !rows[r].for_pictures;

      for (guint i = 0; i < check->n_inputs; i++)
        needed = needed || strcmp (item (check, FX_CONFIG_TYPE_TRAIN, i), "featuremap") != 0;
      if (needed && (rows[r].marches & check->march) != 0 && !is_set (check, rows[r].key))
        COMPLAIN (check, rows[r].key, "is missing");
    }
}

static void
check_marches (const Check *check)
{
  for (guint i = 0; i < FX_CONFIG_N_KEYS; i++)
    {
      const FxConfigKey *key = &fx_config_keys[i];

      if (check->march == FX_MARCH_ALL || !is_set (check, i) || (key->marches & check->march) != 0)
        continue;
      fx_config_complain (check->config, check->findings, key->elsewhere_is_error, i,
                          key->elsewhere_is_error ? N_ ("does not exist for %s") : N_ ("has no effect for %s"),
                          fx_config_text (check->config, FX_CONFIG_MARCH));
    }
}

static void
check_deprecated (const Check *check)
{
  if (is_set (check, FX_CONFIG_SET_NODE_DATA_TYPE))
    WARN (check, FX_CONFIG_SET_NODE_DATA_TYPE, "is an older form of node_info, which goes before it");
  for (guint i = FX_CONFIG_RUN_ON_CPU; i <= FX_CONFIG_RUN_ON_BPU; i++)
    if (is_set (check, i) && (check->march & (FX_MARCH_ULTRA | FX_MARCH_X5)) != 0 && check->march != FX_MARCH_ALL)
      WARN (check, i, "is an older form of node_info, which goes before it");
  if (is_set (check, FX_CONFIG_LOG_LEVEL))
    WARN (check, FX_CONFIG_LOG_LEVEL, "has no effect");
}

/* ---- the inputs ---- */

static void
check_counts (const Check *check)
{
  for (guint i = 0; i < FX_CONFIG_N_KEYS; i++)
    {
      guint n;

      fx_config_list (check->config, i, &n);
      if (fx_config_keys[i].count == FX_CONFIG_INPUTS && n > 0 && n != check->n_inputs)
        COMPLAIN (check, i, "found %u values, wanted %u: one for each input, joined by \";\"", n, check->n_inputs);
    }
}

static void
check_input_types (const Check *check)
{
  for (guint i = 0; i < check->n_inputs; i++)
    {
      const char *rt_name = item (check, FX_CONFIG_TYPE_RT, i);
      FxInputType train, rt;

      if (!fx_input_type_find (item (check, FX_CONFIG_TYPE_TRAIN, i), &train) || !fx_input_type_find (rt_name, &rt))
        continue;
      if (!fx_input_type_allowed (train, rt))
        COMPLAIN (check, FX_CONFIG_TYPE_RT, "\"%s\" cannot be transformed to the input_type_train \"%s\"", rt_name,
                  fx_input_type_name (train));
      if (rt != FX_INPUT_NV12 && strcmp (item (check, FX_CONFIG_SPACE_AND_RANGE, i), "bt601_video") == 0)
        COMPLAIN (check, FX_CONFIG_SPACE_AND_RANGE, "bt601_video is for the input_type_rt nv12, found %s", rt_name);
      if (rt == FX_INPUT_YUV444 && check->march == FX_MARCH_X3
          && strcmp (item (check, FX_CONFIG_LAYOUT_RT, i), "NCHW") == 0)
        COMPLAIN (check, FX_CONFIG_LAYOUT_RT, "yuv444 in NCHW is not supported on bernoulli2; choose NHWC");
    }
}

static void
check_shapes (const Check *check)
{
  for (guint i = 0; i < check->n_inputs; i++)
    {
      const char *text = item (check, FX_CONFIG_INPUT_SHAPE, i), *name = item (check, FX_CONFIG_INPUT_NAME, i);
      FxInputSpec spec = { .train_nhwc = strcmp (item (check, FX_CONFIG_LAYOUT_TRAIN, i), "NHWC") == 0 };
      g_autoptr (GError) error = NULL;
      FxShape shape;

      if (!fx_input_type_find (item (check, FX_CONFIG_TYPE_TRAIN, i), &spec.train)
          || !fx_input_type_find (item (check, FX_CONFIG_TYPE_RT, i), &spec.rt) || text[0] == '\0'
          || !fx_shape_parse (text, &shape, NULL) || !fx_input_type_allowed (spec.train, spec.rt))
        continue;
      if (!fx_input_spec_check (&spec, name, &shape, &error))
        COMPLAIN (check, FX_CONFIG_INPUT_SHAPE, "%s", error->message);
      if (fx_config_int (check->config, FX_CONFIG_INPUT_BATCH) > 1 && (check->n_inputs > 1 || shape.dims[0] != 1))
        COMPLAIN (check, FX_CONFIG_INPUT_BATCH, "needs a single input whose first dimension is 1");
    }
}

/* Statistics of 0…1 data where those of 0…255 are wanted. */
static gboolean
looks_normalized (const double *mean, guint n)
{
  gboolean small = n > 0, any = FALSE;

  for (guint i = 0; i < n; i++)
    {
      small = small && mean[i] >= 0 && mean[i] < 2;
      any = any || mean[i] > 0;
    }
  return small && any;
}

static void
check_norm (const Check *check, guint i)
{
  const char *norm = item (check, FX_CONFIG_NORM_TYPE, i), *train = item (check, FX_CONFIG_TYPE_TRAIN, i);
  gboolean wants_mean = strstr (norm, "mean") != NULL, wants_scale = strstr (norm, "scale") != NULL;
  guint n_mean, n_scale, n_std, channels = strcmp (train, "gray") == 0 ? 1 : 3;
  g_autofree double *mean = fx_config_numbers (check->config, FX_CONFIG_MEAN_VALUE, i, &n_mean);
  g_autofree double *scale = fx_config_numbers (check->config, FX_CONFIG_SCALE_VALUE, i, &n_scale);
  g_autofree double *std = fx_config_numbers (check->config, FX_CONFIG_STD_VALUE, i, &n_std);

  if (wants_mean && n_mean == 0)
    COMPLAIN (check, FX_CONFIG_MEAN_VALUE, "is missing for input %u, whose norm_type is %s", i + 1, norm);
  if (wants_scale && n_scale == 0)
    COMPLAIN (check, FX_CONFIG_SCALE_VALUE, "is missing for input %u, whose norm_type is %s", i + 1, norm);
  if (norm[0] != '\0' && !wants_mean && n_mean > 0)
    WARN (check, FX_CONFIG_MEAN_VALUE, "is not used for input %u, whose norm_type is %s", i + 1, norm);
  if (norm[0] != '\0' && !wants_scale && n_scale > 0)
    WARN (check, FX_CONFIG_SCALE_VALUE, "is not used for input %u, whose norm_type is %s", i + 1, norm);
  if (n_scale > 0 && n_std > 0)
    COMPLAIN (check, FX_CONFIG_STD_VALUE, "and scale_value are both given; wanted one of them");
  if (strcmp (train, "featuremap") == 0 && (n_mean > 0 || n_scale > 0 || n_std > 0) && norm[0] == '\0')
    COMPLAIN (check, n_mean > 0 ? FX_CONFIG_MEAN_VALUE : FX_CONFIG_SCALE_VALUE,
              "a featuremap takes neither mean nor scale");
  if ((n_mean > 1 && n_mean != channels) || (n_scale > 1 && n_scale != channels) || (n_std > 1 && n_std != channels))
    COMPLAIN (check,
              n_mean > 1 && n_mean != channels ? FX_CONFIG_MEAN_VALUE
              : n_std > 1                      ? FX_CONFIG_STD_VALUE
                                               : FX_CONFIG_SCALE_VALUE,
              "wanted one value or %u, one for each channel of %s", channels, train);
  if (looks_normalized (mean, n_mean))
    WARN (check, FX_CONFIG_MEAN_VALUE, "looks like the mean of 0…1 data; pictures here are 0…255: multiply by 255");
}

static void
check_norms (const Check *check)
{
  for (guint i = 0; i < check->n_inputs; i++)
    check_norm (check, i);
}

/* ---- calibration ---- */

static void
check_calibration (const Check *check)
{
  gboolean without_data
      = is_word (check, FX_CONFIG_CALIBRATION_TYPE, "skip") || is_word (check, FX_CONFIG_CALIBRATION_TYPE, "load");

  if (!is_set (check, FX_CONFIG_CAL_DATA_DIR) && !without_data)
    COMPLAIN (check, FX_CONFIG_CAL_DATA_DIR, "is missing; only calibration_type skip does without samples");
  if (is_set (check, FX_CONFIG_MAX_PERCENTILE) && !is_word (check, FX_CONFIG_CALIBRATION_TYPE, "max"))
    WARN (check, FX_CONFIG_MAX_PERCENTILE, "is only used with calibration_type max");
}

static void
check_cal_suffix (const Check *check)
{
  guint n;
  const char *const *dirs = fx_config_list (check->config, FX_CONFIG_CAL_DATA_DIR, &n);

  for (guint i = 0; i < n; i++)
    {
      const char *type = item (check, FX_CONFIG_CAL_DATA_TYPE, i);
      gboolean f32 = g_str_has_suffix (dirs[i], "_f32");

      if (type[0] != '\0' && f32 != (strcmp (type, "float32") == 0) && (f32 || g_str_has_suffix (dirs[i], "_u8")))
        WARN (check, FX_CONFIG_CAL_DATA_TYPE,
              "is %s, but the folder's name \"%s\" says otherwise; the key is what counts", type, dirs[i]);
    }
}

/* set_model_output_int8, set_all_nodes_int16, set_<OpType>_input_int16, run_fast */
static gboolean
is_optimization (const char *word, const char **found)
{
  static const char *const rest[] = { "set_model_output", "set_all_nodes", NULL };
  g_autofree char *stem = NULL;

  *found = word;
  if (strcmp (word, "run_fast") == 0)
    return TRUE;
  if (!g_str_has_suffix (word, "_int8") && !g_str_has_suffix (word, "_int16"))
    return FALSE;
  stem = g_strndup (word, (gsize)(strrchr (word, '_') - word));
  return g_strv_contains (rest, stem)
         || (g_str_has_prefix (stem, "set_")
             && (g_str_has_suffix (stem, "_input") || g_str_has_suffix (stem, "_output")));
}

static void
check_optimization (const Check *check)
{
  const char *const *words = fx_config_list (check->config, FX_CONFIG_OPTIMIZATION, NULL);
  const char *found;

  for (; *words != NULL; words++)
    if (!is_optimization (*words, &found))
      COMPLAIN (
          check, FX_CONFIG_OPTIMIZATION,
          "\"%s\" is not known; there are set_model_output_int8, set_all_nodes_int16, set_<OpType>_input_int8 and "
          "the like",
          found);
    else if (check->march == FX_MARCH_X3 && g_str_has_suffix (found, "_int16"))
      COMPLAIN (check, FX_CONFIG_OPTIMIZATION, "\"%s\": bernoulli2 has no operators of 16 bits", found);
}

/* ---- node_info ---- */

static void
check_node_member (const Check *check, const char *node, const FxYaml *key, const FxYaml *value)
{
  const char *text = value->kind == FX_YAML_SCALAR ? value->text : "";
  const char *digits = key->text + strlen ("InputType");

  if (strcmp (key->text, "ON") == 0)
    {
      if (strcmp (text, "BPU") != 0 && strcmp (text, "CPU") != 0)
        COMPLAIN (check, FX_CONFIG_NODE_INFO, "node \"%s\": ON is \"%s\", wanted BPU or CPU", node, text);
    }
  else if (strcmp (key->text, "OutputType") == 0
           || (g_str_has_prefix (key->text, "InputType") && strspn (digits, "0123456789") == strlen (digits)))
    {
      if (strcmp (text, "int8") != 0 && strcmp (text, "int16") != 0)
        COMPLAIN (check, FX_CONFIG_NODE_INFO, "node \"%s\": %s is \"%s\", wanted int8 or int16", node, key->text, text);
    }
  else
    COMPLAIN (check, FX_CONFIG_NODE_INFO,
              "node \"%s\": there is no \"%s\"; wanted ON, OutputType, InputType or InputType0 …", node, key->text);
}

static void
check_node_info (const Check *check)
{
  const FxYaml *dict = fx_config_dict (check->config, FX_CONFIG_NODE_INFO);
  const char *const *words = fx_config_list (check->config, FX_CONFIG_NODE_INFO, NULL);

  for (; *words != NULL; words++)
    if (!g_str_has_suffix (*words, ":int16") && !g_str_has_suffix (*words, ":int8"))
      COMPLAIN (check, FX_CONFIG_NODE_INFO, "found \"%s\", wanted the form Conv_0:int16;Conv_1:int16", *words);
  for (guint i = 0; dict != NULL && i < dict->children->len; i++)
    {
      const FxYaml *node = g_ptr_array_index (dict->keys, i), *members = g_ptr_array_index (dict->children, i);

      if (members->kind != FX_YAML_MAPPING)
        COMPLAIN (check, FX_CONFIG_NODE_INFO, "node \"%s\": wanted a mapping such as {\"ON\": \"CPU\"}", node->text);
      for (guint k = 0; members->kind == FX_YAML_MAPPING && k < members->children->len; k++)
        check_node_member (check, node->text, g_ptr_array_index (members->keys, k),
                           g_ptr_array_index (members->children, k));
    }
}

/* ---- the compiler ---- */

static void
check_compiler (const Check *check)
{
  gint64 limit = fx_config_int (check->config, FX_CONFIG_MAX_TIME_PER_FC);
  gboolean balance = is_word (check, FX_CONFIG_COMPILE_MODE, "balance");

  if (!is_set (check, FX_CONFIG_OPTIMIZE_LEVEL) && check->march != FX_MARCH_NASH)
    COMPLAIN (check, FX_CONFIG_OPTIMIZE_LEVEL, "is missing; wanted O0 to O3");
  if (limit > 0 && limit < 1000)
    COMPLAIN (check, FX_CONFIG_MAX_TIME_PER_FC, "found %" PRId64 ", wanted 0 or at least 1000 µs", limit);
  if (balance && !is_set (check, FX_CONFIG_BALANCE_FACTOR))
    COMPLAIN (check, FX_CONFIG_BALANCE_FACTOR, "is missing, which compile_mode balance needs");
  if (!balance && is_set (check, FX_CONFIG_BALANCE_FACTOR))
    WARN (check, FX_CONFIG_BALANCE_FACTOR, "is only used with compile_mode balance");
  if (check->march == FX_MARCH_X5 && fx_config_int (check->config, FX_CONFIG_CORE_NUM) > 1)
    COMPLAIN (check, FX_CONFIG_CORE_NUM, "bayes-e has one core");
  if (is_set (check, FX_CONFIG_CACHE_MODE) && !is_word (check, FX_CONFIG_CACHE_MODE, "disable")
      && !is_set (check, FX_CONFIG_CACHE_PATH))
    COMPLAIN (check, FX_CONFIG_CACHE_PATH, "is missing, which cache_mode %s needs",
              fx_config_text (check->config, FX_CONFIG_CACHE_MODE));
}

static gboolean
is_source_of (const char *source, const char *rt)
{
  if (strcmp (source, "ddr") == 0)
    return strcmp (rt, "nv12") != 0;
  return strcmp (rt, "nv12") == 0 || strcmp (rt, "gray") == 0;
}

static void
check_source (const Check *check, const FxYaml *key, const FxYaml *value)
{
  static const char *const sources[] = { "ddr", "pyramid", "resizer", NULL };
  guint n;
  const char *const *names = fx_config_list (check->config, FX_CONFIG_INPUT_NAME, &n);
  const char *source = value->kind == FX_YAML_SCALAR ? value->text : "";

  if (!g_strv_contains (sources, source))
    COMPLAIN (check, FX_CONFIG_INPUT_SOURCE, "\"%s\" is \"%s\", wanted ddr, pyramid or resizer", key->text, source);
  else if (strcmp (key->text, "_default_value") != 0 && n > 0 && !g_strv_contains (names, key->text))
    COMPLAIN (check, FX_CONFIG_INPUT_SOURCE, "there is no input \"%s\" among the input_name", key->text);
  else
    for (guint i = 0; i < MAX (n, 1); i++)
      {
        const char *rt = item (check, FX_CONFIG_TYPE_RT, i);

        if ((n == 0 || strcmp (names[i], key->text) == 0) && rt[0] != '\0' && !is_source_of (source, rt))
          COMPLAIN (check, FX_CONFIG_INPUT_SOURCE, "\"%s\": %s cannot come from %s", key->text, rt, source);
        else if ((n == 0 || strcmp (names[i], key->text) == 0) && strcmp (source, "resizer") == 0)
          WARN (check, FX_CONFIG_INPUT_SOURCE, "\"%s\": resizer has no effect", key->text);
      }
}

static void
check_sources (const Check *check)
{
  const FxYaml *dict = fx_config_dict (check->config, FX_CONFIG_INPUT_SOURCE);

  for (guint i = 0; dict != NULL && i < dict->children->len; i++)
    check_source (check, g_ptr_array_index (dict->keys, i), g_ptr_array_index (dict->children, i));
}

/* ---- keys without effect ---- */

/* What the boards' converter knows and a conversion here does without, where it is asked for. */
static void
check_unused (const Check *check)
{
  static const struct
  {
    FxConfigKeyId key;
    const char *text;
  } rows[] = {
    { FX_CONFIG_LAYER_OUT_DUMP, N_ ("has no effect; fixpoint-cli run --output gives the values of a layer") },
    { FX_CONFIG_ENABLE_VPU, N_ ("has no effect") },
    { FX_CONFIG_ENABLE_SPU, N_ ("has no effect") },
    { FX_CONFIG_SEPARATE_BATCH, N_ ("has no effect, because batches are not made") },
    { FX_CONFIG_SEPARATE_NAME, N_ ("has no effect, because batches are not made") },
    { FX_CONFIG_PER_CHANNEL, N_ ("has no effect: weights always have a scale for each channel, activations have one") },
    { FX_CONFIG_QUANT_CONFIG,
      N_ ("is not read; --method, --int16 and --float of fixpoint-cli convert say such things") },
    { FX_CONFIG_ADVICE, N_ ("has no effect; fixpoint-cli perf lists the time of every node") },
    { FX_CONFIG_CACHE_MODE, N_ ("has no effect") },
    { FX_CONFIG_MAX_L2M_SIZE, N_ ("has no effect") },
    { FX_CONFIG_EXTRA_PARAMS, N_ ("has no effect") },
    { FX_CONFIG_ABILITY_ENTRY, N_ ("has no effect") },
    { FX_CONFIG_HBDK3_COMPATIBLE, N_ ("has no effect") },
    { FX_CONFIG_CUSTOM_OP_METHOD, N_ ("has no effect: operators of one's own are not run") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const FxConfigKey *key = &fx_config_keys[rows[i].key];
      const char *text = is_set (check, rows[i].key) ? fx_config_text (check->config, rows[i].key) : NULL;

      if (!is_set (check, rows[i].key)
          || (key->otherwise != NULL && text != NULL && g_ascii_strcasecmp (text, key->otherwise) == 0))
        continue;
      WARN (check, rows[i].key, "%s", _ (rows[i].text));
    }
  if (fx_config_is_set (check->config, FX_CONFIG_OPTIMIZATION))
    {
      const char *const *words = fx_config_list (check->config, FX_CONFIG_OPTIMIZATION, NULL);

      for (; *words != NULL; words++)
        if (strcmp (*words, "run_fast") == 0 || g_str_has_prefix (*words, "set_model_output"))
          WARN (check, FX_CONFIG_OPTIMIZATION, "\"%s\" has no effect", *words);
    }
}

static void (*const rules[]) (const Check *check) = {
  check_model_files, check_files_exist, check_required, check_marches,     check_deprecated, check_counts,
  check_input_types, check_shapes,      check_norms,    check_calibration, check_cal_suffix, check_optimization,
  check_node_info,   check_compiler,    check_sources,  check_unused,
};

void
fx_config_check (const FxConfig *config, GPtrArray *findings)
{
  Check check = { config, findings, fx_config_march (config), fx_config_n_inputs (config) };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    rules[i](&check);
}
