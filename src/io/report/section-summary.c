/* What was converted, how, and how much of its accuracy is left.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"
#include "io/report/fx-report.h"

#include <math.h>

static gboolean
is_present (G_GNUC_UNUSED const FxReport *report)
{
  return TRUE;
}

static void
add_accuracy (JsonBuilder *builder, const char *member, const FxEvaluation *evaluation)
{
  json_builder_set_member_name (builder, member);
  if (evaluation == NULL || evaluation->n == 0)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  fx_json_add_count (builder, "samples", evaluation->n);
  fx_json_add_count (builder, "top1_count", evaluation->top1);
  fx_json_add_count (builder, "top5_count", evaluation->top5);
  fx_json_add_number (builder, "top1_percent", fx_evaluation_percent (evaluation->top1, evaluation->n));
  fx_json_add_number (builder, "top5_percent", fx_evaluation_percent (evaluation->top5, evaluation->n));
  json_builder_end_object (builder);
}

static void
to_json (const FxReport *report, JsonBuilder *builder)
{
  const FxEvaluation *integer = report->accuracy_integer;

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "model", report->model);
  fx_json_add_string (builder, "target", report->target);
  fx_json_add_string (builder, "march", report->march);
  fx_json_add_string (builder, "method", report->method);
  fx_json_add_string (builder, "preset", report->preset);
  fx_json_add_string (builder, "dataset", report->dataset);
  fx_json_add_string (builder, "preprocess", report->preprocess);
  fx_json_add_count (builder, "calibration_samples", report->n_calibration);
  fx_json_add_count (builder, "held_out_samples", report->n_held_out);
  add_accuracy (builder, "float", report->accuracy_float);
  add_accuracy (builder, "integer", integer);
  fx_json_add_number (
      builder, "agreement_percent",
      integer != NULL && integer->n_compared > 0 ? fx_evaluation_percent (integer->agree1, integer->n_compared) : NAN);
  json_builder_end_object (builder);
}

/* ---- HTML: a few large figures, then the facts ---- */

static void
accuracy_cards (GString *out, const FxEvaluation *float_, const FxEvaluation *integer)
{
  double before = fx_evaluation_percent (float_->top1, float_->n);
  double after = fx_evaluation_percent (integer->top1, integer->n);
  g_autofree char *of_float = g_strdup_printf (_ ("%u of %u samples"), float_->top1, float_->n);
  g_autofree char *of_integer = g_strdup_printf (_ ("%u of %u samples"), integer->top1, integer->n);
  double drop = before - after;

  fx_html_card (out, "Top-1, float", before, 2, " %", of_float, "");
  fx_html_card (out, "Top-1, integer", after, 2, " %", of_integer, drop <= 1.0 ? "good" : drop <= 3.0 ? "fair" : "bad");
  fx_html_card (out, "Change", -drop, 2, N_ (" points"), N_ ("integer against float"),
                drop <= 1.0   ? "good"
                : drop <= 3.0 ? "fair"
                              : "bad");
}

static void
cards (const FxReport *report, GString *out)
{
  const FxEvaluation *integer = report->accuracy_integer;
  const FxOutputError *output = fx_report_worst_output (report);

  if (integer == NULL && output == NULL)
    return;
  g_string_append (out, "<div class=\"cards\">\n");
  if (report->accuracy_float != NULL && integer != NULL && report->accuracy_float->n > 0 && integer->n > 0)
    accuracy_cards (out, report->accuracy_float, integer);
  if (integer != NULL && integer->n_compared > 0)
    {
      g_autofree char *note
          = g_strdup_printf (_ ("same class first, %u of %u samples"), integer->agree1, integer->n_compared);

      fx_html_card (out, "Agreement", fx_evaluation_percent (integer->agree1, integer->n_compared), 1, " %", note, "");
    }
  if (output != NULL)
    {
      g_autofree char *note = g_strdup_printf (_ ("output %s"), output->name);
      double cosine = output->all.cosine;

      fx_html_card (out, "Output cosine", cosine, 6, "", note,
                    cosine >= 0.99   ? "good"
                    : cosine >= 0.95 ? "fair"
                                     : "bad");
      fx_html_card (out, "Output SQNR", output->all.sqnr_db, 1, " dB", N_ ("signal to quantization noise"), "");
    }
  g_string_append (out, "</div>\n");
}

static void
fact (GString *out, const char *label, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  g_string_append (out, "<div><dt>");
  fx_html_text (out, label);
  g_string_append (out, "</dt><dd><bdi>");
  fx_html_text (out, value);
  g_string_append (out, "</bdi></dd></div>\n");
}

static void
to_html (const FxReport *report, GString *out)
{
  g_autofree char *samples = report->n_calibration > 0
                                 ? g_strdup_printf (_ ("%u to calibrate, %u held out for measuring"),
                                                    report->n_calibration, report->n_held_out)
                                 : NULL;
  g_autofree char *target = report->target != NULL && report->march != NULL
                                ? g_strdup_printf ("%s (%s)", report->target, report->march)
                                : g_strdup (report->target);

  cards (report, out);
  g_string_append (out, "<dl class=\"facts\">\n");
  fact (out, _ ("Model"), report->model);
  fact (out, _ ("Target"), target);
  fact (out, _ ("Preset"), report->preset);
  fact (out, _ ("Ranges"), report->method);
  fact (out, _ ("Samples"), samples);
  fact (out, _ ("Data"), report->dataset);
  fact (out, _ ("Preprocessing"), report->preprocess);
  g_string_append (out, "</dl>\n");
}

const FxReportSection fx_report_section_summary
    = { .id = "summary", .title = N_ ("Summary"), .is_present = is_present, .to_json = to_json, .to_html = to_html };
