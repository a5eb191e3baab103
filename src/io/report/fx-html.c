/* SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-html.h"

#include "core/fx-i18n.h"

#include <math.h>

/* Controls, and what changes the direction of the text behind it or cannot be seen. */
static gboolean
is_hidden (gunichar c)
{
  return g_unichar_iscntrl (c) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
         || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c & 0xfffe) == 0xfffe;
}

char *
fx_html_visible (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *visible = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (!is_hidden (c))
        g_string_append_unichar (visible, c);
      else
        g_string_append_printf (visible, c < 256 ? "\\x%02x" : "\\u%04x", c);
    }
  return g_string_free (visible, FALSE);
}

void
fx_html_text (GString *out, const char *text)
{
  g_autofree char *visible = text != NULL ? fx_html_visible (text) : NULL;
  g_autofree char *escaped = visible != NULL ? g_markup_escape_text (visible, -1) : NULL;

  if (escaped != NULL)
    g_string_append (out, escaped);
}

static void
append_number (GString *out, double value, const char *format)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE + 32];

  if (isnan (value))
    g_string_append (out, "–");
  else if (isinf (value))
    g_string_append (out, value > 0 ? "∞" : "−∞");
  else
    {
      g_ascii_formatd (buffer, sizeof buffer, format, value);
      g_string_append (out, buffer);
    }
}

void
fx_html_number (GString *out, double value, int digits)
{
  char format[16];

  /* beyond this the digits in front of the point would be noise */
  if (isfinite (value) && fabs (value) >= 1e9)
    {
      fx_html_significant (out, value, 4);
      return;
    }
  g_snprintf (format, sizeof format, "%%.%df", digits);
  append_number (out, value, format);
}

void
fx_html_significant (GString *out, double value, int digits)
{
  char format[16];

  g_snprintf (format, sizeof format, "%%.%dg", digits);
  append_number (out, value, format);
}

void
fx_html_paragraph (GString *out, const char *text)
{
  g_string_append (out, "<p>");
  fx_html_text (out, fx_translate (text));
  g_string_append (out, "</p>\n");
}

void
fx_html_table_begin (GString *out, const char *caption, const FxHtmlColumn *columns, guint n_columns, gboolean sortable)
{
  g_string_append_printf (out,
                          "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table%s><caption>",
                          _ (caption), sortable ? " class=\"sortable\"" : "");
  fx_html_text (out, _ (caption));
  g_string_append (out, "</caption><thead><tr>");
  for (guint i = 0; i < n_columns; i++)
    {
      g_string_append_printf (out, "<th scope=\"col\"%s", columns[i].is_number ? " class=\"n\"" : "");
      if (columns[i].hint != NULL)
        {
          g_string_append (out, " title=\"");
          fx_html_text (out, _ (columns[i].hint));
          g_string_append_c (out, '"');
        }
      g_string_append_c (out, '>');
      fx_html_text (out, _ (columns[i].title));
      g_string_append (out, "</th>");
    }
  g_string_append (out, "</tr></thead>\n<tbody>\n");
}

void
fx_html_table_end (GString *out)
{
  g_string_append (out, "</tbody></table></div>\n");
}

void
fx_html_name_cell (GString *out, const char *name)
{
  g_string_append (out, "<td><bdi>");
  fx_html_text (out, name != NULL && *name != '\0' ? name : "–");
  g_string_append (out, "</bdi></td>");
}

void
fx_html_text_cell (GString *out, const char *text)
{
  g_string_append (out, "<td>");
  fx_html_text (out, text != NULL ? text : "–");
  g_string_append (out, "</td>");
}

/* What the sorting reads: NaN comes last whatever the direction. */
static void
begin_number_cell (GString *out, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    g_string_append (out, "<td class=\"n\">");
  else
    g_string_append_printf (out, "<td class=\"n\" data-value=\"%s\">",
                            g_ascii_dtostr (buffer, sizeof buffer, CLAMP (value, -1e300, 1e300)));
}

void
fx_html_number_cell (GString *out, double value, int digits)
{
  begin_number_cell (out, value);
  fx_html_number (out, value, digits);
  g_string_append (out, "</td>");
}

void
fx_html_significant_cell (GString *out, double value, int digits)
{
  begin_number_cell (out, value);
  fx_html_significant (out, value, digits);
  g_string_append (out, "</td>");
}

void
fx_html_card (GString *out, const char *label, double value, int digits, const char *unit, const char *note,
              const char *verdict)
{
  g_string_append_printf (out, "<div class=\"card %s\"><span class=\"label\">", verdict);
  fx_html_text (out, _ (label));
  g_string_append (out, "</span><span class=\"figure\">");
  fx_html_number (out, value, digits);
  g_string_append (out, "<small>");
  fx_html_text (out, fx_translate (unit));
  g_string_append (out, "</small></span><span class=\"note\">");
  fx_html_text (out, fx_translate (note));
  g_string_append (out, "</span></div>\n");
}
