/* Writing HTML that is also well-formed XML. Whatever comes from a model or a file name goes through fx_html_text():
 * markup is escaped, bytes that are no UTF-8 are replaced, and characters that would act on the page or the text around
 * them (controls, changes of direction) are written out.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* `text` with everything that cannot be seen written out as \xNN or \uNNNN. */
char *fx_html_visible (const char *text);

/* Appends text, escaped; NULL appends nothing. */
void fx_html_text (GString *out, const char *text);

/* A paragraph, translated. */
void fx_html_paragraph (GString *out, const char *text);

/* Appends a number in the C locale with so many digits behind the point; "∞", "−∞", and "–" for NaN. */
void fx_html_number (GString *out, double value, int digits);

/* The same with so many significant digits. */
void fx_html_significant (GString *out, double value, int digits);

typedef struct
{
  const char *title;
  const char *hint;   /* explains the column; may be NULL */
  gboolean is_number; /* aligned to the right, sorted by value */
} FxHtmlColumn;

/* A table with a caption for readers that cannot see it; caption, titles and hints are translated; a click on a heading
 * sorts it if `sortable`. */
void fx_html_table_begin (GString *out, const char *caption, const FxHtmlColumn *columns, guint n_columns,
                          gboolean sortable);
void fx_html_table_end (GString *out);

/* Cells. A name is isolated from the direction of the text around it; empty ones are "–". */
void fx_html_name_cell (GString *out, const char *name);
void fx_html_text_cell (GString *out, const char *text);
void fx_html_number_cell (GString *out, double value, int digits);
void fx_html_significant_cell (GString *out, double value, int digits);

/* One figure in large, with what it is and what it rests on, translated; within an element of class "cards". `verdict`
 * is "good", "fair", "bad" or "". */
void fx_html_card (GString *out, const char *label, double value, int digits, const char *unit, const char *note,
                   const char *verdict);

G_END_DECLS
