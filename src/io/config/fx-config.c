/* SPDX-License-Identifier: Apache-2.0 */
#include "io/config/fx-config-private.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/fx-file.h"

#include <string.h>

#define X3 FX_MARCH_X3
#define ULTRA FX_MARCH_ULTRA
#define X5 FX_MARCH_X5
#define NASH FX_MARCH_NASH
#define ALL FX_MARCH_ALL
#define ERROR TRUE
#define WARNING FALSE
#define ROW(id, section, name, type, count, allowed, allowed_nash, marches, elsewhere, otherwise, doc)                 \
  { FX_CONFIG_SECTION_##section,                                                                                       \
    name,                                                                                                              \
    FX_CONFIG_##type,                                                                                                  \
    FX_CONFIG_##count,                                                                                                 \
    allowed,                                                                                                           \
    allowed_nash,                                                                                                      \
    marches,                                                                                                           \
    elsewhere,                                                                                                         \
    otherwise,                                                                                                         \
    doc },

const FxConfigKey fx_config_keys[FX_CONFIG_N_KEYS] = { FX_CONFIG_KEYS (ROW) };

const char *
fx_config_section_name (FxConfigSection section)
{
  static const char *const names[]
      = { "model_parameters", "input_parameters", "calibration_parameters", "compiler_parameters", "custom_op" };

  return names[section];
}

const char *
fx_config_key_name (FxConfigKeyId key)
{
  return fx_config_keys[key].name;
}

FxConfig *
fx_config_new (const char *folder)
{
  FxConfig *config = g_new0 (FxConfig, 1);

  config->folder = g_canonicalize_filename (folder != NULL ? folder : ".", NULL);
  return config;
}

static void
value_clear (FxConfigValue *value)
{
  g_strfreev (value->items);
  fx_yaml_free (value->dict);
  *value = (FxConfigValue){ 0 };
}

void
fx_config_free (FxConfig *config)
{
  if (config == NULL)
    return;
  for (guint i = 0; i < FX_CONFIG_N_KEYS; i++)
    value_clear (&config->values[i]);
  g_free (config->folder);
  g_free (config);
}

gboolean
fx_config_is_set (const FxConfig *config, FxConfigKeyId key)
{
  return config->values[key].items != NULL || config->values[key].dict != NULL;
}

guint
fx_config_line (const FxConfig *config, FxConfigKeyId key)
{
  return config->values[key].line;
}

const char *const *
fx_config_list (const FxConfig *config, FxConfigKeyId key, guint *n)
{
  static const char *const empty[] = { NULL };
  const FxConfigValue *value = &config->values[key];

  if (n != NULL)
    *n = value->n_items;
  return value->items != NULL ? (const char *const *)value->items : empty;
}

const char *
fx_config_text (const FxConfig *config, FxConfigKeyId key)
{
  const FxConfigValue *value = &config->values[key];

  return value->n_items > 0 ? value->items[0] : fx_config_keys[key].otherwise;
}

gboolean
fx_config_flag (const FxConfig *config, FxConfigKeyId key)
{
  const char *text = fx_config_text (config, key);
  gboolean value = FALSE;

  return text != NULL && fx_config_parse_bool (text, &value) && value;
}

gint64
fx_config_int (const FxConfig *config, FxConfigKeyId key)
{
  const char *text = fx_config_text (config, key);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
}

double
fx_config_float (const FxConfig *config, FxConfigKeyId key)
{
  const char *text = fx_config_text (config, key);

  return text != NULL ? g_ascii_strtod (text, NULL) : 0;
}

char *
fx_config_path (const FxConfig *config, FxConfigKeyId key, guint i)
{
  const FxConfigValue *value = &config->values[key];

  if (i < value->n_items && value->items[i][0] != '\0')
    return g_canonicalize_filename (value->items[i], config->folder);
  return i == 0 && fx_config_keys[key].otherwise != NULL
             ? g_canonicalize_filename (fx_config_keys[key].otherwise, config->folder)
             : NULL;
}

double *
fx_config_numbers (const FxConfig *config, FxConfigKeyId key, guint i, guint *n)
{
  const FxConfigValue *value = &config->values[key];
  g_auto (GStrv) words = NULL;
  double *numbers;

  *n = 0;
  if (i >= value->n_items || value->items[i][0] == '\0')
    return NULL;
  words = g_strsplit_set (value->items[i], " ,\t", -1);
  numbers = g_new (double, g_strv_length (words) + 1);
  for (char **word = words; *word != NULL; word++)
    if ((*word)[0] != '\0')
      numbers[(*n)++] = g_ascii_strtod (*word, NULL);
  return numbers;
}

const FxYaml *
fx_config_dict (const FxConfig *config, FxConfigKeyId key)
{
  return config->values[key].dict;
}

guint
fx_config_n_inputs (const FxConfig *config)
{
  guint n = config->values[FX_CONFIG_INPUT_NAME].n_items;

  for (guint i = 0; n == 0 && i < FX_CONFIG_N_KEYS; i++)
    if (fx_config_keys[i].count == FX_CONFIG_INPUTS)
      n = config->values[i].n_items;
  return MAX (n, 1);
}

