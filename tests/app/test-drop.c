/* Files dropped on the window: each lands where it means something, several at once, and what is of no use says why.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"
#include "xdnd.h"

#include "app/fx-settings.h"
#include "app/fx-window-private.h"

#include <glib/gstdio.h>
#include <string.h>

static char *scratch; /* a folder of files that the tests make */

/* ---- files ---- */

static char *
sample (const char *name)
{
  return g_build_filename (g_getenv ("FIXPOINT_DATA_DIR"), "sample", name, NULL);
}

static char *
make_bytes (const char *name, gsize size)
{
  char *path = g_build_filename (scratch, name, NULL);
  g_autofree char *bytes = g_malloc (size);

  memset (bytes, 7, size); /* neither text nor anything with a mark */
  g_assert_true (g_file_set_contents (path, bytes, (gssize)size, NULL));
  return path;
}

static char *
make_text (const char *name, const char *text)
{
  char *path = g_build_filename (scratch, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static const char net_text[] = "name: \"net\"\nlayer {\n  name: \"data\"\n  type: \"Input\"\n  top: \"data\"\n"
                               "  input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } }\n}\nlayer {\n  name: \"relu\"\n"
                               "  type: \"ReLU\"\n  bottom: \"data\"\n  top: \"out\"\n}\n";

/* ---- the drop ---- */

static GtkDropTarget *
find_target (FxWindow *window)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (window));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        return GTK_DROP_TARGET (controller); /* the widget keeps it */
    }
  g_error ("the window takes no files");
}

/* Whether they were taken; the last path is NULL. */
static gboolean
drop (FxWindow *window, const char *path, ...)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;
  va_list paths;

  va_start (paths, path);
  for (; path != NULL; path = va_arg (paths, const char *))
    g_ptr_array_add (files, g_file_new_for_path (path));
  va_end (paths);
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_array ((GFile **)files->pdata, files->len));
  g_signal_emit_by_name (find_target (window), "drop", &value, 10.0, 10.0, &taken);
  return taken;
}

/* The sentence that the document or an intake told last. */
static char *told;

static void
told_cb (G_GNUC_UNUSED FxDocument *document, const char *text)
{
  g_free (told);
  told = g_strdup (text);
}

static gboolean
was_told (G_GNUC_UNUSED gpointer data)
{
  return told != NULL;
}

static const FxProject *
project_of (FxWindow *window)
{
  return fx_document_get_project (fx_window_get_document (window));
}

static gboolean
has_one (gpointer window)
{
  return project_of (window)->datasets->len == 1;
}

static gboolean
has_two (gpointer window)
{
  return project_of (window)->datasets->len == 2;
}

static const FxProjectDataset *
dataset_at (FxWindow *window, guint i)
{
  return project_of (window)->datasets->pdata[i];
}

/* A window with the sample model, and nothing else. */
static FxWindow *
start_with_model (FxApplication **application)
{
  g_autofree char *path = sample ("sample.onnx");
  FxWindow *window;

  *application = app_test_start ();
  window = app_test_window (*application);
  g_clear_pointer (&told, g_free);
  g_signal_connect (fx_window_get_document (window), "message", G_CALLBACK (told_cb), NULL);
  g_assert_true (drop (window, path, NULL));
  app_test_wait_document (window, FX_DOCUMENT_READY);
  return window;
}

/* ---- the tests ---- */

static void
test_folder (void)
{
  g_autofree char *folder = sample ("calibration"), *readme = sample ("README.md");
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  g_assert_false (drop (window, folder, NULL)); /* of what? */
  app_test_stop (application);
  window = start_with_model (&application);
  g_assert_cmpuint (project_of (window)->datasets->len, ==, 0);
  g_assert_false (drop (window, readme, NULL));
  g_assert_true (drop (window, folder, NULL));
  app_test_wait (has_one, window, "the samples");
  g_assert_cmpstr (dataset_at (window, 0)->path, ==, folder);
  g_assert_null (dataset_at (window, 0)->input);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_stop (application);
}

