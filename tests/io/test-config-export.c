/* Projects as configurations of the boards' converter: a conversion by what was written gives the same files as the
 * project's own, and what cannot be written is told.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "io/config/config-conversion.h"
#include "io/config/config-export.h"
#include "io/fx-model.h"
#include "io/fx-project-conversion.h"
#include "io/fx-target-file.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *sample_folder;

/* ---- a project of the sample ---- */

static FxProject *
new_project (void)
{
  FxProject *project = fx_project_new ();
  g_autofree char *pictures = g_build_filename (sample_folder, "calibration", NULL);

  project->model = g_build_filename (sample_folder, "sample.onnx", NULL);
  project->method = g_strdup ("max");
  project->samples = 10;
  fx_project_add_dataset (project, NULL, pictures, NULL);
  return project;
}

static void
set_input (FxProject *project, const char *preprocess, const char *runtime)
{
  FxProjectInput *input = fx_project_touch_input (project, "input");

  input->preprocess = g_strdup (preprocess);
  input->runtime = g_strdup (runtime);
}

/* The model with the project's edits. */
static FxGraph *
load (FxProject *project)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  FxGraph *graph = fx_model_load (project->model, project->weights, NULL, &error);

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  fx_project_apply_edits (project, graph, findings);
  g_assert_cmpuint (findings->len, ==, 0);
  return graph;
}

/* ---- both conversions ---- */

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
convert (FxConversionOptions *options, const char *folder)
{
  static const FxConversionEvents silent = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxConversion) conversion = NULL;

  g_free (options->output_dir);
  options->output_dir = g_strdup (folder);
  options->max_measured = 1;
  conversion = fx_conversion_run (options, &silent, NULL, &error);
  g_assert_no_error (error);
}

static void
convert_project (const FxProject *project, const FxGraph *graph, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxConversionOptions) options = fx_project_to_conversion (project, graph, NULL, &error);

  g_assert_no_error (error);
  convert (options, folder);
}

