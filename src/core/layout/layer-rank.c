/* Which row each box is in, and the bends in between.
 *
 * Boxes go as high as what feeds them allows (longest path from above), then those that nothing feeds go down to just
 * above their first user, where a reader looks for them. In a cycle the uses that point back are turned around.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/layout/layer-private.h"

#define BEND_WIDTH 8.0

/* Uses of a tensor without those of a box by itself, which need no line between rows. */
static gboolean
is_loop (const FxLayeredInput *input, const FxLayeredTensor *tensor, guint k)
{
  return input->targets[tensor->first_target + k] == tensor->source;
}

/* The tensors of each box: list[first[b]] … list[first[b + 1] - 1]. */
static void
tensors_of_boxes (const FxLayeredInput *input, guint32 **first, guint32 **list)
{
  *first = g_new0 (guint32, input->n_boxes + 2);
  *list = g_new (guint32, input->n_tensors + 1);
  for (guint t = 0; t < input->n_tensors; t++)
    (*first)[input->tensors[t].source + 2]++;
  for (guint b = 0; b < input->n_boxes; b++)
    (*first)[b + 2] += (*first)[b + 1];
  for (guint t = 0; t < input->n_tensors; t++)
    (*list)[(*first)[input->tensors[t].source + 1]++] = t;
}

/* Longest path from above by Kahn's algorithm. When only cycles are left, the first box in order goes on all the same;
 * uses that then do not go down are turned around. */
static void
rank_boxes (FxLayering *layering)
{
  const FxLayeredInput *input = layering->input;
  guint n = input->n_boxes, head = 0, tail = 0, next_stuck = 0;
  g_autofree guint32 *waiting = g_new0 (guint32, n + 1);
  g_autofree guint32 *queue = g_new (guint32, n + 1);
  g_autofree guint8 *done = g_new0 (guint8, n + 1);
  g_autofree guint32 *first = NULL, *list = NULL;

  tensors_of_boxes (input, &first, &list);
  for (guint t = 0; t < input->n_tensors; t++)
    for (guint k = 0; k < input->tensors[t].n_targets; k++)
      if (!is_loop (input, &input->tensors[t], k))
        waiting[input->targets[input->tensors[t].first_target + k]]++;
  for (guint b = 0; b < n; b++)
    if (waiting[b] == 0)
      {
        queue[tail++] = b;
        done[b] = TRUE;
      }

  while (head < n)
    {
      guint32 box;

      if (head == tail)
        {
          while (done[next_stuck])
            next_stuck++;
          done[next_stuck] = TRUE;
          queue[tail++] = next_stuck;
        }
      box = queue[head++];
      for (guint32 i = first[box]; i < first[box + 1]; i++)
        {
          const FxLayeredTensor *tensor = &input->tensors[list[i]];

          for (guint k = 0; k < tensor->n_targets; k++)
            {
              guint32 target = input->targets[tensor->first_target + k];

              if (target == box)
                continue;
              if (done[target]) /* it went on without waiting for this use */
                continue;
              layering->row[target] = MAX (layering->row[target], layering->row[box] + 1);
              if (--waiting[target] == 0)
                {
                  done[target] = TRUE;
                  queue[tail++] = target;
                }
            }
        }
    }

  for (guint t = 0; t < input->n_tensors; t++)
    for (guint k = 0; k < input->tensors[t].n_targets; k++)
      {
        guint32 use = input->tensors[t].first_target + k;

        layering->is_reversed[use] = layering->row[input->targets[use]] <= layering->row[input->tensors[t].source];
      }
}

/* Boxes that nothing feeds: down to their first user. */
static void
lower_sources (FxLayering *layering)
{
  const FxLayeredInput *input = layering->input;
  g_autofree guint8 *is_fed = g_new0 (guint8, input->n_boxes + 1);
  g_autofree guint32 *lowest = g_new (guint32, input->n_boxes + 1);

  for (guint b = 0; b < input->n_boxes; b++)
    lowest[b] = G_MAXUINT32;
  for (guint t = 0; t < input->n_tensors; t++)
    for (guint k = 0; k < input->tensors[t].n_targets; k++)
      {
        guint32 use = input->tensors[t].first_target + k;
        guint32 source = input->tensors[t].source, target = input->targets[use];

        if (layering->is_reversed[use])
          is_fed[source] = is_fed[target] = TRUE; /* leave cycles alone */
        else
          {
            is_fed[target] = TRUE;
            lowest[source] = MIN (lowest[source], layering->row[target]);
          }
      }
  for (guint b = 0; b < input->n_boxes; b++)
    if (!is_fed[b] && lowest[b] != G_MAXUINT32)
      layering->row[b] = lowest[b] - 1;
}

static guint32
add_bend (FxLayering *layering, GArray *rows, guint32 row)
{
  g_array_append_val (rows, row);
  return layering->n_boxes + rows->len - 1;
}

static void
add_edge (FxLayering *layering, guint32 upper, guint32 lower)
{
  FxLayerEdge edge = { upper, lower };

  g_array_append_val (layering->edges, edge);
}

