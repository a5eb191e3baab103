/* From YAML to the values of a configuration: sections, keys, types and ranges, each checked against its row.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/config/fx-config-private.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/fx-nearest.h"
#include "core/graph/fx-shape.h"
#include "io/fx-file.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MAX_ITEMS 4096

/* ---- one item ---- */

gboolean
fx_config_parse_bool (const char *text, gboolean *value)
{
  static const char *const yes[] = { "true", "yes", "on", NULL }, *const no[] = { "false", "no", "off", NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  *value = g_strv_contains (yes, lower);
  return *value || g_strv_contains (no, lower);
}

static const char *
allowed (const FxConfig *config, const FxConfigKey *key)
{
  return fx_config_march (config) == FX_MARCH_NASH && key->allowed_nash != NULL ? key->allowed_nash : key->allowed;
}

static gboolean
check_word (const char *item, const char *words, GError **error)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  g_autofree char *joined = g_strjoinv (", ", list);
  const char *nearest;

  if (g_strv_contains ((const char *const *)list, item))
    return TRUE;
  nearest = fx_nearest_word (item, (const char *const *)list);
  if (nearest != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is not known, did you mean \"%s\"? There are %s", item, nearest,
                    joined);
  return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is not known; there are %s", item, joined);
}

static gboolean
is_number (const char *text, double *value)
{
  char *end;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*value);
}

static gboolean
check_number (const char *item, gboolean whole, const char *range, GError **error)
{
  double value, low = -HUGE_VAL, high = HUGE_VAL;

  if (range != NULL)
    {
      g_auto (GStrv) bounds = g_strsplit (range, " ", 2);

      low = g_ascii_strtod (bounds[0], NULL);
      high = g_ascii_strtod (bounds[1], NULL);
    }
  if (!is_number (item, &value) || (whole && value != floor (value)))
    return fx_fail (error, FX_ERROR_BAD_DATA,
                    whole ? N_ ("found \"%s\", wanted a whole number") : N_ ("found \"%s\", wanted a number"), item);
  if (value < low || value > high)
    return fx_fail (error, FX_ERROR_BAD_DATA, "found %s, wanted %.12g to %.12g", item, low, high);
  return TRUE;
}

static gboolean
check_numbers (const char *item, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (item, " ,\t", -1);
  double value;

  for (char **word = words; *word != NULL; word++)
    if ((*word)[0] != '\0' && !is_number (*word, &value))
      return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" in \"%s\" is not a number", *word, item);
  return TRUE;
}

gboolean
fx_config_check_item (const FxConfig *config, FxConfigKeyId id, const char *item, GError **error)
{
  const FxConfigKey *key = &fx_config_keys[id];
  FxShape shape;
  gboolean flag;

  if (item[0] == '\0' && key->count == FX_CONFIG_INPUTS)
    return TRUE; /* nothing for this input */
  switch (key->type)
    {
    case FX_CONFIG_WORD: return check_word (item, allowed (config, key), error);
    case FX_CONFIG_BOOL:
      return fx_config_parse_bool (item, &flag)
             || fx_fail (error, FX_ERROR_BAD_DATA, "found \"%s\", wanted True or False", item);
    case FX_CONFIG_INT: return check_number (item, TRUE, allowed (config, key), error);
    case FX_CONFIG_FLOAT: return check_number (item, FALSE, allowed (config, key), error);
    case FX_CONFIG_NUMBERS: return check_numbers (item, error);
    case FX_CONFIG_SHAPE:
      return (fx_shape_parse (item, &shape, NULL) && fx_shape_is_static (&shape))
             || fx_fail (error, FX_ERROR_BAD_DATA, "found \"%s\", wanted a shape such as 1x3x224x224", item);
    default: return TRUE;
    }
}

/* ---- one key ---- */

