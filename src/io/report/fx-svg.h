/* Writing SVG into an HTML page. Coordinates are CSS pixels; looks come from the classes of report.css, so that the
 * drawing follows the page into dark mode. Texts are escaped.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* `title` and `description` are what a reader that cannot see the drawing is told. */
void fx_svg_begin (GString *out, double width, double height, const char *title, const char *description);
void fx_svg_end (GString *out);

/* A shape or a group may have a tooltip; NULL: none. */
void fx_svg_rect (GString *out, double x, double y, double width, double height, const char *class_name,
                  const char *tooltip);
void
fx_svg_line (GString *out, double x1, double y1, double x2, double y2, const char *class_name, const char *tooltip);
void fx_svg_circle (GString *out, double x, double y, double radius, const char *class_name, const char *tooltip);

typedef enum
{
  FX_SVG_START,
  FX_SVG_MIDDLE,
  FX_SVG_END,
} FxSvgAnchor;

void fx_svg_text (GString *out, double x, double y, FxSvgAnchor anchor, const char *class_name, const char *text);

/* A line through points. */
void fx_svg_polyline (GString *out, const double *x, const double *y, guint n, const char *class_name);

/* The area between y = base and steps of equal width: step k spans x0 + k × width … + width and reaches y[k]. With
 * `outline` the upper edge only. */
void fx_svg_steps (GString *out, double x0, double width, double base, const double *y, guint n, gboolean outline,
                   const char *class_name);

/* Groups carry a data-row attribute: report.js connects them to the row of a table. */
void fx_svg_group_begin (GString *out, const char *class_name, guint row, const char *tooltip);
void fx_svg_group_end (GString *out);

G_END_DECLS
