/* What the user says of single nodes: how many bits, which device.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-target.h"
#include "core/quant/fx-quant-params.h"

G_BEGIN_DECLS

/* Names of nodes of the source graph, of operator types ("Softmax": all of them), or "all"; NULL-terminated, NULL:
 * none. Of those that say different things of one node, its name counts more than its type, and that more than "all";
 * of those that speak of it alike, the later field wins. */
typedef struct
{
  char **bpu;   /* with 8 bits, also where the board runs them on the CPU unless it is asked */
  char **int16; /* the same with 16 bits */
  char **cpu;   /* in float */
} FxNodeChoices;

/* A new table for FxQuantOptions.node_precisions of the optimized graph, where a node may stand for several of the
 * source. NULL and *error (BAD_DATA): there is no such node, and no such operator at all. */
GHashTable *fx_quant_choose (const FxGraph *graph, const FxNodeChoices *choices, GError **error);

/* FALSE and *error (UNSUPPORTED), which names the board: 16 bits are asked for, and it has none. target: may be NULL.
 */
gboolean fx_node_choices_suit (const FxNodeChoices *choices, const FxTarget *target, GError **error);

G_END_DECLS
