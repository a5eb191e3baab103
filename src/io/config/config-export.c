/* SPDX-License-Identifier: Apache-2.0 */
#include "io/config/config-export.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/fx-progress.h"
#include "core/graph/fx-graph.h"
#include "io/caffe/caffe-files.h"
#include "io/config/config-conversion.h"
#include "io/config/config-samples.h"
#include "io/config/fx-config-private.h"
#include "io/fx-file-kind.h"
#include "io/fx-project-conversion.h"
#include "io/fx-target-file.h"
#include "io/onnx/onnx-writer.h"

#include <string.h>

typedef struct
{
  const FxProject *project;
  const FxGraph *graph;
  const FxConversionOptions *options; /* of the project's own conversion */
  FxConfig *config;
  char *data; /* folder of what goes beside the configuration */
} Export;

/* What the board's configuration does not have, or not with that value, is not set: the end tells what is missing. */
static void
set (const Export *export, FxConfigKeyId key, const char *text)
{
  if (text != NULL && (fx_config_keys[key].marches & fx_config_march (export->config)) != 0
      && (fx_config_keys[key].count != FX_CONFIG_ONE || fx_config_check_item (export->config, key, text, NULL)))
    fx_config_set (export->config, key, text);
}

static void
set_count (const Export *export, FxConfigKeyId key, guint count)
{
  g_autofree char *text = g_strdup_printf ("%u", count);

  set (export, key, text);
}

/* Names with a ";" would be two. */
static void
set_names (const Export *export, FxConfigKeyId key, char **names, const char *suffix)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (strchr (names[i], ';') == NULL)
      g_string_append_printf (text, "%s%s%s", text->len > 0 ? ";" : "", names[i], suffix);
  set (export, key, text->str);
}

/* ---- the model ---- */

static gboolean
is_fixed (const FxProject *project)
{
  for (guint i = 0; i < project->edits->len; i++)
    {
      const FxProjectEdit *edit = project->edits->pdata[i];

      if (edit->kind == FX_PROJECT_FIX || edit->kind == FX_PROJECT_FIX_ALL)
        return TRUE;
    }
  return FALSE;
}

static void
set_outputs (const Export *export)
{
  for (guint i = 0; i < export->project->edits->len; i++)
    {
      const FxProjectEdit *edit = export->project->edits->pdata[i];
      g_auto (GStrv) names = edit->kind == FX_PROJECT_OUTPUTS ? g_strsplit (edit->value, "\n", -1) : NULL;

      if (names != NULL)
        set_names (export, FX_CONFIG_OUTPUT_NODES, names, "");
    }
}

/* Both files of a Caffe model; FALSE: they are not two. */
static gboolean
set_caffe (const Export *export)
{
  const char *model = export->project->model;
  g_autofree char *other
      = export->project->weights != NULL ? g_strdup (export->project->weights) : fx_caffe_find_other (model);

  if (other == NULL || fx_file_kind (model, NULL) != FX_FILE_CAFFE_NETWORK)
    return FALSE;
  set (export, FX_CONFIG_PROTOTXT, model);
  set (export, FX_CONFIG_CAFFE_MODEL, other);
  return TRUE;
}

static gboolean
set_model (const Export *export, GError **error)
{
  const char *format = fx_graph_metadata (export->graph, "format");
  g_autofree char *name = g_path_get_basename (export->project->model);
  g_autofree char *file = NULL, *edited = NULL; /* the program has its name */
  char *dot = strrchr (name, '.');

  if (dot != NULL && dot > name)
    *dot = '\0';
  set (export, FX_CONFIG_PREFIX, name);
  if (export->project->output != NULL)
    set (export, FX_CONFIG_WORKING_DIR, export->project->output);
  if (!is_fixed (export->project))
    {
      set_outputs (export);
      if (g_strcmp0 (format, "onnx") == 0)
        {
          set (export, FX_CONFIG_ONNX_MODEL, export->project->model);
          return TRUE;
        }
      if (set_caffe (export))
        return TRUE;
      fx_config_set (export->config, FX_CONFIG_OUTPUT_NODES, NULL);
    }
  file = g_strconcat (name, ".onnx", NULL);
  edited = g_build_filename (export->data, file, NULL);
  set (export, FX_CONFIG_ONNX_MODEL, edited);
  return fx_config_make_data_folder (export->data, error) && fx_onnx_save (export->graph, edited, error);
}

/* ---- inputs ---- */

static char *
shape_text (const FxShape *shape)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; fx_shape_is_static (shape) && i < shape->rank; i++)
    g_string_append_printf (text, "%s%" PRId64, i > 0 ? "x" : "", shape->dims[i]);
  return g_string_free (text, FALSE);
}

