/* Centers along x, after Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment" (2001).
 *
 * Vertices are joined into vertical blocks with their median neighbor, four times: from above or from below, leftmost
 * or rightmost median first. Each time the blocks are pushed together; the mean of the two middle results is balanced
 * and keeps long runs of boxes, and the bends of one line, straight. Lines of bends win over other edges that cross
 * them (the paper's type 1 conflicts), and the spine of a network wins over constants and short ends beside it.
 *
 * The pushing together is a longest path over blocks, first to the left, then each block back to the right as far as
 * its neighbors let it, which avoids the gaps of the paper's class shifts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/layout/layer-private.h"

#include <string.h>

typedef struct
{
  const FxLayering *layering;
  double gap;
  guint8 *conflicts; /* [n_edges in `above` order] the edge crosses a line of bends */
  guint32 *depth;    /* [n_vertices] boxes on the longest way from the top to it */
  guint32 *reach;    /* [n_vertices] and on to the bottom */
  guint32 *root;     /* [n_vertices] first vertex of its block */
  guint32 *align;    /* [n_vertices] next vertex of its block, around in a ring */
  double *x;         /* [n_vertices] of the block at its root */
} Placing;

static gboolean
is_bend (const FxLayering *layering, guint32 vertex)
{
  return vertex >= layering->n_boxes;
}

/* The bend above a bend: the one edge of that kind, or FX_NO_VERTEX. */
static guint32
bend_above (const FxLayering *layering, guint32 vertex)
{
  guint32 first = layering->first_above[vertex];

  if (is_bend (layering, vertex) && layering->first_above[vertex + 1] > first
      && is_bend (layering, layering->above[first]))
    return layering->above[first];
  return FX_NO_VERTEX;
}

/* Marks edges that cross a line from bend to bend. */
static void
mark_conflicts (Placing *placing)
{
  const FxLayering *layering = placing->layering;

  for (guint row = 1; row < layering->n_rows; row++)
    {
      const guint32 *order = layering->order + layering->first_in_row[row];
      guint n = fx_layering_row_size (layering, row), begin = 0;
      gint64 left = 0;

      for (guint i = 0; i < n; i++)
        {
          guint32 inner = bend_above (layering, order[i]);
          gint64 right;

          if (inner == FX_NO_VERTEX && i + 1 < n)
            continue;
          right = inner != FX_NO_VERTEX ? layering->position[inner] : fx_layering_row_size (layering, row - 1);
          for (; begin <= i; begin++)
            for (guint32 k = layering->first_above[order[begin]]; k < layering->first_above[order[begin] + 1]; k++)
              {
                gint64 place = layering->position[layering->above[k]];

                if ((place < left || place > right) && bend_above (layering, order[begin]) == FX_NO_VERTEX)
                  placing->conflicts[k] = TRUE;
              }
          left = right;
        }
    }
}

static int
compare_uints (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;

  return left < right ? -1 : left > right;
}

static gboolean
has_conflict (const Placing *placing, guint32 upper, guint32 lower)
{
  const FxLayering *layering = placing->layering;

  for (guint32 k = layering->first_above[lower]; k < layering->first_above[lower + 1]; k++)
    if (layering->above[k] == upper)
      return placing->conflicts[k];
  return FALSE;
}

/* ---- what lies on a spine ---- */

static guint32
longest_way (const guint32 *first, const guint32 *neighbors, const guint32 *ways, guint32 vertex)
{
  guint32 longest = 0;

  for (guint32 k = first[vertex]; k < first[vertex + 1]; k++)
    longest = MAX (longest, ways[neighbors[k]]);
  return longest;
}

static void
measure_ways (Placing *placing)
{
  const FxLayering *layering = placing->layering;
  guint n = layering->n_vertices;

  for (guint i = 0; i < n; i++)
    {
      guint32 upper = layering->order[i], lower = layering->order[n - 1 - i];

      placing->depth[upper]
          = !is_bend (layering, upper) + longest_way (layering->first_above, layering->above, placing->depth, upper);
      placing->reach[lower]
          = !is_bend (layering, lower) + longest_way (layering->first_below, layering->below, placing->reach, lower);
    }
}

/* Whether two boxes may share an x: where the longest ways go, which make the spine. A constant, a shorter branch or a
 * short end would pull it to its side, one row after the other, until a deep network is a diagonal. */
static gboolean
may_share (const Placing *placing, guint32 upper, guint32 lower)
{
  guint32 deepest = placing->depth[lower] - 1, farthest = placing->reach[upper] - 1; /* of all neighbors */

  return placing->depth[upper] >= deepest && placing->reach[lower] >= farthest;
}

/* ---- blocks ---- */

