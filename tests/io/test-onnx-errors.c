/* Models that are wrong in one way each: the reader says what is wrong, and never crashes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "io/onnx-builder.h"
#include "io/onnx/onnx-reader.h"

#include <string.h>

typedef struct
{
  const char *name;
  void (*build) (FxRope *graph); /* spoils the graph x → Relu → y */
  const char *error;
} BadGraph;

static void
output_twice (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Relu", "x", "y"));
}

static void
output_is_input (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Relu", "y", "x"));
}

static void
output_is_initializer (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_INITIALIZER, build_zeros ("y", "2,3"));
}

static void
initializer_twice (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_INITIALIZER, build_zeros ("w", "1"));
  fx_rope_take_message (graph, GRAPH_INITIALIZER, build_zeros ("w", "1"));
}

static void
input_twice (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_INPUT, build_value ("x", FX_DTYPE_FLOAT, "2,3"));
}

static void
undefined_input (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Concat", "x,nowhere", "z"));
}

static void
undefined_output (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_OUTPUT, build_value ("nothing", FX_DTYPE_FLOAT, "1"));
}

static void
cycle (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Concat", "x,b", "a"));
  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Relu", "a", "b"));
}

static void
own_output (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Relu", "self", "self"));
}

static void
no_operator (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_NODE, build_node ("", "x", "z"));
}

static void
attribute_twice (FxRope *graph)
{
  FxRope *node = build_node ("Concat", "x", "z");

  fx_rope_take_message (node, NODE_ATTR, build_int_attr ("axis", 0));
  fx_rope_take_message (node, NODE_ATTR, build_int_attr ("axis", 1));
  fx_rope_take_message (graph, GRAPH_NODE, node);
}

static void
many_attributes (FxRope *graph)
{
  FxRope *node = build_node ("Relu", "x", "z");

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("a%u", i);

      fx_rope_take_message (node, NODE_ATTR, build_int_attr (name, 0));
    }
  fx_rope_take_message (graph, GRAPH_NODE, node);
}

static void
huge_input (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_INPUT, build_value ("big", FX_DTYPE_FLOAT, "1,9223372036854775807"));
}

static void
short_data (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_INITIALIZER, build_raw_tensor ("w", FX_DTYPE_FLOAT, "2,3", "1234", 4));
}

static void
no_data (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_INITIALIZER, build_tensor ("w", FX_DTYPE_FLOAT, "1000000,1000000"));
}

static void
negative_dim (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_INITIALIZER, build_tensor ("w", FX_DTYPE_FLOAT, "2,-3"));
}

static void
overflowing_dims (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_INITIALIZER,
                        build_tensor ("w", FX_DTYPE_FLOAT, "4294967296,4294967296,4294967296"));
}

static void
rank_9 (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_INITIALIZER, build_zeros ("w", "1,1,1,1,1,1,1,1,1"));
}

static void
unknown_type (FxRope *graph)
{
  fx_rope_take_message (graph, GRAPH_INITIALIZER, build_raw_tensor ("w", 0, "1", "1234", 4));
}

static void
wrong_list (FxRope *graph)
{
  FxRope *tensor = build_tensor ("w", FX_DTYPE_FLOAT, "2");

  fx_rope_put_int (tensor, 7, 1); /* int64_data */
  fx_rope_put_int (tensor, 7, 2);
  fx_rope_take_message (graph, GRAPH_INITIALIZER, tensor);
}

static void
ragged_floats (FxRope *graph)
{
  FxRope *tensor = build_tensor ("w", FX_DTYPE_FLOAT, "2");

  fx_rope_put_data (tensor, 4, "1234567", 7);
  fx_rope_take_message (graph, GRAPH_INITIALIZER, tensor);
}

static void
external_in_memory (FxRope *graph)
{
  FxRope *tensor = build_tensor ("w", FX_DTYPE_FLOAT, "1");

  fx_rope_put_int (tensor, 14, 1);
  fx_rope_take_message (graph, GRAPH_INITIALIZER, tensor);
}

