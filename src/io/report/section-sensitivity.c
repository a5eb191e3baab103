/* Which parts, quantized alone, disturb the outputs most.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"

#include <math.h>

#define MAX_SHOWN 40 /* in the page; the file has them all */

static gboolean
is_present (const FxReport *report)
{
  return report->sensitivity != NULL && report->sensitivity->n_rows > 0;
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  const FxSensitivity *sensitivity = report->sensitivity;

  json_builder_begin_object (builder);
  fx_report_json_string (builder, "kind", fx_sensitivity_kind_name (sensitivity->kind));
  fx_report_json_count (builder, "samples", sensitivity->n_samples);
  json_builder_set_member_name (builder, "ranking");
  json_builder_begin_array (builder);
  for (guint i = 0; i < sensitivity->n_rows; i++)
    {
      json_builder_begin_object (builder);
      fx_report_json_string (builder, "name", sensitivity->rows[i].name);
      fx_report_json_string (builder, "operator", sensitivity->rows[i].op_type);
      fx_report_json_metrics (builder, "error", &sensitivity->rows[i].error);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "curve");
  json_builder_begin_array (builder);
  for (guint i = 0; i < sensitivity->n_curve; i++)
    {
      json_builder_begin_object (builder);
      fx_report_json_count (builder, "quantized", i + 1);
      fx_report_json_metrics (builder, "error", &sensitivity->curve[i]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* Bars show noise: the noise power of a row against that of the worst one, as length on a scale of decibels. */
static void
bar_cell (GString *out, double sqnr_db, double worst, double best)
{
  double span = MAX (best - worst, 6.0);
  double length = isfinite (sqnr_db) ? CLAMP (100.0 * (1.0 - (sqnr_db - worst) / (span * 1.05)), 2.0, 100.0) : 0.0;

  g_string_append (out, "<td class=\"meter\"><span style=\"width:");
  fx_html_number (out, length, 1);
  g_string_append (out, "%\"></span></td>");
}

static void
to_html (const FxReport *report, GString *out)
{
  static const FxHtmlColumn columns[] = {
    { "Rank", NULL, TRUE },
    { "Name", NULL, FALSE },
    { "Operator", NULL, FALSE },
    { "Noise", "relative to the worst, in decibels", FALSE },
    { "SQNR, dB", "at the output that suffers most", TRUE },
    { "Cosine", NULL, TRUE },
  };
  const FxSensitivity *sensitivity = report->sensitivity;
  guint n = MIN (sensitivity->n_rows, MAX_SHOWN);
  double worst = sensitivity->rows[0].error.sqnr_db, best = sensitivity->rows[n - 1].error.sqnr_db;

  g_string_append (out, "<p>Each ");
  g_string_append (out, sensitivity->kind == FX_SENSITIVITY_WEIGHT       ? "node’s weights are"
                        : sensitivity->kind == FX_SENSITIVITY_ACTIVATION ? "tensor is"
                                                                         : "node is");
  g_string_append (out, " quantized alone, everything else is float; the error is that of the outputs. ");
  if (sensitivity->n_rows > n)
    g_string_append_printf (out, "The worst %u of %u are shown.", n, sensitivity->n_rows);
  g_string_append (out, "</p>\n");
  fx_html_table_begin (out, "Sensitivity, worst first", columns, G_N_ELEMENTS (columns), TRUE);
  for (guint i = 0; i < n; i++)
    {
      const FxSensitivityRow *row = &sensitivity->rows[i];

      g_string_append (out, "<tr>");
      fx_html_number_cell (out, i + 1, 0);
      fx_html_name_cell (out, row->name);
      fx_html_name_cell (out, row->op_type);
      bar_cell (out, row->error.sqnr_db, worst, isfinite (best) ? best : worst + 60.0);
      fx_html_number_cell (out, row->error.sqnr_db, 1);
      fx_html_number_cell (out, row->error.cosine, 6);
      g_string_append (out, "</tr>\n");
    }
  fx_html_table_end (out);
}

const FxReportSection fx_report_section_sensitivity
    = { .id = "sensitivity", .title = "Sensitivity", .is_present = is_present, .to_json = to_json, .to_html = to_html };
