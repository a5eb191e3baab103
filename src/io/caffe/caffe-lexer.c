/* SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-lexer.h"

#include "core/fx-i18n.h"

#include <errno.h>
#include <string.h>

#define MAX_DEPTH 64 /* of what is skipped */

FxCaffeLexer
fx_caffe_lexer (const char *text, gsize size)
{
  FxCaffeLexer lexer = { .at = text, .end = size > 0 ? text + size : text, .line = 1 };

  if (size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0) /* byte order mark */
    lexer.at += 3;
  return lexer;
}

static void
take (FxCaffeLexer *lexer)
{
  lexer->line += *lexer->at++ == '\n';
}

gboolean
fx_caffe_lexer_at_end (FxCaffeLexer *lexer)
{
  while (lexer->at < lexer->end)
    if (g_ascii_isspace (*lexer->at))
      take (lexer);
    else if (*lexer->at == '#')
      while (lexer->at < lexer->end && *lexer->at != '\n')
        lexer->at++;
    else
      return FALSE;
  return TRUE;
}

char
fx_caffe_lexer_peek (FxCaffeLexer *lexer)
{
  return fx_caffe_lexer_at_end (lexer) ? '\0' : *lexer->at;
}

gboolean
fx_caffe_lexer_accept (FxCaffeLexer *lexer, char wanted)
{
  if (fx_caffe_lexer_at_end (lexer) || *lexer->at != wanted)
    return FALSE;
  take (lexer);
  return TRUE;
}

void
fx_caffe_lexer_skip (FxCaffeLexer *lexer)
{
  if (!fx_caffe_lexer_at_end (lexer))
    take (lexer);
}

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

static gboolean
take_word (FxCaffeLexer *lexer, const char *extra, char word[FX_CAFFE_MAX_WORD])
{
  const char *at;
  gsize n;

  if (fx_caffe_lexer_at_end (lexer))
    return FALSE;
  for (at = lexer->at; at < lexer->end && *at != '\0' && (is_name_char (*at) || strchr (extra, *at) != NULL); at++)
    ;
  n = (gsize)(at - lexer->at);
  if (n == 0 || n >= FX_CAFFE_MAX_WORD)
    return FALSE;
  memcpy (word, lexer->at, n);
  word[n] = '\0';
  lexer->at = at;
  return TRUE;
}

gboolean
fx_caffe_lexer_name (FxCaffeLexer *lexer, char word[FX_CAFFE_MAX_WORD])
{
  char first = fx_caffe_lexer_peek (lexer);

  return (g_ascii_isalpha (first) || first == '_') && take_word (lexer, "", word);
}

gboolean
fx_caffe_lexer_word (FxCaffeLexer *lexer, char word[FX_CAFFE_MAX_WORD])
{
  return take_word (lexer, "+-.", word);
}

/* `n` digits in `base` at most; FALSE if there is not even one. */
static gboolean
take_digits (FxCaffeLexer *lexer, guint n, int base, guint *value)
{
  guint i;

  *value = 0;
  for (i = 0; i < n && lexer->at < lexer->end; i++, lexer->at++)
    {
      int digit = g_ascii_xdigit_value (*lexer->at);

      if (digit < 0 || digit >= base)
        break;
      *value = *value * (guint)base + (guint)digit;
    }
  return i > 0;
}

/* What follows a backslash. */
static gboolean
take_escape (FxCaffeLexer *lexer, GString *text)
{
  static const char letters[] = "abfnrtv\\'\"?", meanings[] = "\a\b\f\n\r\t\v\\'\"?";
  char c = *lexer->at;
  const char *letter = c != '\0' ? strchr (letters, c) : NULL;
  guint value;

  if (letter != NULL)
    {
      lexer->at++;
      g_string_append_c (text, meanings[letter - letters]);
      return TRUE;
    }
  if (c >= '0' && c <= '7')
    {
      take_digits (lexer, 3, 8, &value);
      g_string_append_c (text, (char)value);
      return value > 0 && value < 256;
    }
  lexer->at++;
  if (c == 'x' || c == 'X')
    {
      if (!take_digits (lexer, 2, 16, &value) || value == 0)
        return FALSE;
      g_string_append_c (text, (char)value);
      return TRUE;
    }
  if (c != 'u' && c != 'U')
    return FALSE;
  if (!take_digits (lexer, c == 'u' ? 4 : 8, 16, &value) || value == 0 || !g_unichar_validate (value))
    return FALSE;
  g_string_append_unichar (text, value);
  return TRUE;
}

