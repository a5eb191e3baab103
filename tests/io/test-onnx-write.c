/* What is written reads back the same, and the same graph gives the same bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"
#include "io/fx-model.h"
#include "io/fx-tensor-file.h"
#include "io/onnx-builder.h"
#include "io/onnx/onnx-reader.h"
#include "io/onnx/onnx-writer.h"

#include <glib/gstdio.h>
#include <string.h>

static FxGraph *
new_subgraph (void)
{
  FxGraph *graph = fx_graph_new ("branch");
  FxId x = fx_graph_add_value (graph, "x", FX_DTYPE_FLOAT, &FX_SHAPE (2, 3));
  FxId i = fx_graph_add_value (graph, "i", FX_DTYPE_FLOAT, &FX_SHAPE (2, 3));

  fx_graph_value (graph, x)->captured = TRUE;
  fx_graph_add_node (graph, "inner", "", "Relu", 11, &x, 1, &i, 1);
  fx_graph_add_output (graph, i);
  return graph;
}

/* One of everything that the writer knows. */
static FxGraph *
new_graph (void)
{
  static const gint64 ints[] = { -1, 0, G_MAXINT64 };
  static const float floats[] = { 0.5f, -1e30f };
  static const char *const strings[] = { "a", "", NULL };
  FxGraph *graph = fx_graph_new ("everything");
  FxShape shape = FX_SHAPE (2, 3);
  g_autofree float *big = g_new0 (float, 5000); /* long enough to be shared, not copied */
  FxArray array = { FX_DTYPE_FLOAT, FX_SHAPE (5000), big };
  FxId ids[4];
  FxNode *node;

  fx_graph_set_metadata (graph, "format", "onnx");
  fx_graph_set_metadata (graph, "ir_version", "6");
  fx_graph_set_metadata (graph, "producer_name", "test");
  fx_graph_set_metadata (graph, "doc_string", "a graph");
  fx_graph_set_metadata (graph, "prop:k", "v");
  fx_graph_set_opset (graph, "", 11);
  fx_graph_set_opset (graph, "com.example", 2);
  shape.dims[0] = fx_graph_symbol (graph, "batch");
  ids[0] = fx_graph_add_value (graph, "x", FX_DTYPE_FLOAT, &shape);
  big[1] = 7.0f;
  ids[1] = fx_graph_add_constant (graph, "w", fx_tensor_new_copy (&array));
  ids[2] = fx_graph_add_value (graph, "h", FX_DTYPE_FLOAT, &FX_SHAPE_UNKNOWN);
  ids[3] = fx_graph_add_value (graph, "y", FX_DTYPE_FLOAT, &shape);
  fx_graph_add_constant (graph, "n", fx_tensor_new_int64_scalar (5));
  fx_graph_add_node (graph, "first", "", "Relu", 11, &ids[0], 1, &ids[2], 1);
  fx_graph_add_node (graph, "second", "com.example", "Thing", 2, (FxId[]){ ids[2], FX_NONE, ids[1] }, 3, &ids[3], 1);
  node = fx_graph_node (graph, 1);
  fx_node_take_attr (node, fx_attr_int ("int", -3));
  fx_node_take_attr (node, fx_attr_float ("float", 0.1f));
  fx_node_take_attr (node, fx_attr_string ("string", "text"));
  fx_node_take_attr (node, fx_attr_ints ("ints", ints, 3));
  fx_node_take_attr (node, fx_attr_floats ("floats", floats, 2));
  fx_node_take_attr (node, fx_attr_strings ("strings", strings, 2));
  fx_node_take_attr (node, fx_attr_ints ("none", NULL, 0));
  fx_node_take_attr (node, fx_attr_take_tensor ("tensor", fx_tensor_new_float_scalar (2.0f)));
  fx_node_take_attr (node, fx_attr_take_graph ("graph", new_subgraph ()));
  fx_graph_add_input (graph, ids[0]);
  fx_graph_add_output (graph, ids[3]);
  return graph;
}

