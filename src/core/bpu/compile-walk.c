/* How a group of layers is computed in stripes. Each stripe asks for some more rows of what the group gives; from the
 * last layer to the first that tells how many rows of each value have to be there, and from the first to the last the
 * rows that are missing are loaded or computed. No row is computed twice. A ring keeps the rows that somebody still
 * needs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/compile-private.h"

/* ---- what a group touches ---- */

static guint
find_value (FxGroupView *view, FxId id, int constant_axis)
{
  FxGroupValue value = { .value = id, .constant_axis = constant_axis };

  for (guint i = 0; i < view->values->len; i++)
    if (fx_group_view_value (view, i)->value == id && fx_group_view_value (view, i)->constant_axis == constant_axis)
      return i;
  value.layout = fx_compilation_layout (view->c, id, constant_axis);
  value.loads = constant_axis >= 0 || !view->c->resident[id];
  g_array_append_val (view->values, value);
  return view->values->len - 1;
}

static void
add_operand (FxGroupView *view, const FxLayer *layer, guint i)
{
  const FxNode *node = fx_graph_node (view->c->graph, layer->node);
  FxId id = node->inputs[i];
  gint32 index = -1;

  if (id != FX_NONE && !fx_tile_is_immediate (view->c->graph, node, i))
    {
      gboolean is_constant = fx_graph_value (view->c->graph, id)->constant != NULL;

      index = (gint32)find_value (view, id, is_constant ? fx_tile_constant_axis (view->c->graph, node, i) : -1);
      fx_group_view_value (view, (guint)index)->read_here = TRUE;
    }
  g_array_append_val (view->operands, index);
}

static void
add_result (FxGroupView *view, const FxLayer *layer, FxId id)
{
  gint32 index = -1;

  if (id != FX_NONE)
    {
      FxGroupValue *value;

      index = (gint32)find_value (view, id, -1);
      value = fx_group_view_value (view, (guint)index);
      value->is_local = TRUE;
      value->loads = FALSE;
      value->whole = view->c->resident[id];
      value->stores = view->c->resident[id] ? fx_compilation_leaves_subgraph (view->c, id, layer->subgraph)
                                            : fx_compilation_is_read_after (view->c, id, view->first + view->n - 1);
    }
  g_array_append_val (view->operands, index);
}

FxGroupView *
fx_group_view_new (const FxCompilation *c, guint first, guint n)
{
  FxGroupView *view = g_new0 (FxGroupView, 1);

  view->c = c;
  view->first = first;
  view->n = n;
  view->values = g_array_new (FALSE, FALSE, sizeof (FxGroupValue));
  view->operands = g_array_new (FALSE, FALSE, sizeof (gint32));
  view->operands_from = g_new (guint, n + 1);
  for (guint k = 0; k < n; k++)
    {
      const FxLayer *layer = fx_compilation_layer (c, first + k);
      const FxNode *node = fx_graph_node (c->graph, layer->node);

      view->operands_from[k] = view->operands->len;
      for (guint i = 0; i < node->n_inputs; i++)
        add_operand (view, layer, i);
      for (guint i = 0; i < node->n_outputs; i++)
        add_result (view, layer, node->outputs[i]);
    }
  view->operands_from[n] = view->operands->len;
  return view;
}

void
fx_group_view_free (FxGroupView *view)
{
  if (view == NULL)
    return;
  g_array_unref (view->values);
  g_array_unref (view->operands);
  g_free (view->operands_from);
  g_free (view);
}

/* ---- the walk ---- */

typedef struct
{
  FxGroupView *view;
  const FxLayerGroup *group;
  FxGroupVisitor visit;
  gpointer user_data;
} Walk;

static const FxNode *
node_of (const Walk *walk, guint k)
{
  return fx_graph_node (walk->view->c->graph, fx_compilation_layer (walk->view->c, walk->view->first + k)->node);
}

static FxGroupValue *
operand_of (const Walk *walk, guint k, guint i)
{
  gint32 index = fx_group_view_operand (walk->view, k, i);

  return index >= 0 ? fx_group_view_value (walk->view, (guint)index) : NULL;
}

static void
emit_run (const Walk *walk, guint k, FxRowRange rows, FxRowRange channels)
{
  FxGroupStep step = { FX_STEP_RUN_ROWS, walk->view->first + k, rows, channels, 0, NULL };

  if (walk->visit != NULL)
    walk->visit (&step, walk->user_data);
}

static void
emit_copies (const Walk *walk, FxGroupStepKind kind, guint k, const FxGroupCopy *copies, guint n)
{
  FxGroupStep step = { kind, walk->view->first + k, { 0, 0 }, { 0, 1 }, n, copies };

  if (walk->visit != NULL && n > 0)
    walk->visit (&step, walk->user_data);
}

static guint
index_of (const Walk *walk, const FxGroupValue *value)
{
  return (guint)(value - fx_group_view_value (walk->view, 0));
}

