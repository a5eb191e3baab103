/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-simulate.h"

#include "core/bpu/simulate-private.h"
#include "core/exec/fx-threads.h"
#include "core/fx-error.h"

struct _FxSimulator
{
  const FxProgram *program;
  FxSimulateOptions options;
  FxSimMemory memory;
  FxTileCut *cuts;   /* [n_nodes] */
  FxSimCpu **cpus;   /* [segments], NULL on the BPU */
  guint **orders;    /* [segments] commands in the order in which they run, NULL on the CPU */
  FxId *ddr;         /* [n_values] place of an activation, or FX_NONE */
  FxTensor **values; /* [n_values] what the CPU knows */
};

static void
find_places (FxSimulator *simulator)
{
  const FxProgram *program = simulator->program;
  guint n = fx_graph_n_values (program->graph);

  simulator->ddr = g_new (FxId, n + 1);
  for (FxId id = 0; id < n; id++)
    simulator->ddr[id] = FX_NONE;
  for (FxId id = 0; id < program->places->len; id++)
    if (fx_program_place (program, id)->memory == FX_MEMORY_DDR && fx_program_place (program, id)->constant_axis < 0)
      simulator->ddr[fx_program_place (program, id)->value] = id;
}

FxSimulator *
fx_simulator_new (const FxProgram *program, const FxSimulateOptions *options, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxSimulator) simulator = NULL;

  if (!fx_program_verify (program, cancellable, error))
    return NULL;
  simulator = g_new0 (FxSimulator, 1);
  simulator->program = program;
  simulator->options = options != NULL ? *options : (FxSimulateOptions){ 0 };
  simulator->values = g_new0 (FxTensor *, fx_graph_n_values (program->graph) + 1);
  simulator->cuts = g_new0 (FxTileCut, fx_graph_n_nodes (program->graph) + 1);
  simulator->cpus = g_new0 (FxSimCpu *, program->segments->len + 1);
  simulator->orders = g_new0 (guint *, program->segments->len + 1);
  find_places (simulator);
  if (!fx_sim_memory_init (&simulator->memory, program, error))
    return NULL;
  for (guint i = 0; i < program->commands->len; i++)
    {
      FxId node = fx_program_command (program, i)->node;

      if (simulator->cuts[node].operands == NULL)
        simulator->cuts[node] = fx_tile_cut (program->graph, fx_graph_node (program->graph, node));
    }
  for (guint s = 0; s < program->segments->len; s++)
    if (fx_program_segment (program, s)->on_bpu)
      simulator->orders[s] = fx_sim_order (program, fx_program_segment (program, s), &simulator->options);
    else
      {
        simulator->cpus[s] = fx_sim_cpu_new (program->graph, fx_program_segment (program, s),
                                             simulator->options.n_threads, cancellable, error);
        if (simulator->cpus[s] == NULL)
          return NULL;
      }
  return g_steal_pointer (&simulator);
}

static void
forget_values (FxSimulator *simulator)
{
  for (FxId id = 0; id < fx_graph_n_values (simulator->program->graph); id++)
    g_clear_pointer (&simulator->values[id], fx_tensor_unref);
}

void
fx_simulator_free (FxSimulator *simulator)
{
  if (simulator == NULL)
    return;
  forget_values (simulator);
  for (FxId id = 0; id < fx_graph_n_nodes (simulator->program->graph); id++)
    fx_tile_cut_clear (&simulator->cuts[id]);
  for (guint s = 0; s < simulator->program->segments->len; s++)
    {
      fx_sim_cpu_free (simulator->cpus[s]);
      g_free (simulator->orders[s]);
    }
  fx_sim_memory_clear (&simulator->memory);
  g_free (simulator->cuts);
  g_free (simulator->cpus);
  g_free (simulator->orders);
  g_free (simulator->ddr);
  g_free (simulator->values);
  g_free (simulator);
}

/* ---- between the CPU and DDR ---- */

/* What the CPU has goes where the BPU reads it. */
static void
give (FxSimulator *simulator, FxId value)
{
  const FxPlace *place
      = simulator->ddr[value] != FX_NONE ? fx_program_place (simulator->program, simulator->ddr[value]) : NULL;
  FxRowRange rows = { 0, place != NULL ? place->layout.n_rows : 0 };
  g_autoptr (FxTensor) tensor = NULL;

  if (place == NULL || simulator->values[value] == NULL)
    return;
  tensor = fx_tensor_aligned (simulator->values[value]);
  fx_rows_store (&place->layout, fx_sim_memory_at (&simulator->memory, place), place->slots, rows, -1, rows,
                 fx_tensor_array (tensor).data);
}

