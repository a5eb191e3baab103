/* If nodes that are decided beforehand, and those that are not.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/passes/inline-branches.h"

#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-text.h"

#include <string.h>

#define BRANCHES(then_nodes, then_output, else_nodes, else_output)                                                     \
  " {else_branch={\n  graph \"e\"\n  captured %c ?[*]\n" else_nodes "  output " else_output                            \
  "\n}, then_branch={\n  graph \"t\"\n  captured %c ?[*]\n" then_nodes "  output " then_output "\n}} \"if\" v11\n"
#define SIMPLE BRANCHES ("  %t f32[*] = Relu(%c) \"relu\" v11\n", "%t", "  %e f32[*] = Neg(%c) \"neg\" v11\n", "%e")

typedef struct
{
  const char *name, *text;
  const char *operators; /* of the graph afterwards */
  guint n_findings;
} Case;

static const Case cases[] = {
  { "constant-true", "input %c f32[1,2]\nconst %k bool[] = [1]\n%y f32[*] = If(%k)" SIMPLE "output %y\n",
    "Relu Identity", 1 },
  { "constant-false", "input %c f32[1,2]\nconst %k bool[1] = [0]\n%y f32[*] = If(%k)" SIMPLE "output %y\n",
    "Neg Identity", 1 },
  { "shape",
    "input %c f32[1,2]\nconst %i s64[1] = [1]\nconst %n s64[1] = [2]\n%s s64[*] = Shape(%c) \"s\" v11\n"
    "%g s64[*] = Gather(%s, %i) {axis=0} \"g\" v11\n%k bool[*] = Equal(%g, %n) \"k\" v11\n"
    "%y f32[*] = If(%k)" SIMPLE "output %y\n",
    "Shape Gather Equal Relu Identity", 1 },
  { "unknown-shape",
    "input %c f32[1,?]\nconst %i s64[1] = [1]\nconst %n s64[1] = [2]\n%s s64[*] = Shape(%c) \"s\" v11\n"
    "%g s64[*] = Gather(%s, %i) {axis=0} \"g\" v11\n%k bool[*] = Equal(%g, %n) \"k\" v11\n"
    "%y f32[*] = If(%k)" SIMPLE "output %y\n",
    "Shape Gather Equal If", 0 },
  { "input", "input %c f32[1,2]\ninput %k bool[]\n%y f32[*] = If(%k)" SIMPLE "output %y\n", "If", 0 },
  { "captured-result",
    "input %c f32[1,2]\nconst %k bool[] = [1]\n%y f32[*] = If(%k)" BRANCHES (
        "", "%c", "  %e f32[*] = Neg(%c) \"neg\" v11\n", "%e") "output %y\n",
    "Identity", 1 },
  { "taken-name",
    "input %c f32[1,2]\nconst %k bool[] = [1]\n%t f32[*] = Abs(%c) \"abs\" v11\n%y f32[*] = If(%k)" SIMPLE
    "%z f32[*] = Add(%y, %t) \"add\" v11\noutput %z\n",
    "Abs Relu Identity Add", 1 },
  { "nested",
    "input %c f32[1,2]\nconst %k bool[] = [1]\n%y f32[*] = If(%k)" BRANCHES (
        "  captured %k ?[*]\n  %a f32[*] = Abs(%c) \"abs\" v11\n  %t f32[*] = If(%k) {else_branch={\n  graph \"ie\"\n"
        "  captured %a ?[*]\n  output %a\n}, then_branch={\n  graph \"it\"\n  captured %a ?[*]\n"
        "  %u f32[*] = Sqrt(%a) \"sqrt\" v11\n  output %u\n}} \"inner\" v11\n",
        "%t", "  %e f32[*] = Neg(%c) \"neg\" v11\n", "%e") "output %y\n",
    "Abs Sqrt Identity Identity", 2 },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GString) operators = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (c->text, &error);

  g_assert_no_error (error);
  g_assert_true (fx_pass_inline_branches (graph, diagnostics, &error));
  g_assert_no_error (error);
  g_assert_true (fx_graph_verify (graph, &error));
  g_assert_no_error (error);
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    if (!fx_graph_node (graph, i)->removed)
      g_string_append_printf (operators, "%s%s", operators->len > 0 ? " " : "", fx_graph_node (graph, i)->op_type);
  g_assert_cmpstr (operators->str, ==, c->operators);
  g_assert_cmpuint (diagnostics->len, ==, c->n_findings);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/inline-branches/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
