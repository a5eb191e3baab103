/* Every channel that a layer writes starts as a group of its own; nodes are walked in order and carry the groups along,
 * joining those that meet. Operators that only move elements need no rules of their own: their kernels are run on
 * tensors whose elements are the numbers of groups.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-channel-groups.h"

#include "core/exec/fx-activation.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/clip.h"
#include "core/ops/fx-op.h"
#include "core/quant/fx-layer-weights.h"

#include <math.h>
#include <string.h>

/* Moving larger tensors about is not worth the time. */
#define MAX_ELEMENTS (1 << 24)

/* Groups of the elements of a value. Shared by whole planes as a rule; where a channel shuffle is under way, not. */
typedef struct
{
  gboolean known;
  gsize n;         /* channels, or elements */
  gboolean single; /* one for each element */
  gint32 *ids;
} Map;

typedef struct
{
  const FxGraph *graph;
  FxUses *uses;
  Map *maps;      /* [n_values] */
  GArray *parent; /* of guint32: union-find; 0 is fixed */
  FxChannelGroups *result;
} Walk;

/* ---- groups ---- */

static guint32
find (Walk *walk, guint32 id)
{
  guint32 *parent = (guint32 *)(gpointer)walk->parent->data;

  while (parent[id] != id)
    id = parent[id] = parent[parent[id]];
  return id;
}

/* The smaller number wins, so that what is joined with 0 is fixed. */
static void
join (Walk *walk, guint32 a, guint32 b)
{
  guint32 *parent = (guint32 *)(gpointer)walk->parent->data;

  a = find (walk, a);
  b = find (walk, b);
  parent[MAX (a, b)] = MIN (a, b);
}

static guint32
new_group (Walk *walk)
{
  guint32 id = walk->parent->len;

  g_array_append_val (walk->parent, id);
  return id;
}

static void
fix (Walk *walk, FxId value)
{
  Map *map = value != FX_NONE ? &walk->maps[value] : NULL;

  for (gsize i = 0; map != NULL && map->known && i < map->n; i++)
    join (walk, 0, (guint32)map->ids[i]);
}

static void
fix_node (Walk *walk, const FxNode *node)
{
  for (guint i = 0; i < node->n_inputs; i++)
    fix (walk, node->inputs[i]);
}

static const FxShape *
shape_of (const Walk *walk, FxId value)
{
  return &fx_graph_value (walk->graph, value)->shape;
}

static gint64
n_channels (const Walk *walk, FxId value)
{
  const FxShape *shape = shape_of (walk, value);

  return shape->rank >= 2 && fx_shape_is_static (shape) ? shape->dims[1] : 0;
}

/* The output has the channels of `value`, in the same place. */
static gboolean
keeps_channels (const Walk *walk, FxId value, const FxNode *node)
{
  FxId output = node->outputs[0];

  return node->n_outputs == 1 && shape_of (walk, output)->rank == shape_of (walk, value)->rank
         && n_channels (walk, output) == n_channels (walk, value);
}

/* ---- maps ---- */

static Map *
by_channel (const Walk *walk, FxId value)
{
  Map *map = value != FX_NONE ? &walk->maps[value] : NULL;

  return map != NULL && map->known && !map->single ? map : NULL;
}

static Map *
map_set (Walk *walk, FxId value, gboolean single, const gint32 *ids, gsize n)
{
  Map *map = &walk->maps[value];

  *map = (Map){ TRUE, n, single, g_memdup2 (ids, n * sizeof *ids) };
  return map;
}

