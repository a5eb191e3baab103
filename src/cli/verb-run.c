/* fixpoint-cli run: one run of a model, or of a program of the BPU on the simulator; every output becomes a .npy file,
 * outputs.json lists them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-json.h"
#include "cli/fx-cli.h"

#include "core/bpu/fx-simulate.h"
#include "core/calib/fx-preprocess.h"
#include "core/check/fx-diagnostic.h"
#include "core/exec/fx-engine.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/passes/inline-branches.h"
#include "io/fx-file.h"
#include "io/fx-input-file.h"
#include "io/npy.h"
#include "io/program/fx-program-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  char *weights, *output_dir, *preprocess;
  char **inputs, **shapes, **outputs;
  int threads;
  gboolean json, reference, profile;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->weights);
  g_free (options->output_dir);
  g_free (options->preprocess);
  g_strfreev (options->inputs);
  g_strfreev (options->shapes);
  g_strfreev (options->outputs);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
free_tensors (FxTensor **tensors)
{
  for (guint i = 0; tensors[i] != NULL; i++)
    fx_tensor_unref (tensors[i]);
  g_free (tensors);
}

/* Reads the file of every input, in model order; NULL-terminated. */
static FxTensor **
load_inputs (const FxGraph *graph, const Options *options, GError **error)
{
  guint n = fx_graph_n_inputs (graph);
  g_autofree const char **paths = g_new0 (const char *, n + 1);
  FxTensor **tensors = g_new0 (FxTensor *, n + 1);

  for (guint i = 0; options->inputs != NULL && options->inputs[i] != NULL; i++)
    {
      FxId id;
      const char *path;

      if (!fx_cli_find_input (graph, options->inputs[i], i, &id, &path, error))
        {
          free_tensors (tensors);
          return NULL;
        }
      for (guint k = 0; k < n; k++)
        if (fx_graph_input (graph, k) == id)
          {
            if (paths[k] != NULL)
              {
                fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\" is given twice: %s and %s",
                         fx_graph_value (graph, id)->name, paths[k], path);
                free_tensors (tensors);
                return NULL;
              }
            paths[k] = path;
          }
    }
  for (guint k = 0; k < n; k++)
    {
      const FxValue *value = fx_graph_value (graph, fx_graph_input (graph, k));
      g_autofree char *shape = fx_graph_shape_to_string (graph, &value->shape);

      if (paths[k] == NULL)
        fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\" (%s%s) is not given; wanted --input %s=FILE", value->name,
                 fx_dtype_name (value->dtype), shape, value->name);
      else
        tensors[k] = fx_input_file_load (paths[k], value->dtype, &value->shape, options->preprocess, error);
      if (tensors[k] == NULL)
        {
          free_tensors (tensors);
          return NULL;
        }
    }
  return tensors;
}

/* A tensor that knows its own shape settles what the model left open. */
static gboolean
adopt_shapes (FxGraph *graph, FxTensor *const *tensors, GError **error)
{
  for (guint k = 0; k < fx_graph_n_inputs (graph); k++)
    if (!fx_cli_set_input_shape (graph, fx_graph_input (graph, k), fx_tensor_shape (tensors[k]), error))
      return FALSE;
  return fx_pass_inline_branches (graph, NULL, error);
}

