/* SPDX-License-Identifier: Apache-2.0 */
#include "io/config/fx-yaml.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

#include <string.h>
#include <yaml.h>

#define MAX_SIZE (1 << 20)
#define MAX_DEPTH 16
#define MAX_NODES 20000

typedef struct
{
  yaml_parser_t parser;
  yaml_event_t event; /* the current one */
  guint n_nodes;
} Reader;

void
fx_yaml_free (FxYaml *yaml)
{
  if (yaml == NULL)
    return;
  g_free (yaml->text);
  g_clear_pointer (&yaml->children, g_ptr_array_unref);
  g_clear_pointer (&yaml->keys, g_ptr_array_unref);
  g_free (yaml);
}

static guint
line_of (const yaml_event_t *event)
{
  return (guint)event->start_mark.line + 1;
}

/* Makes the next event the current one. */
static gboolean
next (Reader *reader, GError **error)
{
  yaml_event_delete (&reader->event);
  memset (&reader->event, 0, sizeof reader->event);
  if (yaml_parser_parse (&reader->parser, &reader->event))
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_DATA, "line %zu: is not YAML: %s", reader->parser.problem_mark.line + 1,
                  reader->parser.problem != NULL ? reader->parser.problem : _ ("memory is short"));
}

static FxYaml *
node_new (Reader *reader, FxYamlKind kind)
{
  FxYaml *yaml = g_new0 (FxYaml, 1);

  yaml->kind = kind;
  yaml->line = line_of (&reader->event);
  if (kind != FX_YAML_SCALAR)
    yaml->children = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_yaml_free);
  if (kind == FX_YAML_MAPPING)
    yaml->keys = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_yaml_free);
  return yaml;
}

static FxYaml *
read_scalar (Reader *reader, GError **error)
{
  const char *text = (const char *)reader->event.data.scalar.value;
  gsize length = reader->event.data.scalar.length;
  FxYaml *yaml;

  if (reader->event.data.scalar.anchor != NULL || reader->event.data.scalar.tag != NULL)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "line %u: anchors and tags are not supported", line_of (&reader->event));
      return NULL;
    }
  if (memchr (text, '\0', length) != NULL)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "line %u: the text holds a NUL character", line_of (&reader->event));
      return NULL;
    }
  yaml = node_new (reader, FX_YAML_SCALAR);
  yaml->text = g_strndup (text, length);
  yaml->quoted = reader->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
  return yaml;
}

static FxYaml *read_node (Reader *reader, guint depth, GError **error);

static gboolean
read_items (Reader *reader, FxYaml *yaml, guint depth, GError **error)
{
  while (next (reader, error))
    {
      FxYaml *child;

      if (reader->event.type == YAML_SEQUENCE_END_EVENT)
        return TRUE;
      child = read_node (reader, depth + 1, error);
      if (child == NULL)
        return FALSE;
      g_ptr_array_add (yaml->children, child);
    }
  return FALSE;
}

static gboolean
read_key (Reader *reader, FxYaml *yaml, GError **error)
{
  FxYaml *key;
  const FxYaml *earlier;

  if (reader->event.type != YAML_SCALAR_EVENT)
    return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: a key is not a plain word", line_of (&reader->event));
  key = read_scalar (reader, error);
  if (key == NULL)
    return FALSE;
  earlier = fx_yaml_find (yaml, key->text);
  g_ptr_array_add (yaml->keys, key);
  if (earlier != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: \"%s\" is given a second time, after line %u", key->line,
                    key->text, earlier->line);
  return TRUE;
}

static gboolean
read_members (Reader *reader, FxYaml *yaml, guint depth, GError **error)
{
  while (next (reader, error))
    {
      FxYaml *child;

      if (reader->event.type == YAML_MAPPING_END_EVENT)
        return TRUE;
      if (!read_key (reader, yaml, error) || !next (reader, error))
        return FALSE;
      child = read_node (reader, depth + 1, error);
      if (child == NULL)
        return FALSE;
      g_ptr_array_add (yaml->children, child);
    }
  return FALSE;
}

static gboolean
is_decorated (const yaml_event_t *event)
{
  return event->type == YAML_SEQUENCE_START_EVENT
             ? event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL
             : event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
}

static FxYaml *
read_collection (Reader *reader, guint depth, GError **error)
{
  gboolean is_mapping = reader->event.type == YAML_MAPPING_START_EVENT, ok;
  FxYaml *yaml;

  if (is_decorated (&reader->event))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "line %u: anchors and tags are not supported", line_of (&reader->event));
      return NULL;
    }
  yaml = node_new (reader, is_mapping ? FX_YAML_MAPPING : FX_YAML_SEQUENCE);
  ok = is_mapping ? read_members (reader, yaml, depth, error) : read_items (reader, yaml, depth, error);
  if (!ok)
    g_clear_pointer (&yaml, fx_yaml_free);
  return yaml;
}