/* The rows of its results that a layer has computed, and that this stripe asks for. */
static FxRowRange
rows_of (const Walk *walk, guint k)
{
  const FxNode *node = node_of (walk, k);
  const FxTileCut *cut = &fx_compilation_layer (walk->view->c, walk->view->first + k)->cut;
  FxRowRange rows = { G_MAXINT64, 0 };

  for (guint i = 0; i < node->n_outputs; i++)
    {
      const FxGroupValue *value = operand_of (walk, k, node->n_inputs + i);

      if (value == NULL)
        continue;
      rows.begin = MIN (rows.begin, value->done);
      rows.end = MAX (rows.end, value->goal);
    }
  rows.begin = MIN (rows.begin, rows.end);
  if (!cut->by_rows && rows.end > rows.begin)
    rows = (FxRowRange){ 0, cut->n_rows };
  return rows;
}

static void
set_goals (const Walk *walk, gint64 stripe)
{
  for (guint i = 0; i < walk->view->values->len; i++)
    {
      FxGroupValue *value = fx_group_view_value (walk->view, i);
      gint64 n = value->layout.n_rows, stripes = walk->group->stripes;

      if (value->constant_axis >= 0)
        continue;
      value->goal = value->done;
      if (value->is_local && !value->read_here)
        {
          FxRowRange rows = fx_layer_group_rows (walk->group, n);

          value->goal = rows.begin + ((rows.end - rows.begin) * stripe + stripes - 1) / stripes;
        }
      else if (value->is_local && stripe == stripes && (value->stores || value->whole))
        value->goal = n;
    }
  for (guint k = walk->view->n; k-- > 0;)
    {
      const FxNode *node = node_of (walk, k);
      const FxTileCut *cut = &fx_compilation_layer (walk->view->c, walk->view->first + k)->cut;
      FxRowRange rows = rows_of (walk, k);

      if (rows.end <= rows.begin)
        continue;
      for (guint i = 0; i < node->n_inputs + node->n_outputs; i++)
        {
          FxGroupValue *value = operand_of (walk, k, i);

          if (value == NULL || value->constant_axis >= 0)
            continue;
          if (i < node->n_inputs)
            value->goal = MAX (value->goal, fx_tile_operand_rows (cut, i, value->layout.n_rows, rows).end);
          else
            value->goal = cut->by_rows ? rows.end : value->layout.n_rows;
        }
    }
}

/* The first row of a value that the stripe, or what comes behind it, still reads. */
static void
keep_rows (const Walk *walk, gint64 *lows)
{
  for (guint i = 0; i < walk->view->values->len; i++)
    lows[i] = fx_group_view_value (walk->view, i)->done;
  for (guint k = 0; k < walk->view->n; k++)
    {
      const FxNode *node = node_of (walk, k);
      const FxTileCut *cut = &fx_compilation_layer (walk->view->c, walk->view->first + k)->cut;
      FxRowRange rows = rows_of (walk, k);

      if (rows.begin >= cut->n_rows)
        continue;
      rows.end = rows.begin + 1;
      for (guint i = 0; i < node->n_inputs; i++)
        {
          gint32 index = fx_group_view_operand (walk->view, k, i);

          if (index >= 0 && fx_group_view_value (walk->view, (guint)index)->constant_axis < 0)
            {
              gint64 n = fx_group_view_value (walk->view, (guint)index)->layout.n_rows;

              lows[index] = MIN (lows[index], fx_tile_operand_rows (cut, i, n, rows).begin);
            }
        }
    }
}

static void
size_rings (const Walk *walk)
{
  g_autofree gint64 *lows = g_new (gint64, walk->view->values->len + 1);

  keep_rows (walk, lows);
  for (guint i = 0; i < walk->view->values->len; i++)
    {
      FxGroupValue *value = fx_group_view_value (walk->view, i);
      gint64 slots = value->goal - lows[i] + (walk->group->doubled ? value->goal - value->done : 0);

      if (value->constant_axis < 0 && value->goal > value->done)
        value->slots = value->whole ? value->layout.n_rows : MIN (value->layout.n_rows, MAX (value->slots, slots));
    }
}

/* Adds what of an operand is not there yet to the copies. */
static void
add_copy (const Walk *walk, guint k, guint i, FxRowRange channels, GArray *copies)
{
  const FxTileCut *cut = &fx_compilation_layer (walk->view->c, walk->view->first + k)->cut;
  FxGroupValue *value = operand_of (walk, k, i);
  FxGroupCopy copy = { index_of (walk, value), channels };

  if (cut->operands[i] != FX_OPERAND_CHANNELS || walk->group->splits == 1)
    {
      copy.rows = (FxRowRange){ value->done, value->goal };
      value->done = value->goal;
    }
  for (guint other = 0; other < copies->len; other++)
    if (g_array_index (copies, FxGroupCopy, other).value == copy.value)
      return;
  if (copy.rows.end > copy.rows.begin)
    g_array_append_val (copies, copy);
}

