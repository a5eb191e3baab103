/* Statements of the text form. fx-text.h has the grammar.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text-private.h"
#include "core/graph/fx-text.h"

static FxId
find_or_add_value (FxGraph *graph, const char *name)
{
  FxId id = fx_graph_find_value (graph, name);

  return id != FX_NONE ? id : fx_graph_add_value (graph, name, FX_DTYPE_UNDEFINED, &FX_SHAPE_UNKNOWN);
}

/* "%name" or "_" */
static gboolean
parse_value (FxTextParser *parser, FxGraph *graph, FxId *id, GError **error)
{
  g_autofree char *name = NULL;

  *id = FX_NONE;
  if (fx_text_accept (parser, "_"))
    return TRUE;
  if (!fx_text_expect (parser, "%", error))
    return FALSE;
  name = fx_text_name (parser, error);
  if (name == NULL)
    return FALSE;
  *id = find_or_add_value (graph, name);
  return TRUE;
}

/* "%name f32[1,2]" or "_" */
static gboolean
parse_typed_value (FxTextParser *parser, FxGraph *graph, FxId *id, GError **error)
{
  FxDType dtype;
  FxShape shape;

  if (!parse_value (parser, graph, id, error))
    return FALSE;
  if (*id == FX_NONE)
    return TRUE;
  if (!fx_text_type (parser, graph, &dtype, &shape, error))
    return FALSE;
  fx_graph_value (graph, *id)->dtype = dtype;
  fx_graph_value (graph, *id)->shape = shape;
  return TRUE;
}

static gboolean
parse_constant (FxTextParser *parser, FxGraph *graph, GError **error)
{
  FxId id;
  FxValue *value;
  FxTensor *tensor;

  if (!parse_typed_value (parser, graph, &id, error) || !fx_text_expect (parser, "=", error))
    return FALSE;
  if (id == FX_NONE || fx_graph_value (graph, id)->constant != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: a constant needs a name of its own", parser->line);
  value = fx_graph_value (graph, id);
  tensor = fx_text_data (parser, value->dtype, &value->shape, error);
  value->constant = tensor;
  return tensor != NULL;
}

static gboolean
parse_origins (FxTextParser *parser, FxNode *node, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (!fx_text_expect (parser, "[", error))
    return FALSE;
  do
    {
      g_autofree char *name = fx_text_name (parser, error);

      if (name == NULL)
        return FALSE;
      g_strv_builder_add (builder, name);
    }
  while (fx_text_accept (parser, ","));
  g_strfreev (node->origins);
  node->origins = g_strv_builder_end (builder);
  return fx_text_expect (parser, "]", error);
}

/* "domain"::Type or Type */
static gboolean
parse_op_type (FxTextParser *parser, char **domain, char **op_type, GError **error)
{
  *op_type = fx_text_name (parser, error);
  if (*op_type != NULL && g_str_has_prefix (parser->at, "::"))
    {
      *domain = g_steal_pointer (op_type);
      parser->at += 2;
      *op_type = fx_text_name (parser, error);
    }
  else
    *domain = g_strdup ("");
  return *op_type != NULL;
}

/* What follows the operands: attributes, name, version, origins, each of which may be left out. */
static gboolean
parse_node_tail (FxTextParser *parser, FxGraph *graph, FxId id, GError **error)
{
  FxNode *node = fx_graph_node (graph, id);

  if (fx_text_accept (parser, "{") && !fx_text_attrs (parser, graph, node, error))
    return FALSE;
  fx_text_skip_space (parser);
  if (*parser->at == '"')
    {
      g_autofree char *name = fx_text_name (parser, error);

      if (name == NULL)
        return FALSE;
      if (!fx_graph_rename_node (graph, id, name))
        return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: another node is called \"%s\"", parser->line, name);
    }
  fx_text_skip_space (parser);
  if (*parser->at == 'v' && g_ascii_isdigit (parser->at[1]))
    {
      gint64 version;

      parser->at++;
      if (!fx_text_int (parser, &version, error))
        return FALSE;
      node->version = (guint)CLAMP (version, 0, G_MAXINT32);
    }
  return !fx_text_accept (parser, "from") || parse_origins (parser, node, error);
}

