/* The vendor's configuration file (YAML of hb_mapper makertbin and hb_compile): read, checked and written.
 *
 * The keys are rows of fx-config-keys.h; what a file says is kept as checked text by key. Everything that is wrong is
 * reported at once, each finding with line, section and key; a misspelt key is answered with the nearest valid one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "io/config/fx-config-keys.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FX_CONFIG_SECTION_MODEL,
  FX_CONFIG_SECTION_INPUT,
  FX_CONFIG_SECTION_CALIBRATION,
  FX_CONFIG_SECTION_COMPILER,
  FX_CONFIG_SECTION_CUSTOM_OP,
  FX_CONFIG_N_SECTIONS,
} FxConfigSection;

typedef enum
{
#define FX_CONFIG_ENUM(id, ...) FX_CONFIG_##id,
  FX_CONFIG_KEYS (FX_CONFIG_ENUM)
#undef FX_CONFIG_ENUM
      FX_CONFIG_N_KEYS,
} FxConfigKeyId;

/* Generations of marches, as bits. */
typedef enum
{
  FX_MARCH_X3 = 1,
  FX_MARCH_ULTRA = 2,
  FX_MARCH_X5 = 4,
  FX_MARCH_NASH = 8,
  FX_MARCH_ALL = 15,
} FxMarches;

typedef struct _FxConfig FxConfig;

/* A configuration without any key set. `folder` is what relative paths are meant from; NULL: the current one. */
FxConfig *fx_config_new (const char *folder);
void fx_config_free (FxConfig *config); /* accepts NULL */

/* Reads a file. NULL and *error (starting with the path) only if it cannot be read or is no YAML mapping; everything
 * else that is wrong with it is appended to `findings` (FxDiagnostic, rule "config", the message begins with the line).
 * The configuration is to be used only if no finding is an error. */
FxConfig *fx_config_load (const char *path, GPtrArray *findings, GError **error);

/* The same for text; `folder` as above. */
FxConfig *fx_config_parse (const char *text, gsize size, const char *folder, GPtrArray *findings, GError **error);

/* Whether a key was given (an empty text counts as not given), and the line that has it, 0 for one set by program. */
gboolean fx_config_is_set (const FxConfig *config, FxConfigKeyId key);
guint fx_config_line (const FxConfig *config, FxConfigKeyId key);

/* Values as text, NULL-terminated, in the order of the file; an empty list if the key is not set. "None" and missing
 * entries of per-input lists are empty texts. Borrowed. */
const char *const *fx_config_list (const FxConfig *config, FxConfigKeyId key, guint *n);
/* The only value, or the row's default; NULL if there is none. Borrowed. */
const char *fx_config_text (const FxConfig *config, FxConfigKeyId key);
gboolean fx_config_flag (const FxConfig *config, FxConfigKeyId key); /* FALSE if neither set nor defaulted */
gint64 fx_config_int (const FxConfig *config, FxConfigKeyId key);    /* 0 likewise */
double fx_config_float (const FxConfig *config, FxConfigKeyId key);  /* 0 likewise */
/* A path made absolute from the folder of the file; NULL if not set. Free it. */
char *fx_config_path (const FxConfig *config, FxConfigKeyId key, guint i);
/* The numbers of entry i, as many as *n; NULL if empty or not set. Free it. */
double *fx_config_numbers (const FxConfig *config, FxConfigKeyId key, guint i, guint *n);
/* The tree of a DICT; NULL if not set or given as text. Borrowed. */
const struct _FxYaml *fx_config_dict (const FxConfig *config, FxConfigKeyId key);

/* Inputs that the per-input lists speak of. */
guint fx_config_n_inputs (const FxConfig *config);

/* Sets a key from text as it would stand in a file; the rules are not checked. */
void fx_config_set (FxConfig *config, FxConfigKeyId key, const char *text);

/* Makes all paths absolute, so that the configuration means the same wherever it is written. */
void fx_config_make_absolute (FxConfig *config);

/* The file's text: all set keys in the order of the table, each with its line of documentation. Free it. */
char *fx_config_to_string (const FxConfig *config);
gboolean fx_config_save (const FxConfig *config, const char *path, GError **error);

/* Rules about more than one key (fx-config-rules.c), appended to `findings`; fx_config_load() has called it. */
void fx_config_check (const FxConfig *config, GPtrArray *findings);

/* Adds a finding about a key: "line 12, mean_value: …". */
void fx_config_complain (const FxConfig *config, GPtrArray *findings, gboolean is_error, FxConfigKeyId key,
                         const char *format, ...) G_GNUC_PRINTF (5, 6);

const char *fx_config_key_name (FxConfigKeyId key);
const char *fx_config_section_name (FxConfigSection section); /* "model_parameters" … */
FxMarches fx_config_march (const FxConfig *config);           /* ALL while it is not known */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxConfig, fx_config_free)

G_END_DECLS
