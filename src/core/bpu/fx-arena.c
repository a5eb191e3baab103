/* Items are placed one after the other, each in a gap that those before it leave; all depends on the order. Several
 * plain orders are tried, then the best of them is changed a little at a time: whatever ends highest, or is in its way,
 * gets its turn earlier. It ends at the lower bound, or when enough work is done. Work is counted, not timed.
 *
 * The orders by size and by breadth are those of Y. Pisarchyk and J. Lee, "Efficient Memory Management for Deep Neural
 * Net Inference" (2020); the search resembles what many compilers for small accelerators do.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-arena.h"

#include "core/ops/fx-random.h"

#include <string.h>

/* What a plan may cost: a comparison of two items is the unit. About a third of a second. */
#define MOST_WORK 200000000
/* Items that are placed or weighed between two looks at the work done and at the cancellable. */
#define LOOK_EVERY 256
/* Attempts that find nothing better until the search gives up. */
#define MOST_FAILURES 4000
#define SEED 1

typedef struct
{
  gsize offset, end;
  guint first, last;
} Placed;

typedef struct
{
  FxArenaItem *items; /* offsets: the best plan so far */
  guint n;
  gsize *sizes; /* [n] rounded up */
  gsize bound, best;
  guint *order;      /* [n] of the attempt */
  guint *best_order; /* [n] */
  gboolean tight, best_tight;
  Placed *placed; /* [n] by offset */
  guint n_placed;
  gsize *offsets; /* [n] of the attempt */
  gsize *weights; /* [n] scratch of sorting: larger first */
  guint64 work, n_random;
  GCancellable *cancellable;
} Planner;

static gsize
round_up (gsize size, gsize alignment)
{
  return (size + alignment - 1) / alignment * alignment;
}

/* ---- one attempt ---- */

/* The lowest gap that is wide enough, or the tightest one; the end of what shares a step if there is none. */
static gsize
find_gap (Planner *planner, guint item)
{
  const FxArenaItem *it = &planner->items[item];
  gsize size = planner->sizes[item], end = 0, best = G_MAXSIZE, best_gap = G_MAXSIZE;

  for (guint i = 0; i < planner->n_placed; i++)
    {
      const Placed *other = &planner->placed[i];

      if (other->last < it->first || other->first > it->last)
        continue;
      if (other->offset > end && other->offset - end >= size && other->offset - end < best_gap)
        {
          best = end;
          best_gap = other->offset - end;
          if (!planner->tight || best_gap == size)
            break;
        }
      end = MAX (end, other->end);
    }
  return best != G_MAXSIZE ? best : end;
}

static void
put (Planner *planner, guint item, gsize offset)
{
  const FxArenaItem *it = &planner->items[item];
  guint low = 0, high = planner->n_placed;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (planner->placed[middle].offset <= offset)
        low = middle + 1;
      else
        high = middle;
    }
  memmove (&planner->placed[low + 1], &planner->placed[low], (planner->n_placed - low) * sizeof (Placed));
  planner->placed[low] = (Placed){ offset, offset + planner->sizes[item], it->first, it->last };
  planner->n_placed++;
  planner->offsets[item] = offset;
}

static gboolean
is_done (const Planner *planner)
{
  return planner->best <= planner->bound || planner->work >= MOST_WORK
         || g_cancellable_is_cancelled (planner->cancellable);
}

/* Places all in the order; the bytes used, or G_MAXSIZE as soon as they are more than `limit` or the search is to end.
 * Without a plan there is no limit, and when cancelled the rest goes behind what is placed: some plan is always found.
 */
static gsize
attempt (Planner *planner, gsize limit)
{
  gboolean is_first = limit == G_MAXSIZE, hurry = FALSE;
  gsize used = 0;

  planner->n_placed = 0;
  for (guint i = 0; i < planner->n; i++)
    {
      guint item = planner->order[i];
      gsize offset;

      if (i % LOOK_EVERY == 0 && !is_first && is_done (planner))
        return G_MAXSIZE;
      if (i % LOOK_EVERY == 0 && is_first)
        hurry = g_cancellable_is_cancelled (planner->cancellable);
      offset = planner->sizes[item] == 0 ? 0 : hurry ? used : find_gap (planner, item);
      planner->work += hurry ? 1 : planner->n_placed + 1;
      used = MAX (used, offset + planner->sizes[item]);
      if (used > limit)
        return G_MAXSIZE;
      if (planner->sizes[item] > 0)
        put (planner, item, offset);
      else
        planner->offsets[item] = 0;
    }
  return used;
}

static void
keep (Planner *planner, gsize used)
{
  planner->best = used;
  planner->best_tight = planner->tight;
  memcpy (planner->best_order, planner->order, planner->n * sizeof *planner->order);
  for (guint i = 0; i < planner->n; i++)
    planner->items[i].offset = planner->offsets[i];
}

