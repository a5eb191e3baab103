/* Integer networks on the fast kernels against the definitions of their operators, bit by bit: random graphs, every
 * instruction set that this CPU has, one to three threads. A failure prints the graph; FX_TEST_SEED=N starts there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-engine.h"
#include "core/exec/int8/fx-int8-isa.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"

#include "integer-net.h"

#define N_GRAPHS 150
/* The outputs of the graph. */
static GPtrArray *
run (const FxGraph *graph, const FxEngineOptions *options, guint seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxEngine) engine = fx_engine_new (graph, options, NULL, &error);
  g_autoptr (FxRun) state = NULL;
  g_autoptr (FxTensor) input = NULL;
  GPtrArray *outputs = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);

  g_assert_no_error (error);
  state = fx_run_new (engine, &error);
  g_assert_no_error (error);
  input = integer_net_input (fx_engine_input (engine, 0), seed);
  g_ptr_array_set_size (outputs, (gint)fx_engine_n_outputs (engine));
  fx_run_execute (state, &input, (FxTensor **)outputs->pdata, NULL, &error);
  g_assert_no_error (error);
  return outputs;
}

static void
assert_same (const FxGraph *graph, const GPtrArray *found, const GPtrArray *wanted, const char *isa, guint threads,
             guint seed, const char *text)
{
  for (guint i = 0; i < wanted->len; i++)
    if (!g_bytes_equal (fx_tensor_bytes (found->pdata[i]), fx_tensor_bytes (wanted->pdata[i])))
      g_error ("seed %u, %s, %u threads: output \"%s\" differs in\n%s", seed, isa, threads,
               fx_graph_value (graph, fx_graph_output (graph, i))->name, text);
}

static void
test_graphs (void)
{
  const char *asked = g_getenv ("FX_TEST_SEED");
  guint first = asked != NULL ? (guint)g_ascii_strtoull (asked, NULL, 10) : 1;
  guint n = asked != NULL ? 1 : N_GRAPHS;

  for (guint seed = first; seed < first + n; seed++)
    {
      g_autofree char *text = integer_net_new (seed, &(IntegerNetSize){ .n_nodes = 9, .most_pixels = 9 });
      g_autoptr (GError) error = NULL;
      g_autoptr (FxGraph) graph = fx_graph_parse (text, &error);
      g_autoptr (GPtrArray) wanted = NULL;

      if (error != NULL)
        g_error ("seed %u: %s in\n%s", seed, error->message, text);
      wanted = run (graph, &(FxEngineOptions){ .n_threads = 1, .reference_kernels = TRUE }, seed);
      for (guint i = 0; fx_int8_isas[i] != NULL; i++)
        for (guint threads = 1; threads <= 3 && fx_int8_isas[i]->supported (); threads++)
          {
            g_autoptr (GPtrArray) found = NULL;

            g_assert_true (g_setenv ("FX_ISA", fx_int8_isas[i]->name, TRUE));
            found = run (graph, &(FxEngineOptions){ .n_threads = threads, .keep_values = seed % 5 == 0 }, seed);
            assert_same (graph, found, wanted, fx_int8_isas[i]->name, threads, seed, text);
          }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/int8-engine/random-graphs", test_graphs);
  return g_test_run ();
}
