/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-blocks.h"

#include "core/exec/fx-memory.h"

void
fx_blocks_init (FxBlocks *blocks)
{
  blocks->blocks = g_array_new (FALSE, FALSE, sizeof (FxBlock));
}

void
fx_blocks_clear (FxBlocks *blocks)
{
  g_clear_pointer (&blocks->blocks, g_array_unref);
}

guint
fx_blocks_add (FxBlocks *blocks, gsize bytes, guint step)
{
  FxBlock block = { .bytes = fx_align (bytes), .first = step, .last = step, .parent = FX_NONE };

  g_array_append_val (blocks->blocks, block);
  return blocks->blocks->len - 1;
}

FxBlock *
fx_blocks_get (const FxBlocks *blocks, guint block)
{
  return &g_array_index (blocks->blocks, FxBlock, block);
}

guint
fx_blocks_root (const FxBlocks *blocks, guint block, gsize *offset)
{
  while (fx_blocks_get (blocks, block)->parent != FX_NONE)
    {
      *offset += fx_blocks_get (blocks, block)->parent_offset;
      block = fx_blocks_get (blocks, block)->parent;
    }
  return block;
}

void
fx_blocks_touch (FxBlocks *blocks, guint block, guint step)
{
  gsize offset = 0;
  FxBlock *root = fx_blocks_get (blocks, fx_blocks_root (blocks, block, &offset));

  root->first = MIN (root->first, step);
  root->last = MAX (root->last, step);
}

void
fx_blocks_join (FxBlocks *blocks, guint part, guint whole, gsize offset)
{
  FxBlock *from = fx_blocks_get (blocks, part), *to = fx_blocks_get (blocks, whole);

  from->parent = whole;
  from->parent_offset = offset;
  to->first = MIN (to->first, from->first);
  to->last = MAX (to->last, from->last);
  to->pending += from->pending;
}

/* Larger first; among equals the earlier one, so that the order is total. */
static int
compare_size (gconstpointer a, gconstpointer b, gpointer data)
{
  const FxBlocks *blocks = data;
  guint left = *(const guint *)a, right = *(const guint *)b;
  gsize x = fx_blocks_get (blocks, left)->bytes, y = fx_blocks_get (blocks, right)->bytes;

  if (x != y)
    return x > y ? -1 : 1;
  return left < right ? -1 : left > right;
}

/* The offset of the tightest gap among `placed` blocks (by offset) that `block` shares a step with. */
static gsize
best_gap (const FxBlocks *blocks, const GArray *placed, const FxBlock *block)
{
  gsize end = 0, best = G_MAXSIZE, best_size = G_MAXSIZE;

  for (guint i = 0; i < placed->len; i++)
    {
      const FxBlock *other = fx_blocks_get (blocks, g_array_index (placed, guint, i));

      if (other->last < block->first || other->first > block->last)
        continue;
      if (other->offset > end && other->offset - end >= block->bytes && other->offset - end < best_size)
        {
          best = end;
          best_size = other->offset - end;
        }
      end = MAX (end, other->offset + other->bytes);
    }
  return best != G_MAXSIZE ? best : end;
}

gboolean
fx_blocks_place (FxBlocks *blocks, gsize *total)
{
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) placed = g_array_new (FALSE, FALSE, sizeof (guint)); /* by offset */

  *total = 0;
  for (guint i = 0; i < blocks->blocks->len; i++)
    if (fx_blocks_get (blocks, i)->parent == FX_NONE)
      g_array_append_val (order, i);
  g_array_sort_with_data (order, compare_size, blocks);

  for (guint i = 0; i < order->len; i++)
    {
      guint id = g_array_index (order, guint, i), at;
      FxBlock *block = fx_blocks_get (blocks, id);

      block->offset = best_gap (blocks, placed, block);
      if (block->offset > G_MAXSSIZE - block->bytes)
        return FALSE;
      *total = MAX (*total, block->offset + block->bytes);
      for (at = placed->len; at > 0; at--)
        if (fx_blocks_get (blocks, g_array_index (placed, guint, at - 1))->offset <= block->offset)
          break;
      g_array_insert_val (placed, at, id);
    }
  return TRUE;
}