/* A model and its samples together; pictures together become a list. */
static void
test_together (void)
{
  g_autofree char *model = sample ("sample.onnx"), *folder = sample ("calibration"), *list = NULL, *first = NULL;
  g_autofree char *second = NULL;
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  g_assert_true (drop (window, folder, model, NULL));
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_wait (has_one, window, "the samples");

  first = g_build_filename (folder, g_dir_read_name (dir), NULL);
  second = g_build_filename (folder, g_dir_read_name (dir), NULL);
  g_assert_true (drop (window, first, second, NULL));
  app_test_wait (has_two, window, "the pictures");
  g_assert_true (g_file_get_contents (dataset_at (window, 1)->path, &list, NULL, NULL));
  g_assert_nonnull (strstr (list, first));
  g_assert_nonnull (strstr (list, second));
  app_test_stop (application);
}

/* Bare elements are for the input that takes as many bytes; others say what was found and wanted. */
static void
test_tensors (void)
{
  g_autofree char *floats = make_bytes ("a.rgb", 3 * 64 * 64 * 4), *bytes = make_bytes ("nameless", 3 * 64 * 64);
  g_autofree char *odd = make_bytes ("odd.bin", 1000);
  FxApplication *application;
  FxWindow *window = start_with_model (&application);

  g_assert_true (drop (window, floats, NULL));
  app_test_wait (has_one, window, "float samples");
  g_assert_cmpstr (dataset_at (window, 0)->type, ==, "f32");
  g_assert_true (drop (window, bytes, NULL));
  app_test_wait (has_two, window, "byte samples");
  g_assert_cmpstr (dataset_at (window, 1)->type, ==, "u8");
  g_assert_null (told);
  g_assert_true (drop (window, odd, NULL));
  app_test_wait (was_told, NULL, "what is wrong");
  g_assert_nonnull (strstr (told, "odd.bin"));
  g_assert_nonnull (strstr (told, "49152 bytes, found 1000"));
  app_test_idle (600);
  app_test_picture (window, "told");
  g_assert_cmpuint (project_of (window)->datasets->len, ==, 2);
  app_test_stop (application);
}

static const char config_text[] = "model_parameters:\n  onnx_model: %s\n  march: bernoulli2\n"
                                  "input_parameters:\n  input_type_train: rgb\n  input_layout_train: NCHW\n"
                                  "  input_type_rt: nv12\n  norm_type: data_mean_and_scale\n  mean_value: 128\n"
                                  "  scale_value: 0.0078125\n  input_shape: 1x3x64x64\n"
                                  "calibration_parameters:\n  cal_data_dir: %s\n  calibration_type: max\n"
                                  "  preprocess_on: True\n  run_on_cpu: /classifier/Gemm\n"
                                  "compiler_parameters:\n  optimize_level: O3\n";

static void
check_converts (FxWindow *window)
{
  g_autoptr (FxJob) job = NULL;

  app_test_action (window, "win.convert", NULL);
  app_test_wait_jobs (window, "the conversion");
  job = g_list_model_get_item (G_LIST_MODEL (window->queue), 0);
  g_assert_no_error (fx_job_get_error (job));
  g_assert_cmpint (fx_job_get_state (job), ==, FX_JOB_DONE);
}

static void
test_config (void)
{
  g_autofree char *model = sample ("sample.onnx"), *folder = sample ("calibration");
  g_autofree char *text = g_strdup_printf (config_text, model, folder), *path = make_text ("net.yaml", text);
  g_autofree char *broken = make_text ("broken.yaml", "model_parameters:\n  march: x9\n"), *failure = NULL;
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  const FxProject *project;
  const FxProjectInput *input;

  g_assert_true (drop (window, broken, NULL));
  app_test_wait_document (window, FX_DOCUMENT_FAILED);
  g_object_get (fx_window_get_document (window), "failure", &failure, NULL);
  g_assert_nonnull (strstr (failure, "broken.yaml"));
  g_assert_nonnull (strstr (failure, "errors)"));

  g_assert_true (drop (window, path, NULL));
  app_test_wait_document (window, FX_DOCUMENT_READY);
  project = project_of (window);
  g_assert_cmpstr (project->model, ==, model);
  g_assert_cmpstr (project->target, ==, "rdk-x3");
  g_assert_cmpstr (project->method, ==, "max");
  g_assert_cmpuint (project->edits->len, ==, 0); /* the model has that shape */
  input = fx_project_find_input (project, "input");
  g_assert_nonnull (input);
  g_assert_cmpstr (input->runtime, ==, "nv12");
  g_assert_nonnull (strstr (input->preprocess, "; mean 128; scale 0.0078125"));
  g_assert_cmpint (fx_project_find_node (project, "/classifier/Gemm")->precision, ==, FX_PRECISION_FLOAT);
  g_assert_cmpuint (project->datasets->len, ==, 1);
  g_assert_cmpstr (dataset_at (window, 0)->path, ==, folder);
  g_assert_true (fx_document_is_modified (fx_window_get_document (window))); /* there is no project file yet */
  g_assert_cmpstr (fx_document_get_file (fx_window_get_document (window)), ==, path);
  check_converts (window);
  app_test_stop (application);
}

