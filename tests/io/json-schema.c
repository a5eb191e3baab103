/* SPDX-License-Identifier: Apache-2.0 */
#include "json-schema.h"

#include <string.h>

static const char *const known[] = { "$schema",
                                     "$defs",
                                     "$ref",
                                     "title",
                                     "type",
                                     "const",
                                     "enum",
                                     "properties",
                                     "items",
                                     "required",
                                     "additionalProperties",
                                     NULL };

static char *check (JsonObject *root, JsonObject *schema, JsonNode *node, const char *path);

static gboolean
has_type (JsonNode *node, const char *type)
{
  GType value = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (strcmp (type, "object") == 0)
    return JSON_NODE_HOLDS_OBJECT (node);
  if (strcmp (type, "array") == 0)
    return JSON_NODE_HOLDS_ARRAY (node);
  if (strcmp (type, "null") == 0)
    return JSON_NODE_HOLDS_NULL (node);
  if (strcmp (type, "string") == 0)
    return value == G_TYPE_STRING;
  if (strcmp (type, "boolean") == 0)
    return value == G_TYPE_BOOLEAN;
  if (strcmp (type, "integer") == 0)
    return value == G_TYPE_INT64;
  g_assert_cmpstr (type, ==, "number");
  return value == G_TYPE_INT64 || value == G_TYPE_DOUBLE;
}

static gboolean
one_of_types (JsonNode *types, JsonNode *node)
{
  if (JSON_NODE_HOLDS_VALUE (types))
    return has_type (node, json_node_get_string (types));
  for (guint i = 0; i < json_array_get_length (json_node_get_array (types)); i++)
    if (has_type (node, json_array_get_string_element (json_node_get_array (types), i)))
      return TRUE;
  return FALSE;
}

static gboolean
one_of_values (JsonArray *values, JsonNode *node)
{
  for (guint i = 0; i < json_array_get_length (values); i++)
    if (json_node_equal (json_array_get_element (values, i), node))
      return TRUE;
  return FALSE;
}

static char *
check_object (JsonObject *root, JsonObject *schema, JsonObject *object, const char *path)
{
  JsonObject *properties
      = json_object_has_member (schema, "properties") ? json_object_get_object_member (schema, "properties") : NULL;
  g_autoptr (GList) members = json_object_get_members (object);

  if (json_object_has_member (schema, "required"))
    {
      JsonArray *required = json_object_get_array_member (schema, "required");

      for (guint i = 0; i < json_array_get_length (required); i++)
        if (!json_object_has_member (object, json_array_get_string_element (required, i)))
          return g_strdup_printf ("%s: \"%s\" is missing", path, json_array_get_string_element (required, i));
    }
  for (GList *at = members; at != NULL; at = at->next)
    {
      g_autofree char *inner = g_strdup_printf ("%s.%s", path, (char *)at->data);
      char *wrong = NULL;

      if (properties != NULL && json_object_has_member (properties, at->data))
        wrong = check (root, json_object_get_object_member (properties, at->data),
                       json_object_get_member (object, at->data), inner);
      else if (json_object_has_member (schema, "additionalProperties"))
        wrong = g_strdup_printf ("%s is not described", inner);
      if (wrong != NULL)
        return wrong;
    }
  return NULL;
}

static char *
check_array (JsonObject *root, JsonObject *schema, JsonArray *array, const char *path)
{
  if (!json_object_has_member (schema, "items"))
    return NULL;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%u]", path, i);
      char *wrong
          = check (root, json_object_get_object_member (schema, "items"), json_array_get_element (array, i), inner);

      if (wrong != NULL)
        return wrong;
    }
  return NULL;
}

static char *
check (JsonObject *root, JsonObject *schema, JsonNode *node, const char *path)
{
  g_autoptr (GList) keywords = json_object_get_members (schema);

  for (GList *at = keywords; at != NULL; at = at->next)
    if (!g_strv_contains (known, at->data))
      return g_strdup_printf ("the schema has \"%s\", which this check does not know", (char *)at->data);
  if (json_object_has_member (schema, "$ref"))
    {
      const char *name = strrchr (json_object_get_string_member (schema, "$ref"), '/') + 1;

      return check (root, json_object_get_object_member (json_object_get_object_member (root, "$defs"), name), node,
                    path);
    }
  if (json_object_has_member (schema, "type") && !one_of_types (json_object_get_member (schema, "type"), node))
    return g_strdup_printf ("%s is of another type", path);
  if (json_object_has_member (schema, "const") && !json_node_equal (json_object_get_member (schema, "const"), node))
    return g_strdup_printf ("%s is not what it must be", path);
  if (json_object_has_member (schema, "enum") && !one_of_values (json_object_get_array_member (schema, "enum"), node))
    return g_strdup_printf ("%s is none of the values that it can be", path);
  if (JSON_NODE_HOLDS_OBJECT (node))
    return check_object (root, schema, json_node_get_object (node), path);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return check_array (root, schema, json_node_get_array (node), path);
  return NULL;
}

char *
json_schema_check (JsonNode *schema, JsonNode *node)
{
  return check (json_node_get_object (schema), json_node_get_object (schema), node, "$");
}
