/* The text form: what is printed parses back to the same text, and bad text is refused with its line.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"

static const char sample[]
    = "graph \"demo \\\"net\\\"\"\n"
      "meta \"producer_name\" \"hand\"\n"
      "opset \"\" 11\n"
      "opset \"com.example\" 2\n"
      "input %x f32[N,3,?,8]\n"
      "input %\"odd name\" ?[*]\n"
      "const %w f32[2,2] = [1,-0.5,2.99999997e-10,inf]\n"
      "const %k u64[2] = [18446744073709551615,0]\n"
      "const %h f16[3] = [0.0999755859,-inf,nan]\n"
      "%y f32[N,3,?,8], _ = Dropout(%x, _, %w) {ratio=0.5, pads=[1,-2], scales=[0.5,2.0,nan], mode=\"a\\\"b\", "
      "names=[\"x\",\"y\"], value=s8[2] [-128,127], none=[], nothing=floats[]} \"drop\" v11\n"
      "%z ?[*] = \"com.example\"::Odd(%\"odd name\", %y, %k, %h) {n=-3, body={\n"
      "  graph \"inner\"\n"
      "  captured %y f32[*]\n"
      "  %t f32[*] = Relu(%y) \"Relu\" v11\n"
      "  output %t\n"
      "}} \"z/1\" v2 from [\"a\",\"b c\"]\n"
      "output %z\n"
      "output %x\n";

static FxGraph *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (graph);
  return graph;
}

static void
test_round_trip (void)
{
  g_autoptr (FxGraph) graph = parse (sample);
  g_autoptr (FxGraph) copy = fx_graph_copy (graph);
  g_autofree char *once = fx_graph_print (graph, FX_TEXT_ALL_DATA);
  g_autofree char *copied = fx_graph_print (copy, FX_TEXT_ALL_DATA);

  g_assert_cmpstr (once, ==, copied);
  g_assert_cmpstr (once, ==, sample);
}

static void
test_elided (void)
{
  g_autoptr (FxGraph) graph = fx_graph_new ("big");
  g_autoptr (FxGraph) parsed = NULL;
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &FX_SHAPE (10, 10), &data, NULL);

  ((float *)data)[7] = 1.0f;
  fx_graph_add_output (graph, fx_graph_add_constant (graph, "w", tensor));
  text = fx_graph_print (graph, FX_TEXT_DEFAULT);
  g_assert_nonnull (strstr (text, "const %w f32[10,10] = elided 0x"));
  parsed = parse (text);
  g_assert_cmpuint (fx_tensor_elements (fx_graph_value (parsed, 0)->constant), ==, 100);
  g_assert_cmpfloat (fx_tensor_get_double (fx_graph_value (parsed, 0)->constant, 7), ==, 0.0);

  g_clear_pointer (&text, g_free);
  g_clear_pointer (&parsed, fx_graph_free);
  text = fx_graph_print (graph, FX_TEXT_ALL_DATA);
  parsed = parse (text);
  again = fx_graph_print (parsed, FX_TEXT_ALL_DATA);
  g_assert_cmpstr (text, ==, again);
  g_assert_cmpfloat (fx_tensor_get_double (fx_graph_value (parsed, 0)->constant, 7), ==, 1.0);
}

static void
test_sorts (void)
{
  g_autoptr (FxGraph) graph = parse ("input %x f32[1]\n"
                                     "%c f32[*] = Relu(%b) \"third\"\n"
                                     "%b f32[*] = Relu(%a) \"second\"\n"
                                     "%a f32[*] = Relu(%x) \"first\"\n"
                                     "output %c\n");

  g_assert_cmpstr (fx_graph_node (graph, 0)->name, ==, "first");
  g_assert_cmpstr (fx_graph_node (graph, 2)->name, ==, "third");
  g_assert_cmpuint (fx_graph_find_node (graph, "second"), ==, 1);
}

static void
test_errors (void)
{
  static const struct
  {
    const char *text, *message;
  } rows[] = {
    { "input x", "line 1: found \"x\", wanted %" },
    { "\n\ninput %x f33[1]", "line 3: \"f33\" is no element type" },
    { "input %x f32[1,2,3,4,5,6,7,8,9]", "wanted at most 8 dimensions" },
    { "input %x f32[-1]", "line 1" },
    { "const %x f32[2] = [1]", "line 1: found 1 elements, wanted 2" },
    { "const %x f32[N] = [1]", "data needs a shape of numbers" },
    { "const %x f32[99999,99999,9999] = elided 0x0", "too large" },
    { "const %x f32[1] = [1]\nconst %x f32[1] = [1]", "needs a name of its own" },
    { "%y f32[1] = Relu(%x)\noutput %y", "uses \"x\", which no earlier node produces" },
    { "%y f32[1] = Relu(%y)\noutput %y", "the graph has a cycle" },
    { "input %x f32[1]\n%x f32[1] = Relu(%x)", "cycle" },
    { "input %x f32[1]\n%y f32[1] = Relu(%x)\n%y f32[1] = Relu(%x)", "is there already" },
    { "output %y", "nothing produces graph output \"y\"" },
    { "input %x f32[1]\ninput %x f32[1]", "defined twice" },
    { "input %\"x", "wanted the end of a string" },
    { "input %x f32[1]\n%y f32[1] = Relu(%x) {a=1", "line 2" },
    { "input %x f32[1]\n%y f32[1] = Relu(%x) {a=[1,\"b\"]}", "mixes kinds" },
    { "input %x f32[1]\n%y f32[1] = Relu(%x) \"n\"\n%z f32[1] = Relu(%x) \"n\"", "another node is called \"n\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FxGraph) graph = fx_graph_parse (rows[i].text, &error);

      g_assert_null (graph);
      if (strstr (error->message, rows[i].message) == NULL)
        g_error ("\"%s\" gave \"%s\", wanted \"%s\"", rows[i].text, error->message, rows[i].message);
    }
}

static void
test_depth (void)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append (text, "= A() {g={");
  graph = fx_graph_parse (text->str, &error);
  g_assert_null (graph);
  g_assert_nonnull (strstr (error->message, "nested over"));
  g_string_free (text, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/round-trip", test_round_trip);
  g_test_add_func ("/text/elided", test_elided);
  g_test_add_func ("/text/sorts", test_sorts);
  g_test_add_func ("/text/errors", test_errors);
  g_test_add_func ("/text/depth", test_depth);
  return g_test_run ();
}
