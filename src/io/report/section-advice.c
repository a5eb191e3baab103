/* What to try next.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "io/report/fx-advice.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"

static gboolean
is_present (const FxReport *report)
{
  return report->errors != NULL || report->accuracy_integer != NULL;
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  g_autoptr (GPtrArray) list = fx_advice_list (report);

  json_builder_begin_array (builder);
  for (guint i = 0; i < list->len; i++)
    {
      const FxAdvice *advice = list->pdata[i];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "kind", advice->kind);
      fx_json_add_string (builder, "node", advice->node);
      fx_json_add_string (builder, "text", advice->text);
      fx_json_add_string (builder, "option", advice->option);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
to_html (const FxReport *report, GString *out)
{
  g_autoptr (GPtrArray) list = fx_advice_list (report);

  g_string_append (out, "<ol class=\"advice\">\n");
  for (guint i = 0; i < list->len; i++)
    {
      const FxAdvice *advice = list->pdata[i];

      g_string_append (out, "<li>");
      if (advice->node != NULL)
        {
          g_string_append (out, "<strong><bdi>");
          fx_html_text (out, advice->node);
          g_string_append (out, "</bdi></strong> ");
        }
      fx_html_text (out, advice->text);
      if (advice->option != NULL)
        {
          g_string_append (out, " <code>");
          fx_html_text (out, advice->option);
          g_string_append (out, "</code>");
        }
      g_string_append (out, "</li>\n");
    }
  g_string_append (out, "</ol>\n");
}

const FxReportSection fx_report_section_advice = {
  .id = "advice", .title = N_ ("What to try next"), .is_present = is_present, .to_json = to_json, .to_html = to_html
};