/* One group for each element, as a tensor of the value's shape; those that are not known are fixed. */
static FxTensor *
spread (const Walk *walk, FxId value)
{
  const FxShape *shape = shape_of (walk, value);
  const Map *map = &walk->maps[value];
  gsize inner, n;
  void *data;
  FxTensor *tensor;

  if (!fx_shape_is_static (shape) || fx_shape_elements (shape) > MAX_ELEMENTS)
    return NULL;
  tensor = fx_tensor_new_alloc (FX_DTYPE_INT32, shape, &data, NULL);
  if (tensor == NULL || !map->known)
    return tensor;
  n = fx_tensor_elements (tensor);
  inner = map->single ? 1 : fx_shape_product (shape, 2, shape->rank);
  for (gsize i = 0; i < n; i++)
    ((gint32 *)data)[i] = map->ids[i / inner % map->n];
  return tensor;
}

/* The reverse: by channel where all elements of a channel agree. */
static void
gather (Walk *walk, FxId value, FxTensor *tensor)
{
  const FxShape *shape = fx_tensor_shape (tensor);
  const gint32 *ids = fx_tensor_array (tensor).data;
  gsize n = fx_tensor_elements (tensor), channels = shape->rank >= 2 ? (gsize)shape->dims[1] : 0;
  gsize inner = channels > 0 ? fx_shape_product (shape, 2, shape->rank) : 1;
  g_autofree gint32 *first = g_new (gint32, channels + 1);
  gboolean single = channels == 0;

  for (gsize c = 0; c < channels; c++)
    first[c] = ids[c * inner];
  for (gsize i = 0; i < n && !single; i++)
    single = find (walk, (guint32)ids[i]) != find (walk, (guint32)first[i / inner % channels]);
  if (single)
    map_set (walk, value, TRUE, ids, n);
  else
    map_set (walk, value, FALSE, first, channels);
}

/* ---- operators ---- */

static gboolean
is_any (const FxNode *node, const char *const *op_types)
{
  for (; *op_types != NULL; op_types++)
    if (fx_node_is (node, *op_types))
      return TRUE;
  return FALSE;
}

/* Every channel of the output comes from the same channel of input 0 by a function that a positive factor passes. */
static gboolean
is_homogeneous (const FxNode *node)
{
  static const char *const op_types[]
      = { "Relu",          "LeakyRelu",    "PRelu",      "MaxPool",   "AveragePool", "LpPool",    "GlobalAveragePool",
          "GlobalMaxPool", "GlobalLpPool", "ReduceMean", "ReduceMax", "ReduceMin",   "ReduceSum", "Abs",
          "Neg",           "Identity",     "Dropout",    "Resize",    "Upsample",    "Pad",       NULL };

  return is_any (node, op_types);
}

static gboolean
only_moves (const FxNode *node)
{
  static const char *const op_types[]
      = { "Reshape",      "Flatten", "Squeeze", "Unsqueeze", "Transpose", "DepthToSpace",
          "SpaceToDepth", "Slice",   "Split",   "Concat",    "Gather",    NULL };

  return is_any (node, op_types);
}

static const FxTensor *
constant_of (const Walk *walk, FxId value)
{
  return value != FX_NONE ? fx_graph_value (walk->graph, value)->constant : NULL;
}

static gboolean
pads_with_zeros (const Walk *walk, const FxNode *node)
{
  const FxTensor *value = node->n_inputs > 2 ? constant_of (walk, node->inputs[2]) : NULL;

  if (node->n_inputs > 2 && node->inputs[2] != FX_NONE)
    return value != NULL && fx_tensor_elements (value) == 1 && fx_tensor_get_double (value, 0) == 0.0;
  return fx_node_float (node, "value", 0.0f) == 0.0f;
}

/* Axes are attributes up to the opset that graphs are in here. */
static gboolean
reduces_channels (const Walk *walk, const FxNode *node)
{
  const FxAttr *axes = fx_node_attr (node, "axes");
  int rank = shape_of (walk, node->inputs[0])->rank;

  if (!g_str_has_prefix (node->op_type, "Reduce"))
    return FALSE;
  if (axes == NULL || axes->kind != FX_ATTR_INTS || node->n_inputs > 1)
    return TRUE;
  for (guint i = 0; i < axes->n; i++)
    if ((axes->ints[i] < 0 ? axes->ints[i] + rank : axes->ints[i]) < 2)
      return TRUE;
  return FALSE;
}

