/* SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-report-json.h"

#include <math.h>

void
fx_report_json_string (JsonBuilder *builder, const char *member, const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;

  json_builder_set_member_name (builder, member);
  if (valid != NULL)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

void
fx_report_json_number (JsonBuilder *builder, const char *member, double value)
{
  json_builder_set_member_name (builder, member);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
fx_report_json_count (JsonBuilder *builder, const char *member, guint64 value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_int_value (builder, (gint64)value);
}

void
fx_report_json_bool (JsonBuilder *builder, const char *member, gboolean value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_boolean_value (builder, value);
}

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
  fx_report_json_number (builder, "cosine", metrics->cosine);
  fx_report_json_number (builder, "sqnr_db", metrics->sqnr_db);
  fx_report_json_number (builder, "mse", metrics->mse);
  fx_report_json_number (builder, "relative_l2", metrics->relative_l2);
  fx_report_json_number (builder, "l1", metrics->l1);
  fx_report_json_number (builder, "l2", metrics->l2);
  fx_report_json_number (builder, "chebyshev", metrics->max_abs);
  fx_report_json_count (builder, "elements", metrics->n);
  fx_report_json_count (builder, "not_finite", metrics->not_finite);
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
  fx_report_json_number (builder, "low", range->low);
  fx_report_json_number (builder, "high", range->high);
  json_builder_end_object (builder);
}

char *
fx_report_json_to_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  return g_strconcat (text, "\n", NULL);
}