/* What the BPU computed is fetched when the CPU needs it. */
static gboolean
fetch (FxSimulator *simulator, FxId value, GError **error)
{
  const FxValue *described = fx_graph_value (simulator->program->graph, value);
  const FxPlace *place;
  FxRowRange rows;
  void *data;

  if (simulator->values[value] != NULL)
    return TRUE;
  if (described->constant != NULL)
    {
      simulator->values[value] = fx_tensor_ref (described->constant);
      return TRUE;
    }
  if (simulator->ddr[value] == FX_NONE)
    return fx_fail (error, FX_ERROR_BAD_DATA, "nothing computes \"%s\"", described->name);
  place = fx_program_place (simulator->program, simulator->ddr[value]);
  rows = (FxRowRange){ 0, place->layout.n_rows };
  simulator->values[value] = fx_tensor_new_alloc (described->dtype, &described->shape, &data, error);
  if (simulator->values[value] == NULL)
    return FALSE;
  fx_rows_load (&place->layout, fx_sim_memory_at (&simulator->memory, place), place->slots, rows, -1, rows, data);
  return TRUE;
}

/* ---- segments ---- */

static gboolean
run_cpu (FxSimulator *simulator, FxSimCpu *cpu, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < cpu->n_inputs; i++)
    if (!fetch (simulator, cpu->inputs[i], error))
      return FALSE;
  if (!fx_sim_cpu_run (cpu, simulator->values, cancellable, error))
    return FALSE;
  for (guint i = 0; i < cpu->n_outputs; i++)
    give (simulator, cpu->outputs[i]);
  return TRUE;
}

static gboolean
run_bpu (FxSimulator *simulator, const FxSegment *segment, const guint *order, GCancellable *cancellable,
         GError **error)
{
  for (guint i = 0; i < segment->n; i++)
    {
      const FxCommand *command = fx_program_command (simulator->program, order[i]);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!fx_sim_command (&simulator->memory, command, &simulator->cuts[command->node], error))
        return fx_error_prefix (error, "command %u", order[i]);
    }
  fx_sim_memory_forget (&simulator->memory, segment);
  return TRUE;
}

static gboolean
refuse_input (const FxValue *value, const FxTensor *found, GError **error)
{
  g_autofree char *want = fx_shape_to_string (&value->shape);
  g_autofree char *have = fx_shape_to_string (fx_tensor_shape (found));

  return fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\" is %s%s, the program wants %s%s", value->name,
                  fx_dtype_name (fx_tensor_dtype (found)), have, fx_dtype_name (value->dtype), want);
}

static gboolean
feed (FxSimulator *simulator, FxTensor *const *inputs, GError **error)
{
  const FxGraph *graph = simulator->program->graph;

  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      FxId id = fx_graph_input (graph, i);
      const FxValue *value = fx_graph_value (graph, id);

      if (fx_tensor_dtype (inputs[i]) != value->dtype || !fx_shape_equal (fx_tensor_shape (inputs[i]), &value->shape))
        return refuse_input (value, inputs[i], error);
      if (simulator->values[id] == NULL)
        simulator->values[id] = fx_tensor_ref (inputs[i]);
      give (simulator, id);
    }
  return TRUE;
}

gboolean
fx_simulator_run (FxSimulator *simulator, FxTensor *const *inputs, FxTensor **outputs, GCancellable *cancellable,
                  GError **error)
{
  const FxProgram *program = simulator->program;
  gboolean good;

  fx_sim_memory_reset (&simulator->memory);
  forget_values (simulator);
  good = feed (simulator, inputs, error);
  for (guint s = 0; s < program->segments->len && good; s++)
    good = simulator->cpus[s] != NULL
               ? run_cpu (simulator, simulator->cpus[s], cancellable, error)
               : run_bpu (simulator, fx_program_segment (program, s), simulator->orders[s], cancellable, error);
  for (guint i = 0; i < fx_graph_n_outputs (program->graph) && good; i++)
    good = fetch (simulator, fx_graph_output (program->graph, i), error);
  for (guint i = 0; i < fx_graph_n_outputs (program->graph) && good; i++)
    outputs[i] = fx_tensor_ref (simulator->values[fx_graph_output (program->graph, i)]);
  return good;
}
