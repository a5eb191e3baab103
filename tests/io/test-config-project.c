/* A configuration of the boards' converter as a project: what is taken over, what is said about the rest.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "io/config/config-project.h"
#include "io/onnx/onnx-writer.h"

#include <glib/gstdio.h>
#include <string.h>

static const char model[] = "graph \"g\"\nopset \"\" 11\ninput %picture f32[1,3,8,8]\ninput %state f32[1,4,1,1]\n"
                            "%x f32[1,3,8,8] = Identity(%picture)\n%y f32[1,4,1,1] = Identity(%state)\n"
                            "output %x\noutput %y\n";

static char *folder, *model_path, *config_path;
static FxGraph *graph;

/* Of two inputs; the first one is a picture. */
static const char two_inputs[] = "model_parameters:\n  onnx_model: net.onnx\n  march: bayes-e\n%s"
                                 "input_parameters:\n%s  input_shape: %s\n  input_type_train: bgr;featuremap\n"
                                 "  input_layout_train: NCHW;NCHW\n  input_type_rt: nv12;featuremap\n"
                                 "  norm_type: data_mean_and_scale;no_preprocess\n  mean_value: 1 2 3;None\n"
                                 "  scale_value: 0.5;None\ncalibration_parameters:\n  calibration_type: %s\n%s"
                                 "compiler_parameters:\n  optimize_level: O3\n";

static FxProject *
load (GPtrArray *findings, GError **error, const char *more, const char *names, const char *shapes, const char *type,
      const char *samples)
{
  g_autofree char *text = g_strdup_printf (two_inputs, more, names, shapes, type, samples);
  FxProject *project;

  g_assert_true (g_file_set_contents (config_path, text, -1, NULL));
  project = fx_config_project_load (config_path, findings, error);
  if (project != NULL)
    fx_config_project_finish (project, graph);
  return project;
}

static gboolean
is_warned (const GPtrArray *findings, const char *text)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const FxDiagnostic *finding = findings->pdata[i];

      if (strstr (finding->message, text) != NULL)
        return finding->severity == FX_SEVERITY_WARNING;
    }
  return FALSE;
}

/* Inputs have no names in the file, one folder is not there, and nodes are to run on the CPU. */
static void
test_taken (void)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxProject) project = load (findings, &error, "  working_dir: out\n", "", "1x3x8x8;1x4x1x1", "kl",
                                        "  cal_data_dir: .;gone_f32\n  run_on_cpu: x\n");
  g_autofree char *out = g_build_filename (folder, "out", NULL), *gone = g_build_filename (folder, "gone_f32", NULL);
  const FxProjectDataset *dataset;

  g_assert_no_error (error);
  g_assert_cmpuint (fx_diagnostics_count (findings, FX_SEVERITY_ERROR), ==, 0);
  g_assert_cmpstr (project->model, ==, model_path);
  g_assert_cmpstr (project->target, ==, "rdk-x5");
  g_assert_cmpstr (project->method, ==, "kl");
  g_assert_cmpstr (project->output, ==, out);
  g_assert_cmpuint (project->edits->len, ==, 0);
  g_assert_cmpuint (project->inputs->len, ==, 1);
  g_assert_cmpstr (fx_project_find_input (project, "picture")->runtime, ==, "nv12");
  g_assert_cmpstr (fx_project_find_input (project, "picture")->preprocess, ==,
                   "bgr; layout nchw; mean 1 2 3; scale 0.5");
  g_assert_cmpuint (project->datasets->len, ==, 2);
  dataset = project->datasets->pdata[0];
  g_assert_cmpstr (dataset->input, ==, "picture");
  g_assert_cmpstr (dataset->type, ==, "u8");
  dataset = project->datasets->pdata[1];
  g_assert_cmpstr (dataset->input, ==, "state");
  g_assert_cmpstr (dataset->path, ==, gone);
  g_assert_cmpstr (dataset->type, ==, "f32");
  g_assert_true (is_warned (findings, "gone_f32"));
  g_assert_false (is_warned (findings, "run_on_cpu: a project has no place"));
  g_assert_cmpuint (project->nodes->len, ==, 1);
  g_assert_cmpint (fx_project_find_node (project, "x")->precision, ==, FX_PRECISION_FLOAT);
  g_assert_cmpuint (project->compile.level, ==, 3);
}

/* Whatever decides how the network comes out and stays behind is told. */
static void
test_left_out (void)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxProject) project
      = load (findings, &error, "  remove_node_name: x\n  debug_mode: dump_calibration_data\n", "", "1x3x8x8;1x4x1x1",
              "kl", "  cal_data_dir: .;.\n");

  g_assert_no_error (error);
  g_assert_nonnull (project);
  g_assert_true (is_warned (findings, "debug_mode: a project has no place for it"));
  g_assert_true (is_warned (findings, "remove_node_name: a project has no place for it"));
}

