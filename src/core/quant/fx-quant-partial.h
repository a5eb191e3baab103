/* Networks of which a part is quantized and the rest float: for finding out what each part costs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"
#include "core/quant/fx-quant-params.h"

G_BEGIN_DECLS

/* A copy of the parameters of `graph` in which only the nodes with chosen[node] stay integer. */
FxQuantParams *fx_quant_params_only (const FxGraph *graph, const FxQuantParams *params, const guint8 *chosen);

/* What stays quantized of a QDQ network. Names are those of the float graph; NULL: none. */
typedef struct
{
  gboolean all_weights, all_activations;
  GHashTable *weights;     /* set of node names: their constant operands */
  GHashTable *activations; /* set of value names */
} FxQdqPart;

/* A copy of the QDQ form of `graph` (fx_quantize_qdq()) in which only a part goes through integers: constant operands
 * of the other nodes are those of `graph` again, the other values pass by. */
FxGraph *fx_qdq_partial (const FxGraph *qdq, const FxGraph *graph, const FxQdqPart *part);

G_END_DECLS
