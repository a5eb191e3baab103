/* What changes would do to the time of a frame.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"

#include "core/bpu/fx-what-if.h"
#include "core/fx-i18n.h"

static gboolean
is_present (const FxReport *report)
{
  return report->cost != NULL && report->what_if != NULL;
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  const GPtrArray *list = report->what_if;

  json_builder_begin_array (builder);
  for (guint i = 0; i < list->len; i++)
    {
      const FxWhatIf *entry = list->pdata[i];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "change", fx_what_if_names[entry->kind]);
      fx_json_add_string (builder, "node", entry->node);
      fx_json_add_number (builder, "saved_ms", entry->ms);
      fx_json_add_string (builder, "text", entry->text);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
to_html (const FxReport *report, GString *out)
{
  static const FxHtmlColumn columns[] = {
    { N_ ("Change"), NULL, FALSE },
    { N_ ("Node"), NULL, FALSE },
    { "ms", N_ ("what it adds to a frame; each change alone"), TRUE },
    { "%", NULL, TRUE },
  };
  const GPtrArray *list = report->what_if;
  double total = report->cost->total_ms > 0 ? report->cost->total_ms : 1;

  fx_html_table_begin (out, "What changes would do", columns, G_N_ELEMENTS (columns), FALSE);
  for (guint i = 0; i < list->len; i++)
    {
      const FxWhatIf *entry = list->pdata[i];

      g_string_append (out, "<tr>");
      fx_html_text_cell (out, entry->text);
      fx_html_name_cell (out, entry->node);
      fx_html_number_cell (out, -entry->ms, 3);
      fx_html_number_cell (out, -100 * entry->ms / total, 1);
      g_string_append (out, "</tr>\n");
    }
  fx_html_table_end (out);
}

const FxReportSection fx_report_section_what_if = { .id = "what_if",
                                                    .title = N_ ("What Changes Would Do"),
                                                    .is_present = is_present,
                                                    .to_json = to_json,
                                                    .to_html = to_html };
