/* All fixes at once on real models: each row says what has to be true afterwards, and the float results are compared
 * with those of the model as it came.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "../fix-compare.h"

#include "core/check/fx-fix.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "io/fx-model.h"
#include "io/onnx/onnx-writer.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  const char *file;
  const char *shapes;  /* "name=1x3x64x64 name2=…", or NULL */
  double tolerance;    /* of the largest value of an output */
  gboolean four_dims;  /* all inputs are four-dimensional with batch 1 */
  gboolean not_to_run; /* too slow here, or our engine does not run the model as it came */
  const char *gone;    /* operators of which none may be left, separated by spaces */
} Case;

#define ROUNDING 1e-5

static const Case cases[] = {
  { "onnx/mnist_opset7.onnx", NULL, ROUNDING, TRUE, FALSE, "Constant MatMul" },
  { "onnx/cifar_small_opset10_dynbatch.onnx", NULL, ROUNDING, TRUE, FALSE, "Constant Gemm" },
  { "onnx/super_resolution_opset10_dynbatch.onnx", NULL, ROUNDING, TRUE, FALSE, "Constant" },
  { "onnx/resnet8_cifar10_opset11.onnx", NULL, ROUNDING, TRUE, FALSE, "Gemm Flatten" },
  { "onnx/squeezenet1.1_opset11.onnx", NULL, ROUNDING, TRUE, FALSE, "Dropout" },
  { "onnx/mobilenet_v1_1.0_224_opset11.onnx", NULL, ROUNDING, TRUE, FALSE, "Flatten" },
  { "onnx/ultraface_RFB-320_opset9.onnx", NULL, ROUNDING, TRUE, FALSE, "BatchNormalization Constant Shape Gather" },
  { "onnx/ultraface_RFB-320_opset11.onnx", NULL, ROUNDING, TRUE, FALSE, "BatchNormalization Constant Shape Gather" },
  { "onnx/ultraface_RFB-320_simplified_opset9.onnx", NULL, ROUNDING, TRUE, FALSE, "Constant" },
  { "onnx/ultraface_RFB-320_simplified_opset11.onnx", NULL, ROUNDING, TRUE, FALSE, "Constant" },
  { "onnx/FastestDet_opset11.onnx", NULL, ROUNDING, TRUE, FALSE, "Gather" },
  { "onnx/light/light_resnet50.onnx", NULL, ROUNDING, TRUE, FALSE, "ConstantOfShape Sum BatchNormalization" },
  { "onnx/light/light_densenet121.onnx", NULL, ROUNDING, TRUE, FALSE, "ConstantOfShape Unsqueeze" },
  { "onnx/light/light_inception_v1.onnx", NULL, ROUNDING, TRUE, FALSE, "ConstantOfShape Dropout" },
  { "onnx/light/light_inception_v2.onnx", NULL, ROUNDING, TRUE, FALSE, "ConstantOfShape Unsqueeze" },
  { "onnx/light/light_shufflenet.onnx", NULL, ROUNDING, TRUE, FALSE, "ConstantOfShape Sum" },
  /* float16 layers round to 11 bits each */
  { "awkward/fp16_weights_squeezenet_opset7.onnx", NULL, 5e-3, TRUE, FALSE, "Cast Dropout" },
  /* a hundred layers deep */
  { "awkward/dynamic_hw_ppocr_det_opset11.onnx", "image=1x3x64x96", 1e-4, TRUE, FALSE,
    "Constant BatchNormalization Identity Shape" },
  { "awkward/nms_inside_ultraface_opset11.onnx", NULL, ROUNDING, TRUE, FALSE, "NonMaxSuppression BatchNormalization" },
  { "awkward/conv1d_3d_input/model.onnx", NULL, ROUNDING, TRUE, FALSE, "Squeeze Unsqueeze" },
  { "awkward/vit_tracker_two_inputs_opset14.onnx", NULL, ROUNDING, TRUE, FALSE, "Constant HardSwish" },
  { "awkward/two_inputs_dynamic_shape_ops_opset10.onnx", NULL, ROUNDING, TRUE, FALSE, "Shape ConstantOfShape" },
  { "awkward/style_transfer_instancenorm_720_opset7.onnx", "inputImage=1x3x720x720", ROUNDING, TRUE, FALSE,
    "Crop ImageScaler Upsample" },
  { "awkward/ir11_opset16_rank_inference.onnx", "input=1x5x384", ROUNDING, TRUE, FALSE, "Constant Shape" },
  { "awkward/already_quantised_qdq_mobilenetv2.onnx", NULL, ROUNDING, TRUE, FALSE, "Identity" },
  { "awkward/transformer_bert_toy_opset10.onnx", "input_ids=1x7 token_type_ids=1x7 input_mask=1x7", ROUNDING, FALSE,
    FALSE, "Constant Shape" },
  { "awkward/lstm_1layer_opset9.onnx", NULL, ROUNDING, FALSE, FALSE, "" },
  { "awkward/conv3d_5d_input/model.onnx", NULL, ROUNDING, FALSE, FALSE, "" },
  { "awkward/ir1_no_opset_super_resolution.onnx", NULL, ROUNDING, TRUE, FALSE, "" },
  { "awkward/nodes_out_of_order.onnx", NULL, ROUNDING, FALSE, FALSE, "Constant" },
};

