/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-facts.h"

GtkWidget *
fx_facts_new (const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  if (title != NULL)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  return group;
}

static GtkWidget *
label_new (const char *text, const char *style)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GtkWidget *label = gtk_label_new (valid);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
add_row (GtkWidget *group, GtkWidget *first, GtkWidget *second)
{
  GtkWidget *row = adw_preferences_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  g_object_set (box, "margin-start", 12, "margin-end", 12, "margin-top", 8, "margin-bottom", 8, NULL);
  gtk_box_append (GTK_BOX (box), first);
  if (second != NULL)
    gtk_box_append (GTK_BOX (box), second);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, second == NULL); /* one stop of the Tab key is enough, where a value can be copied */
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return row;
}

GtkWidget *
fx_facts_add (GtkWidget *group, const char *name, const char *value)
{
  GtkWidget *first = label_new (name, "fact-title"), *second = label_new (value, NULL);

  gtk_label_set_selectable (GTK_LABEL (second), TRUE);
  return add_row (group, first, second);
}

GtkWidget *
fx_facts_printf (GtkWidget *group, const char *name, const char *format, ...)
{
  g_autofree char *value = NULL;
  va_list args;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  return fx_facts_add (group, name, value);
}

GtkWidget *
fx_facts_add_text (GtkWidget *group, const char *text)
{
  return add_row (group, label_new (text, NULL), NULL);
}

char *
fx_facts_count (guint64 count)
{
  static const char *const units[] = { "", " k", " M", " G", " T" };
  double value = (double)count;
  guint unit = 0;

  while (value >= 1000 && unit + 1 < G_N_ELEMENTS (units))
    {
      value /= 1000;
      unit++;
    }
  return unit == 0 ? g_strdup_printf ("%" G_GUINT64_FORMAT, count) : g_strdup_printf ("%.3g%s", value, units[unit]);
}
