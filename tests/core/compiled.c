/* SPDX-License-Identifier: Apache-2.0 */
#include "compiled.h"

#include "core/exec/fx-engine.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "io/fx-target-file.h"

FxGraph *
compiled_graph (guint seed, char **text)
{
  return compiled_graph_of_size (seed, &(IntegerNetSize){ .n_nodes = 3 + seed % 20, .most_pixels = 30, .moves = TRUE },
                                 text);
}

FxGraph *
compiled_graph_of_size (guint seed, const IntegerNetSize *size, char **text)
{
  g_autoptr (GError) error = NULL;
  FxGraph *graph;

  *text = integer_net_new (seed, size);
  graph = fx_graph_parse (*text, &error);
  if (graph == NULL)
    g_error ("seed %u: %s in\n%s", seed, error->message, *text);
  fx_graph_infer (graph, NULL);
  return graph;
}

GPtrArray *
compiled_outputs (const FxGraph *graph)
{
  GPtrArray *outputs = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);

  g_ptr_array_set_size (outputs, (gint)fx_graph_n_outputs (graph));
  return outputs;
}

GPtrArray *
compiled_engine (const FxGraph *graph, FxTensor *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxEngine) engine = fx_engine_new (graph, NULL, NULL, &error);
  g_autoptr (FxRun) run = NULL;
  GPtrArray *outputs = compiled_outputs (graph);

  g_assert_no_error (error);
  run = fx_run_new (engine, &error);
  g_assert_no_error (error);
  fx_run_execute (run, &input, (FxTensor **)outputs->pdata, NULL, &error);
  g_assert_no_error (error);
  return outputs;
}

void
compiled_assert_simulates (const FxProgram *program, FxSimulateOrder order, guint seed, FxTensor *input,
                           const GPtrArray *wanted, const char *text)
{
  g_autoptr (GError) error = NULL;
  FxSimulateOptions options = { .order = order, .seed = seed, .n_threads = 1 };
  g_autoptr (FxSimulator) simulator = fx_simulator_new (program, &options, NULL, &error);
  g_autoptr (GPtrArray) found = compiled_outputs (program->graph);

  if (simulator == NULL || !fx_simulator_run (simulator, &input, (FxTensor **)found->pdata, NULL, &error))
    {
      g_autoptr (GString) commands = g_string_new (NULL);

      fx_program_print (program, commands);
      g_error ("seed %u, order %d: %s in\n%s\n%s", seed, order, error->message, text, commands->str);
    }
  for (guint i = 0; i < wanted->len; i++)
    if (!g_bytes_equal (fx_tensor_bytes (found->pdata[i]), fx_tensor_bytes (wanted->pdata[i])))
      g_error ("seed %u, order %d: output \"%s\" differs in\n%s", seed, order,
               fx_graph_value (program->graph, fx_graph_output (program->graph, i))->name, text);
}

FxTarget *
compiled_target (const char *id)
{
  g_autoptr (GError) error = NULL;
  FxTarget *target = fx_target_load (id, &error);

  g_assert_no_error (error);
  return target;
}
