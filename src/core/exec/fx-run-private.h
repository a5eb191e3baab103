/* The state of a run, for fx-run.c and fx-dynamic.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/fx-plan.h"

G_BEGIN_DECLS

struct _FxRun
{
  FxEngine *engine;
  guint8 *arena;
  void *scratch;
  gpointer contexts[FX_N_BACKENDS];
  gpointer *states; /* [steps] of kernels */
  gpointer **shows; /* [steps][outputs] of the kernels that make values row-major for the observer; made on demand */
  void **data;      /* [buffers] where each is now */
  FxArray *dynamic; /* [buffers] DYNAMIC: what it is now; data is owned */
  gsize dynamic_bytes;
  GPtrArray *spare;  /* DYNAMIC outputs that nobody wants; owned */
  FxTensor **inputs; /* [inputs] as they were fed, aligned and widened */
  double *times_us;  /* [steps] or NULL */
  FxObserver observer;
  FxBlockObserver block_observer;
  gpointer observer_data;
};

/* What a buffer holds now. */
FxArray fx_run_array (const FxRun *run, FxId buffer);

/* Memory for a DYNAMIC buffer, or (FX_NONE) for an output that nobody wants. NULL and *error (TOO_LARGE). */
gpointer fx_run_alloc_dynamic (FxRun *run, FxId buffer, FxDType dtype, const FxShape *shape, GError **error);

gboolean fx_run_dynamic (FxRun *run, const FxStep *step, GError **error);

G_END_DECLS
