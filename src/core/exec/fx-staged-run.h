/* Running a network piece by piece over several samples at once: nodes that were not reached yet may be changed in the
 * light of what the others computed.
 *
 * Of every sample the values that nodes ahead still need are kept, so that each node runs once for each sample.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/fx-sample-loop.h"

G_BEGIN_DECLS

typedef struct _FxStagedRun FxStagedRun;

/* Bytes of one sample that are kept at the same time, at most, whatever the stops. The graph is sorted and its shapes
 * are inferred; values whose shape is not static count as nothing. */
gsize fx_staged_run_bytes (const FxGraph *network);

/* Borrows `network` (sorted, shapes inferred), whose constants and attributes may be changed ahead of where it stands;
 * loads the samples. NULL and *error as the source, G_IO_ERROR_CANCELLED. */
FxStagedRun *fx_staged_run_new (const FxGraph *network, guint n_samples, FxSampleSource source, gpointer source_data,
                                guint n_threads, GCancellable *cancellable, GError **error);
void fx_staged_run_free (FxStagedRun *run); /* accepts NULL */

/* Runs all nodes before `node` that have not run yet. Stops are in rising order. FALSE and *error as fx_engine_new()
 * and fx_run_execute(). */
gboolean fx_staged_run_to (FxStagedRun *run, FxId node, GCancellable *cancellable, GError **error);

/* Of sample i, a value that the node where it stands, or one behind that, uses. NULL: there is none. Borrowed. */
FxTensor *fx_staged_run_value (const FxStagedRun *run, guint i, FxId value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxStagedRun, fx_staged_run_free)

G_END_DECLS
