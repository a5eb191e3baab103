/* The table of keys and the values of a file, for the files that read, check and write them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/config/fx-config.h"
#include "io/config/fx-yaml.h"

G_BEGIN_DECLS

typedef enum
{
  FX_CONFIG_PATH,
  FX_CONFIG_TEXT,
  FX_CONFIG_WORD, /* one of `allowed` */
  FX_CONFIG_BOOL,
  FX_CONFIG_INT,
  FX_CONFIG_FLOAT,
  FX_CONFIG_SHAPE,
  FX_CONFIG_NUMBERS,
  FX_CONFIG_DICT,
  FX_CONFIG_DICT_OR_TEXT,
} FxConfigType;

typedef enum
{
  FX_CONFIG_ONE,
  FX_CONFIG_LIST,
  FX_CONFIG_INPUTS,
} FxConfigCount;

typedef struct
{
  FxConfigSection section;
  const char *name;
  FxConfigType type;
  FxConfigCount count;
  const char *allowed, *allowed_nash;
  FxMarches marches;
  gboolean elsewhere_is_error;
  const char *otherwise;
  const char *doc;
} FxConfigKey;

extern const FxConfigKey fx_config_keys[FX_CONFIG_N_KEYS];

typedef struct
{
  char **items; /* NULL: not set */
  guint n_items;
  FxYaml *dict; /* instead of items */
  guint line;
} FxConfigValue;

struct _FxConfig
{
  char *folder; /* absolute */
  FxConfigValue values[FX_CONFIG_N_KEYS];
};

/* Whether one item is a value of the key's type and range. FALSE and *error: what was found and wanted. */
gboolean fx_config_check_item (const FxConfig *config, FxConfigKeyId key, const char *item, GError **error);

/* "True", "true", … ; FALSE if it is no boolean. */
gboolean fx_config_parse_bool (const char *text, gboolean *value);

G_END_DECLS