/* "03_scores.npy": the number keeps order and uniqueness, the name helps people. */
static char *
output_file_name (guint i, const char *name)
{
  g_autofree char *plain = g_strndup (name, 64);

  g_strcanon (plain, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-.", '_');
  return g_strdup_printf ("%02u_%s.npy", i, plain);
}

static gboolean
write_outputs (const FxGraph *graph, FxTensor *const *outputs, const Options *options, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *index_path = g_build_filename (options->output_dir, "outputs.json", NULL);
  g_autofree char *text = NULL;

  if (g_mkdir_with_parents (options->output_dir, 0777) != 0)
    return fx_fail (error, FX_ERROR_FAILED, "%s cannot be made: %s", options->output_dir, g_strerror (errno));
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "outputs");
  json_builder_begin_array (builder);
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    {
      const char *name = fx_graph_value (graph, fx_graph_output (graph, i))->name;
      g_autofree char *file_name = output_file_name (i, name);
      g_autofree char *path = g_build_filename (options->output_dir, file_name, NULL);
      FxArray array = fx_tensor_array (outputs[i]);

      if (!fx_npy_save (path, &array, error))
        return fx_error_prefix (error, "%s", path);
      json_builder_begin_object (builder);
      fx_json_add_string (builder, "name", name);
      fx_json_add_string (builder, "file", file_name);
      fx_json_add_string (builder, "dtype", fx_dtype_numpy_name (array.dtype));
      json_builder_set_member_name (builder, "shape");
      fx_cli_json_shape (builder, NULL, &array.shape);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  text = fx_json_to_text (builder);
  if (!fx_file_replace_bytes (index_path, text, strlen (text), error))
    return fx_error_prefix (error, "%s", index_path);
  if (options->json)
    fputs (text, stdout);
  else
    for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
      {
        const char *name = fx_graph_value (graph, fx_graph_output (graph, i))->name;
        g_autofree char *shape = fx_shape_to_string (fx_tensor_shape (outputs[i]));
        g_autofree char *file_name = output_file_name (i, name);

        printf ("%s %s%s %s/%s\n", name, fx_dtype_name (fx_tensor_dtype (outputs[i])), shape, options->output_dir,
                file_name);
      }
  return TRUE;
}

static void
print_profile (const FxEngine *engine, const FxRun *run)
{
  double total = 0.0;

  for (guint i = 0; i < fx_engine_n_steps (engine); i++)
    total += fx_run_step_time_us (run, i);
  fprintf (stderr, "%10s %6s  %-18s %-36s %s\n", "µs", "%", "operator", "implementation", "nodes");
  for (guint i = 0; i < fx_engine_n_steps (engine); i++)
    {
      FxStepInfo step = fx_engine_step (engine, i);
      double time_us = fx_run_step_time_us (run, i);

      fprintf (stderr, "%10.1f %6.2f  %-18s %-36s", time_us, 100.0 * time_us / MAX (total, 1e-9), step.op_type,
               step.implementation);
      for (guint k = 0; k < step.n_nodes; k++)
        fprintf (stderr, " %s", step.nodes[k]);
      fputc ('\n', stderr);
    }
  fprintf (stderr, "%10.1f 100.00  total\n", total);
}

static gboolean
inputs_are_settled (const FxGraph *graph)
{
  for (guint k = 0; k < fx_graph_n_inputs (graph); k++)
    if (!fx_shape_is_static (&fx_graph_value (graph, fx_graph_input (graph, k))->shape))
      return FALSE;
  return TRUE;
}

/* The engine, and what it is fed. What is wrong with the model itself (no weights) is said before what is wrong with
 * the files for its inputs, as far as the engine does not need these for its shapes. */
static FxEngine *
prepare (FxGraph *graph, const Options *options, FxTensor ***inputs, GError **error)
{
  FxEngineOptions engine_options = { .n_threads = (guint)options->threads, .reference_kernels = options->reference };
  g_autoptr (GError) input_error = NULL;
  FxEngine *engine = NULL;

  *inputs = load_inputs (graph, options, &input_error);
  if (*inputs == NULL ? inputs_are_settled (graph) : adopt_shapes (graph, *inputs, error))
    engine = fx_engine_new (graph, &engine_options, fx_cli_cancellable (), error);
  if (*inputs == NULL && engine != NULL)
    g_clear_pointer (&engine, fx_engine_unref);
  if (*inputs == NULL && *error == NULL)
    g_propagate_error (error, g_steal_pointer (&input_error));
  if (*inputs != NULL && engine == NULL)
    g_clear_pointer (inputs, free_tensors);
  return engine;
}

static gboolean
run_model (FxGraph *graph, const Options *options, GError **error)
{
  FxTensor **inputs, **outputs;
  g_autoptr (FxEngine) engine = prepare (graph, options, &inputs, error);
  g_autoptr (FxRun) run = NULL;
  gboolean ok;

  if (engine == NULL)
    return FALSE;
  run = fx_run_new (engine, error);
  outputs = g_new0 (FxTensor *, fx_graph_n_outputs (graph) + 1);
  if (run != NULL && options->profile)
    {
      /* the first execution touches every page for the first time: measure the second */
      FxTensor **warm_up = g_new0 (FxTensor *, fx_graph_n_outputs (graph) + 1);

      if (fx_run_execute (run, inputs, warm_up, fx_cli_cancellable (), NULL))
        fx_run_set_profiling (run, TRUE);
      free_tensors (warm_up);
    }
  ok = run != NULL && fx_run_execute (run, inputs, outputs, fx_cli_cancellable (), error)
       && write_outputs (graph, outputs, options, error);
  if (ok && options->profile)
    print_profile (engine, run);
  free_tensors (inputs);
  free_tensors (outputs);
  return ok;
}

/* ---- programs of the BPU ---- */

static gboolean
simulate (const FxProgram *program, const Options *options, GError **error)
{
  FxSimulateOptions simulate_options = { .order = FX_SIMULATE_BY_TIME, .n_threads = (guint)options->threads };
  FxTensor **inputs = load_inputs (program->graph, options, error), **outputs;
  g_autoptr (FxSimulator) simulator = NULL;
  gboolean ok;

  if (inputs == NULL)
    return FALSE;
  outputs = g_new0 (FxTensor *, fx_graph_n_outputs (program->graph) + 1);
  simulator = fx_simulator_new (program, &simulate_options, fx_cli_cancellable (), error);
  ok = simulator != NULL && fx_simulator_run (simulator, inputs, outputs, fx_cli_cancellable (), error)
       && write_outputs (program->graph, outputs, options, error);
  free_tensors (inputs);
  free_tensors (outputs);
  return ok;
}

static int
run_program (const char *path, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxProgram) program = NULL;

  if (options->weights != NULL || options->shapes != NULL || options->outputs != NULL || options->reference
      || options->profile)
    {
      fprintf (stderr,
               _ ("fixpoint-cli: %s is a program of the BPU: it takes --input, --preprocess and --threads only\n"),
               path);
      return FX_EXIT_ERROR;
    }
  program = fx_program_load (path, fx_cli_cancellable (), &error);
  if (program == NULL)
    return fx_cli_fail (error);
  if (simulate (program, options, &error))
    return FX_EXIT_OK;
  fx_error_prefix (&error, "%s", path);
  return fx_cli_fail (error);
}