/* A slope for each element would be another function in each place. */
static gboolean
may_pass (const Walk *walk, const FxNode *node)
{
  const Map *map = by_channel (walk, node->inputs[0]);

  if (map == NULL || !keeps_channels (walk, node->inputs[0], node) || reduces_channels (walk, node))
    return FALSE;
  if (fx_node_is (node, "Pad"))
    return pads_with_zeros (walk, node);
  return !fx_node_is (node, "PRelu") || constant_of (walk, node->inputs[1]) != NULL;
}

static void
pass (Walk *walk, FxId from, FxId to)
{
  const Map *map = &walk->maps[from];

  map_set (walk, to, map->single, map->ids, map->n);
}

static gboolean
walk_clip (Walk *walk, const FxNode *node)
{
  FxChannelClip clip = { node->outputs[0], 0.0, 0.0 };

  if (!fx_node_is (node, "Clip") || by_channel (walk, node->inputs[0]) == NULL
      || !fx_clip_bounds (walk->graph, node, &clip.low, &clip.high) || clip.low > 0.0 || clip.high < 0.0)
    return FALSE;
  pass (walk, node->inputs[0], node->outputs[0]);
  g_array_append_val (walk->result->clips, clip);
  return TRUE;
}

/* The operator's own kernel moves the numbers of groups about. */
static gboolean
walk_moved (Walk *walk, const FxNode *node)
{
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, node->n_inputs + 1);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, node->n_outputs + 1);
  gboolean all = fx_node_is (node, "Concat"), ok = TRUE;

  for (guint i = 0; i < node->n_inputs && ok; i++)
    {
      FxId id = node->inputs[i];
      FxTensor *constant = id != FX_NONE ? fx_graph_value (walk->graph, id)->constant : NULL;

      if (id == FX_NONE)
        continue;
      inputs[i] = i == 0 || all ? spread (walk, id) : constant != NULL ? fx_tensor_ref (constant) : NULL;
      ok = inputs[i] != NULL;
    }
  ok = ok
       && fx_op_fold (node->op, node, inputs, node->n_inputs, outputs, node->n_outputs,
                      (gsize)MAX_ELEMENTS * sizeof (gint32), NULL);
  for (guint k = 0; k < node->n_outputs && ok; k++)
    if (outputs[k] != NULL)
      gather (walk, node->outputs[k], outputs[k]);
  for (guint i = 0; i < node->n_inputs; i++)
    fx_tensor_unref (inputs[i]);
  for (guint k = 0; k < node->n_outputs; k++)
    fx_tensor_unref (outputs[k]);
  return ok;
}

/* Joins what meets at the same place of two operands of one shape, or of a picture and one number per channel. */
static gboolean
join_values (Walk *walk, FxId a, FxId b)
{
  const Map *x = &walk->maps[a], *y = &walk->maps[b];

  if (!x->known || !y->known || x->single || y->single || x->n != y->n
      || shape_of (walk, a)->rank != shape_of (walk, b)->rank)
    return FALSE;
  for (gsize i = 0; i < x->n; i++)
    join (walk, (guint32)x->ids[i], (guint32)y->ids[i]);
  return TRUE;
}

guint
fx_channel_addend (const FxGraph *graph, const FxNode *node)
{
  return fx_graph_value (graph, node->inputs[0])->constant != NULL ? 0 : 1;
}

/* A constant [C,1,1] or [1,C,1,1] that only this node uses. */
static gboolean
is_addend (const Walk *walk, FxId id, const FxShape *to)
{
  const FxTensor *constant = constant_of (walk, id);
  const FxShape *shape = constant != NULL ? fx_tensor_shape (constant) : NULL;
  int axis = shape != NULL ? 1 - (to->rank - shape->rank) : -1;

  return axis >= 0 && fx_tensor_dtype (constant) == FX_DTYPE_FLOAT && fx_uses_count (walk->uses, id) == 1
         && !walk->uses->is_output[id] && shape->dims[axis] == to->dims[1]
         && (gint64)fx_tensor_elements (constant) == to->dims[1];
}