static gboolean
parse_node (FxTextParser *parser, FxGraph *graph, GError **error)
{
  g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autoptr (GArray) inputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autofree char *domain = NULL, *op_type = NULL;
  FxId id;

  if (!fx_text_accept (parser, "="))
    {
      do
        {
          if (!parse_typed_value (parser, graph, &id, error))
            return FALSE;
          g_array_append_val (outputs, id);
        }
      while (fx_text_accept (parser, ","));
      if (!fx_text_expect (parser, "=", error))
        return FALSE;
    }
  if (!parse_op_type (parser, &domain, &op_type, error) || !fx_text_expect (parser, "(", error))
    return FALSE;
  if (!fx_text_accept (parser, ")"))
    {
      do
        {
          if (!parse_value (parser, graph, &id, error))
            return FALSE;
          g_array_append_val (inputs, id);
        }
      while (fx_text_accept (parser, ","));
      if (!fx_text_expect (parser, ")", error))
        return FALSE;
    }

  id = fx_graph_add_node (graph, op_type, domain, op_type, (guint)CLAMP (fx_graph_opset (graph, domain), 0, G_MAXINT32),
                          (const FxId *)inputs->data, inputs->len, (const FxId *)outputs->data, outputs->len);
  return parse_node_tail (parser, graph, id, error);
}

static gboolean
parse_meta (FxTextParser *parser, FxGraph *graph, GError **error)
{
  g_autofree char *key = fx_text_name (parser, error);
  g_autofree char *value = key != NULL ? fx_text_name (parser, error) : NULL;

  if (value == NULL)
    return FALSE;
  fx_graph_set_metadata (graph, key, value);
  return TRUE;
}

static gboolean
parse_opset (FxTextParser *parser, FxGraph *graph, GError **error)
{
  g_autofree char *domain = fx_text_name (parser, error);
  gint64 version;

  if (domain == NULL || !fx_text_int (parser, &version, error))
    return FALSE;
  fx_graph_set_opset (graph, domain, version);
  return TRUE;
}

static gboolean
parse_statement (FxTextParser *parser, FxGraph *graph, GError **error)
{
  FxId id;

  if (fx_text_accept (parser, "meta"))
    return parse_meta (parser, graph, error);
  if (fx_text_accept (parser, "opset"))
    return parse_opset (parser, graph, error);
  if (fx_text_accept (parser, "const"))
    return parse_constant (parser, graph, error);
  if (fx_text_accept (parser, "input"))
    {
      if (!parse_typed_value (parser, graph, &id, error))
        return FALSE;
      if (id == FX_NONE)
        return fx_text_fail (parser, error, "an input with a name");
      fx_graph_add_input (graph, id);
      return TRUE;
    }
  if (fx_text_accept (parser, "captured"))
    {
      if (!parse_typed_value (parser, graph, &id, error))
        return FALSE;
      if (id == FX_NONE)
        return fx_text_fail (parser, error, "a captured value with a name");
      fx_graph_value (graph, id)->captured = TRUE;
      return TRUE;
    }
  if (fx_text_accept (parser, "output"))
    {
      if (!parse_value (parser, graph, &id, error))
        return FALSE;
      if (id == FX_NONE)
        return fx_text_fail (parser, error, "an output with a name");
      fx_graph_add_output (graph, id);
      return TRUE;
    }
  return parse_node (parser, graph, error);
}

FxGraph *
fx_text_graph (FxTextParser *parser, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (FxGraph) graph = NULL;

  if (fx_text_accept (parser, "graph"))
    {
      name = fx_text_name (parser, error);
      if (name == NULL)
        return NULL;
    }
  graph = fx_graph_new (name != NULL ? name : "");
  for (fx_text_skip_space (parser); *parser->at != '\0' && *parser->at != '}'; fx_text_skip_space (parser))
    if (!parse_statement (parser, graph, error))
      return NULL;
  if (!fx_graph_sort (graph, error))
    return NULL;
  return g_steal_pointer (&graph);
}

FxGraph *
fx_graph_parse (const char *text, GError **error)
{
  FxTextParser parser = { .at = text, .line = 1 };
  g_autoptr (FxGraph) graph = fx_text_graph (&parser, error);

  if (graph == NULL)
    return NULL;
  if (*parser.at != '\0')
    {
      fx_text_fail (&parser, error, "the end of the graph");
      return NULL;
    }
  if (!fx_graph_verify (graph, error))
    return NULL;
  return g_steal_pointer (&graph);
}
