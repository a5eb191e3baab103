/* From a float model to what it costs on a board, without samples: the integer network is built with placeholders for
 * the ranges, which change no size.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-cost.h"
#include "core/quant/fx-quant-choice.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  FxGraph *integer; /* what was measured */
  guint n_stripped; /* nodes that fast measuring took away at its ends */
  guint n_assumed;  /* nodes of the optimized model that were taken to run on the BPU, see below */
  FxCostReport *cost;
} FxPerf;

typedef struct
{
  gboolean fast; /* nodes that the boards' tools can take away at inputs and outputs (fx_bpu_removable_types) are not
                    counted */
  FxNodeChoices nodes;
} FxPerfOptions;

/* What a board's published list does not settle (FxNodeCheck.assumed) is estimated as if the BPU took it.
 *
 * `graph` has its shapes inferred and is not changed. `options` may be NULL: all nodes, 8 bits, where the board runs
 * them by itself. NULL and *error: BAD_GRAPH if the model has errors that keep it from being converted, BAD_DATA if the
 * options name what is not there, UNSUPPORTED as the passes say, G_IO_ERROR_CANCELLED. */
FxPerf *
fx_perf_estimate (const FxGraph *graph, const FxTarget *target, const FxMachine *machine, const FxPerfOptions *options,
                  const FxProgress *progress, GCancellable *cancellable, GError **error);
void fx_perf_free (FxPerf *perf); /* accepts NULL */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxPerf, fx_perf_free)

G_END_DECLS
