/* What the stages of the layered drawing share.
 *
 * A vertex is a box or a bend. Bends fill the rows between a box and the users of its tensor, one for each row, so that
 * every edge joins neighboring rows. Ids: boxes 0 … n_boxes-1, then bends.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/layout/fx-layered.h"

G_BEGIN_DECLS

#define FX_NO_VERTEX G_MAXUINT32

typedef struct
{
  guint32 upper, lower; /* vertices */
} FxLayerEdge;

typedef struct
{
  const FxLayeredInput *input;

  guint n_boxes, n_vertices;
  guint32 *row;        /* [n_vertices] */
  double *width;       /* [n_vertices]; a bend has a little */
  guint8 *is_reversed; /* [n_targets] the use closes a cycle: drawn from target to source */

  GArray *edges;   /* of FxLayerEdge */
  guint32 *attach; /* [n_targets] the upper vertex of the edge that ends the use: its source, or a bend */

  /* edges by vertex: neighbors above are above[first_above[v]] … above[first_above[v + 1] - 1] */
  guint32 *first_above, *above, *first_below, *below;

  guint n_rows;
  guint32 *first_in_row; /* [n_rows + 1] into order */
  guint32 *order;        /* [n_vertices] vertices, row by row, from left to right */
  guint32 *position;     /* [n_vertices] place in its row */

  double *x; /* [n_vertices] centers */
} FxLayering;

static inline guint
fx_layering_row_size (const FxLayering *layering, guint row)
{
  return layering->first_in_row[row + 1] - layering->first_in_row[row];
}

/* Rows of the boxes, bends, edges, and a first order. */
void fx_layering_rank (FxLayering *layering);

/* Fewer crossings; the number that is left. Stops early when cancelled. */
guint64 fx_layering_sort (FxLayering *layering, GCancellable *cancellable);

/* Centers along x. */
void fx_layering_place (FxLayering *layering, double gap);

/* Boxes, lines and size of the drawing. */
void fx_layering_route (const FxLayering *layering, FxLayered *layered, double row_gap);

G_END_DECLS
