/* Parsing of the text form; fx-text.h has the grammar.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"

#include <errno.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_ELIDED_BYTES ((gsize)256 << 20)

typedef struct
{
  const char *at;
  guint line;
  guint depth;
} Parser;

static FxGraph *parse_graph (Parser *parser, GError **error);

static gboolean
fail (const Parser *parser, GError **error, const char *wanted)
{
  gsize n = strcspn (parser->at, "\n");
  g_autofree char *rest = g_strndup (parser->at, MIN (n, 24));
  g_autofree char *found = g_strescape (rest, NULL);

  return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: found \"%s\", wanted %s", parser->line, found, wanted);
}

/* To the next thing that is not white space or a comment. */
static void
skip_space (Parser *parser)
{
  for (; *parser->at != '\0'; parser->at++)
    {
      if (*parser->at == '#')
        parser->at += strcspn (parser->at, "\n");
      if (*parser->at == '\n')
        parser->line++;
      else if (!g_ascii_isspace (*parser->at))
        return;
    }
}

static gboolean
is_word_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("_./:+-", c) != NULL);
}

static gboolean
accept (Parser *parser, const char *literal)
{
  gsize n = strlen (literal);

  skip_space (parser);
  if (strncmp (parser->at, literal, n) != 0 || (is_word_char (literal[n - 1]) && is_word_char (parser->at[n])))
    return FALSE;
  parser->at += n;
  return TRUE;
}

static gboolean
expect (Parser *parser, const char *literal, GError **error)
{
  return accept (parser, literal) || fail (parser, error, literal);
}

/* A word or a quoted string, unescaped. */
static char *
parse_name (Parser *parser, GError **error)
{
  const char *begin;

  skip_space (parser);
  begin = parser->at;
  if (*begin == '"')
    {
      g_autofree char *quoted = NULL;

      for (parser->at++; *parser->at != '"'; parser->at++)
        {
          if (*parser->at == '\\' && parser->at[1] != '\0')
            parser->at++;
          if (*parser->at == '\0' || *parser->at == '\n')
            {
              fail (parser, error, "the end of a string");
              return NULL;
            }
        }
      quoted = g_strndup (begin + 1, (gsize)(parser->at - begin - 1));
      parser->at++;
      return g_strcompress (quoted);
    }
  while (is_word_char (*parser->at))
    parser->at++;
  if (parser->at == begin)
    {
      fail (parser, error, "a name");
      return NULL;
    }
  return g_strndup (begin, (gsize)(parser->at - begin));
}

static gboolean
parse_int (Parser *parser, gint64 *value, GError **error)
{
  char *end;

  skip_space (parser);
  errno = 0;
  *value = g_ascii_strtoll (parser->at, &end, 10);
  if (end == parser->at)
    return fail (parser, error, "an integer");
  if (errno == ERANGE) /* the upper half of u64; converting wraps it back */
    *value = (gint64)g_ascii_strtoull (parser->at, &end, 10);
  parser->at = end;
  return TRUE;
}

static gboolean
parse_double (Parser *parser, double *value, GError **error)
{
  char *end;

  skip_space (parser);
  *value = g_ascii_strtod (parser->at, &end);
  if (end == parser->at)
    return fail (parser, error, "a number");
  parser->at = end;
  return TRUE;
}

static gboolean
parse_dim (Parser *parser, FxGraph *graph, gint64 *dim, GError **error)
{
  skip_space (parser);
  if (g_ascii_isdigit (*parser->at))
    return parse_int (parser, dim, error) && (*dim >= 0 || fail (parser, error, "a size"));
  if (accept (parser, "?"))
    *dim = FX_DIM_UNKNOWN;
  else
    {
      g_autofree char *symbol = NULL;

      if (*parser->at != '"' && *parser->at != '_' && !g_ascii_isalpha (*parser->at))
        return fail (parser, error, "a size, a symbol or \"?\"");
      symbol = parse_name (parser, error);
      if (symbol == NULL)
        return FALSE;
      *dim = fx_graph_symbol (graph, symbol);
    }
  return TRUE;
}