/* A list may also be written as a YAML sequence. */
static char *
to_text (const FxYaml *yaml)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (yaml->kind == FX_YAML_SCALAR)
    return g_strdup (!yaml->quoted && (strcmp (yaml->text, "~") == 0 || strcmp (yaml->text, "null") == 0) ? ""
                                                                                                          : yaml->text);
  for (guint i = 0; i < yaml->children->len; i++)
    {
      const FxYaml *child = g_ptr_array_index (yaml->children, i);

      if (child->kind != FX_YAML_SCALAR)
        return NULL;
      g_string_append_printf (text, "%s%s", i > 0 ? ";" : "", child->text);
    }
  return g_strdup (text->str);
}

static void
check_items (FxConfig *config, FxConfigKeyId key, GPtrArray *findings)
{
  FxConfigValue *value = &config->values[key];

  for (guint i = 0; i < value->n_items; i++)
    {
      g_autoptr (GError) error = NULL;

      if (fx_config_check_item (config, key, value->items[i], &error))
        continue;
      fx_config_complain (config, findings, TRUE, key, "%s", error->message);
    }
}

/* Takes over a subtree that is a value; its place in the document becomes an empty scalar. */
static FxYaml *
steal (GPtrArray *children, guint i)
{
  FxYaml *yaml = g_ptr_array_index (children, i);

  children->pdata[i] = g_new0 (FxYaml, 1);
  return yaml;
}

static void
read_value (FxConfig *config, FxConfigKeyId id, FxYaml *parent, guint i, GPtrArray *findings)
{
  const FxConfigKey *key = &fx_config_keys[id];
  const FxYaml *yaml = g_ptr_array_index (parent->children, i);
  gboolean takes_dict = key->type == FX_CONFIG_DICT || key->type == FX_CONFIG_DICT_OR_TEXT;
  guint line = ((const FxYaml *)g_ptr_array_index (parent->keys, i))->line;
  g_autofree char *text = yaml->kind != FX_YAML_MAPPING ? to_text (yaml) : NULL;

  if (yaml->kind == FX_YAML_MAPPING && takes_dict)
    config->values[id].dict = steal (parent->children, i);
  else if (text != NULL && text[0] != '\0' && key->type != FX_CONFIG_DICT)
    fx_config_set (config, id, text);
  config->values[id].line = line;
  if (text == NULL && config->values[id].dict == NULL)
    fx_config_complain (config, findings, TRUE, id, "found a mapping or a nested list, wanted %s",
                        key->count == FX_CONFIG_ONE ? _ ("one value") : _ ("values joined by \";\""));
  else if (key->type == FX_CONFIG_DICT && text != NULL && text[0] != '\0')
    fx_config_complain (config, findings, TRUE, id, "found \"%s\", wanted a mapping such as {\"name\": \"value\"}",
                        text);
  else if (config->values[id].n_items > MAX_ITEMS)
    fx_config_complain (config, findings, TRUE, id, "has %u entries, wanted at most %d", config->values[id].n_items,
                        MAX_ITEMS);
}

/* ---- sections ---- */

static int
find_key (FxConfigSection section, const char *name)
{
  for (guint i = 0; i < FX_CONFIG_N_KEYS; i++)
    if (fx_config_keys[i].section == section && strcmp (fx_config_keys[i].name, name) == 0)
      return (int)i;
  return -1;
}

static void
complain_unknown_key (FxConfigSection section, const FxYaml *key, GPtrArray *findings)
{
  const char *names[FX_CONFIG_N_KEYS + 1] = { NULL }, *nearest;
  guint n = 0;

  for (guint i = 0; i < FX_CONFIG_N_KEYS; i++)
    {
      if (fx_config_keys[i].section == section)
        names[n++] = fx_config_keys[i].name;
      else if (strcmp (fx_config_keys[i].name, key->text) == 0)
        {
          fx_diagnostics_add (findings, FX_SEVERITY_ERROR, "config", NULL, NULL,
                              "line %u, %s: is a key of the section %s, found in %s", key->line, key->text,
                              fx_config_section_name (fx_config_keys[i].section), fx_config_section_name (section));
          return;
        }
    }
  nearest = fx_nearest_word (key->text, names);
  fx_diagnostics_add (findings, FX_SEVERITY_ERROR, "config", NULL, NULL,
                      nearest != NULL ? N_ ("line %u, %s: the section %s has no such key; did you mean \"%s\"?")
                                      : N_ ("line %u, %s: the section %s has no such key"),
                      key->line, key->text, fx_config_section_name (section), nearest);
}