static char *root;
static const char *python; /* with the onnx package; NULL: not there */

static FxGraph *
load (const Case *row)
{
  g_autofree char *path = g_build_filename (root, row->file, NULL);
  g_auto (GStrv) shapes = g_strsplit (row->shapes != NULL ? row->shapes : "", " ", 0);
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_model_load (path, NULL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; shapes[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (shapes[i], "=", 2);
      FxShape shape;

      g_assert_true (fx_shape_parse (parts[1], &shape, &error));
      fx_fix_set_input_shape (graph, parts[0], &shape, NULL, &error);
      g_assert_no_error (error);
    }
  return graph;
}

static void
check_convertible (const Case *row, gint64 opset_before, FxGraph *graph)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_auto (GStrv) gone = g_strsplit (row->gone, " ", 0);

  fx_graph_infer (graph, findings);
  for (guint i = 0; i < findings->len; i++)
    g_test_message ("finding: %s", ((const FxDiagnostic *)findings->pdata[i])->message);
  g_assert_cmpuint (fx_diagnostics_count (findings, FX_SEVERITY_ERROR), ==, 0);
  /* what every board reads may stay */
  g_assert_cmpint (fx_graph_opset (graph, ""), ==, opset_before == 10 && fx_graph_opset (graph, "") == 10 ? 10 : 11);
  g_assert_nonnull (fx_graph_metadata (graph, "ir_version"));
  g_assert_cmpint (atoi (fx_graph_metadata (graph, "ir_version")), <=, 7);
  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    {
      const FxValue *value = fx_graph_value (graph, v);

      if (!fx_shape_is_static (&value->shape))
        g_error ("tensor \"%s\" has no fixed shape", value->name);
      g_assert_true (value->dtype != FX_DTYPE_FLOAT16 && value->dtype != FX_DTYPE_DOUBLE);
    }
  for (guint i = 0; row->four_dims && i < fx_graph_n_inputs (graph); i++)
    {
      const FxShape *shape = &fx_graph_value (graph, fx_graph_input (graph, i))->shape;

      g_assert_cmpint (shape->rank, ==, 4);
      g_assert_cmpint (shape->dims[0], ==, 1);
    }
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    if (g_strv_contains ((const char *const *)gone, fx_graph_node (graph, i)->op_type))
      g_error ("node \"%s\" is still a %s", fx_graph_node (graph, i)->name, fx_graph_node (graph, i)->op_type);
}

/* What the writer saves opens again as the same network, and ONNX's own checker accepts it. */
static void
check_saved (const FxGraph *graph)
{
  static const char *const script = "import onnx,sys; onnx.checker.check_model(onnx.load(sys.argv[1]))";
  g_autofree char *dir = g_dir_make_tmp ("fixes-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "fixed.onnx", NULL);
  g_autofree char *complaint = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) again = NULL;
  const char *argv[] = { python, "-c", script, path, NULL };
  int status = 0;

  fx_onnx_save (graph, path, &error);
  g_assert_no_error (error);
  again = fx_model_load (path, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fx_graph_n_nodes (again), ==, fx_graph_n_nodes (graph));
  if (python != NULL)
    {
      g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &complaint, &status, &error);
      g_assert_no_error (error);
      if (status != 0)
        g_error ("ONNX's checker: %s", complaint);
    }
  g_remove (path);
  g_rmdir (dir);
}