/* One chain of bends for all uses of a tensor that go down, and one for each that was turned around. */
static void
add_chains (FxLayering *layering, const FxLayeredTensor *tensor, GArray *bend_rows)
{
  const FxLayeredInput *input = layering->input;
  guint32 top = layering->row[tensor->source], bottom = top, first_bend = FX_NO_VERTEX;

  for (guint k = 0; k < tensor->n_targets; k++)
    if (!layering->is_reversed[tensor->first_target + k])
      bottom = MAX (bottom, layering->row[input->targets[tensor->first_target + k]]);
  for (guint32 row = top + 1; row < bottom; row++)
    {
      guint32 bend = add_bend (layering, bend_rows, row);

      add_edge (layering, row == top + 1 ? tensor->source : bend - 1, bend);
      if (first_bend == FX_NO_VERTEX)
        first_bend = bend;
    }
  for (guint k = 0; k < tensor->n_targets; k++)
    {
      guint32 use = tensor->first_target + k, target = input->targets[use], row = layering->row[target];
      guint32 upper = target;

      if (!layering->is_reversed[use])
        {
          layering->attach[use] = row == top + 1 ? tensor->source : first_bend + (row - top - 2);
          add_edge (layering, layering->attach[use], target);
          continue;
        }
      /* from the target down to the source; a loop or two boxes of one row have no rows between and get no edge */
      for (guint32 r = row + 1; r < top; r++)
        {
          guint32 bend = add_bend (layering, bend_rows, r);

          add_edge (layering, upper, bend);
          upper = bend;
        }
      layering->attach[use] = upper;
      if (top > row)
        add_edge (layering, upper, tensor->source);
    }
}

static void
index_edges (FxLayering *layering)
{
  guint n = layering->n_vertices, n_edges = layering->edges->len;
  const FxLayerEdge *edges = (const FxLayerEdge *)layering->edges->data;

  layering->first_above = g_new0 (guint32, n + 2);
  layering->first_below = g_new0 (guint32, n + 2);
  layering->above = g_new (guint32, n_edges + 1);
  layering->below = g_new (guint32, n_edges + 1);
  for (guint e = 0; e < n_edges; e++)
    {
      layering->first_above[edges[e].lower + 2]++;
      layering->first_below[edges[e].upper + 2]++;
    }
  for (guint v = 0; v < n; v++)
    {
      layering->first_above[v + 2] += layering->first_above[v + 1];
      layering->first_below[v + 2] += layering->first_below[v + 1];
    }
  for (guint e = 0; e < n_edges; e++)
    {
      layering->above[layering->first_above[edges[e].lower + 1]++] = edges[e].upper;
      layering->below[layering->first_below[edges[e].upper + 1]++] = edges[e].lower;
    }
}

/* Depth first from the boxes at the top: what belongs together starts out side by side. */
static void
order_first (FxLayering *layering)
{
  guint n = layering->n_vertices;
  g_autofree guint32 *stack = g_new (guint32, layering->edges->len + n + 1);
  g_autofree guint8 *seen = g_new0 (guint8, n + 1);
  g_autofree guint32 *next = NULL;

  layering->first_in_row = g_new0 (guint32, layering->n_rows + 2);
  layering->order = g_new (guint32, n + 1);
  layering->position = g_new (guint32, n + 1);
  for (guint v = 0; v < n; v++)
    layering->first_in_row[layering->row[v] + 1]++;
  for (guint r = 0; r < layering->n_rows; r++)
    layering->first_in_row[r + 1] += layering->first_in_row[r];
  next = g_memdup2 (layering->first_in_row, (layering->n_rows + 1) * sizeof *next);

  for (guint root = 0; root < n; root++)
    {
      guint depth = 0;

      if (seen[root] || layering->first_above[root + 1] > layering->first_above[root])
        continue;
      stack[depth++] = root;
      while (depth > 0)
        {
          guint32 vertex = stack[--depth];

          if (seen[vertex])
            continue;
          seen[vertex] = TRUE;
          layering->position[vertex] = next[layering->row[vertex]] - layering->first_in_row[layering->row[vertex]];
          layering->order[next[layering->row[vertex]]++] = vertex;
          for (guint32 i = layering->first_below[vertex + 1]; i-- > layering->first_below[vertex];)
            if (!seen[layering->below[i]])
              stack[depth++] = layering->below[i];
        }
    }
}

void
fx_layering_rank (FxLayering *layering)
{
  const FxLayeredInput *input = layering->input;
  g_autoptr (GArray) bend_rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree guint32 *box_rows = g_new0 (guint32, input->n_boxes + 1);

  layering->row = box_rows;
  layering->is_reversed = g_new0 (guint8, input->n_targets + 1);
  layering->attach = g_new (guint32, input->n_targets + 1);
  layering->edges = g_array_new (FALSE, FALSE, sizeof (FxLayerEdge));
  rank_boxes (layering);
  lower_sources (layering);
  for (guint t = 0; t < input->n_tensors; t++)
    add_chains (layering, &input->tensors[t], bend_rows);

  layering->n_vertices = input->n_boxes + bend_rows->len;
  layering->row = g_new (guint32, layering->n_vertices + 1);
  layering->width = g_new (double, layering->n_vertices + 1);
  for (guint v = 0; v < layering->n_vertices; v++)
    {
      gboolean is_box = v < input->n_boxes;

      layering->row[v] = is_box ? box_rows[v] : g_array_index (bend_rows, guint32, v - input->n_boxes);
      layering->width[v] = is_box ? input->widths[v] : BEND_WIDTH;
      layering->n_rows = MAX (layering->n_rows, layering->row[v] + 1);
    }
  index_edges (layering);
  order_first (layering);
}
