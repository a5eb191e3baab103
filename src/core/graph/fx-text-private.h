/* Reading the text form: what its parsers share. fx-text.h has the grammar.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"

G_BEGIN_DECLS

typedef struct
{
  const char *at; /* what is left of the text */
  guint line;
  guint depth; /* of subgraphs */
} FxTextParser;

/* Sets *error to "line N: found …, wanted …"; always FALSE. */
gboolean fx_text_fail (const FxTextParser *parser, GError **error, const char *wanted);

/* To the next thing that is no white space and no comment. The functions below begin with it. */
void fx_text_skip_space (FxTextParser *parser);

/* Takes a literal if it comes next; one that ends in a letter must not go on as a longer word. */
gboolean fx_text_accept (FxTextParser *parser, const char *literal);
gboolean fx_text_expect (FxTextParser *parser, const char *literal, GError **error);

/* A word, or a quoted string without its escapes; to be freed. */
char *fx_text_name (FxTextParser *parser, GError **error);
gboolean fx_text_int (FxTextParser *parser, gint64 *value, GError **error);
gboolean fx_text_double (FxTextParser *parser, double *value, GError **error);

/* "f32[1,N,?]"; symbols are those of `graph`. */
gboolean fx_text_type (FxTextParser *parser, FxGraph *graph, FxDType *dtype, FxShape *shape, GError **error);

/* "[1,2,3]" or "elided 0x…". */
FxTensor *fx_text_data (FxTextParser *parser, FxDType dtype, const FxShape *shape, GError **error);

/* "name=value, …}" behind the opening brace. */
gboolean fx_text_attrs (FxTextParser *parser, FxGraph *graph, FxNode *node, GError **error);

/* A graph, up to the end of the text or to the `}` that ends a subgraph. */
FxGraph *fx_text_graph (FxTextParser *parser, GError **error);

G_END_DECLS
