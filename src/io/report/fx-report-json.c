/* SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-report-json.h"

#include <math.h>

void
fx_report_json_metrics (JsonBuilder *builder, const char *member, const FxErrorMetrics *metrics)
{
  json_builder_set_member_name (builder, member);
  if (metrics == NULL || metrics->n == 0)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  fx_json_add_number (builder, "cosine", metrics->cosine);
  fx_json_add_number (builder, "sqnr_db", metrics->sqnr_db);
  fx_json_add_number (builder, "mse", metrics->mse);
  fx_json_add_number (builder, "relative_l2", metrics->relative_l2);
  fx_json_add_number (builder, "l1", metrics->l1);
  fx_json_add_number (builder, "l2", metrics->l2);
  fx_json_add_number (builder, "chebyshev", metrics->max_abs);
  fx_json_add_count (builder, "elements", metrics->n);
  fx_json_add_count (builder, "not_finite", metrics->not_finite);
  json_builder_end_object (builder);
}

void
fx_report_json_range (JsonBuilder *builder, const char *member, const FxRange *range)
{
  json_builder_set_member_name (builder, member);
  if (range == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  fx_json_add_number (builder, "low", range->low);
  fx_json_add_number (builder, "high", range->high);
  json_builder_end_object (builder);
}
