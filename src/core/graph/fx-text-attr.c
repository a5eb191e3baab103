/* Attributes in the text form. fx-text.h has the grammar.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-text-private.h"

#include <string.h>

#define MAX_DEPTH 32

/* A list, whose kind its first element tells: "x", 1, 1.0; an empty one is of ints. */
static gboolean
parse_list_attr (FxTextParser *parser, const char *name, FxAttr *attr, GError **error)
{
  g_autoptr (GArray) ints = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) floats = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GPtrArray) strings = g_ptr_array_new_with_free_func (g_free);
  gsize n;

  while (!fx_text_accept (parser, "]"))
    {
      fx_text_skip_space (parser);
      n = strcspn (parser->at, ",] \n");
      if (*parser->at == '"')
        {
          char *string = fx_text_name (parser, error);

          if (string == NULL)
            return FALSE;
          g_ptr_array_add (strings, string);
        }
      else if (floats->len > 0 || g_strstr_len (parser->at, (gssize)n, ".") != NULL
               || memchr (parser->at, 'e', n) != NULL || memchr (parser->at, 'n', n) != NULL)
        {
          double number;
          float value;

          if (!fx_text_double (parser, &number, error))
            return FALSE;
          value = (float)number;
          g_array_append_val (floats, value);
        }
      else
        {
          gint64 integer;

          if (!fx_text_int (parser, &integer, error))
            return FALSE;
          g_array_append_val (ints, integer);
        }
      if (!fx_text_accept (parser, ",") && !fx_text_accept (parser, "]"))
        return fx_text_fail (parser, error, "\",\" or \"]\"");
      if (parser->at[-1] == ']')
        break;
    }
  if ((ints->len > 0) + (floats->len > 0) + (strings->len > 0) > 1)
    return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: list \"%s\" mixes kinds", parser->line, name);
  if (strings->len > 0)
    *attr = fx_attr_strings (name, (const char *const *)strings->pdata, strings->len);
  else if (floats->len > 0)
    *attr = fx_attr_floats (name, (const float *)floats->data, floats->len);
  else
    *attr = fx_attr_ints (name, (const gint64 *)ints->data, ints->len);
  return TRUE;
}

static gboolean
parse_scalar_attr (FxTextParser *parser, const char *name, FxAttr *attr, GError **error)
{
  gsize n = strcspn (parser->at, ",} \n");
  double number;
  gint64 integer;

  if (memchr (parser->at, '.', n) != NULL || memchr (parser->at, 'e', n) != NULL || memchr (parser->at, 'n', n) != NULL)
    {
      if (!fx_text_double (parser, &number, error))
        return FALSE;
      *attr = fx_attr_float (name, (float)number);
      return TRUE;
    }
  if (!fx_text_int (parser, &integer, error))
    return FALSE;
  *attr = fx_attr_int (name, integer);
  return TRUE;
}

static gboolean
parse_graph_attr (FxTextParser *parser, const char *name, FxAttr *attr, GError **error)
{
  FxGraph *graph;

  if (parser->depth >= MAX_DEPTH)
    return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: subgraphs are nested over %d deep", parser->line, MAX_DEPTH);
  parser->depth++;
  graph = fx_text_graph (parser, error);
  parser->depth--;
  if (graph == NULL)
    return FALSE;
  *attr = fx_attr_take_graph (name, graph);
  return fx_text_expect (parser, "}", error) || (fx_attr_clear (attr), FALSE);
}

/* "name=value" */
static gboolean
parse_attr (FxTextParser *parser, FxGraph *graph, FxNode *node, GError **error)
{
  g_autofree char *name = fx_text_name (parser, error);
  FxAttr attr = { 0 };

  if (name == NULL || !fx_text_expect (parser, "=", error))
    return FALSE;
  fx_text_skip_space (parser);
  if (*parser->at == '"')
    {
      g_autofree char *string = fx_text_name (parser, error);

      if (string == NULL)
        return FALSE;
      attr = fx_attr_string (name, string);
    }
  else if (fx_text_accept (parser, "["))
    {
      if (!parse_list_attr (parser, name, &attr, error))
        return FALSE;
    }
  else if (fx_text_accept (parser, "{"))
    {
      if (!parse_graph_attr (parser, name, &attr, error))
        return FALSE;
    }
  else if (fx_text_accept (parser, "floats"))
    {
      attr = fx_attr_floats (name, NULL, 0);
      fx_text_accept (parser, "[");
      fx_text_accept (parser, "]");
    }
  else if (fx_text_accept (parser, "strings"))
    {
      attr = fx_attr_strings (name, NULL, 0);
      fx_text_accept (parser, "[");
      fx_text_accept (parser, "]");
    }
  else if (fx_text_accept (parser, "other"))
    attr = fx_attr_other (name);
  else if (g_ascii_isalpha (*parser->at) && strncmp (parser->at, "inf", 3) != 0 && strncmp (parser->at, "nan", 3) != 0)
    {
      FxDType dtype;
      FxShape shape;
      FxTensor *tensor;

      if (!fx_text_type (parser, graph, &dtype, &shape, error))
        return FALSE;
      tensor = fx_text_data (parser, dtype, &shape, error);
      if (tensor == NULL)
        return FALSE;
      attr = fx_attr_take_tensor (name, tensor);
    }
  else if (!parse_scalar_attr (parser, name, &attr, error))
    return FALSE;

  fx_node_take_attr (node, attr);
  return TRUE;
}

gboolean
fx_text_attrs (FxTextParser *parser, FxGraph *graph, FxNode *node, GError **error)
{
  if (fx_text_accept (parser, "}"))
    return TRUE;
  do
    if (!parse_attr (parser, graph, node, error))
      return FALSE;
  while (fx_text_accept (parser, ","));
  return fx_text_expect (parser, "}", error);
}
