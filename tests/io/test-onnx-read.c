/* What real and awkward models hold, read into the graph that they mean.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/onnx-builder.h"
#include "io/onnx/onnx-reader.h"

#include <string.h>

static GPtrArray *diagnostics;

/* Reads a model that is right; findings are in `diagnostics`. */
static FxGraph *
read_model (FxRope *model)
{
  g_autoptr (GBytes) bytes = build_bytes (model);
  g_autoptr (GError) error = NULL;
  FxGraph *graph;

  g_clear_pointer (&diagnostics, g_ptr_array_unref);
  diagnostics = fx_diagnostics_new ();
  graph = fx_onnx_read (bytes, NULL, diagnostics, &error);
  g_assert_no_error (error);
  g_assert_nonnull (graph);
  return graph;
}

static gboolean
has_rule (const char *rule, FxSeverity severity)
{
  for (guint i = 0; i < diagnostics->len; i++)
    {
      const FxDiagnostic *diagnostic = diagnostics->pdata[i];

      if (strcmp (diagnostic->rule, rule) == 0 && diagnostic->severity == severity)
        return TRUE;
    }
  return FALSE;
}

static const FxValue *
value_of (const FxGraph *graph, const char *name)
{
  FxId id = fx_graph_find_value (graph, name);

  g_assert_cmpuint (id, !=, FX_NONE);
  return fx_graph_value (graph, id);
}

static void
test_plain (void)
{
  FxRope *model = build_model (build_relu_graph (), 11), *prop = fx_rope_new ();
  g_autoptr (FxGraph) graph = NULL;
  const FxNode *node;

  fx_rope_put_string (model, 2, "builder");
  fx_rope_put_int (model, 5, 3);
  fx_rope_put_string (prop, 1, "author");
  fx_rope_put_string (prop, 2, "nobody");
  fx_rope_take_message (model, 14, prop);
  graph = read_model (model);

  g_assert_cmpuint (diagnostics->len, ==, 0);
  g_assert_cmpstr (fx_graph_name (graph), ==, "relu");
  g_assert_cmpstr (fx_graph_metadata (graph, "format"), ==, "onnx");
  g_assert_cmpstr (fx_graph_metadata (graph, "ir_version"), ==, "7");
  g_assert_cmpstr (fx_graph_metadata (graph, "producer_name"), ==, "builder");
  g_assert_cmpstr (fx_graph_metadata (graph, "model_version"), ==, "3");
  g_assert_cmpstr (fx_graph_metadata (graph, "prop:author"), ==, "nobody");
  g_assert_cmpint (fx_graph_opset (graph, ""), ==, 11);
  g_assert_cmpuint (fx_graph_n_nodes (graph), ==, 1);
  node = fx_graph_node (graph, 0);
  g_assert_cmpuint (node->version, ==, 11);
  g_assert_nonnull (node->op);
  g_assert_true (fx_shape_equal (&value_of (graph, "x")->shape, &FX_SHAPE (2, 3)));
  g_assert_cmpint (value_of (graph, "y")->dtype, ==, FX_DTYPE_FLOAT);
}

/* The same numbers in every list that may hold them. */
static void
test_typed_lists (void)
{
  static const struct
  {
    FxDType dtype;
    guint field;
    const char *bytes; /* the packed list of 1, 2, 3 */
    guint n;
  } rows[] = {
    { FX_DTYPE_INT8, 5, "\1\2\3", 3 },
    { FX_DTYPE_UINT8, 5, "\1\2\3", 3 },
    { FX_DTYPE_INT16, 5, "\1\2\3", 3 },
    { FX_DTYPE_UINT16, 5, "\1\2\3", 3 },
    { FX_DTYPE_INT32, 5, "\1\2\3", 3 },
    { FX_DTYPE_FLOAT16, 5, "\x80\x78\x80\x80\1\x80\x84\1", 8 },
    { FX_DTYPE_BFLOAT16, 5, "\x80\x7f\x80\x80\1\xc0\x80\1", 8 },
    { FX_DTYPE_INT64, 7, "\1\2\3", 3 },
    { FX_DTYPE_UINT32, 11, "\1\2\3", 3 },
    { FX_DTYPE_UINT64, 11, "\1\2\3", 3 },
    { FX_DTYPE_FLOAT, 4, "\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40", 12 },
    { FX_DTYPE_DOUBLE, 10, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\x08\x40", 24 },
  };
  FxRope *graph_rope = build_relu_graph ();
  g_autoptr (FxGraph) graph = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FxRope *tensor = build_tensor (fx_dtype_name (rows[i].dtype), rows[i].dtype, "3");

      fx_rope_put_data (tensor, rows[i].field, rows[i].bytes, rows[i].n);
      fx_rope_take_message (graph_rope, GRAPH_INITIALIZER, tensor);
    }
  graph = read_model (build_model (graph_rope, 11));

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const FxTensor *tensor = value_of (graph, fx_dtype_name (rows[i].dtype))->constant;

      g_assert_nonnull (tensor);
      g_assert_cmpint (fx_tensor_dtype (tensor), ==, rows[i].dtype);
      for (guint k = 0; k < 3; k++)
        g_assert_cmpfloat (fx_tensor_get_double (tensor, k), ==, k + 1.0);
    }
}

