/* How long the compiler takes for real networks, and what its levels gain:
 *
 *   bench-compile BOARD MODEL...
 *
 * where a MODEL is a file, or two joined by a comma where weights are in a file of their own. Prints for each model and
 * level
 *   COMPILE <name> <level> <nodes> <commands> <ms> <loaded> <stored> <peak> <schedule>
 *   PLAN <name> <level> <memory> <items> <bound> <used>
 * with the processor time of fx_compile(), bytes a frame, the highest byte of SRAM in use, and the schedule's
 * milliseconds on the BPU; and of each memory with more than constants in it, what no plan can be below and what the
 * program's takes. What the board does not take is told on standard error.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench-clock.h"
#include "program-lives.h"

#include "core/bpu/fx-arena.h"
#include "core/bpu/fx-compile.h"
#include "core/bpu/fx-perf.h"
#include "core/bpu/fx-timeline.h"
#include "core/check/fx-fix.h"
#include "core/graph/fx-infer.h"
#include "io/fx-model.h"
#include "io/fx-target-file.h"

#include <stdio.h>

/* The compiler gives everything in SRAM its room some steps early, as many of these as there is room for. Which it was
 * is seen by planning again. */
static const guint early_steps[] = { 24, 8, 3, 0 };

static void
measure_plan (const char *name, guint level, const FxProgram *program, FxMemory memory)
{
  guint64 base = memory == FX_MEMORY_DDR ? program_constant_bytes (program) : 0;
  guint64 used
      = (fx_program_used_bytes (program, memory) + FX_PLACE_ALIGNMENT - 1) / FX_PLACE_ALIGNMENT * FX_PLACE_ALIGNMENT;
  guint first = memory == FX_MEMORY_DDR ? G_N_ELEMENTS (early_steps) - 1 : 0;

  for (guint i = first; i < G_N_ELEMENTS (early_steps); i++)
    {
      g_autoptr (GArray) items = program_lives (program, memory, early_steps[i]);
      FxArenaItem *list = (FxArenaItem *)(gpointer)items->data;
      guint64 bound = base + fx_arena_bound (list, items->len, FX_PLACE_ALIGNMENT);

      if (items->len == 0)
        return;
      if (i + 1 < G_N_ELEMENTS (early_steps)
          && base + fx_arena_plan (list, items->len, FX_PLACE_ALIGNMENT, NULL) > program->memory_bytes[memory])
        continue;
      printf ("PLAN %s O%u %s %u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", name, level, fx_memory_names[memory],
              items->len, bound, used);
      return;
    }
}

static gboolean
measure_level (const char *name, const FxGraph *integer, const FxTarget *target, guint level, GError **error)
{
  double begin = bench_clock_ms (CLOCK_PROCESS_CPUTIME_ID), ms;
  g_autoptr (FxProgram) program
      = fx_compile (integer, target, &(FxCompileOptions){ .level = level, .jobs = 1 }, NULL, NULL, error);
  g_autoptr (FxTimeline) timeline = NULL;

  if (program == NULL)
    return FALSE;
  ms = bench_clock_ms (CLOCK_PROCESS_CPUTIME_ID) - begin;
  timeline = fx_timeline_new (program);
  printf ("COMPILE %s O%u %u %u %.1f %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %.4f\n", name,
          level, fx_graph_n_nodes (integer), program->commands->len, ms, timeline->loaded_bytes, timeline->stored_bytes,
          timeline->sram_peak, timeline->bpu_ms);
  for (int memory = 0; memory < FX_N_MEMORIES; memory++)
    measure_plan (name, level, program, (FxMemory)memory);
  fflush (stdout);
  return TRUE;
}

static FxGraph *
load (const char *path, const char *weights, GError **error)
{
  g_autoptr (FxGraph) graph = fx_model_load (path, weights, NULL, error);

  if (graph == NULL)
    return NULL;
  fx_graph_infer (graph, NULL);
  return fx_fix_apply_all (graph, NULL, NULL, NULL, error) ? g_steal_pointer (&graph) : NULL;
}

static gboolean
measure_model (const char *files, const FxTarget *target, GError **error)
{
  g_auto (GStrv) paths = g_strsplit (files, ",", 2);
  g_autoptr (FxGraph) graph = load (paths[0], paths[1], error);
  g_autofree char *name = g_path_get_basename (paths[0]);
  g_autoptr (FxPerf) perf = NULL;
  FxMachine machine;

  if (graph == NULL || !fx_machine_of_target (&machine, target, error)
      || (perf = fx_perf_estimate (graph, target, &machine, NULL, NULL, NULL, error)) == NULL)
    return FALSE;
  for (guint level = 0; level <= FX_COMPILE_MAX_LEVEL; level++)
    if (!measure_level (name, perf->integer, target, level, error))
      return FALSE;
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTarget) target = argc > 2 ? fx_target_load (argv[1], &error) : NULL;

  if (target == NULL)
    {
      fprintf (stderr, "bench-compile: %s\n", error != NULL ? error->message : "usage: bench-compile BOARD MODEL...");
      return 2;
    }
  for (int i = 2; i < argc; i++)
    if (!measure_model (argv[i], target, &error))
      {
        fprintf (stderr, "%s: %s\n", argv[i], error->message);
        g_clear_error (&error);
      }
  return 0;
}