/* "f32[1,N,?]" */
static gboolean
parse_type (Parser *parser, FxGraph *graph, FxDType *dtype, FxShape *shape, GError **error)
{
  skip_space (parser);
  if (accept (parser, "?"))
    *dtype = FX_DTYPE_UNDEFINED;
  else
    {
      g_autofree char *name = parse_name (parser, error);

      if (name == NULL)
        return FALSE;
      *dtype = fx_dtype_from_name (name);
      if (*dtype == FX_DTYPE_UNDEFINED)
        return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: \"%s\" is no element type", parser->line, name);
    }

  *shape = FX_SHAPE_SCALAR;
  if (!expect (parser, "[", error))
    return FALSE;
  if (accept (parser, "]"))
    return TRUE;
  if (accept (parser, "*"))
    {
      *shape = FX_SHAPE_UNKNOWN;
      return expect (parser, "]", error);
    }
  do
    {
      if (shape->rank == FX_MAX_RANK)
        return fail (parser, error, "at most 8 dimensions");
      if (!parse_dim (parser, graph, &shape->dims[shape->rank++], error))
        return FALSE;
    }
  while (accept (parser, ","));
  return expect (parser, "]", error);
}

static FxTensor *
parse_elided (Parser *parser, FxDType dtype, const FxShape *shape, GError **error)
{
  g_autofree char *hash = parse_name (parser, error);
  gsize elements;
  void *data;

  if (hash == NULL)
    return NULL;
  if (fx_shape_count (shape, &elements) && elements * fx_dtype_size (dtype) > MAX_ELIDED_BYTES)
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "line %u: an elided constant of %zu elements is too large", parser->line,
               elements);
      return NULL;
    }
  return fx_tensor_new_alloc (dtype, shape, &data, error);
}

/* "[1,2,3]" or "elided 0x…" */
static FxTensor *
parse_data (Parser *parser, FxDType dtype, const FxShape *shape, GError **error)
{
  gboolean is_float = fx_dtype_in (dtype, FX_TYPES_FLOAT);
  FxArray from = { is_float ? FX_DTYPE_DOUBLE : FX_DTYPE_INT64, *shape, NULL }, to;
  g_autoptr (GArray) elements = g_array_new (FALSE, FALSE, 8);
  g_autoptr (FxTensor) tensor = NULL;
  gsize wanted;
  void *data;

  if (accept (parser, "elided"))
    return parse_elided (parser, dtype, shape, error);
  if (!fx_shape_count (shape, &wanted))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "line %u: data needs a shape of numbers", parser->line);
      return NULL;
    }
  if (!expect (parser, "[", error))
    return NULL;
  while (!accept (parser, "]"))
    {
      double number = 0;
      gint64 integer = 0;

      if (elements->len > 0 && !expect (parser, ",", error))
        return NULL;
      if (!(is_float ? parse_double (parser, &number, error) : parse_int (parser, &integer, error)))
        return NULL;
      g_array_append_vals (elements, is_float ? (gconstpointer)&number : (gconstpointer)&integer, 1);
    }
  if (elements->len != wanted)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "line %u: found %u elements, wanted %zu", parser->line, elements->len, wanted);
      return NULL;
    }
  tensor = fx_tensor_new_alloc (dtype, shape, &data, error);
  if (tensor == NULL)
    return NULL;
  from.data = elements->data;
  to = fx_tensor_array (tensor);
  fx_array_convert (&from, &to);
  return g_steal_pointer (&tensor);
}

static FxId
find_or_add_value (FxGraph *graph, const char *name)
{
  FxId id = fx_graph_find_value (graph, name);

  return id != FX_NONE ? id : fx_graph_add_value (graph, name, FX_DTYPE_UNDEFINED, &FX_SHAPE_UNKNOWN);
}

/* "%name" or "_" */
static gboolean
parse_value (Parser *parser, FxGraph *graph, FxId *id, GError **error)
{
  g_autofree char *name = NULL;

  *id = FX_NONE;
  if (accept (parser, "_"))
    return TRUE;
  if (!expect (parser, "%", error))
    return FALSE;
  name = parse_name (parser, error);
  if (name == NULL)
    return FALSE;
  *id = find_or_add_value (graph, name);
  return TRUE;
}

