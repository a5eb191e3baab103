/* The nodes of a segment on the CPU, as a network of their own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/simulate-private.h"
#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"

typedef struct
{
  const FxGraph *graph;
  guint8 *is_inside; /* [n_nodes] */
  FxUses *uses;
  GArray *inputs, *outputs; /* of FxId */
} Border;

static void
find_inputs (Border *border, const FxNode *node, guint8 *seen)
{
  for (guint i = 0; i < node->n_inputs; i++)
    {
      FxId id = node->inputs[i];
      FxId producer = id != FX_NONE ? border->uses->producer[id] : FX_NONE;

      if (id == FX_NONE || seen[id] != 0 || fx_graph_value (border->graph, id)->constant != NULL
          || (producer != FX_NONE && border->is_inside[producer]))
        continue;
      seen[id] = 1;
      g_array_append_val (border->inputs, id);
    }
}

static void
find_outputs (Border *border, const FxNode *node)
{
  for (guint i = 0; i < node->n_outputs; i++)
    {
      FxId id = node->outputs[i];
      gboolean leaves = id != FX_NONE && border->uses->is_output[id];

      for (guint32 u = id != FX_NONE ? border->uses->first[id] : 0;
           id != FX_NONE && u < border->uses->first[id + 1] && !leaves; u++)
        leaves = !border->is_inside[border->uses->users[u]];
      if (leaves)
        g_array_append_val (border->outputs, id);
    }
}

static FxGraph *
cut_out (const Border *border)
{
  FxGraph *part = fx_graph_copy (border->graph);

  for (FxId id = 0; id < fx_graph_n_nodes (part); id++)
    if (!border->is_inside[id] && !fx_graph_node (part, id)->removed)
      fx_graph_remove_node (part, id);
  fx_graph_set_inputs (part, (const FxId *)border->inputs->data, border->inputs->len);
  fx_graph_set_outputs (part, (const FxId *)border->outputs->data, border->outputs->len);
  fx_graph_compact (part);
  return part;
}

FxSimCpu *
fx_sim_cpu_new (const FxGraph *graph, const FxSegment *segment, guint n_threads, GCancellable *cancellable,
                GError **error)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  g_autofree guint8 *is_inside = g_new0 (guint8, fx_graph_n_nodes (graph) + 1);
  g_autofree guint8 *seen = g_new0 (guint8, fx_graph_n_values (graph) + 1);
  g_autoptr (GArray) inputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autoptr (FxGraph) part = NULL;
  Border border = { graph, is_inside, uses, inputs, outputs };
  FxEngineOptions options = { .n_threads = n_threads };
  FxSimCpu *cpu = g_new0 (FxSimCpu, 1);

  for (guint i = 0; i < segment->n; i++)
    is_inside[segment->nodes[i]] = 1;
  for (guint i = 0; i < segment->n; i++)
    {
      find_inputs (&border, fx_graph_node (graph, segment->nodes[i]), seen);
      find_outputs (&border, fx_graph_node (graph, segment->nodes[i]));
    }
  part = cut_out (&border);
  cpu->n_inputs = inputs->len;
  cpu->n_outputs = outputs->len;
  cpu->inputs = g_memdup2 (inputs->data, inputs->len * sizeof (FxId));
  cpu->outputs = g_memdup2 (outputs->data, outputs->len * sizeof (FxId));
  cpu->engine = fx_engine_new (part, &options, cancellable, error);
  cpu->run = cpu->engine != NULL ? fx_run_new (cpu->engine, error) : NULL;
  if (cpu->run == NULL)
    g_clear_pointer (&cpu, fx_sim_cpu_free);
  return cpu;
}

void
fx_sim_cpu_free (FxSimCpu *cpu)
{
  if (cpu == NULL)
    return;
  fx_run_free (cpu->run);
  fx_engine_unref (cpu->engine);
  g_free (cpu->inputs);
  g_free (cpu->outputs);
  g_free (cpu);
}

gboolean
fx_sim_cpu_run (FxSimCpu *cpu, FxTensor **values, GCancellable *cancellable, GError **error)
{
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, cpu->n_inputs + 1);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, cpu->n_outputs + 1);

  for (guint i = 0; i < cpu->n_inputs; i++)
    {
      inputs[i] = values[cpu->inputs[i]];
      if (inputs[i] == NULL)
        return fx_fail (error, FX_ERROR_BAD_DATA, "nodes on the CPU run before what they read is there");
    }
  if (!fx_run_execute (cpu->run, inputs, outputs, cancellable, error))
    return FALSE;
  for (guint i = 0; i < cpu->n_outputs; i++)
    {
      fx_tensor_unref (values[cpu->outputs[i]]);
      values[cpu->outputs[i]] = outputs[i];
    }
  return TRUE;
}
