/* Blocks: pieces of a run's memory, how long each is in use, and where it lies.
 *
 * A block may become a part of another one (the operands of a Concat lie in its result), and then lives and moves with
 * it. `pending` counts the uses that are still to come while the plan is made: at zero the block may be written over.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

typedef struct
{
  gsize bytes;
  guint first, last; /* steps, inclusive */
  gsize offset;      /* set by fx_blocks_place() */
  guint parent;      /* FX_NONE: a root */
  gsize parent_offset;
  guint pending;
} FxBlock;

typedef struct
{
  GArray *blocks; /* of FxBlock */
} FxBlocks;

void fx_blocks_init (FxBlocks *blocks);
void fx_blocks_clear (FxBlocks *blocks);

/* A block of `bytes` that is first written by `step`. */
guint fx_blocks_add (FxBlocks *blocks, gsize bytes, guint step);
FxBlock *fx_blocks_get (const FxBlocks *blocks, guint block);

/* The root that `block` is part of; adds the distance to *offset. */
guint fx_blocks_root (const FxBlocks *blocks, guint block, gsize *offset);
/* `step` reads or writes the block. */
void fx_blocks_touch (FxBlocks *blocks, guint block, guint step);
/* Makes the root `part` a part of the root `whole`. */
void fx_blocks_join (FxBlocks *blocks, guint part, guint whole, gsize offset);

/* Gives every root an offset such that no two blocks that are in use during the same step overlap: the largest first,
 * each into the tightest gap that it fits. Returns the bytes of it all. FALSE if they pass G_MAXSSIZE. */
gboolean fx_blocks_place (FxBlocks *blocks, gsize *total);

G_END_DECLS
