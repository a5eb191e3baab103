/* The steps that were tried to make the network more accurate, and what each gained.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"

static gboolean
is_present (const FxReport *report)
{
  return report->n_steps > 0;
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->n_steps; i++)
    {
      const FxReportStep *step = &report->steps[i];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "step", step->name);
      fx_json_add_string (builder, "description", step->doc);
      fx_json_add_number (builder, "before_db", step->before_db);
      fx_json_add_number (builder, "after_db", step->after_db);
      fx_json_add_bool (builder, "kept", step->kept);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
to_html (const FxReport *report, GString *out)
{
  static const FxHtmlColumn columns[] = {
    { N_ ("Step"), NULL, FALSE },
    { N_ ("What it does"), NULL, FALSE },
    { N_ ("SQNR before, dB"), N_ ("at the outputs"), TRUE },
    { N_ ("after, dB"), NULL, TRUE },
    { N_ ("gain, dB"), NULL, TRUE },
    { N_ ("kept"), N_ ("only what helped is kept"), FALSE },
  };

  fx_html_table_begin (out, "Steps and what they gained", columns, G_N_ELEMENTS (columns), FALSE);
  for (guint i = 0; i < report->n_steps; i++)
    {
      const FxReportStep *step = &report->steps[i];

      g_string_append (out, step->kept ? "<tr>" : "<tr class=\"dim\">");
      fx_html_name_cell (out, step->name);
      fx_html_text_cell (out, fx_translate (step->doc));
      fx_html_number_cell (out, step->before_db, 2);
      fx_html_number_cell (out, step->after_db, 2);
      fx_html_number_cell (out, step->after_db - step->before_db, 2);
      fx_html_text_cell (out, step->kept ? _ ("yes") : _ ("no"));
      g_string_append (out, "</tr>\n");
    }
  fx_html_table_end (out);
}

const FxReportSection fx_report_section_steps
    = { .id = "steps", .title = N_ ("Steps"), .is_present = is_present, .to_json = to_json, .to_html = to_html };
