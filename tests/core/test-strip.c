/* Nodes at the ends of a network that the user's program does: the program without them gives what the whole network
 * computes in its middle.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-partition.h"
#include "core/bpu/fx-perf.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"

#include "compiled.h"

#include <math.h>
#include <string.h>

#define NET                                                                                                            \
  "opset \"\" 13\nopset \"fixpoint\" 1\ninput %x f32[1,6,5,4]\n"                                                       \
  "const %s f32[] = [0.125]\nconst %z s8[] = [0]\nconst %u f32[] = [0.25]\n"                                           \
  "%t f32[*] = Transpose(%x) {perm=[0,3,1,2]} \"head\"\n"                                                              \
  "%q s8[*] = QuantizeLinear(%t, %s, %z) \"quantize\"\n"                                                               \
  "%a s8[*] = \"fixpoint\"::QAdd(%q, %q) {a_scale=0.125,b_scale=0.125,y_scale=0.25} \"add\"\n"                         \
  "%d f32[*] = DequantizeLinear(%a, %u, %z) \"dequantize\"\n"                                                          \
  "%y f32[*] = Transpose(%d) {perm=[0,2,3,1]} \"tail\"\noutput %y\n"

static FxGraph *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (text, &error);

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  return graph;
}

static FxTensor *
make_input (const FxGraph *graph)
{
  return integer_net_input (fx_graph_value (graph, fx_graph_input (graph, 0)), 7);
}

/* The only output of the compiled graph, which the engine gives as well. */
static FxTensor *
simulate (const FxGraph *graph, FxTensor *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTarget) target = compiled_target ("rdk-x5");
  g_autoptr (FxProgram) program = fx_compile (graph, target, &(FxCompileOptions){ .level = 2 }, NULL, NULL, &error);
  g_autoptr (FxSimulator) simulator = NULL;
  g_autoptr (GPtrArray) wanted = compiled_engine (graph, input);
  FxTensor *output = NULL;

  g_assert_no_error (error);
  simulator = fx_simulator_new (program, NULL, NULL, &error);
  g_assert_no_error (error);
  fx_simulator_run (simulator, &input, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (fx_tensor_bytes (output), fx_tensor_bytes (wanted->pdata[0])));
  return output;
}

/* What the removed nodes would have done to the input: N H W C floats to N C H W integers. */
static FxTensor *
quantized (FxTensor *input, const FxShape *shape)
{
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_INT8, shape, &data, NULL);

  for (gint64 c = 0; c < 4; c++)
    for (gint64 i = 0; i < 30; i++)
      ((gint8 *)data)[c * 30 + i]
          = (gint8)CLAMP (rint (fx_tensor_get_double (input, (gsize)(i * 4 + c)) / 0.125), -128, 127);
  return tensor;
}

static void
assert_same (FxTensor *whole, FxTensor *middle)
{
  for (gint64 c = 0; c < 4; c++)
    for (gint64 i = 0; i < 30; i++)
      g_assert_cmpfloat (fx_tensor_get_double (whole, (gsize)(i * 4 + c)), ==,
                         0.25 * fx_tensor_get_double (middle, (gsize)(c * 30 + i)));
}

static void
check_middle (const FxGraph *graph)
{
  g_autoptr (FxGraph) all = parse (NET);
  g_autoptr (FxTensor) input = make_input (all), whole = simulate (all, input), given = NULL, middle = NULL;
  const FxValue *value = fx_graph_value (graph, fx_graph_input (graph, 0));

  g_assert_cmpint (value->dtype, ==, FX_DTYPE_INT8);
  given = quantized (input, &value->shape);
  middle = simulate (graph, given);
  assert_same (whole, middle);
}

static guint
count_nodes (const FxGraph *graph)
{
  guint n = 0;

  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    n += !fx_graph_node (graph, id)->removed;
  return n;
}

static void
test_types (void)
{
  g_autoptr (FxGraph) graph = parse (NET);

  g_assert_cmpuint (fx_bpu_strip_ends (graph, "Quantize;Dequantize;Transpose", NULL), ==, 4);
  g_assert_cmpuint (count_nodes (graph), ==, 1);
  check_middle (graph);
}

/* In whatever order the names are given; those in the middle stay, and what computes. */
static void
test_names (void)
{
  static const char *const names[] = { "quantize", "dequantize", "tail", "add", "head", "nobody", NULL };
  static const char *const middle[] = { "quantize", "dequantize", NULL };
  g_autoptr (FxGraph) graph = parse (NET), kept = parse (NET);

  g_assert_cmpuint (fx_bpu_strip_names (kept, middle), ==, 0);
  g_assert_cmpuint (fx_bpu_strip_names (graph, names), ==, 4);
  g_assert_true (fx_bpu_has_name (graph, "add"));
  check_middle (graph);
  g_assert_true (fx_bpu_has_name (kept, "quantize"));
  g_assert_false (fx_bpu_has_name (kept, "nobody"));
}

/* Types and names may follow each other. */
static void
test_both (void)
{
  static const char *const names[] = { "head", "tail", NULL };
  g_autoptr (FxGraph) graph = parse (NET);

  g_assert_cmpuint (fx_bpu_strip_ends (graph, "Quantize;Dequantize", names), ==, 4);
  check_middle (graph);
}

/* What fast measuring leaves is a program like any other. */
static void
test_fast (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph
      = parse ("graph \"g\"\nopset \"\" 11\nconst %w f32[8,3,3,3] = elided 0x0\ninput %n f32[1,16,16,3]\n"
               "%x f32[*] = Transpose(%n) {perm=[0,3,1,2]} \"nhwc\" v1\n"
               "%c f32[*] = Conv(%x, %w) {pads=[1,1,1,1]} \"conv\" v11\n"
               "%y f32[*] = Softmax(%c) {axis=3} \"soft\" v11\noutput %y\n");
  g_autoptr (FxTarget) target = compiled_target ("rdk-x5");
  g_autoptr (FxPerf) perf = NULL;
  g_autoptr (FxTensor) given = NULL, output = NULL;
  FxMachine machine;
  const FxValue *value;
  void *data;

  g_assert_true (fx_machine_of_target (&machine, target, &error));
  perf = fx_perf_estimate (graph, target, &machine, &(FxPerfOptions){ .fast = TRUE }, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_nodes (perf->integer), ==, 1);
  value = fx_graph_value (perf->integer, fx_graph_input (perf->integer, 0));
  g_assert_cmpint (value->dtype, ==, FX_DTYPE_INT8);
  given = fx_tensor_new_alloc (value->dtype, &value->shape, &data, NULL);
  for (gsize i = 0; i < fx_tensor_elements (given); i++)
    ((gint8 *)data)[i] = (gint8)(i * 37 % 255 - 127);
  output = simulate (perf->integer, given);
  g_assert_cmpint (fx_tensor_shape (output)->dims[1], ==, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strip/types", test_types);
  g_test_add_func ("/strip/names", test_names);
  g_test_add_func ("/strip/both", test_both);
  g_test_add_func ("/strip/fast", test_fast);
  return g_test_run ();
}
