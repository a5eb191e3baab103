/* Which nodes become one integer operator together: chains of functions of one value become tables, clamps become
 * bounds of what is in front of them, everything else stands alone. Depends on the graph and on which nodes may become
 * integer, on nothing else, so that who chooses parameters and who builds the network see the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/quant/fx-quant-rule.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *groups;    /* FxQuantGroup, by their last node */
  FxQuantGroup **of;    /* [n_nodes] the group of a node, NULL: it stays float */
  const char **reasons; /* [n_nodes] why an allowed node has none; interned */
  FxUses *uses;
  guint8 *ranged; /* [n_values] 1: calibration gathers a range for it */
} FxQuantPlan;

/* `allowed` [n_nodes]: nodes that may become integer. The graph is sorted and inferred. */
FxQuantPlan *fx_quant_plan_new (const FxGraph *graph, const guint8 *allowed);
/* The groups that the precisions of the parameters say. */
FxQuantPlan *fx_quant_plan_of (const FxGraph *graph, const FxQuantParams *params);
void fx_quant_plan_free (FxQuantPlan *plan); /* accepts NULL */

/* The node that gives the result of a group, and its value. */
static inline FxId
fx_quant_group_last (const FxQuantGroup *group)
{
  return group->nodes[group->n_nodes - 1];
}

FxId fx_quant_group_output (const FxGraph *graph, const FxQuantGroup *group);

/* TRUE if a value is of float type and not constant. */
gboolean fx_quant_is_activation (const FxGraph *graph, FxId value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxQuantPlan, fx_quant_plan_free)

G_END_DECLS