/* One quoted string, without its quotes. */
static gboolean
take_quoted (FxCaffeLexer *lexer, const char *what, GString *text, GError **error)
{
  char quote = *lexer->at++;

  while (lexer->at < lexer->end && *lexer->at != quote && *lexer->at != '\n' && *lexer->at != '\0')
    {
      char c = *lexer->at++;

      if (text->len >= FX_CAFFE_MAX_STRING)
        return fx_caffe_lexer_fail (lexer, FX_ERROR_TOO_LARGE, error, "the string of %s is longer than %d bytes", what,
                                    FX_CAFFE_MAX_STRING);
      if (c != '\\')
        g_string_append_c (text, c);
      else if (lexer->at == lexer->end || !take_escape (lexer, text))
        return fx_caffe_lexer_fail (lexer, FX_ERROR_BAD_DATA, error, "the string of %s has a bad escape sequence",
                                    what);
    }
  if (lexer->at == lexer->end || *lexer->at != quote)
    return fx_caffe_lexer_fail (lexer, FX_ERROR_BAD_DATA, error, "the string of %s does not end", what);
  lexer->at++;
  return TRUE;
}

static gboolean
is_quote (char c)
{
  return c == '"' || c == '\'';
}

char *
fx_caffe_lexer_string (FxCaffeLexer *lexer, const char *what, GError **error)
{
  GString *text;
  char *valid = NULL;

  if (!is_quote (fx_caffe_lexer_peek (lexer)))
    {
      fx_caffe_lexer_fail_token (lexer, error, "%s wants a string in quotes", what);
      return NULL;
    }
  text = g_string_new (NULL);
  while (is_quote (fx_caffe_lexer_peek (lexer)))
    if (!take_quoted (lexer, what, text, error))
      {
        g_string_free (text, TRUE);
        return NULL;
      }
  valid = g_utf8_make_valid (text->str, (gssize)text->len);
  g_string_free (text, TRUE);
  return valid;
}

/* A word or strings. */
static gboolean
skip_scalar (FxCaffeLexer *lexer, const char *what, GError **error)
{
  char word[FX_CAFFE_MAX_WORD];

  if (is_quote (fx_caffe_lexer_peek (lexer)))
    {
      g_autofree char *text = fx_caffe_lexer_string (lexer, what, error);

      return text != NULL;
    }
  return fx_caffe_lexer_word (lexer, word) || fx_caffe_lexer_fail_token (lexer, error, "%s wants a value", what);
}

gboolean
fx_caffe_lexer_skip_value (FxCaffeLexer *lexer, const char *what, GError **error)
{
  char close[MAX_DEPTH];
  guint depth = 0;

  do
    {
      char c = fx_caffe_lexer_peek (lexer);

      if (c == '{' || c == '<' || c == '[')
        {
          if (depth == MAX_DEPTH)
            return fx_caffe_lexer_fail (lexer, FX_ERROR_BAD_DATA, error, "%s is nested over %d deep", what, MAX_DEPTH);
          close[depth++] = c == '{' ? '}' : c == '<' ? '>' : ']';
          take (lexer);
        }
      else if (depth > 0 && c == close[depth - 1])
        {
          depth--;
          take (lexer);
        }
      else if (depth > 0 && (c == ':' || c == ',' || c == ';'))
        take (lexer);
      else if (!skip_scalar (lexer, what, error))
        return FALSE;
    }
  while (depth > 0);
  return TRUE;
}

gboolean
fx_caffe_parse_int (const char *word, gint64 *number)
{
  char *end;

  if (!g_ascii_isdigit (*word) && *word != '-' && *word != '+')
    return FALSE;
  errno = 0;
  *number = g_ascii_strtoll (word, &end, 0);
  return end != word && *end == '\0' && errno == 0;
}

gboolean
fx_caffe_parse_double (const char *word, double *number)
{
  char *end;

  *number = g_ascii_strtod (word, &end);
  if (end != word && (*end == 'f' || *end == 'F'))
    end++;
  return end != word && *end == '\0';
}

static gboolean
fail_at (const FxCaffeLexer *lexer, FxError code, GError **error, const char *found, const char *format, va_list args)
{
  g_autofree char *message = g_strdup_vprintf (fx_translate (format), args);

  return found != NULL ? fx_fail (error, code, "line %u: %s, %s", lexer->line, message, found)
                       : fx_fail (error, code, "line %u: %s", lexer->line, message);
}

gboolean
fx_caffe_lexer_fail (const FxCaffeLexer *lexer, FxError code, GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  fail_at (lexer, code, error, NULL, format, args);
  va_end (args);
  return FALSE;
}

gboolean
fx_caffe_lexer_fail_token (FxCaffeLexer *lexer, GError **error, const char *format, ...)
{
  g_autofree char *found = NULL, *plain = NULL;
  const char *at;
  va_list args;

  if (fx_caffe_lexer_at_end (lexer))
    found = g_strdup (_ ("but the text ends"));
  else
    {
      for (at = lexer->at; at < lexer->end && at - lexer->at < 40 && is_name_char (*at); at++)
        ;
      if (at == lexer->at) /* one character, which may be several bytes */
        while (++at < lexer->end && ((guint8)*at & 0xc0) == 0x80 && at - lexer->at < 4)
          ;
      plain = g_utf8_make_valid (lexer->at, at - lexer->at);
      found = g_strdup_printf (_ ("found \"%s\""), g_ascii_iscntrl (*plain) ? _ ("a control character") : plain);
    }
  va_start (args, format);
  fail_at (lexer, FX_ERROR_BAD_DATA, error, found, format, args);
  va_end (args);
  return FALSE;
}