/* The neighbors on one side that a vertex may share its x with, as places in their row, from left to right.
 *
 * Here the drawing departs from the paper, whose blocks take bends and boxes alike and so bend the spine of a network
 * at every shortcut around it: edges between two boxes come first, then edges between two bends. A bend joins a box
 * only where no other box wants it. */
static guint
candidates (const Placing *placing, guint32 vertex, gboolean down, guint32 *places)
{
  const FxLayering *layering = placing->layering;
  const guint32 *first = down ? layering->first_above : layering->first_below;
  const guint32 *neighbors = down ? layering->above : layering->below;
  const guint32 *back_first = down ? layering->first_below : layering->first_above;
  const guint32 *back = down ? layering->below : layering->above;
  guint n_same = 0, n_other = 0;

  for (guint32 k = first[vertex]; k < first[vertex + 1]; k++)
    n_same += is_bend (layering, neighbors[k]) == is_bend (layering, vertex);
  for (guint32 k = first[vertex]; k < first[vertex + 1]; k++)
    {
      guint32 neighbor = neighbors[k];
      gboolean same = is_bend (layering, neighbor) == is_bend (layering, vertex), taken = FALSE;

      if (n_same > 0 && !same)
        continue;
      if (same && !is_bend (layering, vertex)
          && !may_share (placing, down ? neighbor : vertex, down ? vertex : neighbor))
        continue;
      /* the other end would rather have one of its own kind */
      for (guint32 i = back_first[neighbor]; !same && !taken && i < back_first[neighbor + 1]; i++)
        taken = is_bend (layering, back[i]) == is_bend (layering, neighbor);
      if (!taken)
        places[n_other++] = layering->position[neighbor];
    }
  if (n_other > 1)
    qsort (places, n_other, sizeof *places, compare_uints);
  return n_other;
}

/* Blocks of vertices that will share one x. `down`: join with neighbors above, row by row from the top; `right`: begin
 * with the rightmost vertex. */
static void
align_vertices (Placing *placing, gboolean down, gboolean right, guint32 *places)
{
  const FxLayering *layering = placing->layering;

  for (guint32 v = 0; v < layering->n_vertices; v++)
    placing->root[v] = placing->align[v] = v;

  for (guint step = 1; step < layering->n_rows; step++)
    {
      guint row = down ? step : layering->n_rows - 1 - step, other = down ? row - 1 : row + 1;
      guint n = fx_layering_row_size (layering, row);
      const guint32 *order = layering->order + layering->first_in_row[row];
      const guint32 *other_order = layering->order + layering->first_in_row[other];
      gint64 limit = right ? (gint64)G_MAXINT32 : -1;

      for (guint i = 0; i < n; i++)
        {
          guint32 vertex = order[right ? n - 1 - i : i];
          guint count = candidates (placing, vertex, down, places);

          for (guint m = 0; m < (count == 0 ? 0 : count % 2 == 0 ? 2 : 1); m++)
            {
              guint lower_median = (count - 1) / 2, upper_median = count / 2;
              gint64 place = places[(m == 0) != right ? lower_median : upper_median];
              guint32 neighbor = other_order[place];

              if (placing->align[vertex] != vertex || (right ? place >= limit : place <= limit)
                  || has_conflict (placing, down ? neighbor : vertex, down ? vertex : neighbor))
                continue;
              placing->align[neighbor] = vertex;
              placing->root[vertex] = placing->root[neighbor];
              placing->align[vertex] = placing->root[vertex];
              limit = place;
            }
        }
    }
}

static double
distance (const Placing *placing, guint32 left, guint32 right)
{
  const FxLayering *layering = placing->layering;

  return (layering->width[left] + layering->width[right]) / 2 + placing->gap;
}

/* Pushes the blocks together. A block comes after all blocks that have a vertex to the left of one of its own: Kahn's
 * algorithm over the pairs of neighbors in rows. */
