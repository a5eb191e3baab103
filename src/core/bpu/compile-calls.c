/* Function calls: what the BPU computes without a break, so that another model has to wait for it. A call begins with
 * nothing in SRAM. Groups follow each other in a call as long as there is time; a layer that takes longer than a call
 * may is computed some rows at a time, if that helps.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/compile-private.h"

#include <math.h>

static FxLayerGroup
first_piece (const FxLayerGroup *group, gint64 pieces)
{
  FxLayerGroup piece = *group;

  piece.pieces = pieces;
  piece.stripes = MAX (1, (group->stripes + pieces - 1) / pieces);
  return piece;
}

/* Appends the group, or the pieces that it is cut into. Each piece loads the constants again, which may take too long
 * by itself; the layer stays whole then. */
static void
append_pieces (const FxCompilation *c, const FxLayerGroup *group, GArray *groups)
{
  const FxTileCut *cut = &fx_compilation_layer (c, group->first)->cut;
  gint64 pieces = group->n == 1 && cut->by_rows ? (gint64)MIN (ceil (group->ms / c->call_ms), 1e9) : 1;
  FxLayerGroup piece = *group;

  for (; pieces > 1 && pieces <= cut->n_rows; pieces += MAX (1, pieces / 4))
    {
      piece = first_piece (group, pieces);
      if (group->streamed)
        piece.ms = group->ms / (double)pieces;
      else if (!fx_compile_measure (c, &piece))
        piece.ms = G_MAXDOUBLE;
      if (piece.ms <= c->call_ms)
        break;
    }
  if (piece.ms > c->call_ms)
    piece = *group;
  for (piece.piece = 0; piece.piece < piece.pieces; piece.piece++)
    g_array_append_val (groups, piece);
}

static gboolean
begins_call (const FxCompilation *c, guint i, double ms)
{
  const FxLayerGroup *group = fx_compilation_group (c, i), *before = fx_compilation_group (c, i - 1);

  return ms + group->ms > c->call_ms
         || fx_compilation_layer (c, group->first)->subgraph != fx_compilation_layer (c, before->first)->subgraph;
}

void
fx_compile_calls (FxCompilation *c)
{
  g_autoptr (GArray) whole = g_steal_pointer (&c->groups);
  double ms = 0;
  guint call = 0;

  c->groups = g_array_new (FALSE, FALSE, sizeof (FxLayerGroup));
  for (guint i = 0; i < whole->len; i++)
    append_pieces (c, &g_array_index (whole, FxLayerGroup, i), c->groups);
  for (guint i = 0; i < c->groups->len; i++)
    {
      FxLayerGroup *group = fx_compilation_group (c, i);

      if (i > 0 && begins_call (c, i, ms))
        {
          call++;
          ms = 0;
        }
      ms += group->ms;
      group->call = call;
    }
  for (guint i = c->groups->len; i-- > 0;)
    for (guint k = 0; k < fx_compilation_group (c, i)->n; k++)
      c->group_of[fx_compilation_group (c, i)->first + k] = i;
}