/* Findings that did not keep the model from running, but spoil its results. */
static void
print_errors (const FxGraph *graph, const GPtrArray *diagnostics)
{
  for (guint i = 0; i < diagnostics->len; i++)
    {
      const FxDiagnostic *diagnostic = diagnostics->pdata[i];
      g_autofree char *text = fx_diagnostic_to_string (diagnostic);

      if (diagnostic->severity >= FX_SEVERITY_ERROR
          && (diagnostic->node == NULL || fx_graph_find_node (graph, diagnostic->node) != FX_NONE))
        fprintf (stderr, "fixpoint-cli: %s\n", text);
    }
}

/* A slip in the pipeline is told even if no picture is fed. */
static gboolean
check_preprocess (const char *text, GError **error)
{
  g_autoptr (FxPreprocess) preprocess = text != NULL ? fx_preprocess_parse (text, error) : NULL;

  if (text != NULL && preprocess == NULL)
    fx_error_prefix (error, "--preprocess");
  return text == NULL || preprocess != NULL;
}

int
fx_verb_run (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights,
      N_ ("The file with the weights, where the format has one"), "FILE" },
    { "input", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.inputs,
      N_ ("What to feed an input: .npy, ONNX TensorProto .pb, raw .f32, or an image"), "[NAME=]FILE" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, N_ ("Set the shape of an input"),
      "[NAME=]DIMS" },
    { "preprocess", 0, 0, G_OPTION_ARG_STRING, &options.preprocess, N_ ("What to do with images before they are fed"),
      "PIPELINE" },
    { "output-dir", 0, 0, G_OPTION_ARG_FILENAME, &options.output_dir, N_ ("Where the outputs go; made if need be"),
      "DIR" },
    { "output", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.outputs,
      N_ ("Make this tensor an output instead of the model's own; may be given several times"), "NAME" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("Number of threads; all processors if not given"), "N" },
    { "reference", 0, 0, G_OPTION_ARG_NONE, &options.reference, N_ ("Use the plain reference kernels only"), NULL },
    { "profile", 0, 0, G_OPTION_ARG_NONE, &options.profile, N_ ("Print the time of every step"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print the list of outputs as JSON"), NULL },
    { NULL },
  };
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = NULL;

  if (!fx_cli_parse ("run", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  if (options.output_dir == NULL || options.threads < 0)
    {
      fprintf (stderr, "fixpoint-cli: %s\n",
               options.output_dir == NULL ? _ ("run needs --output-dir DIR")
                                          : _ ("--threads is negative, wanted 1 or more"));
      return FX_EXIT_ERROR;
    }
  if (!check_preprocess (options.preprocess, &error))
    return fx_cli_fail (error);
  if (fx_program_is_file (argv[1]))
    return run_program (argv[1], &options);
  graph = fx_cli_load (argv[1], options.weights, options.shapes, diagnostics, &error);
  if (graph == NULL)
    return fx_cli_fail (error);
  if ((options.outputs != NULL && !fx_cli_select_outputs (graph, options.outputs, &error))
      || !run_model (graph, &options, &error))
    {
      fx_error_prefix (&error, "%s", argv[1]);
      return fx_cli_fail (error);
    }
  print_errors (graph, diagnostics);
  return FX_EXIT_OK;
}