/* The node that begins with the current event. */
static FxYaml *
read_node (Reader *reader, guint depth, GError **error)
{
  if (depth > MAX_DEPTH || ++reader->n_nodes > MAX_NODES)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "line %u: is nested deeper than %d or has more than %d values",
               line_of (&reader->event), MAX_DEPTH, MAX_NODES);
      return NULL;
    }
  switch (reader->event.type)
    {
    case YAML_SCALAR_EVENT: return read_scalar (reader, error);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT: return read_collection (reader, depth, error);
    default:
      fx_fail (error, FX_ERROR_BAD_DATA, "line %u: aliases (*name) are not supported", line_of (&reader->event));
      return NULL;
    }
}

/* Stream start, document start, one node, document end, stream end. */
static FxYaml *
read_document (Reader *reader, GError **error)
{
  g_autoptr (FxYaml) yaml = NULL;

  if (!next (reader, error) || !next (reader, error))
    return NULL;
  if (reader->event.type != YAML_DOCUMENT_START_EVENT)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "is empty");
      return NULL;
    }
  if (!next (reader, error))
    return NULL;
  yaml = read_node (reader, 0, error);
  if (yaml == NULL || !next (reader, error) || !next (reader, error))
    return NULL;
  if (reader->event.type != YAML_STREAM_END_EVENT)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "line %u: a second document begins; wanted one", line_of (&reader->event));
      return NULL;
    }
  return g_steal_pointer (&yaml);
}

FxYaml *
fx_yaml_parse (const char *text, gsize size, GError **error)
{
  Reader reader = { 0 };
  FxYaml *yaml;

  if (size > MAX_SIZE)
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "has %zu bytes; a configuration has at most %d", size, MAX_SIZE);
      return NULL;
    }
  if (!yaml_parser_initialize (&reader.parser))
    g_error ("out of memory");
  yaml_parser_set_input_string (&reader.parser, (const guchar *)(size > 0 ? text : ""), size);
  yaml_parser_set_encoding (&reader.parser, YAML_UTF8_ENCODING);
  yaml = read_document (&reader, error);
  yaml_event_delete (&reader.event);
  yaml_parser_delete (&reader.parser);
  return yaml;
}

const FxYaml *
fx_yaml_find (const FxYaml *mapping, const char *key)
{
  if (mapping == NULL || mapping->kind != FX_YAML_MAPPING)
    return NULL;
  for (guint i = 0; i < mapping->children->len; i++)
    if (strcmp (((const FxYaml *)g_ptr_array_index (mapping->keys, i))->text, key) == 0)
      return g_ptr_array_index (mapping->children, i);
  return NULL;
}

/* ---- writing ---- */

/* Nothing in it has a meaning of its own, in block or in flow form. */
static gboolean
is_word (const char *text)
{
  if (text[0] == '\0' || (text[0] == '-' && !g_ascii_isdigit (text[1])))
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("_./+-", *c) == NULL)
      return FALSE;
  return TRUE;
}

/* Reads back as text to those who tell types apart. */
static gboolean
is_plain (const char *text)
{
  static const char *const special[] = { "null", "true", "false", "yes", "no", "on", "off", "y", "n", NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  return is_word (text) && !g_strv_contains (special, lower);
}

static void
append_escaped (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_printf (out, "\\%c", *c);
      else if ((guchar)*c < 0x20 || *c == 0x7f)
        g_string_append_printf (out, "\\x%02X", (guchar)*c);
      else
        g_string_append_c (out, *c);
    }
  g_string_append_c (out, '"');
}

void
fx_yaml_append_scalar (GString *out, const char *text)
{
  gboolean has_control = FALSE;

  for (const char *c = text; *c != '\0'; c++)
    has_control = has_control || (guchar)*c < 0x20 || *c == 0x7f;
  if (is_plain (text))
    g_string_append (out, text);
  else if (has_control)
    append_escaped (out, text);
  else
    {
      g_auto (GStrv) parts = g_strsplit (text, "'", -1);
      g_autofree char *quoted = g_strjoinv ("''", parts);

      g_string_append_printf (out, "'%s'", quoted);
    }
}

void
fx_yaml_append_flow (GString *out, const FxYaml *yaml)
{
  if (yaml->kind == FX_YAML_SCALAR)
    {
      /* what was a word without quotes, such as true, stays one */
      if (!yaml->quoted && is_word (yaml->text))
        g_string_append (out, yaml->text);
      else
        fx_yaml_append_scalar (out, yaml->text);
      return;
    }
  g_string_append_c (out, yaml->kind == FX_YAML_MAPPING ? '{' : '[');
  for (guint i = 0; i < yaml->children->len; i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      if (yaml->kind == FX_YAML_MAPPING)
        {
          append_escaped (out, ((const FxYaml *)g_ptr_array_index (yaml->keys, i))->text);
          g_string_append (out, ": ");
        }
      fx_yaml_append_flow (out, g_ptr_array_index (yaml->children, i));
    }
  g_string_append_c (out, yaml->kind == FX_YAML_MAPPING ? '}' : ']');
}
