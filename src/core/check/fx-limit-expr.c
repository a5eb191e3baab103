/* The small language in which limits state relations: + - * / %, comparisons, && || !, parentheses, numbers, variables
 * (fx-limit-vars.h), min(…), max(…), align(x, n), ceil_div(x, n). Dividing two whole numbers drops the rest, as in C:
 * where the documentation says anything, it means that.
 *
 *   or      = and { "||" and }
 *   and     = compare { "&&" compare }
 *   compare = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]
 *   sum     = product { ( "+" | "-" ) product }
 *   product = unary { ( "*" | "/" | "%" ) unary }
 *   unary   = { "!" | "-" } ( number | name | name "(" or { "," or } ")" | "(" or ")" )
 *
 * What is not known is NaN on the way: it spreads, but not where the other side of && or || already decides.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-limit.h"

#include "core/check/fx-limit-vars.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"

#include <math.h>
#include <string.h>

/* Parentheses and signs inside of one another. */
#define MAX_DEPTH 32
#define MAX_LETS 32

typedef struct
{
  char *name;
  double value;
} Let;

typedef struct
{
  const char *text, *at;
  const FxLimitSubject *subject;
  const Let *lets;
  guint n_lets;
  guint depth;
  GError **error;
  gboolean failed;
} Parser;

static double parse_or (Parser *parser);

static double
fail (Parser *parser, const char *what)
{
  if (!parser->failed)
    fx_fail (parser->error, FX_ERROR_BAD_DATA, "expression \"%s\": %s at character %d", parser->text, _ (what),
             (int)(parser->at - parser->text) + 1);
  parser->failed = TRUE;
  return NAN;
}

static void
skip_space (Parser *parser)
{
  while (*parser->at == ' ')
    parser->at++;
}

/* Takes `token` if it comes next. */
static gboolean
accept (Parser *parser, const char *token)
{
  skip_space (parser);
  if (strncmp (parser->at, token, strlen (token)) != 0)
    return FALSE;
  parser->at += strlen (token);
  return TRUE;
}

static double
lookup (Parser *parser, const char *name)
{
  double value;

  for (guint i = 0; i < parser->n_lets; i++)
    if (strcmp (parser->lets[i].name, name) == 0)
      return parser->lets[i].value;
  switch (fx_limit_variable (name, parser->subject, &value))
    {
    case FX_VARIABLE_KNOWN: return value;
    case FX_VARIABLE_UNKNOWN: return NAN;
    case FX_VARIABLE_NONE:
    default: return fail (parser, N_ ("there is no such variable"));
    }
}

static double
ceil_div (double x, double n)
{
  return n > 0 ? ceil (x / n) : NAN;
}

static double
call (Parser *parser, const char *name)
{
  double args[2] = { NAN, NAN };
  guint n = 0;

  do
    {
      if (n == G_N_ELEMENTS (args))
        return fail (parser, N_ ("more than two arguments"));
      args[n++] = parse_or (parser);
    }
  while (!parser->failed && accept (parser, ","));
  if (!accept (parser, ")"))
    return fail (parser, N_ ("\")\" is missing"));
  if (n != 2)
    return fail (parser, N_ ("two arguments are wanted"));
  if (strcmp (name, "align") == 0)
    return ceil_div (args[0], args[1]) * args[1];
  if (strcmp (name, "ceil_div") == 0)
    return ceil_div (args[0], args[1]);
  if (strcmp (name, "min") != 0 && strcmp (name, "max") != 0)
    return fail (parser, N_ ("there is no such function"));
  if (isnan (args[0]) || isnan (args[1])) /* fmin() would drop it */
    return NAN;
  return *name == 'm' && name[1] == 'i' ? fmin (args[0], args[1]) : fmax (args[0], args[1]);
}

static double
parse_name (Parser *parser)
{
  char name[32];
  gsize n = 0;

  while (g_ascii_isalnum (parser->at[n]) || parser->at[n] == '_')
    n++;
  if (n >= sizeof name)
    return fail (parser, N_ ("a name is too long"));
  memcpy (name, parser->at, n);
  name[n] = '\0';
  parser->at += n;
  return accept (parser, "(") ? call (parser, name) : lookup (parser, name);
}

static double
parse_primary (Parser *parser)
{
  double value;

  skip_space (parser);
  if (g_ascii_isdigit (*parser->at))
    {
      char *end;

      value = g_ascii_strtod (parser->at, &end);
      parser->at = end;
      return value;
    }
  if (g_ascii_isalpha (*parser->at) || *parser->at == '_')
    return parse_name (parser);
  if (!accept (parser, "("))
    return fail (parser, N_ ("a number, a name or \"(\" is wanted"));
  value = parse_or (parser);
  return accept (parser, ")") ? value : fail (parser, N_ ("\")\" is missing"));
}

static double
parse_unary (Parser *parser)
{
  double value;

  if (parser->failed)
    return NAN;
  if (++parser->depth > MAX_DEPTH)
    return fail (parser, N_ ("too many levels"));
  skip_space (parser);
  if (*parser->at == '!' && parser->at[1] != '=')
    {
      parser->at++;
      value = parse_unary (parser);
      value = isnan (value) ? NAN : value == 0;
    }
  else if (accept (parser, "-"))
    value = -parse_unary (parser);
  else
    value = parse_primary (parser);
  parser->depth--;
  return value;
}