/* "%name f32[1,2]" or "_" */
static gboolean
parse_typed_value (Parser *parser, FxGraph *graph, FxId *id, GError **error)
{
  FxDType dtype;
  FxShape shape;

  if (!parse_value (parser, graph, id, error))
    return FALSE;
  if (*id == FX_NONE)
    return TRUE;
  if (!parse_type (parser, graph, &dtype, &shape, error))
    return FALSE;
  fx_graph_value (graph, *id)->dtype = dtype;
  fx_graph_value (graph, *id)->shape = shape;
  return TRUE;
}

static gboolean
parse_constant (Parser *parser, FxGraph *graph, GError **error)
{
  FxId id;
  FxValue *value;
  FxTensor *tensor;

  if (!parse_typed_value (parser, graph, &id, error) || !expect (parser, "=", error))
    return FALSE;
  if (id == FX_NONE || fx_graph_value (graph, id)->constant != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: a constant needs a name of its own", parser->line);
  value = fx_graph_value (graph, id);
  tensor = parse_data (parser, value->dtype, &value->shape, error);
  value->constant = tensor;
  return tensor != NULL;
}

/* A list, whose kind its first element tells: "x", 1, 1.0; an empty one is of ints. */
static gboolean
parse_list_attr (Parser *parser, const char *name, FxAttr *attr, GError **error)
{
  g_autoptr (GArray) ints = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) floats = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GPtrArray) strings = g_ptr_array_new_with_free_func (g_free);
  gsize n;

  while (!accept (parser, "]"))
    {
      skip_space (parser);
      n = strcspn (parser->at, ",] \n");
      if (*parser->at == '"')
        {
          char *string = parse_name (parser, error);

          if (string == NULL)
            return FALSE;
          g_ptr_array_add (strings, string);
        }
      else if (floats->len > 0 || g_strstr_len (parser->at, (gssize)n, ".") != NULL
               || memchr (parser->at, 'e', n) != NULL || memchr (parser->at, 'n', n) != NULL)
        {
          double number;
          float value;

          if (!parse_double (parser, &number, error))
            return FALSE;
          value = (float)number;
          g_array_append_val (floats, value);
        }
      else
        {
          gint64 integer;

          if (!parse_int (parser, &integer, error))
            return FALSE;
          g_array_append_val (ints, integer);
        }
      if (!accept (parser, ",") && !accept (parser, "]"))
        return fail (parser, error, "\",\" or \"]\"");
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
parse_scalar_attr (Parser *parser, const char *name, FxAttr *attr, GError **error)
{
  gsize n = strcspn (parser->at, ",} \n");
  double number;
  gint64 integer;

  if (memchr (parser->at, '.', n) != NULL || memchr (parser->at, 'e', n) != NULL || memchr (parser->at, 'n', n) != NULL)
    {
      if (!parse_double (parser, &number, error))
        return FALSE;
      *attr = fx_attr_float (name, (float)number);
      return TRUE;
    }
  if (!parse_int (parser, &integer, error))
    return FALSE;
  *attr = fx_attr_int (name, integer);
  return TRUE;
}

static gboolean
parse_graph_attr (Parser *parser, const char *name, FxAttr *attr, GError **error)
{
  FxGraph *graph;

  if (parser->depth >= MAX_DEPTH)
    return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: subgraphs are nested over %d deep", parser->line, MAX_DEPTH);
  parser->depth++;
  graph = parse_graph (parser, error);
  parser->depth--;
  if (graph == NULL)
    return FALSE;
  *attr = fx_attr_take_graph (name, graph);
  return expect (parser, "}", error) || (fx_attr_clear (attr), FALSE);
}

/* "name=value" */
static gboolean
parse_attr (Parser *parser, FxGraph *graph, FxNode *node, GError **error)
{
  g_autofree char *name = parse_name (parser, error);
  FxAttr attr = { 0 };

  if (name == NULL || !expect (parser, "=", error))
    return FALSE;
  skip_space (parser);
  if (*parser->at == '"')
    {
      g_autofree char *string = parse_name (parser, error);

      if (string == NULL)
        return FALSE;
      attr = fx_attr_string (name, string);
    }
  else if (accept (parser, "["))
    {
      if (!parse_list_attr (parser, name, &attr, error))
        return FALSE;
    }
  else if (accept (parser, "{"))
    {
      if (!parse_graph_attr (parser, name, &attr, error))
        return FALSE;
    }
  else if (accept (parser, "floats"))
    {
      attr = fx_attr_floats (name, NULL, 0);
      accept (parser, "[");
      accept (parser, "]");
    }
  else if (accept (parser, "strings"))
    {
      attr = fx_attr_strings (name, NULL, 0);
      accept (parser, "[");
      accept (parser, "]");
    }
  else if (accept (parser, "other"))
    attr = fx_attr_other (name);
  else if (g_ascii_isalpha (*parser->at) && strncmp (parser->at, "inf", 3) != 0 && strncmp (parser->at, "nan", 3) != 0)
    {
      FxDType dtype;
      FxShape shape;
      FxTensor *tensor;

      if (!parse_type (parser, graph, &dtype, &shape, error))
        return FALSE;
      tensor = parse_data (parser, dtype, &shape, error);
      if (tensor == NULL)
        return FALSE;
      attr = fx_attr_take_tensor (name, tensor);
    }
  else if (!parse_scalar_attr (parser, name, &attr, error))
    return FALSE;

  fx_node_take_attr (node, attr);
  return TRUE;
}

static gboolean
parse_attrs (Parser *parser, FxGraph *graph, FxNode *node, GError **error)
{
  if (accept (parser, "}"))
    return TRUE;
  do
    if (!parse_attr (parser, graph, node, error))
      return FALSE;
  while (accept (parser, ","));
  return expect (parser, "}", error);
}

static gboolean
parse_origins (Parser *parser, FxNode *node, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (!expect (parser, "[", error))
    return FALSE;
  do
    {
      g_autofree char *name = parse_name (parser, error);

      if (name == NULL)
        return FALSE;
      g_strv_builder_add (builder, name);
    }
  while (accept (parser, ","));
  g_strfreev (node->origins);
  node->origins = g_strv_builder_end (builder);
  return expect (parser, "]", error);
}

/* "domain"::Type or Type */
static gboolean
parse_op_type (Parser *parser, char **domain, char **op_type, GError **error)
{
  *op_type = parse_name (parser, error);
  if (*op_type != NULL && g_str_has_prefix (parser->at, "::"))
    {
      *domain = g_steal_pointer (op_type);
      parser->at += 2;
      *op_type = parse_name (parser, error);
    }
  else
    *domain = g_strdup ("");
  return *op_type != NULL;
}

/* What follows the operands: attributes, name, version, origins, each of which may be left out. */
static gboolean
parse_node_tail (Parser *parser, FxGraph *graph, FxId id, GError **error)
{
  FxNode *node = fx_graph_node (graph, id);

  if (accept (parser, "{") && !parse_attrs (parser, graph, node, error))
    return FALSE;
  skip_space (parser);
  if (*parser->at == '"')
    {
      g_autofree char *name = parse_name (parser, error);

      if (name == NULL)
        return FALSE;
      if (!fx_graph_rename_node (graph, id, name))
        return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: another node is called \"%s\"", parser->line, name);
    }
  skip_space (parser);
  if (*parser->at == 'v' && g_ascii_isdigit (parser->at[1]))
    {
      gint64 version;

      parser->at++;
      if (!parse_int (parser, &version, error))
        return FALSE;
      node->version = (guint)CLAMP (version, 0, G_MAXINT32);
    }
  return !accept (parser, "from") || parse_origins (parser, node, error);
}

