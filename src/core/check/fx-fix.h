/* Fixes: edits of a graph that mend a finding and leave the float result as it was.
 *
 * A fix works on the caller's copy of a graph (copies are cheap: tensors are shared), so undoing one is going back to
 * the graph before. Rows are in fx-fixes.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-diagnostic.h"

G_BEGIN_DECLS

typedef struct
{
  const char *rule;   /* id, for --fix RULE and for FxDiagnostic.fix_rule: "convert-opset" */
  const char *title;  /* imperative, for a button: "Convert to opset 11" */
  const char *doc;    /* one line: what it changes and why the result stays */
  gboolean automatic; /* --fix all includes it: it needs no decision by the user */
  /* Applies it wherever it can; *n_changes counts. FALSE and *error leave `graph` as it was. */
  gboolean (*apply) (FxGraph *graph, guint *n_changes, GPtrArray *log, GError **error);
} FxFix;

/* In the order in which --fix all applies them; NULL-named row at the end. */
extern const FxFix fx_fixes[];
const FxFix *fx_fix_find (const char *rule);

/* Applies one fix, or all automatic ones until nothing changes any more, then sorts, infers and verifies. `log` gets an
 * info diagnostic for each change. */
gboolean fx_fix_apply (FxGraph *graph, const FxFix *fix, GPtrArray *log, GError **error);
gboolean fx_fix_apply_all (FxGraph *graph, GPtrArray *log, GError **error);

G_END_DECLS
