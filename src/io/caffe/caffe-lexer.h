/* Words, strings and brackets of protobuf's text format.
 * https://protobuf.dev/reference/protobuf/textformat-spec/
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-error.h"

G_BEGIN_DECLS

#define FX_CAFFE_MAX_WORD 256
#define FX_CAFFE_MAX_STRING 65536

typedef struct
{
  const char *at, *end;
  guint line; /* counted from 1 */
} FxCaffeLexer;

FxCaffeLexer fx_caffe_lexer (const char *text, gsize size);

/* All of these skip white space and comments first. */
gboolean fx_caffe_lexer_at_end (FxCaffeLexer *lexer);
char fx_caffe_lexer_peek (FxCaffeLexer *lexer);                    /* the next character, 0 at the end */
gboolean fx_caffe_lexer_accept (FxCaffeLexer *lexer, char wanted); /* takes it if it is next */
void fx_caffe_lexer_skip (FxCaffeLexer *lexer);                    /* takes the next character */

/* A name of letters, digits and "_". FALSE: there is none, or it is too long. */
gboolean fx_caffe_lexer_name (FxCaffeLexer *lexer, char word[FX_CAFFE_MAX_WORD]);

/* A name or a number. FALSE: likewise. */
gboolean fx_caffe_lexer_word (FxCaffeLexer *lexer, char word[FX_CAFFE_MAX_WORD]);

/* One or more strings in a row, put together. `what` is for messages. */
char *fx_caffe_lexer_string (FxCaffeLexer *lexer, const char *what, GError **error);

/* Takes whatever value follows: word, strings, list or message. */
gboolean fx_caffe_lexer_skip_value (FxCaffeLexer *lexer, const char *what, GError **error);

/* Decimal, hexadecimal or octal. */
gboolean fx_caffe_parse_int (const char *word, gint64 *number);
/* Also with an "f" behind it, inf and nan. */
gboolean fx_caffe_parse_double (const char *word, double *number);

/* Sets *error to "line N: …"; always FALSE. */
gboolean fx_caffe_lexer_fail (const FxCaffeLexer *lexer, FxError code, GError **error, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* BAD_DATA, and what is found instead is put behind. */
gboolean fx_caffe_lexer_fail_token (FxCaffeLexer *lexer, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