/* Bytes as the boards' converter wants them, in a folder whose names say nothing. */
static void
test_config_raw (void)
{
  g_autofree char *model = sample ("sample.onnx"), *folder = g_build_filename (scratch, "raw", NULL);
  g_autofree char *text = g_strdup_printf (config_text, model, folder), *path = NULL;
  char *on = strstr (text, "preprocess_on: True");
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  memcpy (on + strlen ("preprocess_on: "), "no  ", 4);
  path = make_text ("raw.yaml", text);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *name = g_strdup_printf ("raw/%u.rgb", i);
      g_autofree char *file = make_bytes (name, 3 * 64 * 64);
    }
  g_assert_true (drop (window, path, NULL));
  app_test_wait_document (window, FX_DOCUMENT_READY);
  g_assert_cmpstr (dataset_at (window, 0)->type, ==, "u8");
  check_converts (window);
  app_test_stop (application);
}

/* Nobody chooses a file. */
static void
close_chooser (void)
{
  GtkDialog *chooser = app_test_chooser ();

  app_test_picture (chooser, "choose-other");
  gtk_dialog_response (chooser, GTK_RESPONSE_CANCEL);
  app_test_idle (100);
}

/* Both files of a Caffe model, or one whose other one is not there. */
static void
test_caffe (void)
{
  g_autofree char *net = make_text ("net.prototxt", net_text);
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  g_assert_true (drop (window, net, NULL));
  app_test_picture (app_test_dialog (), "other-file-question");
  app_test_answer ("cancel");
  g_assert_cmpint (fx_document_get_state (fx_window_get_document (window)), ==, FX_DOCUMENT_EMPTY);
  g_assert_true (drop (window, net, NULL));
  app_test_answer ("choose");
  close_chooser ();
  g_assert_cmpint (fx_document_get_state (fx_window_get_document (window)), ==, FX_DOCUMENT_EMPTY);
  g_assert_true (drop (window, net, NULL));
  app_test_answer ("without");
  app_test_wait_document (window, FX_DOCUMENT_READY);
  g_assert_cmpstr (project_of (window)->model, ==, net);
  app_test_stop (application);
}

static void
open_other (FxWindow *window)
{
  g_autofree char *model = sample ("sample.onnx");

  fx_window_open (window, model);
}

static void
open_copy (FxWindow *window)
{
  app_test_action (window, "app.open-sample", NULL);
}

/* What is restored is a file of its own, which the journal removes. */
static void
restore (FxWindow *window)
{
  g_autofree char *model = sample ("sample.onnx");
  g_autofree char *text
      = g_strdup_printf ("{ \"fixpoint-project\": 1, \"model\": \"%s\", \"target\": \"rdk-x5\" }", model);
  g_autofree char *path = make_text ("restored.fixpoint", text);

  fx_window_restore (window, path);
}

static const struct
{
  const char *name;
  void (*open) (FxWindow *window);
} others[] = {
  { "/app/drop/samples-of-other", open_other },
  { "/app/drop/samples-of-other-copy", open_copy },
  { "/app/drop/samples-of-other-restored", restore },
};

/* Samples wait for the model that they came with, and for no other one, however that is opened. */
static void
test_samples_of_other (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *net = make_text ("waits.prototxt", net_text), *folder = sample ("calibration");
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  guint n;

  g_assert_true (drop (window, net, folder, NULL));
  g_assert_nonnull (window->samples);
  others[i].open (window);
  g_assert_null (window->samples);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  n = project_of (window)->datasets->len;
  app_test_answer ("cancel");
  app_test_idle (300);
  g_assert_cmpuint (project_of (window)->datasets->len, ==, n);
  app_test_stop (application);
}

