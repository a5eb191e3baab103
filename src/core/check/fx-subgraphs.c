/* The parts of a model that run on the BPU in one go.
 *
 * A subgraph is a connected set of BPU nodes that is convex: no path leaves it and comes back, or it would have to wait
 * for itself. Nodes get the number of changes of device on the way to them; connected nodes of one number make a convex
 * set. Such sets are then joined where that leaves the union convex.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-check-private.h"

#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"

#include <string.h>

/* Joining looks at every edge for every pair; beyond this many steps the sets stay as they are. */
#define MAX_STEPS 20000000u

typedef struct
{
  const FxWork *work;
  guint n;
  FxId *root;    /* [n] the node that a merged one is part of, itself for others, FX_NONE for those that are gone */
  FxId *last;    /* [n] last node that is part of a root */
  GArray *edges; /* of Edge, sorted by `from`, between roots */
  guint *first;  /* [n + 1] into edges */
  FxId *set;     /* [n] union-find over BPU roots */
  guint *level;  /* [n] */
  guint steps;
} Parts;

typedef struct
{
  FxId from, to;
  gsize elements;
} Edge;

static gboolean
on_bpu (const Parts *parts, FxId id)
{
  return parts->work->nodes[id].placement == FX_PLACEMENT_BPU;
}

static FxId
find_set (FxId *sets, FxId id)
{
  while (sets[id] != id)
    id = sets[id] = sets[sets[id]];
  return id;
}

static int
compare_edges (gconstpointer a, gconstpointer b)
{
  const Edge *x = a, *y = b;

  return x->from != y->from ? (x->from < y->from ? -1 : 1) : (x->to > y->to) - (x->to < y->to);
}

static void
find_roots (Parts *parts)
{
  for (FxId i = 0; i < parts->n; i++)
    {
      FxId id = i;

      while (parts->work->nodes[id].merged)
        id = parts->work->nodes[id].host;
      if (fx_graph_node (parts->work->graph, i)->removed || parts->work->nodes[id].placement == FX_PLACEMENT_FOLDED)
        id = FX_NONE;
      parts->root[i] = id;
      parts->set[i] = i;
      if (id != FX_NONE)
        parts->last[id] = i;
    }
}

static gsize
value_elements (const FxGraph *graph, FxId value)
{
  gsize count;

  return fx_shape_count (&fx_graph_value (graph, value)->shape, &count) ? count : 0;
}

static void
find_edges (Parts *parts)
{
  const FxGraph *graph = parts->work->graph;

  for (FxId i = 0; i < parts->n; i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (parts->root[i] == FX_NONE)
        continue;
      for (guint k = 0; k < node->n_inputs; k++)
        {
          FxId from = fx_work_producer (parts->work, node->inputs[k]);
          Edge edge = { from != FX_NONE ? parts->root[from] : FX_NONE, parts->root[i], 0 };

          if (edge.from == FX_NONE || edge.from == edge.to)
            continue;
          edge.elements = value_elements (graph, node->inputs[k]);
          g_array_append_val (parts->edges, edge);
        }
    }
  g_array_sort (parts->edges, compare_edges);
  for (guint e = 0, i = 0; i <= parts->n; i++)
    {
      while (e < parts->edges->len && g_array_index (parts->edges, Edge, e).from < i)
        e++;
      parts->first[i] = e;
    }
}

/* In the order of the last node of each root, which is topological between roots: what is merged into a node has no
 * other user. */
static void
set_levels (Parts *parts)
{
  for (FxId i = 0; i < parts->n; i++)
    {
      FxId root = parts->root[i];

      if (root == FX_NONE || parts->last[root] != i)
        continue;
      for (guint e = parts->first[root]; e < parts->first[root + 1]; e++)
        {
          FxId to = g_array_index (parts->edges, Edge, e).to;

          parts->level[to] = MAX (parts->level[to], parts->level[root] + (on_bpu (parts, root) != on_bpu (parts, to)));
        }
    }
  for (guint e = 0; e < parts->edges->len; e++)
    {
      const Edge *edge = &g_array_index (parts->edges, Edge, e);

      if (on_bpu (parts, edge->from) && on_bpu (parts, edge->to) && parts->level[edge->from] == parts->level[edge->to])
        parts->set[find_set (parts->set, edge->to)] = find_set (parts->set, edge->from);
    }
}

/* Whether a path leaves the union of two sets and comes back to it. */
static gboolean
leaves_and_returns (Parts *parts, FxId a, FxId b)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autofree guint8 *seen = g_new0 (guint8, parts->n + 1);

  parts->steps += parts->n;
  for (FxId i = 0; i < parts->n; i++)
    if (parts->root[i] == i && on_bpu (parts, i) && (find_set (parts->set, i) == a || find_set (parts->set, i) == b))
      {
        seen[i] = 2;
        g_array_append_val (stack, i);
      }
  while (stack->len > 0)
    {
      FxId id = g_array_index (stack, FxId, stack->len - 1);

      g_array_set_size (stack, stack->len - 1);
      for (guint e = parts->first[id]; e < parts->first[id + 1]; e++)
        {
          FxId to = g_array_index (parts->edges, Edge, e).to;

          parts->steps++;
          if (seen[to] == 2 && seen[id] != 2)
            return TRUE;
          if (seen[to] == 0)
            {
              seen[to] = 1;
              g_array_append_val (stack, to);
            }
        }
    }
  return FALSE;
}