/* Lists that are not packed, or in several pieces, and a negative number of ten bytes. */
static void
test_unpacked_lists (void)
{
  FxRope *graph_rope = build_relu_graph (), *ints = build_tensor ("i", FX_DTYPE_INT32, "3");
  FxRope *floats = build_tensor ("f", FX_DTYPE_FLOAT, "3"), *flags = build_tensor ("b", FX_DTYPE_BOOL, "2");
  g_autoptr (FxGraph) graph = NULL;

  fx_rope_put_int (ints, 5, -7);
  fx_rope_put_data (ints, 5, "\x08\x09", 2);
  fx_rope_put_float (floats, 4, 1.5f);
  fx_rope_put_data (floats, 4, "\0\0\0\x40", 4);
  fx_rope_put_float (floats, 4, 2.5f);
  fx_rope_put_int (flags, 5, 256); /* any number but 0 is true */
  fx_rope_put_int (flags, 5, 0);
  fx_rope_take_message (graph_rope, GRAPH_INITIALIZER, ints);
  fx_rope_take_message (graph_rope, GRAPH_INITIALIZER, floats);
  fx_rope_take_message (graph_rope, GRAPH_INITIALIZER, flags);
  graph = read_model (build_model (graph_rope, 11));

  g_assert_cmpint (fx_tensor_get_int64 (value_of (graph, "i")->constant, 0), ==, -7);
  g_assert_cmpint (fx_tensor_get_int64 (value_of (graph, "i")->constant, 2), ==, 9);
  g_assert_cmpfloat (fx_tensor_get_double (value_of (graph, "f")->constant, 1), ==, 2.0);
  g_assert_cmpfloat (fx_tensor_get_double (value_of (graph, "f")->constant, 2), ==, 2.5);
  g_assert_cmpint (fx_tensor_get_int64 (value_of (graph, "b")->constant, 0), ==, 1);
  g_assert_cmpint (fx_tensor_get_int64 (value_of (graph, "b")->constant, 1), ==, 0);
}

static void
test_empty_and_scalar (void)
{
  FxRope *graph_rope = build_relu_graph ();
  g_autoptr (FxGraph) graph = NULL;

  fx_rope_take_message (graph_rope, GRAPH_INITIALIZER, build_zeros ("empty", "0,3"));
  fx_rope_take_message (graph_rope, GRAPH_INITIALIZER, build_tensor ("none", FX_DTYPE_INT64, "0"));
  fx_rope_take_message (graph_rope, GRAPH_INITIALIZER,
                        build_raw_tensor ("scalar", FX_DTYPE_FLOAT, "", "\0\0\x80\x3f", 4));
  graph = read_model (build_model (graph_rope, 11));
  g_assert_cmpuint (fx_tensor_elements (value_of (graph, "empty")->constant), ==, 0);
  g_assert_cmpuint (fx_tensor_elements (value_of (graph, "none")->constant), ==, 0);
  g_assert_cmpint (value_of (graph, "scalar")->shape.rank, ==, 0);
  g_assert_cmpfloat (fx_tensor_get_double (value_of (graph, "scalar")->constant, 0), ==, 1.0);
}

