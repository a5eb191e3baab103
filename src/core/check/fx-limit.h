/* Judging one node against one limit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-target.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"

G_BEGIN_DECLS

typedef enum
{
  FX_VERDICT_HOLDS,
  FX_VERDICT_BROKEN,
  FX_VERDICT_UNKNOWN, /* a shape or value that the limit is about is not known */
} FxVerdict;

/* What the consumers of a node run on. */
typedef enum
{
  FX_NEXT_UNKNOWN, /* not decided, or there is none */
  FX_NEXT_BPU,
  FX_NEXT_CPU, /* at least one */
} FxNextDevice;

/* A node with everything that limits ask about it. */
typedef struct
{
  const FxTarget *target;
  const FxGraph *graph;
  const FxUses *uses;
  const FxNode *node;
  FxId node_id;
  gconstpointer params; /* the operator's params struct; NULL if the operator is not known */
  guint n_inputs, n_outputs;
  const FxFact *inputs, *outputs; /* with constants as values */
  gboolean channels_last;         /* NHWC model: axes N C H W mean positions 0 3 1 2 */
  FxNextDevice next;
} FxLimitSubject;

/* `found` and `allowed` (to be freed) say in a few words what the node has and what the limit wants: "kernel 9×9",
 * "1 to 7"; either may stay NULL where nothing can be said. */
typedef FxVerdict (*FxLimitJudge) (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed);

struct _FxLimitKind
{
  const char *name; /* "stride" */
  const char *rule; /* "range"; "" for the kinds that have no rules */
  /* A field that is missing or of another type than the kind wants makes the verdict unknown. */
  FxLimitJudge judge;
  /* The limit as a sentence for people, without a full stop: "Kernel height and width 1 to 7". To be freed, never
   * NULL. */
  char *(*describe) (const FxLimit *limit);
};

/* All kinds there are, in groups by what they look at: each group ends with a row without name, the list with NULL. */
extern const FxLimitKind *const fx_limit_kinds[];
/* NULL if this version has no such kind, or not with that rule. */
const FxLimitKind *fx_limit_kind_find (const char *name, const char *rule);

/* TRUE, FALSE or unknown: whether the conditions of a limit apply to the node. HOLDS: it applies. BROKEN: it does not.
 */
FxVerdict fx_limit_applies (const FxLimit *limit, const FxLimitSubject *subject);

/* The same for conditions (a{sv}, NULL: always) inside of a limit, such as "relaxed_when". */
FxVerdict fx_limit_applies_when (GVariant *when, const FxLimit *limit, const FxLimitSubject *subject);
gboolean fx_limit_when_is_known (const char *key);

/* Numeric value of an expression over the variables of a node ("H * align(W, 256)", "dh > 1 || dw > 1"; booleans are 0
 * and 1). FALSE if a variable is not known (*error is not set) or the expression is bad (*error says where). */
gboolean
fx_limit_expression (const char *text, const FxLimitSubject *subject, GVariant *let, double *value, GError **error);

G_END_DECLS
