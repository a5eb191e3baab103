/* SPDX-License-Identifier: Apache-2.0 */
#include "io/config/config-conversion.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/config/fx-yaml.h"

#include <string.h>

/* Entry i of a per-input list; NULL where there is none. */
static const char *
item (const FxConfig *config, FxConfigKeyId key, guint i)
{
  guint n;
  const char *const *items = fx_config_list (config, key, &n);

  return i < n && items[i][0] != '\0' ? items[i] : NULL;
}

static gboolean
refuse (const FxConfig *config, FxConfigKeyId key, GError **error, const char *text)
{
  return fx_fail (error, FX_ERROR_BAD_DATA, "line %u, %s: %s", fx_config_line (config, key), fx_config_key_name (key),
                  text);
}

/* ---- inputs ---- */

static void
read_numbers (const FxConfig *config, FxConfigKeyId key, guint i, gboolean inverse, guint *n, double *values)
{
  g_autofree double *numbers = fx_config_numbers (config, key, i, n);

  *n = MIN (*n, 3);
  for (guint k = 0; k < *n; k++)
    values[k] = inverse ? 1 / numbers[k] : numbers[k];
}

/* Which of mean and scale count is said by norm_type, where that exists. */
static void
read_norm (const FxConfig *config, guint i, FxInputSpec *spec)
{
  const char *norm = item (config, FX_CONFIG_NORM_TYPE, i);
  gboolean is_nash = fx_config_march (config) == FX_MARCH_NASH;

  if (is_nash || (norm != NULL && strstr (norm, "mean") != NULL))
    read_numbers (config, FX_CONFIG_MEAN_VALUE, i, FALSE, &spec->n_mean, spec->mean);
  if (is_nash || (norm != NULL && strstr (norm, "scale") != NULL))
    read_numbers (config, FX_CONFIG_SCALE_VALUE, i, FALSE, &spec->n_scale, spec->scale);
  if (spec->n_scale == 0 && is_nash)
    read_numbers (config, FX_CONFIG_STD_VALUE, i, TRUE, &spec->n_scale, spec->scale);
}

/* By the key, else by the folder's name: the rule of the boards' converter. */
static FxDType
raw_dtype (const FxConfig *config, guint i, const char *folder)
{
  const char *type = item (config, FX_CONFIG_CAL_DATA_TYPE, i);

  if (fx_config_march (config) == FX_MARCH_NASH)
    return FX_DTYPE_UNDEFINED; /* .npy files, which say it themselves */
  if (type != NULL)
    return strcmp (type, "uint8") == 0 ? FX_DTYPE_UINT8 : FX_DTYPE_FLOAT;
  return g_str_has_suffix (folder, "_f32") ? FX_DTYPE_FLOAT : FX_DTYPE_UINT8;
}

/* Pictures instead of raw tensors: squeezed to the size of the input, in the colors of the training. */
static void
set_pictures (const FxConfig *config, guint i, FxConversionInput *input)
{
  const char *text = item (config, FX_CONFIG_INPUT_SHAPE, i), *color = fx_input_type_name (input->spec.train);
  const char *layout = input->spec.train_nhwc ? "nhwc" : "nchw";
  int first = input->spec.train_nhwc ? 1 : 2;
  FxShape shape;

  input->squeeze = text == NULL || !fx_shape_parse (text, &shape, NULL) || shape.rank != 4;
  if (input->squeeze) /* the model tells the size */
    input->preprocess = g_strdup_printf ("%s; layout %s", color, layout);
  else
    input->preprocess = g_strdup_printf ("resize %" PRId64 "x%" PRId64 " pil-bilinear; %s; layout %s",
                                         shape.dims[first + 1], shape.dims[first], color, layout);
}

static void
add_input (const FxConfig *config, guint i, FxConversionOptions *options)
{
  FxConversionInput *input = fx_conversion_options_add_input (options);
  const char *range = item (config, FX_CONFIG_SPACE_AND_RANGE, i);
  const char *train = item (config, FX_CONFIG_TYPE_TRAIN, i), *rt = item (config, FX_CONFIG_TYPE_RT, i);

  input->name = g_strdup (item (config, FX_CONFIG_INPUT_NAME, i));
  input->shape = g_strdup (item (config, FX_CONFIG_INPUT_SHAPE, i));
  input->has_spec = train != NULL && rt != NULL && fx_input_type_find (train, &input->spec.train)
                    && fx_input_type_find (rt, &input->spec.rt);
  input->spec.train_nhwc = g_strcmp0 (item (config, FX_CONFIG_LAYOUT_TRAIN, i), "NHWC") == 0;
  input->spec.rt_nhwc = g_strcmp0 (item (config, FX_CONFIG_LAYOUT_RT, i), "NHWC") == 0;
  input->spec.video_range = g_strcmp0 (range, "bt601_video") == 0;
  read_norm (config, i, &input->spec);
  input->dataset = fx_config_path (config, FX_CONFIG_CAL_DATA_DIR, i);
  if (input->dataset == NULL)
    return;
  if (fx_config_flag (config, FX_CONFIG_PREPROCESS_ON))
    set_pictures (config, i, input);
  else
    input->raw_dtype = raw_dtype (config, i, input->dataset);
}