static gboolean
parse_node (Parser *parser, FxGraph *graph, GError **error)
{
  g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autoptr (GArray) inputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autofree char *domain = NULL, *op_type = NULL;
  FxId id;

  if (!accept (parser, "="))
    {
      do
        {
          if (!parse_typed_value (parser, graph, &id, error))
            return FALSE;
          g_array_append_val (outputs, id);
        }
      while (accept (parser, ","));
      if (!expect (parser, "=", error))
        return FALSE;
    }
  if (!parse_op_type (parser, &domain, &op_type, error) || !expect (parser, "(", error))
    return FALSE;
  if (!accept (parser, ")"))
    {
      do
        {
          if (!parse_value (parser, graph, &id, error))
            return FALSE;
          g_array_append_val (inputs, id);
        }
      while (accept (parser, ","));
      if (!expect (parser, ")", error))
        return FALSE;
    }

  id = fx_graph_add_node (graph, op_type, domain, op_type, (guint)CLAMP (fx_graph_opset (graph, domain), 0, G_MAXINT32),
                          (const FxId *)inputs->data, inputs->len, (const FxId *)outputs->data, outputs->len);
  return parse_node_tail (parser, graph, id, error);
}

static gboolean
parse_meta (Parser *parser, FxGraph *graph, GError **error)
{
  g_autofree char *key = parse_name (parser, error);
  g_autofree char *value = key != NULL ? parse_name (parser, error) : NULL;

  if (value == NULL)
    return FALSE;
  fx_graph_set_metadata (graph, key, value);
  return TRUE;
}

