/* fixpoint-cli config: checks a configuration file of the boards' converter, writes it anew, or makes one for a model
 * or of a project.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/fx-nearest.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "io/config/config-export.h"
#include "io/config/fx-config.h"
#include "io/fx-file-kind.h"
#include "io/fx-model.h"
#include "io/fx-project-file.h"
#include "io/fx-target-file.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  char *weights, *target, *output;
  char **set, **shapes;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->weights);
  g_free (options->target);
  g_free (options->output);
  g_strfreev (options->set);
  g_strfreev (options->shapes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
is_config_name (const char *path)
{
  return g_str_has_suffix (path, ".yaml") || g_str_has_suffix (path, ".yml");
}

/* ---- a new one ---- */

static void
set_model (FxConfig *config, const char *path, const char *weights, const FxGraph *graph)
{
  const char *format = fx_graph_metadata (graph, "format");
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *name = g_path_get_basename (path);
  char *dot = strrchr (name, '.');

  if (dot != NULL && dot > name)
    *dot = '\0';
  if (format != NULL && strcmp (format, "caffe") == 0)
    {
      g_autofree char *both = weights != NULL ? g_canonicalize_filename (weights, NULL) : NULL;

      fx_config_set (config, FX_CONFIG_PROTOTXT, absolute);
      fx_config_set (config, FX_CONFIG_CAFFE_MODEL, both);
    }
  else
    fx_config_set (config, FX_CONFIG_ONNX_MODEL, absolute);
  fx_config_set (config, FX_CONFIG_PREFIX, name);
}

static char *
shape_text (const FxShape *shape)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < shape->rank; i++)
    g_string_append_printf (text, "%s%" PRId64, i > 0 ? "x" : "", shape->dims[i]);
  return g_string_free (text, FALSE);
}

/* A picture if it has one or three channels in one of the layouts, else a feature map. */
static void
describe_input (const FxValue *value, const char **type, const char **layout)
{
  gboolean is_4d = value->shape.rank == 4;
  gboolean nhwc = is_4d && value->shape.dims[1] != 3 && value->shape.dims[1] != 1
                  && (value->shape.dims[3] == 3 || value->shape.dims[3] == 1);
  gint64 channels = is_4d ? value->shape.dims[nhwc ? 3 : 1] : 0;

  *type = channels == 3 ? "rgb" : channels == 1 ? "gray" : "featuremap";
  *layout = nhwc ? "NHWC" : "NCHW";
}

static void
set_inputs (FxConfig *config, const FxGraph *graph)
{
  static const FxConfigKeyId keys[]
      = { FX_CONFIG_INPUT_NAME, FX_CONFIG_INPUT_SHAPE, FX_CONFIG_TYPE_TRAIN, FX_CONFIG_LAYOUT_TRAIN,
          FX_CONFIG_TYPE_RT,    FX_CONFIG_LAYOUT_RT,   FX_CONFIG_NORM_TYPE };
  GString *texts[G_N_ELEMENTS (keys)];
  gboolean is_nash = fx_config_march (config) == FX_MARCH_NASH;

  for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
    texts[k] = g_string_new (NULL);
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      const FxValue *value = fx_graph_value (graph, fx_graph_input (graph, i));
      g_autofree char *shape = fx_shape_is_static (&value->shape) ? shape_text (&value->shape) : g_strdup ("");
      const char *type, *layout;

      describe_input (value, &type, &layout);
      const char *items[] = { value->name, shape, type, layout, type, layout, "no_preprocess" };
      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        g_string_append_printf (texts[k], "%s%s", i > 0 ? "; " : "", items[k]);
    }
  for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
    {
      if (!is_nash || (keys[k] != FX_CONFIG_LAYOUT_RT && keys[k] != FX_CONFIG_NORM_TYPE))
        fx_config_set (config, keys[k], texts[k]->str);
      g_string_free (texts[k], TRUE);
    }
}

static FxConfig *
new_config (const char *path, const Options *options, GError **error)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = fx_cli_load (path, options->weights, options->shapes, findings, error);
  g_autoptr (FxTarget) target
      = graph != NULL ? fx_target_load (options->target != NULL ? options->target : "rdk-x5", error) : NULL;
  FxConfig *config;

  if (target == NULL)
    return NULL;
  config = fx_config_new (NULL);
  fx_config_set (config, FX_CONFIG_MARCH, target->march);
  set_model (config, path, options->weights, graph);
  set_inputs (config, graph);
  fx_config_set (config, FX_CONFIG_CALIBRATION_TYPE, "default");
  fx_config_set (config, FX_CONFIG_COMPILE_MODE, "latency");
  fx_config_set (config, FX_CONFIG_OPTIMIZE_LEVEL, fx_config_march (config) == FX_MARCH_NASH ? "O2" : "O3");
  return config;
}

/* ---- that of a project ---- */

