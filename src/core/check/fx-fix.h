/* Fixes: edits of a graph that mend a finding and leave the float result as it was.
 *
 * A fix changes the graph as a whole or not at all. Undoing one is going back to a copy from before (copies are cheap:
 * tensors are shared). Rows are in fx-fixes.c, one file per fix in fixes/.
 *
 * "As it was" means: bit for bit where a row says exact, otherwise within float rounding. Two things about a model may
 * look different afterwards, and the log says so for each tensor: an input or output can have another shape with the
 * same elements in the same order (4-D inputs), and a model that was cut has other outputs, which are values of the
 * model before.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-diagnostic.h"
#include "core/check/fx-target.h"
#include "core/graph/fx-shape.h"

G_BEGIN_DECLS

typedef struct _FxEdit FxEdit; /* a fix at work; fixes/fx-edit.h */

typedef struct
{
  const char *rule;      /* id, for --fix RULE and for findings that name their fix: "convert-opset" */
  const char *title;     /* imperative, for a button: "Convert to opset 11" */
  const char *doc;       /* one line: what it changes and why the result stays */
  gboolean automatic;    /* --fix all includes it: it needs no decision by the user */
  gboolean control_flow; /* safe for graphs with subgraphs, which use values by name; others skip such graphs */
  /* Applies it wherever it can to a sorted graph with inferred shapes. On failure the graph is thrown away. */
  gboolean (*apply) (FxEdit *edit, GError **error);
} FxFix;

/* In the order in which --fix all applies them; NULL-named row at the end. */
extern const FxFix fx_fixes[];
const FxFix *fx_fix_find (const char *rule); /* NULL if there is none */

/* Applies one fix, or all automatic ones until nothing changes any more. All of them leave a model at an opset that
 * `target` reads (NULL: that every board reads), unless another fix has more to do at opset 11 or the model can be
 * converted only so; and they do not take it to opset 11 if it could not be converted for `target` any more. Then the
 * graph is sorted, without dead nodes and unused values, inferred and verified. Ids change. `log` (may be NULL) gets an
 * info diagnostic with the rule of the fix and the name of the node or tensor for each change, and a warning for what a
 * fix had to leave as it is. `n_changes` (may be NULL) counts the changes.
 *
 * FALSE and *error leave the graph as it was. */
gboolean fx_fix_apply (FxGraph *graph, const FxFix *fix, GPtrArray *log, guint *n_changes, GError **error);
gboolean fx_fix_apply_all (FxGraph *graph, const FxTarget *target, GPtrArray *log, guint *n_changes, GError **error);

/* Sets the shape of the graph input `name` (NULL: of the only one) to numbers, and with it every symbol that its old
 * shape had, in the whole graph; then infers. Rule "input-shape" in `log`.
 *
 * FALSE and *error (BAD_GRAPH: what the model says about it) leave the graph as it was: there is no such input, the
 * rank is another, the shape is not static, or an operator refuses what follows from it. */
gboolean
fx_fix_set_input_shape (FxGraph *graph, const char *name, const FxShape *shape, GPtrArray *log, GError **error);

/* Makes tensors, or the first results of nodes, of these names the outputs of the graph instead of what there was; an
 * empty list or NULL keeps those. Nodes that nothing needs any more go. Rule "outputs" in `log`.
 *
 * FALSE and *error (BAD_DATA: there is none of a name) leave the graph as it was. */
gboolean fx_fix_set_outputs (FxGraph *graph, const char *const *names, GPtrArray *log, GError **error);

G_END_DECLS
