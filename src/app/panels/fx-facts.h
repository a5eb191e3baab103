/* Groups of name-and-value rows, as the inspector shows them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* An AdwPreferencesGroup with a title (NULL: none). */
GtkWidget *fx_facts_new (const char *title);

/* Appends a row: a small name and below it the value; both plain text of any bytes. Returns the row. */
GtkWidget *fx_facts_add (GtkWidget *group, const char *name, const char *value);
/* The same; the value is formatted. */
GtkWidget *fx_facts_printf (GtkWidget *group, const char *name, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* A row of running text. */
GtkWidget *fx_facts_add_text (GtkWidget *group, const char *text);

/* "12.3 k", "4.56 M": a count for people. */
char *fx_facts_count (guint64 count);

G_END_DECLS