/* ---- precisions ---- */

static char **
to_strv (GPtrArray *names)
{
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  return g_strdupv ((char **)names->pdata);
}

/* "NODE:int16" */
static void
add_marked (const char *const *words, GPtrArray *int16, GPtrArray *owned)
{
  for (; *words != NULL; words++)
    if (g_str_has_suffix (*words, ":int16"))
      {
        g_ptr_array_add (owned, g_strndup (*words, strlen (*words) - strlen (":int16")));
        g_ptr_array_add (int16, owned->pdata[owned->len - 1]);
      }
}

/* {"NODE": {"ON": "CPU", "OutputType": "int16"}} */
static void
add_node_info (const FxYaml *dict, GPtrArray *bpu, GPtrArray *int16, GPtrArray *cpu)
{
  for (guint i = 0; dict != NULL && i < dict->children->len; i++)
    {
      const FxYaml *node = g_ptr_array_index (dict->keys, i), *members = g_ptr_array_index (dict->children, i);
      gboolean wide = FALSE;

      for (guint k = 0; members->kind == FX_YAML_MAPPING && k < members->children->len; k++)
        {
          const FxYaml *value = g_ptr_array_index (members->children, k);

          if (value->kind == FX_YAML_SCALAR && strcmp (value->text, "CPU") == 0)
            g_ptr_array_add (cpu, node->text);
          if (value->kind == FX_YAML_SCALAR && strcmp (value->text, "BPU") == 0)
            g_ptr_array_add (bpu, node->text);
          wide = wide || (value->kind == FX_YAML_SCALAR && strcmp (value->text, "int16") == 0);
        }
      if (wide)
        g_ptr_array_add (int16, node->text);
    }
}

/* "set_all_nodes_int16", "set_Softmax_input_int8"; those of outputs of the model decide nothing here. */
static void
add_optimizations (const char *const *words, GPtrArray *bpu, GPtrArray *int16, GPtrArray *owned)
{
  for (; *words != NULL; words++)
    {
      gboolean wide = g_str_has_suffix (*words, "_int16");
      const char *type = *words + strlen ("set_"), *end;

      if (!g_str_has_prefix (*words, "set_") || g_str_has_prefix (type, "model_output"))
        continue;
      end = strcmp (type, "all_nodes_int16") == 0 ? type + strlen ("all") : strstr (type, "put_int");
      if (end == NULL)
        continue;
      while (*end != '_' && end > type)
        end--;
      g_ptr_array_add (owned, g_strndup (type, (gsize)(end - type)));
      g_ptr_array_add (wide ? int16 : bpu, owned->pdata[owned->len - 1]);
    }
}

static void
add_names (const char *const *names, GPtrArray *list)
{
  for (; *names != NULL; names++)
    g_ptr_array_add (list, (gpointer)*names);
}

static void
add_precisions (const FxConfig *config, FxConversionOptions *options)
{
  g_autoptr (GPtrArray) bpu = g_ptr_array_new (), int16 = g_ptr_array_new (), cpu = g_ptr_array_new ();
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);

  add_optimizations (fx_config_list (config, FX_CONFIG_OPTIMIZATION, NULL), bpu, int16, owned);
  add_node_info (fx_config_dict (config, FX_CONFIG_NODE_INFO), bpu, int16, cpu);
  add_marked (fx_config_list (config, FX_CONFIG_NODE_INFO, NULL), int16, owned);
  add_marked (fx_config_list (config, FX_CONFIG_SET_NODE_DATA_TYPE, NULL), int16, owned);
  add_names (fx_config_list (config, FX_CONFIG_RUN_ON_BPU, NULL), bpu);
  add_names (fx_config_list (config, FX_CONFIG_RUN_ON_CPU, NULL), cpu);
  options->bpu = to_strv (bpu);
  options->int16 = to_strv (int16);
  options->cpu = to_strv (cpu);
}

