/* Measuring how far pairs of values of one graph are apart, over samples, as the values appear.
 *
 * Of each pair the value that comes first is kept until the other one is there, and no longer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-histogram.h"
#include "core/exec/fx-sample-loop.h"
#include "core/fx-progress.h"
#include "core/quant/fx-error-metrics.h"

G_BEGIN_DECLS

/* One side of a pair: f32, or an integer type of 8 or 16 bits that is taken as scale × (q − zero_point). */
typedef struct
{
  FxId value;
  float scale; /* of no meaning for floats */
  gint32 zero_point;
} FxPairSide;

typedef struct
{
  FxPairSide reference, other;
} FxPair;

typedef struct
{
  FxErrorSums sums;

  /* With FxPairOptions.details. */
  guint n_channels;          /* along axis 1; 0: rank below 2, too many, or not the same in all samples */
  FxErrorSums *channels;     /* [n_channels] */
  FxHistogram histograms[2]; /* of what is finite and not 0 of the reference and of the other side */
  guint64 zeros[2];          /* elements that are 0 */
} FxPairErrors;

typedef struct
{
  guint n_threads; /* samples that are worked on at once; 0: all processors */
  gsize max_bytes; /* activation memory of each; 0: the engine's own limit */
  gboolean details;
} FxPairOptions;

/* Called on a worker, never twice at once, for pair `i` with what all samples so far say: of the first sample as soon
 * as the pair is complete, then after each further sample. */
typedef void (*FxPairFunc) (guint i, const FxPairErrors *errors, gpointer user_data);

/* Runs the samples 0 … n_samples − 1 and fills results[n_pairs], which the caller clears with fx_pair_errors_clear().
 * Values that simplification of the graph takes away leave n = 0. The results do not depend on the number of threads.
 * `func` and `progress` may be NULL.
 *
 * FALSE and *error as fx_engine_new() and fx_sample_loop_run(); the results are then empty. */
gboolean fx_pair_errors_measure (const FxGraph *graph, const FxPair *pairs, guint n_pairs, guint n_samples,
                                 FxSampleSource source, gpointer source_data, const FxPairOptions *options,
                                 FxPairFunc func, gpointer user_data, FxPairErrors *results, const FxProgress *progress,
                                 GCancellable *cancellable, GError **error);

/* Frees what `results` hold; they are empty then. */
void fx_pair_errors_clear (FxPairErrors *results, guint n);

G_END_DECLS
