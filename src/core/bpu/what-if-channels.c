/* Channels that do not fill the BPU's steps: it has room for a multiple of `channels` of the machine, and works through
 * all of it. A few channels more than a multiple are better left out; a few less are better filled, which is nearly
 * free.
 *
 * Values whose channels have to be as many, because an operator between them takes channel by channel, are one family.
 * Its channels can be changed if nothing looks at them but convolutions.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/what-if-private.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"

#include <string.h>

#define MOST_FILLED 3
/* Of the step: what may be over for leaving it out. */
#define FEW_DIVISOR 4

typedef struct
{
  FxWhatIfSearch *search;
  FxId *family;     /* [n_values] another value of the family; itself at the end */
  guint8 *is_fixed; /* [n_values] of families: something else looks at the channels */
} Channels;

static FxId
find (Channels *c, FxId value)
{
  while (c->family[value] != value)
    value = c->family[value] = c->family[c->family[value]];
  return value;
}

static void
join (Channels *c, FxId a, FxId b)
{
  FxId x = find (c, a), y = find (c, b);

  c->family[MAX (x, y)] = MIN (x, y);
  c->is_fixed[MIN (x, y)] |= c->is_fixed[MAX (x, y)];
}

static void
fix (Channels *c, FxId value)
{
  if (value != FX_NONE)
    c->is_fixed[find (c, value)] = 1;
}

static gboolean
is_image (const Channels *c, FxId id)
{
  const FxValue *value = id != FX_NONE ? fx_graph_value (c->search->graph, id) : NULL;

  return value != NULL && value->constant == NULL && value->shape.rank == 4 && fx_shape_is_static (&value->shape);
}

static gint64
channels_of (const Channels *c, FxId value)
{
  return fx_graph_value (c->search->graph, value)->shape.dims[1];
}

static gint64
group_of (const FxNode *node)
{
  const FxAttr *group = fx_node_attr (node, "group");

  return group != NULL ? group->i : 1;
}

/* A convolution with one filter for each channel. */
static gboolean
is_depthwise (const Channels *c, const FxNode *node)
{
  return group_of (node) > 1 && is_image (c, node->inputs[0]) && group_of (node) == channels_of (c, node->inputs[0])
         && is_image (c, node->outputs[0]) && channels_of (c, node->outputs[0]) == channels_of (c, node->inputs[0]);
}

static gboolean
keeps_channels (const Channels *c, const FxNode *node)
{
  static const char *const names[]
      = { "QAdd",    "QMul",         "QDiv",        "QPRelu", "QTable",  "QRequantize", "Max",  "Min",
          "MaxPool", "QAveragePool", "QReduceMean", "Resize", "QResize", "Relu",        "Clip", NULL };

  return is_image (c, node->outputs[0])
         && (g_strv_contains (names, node->op_type)
             || (strcmp (node->op_type, "QConv") == 0 && is_depthwise (c, node)));
}

/* Results and operands of as many channels are one family; one channel for all is none of it. */
static void
join_operands (Channels *c, const FxNode *node)
{
  gint64 n = channels_of (c, node->outputs[0]);

  for (guint i = 0; i < node->n_inputs; i++)
    if (is_image (c, node->inputs[i]))
      {
        if (channels_of (c, node->inputs[i]) == n)
          join (c, node->inputs[i], node->outputs[0]);
        else if (channels_of (c, node->inputs[i]) != 1)
          fix (c, node->outputs[0]);
      }
}

static void
look_at (Channels *c, const FxNode *node, gboolean on_bpu)
{
  gboolean is_conv = on_bpu && strcmp (node->op_type, "QConv") == 0 && group_of (node) == 1;

  if (on_bpu && keeps_channels (c, node))
    join_operands (c, node);
  else if (!is_conv)
    {
      for (guint i = 0; i < node->n_inputs; i++)
        fix (c, node->inputs[i]);
      for (guint i = 0; i < node->n_outputs; i++)
        fix (c, node->outputs[i]);
    }
}

static void
find_families (Channels *c)
{
  const FxGraph *graph = c->search->graph;

  for (FxId id = 0; id < fx_graph_n_values (graph); id++)
    c->family[id] = id;
  for (guint i = 0; i < c->search->cost->n_nodes; i++)
    look_at (c, fx_graph_node (graph, c->search->cost->nodes[i].node),
             c->search->cost->nodes[i].subgraph != FX_NO_SUBGRAPH);
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    fix (c, fx_graph_input (graph, i));
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    fix (c, fx_graph_output (graph, i));
}

/* ---- another number of channels ---- */

static void
set_dim (FxGraph *graph, FxId value, int axis, gint64 from, gint64 to)
{
  FxShape *shape = value != FX_NONE ? &fx_graph_value (graph, value)->shape : NULL;

  if (shape != NULL && shape->rank > axis && shape->dims[axis] == from)
    shape->dims[axis] = to;
}