static void
test_initializer_is_input (void)
{
  FxRope *graph_rope = build_relu_graph ();
  g_autoptr (FxGraph) graph = NULL;

  fx_rope_take_message (graph_rope, GRAPH_INITIALIZER, build_zeros ("w", "2,3"));
  fx_rope_take_message (graph_rope, GRAPH_INPUT, build_value ("w", FX_DTYPE_FLOAT, "2,3"));
  graph = read_model (build_model (graph_rope, 11));
  g_assert_cmpuint (fx_graph_n_inputs (graph), ==, 1);
  g_assert_nonnull (value_of (graph, "w")->constant);
  g_assert_cmpstr (fx_graph_metadata (graph, "overridable_initializers"), ==, "w");
  g_assert_true (has_rule ("overridable-initializer", FX_SEVERITY_INFO));
}

static void
test_out_of_order (void)
{
  FxRope *graph_rope = fx_rope_new ();
  g_autoptr (FxGraph) graph = NULL;

  fx_rope_take_message (graph_rope, GRAPH_NODE, build_node ("Relu", "b", "c"));
  fx_rope_take_message (graph_rope, GRAPH_NODE, build_node ("Relu", "a", "b"));
  fx_rope_take_message (graph_rope, GRAPH_INPUT, build_value ("a", FX_DTYPE_FLOAT, "1"));
  fx_rope_take_message (graph_rope, GRAPH_OUTPUT, build_value ("c", FX_DTYPE_FLOAT, "1"));
  graph = read_model (build_model (graph_rope, 11));
  g_assert_cmpstr (fx_graph_value (graph, fx_graph_node (graph, 0)->outputs[0])->name, ==, "b");
}

static void
test_omitted_operands (void)
{
  FxRope *graph_rope = build_relu_graph ();
  g_autoptr (FxGraph) graph = NULL;
  const FxNode *node;

  fx_rope_take_message (graph_rope, GRAPH_NODE, build_node ("Resize", "x,,x", "z"));
  graph = read_model (build_model (graph_rope, 11));
  node = fx_graph_node (graph, 1);
  g_assert_cmpuint (node->n_inputs, ==, 3);
  g_assert_cmpuint (node->inputs[1], ==, FX_NONE);
  g_assert_cmpuint (node->inputs[2], ==, fx_graph_find_value (graph, "x"));
}

static void
test_dimensions (void)
{
  FxRope *graph_rope = fx_rope_new ();
  g_autoptr (FxGraph) graph = NULL;
  const FxValue *a, *b, *c;

  fx_rope_take_message (graph_rope, GRAPH_INPUT, build_value ("a", FX_DTYPE_FLOAT, "batch,-1,None,224"));
  fx_rope_take_message (graph_rope, GRAPH_INPUT, build_value ("b", FX_DTYPE_INT64, "batch"));
  fx_rope_take_message (graph_rope, GRAPH_INPUT, build_value ("c", FX_DTYPE_FLOAT, NULL));
  fx_rope_take_message (graph_rope, GRAPH_INPUT, build_value ("d", FX_DTYPE_FLOAT, "1,1,1,1,1,1,1,1,1"));
  graph = read_model (build_model (graph_rope, 11));
  a = value_of (graph, "a");
  b = value_of (graph, "b");
  c = value_of (graph, "c");
  g_assert_true (fx_dim_is_symbol (a->shape.dims[0]));
  g_assert_cmpint (a->shape.dims[0], ==, b->shape.dims[0]);
  g_assert_cmpstr (fx_graph_symbol_name (graph, a->shape.dims[0]), ==, "batch");
  g_assert_cmpint (a->shape.dims[1], ==, FX_DIM_UNKNOWN);
  g_assert_cmpint (a->shape.dims[2], ==, FX_DIM_UNKNOWN);
  g_assert_cmpint (a->shape.dims[3], ==, 224);
  g_assert_cmpint (c->shape.rank, ==, FX_RANK_UNKNOWN);
  g_assert_cmpint (value_of (graph, "d")->shape.rank, ==, FX_RANK_UNKNOWN);
  g_assert_true (has_rule ("rank", FX_SEVERITY_WARNING));
}

