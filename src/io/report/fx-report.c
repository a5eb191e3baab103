/* The list of sections, and the files they make.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-report.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/fx-file.h"
#include "io/fx-report-data.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-json.h"

#include <string.h>

const FxReportSection *const fx_report_sections[] = {
  &fx_report_section_summary,   &fx_report_section_advice,      &fx_report_section_outputs, &fx_report_section_layers,
  &fx_report_section_details,   &fx_report_section_sensitivity, &fx_report_section_steps,   &fx_report_section_mixed,
  &fx_report_section_placement, &fx_report_section_board,       &fx_report_section_what_if,
};
const guint fx_n_report_sections = G_N_ELEMENTS (fx_report_sections);

const FxOutputError *
fx_report_worst_output (const FxReport *report)
{
  const FxOutputError *worst = NULL;

  for (guint i = 0; report->errors != NULL && i < report->errors->n_outputs; i++)
    {
      const FxOutputError *output = &report->errors->outputs[i];

      if (output->all.n > 0 && (worst == NULL || output->all.sqnr_db < worst->all.sqnr_db))
        worst = output;
    }
  return worst;
}

char *
fx_report_to_json (const FxReport *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "format", "fixpoint-report");
  fx_json_add_count (builder, "version", FX_REPORT_VERSION);
  for (guint i = 0; i < fx_n_report_sections; i++)
    if (fx_report_sections[i]->is_present (report))
      {
        json_builder_set_member_name (builder, fx_report_sections[i]->id);
        fx_report_sections[i]->to_json (report, builder);
      }
  json_builder_end_object (builder);
  return fx_json_to_text (builder);
}

/* ---- the page ---- */

/* A style sheet or script of the program, put into the page as it is. */
static void
append_resource (GString *out, const char *path)
{
  g_autoptr (GBytes) bytes
      = g_resource_lookup_data (fx_report_data_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert (bytes != NULL);
  g_string_append_len (out, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes));
}

/* The model without the folder it is in. */
static void
append_name (const FxReport *report, GString *out)
{
  g_autofree char *name = report->model != NULL ? g_path_get_basename (report->model) : NULL;

  fx_html_text (out, name != NULL ? name : "–");
}

static void
append_head (const FxReport *report, GString *out)
{
  /* nothing is fetched, whatever a name might say */
  /* translators: the language tag of this translation, such as fr or zh-CN */
  g_string_append_printf (out, "<!DOCTYPE html>\n<html lang=\"%s\">\n", C_ ("language", "en"));
  g_string_append (out, "<head>\n<meta charset=\"utf-8\"/>\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                        "'unsafe-inline'; script-src 'unsafe-inline'\"/>\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                        "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>");
  append_name (report, out);
  g_string_append (out, " – Fixpoint</title>\n<style>\n");
  append_resource (out, "/fixpoint/report/report.css");
  g_string_append (out, "</style>\n</head>\n<body>\n");
}

static void
append_header (const FxReport *report, GString *out)
{
  g_string_append_printf (out, "<header><p class=\"kind\">%s</p><h1><bdi>", _ ("Quantization report"));
  append_name (report, out);
  g_string_append_printf (out, "</bdi></h1>\n<nav aria-label=\"%s\">", _ ("Sections"));
  for (guint i = 0; i < fx_n_report_sections; i++)
    if (fx_report_sections[i]->is_present (report))
      g_string_append_printf (out, "<a href=\"#%s\">%s</a> ", fx_report_sections[i]->id,
                              _ (fx_report_sections[i]->title));
  g_string_append (out, "</nav></header>\n<main>\n");
}

char *
fx_report_to_html (const FxReport *report)
{
  GString *out = g_string_new (NULL);

  append_head (report, out);
  append_header (report, out);
  for (guint i = 0; i < fx_n_report_sections; i++)
    {
      const FxReportSection *section = fx_report_sections[i];

      if (!section->is_present (report))
        continue;
      g_string_append_printf (out, "<section id=\"%s\"><h2>%s</h2>\n", section->id, _ (section->title));
      section->to_html (report, out);
      g_string_append (out, "</section>\n");
    }
  g_string_append (out, "</main>\n<footer>Fixpoint " FX_VERSION "</footer>\n<script>\n");
  append_resource (out, "/fixpoint/report/report.js");
  g_string_append (out, "</script>\n</body>\n</html>\n");
  return g_string_free (out, FALSE);
}

/* ---- files ---- */

static gboolean
save (const char *text, const char *path, GError **error)
{
  return fx_file_replace_bytes (path, text, strlen (text), error) || fx_error_prefix (error, "%s", path);
}

gboolean
fx_report_save_json (const FxReport *report, const char *path, GError **error)
{
  g_autofree char *text = fx_report_to_json (report);

  return save (text, path, error);
}

gboolean
fx_report_save_html (const FxReport *report, const char *path, GError **error)
{
  g_autofree char *text = fx_report_to_html (report);

  return save (text, path, error);
}
