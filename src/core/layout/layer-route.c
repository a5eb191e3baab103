/* Boxes and lines from the centers of the vertices.
 *
 * A line leaves at the lower edge of its source, passes each bend straight through the height of its row, and ends at
 * the upper edge of its target. Where several lines meet an edge they are spread in the order in which they come, so
 * that they do not cross at the box; a single one goes straight if the box is wide enough.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/layout/layer-private.h"

/* Lines keep this distance from the corners of a box. */
#define CORNER 10.0
/* Share of a box's edge over which lines are spread. */
#define SPREAD 0.7

typedef struct
{
  const FxLayering *layering;
  const FxRect *boxes;
  double *row_top, *row_bottom; /* [n_rows] */
  double *port;                 /* [n_targets] x where the use enters its target */
  GArray *points;
} Routing;

static void
place_boxes (const FxLayering *layering, FxLayered *layered, double row_gap, Routing *routing)
{
  const FxLayeredInput *input = layering->input;
  double left = G_MAXDOUBLE, right = -G_MAXDOUBLE, y = 0.0;

  routing->row_top = g_new0 (double, layering->n_rows + 1);
  routing->row_bottom = g_new0 (double, layering->n_rows + 1);
  for (guint b = 0; b < input->n_boxes; b++)
    routing->row_bottom[layering->row[b]] = MAX (routing->row_bottom[layering->row[b]], input->heights[b]);
  for (guint row = 0; row < layering->n_rows; row++)
    {
      routing->row_top[row] = y;
      routing->row_bottom[row] += y;
      y = routing->row_bottom[row] + row_gap;
    }
  for (guint v = 0; v < layering->n_vertices; v++)
    {
      left = MIN (left, layering->x[v] - layering->width[v] / 2);
      right = MAX (right, layering->x[v] + layering->width[v] / 2);
    }
  for (guint v = 0; v < layering->n_vertices; v++)
    layering->x[v] -= left;

  for (guint b = 0; b < input->n_boxes; b++)
    {
      guint row = layering->row[b];
      double height = input->heights[b];

      layered->rows[b] = row;
      layered->boxes[b]
          = (FxRect){ layering->x[b] - input->widths[b] / 2,
                      (routing->row_top[row] + routing->row_bottom[row] - height) / 2, input->widths[b], height };
    }
  layered->n_rows = layering->n_rows;
  layered->width = layering->n_vertices > 0 ? right - left : 0.0;
  layered->height = layering->n_rows > 0 ? y - row_gap : 0.0;
}

typedef struct
{
  double from; /* x where the line comes from */
  guint32 use;
} Arrival;

static int
compare_arrivals (gconstpointer a, gconstpointer b)
{
  const Arrival *left = a, *right = b;

  if (left->from != right->from)
    return left->from < right->from ? -1 : 1;
  return left->use < right->use ? -1 : left->use > right->use;
}

/* Where each use enters its target. */
static void
choose_ports (Routing *routing)
{
  const FxLayering *layering = routing->layering;
  const FxLayeredInput *input = layering->input;
  g_autofree guint32 *first = g_new0 (guint32, input->n_boxes + 2);
  g_autofree Arrival *arrivals = g_new (Arrival, input->n_targets + 1);

  routing->port = g_new0 (double, input->n_targets + 1);
  for (guint u = 0; u < input->n_targets; u++)
    first[input->targets[u] + 2]++;
  for (guint b = 0; b < input->n_boxes; b++)
    first[b + 2] += first[b + 1];
  for (guint u = 0; u < input->n_targets; u++)
    arrivals[first[input->targets[u] + 1]++] = (Arrival){ layering->x[layering->attach[u]], u };

  for (guint b = 0; b < input->n_boxes; b++)
    {
      guint n = first[b + 1] - first[b];
      double center = layering->x[b], half = input->widths[b] / 2;

      if (n == 1)
        {
          const Arrival *only = &arrivals[first[b]];
          double room = MAX (half - CORNER, 0.0);

          routing->port[only->use] = CLAMP (only->from, center - room, center + room);
          continue;
        }
      qsort (arrivals + first[b], n, sizeof *arrivals, compare_arrivals);
      for (guint i = 0; i < n; i++)
        routing->port[arrivals[first[b] + i].use] = center + SPREAD * half * (2.0 * (i + 0.5) / n - 1.0);
    }
}