/* ---- plain orders ---- */

static gsize
weigh_size (const Planner *planner, guint i)
{
  return planner->sizes[i];
}

static gsize
weigh_area (const Planner *planner, guint i)
{
  const FxArenaItem *item = &planner->items[i];
  gsize area;

  return g_size_checked_mul (&area, planner->sizes[i], (gsize)item->last - item->first + 1) ? area : G_MAXSIZE;
}

static gsize
weigh_life (const Planner *planner, guint i)
{
  return (gsize)planner->items[i].last - planner->items[i].first;
}

static gsize
weigh_first (const Planner *planner, guint i)
{
  return G_MAXUINT - planner->items[i].first;
}

static gsize
weigh_last (const Planner *planner, guint i)
{
  return planner->items[i].last;
}

/* Heavier first; then the larger; then the one that is there first, so that the order is total. */
static int
compare_weights (gconstpointer a, gconstpointer b, gpointer data)
{
  const Planner *planner = data;
  guint x = *(const guint *)a, y = *(const guint *)b;

  if (planner->weights[x] != planner->weights[y])
    return planner->weights[x] > planner->weights[y] ? -1 : 1;
  if (planner->sizes[x] != planner->sizes[y])
    return planner->sizes[x] > planner->sizes[y] ? -1 : 1;
  return x < y ? -1 : x > y;
}

typedef struct
{
  guint step;
  guint item;
} Event;

static int
compare_events (gconstpointer a, gconstpointer b, G_GNUC_UNUSED gpointer data)
{
  const Event *x = a, *y = b;

  if (x->step != y->step)
    return x->step < y->step ? -1 : 1;
  return x->item < y->item ? -1 : x->item > y->item;
}

/* Items by their first or last step. */
static Event *
events_new (const FxArenaItem *items, guint n, gboolean ends)
{
  Event *events = g_new (Event, n + 1);

  for (guint i = 0; i < n; i++)
    events[i] = (Event){ ends ? items[i].last : items[i].first, i };
  g_qsort_with_data (events, (gint)n, sizeof *events, compare_events, NULL);
  return events;
}

/* Bytes alive when an item begins: the most of any step is among them, as nothing else adds to what lives. */
static gsize *
breadths_new (const FxArenaItem *items, guint n, gsize alignment)
{
  g_autofree Event *begins = events_new (items, n, FALSE), *ends = events_new (items, n, TRUE);
  gsize *breadths = g_new0 (gsize, n + 1), alive = 0;
  guint gone = 0, from = 0;

  for (guint i = 0; i < n; i++)
    {
      for (; gone < n && ends[gone].step < begins[i].step; gone++)
        alive -= round_up (items[ends[gone].item].size, alignment);
      alive += round_up (items[begins[i].item].size, alignment);
      if (i + 1 < n && begins[i + 1].step == begins[i].step)
        continue;
      for (; from <= i; from++)
        breadths[begins[from].item] = alive;
    }
  return breadths;
}

/* Each item weighs what the fullest step of its life does: what lives in the fullest step is placed first. FALSE if the
 * search is to end before all are weighed. */
static gboolean
weigh_breadths (Planner *planner, const gsize *breadths)
{
  g_autofree Event *begins = events_new (planner->items, planner->n, FALSE);

  for (guint i = 0; i < planner->n; i++)
    {
      guint item = begins[i].item, k = i + 1;

      if (i % LOOK_EVERY == 0 && is_done (planner))
        return FALSE;
      planner->weights[item] = breadths[item];
      for (; k < planner->n && begins[k].step <= planner->items[item].last; k++)
        planner->weights[item] = MAX (planner->weights[item], breadths[begins[k].item]);
      planner->work += k - i;
    }
  return TRUE;
}

static void
try_order (Planner *planner)
{
  for (guint i = 0; i < planner->n; i++)
    planner->order[i] = i;
  g_qsort_with_data (planner->order, (gint)planner->n, sizeof *planner->order, compare_weights, planner);
  for (int tight = 0; tight < 2 && (planner->best == G_MAXSIZE || !is_done (planner)); tight++)
    {
      gsize used;

      planner->tight = tight != 0;
      used = attempt (planner, planner->best);
      if (used < planner->best)
        keep (planner, used);
    }
}

static void
try_orders (Planner *planner, const gsize *breadths)
{
  static gsize (*const weigh[]) (const Planner *, guint)
      = { weigh_size, weigh_area, weigh_life, weigh_first, weigh_last };

  for (guint k = 0; k < G_N_ELEMENTS (weigh) && (k == 0 || !is_done (planner)); k++)
    {
      for (guint i = 0; i < planner->n; i++)
        planner->weights[i] = weigh[k](planner, i);
      try_order (planner);
    }
  if (!is_done (planner) && weigh_breadths (planner, breadths))
    try_order (planner);
}