static void
test_round_trip (void)
{
  g_autoptr (FxGraph) graph = new_graph (), read = NULL;
  g_autoptr (GBytes) first = fx_onnx_write (graph, NULL), second = NULL;
  g_autoptr (GError) error = NULL;
  const FxNode *node;
  const FxValue *x;

  read = fx_onnx_read (first, NULL, NULL, &error);
  g_assert_no_error (error);
  second = fx_onnx_write (read, NULL);
  g_assert_true (g_bytes_equal (first, second));

  g_assert_cmpstr (fx_graph_name (read), ==, "everything");
  g_assert_cmpstr (fx_graph_metadata (read, "ir_version"), ==, "6");
  g_assert_cmpstr (fx_graph_metadata (read, "prop:k"), ==, "v");
  g_assert_cmpint (fx_graph_opset (read, "com.example"), ==, 2);
  node = fx_graph_node (read, fx_graph_find_node (read, "second"));
  g_assert_cmpuint (node->n_attrs, ==, 9);
  for (guint i = 0; i < node->n_attrs; i++)
    {
      g_autofree char *found = fx_attr_to_string (&node->attrs[i]);
      g_autofree char *wanted = fx_attr_to_string (fx_node_attr (fx_graph_node (graph, 1), node->attrs[i].name));

      g_assert_cmpstr (found, ==, wanted);
    }
  g_assert_cmpuint (node->inputs[1], ==, FX_NONE);
  x = fx_graph_value (read, fx_graph_find_value (read, "x"));
  g_assert_cmpstr (fx_graph_symbol_name (read, x->shape.dims[0]), ==, "batch");
  g_assert_cmpfloat (fx_tensor_get_double (fx_graph_value (read, fx_graph_find_value (read, "w"))->constant, 1), ==,
                     7.0);
}

/* Operators of our own domain come back with what they are. */
static void
test_own_domain (void)
{
  static const char text[]
      = "graph \"integers\"\nopset \"\" 11\nopset \"fixpoint\" 1\ninput %x s8[1,2,3,3]\n"
        "const %w s8[2,2,1,1] = [1,2,3,-4]\nconst %s f32[2] = [0.5,0.25]\nconst %b s32[2] = [7,-7]\n"
        "%c s16[1,2,3,3] = \"fixpoint\"::QConv(%x, %w, %s, %b) "
        "{x_scale=0.5,x_zero_point=-3,y_scale=0.125,y_dtype=\"int16\"} \"conv\" v1\n"
        "%y s8[1,2,3,3] = \"fixpoint\"::QRequantize(%c) {x_scale=0.125,y_scale=1.0,low=0} \"relu\" v1\noutput %y\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (text, &error), read = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *before = NULL, *after = NULL;

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  bytes = fx_onnx_write (graph, &error);
  g_assert_no_error (error);
  read = fx_onnx_read (bytes, NULL, NULL, &error);
  g_assert_no_error (error);
  before = fx_graph_print (graph, FX_TEXT_ALL_DATA);
  after = fx_graph_print (read, FX_TEXT_ALL_DATA);
  g_assert_cmpstr (strstr (before, "input"), ==, strstr (after, "input"));
  g_assert_nonnull (fx_graph_node (read, 0)->op);
}

static void
test_same_bytes (void)
{
  g_autoptr (FxGraph) one = new_graph (), two = fx_graph_copy (one);
  g_autoptr (GBytes) a = fx_onnx_write (one, NULL), b = fx_onnx_write (two, NULL);

  g_assert_true (g_bytes_equal (a, b));
}

static void
test_file (void)
{
  g_autoptr (FxGraph) graph = new_graph (), read = NULL;
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "model.onnx", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (fx_onnx_save (graph, path, &error));
  /* again over the file that is mapped */
  read = fx_model_load (path, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (fx_onnx_save (read, path, &error));
  g_assert_cmpint (g_remove (path), ==, 0);

  fx_node_take_attr (fx_graph_node (graph, 0), fx_attr_other ("odd"));
  g_assert_false (fx_onnx_save (graph, path, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_UNSUPPORTED);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, "node \"first\" (Relu): attribute odd"));
  /* nothing is left behind */
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_old_ir (void)
{
  g_autoptr (FxGraph) graph = new_graph (), read = NULL;
  g_autoptr (GBytes) bytes = NULL;

  fx_graph_set_metadata (graph, "ir_version", "3");
  bytes = fx_onnx_write (graph, NULL);
  read = fx_onnx_read (bytes, NULL, NULL, NULL);
  g_assert_cmpuint (fx_graph_n_inputs (read), ==, 1);
  g_assert_cmpstr (fx_graph_metadata (read, "overridable_initializers"), ==, "w\nn");
}

static void
test_tensor (void)
{
  g_autoptr (FxTensor) tensor = fx_tensor_new_int64s ((const gint64[]){ 1, -2 }, 2), read = NULL;
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "t.pb", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (fx_onnx_save_tensor (tensor, "t", path, &error));
  read = fx_tensor_file_load (path, FX_DTYPE_UNDEFINED, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (fx_tensor_bytes (tensor), fx_tensor_bytes (read)));
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/write/round-trip", test_round_trip);
  g_test_add_func ("/onnx/write/own-domain", test_own_domain);
  g_test_add_func ("/onnx/write/same-bytes", test_same_bytes);
  g_test_add_func ("/onnx/write/file", test_file);
  g_test_add_func ("/onnx/write/old-ir", test_old_ir);
  g_test_add_func ("/onnx/write/tensor", test_tensor);
  return g_test_run ();
}