static void
compact_blocks (Placing *placing)
{
  const FxLayering *layering = placing->layering;
  guint n = layering->n_vertices, head = 0, tail = 0;
  g_autofree guint32 *waiting = g_new0 (guint32, n + 1);
  g_autofree guint32 *queue = g_new (guint32, n + 1);

  for (guint32 v = 0; v < n; v++)
    {
      placing->x[v] = 0.0;
      if (layering->position[v] > 0)
        waiting[placing->root[v]]++;
    }
  for (guint32 v = 0; v < n; v++)
    if (placing->root[v] == v && waiting[v] == 0)
      queue[tail++] = v;
  while (head < tail)
    {
      guint32 root = queue[head++], vertex = root;

      do
        {
          guint32 row = layering->row[vertex], place = layering->position[vertex];

          if (place + 1 < fx_layering_row_size (layering, row))
            {
              guint32 next = layering->order[layering->first_in_row[row] + place + 1];
              guint32 block = placing->root[next];

              placing->x[block] = MAX (placing->x[block], placing->x[root] + distance (placing, vertex, next));
              if (--waiting[block] == 0)
                queue[tail++] = block;
            }
          vertex = placing->align[vertex];
        }
      while (vertex != root);
    }

  /* back to the right, last block first, as far as the neighbors let it */
  while (tail-- > 0)
    {
      guint32 root = queue[tail], vertex = root;
      double room = G_MAXDOUBLE;

      do
        {
          guint32 row = layering->row[vertex], place = layering->position[vertex];

          if (place + 1 < fx_layering_row_size (layering, row))
            {
              guint32 next = layering->order[layering->first_in_row[row] + place + 1];

              room = MIN (room, placing->x[placing->root[next]] - distance (placing, vertex, next));
            }
          vertex = placing->align[vertex];
        }
      while (vertex != root);
      if (room < G_MAXDOUBLE)
        placing->x[root] = MAX (placing->x[root], room);
    }
}

/* Mirrored rows turn "leftmost" into "rightmost". */
static void
mirror (FxLayering *layering)
{
  for (guint row = 0; row < layering->n_rows; row++)
    {
      guint32 *order = layering->order + layering->first_in_row[row];
      guint n = fx_layering_row_size (layering, row);

      for (guint i = 0; i < n / 2; i++)
        {
          guint32 swapped = order[i];

          order[i] = order[n - 1 - i];
          order[n - 1 - i] = swapped;
        }
      for (guint i = 0; i < n; i++)
        layering->position[order[i]] = i;
    }
}

static void
extent (const FxLayering *layering, const double *x, double *left, double *right)
{
  *left = G_MAXDOUBLE;
  *right = -G_MAXDOUBLE;
  for (guint32 v = 0; v < layering->n_vertices; v++)
    {
      *left = MIN (*left, x[v] - layering->width[v] / 2);
      *right = MAX (*right, x[v] + layering->width[v] / 2);
    }
}

/* The mean of the middle two of four drawings, after each was shifted to an edge of the narrowest. */
static void
balance (FxLayering *layering, double *const *results)
{
  double left[4], right[4];
  guint narrowest = 0;

  for (guint i = 0; i < 4; i++)
    {
      extent (layering, results[i], &left[i], &right[i]);
      if (right[i] - left[i] < right[narrowest] - left[narrowest])
        narrowest = i;
    }
  for (guint i = 0; i < 4; i++)
    {
      double shift = i % 2 == 0 ? left[narrowest] - left[i] : right[narrowest] - right[i];

      for (guint32 v = 0; i != narrowest && v < layering->n_vertices; v++)
        results[i][v] += shift;
    }
  for (guint32 v = 0; v < layering->n_vertices; v++)
    {
      double lowest = MIN (MIN (results[0][v], results[1][v]), MIN (results[2][v], results[3][v]));
      double highest = MAX (MAX (results[0][v], results[1][v]), MAX (results[2][v], results[3][v]));

      layering->x[v] = (results[0][v] + results[1][v] + results[2][v] + results[3][v] - lowest - highest) / 2;
    }
}

void
fx_layering_place (FxLayering *layering, double gap)
{
  guint n = layering->n_vertices;
  Placing placing = {
    .layering = layering,
    .gap = gap,
    .conflicts = g_new0 (guint8, layering->edges->len + 1),
    .depth = g_new0 (guint32, n + 1),
    .reach = g_new0 (guint32, n + 1),
    .root = g_new (guint32, n + 1),
    .align = g_new (guint32, n + 1),
    .x = g_new (double, n + 1),
  };
  g_autofree guint32 *places = g_new (guint32, layering->edges->len + 1);
  double *results[4];

  mark_conflicts (&placing);
  measure_ways (&placing);
  for (guint i = 0; i < 4; i++)
    {
      gboolean right = i % 2 == 1, down = i < 2;

      results[i] = g_new (double, n + 1);
      align_vertices (&placing, down, right, places);
      if (right)
        mirror (layering);
      compact_blocks (&placing);
      if (right)
        mirror (layering);
      for (guint32 v = 0; v < n; v++)
        results[i][v] = right ? -placing.x[placing.root[v]] : placing.x[placing.root[v]];
    }
  layering->x = g_new0 (double, n + 1);
  if (n > 0)
    balance (layering, results);

  for (guint i = 0; i < 4; i++)
    g_free (results[i]);
  g_free (placing.conflicts);
  g_free (placing.depth);
  g_free (placing.reach);
  g_free (placing.root);
  g_free (placing.align);
  g_free (placing.x);
}