static void
test_subgraph (void)
{
  FxRope *graph_rope = build_relu_graph (), *inner = fx_rope_new (), *middle = fx_rope_new ();
  FxRope *if_inner = build_node ("If", "", "m"), *if_outer = build_node ("If", "x", "z");
  g_autoptr (FxGraph) graph = NULL;
  const FxGraph *one, *two;

  /* the innermost graph uses w of the outermost, across one that does not */
  fx_rope_take_message (inner, GRAPH_NODE, build_node ("Relu", "w", "i"));
  fx_rope_take_message (inner, GRAPH_OUTPUT, build_value ("i", FX_DTYPE_FLOAT, "1"));
  fx_rope_take_message (if_inner, NODE_ATTR, build_message_attr ("then_branch", 6, 5, inner));
  fx_rope_take_message (middle, GRAPH_NODE, if_inner);
  fx_rope_take_message (middle, GRAPH_OUTPUT, build_value ("m", FX_DTYPE_FLOAT, "1"));
  fx_rope_take_message (if_outer, NODE_ATTR, build_message_attr ("then_branch", 6, 5, middle));
  fx_rope_take_message (graph_rope, GRAPH_NODE, if_outer);
  fx_rope_take_message (graph_rope, GRAPH_NODE, build_node ("Relu", "x", "w"));
  graph = read_model (build_model (graph_rope, 11));

  /* what a subgraph captures must be there first */
  g_assert_cmpstr (fx_graph_node (graph, 2)->op_type, ==, "If");
  one = fx_node_attr (fx_graph_node (graph, 2), "then_branch")->graph;
  two = fx_node_attr (fx_graph_node (one, 0), "then_branch")->graph;
  g_assert_true (value_of (one, "w")->captured);
  g_assert_true (value_of (two, "w")->captured);
  g_assert_false (value_of (two, "i")->captured);
}

static void
test_attributes (void)
{
  FxRope *graph_rope = build_relu_graph (), *node = build_node ("Concat", "x", "z");
  FxRope *ints = fx_rope_new (), *floats = fx_rope_new (), *strings = fx_rope_new (), *untyped = fx_rope_new ();
  g_autoptr (FxGraph) graph = NULL;
  const FxNode *read;

  fx_rope_put_string (ints, 1, "ints");
  fx_rope_put_int (ints, 8, -1);
  fx_rope_put_data (ints, 8, "\x05\x06", 2);
  fx_rope_put_int (ints, 20, 7);
  fx_rope_put_string (floats, 1, "floats");
  fx_rope_put_float (floats, 7, 0.5f);
  fx_rope_put_int (floats, 20, 6);
  fx_rope_put_string (strings, 1, "strings");
  fx_rope_put_string (strings, 9, "a");
  fx_rope_put_string (strings, 9, "");
  fx_rope_put_int (strings, 20, 8);
  fx_rope_put_string (untyped, 1, "untyped"); /* as in IR version 1 */
  fx_rope_put_int (untyped, 3, 4);
  fx_rope_take_message (node, NODE_ATTR, ints);
  fx_rope_take_message (node, NODE_ATTR, floats);
  fx_rope_take_message (node, NODE_ATTR, strings);
  fx_rope_take_message (node, NODE_ATTR, untyped);
  fx_rope_take_message (node, NODE_ATTR, build_message_attr ("value", 5, 4, build_zeros ("", "2")));
  fx_rope_take_message (node, NODE_ATTR, build_message_attr ("sparse", 22, 11, fx_rope_new ()));
  fx_rope_take_message (graph_rope, GRAPH_NODE, node);
  graph = read_model (build_model (graph_rope, 11));

  read = fx_graph_node (graph, 1);
  g_assert_cmpuint (fx_node_attr (read, "ints")->n, ==, 3);
  g_assert_cmpint (fx_node_attr (read, "ints")->ints[0], ==, -1);
  g_assert_cmpint (fx_node_attr (read, "ints")->ints[2], ==, 6);
  g_assert_cmpfloat (fx_node_attr (read, "floats")->floats[0], ==, 0.5);
  g_assert_cmpuint (fx_node_attr (read, "strings")->n, ==, 2);
  g_assert_cmpint (fx_node_attr (read, "untyped")->i, ==, 4);
  g_assert_cmpuint (fx_tensor_elements (fx_node_attr (read, "value")->tensor), ==, 2);
  g_assert_cmpint (fx_node_attr (read, "sparse")->kind, ==, FX_ATTR_OTHER);
  g_assert_true (has_rule ("attribute", FX_SEVERITY_WARNING));
}

