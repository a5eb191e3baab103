/* Places in memory: nothing overlaps, nothing is below the bound, and what can be packed tightly is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-arena.h"
#include "core/ops/fx-random.h"

#define MOST_ITEMS 200

static gsize
end_of (const FxArenaItem *item, gsize alignment)
{
  return (item->offset + item->size + alignment - 1) / alignment * alignment;
}

static gboolean
collide (const FxArenaItem *a, const FxArenaItem *b)
{
  return a->size > 0 && b->size > 0 && a->first <= b->last && b->first <= a->last && a->offset < b->offset + b->size
         && b->offset < a->offset + a->size;
}

/* The bytes used, after everything that must hold of a plan was looked at. */
static gsize
plan (FxArenaItem *items, guint n, gsize alignment)
{
  gsize used = fx_arena_plan (items, n, alignment, NULL), highest = 0;

  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (items[i].offset % alignment, ==, 0);
      highest = MAX (highest, end_of (&items[i], alignment));
      for (guint k = 0; k < i; k++)
        g_assert_false (collide (&items[i], &items[k]));
    }
  g_assert_cmpuint (used, ==, highest);
  g_assert_cmpuint (used, >=, fx_arena_bound (items, n, alignment));
  return used;
}

/* ---- by hand ---- */

static void
test_nothing (void)
{
  FxArenaItem empty[] = { { .size = 0, .first = 0, .last = 3 }, { .size = 0, .first = 1, .last = 1 } };

  g_assert_cmpuint (fx_arena_plan (NULL, 0, 64, NULL), ==, 0);
  g_assert_cmpuint (fx_arena_bound (NULL, 0, 64), ==, 0);
  g_assert_cmpuint (plan (empty, G_N_ELEMENTS (empty), 64), ==, 0);
}

static void
test_chain (void)
{
  /* each step reads what the last one wrote: two at a time */
  FxArenaItem items[] = {
    { .size = 100, .first = 0, .last = 1 },
    { .size = 200, .first = 1, .last = 2 },
    { .size = 100, .first = 2, .last = 3 },
    { .size = 50, .first = 3, .last = 4 },
  };

  g_assert_cmpuint (fx_arena_bound (items, 4, 1), ==, 300);
  g_assert_cmpuint (plan (items, 4, 1), ==, 300);
}

static void
test_last_step_counts (void)
{
  FxArenaItem touching[] = { { .size = 8, .first = 0, .last = 2 }, { .size = 8, .first = 2, .last = 4 } };
  FxArenaItem apart[] = { { .size = 8, .first = 0, .last = 1 }, { .size = 8, .first = 2, .last = 4 } };

  g_assert_cmpuint (plan (touching, 2, 8), ==, 16);
  g_assert_cmpuint (plan (apart, 2, 8), ==, 8);
}

static void
test_alignment (void)
{
  FxArenaItem items[] = { { .size = 1, .first = 0, .last = 1 }, { .size = 65, .first = 0, .last = 1 } };

  g_assert_cmpuint (fx_arena_bound (items, 2, 64), ==, 192);
  g_assert_cmpuint (plan (items, 2, 64), ==, 192);
  g_assert_cmpuint (fx_arena_bound (items, 2, 1), ==, 66);
  g_assert_cmpuint (plan (items, 2, 1), ==, 66);
  g_assert_cmpuint (plan (items, 2, 48), ==, 144); /* no power of two */
}

/* The largest first leaves 10 bytes between the two that are there at the end, where no item of 20 fits; another order
 * packs all. */
static void
test_order_matters (void)
{
  FxArenaItem items[] = {
    { .size = 30, .first = 0, .last = 1 }, { .size = 20, .first = 1, .last = 3 }, { .size = 20, .first = 0, .last = 0 },
    { .size = 20, .first = 3, .last = 5 }, { .size = 30, .first = 4, .last = 5 }, { .size = 10, .first = 2, .last = 4 },
  };

  g_assert_cmpuint (plan (items, G_N_ELEMENTS (items), 1), ==, fx_arena_bound (items, G_N_ELEMENTS (items), 1));
}

static void
test_last_step_of_all (void)
{
  FxArenaItem items[] = { { .size = 4, .first = 0, .last = G_MAXUINT }, { .size = 4, .first = 5, .last = 5 } };

  g_assert_cmpuint (plan (items, 2, 4), ==, 8);
}

/* ---- at random ---- */

typedef struct
{
  guint64 seed, n;
} Random;

static guint
draw (Random *random, guint n)
{
  return (guint)(fx_random_bits (random->seed, random->n++) % n);
}

/* Short lives and some long ones, as shortcuts of networks make them. */
static guint
make_items (FxArenaItem *items, guint64 seed)
{
  Random random = { .seed = seed };
  guint n = 1 + draw (&random, MOST_ITEMS);

  for (guint i = 0; i < n; i++)
    {
      guint first = draw (&random, n), life = draw (&random, draw (&random, 4) == 0 ? n : 4);

      items[i] = (FxArenaItem){ .size = draw (&random, 5000), .first = first, .last = first + life, .offset = 7 };
    }
  return n;
}

