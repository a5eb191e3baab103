/* The QDQ network that a conversion writes, run by ONNX Runtime, against our integer network, on the same samples: how
 * often both name the same class first, and how far the outputs are apart.
 *
 *   test-ort PEER_DIR SCRIPT DATA_DIR sample|shared
 *
 * PEER_DIR has node_modules/onnxruntime-node (tools/setup-peer.sh), SCRIPT is tools/ort-run.js.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-evaluate.h"
#include "core/exec/fx-engine.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-error-metrics.h"
#include "io/fx-conversion.h"
#include "io/fx-tensor-file.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define MIN_AGREEMENT 99 /* percent */
#define SAME_DB 100.0    /* outputs of the same integers: what is left is the rounding of the float nodes behind them */

typedef struct
{
  const char *set, *name, *model, *weights, *pictures, *preprocess;
  gboolean fast; /* without searching for the best ranges: the sample, which is easy */
} Case;

static const Case cases[] = {
  { .set = "sample",
    .name = "sample",
    .model = "sample.onnx",
    .pictures = "test",
    .preprocess = "rgb; mean 128 128 128; scale 0.0078125",
    .fast = TRUE },
  { .set = "shared",
    .name = "squeezenet1.1",
    .model = "models/onnx/squeezenet1.1_opset11.onnx",
    .pictures = "images/imagenet120",
    .preprocess = "resize-short 256 pil-bilinear; center-crop 224x224; bgr; mean 104,117,123; layout nchw" },
  { .set = "shared",
    .name = "mobilenet-v1",
    .model = "models/onnx/mobilenet_v1_1.0_224_opset11.onnx",
    .pictures = "images/imagenet120",
    .preprocess = "resize-short 256 pil-bilinear; center-crop 224x224; rgb; mean 127.5,127.5,127.5; "
                  "scale 0.00784313725; layout nchw" },
  { .set = "shared",
    .name = "resnet8",
    .model = "models/onnx/resnet8_cifar10_opset11.onnx",
    .pictures = "images/cifar10_100",
    .preprocess = "rgb; layout nchw" },
  { .set = "shared",
    .name = "caffe-squeezenet-v1.1",
    .model = "models/caffe/squeezenet_v1.1/deploy.prototxt",
    .weights = "models/caffe/squeezenet_v1.1/squeezenet_v1.1.caffemodel",
    .pictures = "images/imagenet120",
    .preprocess = "resize-short 256 pil-bilinear; center-crop 227x227; bgr; mean 104,117,123; layout nchw" },
  { .set = "shared",
    .name = "caffe-mobilenet-v1",
    .model = "models/caffe/mobilenet_v1/mobilenet_deploy.prototxt",
    .weights = "models/caffe/mobilenet_v1/mobilenet.caffemodel",
    .pictures = "images/imagenet120",
    .preprocess = "resize-short 256 pil-bilinear; center-crop 224x224; bgr; mean 103.94,116.78,123.68; "
                  "scale 0.017; layout nchw" },
};

static const char *peer_dir, *script, *data_dir;

/* ---- our side ---- */

static FxConversion *
convert (const Case *this, const char *folder)
{
  g_autoptr (FxConversionOptions) options = fx_conversion_options_new ();
  FxConversionInput *input = fx_conversion_options_add_input (options);
  g_autoptr (GError) error = NULL;
  FxConversion *conversion;

  options->model = g_build_filename (data_dir, this->model, NULL);
  options->weights = this->weights != NULL ? g_build_filename (data_dir, this->weights, NULL) : NULL;
  options->target = g_strdup ("rdk-x5");
  options->preset = this->fast ? FX_PRESET_FAST : FX_PRESET_DEFAULT;
  options->method = this->fast ? g_strdup ("max") : NULL;
  options->fix_all = TRUE;
  options->max_measured = 1;
  options->output_dir = g_strdup (folder);
  options->prefix = g_strdup ("net");
  options->dump_calibration = TRUE;
  input->dataset = g_build_filename (data_dir, this->pictures, NULL);
  input->preprocess = g_strdup (this->preprocess);
  conversion = fx_conversion_run (options, NULL, NULL, &error);
  g_assert_no_error (error);
  return conversion;
}

static FxTensor *
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  FxTensor *tensor = fx_tensor_file_load (path, FX_DTYPE_UNDEFINED, NULL, &error);

  g_assert_no_error (error);
  return tensor;
}

/* ---- ONNX Runtime ---- */

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

/* One line for ort-run.js. */
static char *
job_line (const char *model, const char *folder, const char *input, const char *file)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_string (builder, "model", model);
  add_string (builder, "folder", folder);
  json_builder_set_member_name (builder, "inputs");
  json_builder_begin_object (builder);
  add_string (builder, input, file);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* Runs all jobs in one process. */