/* What the file says of nodes and of outputs, by each of the keys that can. */
static void
test_nodes (void)
{
  static const struct
  {
    const char *model, *calibration, *name;
    FxPrecision precision;
  } rows[] = {
    { "", "  run_on_bpu: y\n", "y", FX_PRECISION_INT8 },
    { "", "  run_on_cpu: y\n  run_on_bpu: y\n", "y", FX_PRECISION_FLOAT },
    { "", "  optimization: set_all_nodes_int16\n", "all", FX_PRECISION_INT16 },
    { "  node_info: {\"x\": {\"ON\": \"BPU\", \"InputType\": \"int16\", \"OutputType\": \"int16\"}}\n", "", "x",
      FX_PRECISION_INT16 },
    { "  node_info: {\"x\": {\"ON\": \"CPU\"}}\n", "", "x", FX_PRECISION_FLOAT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *samples = g_strconcat ("  cal_data_dir: .;.\n", rows[i].calibration, NULL);
      g_autoptr (FxProject) project = load (findings, &error, rows[i].model, "", "1x3x8x8;1x4x1x1", "kl", samples);

      g_assert_no_error (error);
      g_assert_nonnull (fx_project_find_node (project, rows[i].name));
      g_assert_cmpint (fx_project_find_node (project, rows[i].name)->precision, ==, rows[i].precision);
    }
}

static void
test_outputs (void)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxProject) project
      = load (findings, &error, "  output_nodes: x\n", "", "1x3x8x8;1x4x1x1", "kl", "  cal_data_dir: .;.\n");
  g_autoptr (FxGraph) cut = fx_graph_copy (graph);
  const FxProjectEdit *edit = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < project->edits->len; i++)
    if (((FxProjectEdit *)project->edits->pdata[i])->kind == FX_PROJECT_OUTPUTS)
      edit = project->edits->pdata[i];
  g_assert_nonnull (edit);
  g_assert_true (fx_project_edit_apply (project, edit, cut, NULL, NULL, &error));
  g_assert_cmpuint (fx_graph_n_outputs (cut), ==, 1);
  g_assert_cmpstr (fx_graph_value (cut, fx_graph_output (cut, 0))->name, ==, "x");
  g_assert_cmpuint (fx_graph_n_nodes (cut), ==, 1);
}

/* The compiler's keys are taken over. */
static void
test_compiler (void)
{
  static const struct
  {
    const char *march, *keys;
    FxCompileOptions compile;
  } rows[] = {
    { "bayes-e", "  optimize_level: O2\n  compile_mode: latency\n  core_num: 1\n", { 2, .balance = 50 } },
    { "bernoulli2",
      "  optimize_level: O0\n  compile_mode: bandwidth\n  core_num: 2\n  max_time_per_fc: 1500\n  jobs: 3\n",
      { 0, FX_COMPILE_BANDWIDTH, .balance = 50, .cores = 2, .max_call_us = 1500 } },
    { "nash-e",
      "  optimize_level: O0\n  compile_mode: balance\n  balance_factor: 0\n",
      { 0, FX_COMPILE_BALANCE, .balance = 0 } },
    { "nash-p", "  optimize_level: O1\n  core_num: 4\n", { 1, .balance = 50, .cores = 4 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (FxProject) project = NULL, wanted = fx_project_new ();
      g_autofree char *text
          = g_strdup_printf ("model_parameters:\n  onnx_model: net.onnx\n  march: %s\ninput_parameters:\n"
                             "  input_type_train: bgr;featuremap\n  input_layout_train: NCHW;NCHW\n"
                             "  input_type_rt: nv12;featuremap\n  norm_type: no_preprocess;no_preprocess\n"
                             "calibration_parameters:\n  calibration_type: skip\ncompiler_parameters:\n%s",
                             rows[i].march, rows[i].keys);

      g_assert_true (g_file_set_contents (config_path, text, -1, NULL));
      project = fx_config_project_load (config_path, findings, &error);
      g_assert_no_error (error);
      wanted->compile = rows[i].compile;
      g_assert_true (fx_project_same_compile (project, wanted));
      g_assert_cmpuint (project->compile.jobs, ==, 0);
      g_assert_false (is_warned (findings, "a project has no place"));
    }
}

/* A shape that the model does not have is an edit; without calibration the rest still holds. */
static void
test_edits (void)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxProject) project
      = load (findings, &error, "", "  input_name: picture;state\n", "1x3x16x16;1x4x1x1", "skip", "");
  const FxProjectEdit *edit;

  g_assert_no_error (error);
  g_assert_cmpuint (project->edits->len, ==, 1);
  edit = project->edits->pdata[0];
  g_assert_cmpint (edit->kind, ==, FX_PROJECT_INPUT_SHAPE);
  g_assert_cmpstr (edit->name, ==, "picture");
  g_assert_cmpstr (edit->value, ==, "1x3x16x16");
  g_assert_null (project->method);
  g_assert_null (project->output);
  g_assert_cmpuint (project->datasets->len, ==, 0);
  g_assert_true (is_warned (findings, "add calibration samples"));
}

static void
test_refused (void)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *begin = g_strconcat (config_path, ": line ", NULL);

  g_assert_null (load (findings, &error, "  output_nodez: a\n  marsh: b\n", "", "1x3x8x8;1x4x1x1", "kl", ""));
  g_assert_true (g_str_has_prefix (error->message, begin));
  g_assert_nonnull (strstr (error->message, "output_nodez"));
  g_assert_nonnull (strstr (error->message, "(the first of "));
  g_assert_cmpuint (findings->len, ==, 0);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  model_path = g_build_filename (folder, "net.onnx", NULL);
  config_path = g_build_filename (folder, "net.yaml", NULL);
  graph = fx_graph_parse (model, NULL);
  fx_graph_infer (graph, NULL);
  g_assert_true (fx_onnx_save (graph, model_path, NULL));
  g_test_add_func ("/config-project/taken", test_taken);
  g_test_add_func ("/config-project/left-out", test_left_out);
  g_test_add_func ("/config-project/nodes", test_nodes);
  g_test_add_func ("/config-project/outputs", test_outputs);
  g_test_add_func ("/config-project/compiler", test_compiler);
  g_test_add_func ("/config-project/edits", test_edits);
  g_test_add_func ("/config-project/refused", test_refused);
  status = g_test_run ();
  g_remove (config_path);
  g_remove (model_path);
  g_rmdir (folder);
  fx_graph_free (graph);
  g_free (folder);
  g_free (model_path);
  g_free (config_path);
  return status;
}