static void
add_point (Routing *routing, double x, double y)
{
  FxPoint point = { x, y };

  g_array_append_val (routing->points, point);
}

/* Through the bends of a chain, from above; the upper box itself is not among them. */
static void
add_bends (Routing *routing, guint32 last)
{
  const FxLayering *layering = routing->layering;
  guint32 bend = last;

  if (bend < layering->n_boxes)
    return;
  /* the bends of a chain have successive ids and rows: go up to the first */
  while (layering->above[layering->first_above[bend]] >= layering->n_boxes)
    bend = layering->above[layering->first_above[bend]];
  for (;; bend++)
    {
      add_point (routing, layering->x[bend], routing->row_top[layering->row[bend]]);
      add_point (routing, layering->x[bend], routing->row_bottom[layering->row[bend]]);
      if (bend == last)
        return;
    }
}

static void
reverse_points (GArray *points, guint first)
{
  FxPoint *items = (FxPoint *)points->data;

  for (guint i = first, k = points->len; i + 1 < k; i++)
    {
      FxPoint swapped = items[i];

      items[i] = items[--k];
      items[k] = swapped;
    }
}

static void
route_use (Routing *routing, guint32 source, guint32 use, FxLayeredLine *line)
{
  const FxLayering *layering = routing->layering;
  guint32 target = layering->input->targets[use];
  const FxRect *from = &routing->boxes[source], *to = &routing->boxes[target];

  line->first = routing->points->len;
  if (!layering->is_reversed[use])
    {
      guint32 next = layering->attach[use];
      double room = MAX (from->width / 2 - CORNER, 0.0), center = from->x + from->width / 2, aim;

      /* aim at where the line goes next, so that it leaves straight down */
      aim = next == source ? routing->port[use] : center;
      add_point (routing, CLAMP (aim, center - room, center + room), from->y + from->height);
      add_bends (routing, next);
      add_point (routing, routing->port[use], to->y);
    }
  else
    {
      /* drawn from the target's lower edge down to the source's upper edge, then turned around */
      add_point (routing, to->x + to->width / 2, to->y + to->height);
      add_bends (routing, layering->attach[use]);
      add_point (routing, from->x + from->width / 2, from->y);
      reverse_points (routing->points, line->first);
    }
  line->n = routing->points->len - line->first;
}

void
fx_layering_route (const FxLayering *layering, FxLayered *layered, double row_gap)
{
  const FxLayeredInput *input = layering->input;
  Routing routing = { .layering = layering, .points = g_array_new (FALSE, FALSE, sizeof (FxPoint)) };

  layered->boxes = g_new0 (FxRect, input->n_boxes + 1);
  layered->rows = g_new0 (guint32, input->n_boxes + 1);
  layered->lines = g_new0 (FxLayeredLine, input->n_targets + 1);
  routing.boxes = layered->boxes;
  place_boxes (layering, layered, row_gap, &routing);
  choose_ports (&routing);
  for (guint t = 0; t < input->n_tensors; t++)
    for (guint k = 0; k < input->tensors[t].n_targets; k++)
      route_use (&routing, input->tensors[t].source, input->tensors[t].first_target + k,
                 &layered->lines[input->tensors[t].first_target + k]);

  layered->n_points = routing.points->len;
  layered->points = (FxPoint *)g_array_free (routing.points, FALSE);
  g_free (routing.row_top);
  g_free (routing.row_bottom);
  g_free (routing.port);
}
