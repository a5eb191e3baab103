/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-settings.h"

#define MAX_RECENT 12

gboolean
fx_settings_available (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema
      = source != NULL ? g_settings_schema_source_lookup (source, FX_APP_ID, TRUE) : NULL;

  return schema != NULL;
}

GSettings *
fx_settings_get (void)
{
  static GSettings *settings;

  if (settings == NULL)
    settings = g_settings_new (FX_APP_ID);
  return settings;
}

void
fx_settings_add_recent (const char *path)
{
  g_auto (GStrv) old = g_settings_get_strv (fx_settings_get (), "recent-files");
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  g_ptr_array_add (list, (gpointer)path);
  for (guint i = 0; old[i] != NULL && list->len < MAX_RECENT; i++)
    if (!g_str_equal (old[i], path))
      g_ptr_array_add (list, old[i]);
  g_ptr_array_add (list, NULL);
  g_settings_set_strv (fx_settings_get (), "recent-files", (const char *const *)list->pdata);
}

char *
fx_settings_sample_folder (void)
{
  const char *folder = g_getenv ("FIXPOINT_DATA_DIR");

  return g_build_filename (folder != NULL ? folder : FX_DATA_DIR, "sample", NULL);
}

char *
fx_settings_sample (void)
{
  g_autofree char *folder = fx_settings_sample_folder ();

  return g_build_filename (folder, "sample.fixpoint", NULL);
}
