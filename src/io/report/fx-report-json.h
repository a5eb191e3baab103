/* JSON that the sections of a report have in common.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/quant/fx-layer-error.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Members. Strings are made valid UTF-8, NULL is null; numbers that are not finite are null. */
void fx_report_json_string (JsonBuilder *builder, const char *member, const char *value);
void fx_report_json_number (JsonBuilder *builder, const char *member, double value);
void fx_report_json_count (JsonBuilder *builder, const char *member, guint64 value);
void fx_report_json_bool (JsonBuilder *builder, const char *member, gboolean value);

/* The object of a set of figures, null if nothing was compared. */
void fx_report_json_metrics (JsonBuilder *builder, const char *member, const FxErrorMetrics *metrics);

/* {"low","high"} or null. */
void fx_report_json_range (JsonBuilder *builder, const char *member, const FxRange *range);

/* The text of what was built, indented, ends with a newline. */
char *fx_report_json_to_text (JsonBuilder *builder);

G_END_DECLS