static gboolean
gives (Channels *c, const FxNode *node, FxId family)
{
  return strcmp (node->op_type, "QConv") == 0 && node->n_outputs > 0 && is_image (c, node->outputs[0])
         && find (c, node->outputs[0]) == family;
}

static gboolean
takes (Channels *c, const FxNode *node, FxId family)
{
  return strcmp (node->op_type, "QConv") == 0 && node->n_inputs > 1 && is_image (c, node->inputs[0])
         && find (c, node->inputs[0]) == family;
}

/* The weights, multipliers and biases of a convolution that gives or takes the family. */
static void
resize_parameters (Channels *c, FxGraph *copy, const FxNode *node, FxId family, gint64 from, gint64 to)
{
  gboolean is_given = gives (c, node, family);

  for (guint i = 1; i < node->n_inputs && is_given; i++)
    set_dim (copy, node->inputs[i], 0, from, to);
  if (takes (c, node, family) && group_of (node) == 1)
    set_dim (copy, node->inputs[1], 1, from, to);
}

/* For measuring only: the elements of constants stay as they are. */
static double
saved_with (Channels *c, FxId family, gint64 to)
{
  g_autoptr (FxGraph) copy = fx_graph_copy (c->search->graph);
  gint64 from = channels_of (c, family);

  for (FxId id = 0; id < fx_graph_n_values (copy); id++)
    if (is_image (c, id) && find (c, id) == family)
      set_dim (copy, id, 1, from, to);
  for (guint i = 0; i < c->search->cost->n_nodes; i++)
    resize_parameters (c, copy, fx_graph_node (c->search->graph, c->search->cost->nodes[i].node), family, from, to);
  return fx_what_if_saved (c->search, copy);
}

/* The first convolution that gives the family. */
static const char *
name_of (Channels *c, FxId family)
{
  for (guint i = 0; i < c->search->cost->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (c->search->graph, c->search->cost->nodes[i].node);

      if (gives (c, node, family))
        return node->name;
    }
  return NULL;
}

static void
try_fewer (Channels *c, FxId family, gint64 n, gint64 step)
{
  gint64 fewer = n - n % step;
  double ms = saved_with (c, family, fewer);

  if (fx_what_if_is_worth_it (c->search, ms))
    fx_what_if_add (c->search, FX_WHAT_IF_CHANNELS, name_of (c, family), ms,
                    g_strdup_printf (_ ("leave out %d of its %d channels: the BPU works through them in steps of %d"),
                                     (int)(n - fewer), (int)n, (int)step));
}

/* ---- all families ---- */

typedef struct
{
  FxId family;
  gint64 n, idle; /* channels that there are, and for which there is room */
} Idle;

static int
most_idle_first (gconstpointer a, gconstpointer b)
{
  const Idle *x = a, *y = b;

  if (x->idle * y->n != y->idle * x->n)
    return x->idle * y->n > y->idle * x->n ? -1 : 1;
  return x->family < y->family ? -1 : x->family > y->family;
}

static void
try_filled (Channels *c, const Idle *idle)
{
  gint64 full = idle->n + idle->idle;

  fx_what_if_add (c->search, FX_WHAT_IF_CHANNELS, name_of (c, idle->family), saved_with (c, idle->family, full),
                  g_strdup_printf (_ ("pad its %d channels to %d, for which the BPU has room: more of the network for "
                                      "little time"),
                                   (int)idle->n, (int)full));
}

void
fx_what_if_try_channels (FxWhatIfSearch *search)
{
  guint n_values = fx_graph_n_values (search->graph);
  gint64 step = search->machine->channels;
  g_autofree FxId *family = g_new (FxId, n_values + 1);
  g_autofree guint8 *is_fixed = g_new0 (guint8, n_values + 1);
  g_autoptr (GArray) idle = g_array_new (FALSE, FALSE, sizeof (Idle));
  Channels c = { .search = search, .family = family, .is_fixed = is_fixed };

  if (step < 2)
    return;
  find_families (&c);
  for (FxId id = 0; id < n_values; id++)
    {
      gint64 n = is_image (&c, id) && find (&c, id) == id && !is_fixed[id] ? channels_of (&c, id) : 0;
      Idle entry = { id, n, step - n % step };

      if (n == 0 || n % step == 0 || name_of (&c, id) == NULL)
        continue;
      if (n > step && n % step <= step / FEW_DIVISOR)
        try_fewer (&c, id, n, step);
      else
        g_array_append_val (idle, entry);
    }
  g_array_sort (idle, most_idle_first);
  for (guint i = 0; i < idle->len && i < MOST_FILLED; i++)
    try_filled (&c, &g_array_index (idle, Idle, i));
}