FxMarches
fx_config_march (const FxConfig *config)
{
  static const struct
  {
    const char *name;
    FxMarches march;
  } rows[] = { { "bernoulli2", X3 }, { "bayes", ULTRA }, { "bayes-e", X5 },
               { "nash-e", NASH },   { "nash-m", NASH }, { "nash-p", NASH } };
  const char *march = fx_config_text (config, FX_CONFIG_MARCH);

  for (guint i = 0; march != NULL && i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, march) == 0)
      return rows[i].march;
  return ALL;
}

/* "a; b ;c" → a, b, c; "None" is an empty entry of a per-input list. */
static char **
split (const FxConfigKey *key, const char *text)
{
  char **items;

  if (key->count == FX_CONFIG_ONE)
    {
      items = g_new0 (char *, 2);
      items[0] = g_strstrip (g_strdup (text));
      return items;
    }
  /* published configurations separate the words of this one key by commas */
  items = g_strsplit_set (text, key == &fx_config_keys[FX_CONFIG_OPTIMIZATION] ? ";," : ";", -1);
  for (char **item = items; *item != NULL; item++)
    {
      g_strstrip (*item);
      if (key->count == FX_CONFIG_INPUTS && strcmp (*item, "None") == 0)
        (*item)[0] = '\0';
    }
  /* "a; b;" has two entries */
  for (guint n = g_strv_length (items); n > 1 && items[n - 1][0] == '\0' && key->count == FX_CONFIG_LIST; n--)
    g_clear_pointer (&items[n - 1], g_free);
  return items;
}

void
fx_config_set (FxConfig *config, FxConfigKeyId key, const char *text)
{
  FxConfigValue *value = &config->values[key];

  value_clear (value);
  if (text == NULL || text[0] == '\0')
    return;
  value->items = split (&fx_config_keys[key], text);
  value->n_items = g_strv_length (value->items);
}

void
fx_config_complain (const FxConfig *config, GPtrArray *findings, gboolean is_error, FxConfigKeyId key,
                    const char *format, ...)
{
  guint line = config->values[key].line;
  FxDiagnostic *finding;
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (fx_translate (format), args);
  va_end (args);
  if (line > 0)
    finding = fx_diagnostics_add (findings, is_error ? FX_SEVERITY_ERROR : FX_SEVERITY_WARNING, "config", NULL, NULL,
                                  "line %u, %s: %s", line, fx_config_keys[key].name, text);
  else
    finding = fx_diagnostics_add (findings, is_error ? FX_SEVERITY_ERROR : FX_SEVERITY_WARNING, "config", NULL, NULL,
                                  "%s: %s", fx_config_keys[key].name, text);
  if (finding != NULL)
    finding->key = fx_config_keys[key].name;
}

void
fx_config_make_absolute (FxConfig *config)
{
  for (guint i = 0; i < FX_CONFIG_N_KEYS; i++)
    for (guint k = 0; fx_config_keys[i].type == FX_CONFIG_PATH && k < config->values[i].n_items; k++)
      {
        char *path = fx_config_path (config, i, k);

        if (path == NULL)
          continue;
        g_free (config->values[i].items[k]);
        config->values[i].items[k] = path;
      }
}

/* ---- writing ---- */

static void
append_value (GString *out, const FxConfigKey *key, const FxConfigValue *value)
{
  g_autoptr (GString) joined = g_string_new (NULL);

  if (value->dict != NULL)
    {
      fx_yaml_append_flow (out, value->dict);
      return;
    }
  for (guint i = 0; i < value->n_items; i++)
    g_string_append_printf (joined, "%s%s", i > 0 ? "; " : "",
                            value->items[i][0] == '\0' && key->count == FX_CONFIG_INPUTS ? "None" : value->items[i]);
  if (key->type == FX_CONFIG_BOOL)
    g_string_append (out, joined->str);
  else
    fx_yaml_append_scalar (out, joined->str);
}

char *
fx_config_to_string (const FxConfig *config)
{
  GString *out = g_string_new (NULL);

  for (guint section = 0; section < FX_CONFIG_N_SECTIONS; section++)
    {
      gboolean any = section != FX_CONFIG_SECTION_CUSTOM_OP;

      if (any)
        g_string_append_printf (out, "%s%s:\n", section > 0 ? "\n" : "", fx_config_section_name (section));
      for (guint i = 0; i < FX_CONFIG_N_KEYS; i++)
        {
          const FxConfigKey *key = &fx_config_keys[i];

          if (key->section != section || !fx_config_is_set (config, i))
            continue;
          if (!any)
            g_string_append_printf (out, "\n%s:\n", fx_config_section_name (section));
          any = TRUE;
          g_string_append_printf (out, "  # %s\n  %s: ", key->doc, key->name);
          append_value (out, key, &config->values[i]);
          g_string_append_c (out, '\n');
        }
    }
  return g_string_free (out, FALSE);
}

gboolean
fx_config_save (const FxConfig *config, const char *path, GError **error)
{
  g_autofree char *text = fx_config_to_string (config);

  return fx_file_replace_bytes (path, text, strlen (text), error) || fx_error_prefix (error, "%s", path);
}
