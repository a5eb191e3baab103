/* Any bytes either are refused with a reason or give a program that the simulator runs, or stops with a reason.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-simulate.h"
#include "fuzz/fuzz.h"
#include "io/program/fx-program-file.h"

#define MOST_BYTES (4u << 20)
#define MOST_COMMANDS 2000

static void
simulate (const FxProgram *program)
{
  const FxGraph *graph = program->graph;
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  g_autoptr (GPtrArray) outputs = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  g_autoptr (FxSimulator) simulator = fx_simulator_new (program, &(FxSimulateOptions){ .n_threads = 1 }, NULL, NULL);

  for (guint i = 0; i < fx_graph_n_inputs (graph) && simulator != NULL; i++)
    {
      const FxValue *value = fx_graph_value (graph, fx_graph_input (graph, i));
      void *data;
      FxTensor *tensor = fx_tensor_new_alloc (value->dtype, &value->shape, &data, NULL);

      if (tensor == NULL)
        return;
      g_ptr_array_add (inputs, tensor);
    }
  g_ptr_array_set_size (outputs, (gint)fx_graph_n_outputs (graph));
  if (simulator != NULL)
    fx_simulator_run (simulator, (FxTensor *const *)inputs->pdata, (FxTensor **)outputs->pdata, NULL, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autoptr (GBytes) bytes = g_bytes_new_static (copy, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxProgram) program = fx_program_parse (bytes, NULL, &error);

  if ((program == NULL) != (error != NULL))
    g_error ("refused without a reason, or read with one");
  if (program != NULL && program->memory_bytes[FX_MEMORY_SRAM] + program->memory_bytes[FX_MEMORY_DDR] < MOST_BYTES
      && program->commands->len < MOST_COMMANDS)
    simulate (program);
  return 0;
}
