/* JSON that the sections of a report have in common.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/quant/fx-layer-error.h"

#include "io/fx-json-write.h"

G_BEGIN_DECLS

/* The object of a set of figures, null if nothing was compared. */
void fx_report_json_metrics (JsonBuilder *builder, const char *member, const FxErrorMetrics *metrics);

/* {"low","high"} or null. */
void fx_report_json_range (JsonBuilder *builder, const char *member, const FxRange *range);

G_END_DECLS