static gboolean
parse_opset (Parser *parser, FxGraph *graph, GError **error)
{
  g_autofree char *domain = parse_name (parser, error);
  gint64 version;

  if (domain == NULL || !parse_int (parser, &version, error))
    return FALSE;
  fx_graph_set_opset (graph, domain, version);
  return TRUE;
}

static gboolean
parse_statement (Parser *parser, FxGraph *graph, GError **error)
{
  FxId id;

  if (accept (parser, "meta"))
    return parse_meta (parser, graph, error);
  if (accept (parser, "opset"))
    return parse_opset (parser, graph, error);
  if (accept (parser, "const"))
    return parse_constant (parser, graph, error);
  if (accept (parser, "input"))
    {
      if (!parse_typed_value (parser, graph, &id, error))
        return FALSE;
      if (id == FX_NONE)
        return fail (parser, error, "an input with a name");
      fx_graph_add_input (graph, id);
      return TRUE;
    }
  if (accept (parser, "captured"))
    {
      if (!parse_typed_value (parser, graph, &id, error))
        return FALSE;
      if (id == FX_NONE)
        return fail (parser, error, "a captured value with a name");
      fx_graph_value (graph, id)->captured = TRUE;
      return TRUE;
    }
  if (accept (parser, "output"))
    {
      if (!parse_value (parser, graph, &id, error))
        return FALSE;
      if (id == FX_NONE)
        return fail (parser, error, "an output with a name");
      fx_graph_add_output (graph, id);
      return TRUE;
    }
  return parse_node (parser, graph, error);
}

/* Up to the end of the text, or to the `}` that ends a subgraph. */
static FxGraph *
parse_graph (Parser *parser, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (FxGraph) graph = NULL;

  if (accept (parser, "graph"))
    {
      name = parse_name (parser, error);
      if (name == NULL)
        return NULL;
    }
  graph = fx_graph_new (name != NULL ? name : "");
  for (skip_space (parser); *parser->at != '\0' && *parser->at != '}'; skip_space (parser))
    if (!parse_statement (parser, graph, error))
      return NULL;
  if (!fx_graph_sort (graph, error))
    return NULL;
  return g_steal_pointer (&graph);
}

FxGraph *
fx_graph_parse (const char *text, GError **error)
{
  Parser parser = { .at = text, .line = 1 };
  g_autoptr (FxGraph) graph = parse_graph (&parser, error);

  if (graph == NULL)
    return NULL;
  if (*parser.at != '\0')
    {
      fail (&parser, error, "the end of the graph");
      return NULL;
    }
  if (!fx_graph_verify (graph, error))
    return NULL;
  return g_steal_pointer (&graph);
}
