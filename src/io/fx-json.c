/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-json.h"

#include "core/fx-error.h"

gboolean
fx_json_is_shallow (const char *text, gsize size, int most)
{
  gboolean in_string = FALSE, is_plain = TRUE;
  int depth = 0;

  for (gsize i = 0; i < size; i++)
    if (in_string && text[i] == '\\')
      i++;
    else if (is_plain && text[i] == '"')
      in_string = !in_string;
    else if (in_string)
      continue;
    else if (text[i] == '/' || text[i] == '\'')
      is_plain = FALSE;
    else if ((text[i] == '{' || text[i] == '[') && ++depth > most)
      return FALSE;
    else if (is_plain && (text[i] == '}' || text[i] == ']'))
      depth--;
  return TRUE;
}

const char *
fx_json_kind (JsonNode *node)
{
  if (node == NULL)
    return "nothing";
  if (JSON_NODE_HOLDS_OBJECT (node))
    return "an object";
  if (JSON_NODE_HOLDS_ARRAY (node))
    return "a list";
  if (JSON_NODE_HOLDS_NULL (node))
    return "null";
  return json_node_get_value_type (node) == G_TYPE_STRING    ? "a string"
         : json_node_get_value_type (node) == G_TYPE_BOOLEAN ? "true or false"
                                                             : "a number";
}

gboolean
fx_json_is_string (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

gboolean
fx_json_is_number (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
         && (json_node_get_value_type (node) == G_TYPE_INT64 || json_node_get_value_type (node) == G_TYPE_DOUBLE);
}

gboolean
fx_json_wrong (const char *member, const char *wanted, JsonNode *node, GError **error)
{
  return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is %s, wanted %s", member, fx_json_kind (node), wanted);
}

gboolean
fx_json_get_string (JsonObject *object, const char *member, gboolean required, const char **value, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  *value = NULL;
  if (node == NULL && !required)
    return TRUE;
  if (!fx_json_is_string (node))
    return fx_json_wrong (member, "a string", node, error);
  *value = json_node_get_string (node);
  return TRUE;
}

gboolean
fx_json_get_strings (JsonObject *object, const char *member, char ***value, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = json_object_get_member (object, member);
  JsonArray *list = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (node != NULL && list == NULL)
    return fx_json_wrong (member, "a list of strings", node, error);
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *element = json_array_get_element (list, i);

      if (!fx_json_is_string (element))
        return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" has %s in it, wanted a list of strings", member,
                        fx_json_kind (element));
      g_strv_builder_add (builder, json_node_get_string (element));
    }
  *value = g_strv_builder_end (builder);
  return TRUE;
}

gboolean
fx_json_get_flag (JsonObject *object, const char *member, gboolean otherwise, gboolean *value, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  *value = otherwise;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return fx_json_wrong (member, "true or false", node, error);
  *value = json_node_get_boolean (node);
  return TRUE;
}