static gboolean
is_project (const char *path)
{
  return fx_file_kind (path, NULL) == FX_FILE_PROJECT;
}

/* The model's own findings are for the check. */
static gboolean
export_project (const char *path, const char *output, GPtrArray *findings, GError **error)
{
  g_autoptr (FxProject) project = fx_project_file_load (path, error);
  g_autoptr (FxGraph) graph = project != NULL ? fx_model_load (project->model, project->weights, NULL, error) : NULL;

  if (graph == NULL)
    return FALSE;
  fx_graph_infer (graph, NULL);
  fx_project_apply_edits (project, graph, findings);
  fx_project_forget_nodes (project, graph, findings);
  return fx_config_export (project, graph, output, findings, NULL, NULL, error);
}

static int
write_project (const char *path, const Options *options)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;

  if (options->output == NULL || options->set != NULL || options->target != NULL || options->weights != NULL
      || options->shapes != NULL)
    fx_fail (&error, FX_ERROR_BAD_DATA, "the configuration of a project takes -o FILE and no other option");
  else
    export_project (path, options->output, findings, &error);
  fx_cli_print_diagnostics (findings);
  return error != NULL ? fx_cli_fail (error) : FX_EXIT_OK;
}

/* ---- --set KEY=VALUE ---- */

static gboolean
set_key (FxConfig *config, const char *text, GError **error)
{
  const char *names[FX_CONFIG_N_KEYS + 1] = { NULL };
  const char *equals = strchr (text, '='), *nearest;
  g_autofree char *name = equals != NULL ? g_strndup (text, (gsize)(equals - text)) : NULL;

  if (equals == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "--set wants KEY=VALUE, found \"%s\"", text);
  for (guint i = 0; i < FX_CONFIG_N_KEYS; i++)
    {
      names[i] = fx_config_key_name (i);
      if (strcmp (names[i], name) == 0)
        {
          fx_config_set (config, i, equals + 1);
          return TRUE;
        }
    }
  nearest = fx_nearest_word (name, names);
  return fx_fail (error, FX_ERROR_BAD_DATA,
                  nearest != NULL ? N_ ("--set: there is no key \"%s\"; did you mean \"%s\"?")
                                  : N_ ("--set: there is no key \"%s\""),
                  name, nearest);
}

/* What was set is judged as if it had stood in the file. */
static FxConfig *
with_settings (FxConfig *config, const Options *options, GPtrArray *findings, GError **error)
{
  g_autofree char *text = NULL;

  for (guint i = 0; options->set[i] != NULL; i++)
    if (!set_key (config, options->set[i], error))
      return NULL;
  text = fx_config_to_string (config);
  g_ptr_array_set_size (findings, 0);
  return fx_config_parse (text, strlen (text), NULL, findings, error);
}

static int
finish (const FxConfig *config, const GPtrArray *findings, const Options *options, GError **error)
{
  g_autofree char *text = fx_config_to_string (config);

  fx_cli_print_diagnostics (findings);
  if (options->output == NULL)
    fputs (text, stdout);
  else if (!fx_config_save (config, options->output, error))
    return fx_cli_fail (*error);
  return fx_diagnostics_count (findings, FX_SEVERITY_ERROR) > 0 ? FX_EXIT_FINDINGS : FX_EXIT_OK;
}

/* Paths of --set are those of the shell; a file in another folder would mean others by them. */
static gboolean
is_elsewhere (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return strcmp (folder, ".") != 0;
}

int
fx_verb_config (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "target", 0, 0, G_OPTION_ARG_STRING, &options.target, N_ ("Board of a new configuration: rdk-x5 if not given"),
      "BOARD" },
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights,
      N_ ("The file with the weights, where the format has one"), "FILE" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, N_ ("Set the shape of an input"),
      "[NAME=]DIMS" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.set, N_ ("Set a key"), "KEY=VALUE" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Write to this file instead of standard output"),
      "FILE" },
    { NULL },
  };
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxConfig) config = NULL;

  if (!fx_cli_parse ("config", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  if (is_project (argv[1]))
    return write_project (argv[1], &options);
  config
      = is_config_name (argv[1]) ? fx_config_load (argv[1], findings, &error) : new_config (argv[1], &options, &error);
  if (config != NULL && (options.set != NULL || options.output != NULL))
    fx_config_make_absolute (config);
  if (config != NULL && options.set != NULL)
    {
      g_autoptr (FxConfig) before = g_steal_pointer (&config);

      config = with_settings (before, &options, findings, &error);
    }
  else if (config != NULL && !is_config_name (argv[1]))
    fx_config_check (config, findings);
  if (config == NULL)
    return fx_cli_fail (error);
  if (options.output != NULL && is_elsewhere (options.output))
    fx_config_make_absolute (config);
  return finish (config, findings, &options, &error);
}