/* The constants of a layer in one command, each activation in one. */
static void
load_operands (const Walk *walk, guint k, FxRowRange channels, GArray *copies)
{
  const FxNode *node = node_of (walk, k);

  g_array_set_size (copies, 0);
  for (guint i = 0; i < node->n_inputs; i++)
    {
      const FxGroupValue *value = operand_of (walk, k, i);

      if (value != NULL && value->loads && value->constant_axis >= 0)
        add_copy (walk, k, i, channels, copies);
    }
  emit_copies (walk, FX_STEP_LOAD_ROWS, k, (const FxGroupCopy *)(gpointer)copies->data, copies->len);
  for (guint i = 0; i < node->n_inputs; i++)
    {
      const FxGroupValue *value = operand_of (walk, k, i);

      g_array_set_size (copies, 0);
      if (value != NULL && value->loads && value->constant_axis < 0)
        add_copy (walk, k, i, channels, copies);
      emit_copies (walk, FX_STEP_LOAD_ROWS, k, (const FxGroupCopy *)(gpointer)copies->data, copies->len);
    }
}

static void
run_layer (const Walk *walk, guint k)
{
  const FxNode *node = node_of (walk, k);
  const FxTileCut *cut = &fx_compilation_layer (walk->view->c, walk->view->first + k)->cut;
  FxRowRange rows = rows_of (walk, k);
  gint64 splits = cut->channel_axis >= 0 ? walk->group->splits : 1;
  g_autoptr (GArray) copies = g_array_new (FALSE, FALSE, sizeof (FxGroupCopy));

  if (rows.end <= rows.begin)
    return;
  for (gint64 split = 0; split < splits; split++)
    {
      FxRowRange channels = { cut->n_channels * split / splits, cut->n_channels * (split + 1) / splits };

      load_operands (walk, k, channels, copies);
      emit_run (walk, k, rows, channels);
    }
  for (guint i = 0; i < node->n_outputs; i++)
    {
      FxGroupValue *value = operand_of (walk, k, node->n_inputs + i);

      if (value == NULL)
        continue;
      if (value->stores)
        emit_copies (walk, FX_STEP_STORE_ROWS, k,
                     &(FxGroupCopy){ index_of (walk, value), { value->done, value->goal } }, 1);
      value->done = value->goal;
    }
}

/* Constants are loaded once, all of them, or a piece of channels after the other through a ring with room for two. */
static void
start_constants (const Walk *walk)
{
  const FxTileCut *cut = &fx_compilation_layer (walk->view->c, walk->view->first)->cut;
  const FxNode *node = node_of (walk, 0);

  for (guint i = 0; i < walk->view->values->len; i++)
    {
      FxGroupValue *value = fx_group_view_value (walk->view, i);

      value->done = 0;
      value->goal = value->slots = value->constant_axis >= 0 ? value->layout.n_rows : 0;
    }
  for (guint i = 0; i < node->n_inputs && walk->group->splits > 1; i++)
    if (cut->operands[i] == FX_OPERAND_CHANNELS)
      {
        FxGroupValue *value = operand_of (walk, 0, i);
        gint64 piece = (cut->n_channels + walk->group->splits - 1) / walk->group->splits;

        value->slots = MIN (value->layout.n_rows, piece * (walk->group->doubled ? 2 : 1));
      }
}

/* A piece of a layer begins with its first row, and the first rows that that one needs. */
static void
start_piece (const Walk *walk)
{
  const FxNode *node = node_of (walk, 0);
  const FxTileCut *cut = &fx_compilation_layer (walk->view->c, walk->view->first)->cut;
  FxRowRange rows = fx_layer_group_rows (walk->group, cut->n_rows);

  for (guint i = 0; i < walk->view->values->len; i++)
    if (fx_group_view_value (walk->view, i)->constant_axis < 0)
      fx_group_view_value (walk->view, i)->done = G_MAXINT64;
  for (guint i = 0; i < node->n_inputs + node->n_outputs; i++)
    {
      FxGroupValue *value = operand_of (walk, 0, i);
      FxRowRange needed = { rows.begin, rows.begin + 1 };

      if (value == NULL || value->constant_axis >= 0)
        continue;
      if (i < node->n_inputs)
        needed = fx_tile_operand_rows (cut, i, value->layout.n_rows, needed);
      value->done = value->goal = MIN (value->done, needed.begin);
    }
}

void
fx_group_walk (FxGroupView *view, const FxLayerGroup *group, FxGroupVisitor visit, gpointer user_data)
{
  Walk walk = { view, group, visit, user_data };

  start_constants (&walk);
  if (group->pieces > 1)
    start_piece (&walk);
  for (gint64 stripe = 1; stripe <= group->stripes; stripe++)
    {
      set_goals (&walk, stripe);
      size_rings (&walk);
      for (guint k = 0; k < view->n; k++)
        run_layer (&walk, k);
    }
}