static void
add_use (GArray *uses, FxId node, gboolean output, const gint32 *ids, guint n)
{
  FxChannelUse use = { node, output, n, g_memdup2 (ids, n * sizeof *ids) };

  g_array_append_val (uses, use);
}

static gboolean
walk_sum (Walk *walk, FxId id, const FxNode *node)
{
  static const char *const op_types[] = { "Add", "Sub", "Sum", "Max", "Min", NULL };
  guint constant = node->n_inputs == 2 ? fx_channel_addend (walk->graph, node) : 0;
  FxId variable = node->inputs[node->n_inputs == 2 ? 1 - constant : 0];
  const Map *map = by_channel (walk, variable);

  if (!is_any (node, op_types) || map == NULL || !keeps_channels (walk, variable, node))
    return FALSE;
  if (node->n_inputs == 2 && is_addend (walk, node->inputs[constant], shape_of (walk, node->outputs[0])))
    add_use (walk->result->addends, id, FALSE, map->ids, (guint)map->n);
  else
    for (guint i = 1; i < node->n_inputs; i++)
      if (!join_values (walk, node->inputs[0], node->inputs[i]))
        return FALSE;
  pass (walk, variable, node->outputs[0]);
  return TRUE;
}

/* Whether the value is known not to take any factor: a constant, or what a Sigmoid and the like gave. */
static gboolean
is_fixed (Walk *walk, FxId value)
{
  const Map *map = &walk->maps[value];

  for (gsize i = 0; map->known && i < map->n; i++)
    if (find (walk, (guint32)map->ids[i]) != 0)
      return FALSE;
  return TRUE;
}

/* A product takes the factor of one operand if the other has none. */
static gboolean
walk_product (Walk *walk, const FxNode *node)
{
  FxId a = node->inputs[0], b = node->inputs[node->n_inputs - 1];

  if (!fx_node_is (node, "Mul") && !fx_node_is (node, "Div"))
    return FALSE;
  if (fx_node_is (node, "Mul") && is_fixed (walk, a))
    {
      a = node->inputs[1];
      b = node->inputs[0];
    }
  if (by_channel (walk, a) == NULL || !is_fixed (walk, b) || !keeps_channels (walk, a, node))
    return FALSE;
  pass (walk, a, node->outputs[0]);
  return TRUE;
}

static void
read_channels (Walk *walk, FxId id, const FxNode *node, guint n)
{
  const Map *map = by_channel (walk, node->inputs[0]);
  g_autofree gint32 *none = g_new0 (gint32, n);

  if (map != NULL && map->n == n)
    add_use (walk->result->uses, id, FALSE, map->ids, n);
  else
    {
      fix (walk, node->inputs[0]);
      add_use (walk->result->uses, id, FALSE, none, n);
    }
}

/* A layer takes the factors of its input into its weights and gives its output channels any others. */
static gboolean
walk_layer (Walk *walk, FxId id, const FxNode *node)
{
  g_auto (FxLayerWeights) weights = { 0 };
  g_autofree gint32 *ids = NULL;

  if (!fx_layer_weights_read (walk->graph, node, &weights)
      || n_channels (walk, node->outputs[0]) != (gint64)weights.n_out
      || (shape_of (walk, node->inputs[0])->rank > 2 && fx_node_is (node, "MatMul")))
    return FALSE;
  ids = g_new (gint32, weights.n_out);
  for (guint o = 0; o < weights.n_out; o++)
    ids[o] = (gint32)new_group (walk);
  read_channels (walk, id, node, weights.n_in);
  add_use (walk->result->uses, id, TRUE, ids, weights.n_out);
  map_set (walk, node->outputs[0], FALSE, ids, weights.n_out);
  return TRUE;
}

