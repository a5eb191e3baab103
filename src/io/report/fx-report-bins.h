/* The histograms of a layer in as few bins as a plot has room for, the same for the float and the quantized values.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/quant/fx-layer-error.h"

G_BEGIN_DECLS

#define FX_REPORT_MAX_BINS 128

typedef struct
{
  double low, width;                    /* bin k is low + k × width … low + (k + 1) × width */
  guint n;                              /* 0: there was nothing to count */
  double counts[2][FX_REPORT_MAX_BINS]; /* float, quantized; whole numbers */
} FxReportBins;

/* Where the quantized values are steps of a known size, every bin is a whole number of steps wide and ends in the
 * middle between two, so that steps and bins do not make a pattern. */
void fx_report_bins_fill (FxReportBins *bins, const FxLayerError *layer, const FxLayerDetail *detail);

G_END_DECLS