/* C's sign rule, but for the sizes of a model there are no signs. */
static double
modulo (double a, double b)
{
  return b != 0 ? fmod (a, b) : NAN;
}

static double
divide (double a, double b)
{
  if (b == 0)
    return NAN;
  return a == trunc (a) && b == trunc (b) ? trunc (a / b) : a / b;
}

static double
parse_product (Parser *parser)
{
  double value = parse_unary (parser);

  while (!parser->failed)
    {
      if (accept (parser, "*"))
        value *= parse_unary (parser);
      else if (accept (parser, "%"))
        value = modulo (value, parse_unary (parser));
      else if (accept (parser, "/"))
        value = divide (value, parse_unary (parser));
      else
        break;
    }
  return value;
}

static double
parse_sum (Parser *parser)
{
  double value = parse_product (parser);

  while (!parser->failed)
    {
      if (accept (parser, "+"))
        value += parse_product (parser);
      else if (accept (parser, "-"))
        value -= parse_product (parser);
      else
        break;
    }
  return value;
}

static double
parse_compare (Parser *parser)
{
  /* the longer ones first */
  static const char *const signs[] = { "<=", ">=", "==", "!=", "<", ">" };
  double left = parse_sum (parser), right;
  guint i = 0;

  while (i < G_N_ELEMENTS (signs) && !accept (parser, signs[i]))
    i++;
  if (i == G_N_ELEMENTS (signs))
    return left;
  right = parse_sum (parser);
  if (isnan (left) || isnan (right))
    return NAN;
  switch (i)
    {
    case 0: return left <= right;
    case 1: return left >= right;
    case 2: return left == right;
    case 3: return left != right;
    case 4: return left < right;
    default: return left > right;
    }
}

static double
parse_and (Parser *parser)
{
  double value = parse_compare (parser);

  while (!parser->failed && accept (parser, "&&"))
    {
      double right = parse_compare (parser);

      value = value == 0 || right == 0 ? 0 : isnan (value) || isnan (right) ? NAN : 1;
    }
  return value;
}

static double
parse_or (Parser *parser)
{
  double value = parse_and (parser);

  while (!parser->failed && accept (parser, "||"))
    {
      double right = parse_and (parser);
      gboolean holds = (!isnan (value) && value != 0) || (!isnan (right) && right != 0);

      value = holds ? 1 : isnan (value) || isnan (right) ? NAN : 0;
    }
  return value;
}

/* NaN: not known, or *error is set. */
static double
evaluate (const char *text, const FxLimitSubject *subject, const Let *lets, guint n_lets, GError **error)
{
  Parser parser = { text, text, subject, lets, n_lets, 0, error, FALSE };
  double value = parse_or (&parser);

  skip_space (&parser);
  if (!parser.failed && *parser.at != '\0')
    value = fail (&parser, N_ ("something is left over"));
  return value;
}

static gboolean
read_lets (GVariant *list, const FxLimitSubject *subject, Let *lets, guint *n, GError **error)
{
  gsize count = list != NULL && g_variant_is_of_type (list, G_VARIANT_TYPE ("av")) ? g_variant_n_children (list) : 0;
  GError *inner = NULL;

  if (count > MAX_LETS)
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"let\" has %zu entries, at most %d are read", count, MAX_LETS);
  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) pair = g_variant_get_variant (boxed);
      g_autoptr (GVariant) name = NULL, text = NULL;

      if (!g_variant_is_of_type (pair, G_VARIANT_TYPE ("av")) || g_variant_n_children (pair) != 2)
        return fx_fail (error, FX_ERROR_BAD_DATA, "an entry of \"let\" is no pair of name and expression");
      g_variant_get_child (pair, 0, "v", &name);
      g_variant_get_child (pair, 1, "v", &text);
      if (!g_variant_is_of_type (name, G_VARIANT_TYPE_STRING) || !g_variant_is_of_type (text, G_VARIANT_TYPE_STRING))
        return fx_fail (error, FX_ERROR_BAD_DATA, "an entry of \"let\" is no pair of name and expression");
      lets[i].value = evaluate (g_variant_get_string (text, NULL), subject, lets, *n, &inner);
      if (inner != NULL)
        {
          g_propagate_error (error, inner);
          return FALSE;
        }
      lets[i].name = g_strdup (g_variant_get_string (name, NULL));
      (*n)++;
    }
  return TRUE;
}

gboolean
fx_limit_expression (const char *text, const FxLimitSubject *subject, GVariant *let, double *value, GError **error)
{
  Let lets[MAX_LETS];
  guint n = 0;
  gboolean ok = read_lets (let, subject, lets, &n, error);

  *value = ok ? evaluate (text, subject, lets, n, error) : NAN;
  for (guint i = 0; i < n; i++)
    g_free (lets[i].name);
  return ok && !isnan (*value);
}
