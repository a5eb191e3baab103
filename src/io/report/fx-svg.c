/* SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-svg.h"

#include "core/fx-i18n.h"
#include "io/report/fx-html.h"

#include <math.h>

/* A tenth of a pixel is enough, and keeps long plots short. */
static void
append_coordinate (GString *out, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (buffer, sizeof buffer, "%.1f", isfinite (value) ? CLAMP (value, -1e6, 1e6) : 0.0);
  g_string_append (out, buffer);
}

static void
append_attribute (GString *out, const char *name, double value)
{
  g_string_append_printf (out, " %s=\"", name);
  append_coordinate (out, value);
  g_string_append_c (out, '"');
}

static void
append_title (GString *out, const char *element, const char *text)
{
  g_string_append_printf (out, "<%s>", element);
  fx_html_text (out, text);
  g_string_append_printf (out, "</%s>", element);
}

/* Ends an element whose attributes are written. */
static void
end_shape (GString *out, const char *element, const char *tooltip)
{
  if (tooltip == NULL)
    {
      g_string_append (out, "/>");
      return;
    }
  g_string_append_c (out, '>');
  append_title (out, "title", tooltip);
  g_string_append_printf (out, "</%s>", element);
}

void
fx_svg_begin (GString *out, double width, double height, const char *title, const char *description)
{
  g_string_append (out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 ");
  append_coordinate (out, width);
  g_string_append_c (out, ' ');
  append_coordinate (out, height);
  g_string_append_c (out, '"');
  append_attribute (out, "width", width);
  append_attribute (out, "height", height);
  g_string_append (out, " aria-label=\"");
  fx_html_text (out, fx_translate (title));
  g_string_append (out, "\">");
  append_title (out, "desc", fx_translate (description));
  g_string_append_c (out, '\n');
}

void
fx_svg_end (GString *out)
{
  g_string_append (out, "</svg>\n");
}

void
fx_svg_rect (GString *out, double x, double y, double width, double height, const char *class_name, const char *tooltip)
{
  g_string_append_printf (out, "<rect class=\"%s\"", class_name);
  append_attribute (out, "x", x);
  append_attribute (out, "y", y);
  append_attribute (out, "width", MAX (width, 0.0));
  append_attribute (out, "height", MAX (height, 0.0));
  end_shape (out, "rect", tooltip);
}

void
fx_svg_line (GString *out, double x1, double y1, double x2, double y2, const char *class_name, const char *tooltip)
{
  g_string_append_printf (out, "<line class=\"%s\"", class_name);
  append_attribute (out, "x1", x1);
  append_attribute (out, "y1", y1);
  append_attribute (out, "x2", x2);
  append_attribute (out, "y2", y2);
  end_shape (out, "line", tooltip);
}

void
fx_svg_circle (GString *out, double x, double y, double radius, const char *class_name, const char *tooltip)
{
  g_string_append_printf (out, "<circle class=\"%s\"", class_name);
  append_attribute (out, "cx", x);
  append_attribute (out, "cy", y);
  append_attribute (out, "r", radius);
  end_shape (out, "circle", tooltip);
}

void
fx_svg_text (GString *out, double x, double y, FxSvgAnchor anchor, const char *class_name, const char *text)
{
  static const char *const anchors[] = { "start", "middle", "end" };

  g_string_append_printf (out, "<text class=\"%s\" text-anchor=\"%s\"", class_name, anchors[anchor]);
  append_attribute (out, "x", x);
  append_attribute (out, "y", y);
  g_string_append_c (out, '>');
  fx_html_text (out, text);
  g_string_append (out, "</text>");
}

void
fx_svg_polyline (GString *out, const double *x, const double *y, guint n, const char *class_name)
{
  g_string_append_printf (out, "<path class=\"%s\" d=\"", class_name);
  for (guint i = 0; i < n; i++)
    {
      g_string_append_c (out, i > 0 ? 'L' : 'M');
      append_coordinate (out, x[i]);
      g_string_append_c (out, ' ');
      append_coordinate (out, y[i]);
    }
  g_string_append (out, "\"/>");
}

void
fx_svg_steps (GString *out, double x0, double width, double base, const double *y, guint n, gboolean outline,
              const char *class_name)
{
  g_string_append_printf (out, "<path class=\"%s\" d=\"M", class_name);
  append_coordinate (out, x0);
  g_string_append_c (out, ' ');
  append_coordinate (out, base);
  for (guint i = 0; i < n; i++)
    {
      g_string_append_c (out, 'V');
      append_coordinate (out, y[i]);
      g_string_append_c (out, 'H');
      append_coordinate (out, x0 + (i + 1) * width);
    }
  g_string_append_c (out, 'V');
  append_coordinate (out, base);
  g_string_append (out, outline ? "\"/>" : "Z\"/>");
}

void
fx_svg_group_begin (GString *out, const char *class_name, guint row, const char *tooltip)
{
  g_string_append_printf (out, "<g class=\"%s\" data-row=\"%u\">", class_name, row);
  append_title (out, "title", tooltip);
}

void
fx_svg_group_end (GString *out)
{
  g_string_append (out, "</g>\n");
}
