/* A small YAML document as a tree that remembers lines, for messages that point at them.
 *
 * Only what configuration files need: one document of mappings, sequences and scalars. Anchors, aliases and tags are
 * refused (an alias can make a short file describe a huge tree), and so are repeated keys; size, depth and number of
 * nodes are bounded.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FX_YAML_SCALAR,
  FX_YAML_SEQUENCE,
  FX_YAML_MAPPING,
} FxYamlKind;

typedef struct _FxYaml FxYaml;

struct _FxYaml
{
  FxYamlKind kind;
  guint line;          /* counted from 1 */
  char *text;          /* SCALAR: as it stands, without quotes */
  gboolean quoted;     /* SCALAR: it was in quotes */
  GPtrArray *children; /* of FxYaml: items, or the values of a mapping */
  GPtrArray *keys;     /* MAPPING: of FxYaml, all scalars, one for each child */
};

/* NULL and *error (BAD_DATA, with the line) if `text` is not one such document. */
FxYaml *fx_yaml_parse (const char *text, gsize size, GError **error);
void fx_yaml_free (FxYaml *yaml); /* accepts NULL */

/* The value of a key of a mapping; NULL if there is none or it is no mapping. Borrowed. */
const FxYaml *fx_yaml_find (const FxYaml *mapping, const char *key);

/* Appends `text` as a scalar that reads back as the same text: plain where that is possible, else in single quotes, or
 * in double quotes with escapes for control characters. */
void fx_yaml_append_scalar (GString *out, const char *text);

/* Appends a tree in flow form on one line: {"a": {"b": c}}. */
void fx_yaml_append_flow (GString *out, const FxYaml *yaml);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxYaml, fx_yaml_free)

G_END_DECLS
