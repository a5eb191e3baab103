/* One row of the list of problems: a finding, or a group of findings of one rule and severity.
 *
 * Properties (read-only, fixed): title, detail, severity (uint FxSeverity), count, node, fix-rule, fix-title.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-diagnostic.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define FX_TYPE_PROBLEM (fx_problem_get_type ())
G_DECLARE_FINAL_TYPE (FxProblem, fx_problem, FX, PROBLEM, GObject)

/* The groups of a check's findings, errors first, as FxProblem. Ones that say nothing new are left out. */
GPtrArray *fx_problems_group (const GPtrArray *diagnostics);

/* One finding. */
FxProblem *fx_problem_new (const FxDiagnostic *diagnostic);

const char *fx_problem_get_title (FxProblem *problem);
const char *fx_problem_get_detail (FxProblem *problem);
FxSeverity fx_problem_get_severity (FxProblem *problem);
guint fx_problem_get_count (FxProblem *problem); /* findings of a group; 0: this is a finding */
/* Name of the node that a finding is about, NULL: of none. */
const char *fx_problem_get_node (FxProblem *problem);
/* Name of the input whose shape a finding wants to be set; NULL: it wants nothing of that kind. */
const char *fx_problem_get_input (FxProblem *problem);
const char *fx_problem_get_fix_rule (FxProblem *problem);  /* NULL: nothing mends it by itself */
const char *fx_problem_get_fix_title (FxProblem *problem); /* for a button */
/* The findings of a group; NULL for a finding. */
GListModel *fx_problem_get_children (FxProblem *problem);

G_END_DECLS