/* "Conv:26 Relu:25 …", and the log in short. */
static void
report (const FxGraph *graph, const GPtrArray *log)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer key, count;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      char *op = fx_graph_node (graph, i)->op_type;

      g_hash_table_insert (counts, op, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, op)) + 1));
    }
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, &count))
    g_string_append_printf (text, " %s:%u", (const char *)key, GPOINTER_TO_UINT (count));
  g_test_message ("operators:%s", text->str);

  g_hash_table_remove_all (counts);
  g_string_truncate (text, 0);
  for (guint i = 0; i < log->len; i++)
    {
      const FxDiagnostic *finding = log->pdata[i];
      char *rule = (char *)finding->rule;

      g_hash_table_insert (counts, rule, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, rule)) + 1));
      if (finding->severity > FX_SEVERITY_INFO)
        g_test_message ("left: %s", finding->message);
    }
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, &count))
    g_string_append_printf (text, " %s:%u", (const char *)key, GPOINTER_TO_UINT (count));
  g_test_message ("fixes:%s", text->str);
}

/* What is fixed stays as it is. */
static void
check_settled (FxGraph *graph)
{
  g_autoptr (GPtrArray) log = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;

  fx_fix_apply_all (graph, NULL, log, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < log->len; i++)
    if (((const FxDiagnostic *)log->pdata[i])->severity == FX_SEVERITY_INFO)
      g_error ("there was more to do: %s", ((const FxDiagnostic *)log->pdata[i])->message);
}

/* A file of any kind: if it opens, fixes leave a graph that is right, or the one before. */
static void
test_any (gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_model_load (user_data, NULL, NULL, &error);

  if (graph == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  if (!fx_fix_apply_all (graph, NULL, NULL, NULL, &error))
    g_test_message ("%s", error->message);
  g_clear_error (&error);
  fx_graph_verify (graph, &error);
  g_assert_no_error (error);
  check_settled (graph);
}

static void
add_any_tests (const char *folder)
{
  g_autofree char *path = g_build_filename (root, folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *test_path = g_strdup_printf ("/fixes/any/%s/%s", folder, name);

      if (g_str_has_suffix (name, ".onnx"))
        g_test_add_data_func_full (test_path, g_build_filename (path, name, NULL), test_any, g_free);
    }
}

static void
test_model (gconstpointer user_data)
{
  const Case *row = user_data;
  g_autoptr (GPtrArray) log = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) before = load (row);
  g_autoptr (FxGraph) fixed = fx_graph_copy (before);
  guint n_changes = 0;
  double off;

  fx_fix_apply_all (fixed, NULL, log, &n_changes, &error);
  g_assert_no_error (error);
  report (fixed, log);
  check_convertible (row, fx_graph_opset (before, ""), fixed);
  check_saved (fixed);
  check_settled (fixed);
  if (row->not_to_run)
    return;
  off = fix_compare (before, fixed, 1);
  g_test_message ("off by %.2g of the largest value", off);
  g_assert_cmpfloat (off, <=, row->tolerance);
}

static void
test_absent (void)
{
  g_test_skip ("no folder of shared data was given (meson option shared-data)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, >=, 2);
  root = argv[1];
  python = argc > 2 && *argv[2] != '\0' ? argv[2] : NULL;
  if (!g_file_test (root, G_FILE_TEST_IS_DIR))
    g_test_add_func ("/fixes/absent", test_absent);
  else
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_autofree char *path = g_strdup_printf ("/fixes/%s", cases[i].file);

        g_test_add_data_func (path, &cases[i], test_model);
      }
  add_any_tests ("awkward");
  add_any_tests ("awkward/ort");
  add_any_tests ("awkward/corrupt");
  add_any_tests ("awkward/external_data");
  return g_test_run ();
}