static FxConfig *
read_config (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  FxConfig *config = fx_config_load (path, findings, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (fx_diagnostics_count (findings, FX_SEVERITY_ERROR), ==, 0);
  return config;
}

static void
assert_same_file (const char *folder, const char *other_folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *other = g_build_filename (other_folder, name, NULL);
  g_autofree char *text = NULL, *other_text = NULL;
  gsize size, other_size;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_assert_true (g_file_get_contents (other, &other_text, &other_size, NULL));
  g_assert_cmpmem (text, size, other_text, other_size);
}

/* Exports, and converts by the project and by what was exported. */
static void
check (FxProject *project, gboolean writes_samples, gboolean writes_model)
{
  g_autofree char *folder = g_dir_make_tmp ("export-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sample.yaml", NULL);
  g_autofree char *own = g_build_filename (folder, "own", NULL), *other = g_build_filename (folder, "other", NULL);
  g_autofree char *samples = g_build_filename (folder, "sample_data", "input_f32", NULL);
  g_autofree char *model = g_build_filename (folder, "sample_data", "sample.onnx", NULL);
  g_autoptr (FxGraph) graph = load (project);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxConfig) config = NULL;
  g_autoptr (FxConversionOptions) options = NULL;

  fx_config_export (project, graph, path, findings, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (findings->len, ==, 0);
  g_assert_cmpint (g_file_test (samples, G_FILE_TEST_IS_DIR), ==, writes_samples);
  g_assert_cmpint (g_file_test (model, G_FILE_TEST_EXISTS), ==, writes_model);
  convert_project (project, graph, own);
  config = read_config (path);
  options = fx_config_to_conversion (config, &error);
  g_assert_no_error (error);
  convert (options, other);
  assert_same_file (own, other, "sample_quantized_model.onnx");
  assert_same_file (own, other, "sample_thresholds.json");
  assert_same_file (own, other, "sample.fxb");
  remove_tree (folder);
}

static void
test_as_trained (void)
{
  g_autoptr (FxProject) project = new_project ();

  set_input (project, "rgb; mean 128 128 128; scale 0.0078125; layout nchw", NULL);
  check (project, TRUE, FALSE);
}

/* The board feeds another picture, and does the arithmetic; a node stays on the CPU, and one gets 16 bits. */
static void
test_board (void)
{
  g_autoptr (FxProject) project = new_project ();

  set_input (project,
             "resize-short 72 pil-bilinear; center-crop 64x64; bgr; mean 103.5 116.25 123.6; scale 0.017; layout nchw",
             "nv12");
  fx_project_set_node (project, "/classifier/Gemm", FX_PRECISION_FLOAT);
  fx_project_set_node (project, "/stem/stem.0/Conv", FX_PRECISION_INT16);
  project->compile.level = 1;
  project->compile.max_call_us = 1500;
  check (project, TRUE, FALSE);
}

/* What the boards' converter does with pictures itself leaves them where they are. */
static void
test_pictures (void)
{
  g_autoptr (FxProject) project = new_project ();

  set_input (project, "resize 64x64 pil-bilinear; rgb; layout nchw; mean 128; scale 0.0078125", "rgb");
  project->samples = 0;
  check (project, FALSE, FALSE);
}

/* Edits that a configuration has keys for; and others, for which the model is written. */
static void
test_outputs (void)
{
  g_autoptr (FxProject) project = new_project ();

  set_input (project, "rgb; mean 128; scale 0.0078125", NULL);
  fx_project_add_edit (project, FX_PROJECT_OUTPUTS, NULL, "/stage6/stage6.1/stage6.1.2/Relu");
  check (project, TRUE, FALSE);
}

static void
test_fixed (void)
{
  g_autoptr (FxProject) project = new_project ();

  set_input (project, "rgb; mean 128; scale 0.0078125", NULL);
  fx_project_add_edit (project, FX_PROJECT_FIX_ALL, NULL, NULL);
  check (project, TRUE, TRUE);
}

/* ---- what has no place ---- */

static gboolean
tells (const GPtrArray *findings, const char *text)
{
  for (guint i = 0; i < findings->len; i++)
    if (strstr (((const FxDiagnostic *)findings->pdata[i])->message, text) != NULL)
      return TRUE;
  return FALSE;
}

static void
test_left_out (void)
{
  g_autofree char *folder = g_dir_make_tmp ("export-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sample.yaml", NULL);
  g_autoptr (FxProject) project = new_project ();
  g_autoptr (FxGraph) graph = load (project);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxConfig) config = NULL;

  g_free (project->method);
  project->method = g_strdup ("aciq");
  project->preset = g_strdup ("fast");
  project->mixed = 0.2;
  project->compile.mode = FX_COMPILE_BALANCE;
  fx_project_set_node (project, "/a;b", FX_PRECISION_FLOAT);
  fx_config_export (project, graph, path, findings, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (findings->len, ==, 5);
  g_assert_true (tells (findings, "method"));
  g_assert_true (tells (findings, "accuracy"));
  g_assert_true (tells (findings, "mixed precision"));
  g_assert_true (tells (findings, "program"));
  g_assert_true (tells (findings, "nodes"));
  config = read_config (path); /* what was written is right still */
  remove_tree (folder);
}

/* Without samples there is nothing to convert. */
static void
test_no_samples (void)
{
  g_autofree char *folder = g_dir_make_tmp ("export-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sample.yaml", NULL);
  g_autoptr (FxProject) project = new_project ();
  g_autoptr (FxGraph) graph = load (project);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_set_size (project->datasets, 0);
  g_assert_false (fx_config_export (project, graph, path, findings, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "samples"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  remove_tree (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  sample_folder = argv[1];
  g_test_add_func ("/config-export/as-trained", test_as_trained);
  g_test_add_func ("/config-export/board", test_board);
  g_test_add_func ("/config-export/pictures", test_pictures);
  g_test_add_func ("/config-export/outputs", test_outputs);
  g_test_add_func ("/config-export/fixed", test_fixed);
  g_test_add_func ("/config-export/left-out", test_left_out);
  g_test_add_func ("/config-export/no-samples", test_no_samples);
  return g_test_run ();
}
