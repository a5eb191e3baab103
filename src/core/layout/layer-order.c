/* The order in each row: sweeps down and up put every vertex at the average of its neighbors; the order with the fewest
 * crossings stays.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/layout/layer-private.h"

#include <string.h>

/* Few graphs get better after so many sweeps. */
#define MAX_SWEEPS 12
/* Sweeps without progress after which to stop. */
#define PATIENCE 4

typedef struct
{
  double key;
  guint32 place; /* of ties: where it was */
  guint32 vertex;
} Slot;

static int
compare_slots (gconstpointer a, gconstpointer b)
{
  const Slot *left = a, *right = b;

  if (left->key != right->key)
    return left->key < right->key ? -1 : 1;
  return left->place < right->place ? -1 : left->place > right->place;
}

/* Puts a row in order of the average place of its neighbors above, or below. A vertex without any keeps its place. */
static void
sort_row (FxLayering *layering, guint row, gboolean by_above, Slot *slots)
{
  const guint32 *first = by_above ? layering->first_above : layering->first_below;
  const guint32 *neighbors = by_above ? layering->above : layering->below;
  guint32 *order = layering->order + layering->first_in_row[row];
  guint n = fx_layering_row_size (layering, row);
  guint other = by_above ? row - 1 : row + 1;
  double scale = (double)MAX (n, 1) / MAX (fx_layering_row_size (layering, other), 1);

  for (guint i = 0; i < n; i++)
    {
      guint32 vertex = order[i];
      guint count = first[vertex + 1] - first[vertex];
      double sum = 0.0;

      for (guint32 k = first[vertex]; k < first[vertex + 1]; k++)
        sum += layering->position[neighbors[k]];
      slots[i] = (Slot){ count > 0 ? sum / count : (i + 0.5) / scale - 0.5, i, vertex };
    }
  qsort (slots, n, sizeof *slots, compare_slots);
  for (guint i = 0; i < n; i++)
    {
      order[i] = slots[i].vertex;
      layering->position[slots[i].vertex] = i;
    }
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;

  return left < right ? -1 : left > right;
}

/* Crossings between a row and the one below: the inversions of the lower ends when edges are taken from left to right,
 * counted with a tree of sums (Barth, Jünger and Mutzel 2002). */
static guint64
count_row (const FxLayering *layering, guint row, guint32 *ends, guint32 *tree)
{
  guint n_lower = fx_layering_row_size (layering, row + 1), size = 1;
  guint64 crossings = 0;

  while (size < n_lower)
    size *= 2;
  memset (tree, 0, 2 * size * sizeof *tree);
  for (guint32 i = layering->first_in_row[row]; i < layering->first_in_row[row + 1]; i++)
    {
      guint32 vertex = layering->order[i];
      guint n = layering->first_below[vertex + 1] - layering->first_below[vertex];

      for (guint k = 0; k < n; k++)
        ends[k] = layering->position[layering->below[layering->first_below[vertex] + k]];
      if (n > 1)
        qsort (ends, n, sizeof *ends, compare_places);
      for (guint k = 0; k < n; k++)
        {
          /* all edges so far that end further right cross this one */
          for (guint at = size + ends[k]; at > 1; at /= 2)
            {
              tree[at]++;
              if (at % 2 == 0)
                crossings += tree[at + 1];
            }
          tree[1]++;
        }
    }
  return crossings;
}

static guint64
count_all (const FxLayering *layering, guint32 *ends, guint32 *tree)
{
  guint64 crossings = 0;

  for (guint row = 0; row + 1 < layering->n_rows; row++)
    crossings += count_row (layering, row, ends, tree);
  return crossings;
}

guint64
fx_layering_sort (FxLayering *layering, GCancellable *cancellable)
{
  guint n = layering->n_vertices;
  g_autofree Slot *slots = g_new (Slot, n + 1);
  g_autofree guint32 *best = g_memdup2 (layering->order, (n + 1) * sizeof *best);
  g_autofree guint32 *ends = g_new (guint32, layering->edges->len + 1);
  g_autofree guint32 *tree = g_new (guint32, 4 * n + 8);
  guint64 fewest = count_all (layering, ends, tree);

  for (guint sweep = 0, since = 0; sweep < MAX_SWEEPS && since < PATIENCE && fewest > 0; sweep++, since++)
    {
      guint64 crossings;

      if (g_cancellable_is_cancelled (cancellable))
        break;
      if (sweep % 2 == 0)
        for (guint row = 1; row < layering->n_rows; row++)
          sort_row (layering, row, TRUE, slots);
      else
        for (guint row = layering->n_rows - 1; row-- > 0;)
          sort_row (layering, row, FALSE, slots);
      crossings = count_all (layering, ends, tree);
      if (crossings < fewest)
        {
          fewest = crossings;
          memcpy (best, layering->order, n * sizeof *best);
          since = 0;
        }
    }

  memcpy (layering->order, best, n * sizeof *best);
  for (guint row = 0; row < layering->n_rows; row++)
    for (guint32 i = layering->first_in_row[row]; i < layering->first_in_row[row + 1]; i++)
      layering->position[layering->order[i]] = i - layering->first_in_row[row];
  return fewest;
}