static gboolean
walk_any (Walk *walk, FxId id, const FxNode *node)
{
  if (node->n_inputs == 0 || node->n_outputs == 0 || node->inputs[0] == FX_NONE || node->outputs[0] == FX_NONE
      || node->op == NULL)
    return FALSE;
  if (is_homogeneous (node))
    {
      if (!may_pass (walk, node))
        return FALSE;
      pass (walk, node->inputs[0], node->outputs[0]);
      return TRUE;
    }
  return (only_moves (node) && walk_moved (walk, node)) || walk_clip (walk, node) || walk_sum (walk, id, node)
         || walk_product (walk, node) || walk_layer (walk, id, node);
}

/* ---- the result ---- */

static void
number_uses (Walk *walk, GArray *uses, const guint32 *numbers)
{
  for (guint i = 0; i < uses->len; i++)
    {
      FxChannelUse *use = &g_array_index (uses, FxChannelUse, i);

      for (guint c = 0; c < use->n; c++)
        use->groups[c] = numbers[find (walk, use->groups[c])];
    }
}

/* Numbers the groups that are left without gaps. */
static void
finish (Walk *walk)
{
  FxChannelGroups *result = walk->result;
  g_autofree guint32 *numbers = g_new0 (guint32, walk->parent->len);

  result->n_groups = 1;
  for (guint32 id = 1; id < walk->parent->len; id++)
    if (find (walk, id) == id)
      numbers[id] = result->n_groups++;
  for (FxId v = 0; v < result->n_values; v++)
    {
      const Map *map = by_channel (walk, v);

      if (map == NULL)
        continue;
      result->n_channels[v] = (guint)map->n;
      result->groups[v] = g_new (guint32, map->n + 1);
      for (gsize c = 0; c < map->n; c++)
        result->groups[v][c] = numbers[find (walk, (guint32)map->ids[c])];
    }
  number_uses (walk, result->uses, numbers);
  number_uses (walk, result->addends, numbers);
}

static void
use_clear (gpointer use)
{
  g_free (((FxChannelUse *)use)->groups);
}

static FxChannelGroups *
result_new (guint n_values)
{
  FxChannelGroups *result = g_new0 (FxChannelGroups, 1);

  result->n_values = n_values;
  result->n_channels = g_new0 (guint, n_values + 1);
  result->groups = g_new0 (guint32 *, n_values + 1);
  result->uses = g_array_new (FALSE, FALSE, sizeof (FxChannelUse));
  result->addends = g_array_new (FALSE, FALSE, sizeof (FxChannelUse));
  result->clips = g_array_new (FALSE, FALSE, sizeof (FxChannelClip));
  g_array_set_clear_func (result->uses, use_clear);
  g_array_set_clear_func (result->addends, use_clear);
  return result;
}

FxChannelGroups *
fx_channel_groups_new (const FxGraph *graph)
{
  guint n_values = fx_graph_n_values (graph);
  Walk walk = { .graph = graph,
                .uses = fx_uses_new (graph),
                .maps = g_new0 (Map, n_values + 1),
                .parent = g_array_new (FALSE, FALSE, sizeof (guint32)),
                .result = result_new (n_values) };

  new_group (&walk);
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (!node->removed && !walk_any (&walk, i, node))
        fix_node (&walk, node);
    }
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    fix (&walk, fx_graph_output (graph, i));
  finish (&walk);
  for (guint v = 0; v < n_values; v++)
    g_free (walk.maps[v].ids);
  g_free (walk.maps);
  g_array_unref (walk.parent);
  fx_uses_free (walk.uses);
  return walk.result;
}

void
fx_channel_groups_free (FxChannelGroups *groups)
{
  if (groups == NULL)
    return;
  for (FxId v = 0; v < groups->n_values; v++)
    g_free (groups->groups[v]);
  g_free (groups->groups);
  g_free (groups->n_channels);
  g_array_unref (groups->uses);
  g_array_unref (groups->addends);
  g_array_unref (groups->clips);
  g_free (groups);
}