static void
test_intake (void)
{
  g_autofree char *net = make_text ("pair.prototxt", net_text), *weights = make_bytes ("other.caffemodel", 10);
  g_autofree char *model = sample ("sample.onnx"), *pdf = make_text ("paper.pdf", "%PDF-1.4 and so on");
  g_autofree char *folder = sample ("calibration");
  const char *const pair[] = { weights, net, NULL }, *const mixed[] = { pdf, model, folder, NULL };
  const char *const wrong[] = { pdf, NULL }, *const data[] = { folder, NULL };
  g_autoptr (FxIntake) both = fx_intake_new (pair, FALSE), some = fx_intake_new (mixed, FALSE);
  g_autoptr (FxIntake) none = fx_intake_new (wrong, TRUE), early = fx_intake_new (data, FALSE);
  g_autoptr (FxIntake) added = fx_intake_new (data, TRUE);
  const FxIntakeModel *first = both->models->pdata[0];

  g_assert_cmpuint (both->models->len, ==, 1);
  g_assert_cmpstr (first->path, ==, net);
  g_assert_cmpstr (first->weights, ==, weights);
  g_assert_cmpuint (some->models->len, ==, 1);
  g_assert_cmpuint (some->data->len, ==, 1);
  g_assert_cmpuint (some->n_left_out, ==, 1);
  g_assert_cmpstr (some->text, ==, "Open “sample.onnx” with these calibration samples; 1 file is left out");
  g_assert_true (fx_intake_is_refused (none));
  g_assert_nonnull (strstr (none->text, "“paper.pdf” is a PDF document"));
  g_assert_true (fx_intake_is_refused (early));
  g_assert_cmpstr (early->text, ==, "“calibration” can be calibration samples: open a model first");
  g_assert_cmpstr (added->text, ==, "Add “calibration” to the calibration samples");
  g_remove (weights); /* it would be found beside other networks */
}

/* While a file hangs over the window. */
static void
hover (FxWindow *window, const char *path, const char *look, const char *text, const char *picture)
{
  const char *const paths[] = { path, NULL };

  fx_window_mark_files (window, paths);
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (window), look));
  g_assert_true (gtk_widget_get_visible (window->drop_hint));
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (window->drop_hint)), text));
  app_test_picture (window, picture);
  fx_window_mark_files (window, NULL);
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (window), look));
  g_assert_false (gtk_widget_get_visible (window->drop_hint));
}

static void
test_look (void)
{
  g_autofree char *model = sample ("sample.onnx"), *folder = sample ("calibration");
  g_autofree char *pdf = make_text ("paper.pdf", "%PDF-1.4 and so on");
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  hover (window, model, "drop-model", "Open “sample.onnx”", "drop-start");
  hover (window, folder, "drop-refused", "open a model first", "drop-early");
  app_test_stop (application);
  window = start_with_model (&application);
  app_test_action (window, "win.show-page", "'calibration'");
  app_test_idle (300);
  hover (window, model, "drop-model", "Open “sample.onnx”", "drop-model");
  hover (window, folder, "drop-data", "Add “calibration” to the calibration samples", "drop-data");
  hover (window, pdf, "drop-refused", "“paper.pdf” is a PDF document", "drop-refused");
  app_test_stop (application);
}

typedef struct
{
  FxWindow *window;
  const char *look; /* NULL: none */
} Look;

static gboolean
looks_like (gpointer data)
{
  const Look *wanted = data;

  return wanted->look != NULL ? gtk_widget_has_css_class (GTK_WIDGET (wanted->window), wanted->look)
                              : !gtk_widget_get_visible (wanted->window->drop_hint);
}

/* Over the middle of the window, which is marked in a moment, and no longer when they leave. */
static Xdnd *
drag_over (FxWindow *window, const char *path, const char *look)
{
  const char *const paths[] = { path, NULL };
  Look wanted = { window, look };
  Xdnd *drag = xdnd_enter (GTK_WINDOW (window), paths);

  g_assert_nonnull (drag);
  xdnd_move (drag, gtk_widget_get_width (GTK_WIDGET (window)) / 2, gtk_widget_get_height (GTK_WIDGET (window)) / 2);
  while (!looks_like (&wanted))
    xdnd_move (drag, 20, 90); /* answers while the files are read */
  return drag;
}

