/* Real models in the window: opened, mended where there is a fix, checked, converted where they can be, with a picture
 * of each step.
 *
 *   test-models MODELS [--pictures=FOLDER] [--size=WIDTHxHEIGHT]
 *
 * MODELS has the folders onnx and caffe; where it is not there the test is skipped.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-window-private.h"

#define N_SAMPLES 4

typedef struct
{
  const char *name, *path;
  const char *input, *preprocess; /* NULL: is looked at only */
} Row;

#define RGB "resize-short 256; center-crop 224x224; rgb; mean 127.5 127.5 127.5; scale 0.00784"
#define BGR "resize-short 256; center-crop 224x224; bgr; mean 104 117 123"

static const Row rows[] = {
  { "squeezenet", "onnx/squeezenet1.1_opset11.onnx", "data_0", BGR },
  { "mobilenet", "onnx/mobilenet_v1_1.0_224_opset11.onnx", "input", RGB },
  { "ultraface", "onnx/ultraface_RFB-320_simplified_opset11.onnx", "input", "resize 320x240; rgb; mean 127 127 127" },
  { "squeezenet-caffe", "caffe/squeezenet_v1.1/deploy.prototxt", "data",
    "resize-short 256; center-crop 227x227; bgr; mean 104 117 123" },
  { "mobilenet-caffe", "caffe/mobilenet_v1/mobilenet_deploy.prototxt", "data", BGR },
  { "densenet", "onnx/light/light_densenet121.onnx", "data_0", BGR },
  { "detector-caffe", "caffe/wechat_detect_ssd/detect.prototxt", NULL, NULL },
  { "lstm", "awkward/lstm_1layer_opset9.onnx", NULL, NULL },
};

static char *models;

static gboolean
has_checked_scene (gpointer window)
{
  FxScene *scene = fx_canvas_get_scene (fx_graph_view_get_canvas (((FxWindow *)window)->graph_view));

  return scene != NULL && fx_scene_content (scene)->checked;
}

static void
picture (FxWindow *window, const Row *row, const char *step)
{
  g_autofree char *name = g_strconcat (row->name, "-", step, NULL);

  app_test_idle (600);
  app_test_picture (window, name);
}

static void
open_row (FxWindow *window, const Row *row)
{
  g_autofree char *path = g_build_filename (models, row->path, NULL);
  g_autofree char *argument = g_strdup_printf ("'%s'", path);

  app_test_action (window, "win.open-file", argument);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (has_checked_scene, window, "the picture");
  picture (window, row, "opened");
  if (!app_test_action_enabled (window, "win.fix-all"))
    return;
  app_test_action (window, "win.fix-all", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  picture (window, row, "mended");
}

/* They are beside the model, whose folder is not ours. */
static void
remove_results (FxWindow *window)
{
  const FxConversion *conversion = fx_results_get_conversion (fx_results_panel_get_results (window->results_panel));
  g_autofree char *folder = g_path_get_dirname (conversion->files->pdata[0]);

  g_assert_true (g_str_has_suffix (folder, "_fixpoint"));
  app_test_remove_folder (folder);
}

static void
convert (FxWindow *window, const Row *row)
{
  g_autofree char *samples = g_build_filename (models, "..", "images", "imagenet120", NULL);
  FxDocument *document = fx_window_get_document (window);
  g_autoptr (FxJob) job = NULL;

  fx_document_set_samples (document, N_SAMPLES, 1);
  fx_document_set_preprocess (document, row->input, row->preprocess);
  app_test_add_samples (window, samples);
  app_test_action (window, "win.show-page", "'inputs'");
  picture (window, row, "inputs");
  app_test_action (window, "win.show-page", "'calibration'");
  picture (window, row, "calibration");
  app_test_action (window, "win.convert", NULL);
  while (fx_job_queue_is_active (window->queue)) /* the test program has a limit */
    g_main_context_iteration (NULL, TRUE);
  job = g_list_model_get_item (G_LIST_MODEL (window->queue), 0);
  if (fx_job_get_state (job) != FX_JOB_DONE)
    g_error ("%s: %s", row->name, fx_job_get_error (job)->message);
  picture (window, row, "converted");
  app_test_action (window, "win.show-board", "'1'");
  picture (window, row, "timeline");
  remove_results (window);
}

static void
test_model (gconstpointer data)
{
  const Row *row = data;
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  open_row (window, row);
  if (row->preprocess != NULL)
    convert (window, row);
  app_test_stop (application);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  models = argc > 1 ? argv[1] : (char *)"";
  if (!g_file_test (models, G_FILE_TEST_IS_DIR))
    {
      g_print ("1..0 # SKIP %s is not there\n", models);
      return 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strconcat ("/app/models/", rows[i].name, NULL);

      g_test_add_data_func (name, &rows[i], test_model);
    }
  return g_test_run ();
}
