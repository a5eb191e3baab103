/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-json.h"

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
