/* How close to the lower bound the memory planner comes on the live ranges of real networks:
 *
 *   bench-arena MODEL...
 *
 * where a MODEL is a file, or two joined by a comma where weights are in a file of their own. Prints for each
 *   ARENA <name> float <items> <bound> <used> <ms>      activations as the float engine has them
 *   ARENA <name> integer <items> <bound> <used> <ms>    those of the integer network for the RDK X5
 * with sizes in bytes and the processor time of one plan. What cannot be planned is told on standard error.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench-clock.h"

#include "core/bpu/fx-arena.h"
#include "core/bpu/fx-perf.h"
#include "core/check/fx-fix.h"
#include "core/exec/fx-engine.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "io/fx-model.h"
#include "io/fx-target-file.h"

#include <stdio.h>

#define ALIGNMENT 64

static void
measure (const char *name, const char *kind, GArray *items)
{
  FxArenaItem *list = (FxArenaItem *)items->data;
  double begin = bench_clock_ms (CLOCK_PROCESS_CPUTIME_ID);
  gsize used = fx_arena_plan (list, items->len, ALIGNMENT, NULL);

  printf ("ARENA %s %s %u %" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT " %.1f\n", name, kind, items->len,
          fx_arena_bound (list, items->len, ALIGNMENT), used, bench_clock_ms (CLOCK_PROCESS_CPUTIME_ID) - begin);
  fflush (stdout);
}

static gboolean
measure_float (const char *name, const FxGraph *graph, GError **error)
{
  g_autoptr (FxEngine) engine = fx_engine_new (graph, NULL, NULL, error);
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (FxArenaItem));

  if (engine == NULL)
    return FALSE;
  for (guint b = 0; b < fx_engine_n_buffers (engine); b++)
    {
      FxBufferInfo buffer = fx_engine_buffer (engine, b);
      FxArenaItem item = { .size = buffer.size, .first = buffer.first, .last = buffer.last };

      if (buffer.size > 0)
        g_array_append_val (items, item);
    }
  measure (name, "float", items);
  return TRUE;
}

/* Each activation from the node that makes it to the last that reads it. */
static GArray *
live_ranges (const FxGraph *graph)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  GArray *items = g_array_new (FALSE, TRUE, sizeof (FxArenaItem));

  for (FxId id = 0; id < fx_graph_n_values (graph); id++)
    {
      const FxValue *value = fx_graph_value (graph, id);
      guint first = uses->producer[id] != FX_NONE ? uses->producer[id] : 0;
      FxArenaItem item = { .first = first, .last = first };

      if (value->constant != NULL || !fx_shape_is_static (&value->shape))
        continue;
      item.size = (gsize)fx_shape_elements (&value->shape) * fx_dtype_size (value->dtype);
      for (guint32 u = uses->first[id]; u < uses->first[id + 1]; u++)
        item.last = MAX (item.last, uses->users[u]);
      if (uses->is_output[id])
        item.last = fx_graph_n_nodes (graph);
      if (item.size > 0)
        g_array_append_val (items, item);
    }
  return items;
}

static gboolean
measure_integer (const char *name, const FxGraph *graph, GError **error)
{
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", error);
  g_autoptr (FxPerf) perf = NULL;
  g_autoptr (GArray) items = NULL;
  FxMachine machine;

  if (target == NULL || !fx_machine_of_target (&machine, target, error))
    return FALSE;
  perf = fx_perf_estimate (graph, target, &machine, NULL, NULL, NULL, error);
  if (perf == NULL)
    return FALSE;
  items = live_ranges (perf->integer);
  measure (name, "integer", items);
  return TRUE;
}

static void
report (const char *name, const char *kind, GError **error)
{
  fprintf (stderr, "%s %s: %s\n", name, kind, (*error)->message);
  g_clear_error (error);
}

static void
measure_model (const char *files)
{
  g_auto (GStrv) paths = g_strsplit (files, ",", 2);
  g_autofree char *name = g_path_get_basename (paths[0]);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_model_load (paths[0], paths[1], NULL, &error);

  if (graph != NULL)
    fx_graph_infer (graph, NULL);
  if (graph == NULL || !fx_fix_apply_all (graph, NULL, NULL, NULL, &error))
    {
      report (name, "model", &error);
      return;
    }
  if (!measure_float (name, graph, &error))
    report (name, "float", &error);
  if (!measure_integer (name, graph, &error))
    report (name, "integer", &error);
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    measure_model (argv[i]);
  return 0;
}