static char *
numbers_text (const double *numbers, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", g_ascii_dtostr (number, sizeof number, numbers[i]));
    }
  return g_string_free (text, FALSE);
}

static const char *
norm_type (const FxInputSpec *spec)
{
  if (spec->n_mean > 0)
    return spec->n_scale > 0 ? "data_mean_and_scale" : "data_mean";
  return spec->n_scale > 0 ? "data_scale" : "no_preprocess";
}

/* Without a type that the board feeds, what the network takes is fed as it is. */
static void
set_inputs (const Export *export)
{
  static const FxConfigKeyId keys[]
      = { FX_CONFIG_INPUT_NAME, FX_CONFIG_INPUT_SHAPE, FX_CONFIG_TYPE_TRAIN, FX_CONFIG_LAYOUT_TRAIN, FX_CONFIG_TYPE_RT,
          FX_CONFIG_LAYOUT_RT,  FX_CONFIG_NORM_TYPE,   FX_CONFIG_MEAN_VALUE, FX_CONFIG_SCALE_VALUE };
  GString *texts[G_N_ELEMENTS (keys)];
  guint n_mean = 0, n_scale = 0;

  for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
    texts[k] = g_string_new (NULL);
  for (guint i = 0; i < export->options->inputs->len; i++)
    {
      const FxConversionInput *input = &g_array_index (export->options->inputs, FxConversionInput, i);
      const FxInputSpec as_it_is = { .train = FX_INPUT_FEATUREMAP, .rt = FX_INPUT_FEATUREMAP };
      const FxInputSpec *spec = input->has_spec ? &input->spec : &as_it_is;
      const FxValue *value = fx_graph_value (export->graph, fx_graph_input (export->graph, i));
      g_autofree char *shape = shape_text (&value->shape);
      g_autofree char *mean = numbers_text (spec->mean, spec->n_mean);
      g_autofree char *scale = numbers_text (spec->scale, spec->n_scale);
      const char *const items[] = { input->name,
                                    shape,
                                    fx_input_type_name (spec->train),
                                    spec->train_nhwc ? "NHWC" : "NCHW",
                                    fx_input_type_name (spec->rt),
                                    spec->rt_nhwc ? "NHWC" : "NCHW",
                                    norm_type (spec),
                                    mean,
                                    scale };

      n_mean += spec->n_mean;
      n_scale += spec->n_scale;
      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        g_string_append_printf (texts[k], "%s%s", i > 0 ? "; " : "", items[k]);
    }
  for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
    {
      if ((keys[k] != FX_CONFIG_MEAN_VALUE || n_mean > 0) && (keys[k] != FX_CONFIG_SCALE_VALUE || n_scale > 0))
        set (export, keys[k], texts[k]->str);
      g_string_free (texts[k], TRUE);
    }
}

/* ---- quantizing and compiling ---- */