static void
test_versions (void)
{
  g_autoptr (FxGraph) none = read_model (build_model (build_relu_graph (), 0)), newer = NULL, absurd = NULL;

  g_assert_true (has_rule ("opset", FX_SEVERITY_WARNING));
  g_assert_cmpuint (fx_graph_node (none, 0)->version, ==, 1);
  newer = read_model (build_model (build_relu_graph (), 23));
  g_assert_true (has_rule ("opset", FX_SEVERITY_WARNING));
  absurd = read_model (build_model (build_relu_graph (), 314159));
  g_assert_true (has_rule ("opset", FX_SEVERITY_ERROR));
}

static void
test_unknown_domain (void)
{
  FxRope *graph_rope = build_relu_graph (), *node = build_node ("Strange", "x", "z");
  g_autoptr (FxGraph) graph = NULL;

  fx_rope_put_string (node, 7, "com.example");
  fx_rope_take_message (graph_rope, GRAPH_NODE, node);
  graph = read_model (build_model (graph_rope, 11));
  g_assert_null (fx_graph_node (graph, 1)->op);
  g_assert_cmpstr (fx_graph_node (graph, 1)->domain, ==, "com.example");
  g_assert_true (has_rule ("opset", FX_SEVERITY_WARNING));
}

static void
test_sparse (void)
{
  FxRope *graph_rope = build_relu_graph (), *sparse = fx_rope_new ();
  g_autoptr (FxGraph) graph = NULL;
  const FxTensor *tensor;

  fx_rope_take_message (sparse, 1, build_raw_tensor ("s", FX_DTYPE_UINT8, "2", "\7\10", 2));
  fx_rope_take_message (sparse, 2,
                        build_raw_tensor ("", FX_DTYPE_INT64, "2,2",
                                          "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
                                          "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0",
                                          32));
  fx_rope_put_int (sparse, 3, 2);
  fx_rope_put_int (sparse, 3, 3);
  fx_rope_take_message (graph_rope, GRAPH_SPARSE, sparse);
  graph = read_model (build_model (graph_rope, 11));
  tensor = value_of (graph, "s")->constant;
  for (guint i = 0; i < 6; i++)
    g_assert_cmpint (fx_tensor_get_int64 (tensor, i), ==, i == 1 ? 7 : i == 5 ? 8 : 0);
}

static void
test_strings_and_sequences (void)
{
  FxRope *graph_rope = build_relu_graph (), *tensor = build_tensor ("text", FX_DTYPE_STRING, "1");
  FxRope *info = fx_rope_new (), *type = fx_rope_new ();
  g_autoptr (FxGraph) graph = NULL;

  fx_rope_put_string (tensor, 6, "hello");
  fx_rope_take_message (graph_rope, GRAPH_INITIALIZER, tensor);
  fx_rope_put_string (info, 1, "list");
  fx_rope_put_string (type, 4, "");
  fx_rope_take_message (info, 2, type);
  fx_rope_take_message (graph_rope, GRAPH_INPUT, info);
  graph = read_model (build_model (graph_rope, 11));
  g_assert_true (has_rule ("unsupported-constant", FX_SEVERITY_ERROR));
  g_assert_true (has_rule ("type", FX_SEVERITY_ERROR));
  g_assert_null (value_of (graph, "text")->constant);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/read/plain", test_plain);
  g_test_add_func ("/onnx/read/typed-lists", test_typed_lists);
  g_test_add_func ("/onnx/read/unpacked-lists", test_unpacked_lists);
  g_test_add_func ("/onnx/read/empty-and-scalar", test_empty_and_scalar);
  g_test_add_func ("/onnx/read/initializer-is-input", test_initializer_is_input);
  g_test_add_func ("/onnx/read/out-of-order", test_out_of_order);
  g_test_add_func ("/onnx/read/omitted-operands", test_omitted_operands);
  g_test_add_func ("/onnx/read/dimensions", test_dimensions);
  g_test_add_func ("/onnx/read/subgraph", test_subgraph);
  g_test_add_func ("/onnx/read/attributes", test_attributes);
  g_test_add_func ("/onnx/read/versions", test_versions);
  g_test_add_func ("/onnx/read/unknown-domain", test_unknown_domain);
  g_test_add_func ("/onnx/read/sparse", test_sparse);
  g_test_add_func ("/onnx/read/strings-and-sequences", test_strings_and_sequences);
  status = g_test_run ();
  g_clear_pointer (&diagnostics, g_ptr_array_unref);
  return status;
}
