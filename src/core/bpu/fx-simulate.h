/* Running a program, command by command, on modelled memories.
 *
 * SRAM and DDR begin with bytes that mean nothing. Every row in SRAM is tagged with what it is, so that a command that
 * reads something else than it should is found, and not only seen in the result. Nodes on the CPU run in float on the
 * engine, as they do around the integer network (exec/fx-engine.h), so that the outputs have the same bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-program.h"
#include "core/graph/fx-tensor.h"

G_BEGIN_DECLS

/* Which of the orders that the program allows. */
typedef enum
{
  FX_SIMULATE_IN_ORDER, /* as the commands are listed */
  FX_SIMULATE_BY_TIME,  /* as the timeline has them begin */
  FX_SIMULATE_SHUFFLED, /* any, by `seed` */
} FxSimulateOrder;

typedef struct
{
  FxSimulateOrder order;
  guint32 seed;
  guint n_threads; /* 0: all processors */
} FxSimulateOptions;

typedef struct _FxSimulator FxSimulator;

/* Prepares a program, which is verified first and must outlive the simulator. NULL and *error: BAD_DATA if it is no
 * program, else as fx_engine_new(). `options` may be NULL. */
FxSimulator *fx_simulator_new (const FxProgram *program, const FxSimulateOptions *options, GCancellable *cancellable,
                               GError **error);
void fx_simulator_free (FxSimulator *simulator); /* accepts NULL */

/* As fx_run_execute(). FALSE and *error: BAD_DATA if an input has another type or shape than the model's, or a command
 * reads what is not there; G_IO_ERROR_CANCELLED. */
gboolean fx_simulator_run (FxSimulator *simulator, FxTensor *const *inputs, FxTensor **outputs,
                           GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxSimulator, fx_simulator_free)

G_END_DECLS
