/* The model outputs, float against quantized, and which side the error comes from.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"

static gboolean
is_present (const FxReport *report)
{
  return report->errors != NULL && report->errors->n_outputs > 0;
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->errors->n_outputs; i++)
    {
      const FxOutputError *output = &report->errors->outputs[i];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "output", output->name);
      fx_report_json_metrics (builder, "error", &output->all);
      fx_report_json_metrics (builder, "weights_only", output->has_split ? &output->weights : NULL);
      fx_report_json_metrics (builder, "activations_only", output->has_split ? &output->activations : NULL);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static gboolean
any_split (const FxErrorReport *errors)
{
  for (guint i = 0; i < errors->n_outputs; i++)
    if (errors->outputs[i].has_split)
      return TRUE;
  return FALSE;
}

static void
to_html (const FxReport *report, GString *out)
{
  static const FxHtmlColumn columns[] = {
    { N_ ("Output"), NULL, FALSE },
    { N_ ("Cosine Similarity"), N_ ("1 if both point the same way"), TRUE },
    { N_ ("L1 Distance"), N_ ("mean of the absolute differences"), TRUE },
    { N_ ("L2 Distance"), N_ ("length of the difference, divided by the number of elements"), TRUE },
    { N_ ("Chebyshev Distance"), N_ ("largest absolute difference"), TRUE },
    { "SQNR, dB", N_ ("power of the signal against that of the error"), TRUE },
    { N_ ("weights only, dB"), N_ ("SQNR with float activations"), TRUE },
    { N_ ("activations only, dB"), N_ ("SQNR with float weights"), TRUE },
  };
  gboolean split = any_split (report->errors);

  fx_html_table_begin (out, "Error of the model outputs", columns, split ? 8 : 6, FALSE);
  for (guint i = 0; i < report->errors->n_outputs; i++)
    {
      const FxOutputError *output = &report->errors->outputs[i];

      g_string_append (out, "<tr>");
      fx_html_name_cell (out, output->name);
      fx_html_number_cell (out, output->all.cosine, 6);
      fx_html_significant_cell (out, output->all.l1, 4);
      fx_html_significant_cell (out, output->all.l2, 4);
      fx_html_significant_cell (out, output->all.max_abs, 4);
      fx_html_number_cell (out, output->all.sqnr_db, 1);
      if (split)
        {
          fx_html_number_cell (out, output->weights.sqnr_db, 1);
          fx_html_number_cell (out, output->activations.sqnr_db, 1);
        }
      g_string_append (out, "</tr>\n");
    }
  fx_html_table_end (out);
}

const FxReportSection fx_report_section_outputs = {
  .id = "outputs", .title = N_ ("Model outputs"), .is_present = is_present, .to_json = to_json, .to_html = to_html
};
