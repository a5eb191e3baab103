/* Between the measurement of layers and the report that it fills.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/quant/fx-layer-error.h"

G_BEGIN_DECLS

/* Layers whose details are wanted, each once: a list of their indices. */
GArray *fx_error_report_choose (const FxErrorReport *report, const FxLayerErrorOptions *options);

/* Takes the histograms over from `errors`, which were measured with FxPairOptions.details. */
void fx_layer_detail_fill (FxLayerDetail *detail, const FxLayerError *layer, FxPairErrors *errors);

G_END_DECLS
