/* Words, numbers, types and data of the text form. fx-text.h has the grammar.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text-private.h"

#include <errno.h>
#include <string.h>

#define MAX_ELIDED_BYTES ((gsize)256 << 20)

gboolean
fx_text_fail (const FxTextParser *parser, GError **error, const char *wanted)
{
  gsize n = strcspn (parser->at, "\n");
  g_autofree char *rest = g_strndup (parser->at, MIN (n, 24));
  g_autofree char *found = g_strescape (rest, NULL);

  return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: found \"%s\", wanted %s", parser->line, found, wanted);
}

void
fx_text_skip_space (FxTextParser *parser)
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

gboolean
fx_text_accept (FxTextParser *parser, const char *literal)
{
  gsize n = strlen (literal);

  fx_text_skip_space (parser);
  if (strncmp (parser->at, literal, n) != 0 || (is_word_char (literal[n - 1]) && is_word_char (parser->at[n])))
    return FALSE;
  parser->at += n;
  return TRUE;
}

gboolean
fx_text_expect (FxTextParser *parser, const char *literal, GError **error)
{
  return fx_text_accept (parser, literal) || fx_text_fail (parser, error, literal);
}

char *
fx_text_name (FxTextParser *parser, GError **error)
{
  const char *begin;

  fx_text_skip_space (parser);
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
              fx_text_fail (parser, error, "the end of a string");
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
      fx_text_fail (parser, error, "a name");
      return NULL;
    }
  return g_strndup (begin, (gsize)(parser->at - begin));
}

gboolean
fx_text_int (FxTextParser *parser, gint64 *value, GError **error)
{
  char *end;

  fx_text_skip_space (parser);
  errno = 0;
  *value = g_ascii_strtoll (parser->at, &end, 10);
  if (end == parser->at)
    return fx_text_fail (parser, error, "an integer");
  if (errno == ERANGE) /* the upper half of u64; converting wraps it back */
    *value = (gint64)g_ascii_strtoull (parser->at, &end, 10);
  parser->at = end;
  return TRUE;
}

gboolean
fx_text_double (FxTextParser *parser, double *value, GError **error)
{
  char *end;

  fx_text_skip_space (parser);
  *value = g_ascii_strtod (parser->at, &end);
  if (end == parser->at)
    return fx_text_fail (parser, error, "a number");
  parser->at = end;
  return TRUE;
}

static gboolean
parse_dim (FxTextParser *parser, FxGraph *graph, gint64 *dim, GError **error)
{
  fx_text_skip_space (parser);
  if (g_ascii_isdigit (*parser->at))
    return fx_text_int (parser, dim, error) && (*dim >= 0 || fx_text_fail (parser, error, "a size"));
  if (fx_text_accept (parser, "?"))
    *dim = FX_DIM_UNKNOWN;
  else
    {
      g_autofree char *symbol = NULL;

      if (*parser->at != '"' && *parser->at != '_' && !g_ascii_isalpha (*parser->at))
        return fx_text_fail (parser, error, "a size, a symbol or \"?\"");
      symbol = fx_text_name (parser, error);
      if (symbol == NULL)
        return FALSE;
      *dim = fx_graph_symbol (graph, symbol);
    }
  return TRUE;
}

gboolean
fx_text_type (FxTextParser *parser, FxGraph *graph, FxDType *dtype, FxShape *shape, GError **error)
{
  fx_text_skip_space (parser);
  if (fx_text_accept (parser, "?"))
    *dtype = FX_DTYPE_UNDEFINED;
  else
    {
      g_autofree char *name = fx_text_name (parser, error);

      if (name == NULL)
        return FALSE;
      *dtype = fx_dtype_from_name (name);
      if (*dtype == FX_DTYPE_UNDEFINED)
        return fx_fail (error, FX_ERROR_BAD_DATA, "line %u: \"%s\" is no element type", parser->line, name);
    }

  *shape = FX_SHAPE_SCALAR;
  if (!fx_text_expect (parser, "[", error))
    return FALSE;
  if (fx_text_accept (parser, "]"))
    return TRUE;
  if (fx_text_accept (parser, "*"))
    {
      *shape = FX_SHAPE_UNKNOWN;
      return fx_text_expect (parser, "]", error);
    }
  do
    {
      if (shape->rank == FX_MAX_RANK)
        return fx_text_fail (parser, error, "at most 8 dimensions");
      if (!parse_dim (parser, graph, &shape->dims[shape->rank++], error))
        return FALSE;
    }
  while (fx_text_accept (parser, ","));
  return fx_text_expect (parser, "]", error);
}

static FxTensor *
parse_elided (FxTextParser *parser, FxDType dtype, const FxShape *shape, GError **error)
{
  g_autofree char *hash = fx_text_name (parser, error);
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

FxTensor *
fx_text_data (FxTextParser *parser, FxDType dtype, const FxShape *shape, GError **error)
{
  gboolean is_float = fx_dtype_in (dtype, FX_TYPES_FLOAT);
  FxArray from = { is_float ? FX_DTYPE_DOUBLE : FX_DTYPE_INT64, *shape, NULL }, to;
  g_autoptr (GArray) elements = g_array_new (FALSE, FALSE, 8);
  g_autoptr (FxTensor) tensor = NULL;
  gsize wanted;
  void *data;

  if (fx_text_accept (parser, "elided"))
    return parse_elided (parser, dtype, shape, error);
  if (!fx_shape_count (shape, &wanted))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "line %u: data needs a shape of numbers", parser->line);
      return NULL;
    }
  if (!fx_text_expect (parser, "[", error))
    return NULL;
  while (!fx_text_accept (parser, "]"))
    {
      double number = 0;
      gint64 integer = 0;

      if (elements->len > 0 && !fx_text_expect (parser, ",", error))
        return NULL;
      if (!(is_float ? fx_text_double (parser, &number, error) : fx_text_int (parser, &integer, error)))
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