/* Another program drags files over the window. */
static void
test_dragged (void)
{
  g_autofree char *model = sample ("sample.onnx"), *folder = sample ("calibration");
  g_autofree char *pdf = make_text ("paper.pdf", "%PDF-1.4 and so on");
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);
  Look nothing = { window, NULL };

  xdnd_leave (drag_over (window, pdf, "drop-refused"));
  app_test_wait (looks_like, &nothing, "the mark to go");
  xdnd_leave (drag_over (window, model, "drop-model"));
  app_test_wait (looks_like, &nothing, "the mark to go");
  g_assert_cmpint (fx_document_get_state (fx_window_get_document (window)), ==, FX_DOCUMENT_EMPTY);
  g_assert_true (xdnd_drop (drag_over (window, model, "drop-model")));
  app_test_wait_document (window, FX_DOCUMENT_READY);
  g_assert_cmpstr (project_of (window)->model, ==, model);
  app_test_wait (looks_like, &nothing, "the mark to go");
  g_assert_true (xdnd_drop (drag_over (window, folder, "drop-data")));
  app_test_wait (has_one, window, "the samples");
  app_test_stop (application);
}

/* What was open is one click away from a file that cannot be opened. */
static void
test_back (void)
{
  g_autofree char *model = sample ("sample.onnx"), *junk = make_bytes ("junk.onnx", 1000);
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  fx_window_open (window, junk);
  app_test_wait_document (window, FX_DOCUMENT_FAILED);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (window->back_button))); /* nothing was */
  fx_window_open (window, model);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  fx_window_open (window, junk);
  app_test_wait_document (window, FX_DOCUMENT_FAILED);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (window->back_button)));
  app_test_picture (window, "back");
  g_signal_emit_by_name (window->back_button, "clicked");
  app_test_wait_document (window, FX_DOCUMENT_READY);
  g_assert_cmpstr (project_of (window)->model, ==, model);
  app_test_stop (application);
}

/* Named on the command line: what cannot be opened has a page that says why, and two files of a model are one. */
static void
test_named (void)
{
  g_autofree char *pdf = make_text ("named.pdf", "%PDF-1.4 and so on"), *net = make_text ("named.prototxt", net_text);
  g_autofree char *weights = make_bytes ("elsewhere.caffemodel", 10), *failure = NULL;
  g_autoptr (GFile) wrong = g_file_new_for_path (pdf), one = g_file_new_for_path (net);
  g_autoptr (GFile) two = g_file_new_for_path (weights);
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  g_application_open (G_APPLICATION (application), (GFile *[]){ wrong }, 1, "");
  app_test_wait_document (window, FX_DOCUMENT_FAILED);
  g_object_get (fx_window_get_document (window), "failure", &failure, NULL);
  g_assert_nonnull (strstr (failure, "named.pdf: is a PDF document"));

  g_clear_pointer (&failure, g_free);
  g_application_open (G_APPLICATION (application), (GFile *[]){ two, one }, 2, "");
  app_test_wait_document (window, FX_DOCUMENT_FAILED);
  g_object_get (fx_window_get_document (window), "failure", &failure, NULL);
  g_assert_nonnull (strstr (failure, "elsewhere.caffemodel")); /* which was made up */
  g_assert_cmpuint (g_list_length (gtk_application_get_windows (GTK_APPLICATION (application))), ==, 1);
  g_remove (weights);
  app_test_stop (application);
}

int
main (int argc, char **argv)
{
  int status;

  app_test_init (&argc, &argv);
  g_settings_set_boolean (fx_settings_get (), "restore-session", FALSE); /* each test begins with nothing open */
  scratch = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_test_add_func ("/app/drop/intake", test_intake);
  g_test_add_func ("/app/drop/folder", test_folder);
  g_test_add_func ("/app/drop/together", test_together);
  g_test_add_func ("/app/drop/tensors", test_tensors);
  g_test_add_func ("/app/drop/config", test_config);
  g_test_add_func ("/app/drop/config-raw", test_config_raw);
  g_test_add_func ("/app/drop/caffe", test_caffe);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_test_add_data_func (others[i].name, GUINT_TO_POINTER (i), test_samples_of_other);
  g_test_add_func ("/app/drop/back", test_back);
  g_test_add_func ("/app/drop/named", test_named);
  g_test_add_func ("/app/drop/look", test_look);
  g_test_add_func ("/app/drop/dragged", test_dragged);
  status = g_test_run ();
  app_test_remove_folder (scratch);
  return status;
}
