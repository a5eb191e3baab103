/* The table of operators that can be cut; adding one takes a row here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-tile.h"

G_BEGIN_DECLS

typedef struct
{
  const char *op_type;
  /* Fills a cut that says "whole" so far; `params` is the operator's struct. Leaves it where the node cannot be cut. */
  void (*cut) (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut);
} FxTileRule;

/* NULL if nodes of that type are computed whole. */
const FxTileRule *fx_tile_find_rule (const char *op_type);

G_END_DECLS
