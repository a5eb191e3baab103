/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-latency-task.h"

#include "app/fx-workers.h"
#include "core/bpu/fx-perf.h"
#include "core/bpu/fx-what-if.h"
#include "core/graph/fx-graph.h"
#include "io/fx-target-file.h"

typedef struct
{
  FxShared *graph;
  FxProject *project;
} LatencyTask;

static void
latency_task_free (gpointer data)
{
  LatencyTask *latency = data;

  fx_shared_unref (latency->graph);
  fx_project_free (latency->project);
  g_free (latency);
}

static void
latency_free (gpointer data)
{
  FxLatency *latency = data;

  g_hash_table_unref (latency->firsts);
  g_hash_table_unref (latency->nodes);
  g_ptr_array_unref (latency->what_if);
  g_free (latency);
}

static void
add_node (FxLatency *latency, const FxNode *node, const FxNodeCost *cost)
{
  guint n;
  const char *const *origins = fx_node_origins (node, &n);
  const FxNodeLatency entry = { cost->ms, cost->subgraph, cost->bound, n };

  for (guint i = 0; i < n; i++)
    g_hash_table_insert (latency->nodes, g_strdup (origins[i]), g_memdup2 (&entry, sizeof entry));
  g_hash_table_insert (latency->firsts, g_strdup (origins[0]), g_memdup2 (&entry, sizeof entry));
}

static FxLatency *
latency_new (const FxPerf *perf, const FxTarget *target, const FxMachine *machine)
{
  FxLatency *latency = g_new0 (FxLatency, 1);

  latency->total_ms = perf->cost->total_ms;
  latency->n_subgraphs = perf->cost->n_subgraphs;
  latency->basis = machine->basis;
  latency->what_if = fx_what_if (perf->integer, machine, perf->cost, fx_target_has_int16 (target));
  latency->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  latency->firsts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < perf->cost->n_nodes; i++)
    add_node (latency, fx_graph_node (perf->integer, perf->cost->nodes[i].node), &perf->cost->nodes[i]);
  return latency;
}

static void
run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, GCancellable *cancellable)
{
  const LatencyTask *latency = data;
  GError *error = NULL;
  g_autoptr (FxTarget) target = fx_target_load (latency->project->target, &error);
  g_auto (GStrv) bpu = fx_project_dup_nodes (latency->project, FX_PRECISION_INT8);
  g_auto (GStrv) wide = fx_project_dup_nodes (latency->project, FX_PRECISION_INT16);
  g_auto (GStrv) cpu = fx_project_dup_nodes (latency->project, FX_PRECISION_FLOAT);
  const FxPerfOptions options = { .nodes = { bpu, wide, cpu } };
  g_autoptr (FxPerf) perf = NULL;
  FxMachine machine;

  if (target != NULL && fx_machine_of_target (&machine, target, &error))
    {
      fx_compile_use_cores (&machine, target, fx_project_usable_cores (latency->project, target), NULL);
      perf = fx_perf_estimate (fx_shared_get (latency->graph), target, &machine, &options, NULL, cancellable, &error);
    }
  if (perf == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, fx_shared_new (latency_new (perf, target, &machine), latency_free),
                           (GDestroyNotify)fx_shared_unref);
}

void
fx_latency_task_start (gpointer source, FxShared *graph, const FxProject *project, GCancellable *cancellable,
                       GAsyncReadyCallback done, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, done, user_data);
  LatencyTask *latency = g_new0 (LatencyTask, 1);

  latency->graph = fx_shared_ref (graph);
  latency->project = fx_project_copy (project);
  g_task_set_task_data (task, latency, latency_task_free);
  fx_workers_run (task, run);
}

FxShared *
fx_latency_task_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