static void
name_with_nul (FxRope *graph)
{
  FxRope *node = build_node ("Relu", "x", "z");

  fx_rope_put_data (node, 3, "a\0b", 3);
  fx_rope_take_message (graph, GRAPH_NODE, node);
}

static void
long_name (FxRope *graph)
{
  g_autofree char *name = g_strnfill (5000, 'n');

  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Relu", "x", name));
}

static void
node_is_number (FxRope *graph)
{
  fx_rope_put_int (graph, GRAPH_NODE, 5);
}

static void
sparse_too_large (FxRope *graph)
{
  FxRope *sparse = fx_rope_new ();

  fx_rope_take_message (sparse, 1, build_zeros ("s", "1"));
  fx_rope_take_message (sparse, 2, build_raw_tensor ("", FX_DTYPE_INT64, "1", "\0\0\0\0\0\0\0\0", 8));
  fx_rope_put_int (sparse, 3, 1000000000);
  fx_rope_take_message (graph, GRAPH_SPARSE, sparse);
}

static void
sparse_outside (FxRope *graph)
{
  FxRope *sparse = fx_rope_new ();

  fx_rope_take_message (sparse, 1, build_zeros ("s", "1"));
  fx_rope_take_message (sparse, 2, build_raw_tensor ("", FX_DTYPE_INT64, "1", "\4\0\0\0\0\0\0\0", 8));
  fx_rope_put_int (sparse, 3, 4);
  fx_rope_take_message (graph, GRAPH_SPARSE, sparse);
}

/* Subgraphs in subgraphs, `depth` of them. */
static void
nested (FxRope *graph, guint depth)
{
  FxRope *inner = fx_rope_new ();

  for (guint i = 0; i < depth; i++)
    {
      FxRope *node = build_node ("If", "", ""), *outer = fx_rope_new ();

      fx_rope_take_message (node, NODE_ATTR, build_message_attr ("g", 6, 5, inner));
      fx_rope_take_message (outer, GRAPH_NODE, node);
      inner = outer;
    }
  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Relu", "x", "z"));
  {
    FxRope *node = build_node ("If", "", "");

    fx_rope_take_message (node, NODE_ATTR, build_message_attr ("g", 6, 5, inner));
    fx_rope_take_message (graph, GRAPH_NODE, node);
  }
}

static void
nested_2000 (FxRope *graph)
{
  nested (graph, 2000);
}

static const BadGraph bad_graphs[] = {
  { "output-twice", output_twice, "\"y\" is defined already" },
  { "output-is-input", output_is_input, "\"x\" is defined already" },
  { "output-is-initializer", output_is_initializer, "\"y\" is defined already" },
  { "initializer-twice", initializer_twice, "\"w\" is defined already" },
  { "input-twice", input_twice, "\"x\" is defined already" },
  { "undefined-input", undefined_input, "uses \"nowhere\", which nothing defines" },
  { "undefined-output", undefined_output, "nothing defines the output \"nothing\"" },
  { "cycle", cycle, "cycle" },
  { "own-output", own_output, "cycle" },
  { "no-operator", no_operator, "names no operator" },
  { "attribute-twice", attribute_twice, "attribute axis is given twice" },
  { "many-attributes", many_attributes, "300 attributes" },
  { "huge-input", huge_input, "9223372036854775807" },
  { "short-data", short_data, "takes 24 bytes, found 4" },
  { "no-data", no_data, "takes 1000000000000 elements, found 0" },
  { "negative-dim", negative_dim, "negative (-3)" },
  { "overflowing-dims", overflowing_dims, "too large" },
  { "rank-9", rank_9, "more than 8 dimensions" },
  { "unknown-type", unknown_type, "element type 0" },
  { "wrong-list", wrong_list, "its elements are in int64_data" },
  { "ragged-floats", ragged_floats, "list of elements is damaged" },
  { "external-in-memory", external_in_memory, "in another file" },
  { "name-with-nul", name_with_nul, "the name of a node is damaged" },
  { "long-name", long_name, "longer than 4096 bytes" },
  { "node-is-number", node_is_number, "field 1 of the graph is damaged" },
  { "sparse-too-large", sparse_too_large, "too large to be made dense" },
  { "sparse-outside", sparse_outside, "outside its shape" },
  { "nested-2000", nested_2000, "nested more than 32 deep" },
};