static void
set_method (const Export *export)
{
  const char *method = export->options->method;

  set (export, FX_CONFIG_CALIBRATION_TYPE, "default");
  if (g_strcmp0 (method, "kl") == 0)
    set (export, FX_CONFIG_CALIBRATION_TYPE, "kl");
  else if (g_strcmp0 (method, "max") == 0)
    set (export, FX_CONFIG_CALIBRATION_TYPE, "max");
  else if (method != NULL && g_str_has_prefix (method, "percentile="))
    {
      char share[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (share, sizeof share, "%.12g", g_ascii_strtod (method + strlen ("percentile="), NULL) / 100);
      set (export, FX_CONFIG_CALIBRATION_TYPE, "max");
      set (export, FX_CONFIG_MAX_PERCENTILE, share);
    }
}

static void
set_settings (const Export *export)
{
  const FxConversionOptions *options = export->options;
  g_autofree char *level = g_strdup_printf ("O%u", options->compile.level);

  set_method (export);
  set_names (export, FX_CONFIG_RUN_ON_BPU, options->bpu, "");
  set_names (export, FX_CONFIG_RUN_ON_CPU, options->cpu, "");
  set_names (export, FX_CONFIG_NODE_INFO, options->int16, ":int16");
  set (export, FX_CONFIG_OPTIMIZE_LEVEL, level);
  set (export, FX_CONFIG_COMPILE_MODE, fx_compile_mode_names[options->compile.mode]);
  if (options->compile.mode == FX_COMPILE_BALANCE)
    set_count (export, FX_CONFIG_BALANCE_FACTOR, options->compile.balance);
  if (options->compile.cores > 1)
    set_count (export, FX_CONFIG_CORE_NUM, options->compile.cores);
  if (options->compile.max_call_us > 0)
    set_count (export, FX_CONFIG_MAX_TIME_PER_FC, options->compile.max_call_us);
}

/* ---- what a conversion by the configuration would do otherwise ---- */

typedef gboolean (*Same) (const FxConversionOptions *a, const FxConversionOptions *b);

static gboolean
same_preset (const FxConversionOptions *a, const FxConversionOptions *b)
{
  return a->preset == b->preset;
}

static gboolean
same_method (const FxConversionOptions *a, const FxConversionOptions *b)
{
  return g_strcmp0 (a->method != NULL ? a->method : "auto", b->method) == 0;
}

static gboolean
same_mixed (const FxConversionOptions *a, const FxConversionOptions *b)
{
  return a->mixed == b->mixed && a->latency_budget == b->latency_budget;
}

static gboolean
same_names (char **a, char **b)
{
  static char *none[] = { NULL };

  return g_strv_equal ((const char *const *)(a != NULL ? a : none), (const char *const *)(b != NULL ? b : none));
}

static gboolean
same_nodes (const FxConversionOptions *a, const FxConversionOptions *b)
{
  return same_names (a->bpu, b->bpu) && same_names (a->int16, b->int16) && same_names (a->cpu, b->cpu);
}

static gboolean
same_layouts (const FxConversionOptions *a, const FxConversionOptions *b)
{
  for (guint i = 0; i < a->inputs->len && i < b->inputs->len; i++)
    {
      const FxConversionInput *left = &g_array_index (a->inputs, FxConversionInput, i);
      const FxConversionInput *right = &g_array_index (b->inputs, FxConversionInput, i);

      if (left->has_spec
          && (left->spec.rt_nhwc != right->spec.rt_nhwc || left->spec.train_nhwc != right->spec.train_nhwc))
        return FALSE;
    }
  return a->inputs->len == b->inputs->len;
}

static gboolean
same_compile (const FxConversionOptions *a, const FxConversionOptions *b)
{
  return a->compile.level == b->compile.level && a->compile.mode == b->compile.mode
         && (a->compile.mode != FX_COMPILE_BALANCE || a->compile.balance == b->compile.balance)
         && MAX (a->compile.cores, 1) == MAX (b->compile.cores, 1) && a->compile.max_call_us == b->compile.max_call_us;
}

static const struct
{
  Same same;
  const char *left_out;
} settings[] = {
  { same_preset, N_ ("the boards' configuration has no place for how much is tried for accuracy") },
  { same_method, N_ ("the boards' configuration has no place for this method of the ranges") },
  { same_mixed, N_ ("the boards' configuration has no place for mixed precision") },
  { same_nodes, N_ ("the board's configuration has no place for the precision of some nodes") },
  { same_layouts, N_ ("the board's configuration has no place for the layout of an input") },
  { same_compile, N_ ("the board's configuration has no place for how the program is compiled") },
};

static gboolean
tell_left_out (const Export *export, GPtrArray *findings, GError **error)
{
  g_autoptr (FxConversionOptions) options = fx_config_to_conversion (export->config, error);

  if (options == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (!settings[i].same (export->options, options))
      fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "config", NULL, NULL, "%s", _ (settings[i].left_out));
  return TRUE;
}

/* ---- the whole ---- */

static gboolean
check (const Export *export, GError **error)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();

  fx_config_check (export->config, findings);
  return fx_diagnostics_to_error (findings, error);
}

/* "out.yaml" → "out_data" */
static char *
data_folder (const char *path)
{
  g_autofree char *stem = g_strdup (path);
  char *slash = strrchr (stem, '/'), *dot = strrchr (stem, '.');

  if (dot != NULL && dot > slash + 1)
    *dot = '\0';
  return g_strconcat (stem, "_data", NULL);
}

gboolean
fx_config_export (const FxProject *project, const FxGraph *graph, const char *path, GPtrArray *findings,
                  const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *data = data_folder (absolute);
  g_autoptr (FxConversionOptions) options = fx_project_to_conversion (project, graph, NULL, error);
  g_autoptr (FxTarget) target = options != NULL ? fx_target_load (project->target, error) : NULL;
  g_autoptr (FxConfig) config = fx_config_new (NULL);
  const Export export = { project, graph, options, config, data };

  if (target == NULL)
    return FALSE;
  fx_conversion_options_fit (options, target);
  fx_config_set (config, FX_CONFIG_MARCH, target->march);
  set_inputs (&export);
  set_settings (&export);
  return set_model (&export, error) && fx_config_set_samples (config, options, data, progress, cancellable, error)
         && check (&export, error) && tell_left_out (&export, findings, error)
         && fx_config_save (config, absolute, error);
}