static void
join_sets (Parts *parts)
{
  gboolean joined = TRUE;

  while (joined && parts->steps < MAX_STEPS)
    {
      joined = FALSE;
      for (guint e = 0; e < parts->edges->len && parts->steps < MAX_STEPS; e++)
        {
          const Edge *edge = &g_array_index (parts->edges, Edge, e);
          FxId a, b;

          if (!on_bpu (parts, edge->from) || !on_bpu (parts, edge->to))
            continue;
          a = find_set (parts->set, edge->from);
          b = find_set (parts->set, edge->to);
          if (a == b || leaves_and_returns (parts, a, b))
            continue;
          parts->set[b] = a;
          joined = TRUE;
        }
    }
}

static void
number (Parts *parts, FxWork *work)
{
  g_autofree int *ids = g_new (int, parts->n + 1);

  for (FxId i = 0; i < parts->n; i++)
    ids[i] = FX_NO_SUBGRAPH;
  for (FxId i = 0; i < parts->n; i++)
    {
      FxId root = parts->root[i], set;

      if (root == FX_NONE || !on_bpu (parts, root))
        continue;
      set = find_set (parts->set, root);
      if (ids[set] == FX_NO_SUBGRAPH)
        ids[set] = (int)work->n_subgraphs++;
      work->nodes[i].subgraph = ids[set];
    }
}

/* ---- what it costs to leave the BPU ---- */

typedef struct
{
  FxId first; /* node of the piece that stands first */
  guint n_nodes;
  gboolean unknown; /* a node of it may run on the BPU */
  gsize out, in;    /* elements that leave the BPU for it, and that go back */
} Cut;

static void
report_cut (const Cut *cut, const FxWork *work, GPtrArray *diagnostics)
{
  const FxNode *node = fx_graph_node (work->graph, cut->first);
  guint n;
  FxDiagnostic *diagnostic = fx_diagnostics_add (
      diagnostics, FX_SEVERITY_INFO, "cut", fx_node_origins (node, &n)[0], NULL,
      fx_plural ("%u node on the CPU between parts on the BPU: %zu elements are dequantized and leave the BPU, "
                 "%zu are quantized and go back, for every image",
                 "%u nodes on the CPU between parts on the BPU: %zu elements are dequantized and leave the BPU, "
                 "%zu are quantized and go back, for every image",
                 cut->n_nodes),
      cut->n_nodes, cut->out, cut->in);

  if (diagnostic != NULL)
    diagnostic->fix = g_strdup (_ ("replace these nodes, or move them to the beginning or the end of the model"));
}

static void
report_cuts (Parts *parts, GPtrArray *diagnostics)
{
  g_autofree FxId *pieces = g_new (FxId, parts->n + 1);
  g_autofree Cut *cuts = g_new0 (Cut, parts->n + 1);

  for (FxId i = 0; i < parts->n; i++)
    pieces[i] = i;
  for (guint e = 0; e < parts->edges->len; e++)
    {
      const Edge *edge = &g_array_index (parts->edges, Edge, e);

      if (!on_bpu (parts, edge->from) && !on_bpu (parts, edge->to))
        pieces[find_set (pieces, edge->to)] = find_set (pieces, edge->from);
    }
  for (guint e = 0; e < parts->edges->len; e++)
    {
      const Edge *edge = &g_array_index (parts->edges, Edge, e);

      if (on_bpu (parts, edge->from) && !on_bpu (parts, edge->to))
        cuts[find_set (pieces, edge->to)].out += edge->elements;
      else if (!on_bpu (parts, edge->from) && on_bpu (parts, edge->to))
        cuts[find_set (pieces, edge->from)].in += edge->elements;
    }
  for (FxId i = 0; i < parts->n; i++)
    if (parts->root[i] == i && !on_bpu (parts, i))
      {
        Cut *cut = &cuts[find_set (pieces, i)];

        if (cut->n_nodes++ == 0)
          cut->first = i;
        cut->unknown = cut->unknown || parts->work->nodes[i].assumed;
      }
  for (FxId i = 0; i < parts->n; i++)
    if (cuts[i].n_nodes > 0 && !cuts[i].unknown && cuts[i].out > 0 && cuts[i].in > 0)
      report_cut (&cuts[i], parts->work, diagnostics);
}

void
fx_work_number_subgraphs (FxWork *work, GPtrArray *diagnostics)
{
  guint n = work->n_nodes;
  g_autofree FxId *roots = g_new0 (FxId, n + 1);
  g_autofree FxId *last = g_new0 (FxId, n + 1);
  g_autofree FxId *sets = g_new0 (FxId, n + 1);
  g_autofree guint *first = g_new0 (guint, n + 2);
  g_autofree guint *level = g_new0 (guint, n + 1);
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (Edge));
  Parts parts = { work, n, roots, last, edges, first, sets, level, 0 };

  find_roots (&parts);
  find_edges (&parts);
  set_levels (&parts);
  join_sets (&parts);
  number (&parts, work);
  report_cuts (&parts, diagnostics);
}
