/* Running a model over samples and gathering the statistics of its activations.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-statistics.h"
#include "core/exec/fx-sample-loop.h"

G_BEGIN_DECLS

/* Keeps what has been gathered so far: the samples 0 … statistics->n_samples - 1. Called on a worker, never twice at
 * once; the others wait. */
typedef gboolean (*FxCalibrateKeep) (const FxStatistics *statistics, gpointer user_data, GError **error);

typedef struct
{
  guint n_threads;      /* samples that are worked on at once; 0: all processors */
  gsize max_bytes;      /* activation memory of each; 0: the engine's own limit */
  FxCalibrateKeep keep; /* NULL: nothing is kept on the way */
  gpointer keep_data;
  guint keep_every; /* samples; 0: 16 */
} FxCalibrateOptions;

/* Adds the samples from statistics->n_samples on to the statistics, which are of this graph: new ones, or those of a
 * run that was broken off, which goes on as if nothing had happened. Each sample runs on one thread and samples are
 * counted in their order, so the result does not depend on the number of threads.
 *
 * The float engine fuses what it can, except over the values that are counted: what a quantized step hides is not even
 * computed, and memory is reused, unlike with FxEngineOptions.keep_values.
 *
 * FALSE and *error: as fx_engine_new(), fx_run_execute() or the callbacks, of the first sample that fails;
 * G_IO_ERROR_CANCELLED. The statistics then hold the samples before it and can be kept and continued. */
gboolean fx_calibrate (const FxGraph *graph, FxStatistics *statistics, guint n_samples, FxSampleSource source,
                       gpointer source_data, const FxCalibrateOptions *options, const FxProgress *progress,
                       GCancellable *cancellable, GError **error);

G_END_DECLS