static void
expect_error (GBytes *bytes, const char *text)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_onnx_read (bytes, NULL, diagnostics, &error);

  g_assert_null (graph);
  g_assert_nonnull (error);
  if (strstr (error->message, text) == NULL)
    g_error ("found \"%s\", wanted \"%s\"", error->message, text);
}

static void
test_bad_graph (gconstpointer data)
{
  const BadGraph *test = data;
  FxRope *graph = build_relu_graph ();
  g_autoptr (GBytes) bytes = NULL;

  test->build (graph);
  bytes = build_bytes (build_model (graph, 11));
  expect_error (bytes, test->error);
}

static void
test_bad_model (void)
{
  FxRope *two = build_model (build_relu_graph (), 11), *none = fx_rope_new ();
  g_autoptr (GBytes) two_bytes = NULL, no_bytes = NULL;

  fx_rope_take_message (two, MODEL_GRAPH, build_relu_graph ());
  two_bytes = build_bytes (two);
  expect_error (two_bytes, "two graphs");
  fx_rope_put_int (none, 1, 7);
  no_bytes = build_bytes (none);
  expect_error (no_bytes, "holds no graph");
}

/* A model cut at every byte, and with every bit flipped: an answer each time, and no crash. */
static void
test_cut_and_flip (void)
{
  FxRope *graph = build_relu_graph ();
  FxRope *node = build_node ("If", "x", "z");
  g_autoptr (GBytes) bytes = NULL;
  g_autofree guint8 *copy = NULL;
  gsize size;
  const guint8 *data;

  fx_rope_take_message (graph, GRAPH_INITIALIZER, build_zeros ("w", "2,2"));
  fx_rope_take_message (node, NODE_ATTR, build_message_attr ("then_branch", 6, 5, build_relu_graph ()));
  fx_rope_take_message (node, NODE_ATTR, build_message_attr ("value", 5, 4, build_zeros ("", "3")));
  fx_rope_take_message (graph, GRAPH_NODE, node);
  bytes = build_bytes (build_model (graph, 11));
  data = g_bytes_get_data (bytes, &size);
  copy = g_memdup2 (data, size);

  for (gsize n = 0; n < size; n++)
    {
      g_autoptr (GBytes) part = g_bytes_new (data, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (FxGraph) cut = fx_onnx_read (part, NULL, NULL, &error);

      g_assert_true ((cut == NULL) == (error != NULL));
    }
  for (gsize bit = 0; bit < size * 8; bit++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) flipped = NULL;
      g_autoptr (FxGraph) read = NULL;

      copy[bit / 8] ^= (guint8)(1u << bit % 8);
      flipped = g_bytes_new (copy, size);
      copy[bit / 8] ^= (guint8)(1u << bit % 8);
      read = fx_onnx_read (flipped, NULL, NULL, &error);
      g_assert_true ((read == NULL) == (error != NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad_graphs); i++)
    {
      g_autofree char *path = g_strconcat ("/onnx/errors/", bad_graphs[i].name, NULL);

      g_test_add_data_func (path, &bad_graphs[i], test_bad_graph);
    }
  g_test_add_func ("/onnx/errors/model", test_bad_model);
  g_test_add_func ("/onnx/errors/cut-and-flip", test_cut_and_flip);
  return g_test_run ();
}