static void
run_peer (const char *jobs, const char *level)
{
  const char *command[] = { "node", script, peer_dir, "1", "0", level, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) node
      = g_subprocess_newv (command, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_autofree char *answers = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (node, jobs, NULL, &answers, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (node));
  if (strstr (answers, "\"error\"") != NULL)
    g_error ("ONNX Runtime: %s", answers);
}

/* ---- comparing ---- */

typedef struct
{
  char *folder;
  char *inputs;     /* folder of the samples, 0.npy … */
  const char *name; /* of the model's input */
  guint n;
} Samples;

static char *
input_path (const Samples *samples, guint i)
{
  return g_strdup_printf ("%s/%u.npy", samples->inputs, i);
}

static char *
peer_folder (const Samples *samples, guint i)
{
  return g_strdup_printf ("%s/peer-%u", samples->folder, i);
}

static void
run_peer_on (const Samples *samples, const char *level)
{
  g_autofree char *model = g_build_filename (samples->folder, "net_calibrated_model.onnx", NULL);
  g_autoptr (GString) jobs = g_string_new (NULL);

  for (guint i = 0; i < samples->n; i++)
    {
      g_autofree char *path = input_path (samples, i), *folder = peer_folder (samples, i);
      g_autofree char *line = job_line (model, folder, samples->name, path);

      g_string_append_printf (jobs, "%s\n", line);
    }
  run_peer (jobs->str, level);
}

static void
compare (const Samples *samples, FxEngine *engine, FxEvaluation *evaluation, FxErrorSums *sums)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxRun) run = fx_run_new (engine, &error);

  for (guint i = 0; i < samples->n; i++)
    {
      g_autofree char *path = input_path (samples, i), *folder = peer_folder (samples, i);
      g_autofree char *output = g_build_filename (folder, "00.npy", NULL);
      g_autoptr (FxTensor) input = load (path), theirs = load (output), ours = NULL;
      g_autoptr (FxTensor) aligned = fx_tensor_aligned (theirs);
      FxArray a, b = fx_tensor_array (aligned);

      fx_run_execute (run, &input, &ours, NULL, &error);
      g_assert_no_error (error);
      a = fx_tensor_array (ours);
      fx_evaluation_compare (evaluation, &b, &a, &error);
      g_assert_no_error (error);
      fx_error_sums_add (sums, a.data, b.data, (gsize)fx_shape_elements (&a.shape));
    }
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static gboolean
skip_without_files (const Case *this)
{
  g_autofree char *package = g_build_filename (peer_dir, "node_modules/onnxruntime-node/package.json", NULL);
  g_autofree char *model = g_build_filename (data_dir, this->model, NULL);

  if (!g_file_test (package, G_FILE_TEST_EXISTS))
    g_test_skip ("ONNX Runtime is not there: tools/setup-peer.sh installs it");
  else if (!g_file_test (model, G_FILE_TEST_EXISTS))
    g_test_skip ("the model is not there; see the option shared-data");
  else
    return FALSE;
  return TRUE;
}

/* With ONNX Runtime's optimizations (`all`), as it runs unless it is told otherwise, or operator by operator as the
 * file has them (`disabled`). */
static void
check_level (const Case *this, const Samples *samples, FxEngine *engine, const char *level)
{
  FxEvaluation evaluation = { 0 };
  FxErrorSums sums = { 0 };
  double db;

  run_peer_on (samples, level);
  compare (samples, engine, &evaluation, &sums);
  db = fx_error_metrics (&sums).sqnr_db;
  g_test_message ("%s, %s: same class first for %u of %u samples, SQNR %.1f dB", this->name, level, evaluation.agree1,
                  evaluation.n_compared, db);
  g_assert_cmpuint (100 * evaluation.agree1, >=, MIN_AGREEMENT * evaluation.n_compared);
  /* The integer convolutions of its optimizations add pairs of products in 16 bits, and saturate, on CPUs that have
   * AVX2 and not VNNI. */
  if (strcmp (level, "disabled") == 0)
    g_assert_cmpfloat (db, >=, SAME_DB);
}

static void
test_agreement (gconstpointer data)
{
  const Case *this = data;
  g_autofree char *folder = NULL;
  g_autoptr (FxConversion) conversion = NULL;
  g_autoptr (FxEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  Samples samples;

  if (skip_without_files (this))
    return;
  folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  conversion = convert (this, folder);
  engine = fx_engine_new (conversion->integer, NULL, NULL, &error);
  g_assert_no_error (error);
  samples.folder = folder;
  samples.name = fx_engine_input (engine, 0)->name;
  samples.inputs = g_build_filename (folder, "calibration_data", samples.name, NULL);
  samples.n = conversion->n_calibration + conversion->n_held_out;
  g_assert_cmpuint (samples.n, >=, 100);
  check_level (this, &samples, engine, "all");
  check_level (this, &samples, engine, "disabled");
  g_free (samples.inputs);
  remove_tree (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc != 5)
    g_error ("usage: test-ort PEER_DIR SCRIPT DATA_DIR sample|shared");
  peer_dir = argv[1];
  script = argv[2];
  data_dir = argv[3];
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (strcmp (cases[i].set, argv[4]) == 0)
      {
        g_autofree char *path = g_strconcat ("/ort/", cases[i].name, NULL);

        g_test_add_data_func (path, &cases[i], test_agreement);
      }
  return g_test_run ();
}