/* ---- the compiler ---- */

static gboolean
add_compiler (const FxConfig *config, FxConversionOptions *options, GError **error)
{
  const char *level = fx_config_text (config, FX_CONFIG_OPTIMIZE_LEVEL);
  const char *mode = fx_config_text (config, FX_CONFIG_COMPILE_MODE);
  const char *const *types = fx_config_list (config, FX_CONFIG_REMOVE_NODE_TYPE, NULL);

  options->compile.balance = fx_config_is_set (config, FX_CONFIG_BALANCE_FACTOR)
                                 ? (guint)fx_config_int (config, FX_CONFIG_BALANCE_FACTOR)
                                 : FX_COMPILE_DEFAULT_BALANCE;
  options->compile.cores = (guint)fx_config_int (config, FX_CONFIG_CORE_NUM);
  options->compile.max_call_us = (guint)fx_config_int (config, FX_CONFIG_MAX_TIME_PER_FC);
  options->compile.jobs = (guint)fx_config_int (config, FX_CONFIG_JOBS);
  options->remove_types = types[0] != NULL ? g_strjoinv (";", (char **)types) : NULL;
  options->remove_names = fx_config_is_set (config, FX_CONFIG_REMOVE_NODE_NAME)
                              ? g_strdupv ((char **)fx_config_list (config, FX_CONFIG_REMOVE_NODE_NAME, NULL))
                              : NULL;
  return (!fx_config_is_set (config, FX_CONFIG_OPTIMIZE_LEVEL)
          || fx_compile_parse_level (level, &options->compile.level, error))
         && (!fx_config_is_set (config, FX_CONFIG_COMPILE_MODE)
             || fx_compile_parse_mode (mode, &options->compile.mode, error));
}

/* ---- the method ---- */

static char *
method (const FxConfig *config)
{
  const char *type = fx_config_text (config, FX_CONFIG_CALIBRATION_TYPE);
  double share = fx_config_float (config, FX_CONFIG_MAX_PERCENTILE);

  if (strcmp (type, "kl") == 0)
    return g_strdup ("kl");
  if (strcmp (type, "max") != 0)
    return g_strdup ("auto");
  return share < 1 ? g_strdup_printf ("percentile=%.10g", share * 100) : g_strdup ("max");
}

FxConversionOptions *
fx_config_to_conversion (const FxConfig *config, GError **error)
{
  g_autoptr (FxConversionOptions) options = fx_conversion_options_new ();
  gboolean is_onnx = fx_config_is_set (config, FX_CONFIG_ONNX_MODEL);
  const char *type = fx_config_text (config, FX_CONFIG_CALIBRATION_TYPE);

  if (strcmp (type, "load") == 0 || strcmp (type, "skip") == 0)
    {
      refuse (config, FX_CONFIG_CALIBRATION_TYPE, error,
              strcmp (type, "load") == 0 ? "networks that were trained quantized are not read"
                                         : "without samples there is nothing to convert; fixpoint-cli check says where "
                                           "the nodes run");
      return NULL;
    }
  if (fx_config_int (config, FX_CONFIG_INPUT_BATCH) > 1)
    {
      refuse (config, FX_CONFIG_INPUT_BATCH, error, "batches are not made yet");
      return NULL;
    }
  options->model = fx_config_path (config, is_onnx ? FX_CONFIG_ONNX_MODEL : FX_CONFIG_PROTOTXT, 0);
  options->weights = is_onnx ? NULL : fx_config_path (config, FX_CONFIG_CAFFE_MODEL, 0);
  options->target = g_strdup (fx_config_text (config, FX_CONFIG_MARCH));
  options->prefix = g_strdup (fx_config_text (config, FX_CONFIG_PREFIX));
  options->output_dir = fx_config_path (config, FX_CONFIG_WORKING_DIR, 0);
  options->outputs = fx_config_is_set (config, FX_CONFIG_OUTPUT_NODES)
                         ? g_strdupv ((char **)fx_config_list (config, FX_CONFIG_OUTPUT_NODES, NULL))
                         : NULL;
  options->method = method (config);
  options->dump_calibration = fx_config_is_set (config, FX_CONFIG_DEBUG_MODE);
  for (guint i = 0; i < fx_config_n_inputs (config); i++)
    add_input (config, i, options);
  add_precisions (config, options);
  if (!add_compiler (config, options, error))
    return NULL;
  return g_steal_pointer (&options);
}