static void
read_section (FxConfig *config, FxConfigSection section, FxYaml *yaml, GPtrArray *findings)
{
  if (yaml->kind == FX_YAML_SCALAR && yaml->text[0] == '\0')
    return; /* a section without keys */
  if (yaml->kind != FX_YAML_MAPPING)
    {
      fx_diagnostics_add (findings, FX_SEVERITY_ERROR, "config", NULL, NULL, "line %u, %s: wanted keys and values",
                          yaml->line, fx_config_section_name (section));
      return;
    }
  for (guint i = 0; i < yaml->children->len; i++)
    {
      const FxYaml *key = g_ptr_array_index (yaml->keys, i);
      int id = find_key (section, key->text);

      if (id >= 0)
        read_value (config, (FxConfigKeyId)id, yaml, i, findings);
      else
        complain_unknown_key (section, key, findings);
    }
}

static void
read_sections (FxConfig *config, FxYaml *yaml, GPtrArray *findings)
{
  const char *names[FX_CONFIG_N_SECTIONS + 1] = { NULL };

  for (guint section = 0; section < FX_CONFIG_N_SECTIONS; section++)
    names[section] = fx_config_section_name (section);
  for (guint i = 0; i < yaml->children->len; i++)
    {
      const FxYaml *key = g_ptr_array_index (yaml->keys, i);
      guint section = 0;
      const char *nearest;

      while (section < FX_CONFIG_N_SECTIONS && strcmp (names[section], key->text) != 0)
        section++;
      if (section < FX_CONFIG_N_SECTIONS)
        {
          read_section (config, section, g_ptr_array_index (yaml->children, i), findings);
          continue;
        }
      nearest = fx_nearest_word (key->text, names);
      fx_diagnostics_add (findings, FX_SEVERITY_ERROR, "config", NULL, NULL,
                          nearest != NULL ? N_ ("line %u: there is no section \"%s\"; did you mean \"%s\"?")
                                          : N_ ("line %u: there is no section \"%s\""),
                          key->line, key->text, nearest);
    }
}

FxConfig *
fx_config_parse (const char *text, gsize size, const char *folder, GPtrArray *findings, GError **error)
{
  g_autoptr (FxYaml) yaml = fx_yaml_parse (text, size, error);
  FxConfig *config;

  if (yaml == NULL)
    return NULL;
  if (yaml->kind != FX_YAML_MAPPING)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "line %u: wanted sections such as %s", yaml->line,
               fx_config_section_name (FX_CONFIG_SECTION_MODEL));
      return NULL;
    }
  config = fx_config_new (folder);
  read_sections (config, yaml, findings);
  /* the march says what is allowed, wherever it stands in the file */
  for (guint i = 0; i < FX_CONFIG_N_KEYS; i++)
    check_items (config, i, findings);
  fx_config_check (config, findings);
  return config;
}

FxConfig *
fx_config_load (const char *path, GPtrArray *findings, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GBytes) bytes = fx_file_map (path, error);
  FxConfig *config = NULL;
  gsize size;

  if (bytes != NULL)
    {
      const char *text = g_bytes_get_data (bytes, &size);

      config = fx_config_parse (text, size, folder, findings, error);
    }
  if (config == NULL)
    fx_error_prefix (error, "%s", path);
  return config;
}