/* ---- search ---- */

static guint
pick (Planner *planner, guint n)
{
  return (guint)(fx_random_bits (SEED, planner->n_random++) % n);
}

static gboolean
share_step (const FxArenaItem *a, const FxArenaItem *b)
{
  return a->first <= b->last && b->first <= a->last;
}

/* A place in the order whose item ends at `used`; one of several by chance. */
static guint
pick_top (Planner *planner, const gsize *offsets, gsize used)
{
  guint found = 0, n_found = 0;

  for (guint i = 0; i < planner->n; i++)
    {
      guint item = planner->order[i];

      if (offsets[item] + planner->sizes[item] == used && pick (planner, ++n_found) == 0)
        found = i;
    }
  return found;
}

/* A place before `top` whose item shares a step with it, by chance; `top` itself if there is none. */
static guint
pick_rival (Planner *planner, guint top)
{
  const FxArenaItem *item = &planner->items[planner->order[top]];
  guint found = top, n_found = 0;

  for (guint i = 0; i < top; i++)
    if (share_step (item, &planner->items[planner->order[i]]) && pick (planner, ++n_found) == 0)
      found = i;
  return found;
}

/* The item at place `from` of the order gets place `to`. */
static void
move_turn (guint *order, guint from, guint to)
{
  guint item = order[from];

  if (to < from)
    memmove (&order[to + 1], &order[to], (from - to) * sizeof *order);
  else
    memmove (&order[from], &order[from + 1], (to - from) * sizeof *order);
  order[to] = item;
}

static void
swap_turns (guint *order, guint a, guint b)
{
  guint item = order[a];

  order[a] = order[b];
  order[b] = item;
}

/* What ends highest goes before something that is in its way, or that changes its turn with another one. */
static void
change_order (Planner *planner, const gsize *offsets, gsize used)
{
  guint top = pick_top (planner, offsets, used), rival = pick_rival (planner, top);

  planner->work += planner->n;
  switch (pick (planner, 3))
    {
    case 0: move_turn (planner->order, top, rival); break;
    case 1: swap_turns (planner->order, top, rival); break;
    default: move_turn (planner->order, rival, pick (planner, planner->n)); break;
    }
}

static void
search (Planner *planner)
{
  g_autofree guint *order = g_memdup2 (planner->best_order, planner->n * sizeof *order);
  g_autofree gsize *offsets = g_new (gsize, planner->n);
  gsize current = planner->best;
  guint failures = 0;

  for (guint i = 0; i < planner->n; i++)
    offsets[i] = planner->items[i].offset;
  planner->tight = planner->best_tight;
  while (!is_done (planner) && failures < MOST_FAILURES)
    {
      gsize used;

      memcpy (planner->order, order, planner->n * sizeof *order);
      change_order (planner, offsets, current);
      used = attempt (planner, current);
      failures++;
      if (used == G_MAXSIZE)
        continue;
      if (used < planner->best)
        {
          keep (planner, used);
          failures = 0;
        }
      current = used;
      memcpy (order, planner->order, planner->n * sizeof *order);
      memcpy (offsets, planner->offsets, planner->n * sizeof *offsets);
    }
}

gsize
fx_arena_plan (FxArenaItem *items, guint n, gsize alignment, GCancellable *cancellable)
{
  g_autofree gsize *breadths = breadths_new (items, n, alignment), *sizes = g_new (gsize, n + 1);
  g_autofree gsize *offsets = g_new (gsize, n + 1), *weights = g_new (gsize, n + 1);
  g_autofree guint *order = g_new (guint, n + 1), *best_order = g_new (guint, n + 1);
  g_autofree Placed *placed = g_new (Placed, n + 1);
  Planner planner = { .items = items,
                      .n = n,
                      .sizes = sizes,
                      .bound = fx_arena_bound (items, n, alignment),
                      .best = G_MAXSIZE,
                      .order = order,
                      .best_order = best_order,
                      .placed = placed,
                      .offsets = offsets,
                      .weights = weights,
                      .cancellable = cancellable };

  if (n == 0)
    return 0;
  for (guint i = 0; i < n; i++)
    sizes[i] = round_up (items[i].size, alignment);
  try_orders (&planner, breadths);
  search (&planner);
  return planner.best;
}

gsize
fx_arena_bound (const FxArenaItem *items, guint n, gsize alignment)
{
  g_autofree gsize *breadths = breadths_new (items, n, alignment);
  gsize most = 0;

  for (guint i = 0; i < n; i++)
    most = MAX (most, breadths[i]);
  return most;
}
