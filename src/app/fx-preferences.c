/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-preferences.h"

#include "app/fx-boards.h"
#include "app/fx-settings.h"

struct _FxPreferences
{
  AdwPreferencesWindow parent_instance;

  GtkSpinButton *threads;
  AdwComboRow *target_row, *scheme_row;
  GtkSwitch *restore_switch;
};

G_DEFINE_FINAL_TYPE (FxPreferences, fx_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static gboolean
get_target (GValue *value, GVariant *variant, G_GNUC_UNUSED gpointer data)
{
  g_value_set_uint (value, fx_boards_find (g_variant_get_string (variant, NULL)));
  return TRUE;
}

static GVariant *
set_target (const GValue *value, G_GNUC_UNUSED const GVariantType *type, G_GNUC_UNUSED gpointer data)
{
  return g_variant_new_string (fx_boards_id (g_value_get_uint (value)));
}

static gboolean
get_scheme (GValue *value, G_GNUC_UNUSED GVariant *variant, G_GNUC_UNUSED gpointer data)
{
  g_value_set_uint (value, (guint)g_settings_get_enum (fx_settings_get (), "color-scheme"));
  return TRUE;
}

static GVariant *
set_scheme (const GValue *value, G_GNUC_UNUSED const GVariantType *type, G_GNUC_UNUSED gpointer data)
{
  static const char *const nicks[] = { "system", "light", "dark" };

  return g_variant_new_string (nicks[MIN (g_value_get_uint (value), G_N_ELEMENTS (nicks) - 1)]);
}

GtkWidget *
fx_preferences_new (void)
{
  return g_object_new (FX_TYPE_PREFERENCES, NULL);
}

static void
fx_preferences_class_init (FxPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, FX_RESOURCE_PATH "/ui/fx-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, FxPreferences, threads);
  gtk_widget_class_bind_template_child (widget_class, FxPreferences, target_row);
  gtk_widget_class_bind_template_child (widget_class, FxPreferences, scheme_row);
  gtk_widget_class_bind_template_child (widget_class, FxPreferences, restore_switch);
}

static void
fx_preferences_init (FxPreferences *preferences)
{
  GSettings *settings = fx_settings_get ();
  g_autoptr (GListModel) boards = fx_boards_model ();

  gtk_widget_init_template (GTK_WIDGET (preferences));
  adw_combo_row_set_model (preferences->target_row, boards);
  g_settings_bind (settings, "threads", preferences->threads, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "restore-session", preferences->restore_switch, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (settings, "default-target", preferences->target_row, "selected",
                                G_SETTINGS_BIND_DEFAULT, get_target, set_target, NULL, NULL);
  g_settings_bind_with_mapping (settings, "color-scheme", preferences->scheme_row, "selected", G_SETTINGS_BIND_DEFAULT,
                                get_scheme, set_scheme, NULL, NULL);
}
