/* Places for things that live for a while in one block of memory: where no lives overlap, bytes are shared.
 *
 * The planner knows nothing of networks: it serves the BPU's own memory and the board's alike. To find the smallest
 * block is NP-hard; what this finds is usually at the lower bound, and the difference is what fx_arena_bound() tells.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  gsize size;        /* bytes */
  guint first, last; /* steps during which it must keep its bytes, both inclusive; first ≤ last */
  gsize offset;      /* set by fx_arena_plan() */
} FxArenaItem;

/* Sets the offsets of `n` items, multiples of `alignment` (at least 1, any number), so that no two items that share a
 * step share a byte. Returns the bytes used: the highest end, rounded up to the alignment. Same items, same offsets, on
 * every machine.
 *
 * An item of no bytes is at 0. The sum of all sizes, each rounded up, must fit into gsize.
 *
 * One order is always tried to its end, which takes n²/2 comparisons of items at most. What may be better is looked for
 * until 200 million comparisons are done in all, and for no more than the next 256 items after that. The cancellable is
 * looked at as often, in the first order too: what has no place by then is put behind the rest. Such a plan is as valid
 * as any but may be larger; whoever gave the cancellable looks at it. */
gsize fx_arena_plan (FxArenaItem *items, guint n, gsize alignment, GCancellable *cancellable);

/* What no plan can be smaller than: the most bytes, each item rounded up to the alignment, that live in one step. */
gsize fx_arena_bound (const FxArenaItem *items, guint n, gsize alignment);

G_END_DECLS
