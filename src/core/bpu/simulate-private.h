/* Between the parts of the simulator.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-simulate.h"
#include "core/bpu/fx-tile.h"
#include "core/exec/fx-engine.h"

G_BEGIN_DECLS

/* ---- memories (simulate-memory.c) ---- */

typedef struct
{
  const FxProgram *program;
  guint8 *bytes[FX_N_MEMORIES];
  guint64 sram_used; /* bytes of SRAM that some place takes, or that are before one */
  guint32 *tags;     /* [sram_used] what each byte belongs to; 0: nothing yet */
} FxSimMemory;

gboolean fx_sim_memory_init (FxSimMemory *memory, const FxProgram *program, GError **error);
void fx_sim_memory_clear (FxSimMemory *memory);
/* Bytes that mean nothing, and all constants in DDR. */
void fx_sim_memory_reset (FxSimMemory *memory);

/* Bytes that mean nothing where a segment of the BPU wrote in SRAM: another model may use it between two function
 * calls. What others wrote has been forgotten, so that many calls cost no more than what they write. */
void fx_sim_memory_forget (FxSimMemory *memory, const FxSegment *segment);

/* The address of a place. */
static inline guint8 *
fx_sim_memory_at (const FxSimMemory *memory, const FxPlace *place)
{
  return memory->bytes[place->memory] + place->offset;
}

/* Says what rows in SRAM are from now on; DDR is not tagged. */
void fx_sim_memory_tag (FxSimMemory *memory, const FxPlaceRows *rows);
/* FALSE and *error (BAD_DATA) if some byte of these rows is something else. */
gboolean fx_sim_memory_check (const FxSimMemory *memory, const FxPlaceRows *rows, GError **error);

/* ---- nodes on the CPU (simulate-cpu.c) ---- */

typedef struct
{
  FxEngine *engine;
  FxRun *run;
  guint n_inputs, n_outputs;
  FxId *inputs, *outputs; /* values of the program's graph */
} FxSimCpu;

FxSimCpu *fx_sim_cpu_new (const FxGraph *graph, const FxSegment *segment, guint n_threads, GCancellable *cancellable,
                          GError **error);
void fx_sim_cpu_free (FxSimCpu *cpu); /* accepts NULL */

/* `values` are those of the graph; results are put there. */
gboolean fx_sim_cpu_run (FxSimCpu *cpu, FxTensor **values, GCancellable *cancellable, GError **error);

/* ---- order (simulate-order.c) ---- */

/* [segment->n] the commands in the order in which they are to run; g_free() it. */
guint *fx_sim_order (const FxProgram *program, const FxSegment *segment, const FxSimulateOptions *options);

/* ---- commands (simulate-command.c) ---- */

/* `cut` is that of the command's node. */
gboolean fx_sim_command (FxSimMemory *memory, const FxCommand *command, const FxTileCut *cut, GError **error);

G_END_DECLS
