/* Streaming statistics of the activations of a graph: everything that range methods, equalization and bias correction
 * want to know, in one pass and in memory that does not depend on the number of samples.
 *
 * A sample is looked at into statistics of its own, which are then merged into the total. Counts, ranges and histograms
 * do not depend on the order of merging; sums do in their last bits, so samples are merged in their order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-histogram.h"
#include "core/fx-types.h"

G_BEGIN_DECLS

typedef struct
{
  FxId value; /* in the graph */
  char *name;

  guint64 count;      /* elements that are finite */
  guint64 zeros;      /* of them, how many are 0 */
  guint64 not_finite; /* NaN and infinities, which count as 0 for min, max and channels and not at all elsewhere */
  float min, max;     /* min > max: nothing was counted */
  double sum, sum_squares;
  FxHistogram histogram;      /* of what is finite and not 0 */
  double peaks, peak_squares; /* Σ of the largest magnitude of each sample that was merged, and of its square */
  guint n_seen;               /* of so many samples */

  int axis;                                     /* of the channels; -1: there are none */
  guint n_channels;                             /* 0 also while nothing was counted, and if samples differ in it */
  gboolean mixed;                               /* they did */
  float *channel_min, *channel_max;             /* [n_channels] */
  double *channel_sum, *channel_squares;        /* Σ x, Σ x² */
  guint64 *channel_zeros;                       /* how many elements are 0 */
  double *channel_peaks, *channel_peak_squares; /* Σ of the largest magnitude of each sample, and of its square */
  guint n_peaks;                                /* of so many samples: those that were merged */
  guint64 channel_count;                        /* elements of each channel, finite or not */
} FxTensorStatistics;

typedef struct
{
  guint n_samples;
  guint n_tensors;
  FxTensorStatistics *tensors;
  guint n_values;
  guint32 *tensor_of; /* [n_values] index in tensors, FX_NONE */
} FxStatistics;

/* Statistics of the values that lie between quantized steps: every float input, and every float that a node computes,
 * except
 * - what only a Relu or a Clip sees behind an operator that requantizes its result anyway: the clamp is a part of that,
 *   the value before it never exists;
 * - what an operator only moves (Reshape, Transpose, …): fx_statistics_find() finds it at what was moved.
 * The graph has inferred types and is the one to be quantized, with batch normalization folded and so on. */
FxStatistics *fx_statistics_new (const FxGraph *graph);
/* The same tensors, nothing counted. */
FxStatistics *fx_statistics_new_like (const FxStatistics *statistics);
FxStatistics *fx_statistics_copy (const FxStatistics *statistics);
void fx_statistics_free (FxStatistics *statistics); /* accepts NULL */
void fx_statistics_reset (FxStatistics *statistics);

/* The statistics that hold for a value; NULL if there are none. Those of a moved value have the channels of what was
 * moved: `moved` (may be NULL) tells. */
const FxTensorStatistics *fx_statistics_find (const FxStatistics *statistics, FxId value, gboolean *moved);

/* Adds the elements of one value, as an FxObserver shows them; other values are ignored. `scratch` is from
 * fx_statistics_scratch_new(), one for each thread. */
void fx_statistics_add (FxStatistics *statistics, FxId value, const FxArray *array, gpointer scratch);
/* The same of one whose channels lie in blocks, as an FxBlockObserver shows it; to the same bits. */
void
fx_statistics_add_blocks (FxStatistics *statistics, FxId value, const FxArray *array, gsize block, gpointer scratch);
gpointer fx_statistics_scratch_new (void);
void fx_statistics_scratch_free (gpointer scratch); /* accepts NULL */

/* Adds what `from`, with the same tensors, has counted. */
void fx_statistics_merge (FxStatistics *statistics, const FxStatistics *from);

/* Deviation of the largest magnitudes of samples; 0 unless several were merged. */
double fx_tensor_statistics_peak_deviation (const FxTensorStatistics *tensor);

/* NaN if nothing was counted. */
double fx_tensor_statistics_mean (const FxTensorStatistics *tensor);
double fx_tensor_statistics_variance (const FxTensorStatistics *tensor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxStatistics, fx_statistics_free)

G_END_DECLS
