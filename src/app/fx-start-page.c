/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-start-page.h"

#include "app/fx-settings.h"

#define MAX_SHOWN 5

struct _FxStartPage
{
  AdwBin parent_instance;

  AdwPreferencesGroup *recent_group;
  GtkListBox *recent_list;
};

G_DEFINE_FINAL_TYPE (FxStartPage, fx_start_page, ADW_TYPE_BIN)

static GtkWidget *
row_new (const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *shown = g_filename_display_name (folder);
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), shown);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "app.open-recent");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", path);
  return row;
}

static void
update (FxStartPage *page)
{
  g_auto (GStrv) recent = g_settings_get_strv (fx_settings_get (), "recent-files");
  GtkWidget *child;
  guint n = 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (page->recent_list))) != NULL)
    gtk_list_box_remove (page->recent_list, child);
  for (guint i = 0; recent[i] != NULL && n < MAX_SHOWN; i++)
    if (g_file_test (recent[i], G_FILE_TEST_EXISTS))
      {
        gtk_list_box_append (page->recent_list, row_new (recent[i]));
        n++;
      }
  gtk_widget_set_visible (GTK_WIDGET (page->recent_group), n > 0);
}

static void
fx_start_page_class_init (FxStartPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, FX_RESOURCE_PATH "/ui/fx-start-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FxStartPage, recent_group);
  gtk_widget_class_bind_template_child (widget_class, FxStartPage, recent_list);
}

static void
fx_start_page_init (FxStartPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
  g_signal_connect_object (fx_settings_get (), "changed::recent-files", G_CALLBACK (update), page, G_CONNECT_SWAPPED);
  update (page);
}
