/* What to try next, from what was measured.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/report/fx-report.h"

G_BEGIN_DECLS

typedef struct
{
  const char *kind; /* "int16", "range", … ; static */
  char *node;       /* NULL: concerns the whole model */
  char *text;       /* one or two sentences, with the figures it rests on */
  char *option;     /* of `fixpoint-cli convert`; NULL: none does it */
} FxAdvice;

/* FxAdvice, the most promising first; at least one. */
GPtrArray *fx_advice_list (const FxReport *report);

G_END_DECLS
