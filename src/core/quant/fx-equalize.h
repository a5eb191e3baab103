/* Cross-layer equalization: factors are moved between the channels of one layer and the next, so that the channels of
 * an activation, which share one scale, become of similar size, without the network computing anything else.
 *
 * Nagel, van Baalen, Blankevoort, Welling, "Data-Free Quantization Through Weight Equalization and Bias Correction",
 * ICCV 2019, equalizes the weight ranges of pairs of layers. Weights here have a scale for each output channel, so that
 * only the range of the input channels of a layer is left to balance, against the observed range of the activations, as
 * in Xiao et al., "SmoothQuant", ICML 2023. How far to go is decided by a model of the noise of both.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-statistics.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  guint n_channels; /* groups of channels that got a factor */
  double low, high; /* the factors */
} FxEqualization;

/* Rescales weights and biases of `graph`, whose statistics these are; ids stay, values may be added. The outputs stay
 * as they are up to float rounding: where a Clip lies between, on data whose channels are at most a quarter larger than
 * what was observed. The statistics no longer hold afterwards, if `result` says that anything changed. `strength` is an
 * exponent of all factors, 0 … 1: below 1, they even out less.
 * FALSE and *error: TOO_LARGE, G_IO_ERROR_CANCELLED; the graph is then not to be used any more. */
gboolean fx_equalize (FxGraph *graph, const FxStatistics *statistics, double strength, FxEqualization *result,
                      GCancellable *cancellable, GError **error);

G_END_DECLS