static gsize
count_bound (const FxArenaItem *items, guint n, gsize alignment)
{
  gsize most = 0;

  for (guint step = 0; step < 2 * MOST_ITEMS; step++)
    {
      gsize alive = 0;

      for (guint i = 0; i < n; i++)
        if (items[i].first <= step && step <= items[i].last)
          alive += (items[i].size + alignment - 1) / alignment * alignment;
      most = MAX (most, alive);
    }
  return most;
}

static void
test_random (void)
{
  static const gsize alignments[] = { 1, 16, 48, 256 };

  for (guint64 seed = 0; seed < 40; seed++)
    {
      FxArenaItem items[MOST_ITEMS];
      guint n = make_items (items, seed);
      gsize alignment = alignments[seed % G_N_ELEMENTS (alignments)];
      gsize bound = fx_arena_bound (items, n, alignment), used;

      g_test_message ("seed %" G_GUINT64_FORMAT ": %u items", seed, n);
      g_assert_cmpuint (bound, ==, count_bound (items, n, alignment));
      used = plan (items, n, alignment);
      g_assert_cmpfloat ((double)used, <=, 1.1 * (double)bound);
    }
}

static void
test_same_twice (void)
{
  for (guint64 seed = 100; seed < 105; seed++)
    {
      FxArenaItem one[MOST_ITEMS], two[MOST_ITEMS];
      guint n = make_items (one, seed);

      make_items (two, seed);
      g_assert_cmpuint (fx_arena_plan (one, n, 64, NULL), ==, fx_arena_plan (two, n, 64, NULL));
      for (guint i = 0; i < n; i++)
        g_assert_cmpuint (one[i].offset, ==, two[i].offset);
    }
}

/* Halves a block of `size` bytes over steps first … last, in memory or in time, `depth` times: the pieces fit into the
 * block, and fill it. */
static guint
cut (Random *random, FxArenaItem *items, FxArenaItem whole, guint depth)
{
  FxArenaItem one = whole, two = whole;
  guint n;

  if (depth == 0 || whole.first == whole.last || whole.size < 2)
    {
      items[0] = whole;
      return 1;
    }
  if (draw (random, 2) == 0)
    {
      one.last = whole.first + draw (random, whole.last - whole.first);
      two.first = one.last + 1;
    }
  else
    {
      one.size = 1 + draw (random, (guint)whole.size - 1);
      two.size = whole.size - one.size;
    }
  n = cut (random, items, one, depth - 1);
  return n + cut (random, items + n, two, depth - 1);
}

static void
test_pieces (void)
{
  const FxArenaItem whole = { .size = 10000, .first = 0, .last = 99 };

  for (guint64 seed = 0; seed < 20; seed++)
    {
      FxArenaItem items[64];
      Random random = { .seed = seed };
      guint n = cut (&random, items, whole, 4);

      g_test_message ("seed %" G_GUINT64_FORMAT ": %u pieces", seed, n);
      g_assert_cmpuint (fx_arena_bound (items, n, 1), ==, whole.size);
      g_assert_cmpuint (plan (items, n, 1), <=, whole.size * 105 / 100);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  FxArenaItem items[MOST_ITEMS];
  guint n = make_items (items, 7);
  gsize used;

  g_cancellable_cancel (cancellable);
  used = fx_arena_plan (items, n, 64, cancellable);
  g_assert_cmpuint (used, >=, fx_arena_bound (items, n, 64));
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (end_of (&items[i], 64), <=, used);
      for (guint k = 0; k < i; k++)
        g_assert_false (collide (&items[i], &items[k]));
    }
}

/* After the cancelling no more place is looked for, however many items there are: one comes after the other. */
static void
test_cancelled_many (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint n = 50000;
  g_autofree FxArenaItem *items = g_new (FxArenaItem, n);

  for (guint i = 0; i < n; i++)
    items[i] = (FxArenaItem){ .size = 60, .first = i, .last = i + 1 };
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (fx_arena_plan (items, n, 64, cancellable), ==, (gsize)64 * n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arena/nothing", test_nothing);
  g_test_add_func ("/arena/chain", test_chain);
  g_test_add_func ("/arena/last-step-counts", test_last_step_counts);
  g_test_add_func ("/arena/alignment", test_alignment);
  g_test_add_func ("/arena/order-matters", test_order_matters);
  g_test_add_func ("/arena/last-step-of-all", test_last_step_of_all);
  g_test_add_func ("/arena/random", test_random);
  g_test_add_func ("/arena/same-twice", test_same_twice);
  g_test_add_func ("/arena/pieces", test_pieces);
  g_test_add_func ("/arena/cancelled", test_cancelled);
  g_test_add_func ("/arena/cancelled-many", test_cancelled_many);
  return g_test_run ();
}
