/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-join.h"

#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-twins.h"

#include <string.h>

/* A cone that goes on for longer has lost its names. */
#define MAX_CONE_DEPTH 32

typedef struct
{
  const FxJoinPart *parts;
  guint n_parts, isolate;
  FxJoin *join;
  FxUses *isolated_uses;
  FxId *entered;      /* [values of the isolated part] the float twin, quantized; FX_NONE: not yet */
  GHashTable *branch; /* of the branch being made: value of the part + 1 → value of the graph + 1 */
} Joiner;

/* ---- values ---- */

static FxId
add_value (FxGraph *graph, const FxValue *value)
{
  if (value->constant != NULL)
    return fx_graph_add_constant (graph, value->name, fx_tensor_ref (value->constant));
  return fx_graph_add_value (graph, value->name, value->dtype, &value->shape);
}

static FxId
matching_input (const FxGraph *reference, const FxValue *value, guint position)
{
  for (guint i = 0; i < fx_graph_n_inputs (reference); i++)
    if (strcmp (fx_graph_value (reference, fx_graph_input (reference, i))->name, value->name) == 0)
      return fx_graph_input (reference, i);
  return fx_graph_input (reference, position);
}

/* The inputs of a part are those of the reference. */
static gboolean
take_inputs (Joiner *joiner, guint part, GError **error)
{
  const FxGraph *reference = joiner->parts[0].graph, *graph = joiner->parts[part].graph;

  if (fx_graph_n_inputs (graph) != fx_graph_n_inputs (reference))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "one model has %u inputs, the other %u", fx_graph_n_inputs (reference),
                    fx_graph_n_inputs (graph));
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      const FxValue *value = fx_graph_value (graph, fx_graph_input (graph, i));
      FxId input = matching_input (reference, value, i);
      const FxValue *wanted = fx_graph_value (reference, input);

      if (value->dtype != wanted->dtype || !fx_shape_equal (&value->shape, &wanted->shape))
        {
          g_autofree char *first = fx_graph_shape_to_string (reference, &wanted->shape);
          g_autofree char *second = fx_graph_shape_to_string (graph, &value->shape);

          return fx_fail (error, FX_ERROR_BAD_GRAPH, "input \"%s\" is %s%s in one model and %s%s in the other",
                          wanted->name, fx_dtype_name (wanted->dtype), first, fx_dtype_name (value->dtype), second);
        }
      joiner->join->values[part][fx_graph_input (graph, i)] = joiner->join->values[0][input];
    }
  return TRUE;
}

static gboolean
add_values (Joiner *joiner, guint part, GError **error)
{
  const FxGraph *graph = joiner->parts[part].graph;
  guint n_values = fx_graph_n_values (graph);
  FxId *values = joiner->join->values[part] = g_new (FxId, n_values + 1);

  for (FxId v = 0; v < n_values; v++)
    values[v] = FX_NONE;
  if (part > 0 && !take_inputs (joiner, part, error))
    return FALSE;
  for (FxId v = 0; v < n_values; v++)
    if (values[v] == FX_NONE)
      values[v] = add_value (joiner->join->graph, fx_graph_value (graph, v));
  for (guint i = 0; part == 0 && i < fx_graph_n_inputs (graph); i++)
    fx_graph_add_input (joiner->join->graph, values[fx_graph_input (graph, i)]);
  return TRUE;
}

/* ---- nodes ---- */

static void
add_node (FxGraph *graph, const FxNode *node, const FxId *inputs, const FxId *outputs)
{
  FxId id = fx_graph_add_node (graph, node->name, node->domain, node->op_type, node->version, inputs, node->n_inputs,
                               outputs, node->n_outputs);

  for (guint i = 0; i < node->n_attrs; i++)
    fx_node_take_attr (fx_graph_node (graph, id), fx_attr_copy (&node->attrs[i]));
}

static void
copy_node (Joiner *joiner, guint part, FxId id)
{
  const FxNode *node = fx_graph_node (joiner->parts[part].graph, id);
  const FxId *values = joiner->join->values[part];
  g_autofree FxId *ids = g_new (FxId, node->n_inputs + node->n_outputs + 1);

  for (guint i = 0; i < node->n_inputs; i++)
    ids[i] = node->inputs[i] != FX_NONE ? values[node->inputs[i]] : FX_NONE;
  for (guint i = 0; i < node->n_outputs; i++)
    ids[node->n_inputs + i] = node->outputs[i] != FX_NONE ? values[node->outputs[i]] : FX_NONE;
  add_node (joiner->join->graph, node, ids, ids + node->n_inputs);
}

/* ---- branches ---- */

static FxTensor *
zero_point_tensor (FxDType dtype, gint32 zero_point)
{
  FxTensor *tensor;
  FxArray array = { .dtype = dtype, .shape = FX_SHAPE_SCALAR };

  tensor = fx_tensor_new_alloc (dtype, &array.shape, &array.data, NULL);
  fx_array_set (&array, 0, zero_point);
  return tensor;
}

/* The float twin of a value of the part, as that value's integers; made once for all branches. */
static FxId
enter (Joiner *joiner, FxId value)
{
  const FxJoinPart *part = &joiner->parts[joiner->isolate];
  const FxValue *of = fx_graph_value (part->graph, value);
  FxId twin = joiner->join->values[0][part->twins[value]];
  FxGraph *graph = joiner->join->graph;
  float scale;
  gint32 zero_point;

  if (fx_graph_value (graph, twin)->dtype != FX_DTYPE_FLOAT)
    return FX_NONE; /* the reference has integers itself */
  if (of->dtype == FX_DTYPE_FLOAT)
    return twin;
  if (joiner->entered[value] == FX_NONE
      && fx_integer_scale (part->graph, joiner->isolated_uses, value, &scale, &zero_point))
    {
      FxId inputs[3] = { twin, fx_graph_add_constant (graph, "scale", fx_tensor_new_float_scalar (scale)),
                         fx_graph_add_constant (graph, "zero_point", zero_point_tensor (of->dtype, zero_point)) };
      FxId output = fx_graph_add_value (graph, of->name, of->dtype, &of->shape);

      fx_graph_add_node (graph, "", "", "QuantizeLinear", 13, inputs, 3, &output, 1);
      joiner->entered[value] = output;
    }
  return joiner->entered[value];
}

static FxId branch_value (Joiner *joiner, FxId value, guint depth);

/* Copies the node behind a value of the part and what it needs. FALSE: it cannot be told apart. */
static gboolean
branch_node (Joiner *joiner, FxId id, guint depth)
{
  const FxGraph *graph = joiner->parts[joiner->isolate].graph;
  const FxNode *node = fx_graph_node (graph, id);
  g_autofree FxId *ids = g_new (FxId, node->n_inputs + node->n_outputs + 1);

  for (guint i = 0; i < node->n_inputs; i++)
    {
      ids[i] = node->inputs[i] != FX_NONE ? branch_value (joiner, node->inputs[i], depth + 1) : FX_NONE;
      if (ids[i] == FX_NONE && node->inputs[i] != FX_NONE)
        return FALSE;
    }
  for (guint i = 0; i < node->n_outputs; i++)
    {
      FxId *output = &ids[node->n_inputs + i];

      *output = FX_NONE;
      if (node->outputs[i] == FX_NONE)
        continue;
      *output = add_value (joiner->join->graph, fx_graph_value (graph, node->outputs[i]));
      g_hash_table_insert (joiner->branch, GUINT_TO_POINTER (node->outputs[i] + 1), GUINT_TO_POINTER (*output + 1));
    }
  add_node (joiner->join->graph, node, ids, ids + node->n_inputs);
  return TRUE;
}

/* What a value of the part is in the current branch, whose end has depth 0. */
static FxId
branch_value (Joiner *joiner, FxId value, guint depth)
{
  const FxJoinPart *part = &joiner->parts[joiner->isolate];
  FxId producer = joiner->isolated_uses->producer[value];
  guint known;

  if (depth > 0 && part->twins[value] != FX_NONE)
    return enter (joiner, value);
  known = GPOINTER_TO_UINT (g_hash_table_lookup (joiner->branch, GUINT_TO_POINTER (value + 1)));
  if (known != 0)
    return known - 1;
  if (producer == FX_NONE)
    return joiner->join->values[joiner->isolate][value]; /* a constant or a graph input */
  if (depth >= MAX_CONE_DEPTH || !branch_node (joiner, producer, depth))
    return FX_NONE;
  return GPOINTER_TO_UINT (g_hash_table_lookup (joiner->branch, GUINT_TO_POINTER (value + 1))) - 1;
}

/* Weights that the graph holds as integers: DequantizeLinear of a constant, or of a constant that it quantizes. */
static gboolean
is_quantized_constant (const FxGraph *graph, const FxUses *uses, FxId value)
{
  static const char *const path[] = { "DequantizeLinear", "QuantizeLinear" };

  if (uses->producer[value] == FX_NONE)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (path) && uses->producer[value] != FX_NONE; i++)
    {
      const FxNode *node = fx_graph_node (graph, uses->producer[value]);

      if (strcmp (node->op_type, path[i]) != 0)
        return FALSE;
      value = node->inputs[0];
    }
  return fx_graph_value (graph, value)->constant != NULL;
}

/* A value that stays float behind a node of floats only: nothing is quantized there. */
static gboolean
is_float_node (const FxGraph *graph, const FxUses *uses, FxId value)
{
  const FxNode *node = fx_graph_node (graph, uses->producer[value]);

  if (fx_graph_value (graph, value)->dtype != FX_DTYPE_FLOAT)
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE
        && (fx_graph_value (graph, node->inputs[i])->dtype != FX_DTYPE_FLOAT
            || is_quantized_constant (graph, uses, node->inputs[i])))
      return FALSE;
  return TRUE;
}

static void
add_branch (Joiner *joiner, FxId value)
{
  const FxGraph *graph = joiner->parts[joiner->isolate].graph;

  if (is_float_node (graph, joiner->isolated_uses, value))
    return;
  g_hash_table_remove_all (joiner->branch);
  joiner->join->isolated[value] = branch_value (joiner, value, 0);
}

/* ---- order ---- */

typedef struct
{
  guint key;  /* position of the reference node that it follows */
  guint part; /* n_parts: a branch */
  FxId id;    /* node; value of a branch */
} Item;

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const Item *x = a, *y = b;

  if (x->key != y->key)
    return x->key < y->key ? -1 : 1;
  if (x->part != y->part)
    return x->part < y->part ? -1 : 1;
  return x->id < y->id ? -1 : x->id > y->id;
}

/* Where the nodes of a part go: behind what they need, and behind the reference node whose twin they compute. */
static void
order_part (const Joiner *joiner, guint part, const FxUses *reference_uses, GArray *items)
{
  const FxGraph *graph = joiner->parts[part].graph;
  const FxId *twins = joiner->parts[part].twins;
  g_autofree guint *keys = g_new0 (guint, fx_graph_n_values (graph) + 1);

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      Item item = { .part = part, .id = i };

      if (node->removed)
        continue;
      for (guint k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] != FX_NONE)
          item.key = MAX (item.key, keys[node->inputs[k]]);
      for (guint k = 0; k < node->n_outputs; k++)
        {
          FxId twin = node->outputs[k] != FX_NONE ? twins[node->outputs[k]] : FX_NONE;

          if (twin != FX_NONE && reference_uses->producer[twin] != FX_NONE)
            item.key = MAX (item.key, reference_uses->producer[twin]);
        }
      for (guint k = 0; k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE)
          keys[node->outputs[k]] = item.key;
      g_array_append_val (items, item);
      for (guint k = 0; k < node->n_outputs && part == joiner->isolate; k++)
        if (node->outputs[k] != FX_NONE && twins[node->outputs[k]] != FX_NONE)
          g_array_append_val (items, ((Item){ item.key, joiner->n_parts, node->outputs[k] }));
    }
}

static GArray *
order (const Joiner *joiner)
{
  const FxGraph *reference = joiner->parts[0].graph;
  g_autoptr (FxUses) uses = fx_uses_new (reference);
  GArray *items = g_array_new (FALSE, FALSE, sizeof (Item));

  for (FxId i = 0; i < fx_graph_n_nodes (reference); i++)
    if (!fx_graph_node (reference, i)->removed)
      g_array_append_val (items, ((Item){ i, 0, i }));
  for (guint part = 1; part < joiner->n_parts; part++)
    order_part (joiner, part, uses, items);
  g_array_sort (items, compare_items);
  return items;
}

static void
add_opsets (FxGraph *into, const FxGraph *from)
{
  for (guint i = 0; i < fx_graph_n_opsets (from); i++)
    {
      const FxOpset *opset = fx_graph_opset_at (from, i);

      fx_graph_set_opset (into, opset->domain, MAX (opset->version, fx_graph_opset (into, opset->domain)));
    }
  if (fx_graph_metadata (from, "missing_weights") != NULL)
    fx_graph_set_metadata (into, "missing_weights", fx_graph_metadata (from, "missing_weights"));
}

static gboolean
build (Joiner *joiner, GError **error)
{
  FxJoin *join = joiner->join;
  g_autoptr (GArray) items = NULL;

  for (guint part = 0; part < joiner->n_parts; part++)
    {
      add_opsets (join->graph, joiner->parts[part].graph);
      if (!add_values (joiner, part, error))
        return FALSE;
    }
  items = order (joiner);
  for (guint i = 0; i < items->len; i++)
    {
      const Item *item = &g_array_index (items, Item, i);

      if (item->part < joiner->n_parts)
        copy_node (joiner, item->part, item->id);
      else
        add_branch (joiner, item->id);
    }
  for (guint i = 0; i < fx_graph_n_outputs (joiner->parts[0].graph); i++)
    fx_graph_add_output (join->graph, join->values[0][fx_graph_output (joiner->parts[0].graph, i)]);
  return fx_graph_sort (join->graph, error);
}

FxJoin *
fx_join_new (const FxJoinPart *parts, guint n_parts, guint isolate, GError **error)
{
  FxJoin *join = g_new0 (FxJoin, 1);
  Joiner joiner = { .parts = parts, .n_parts = n_parts, .isolate = isolate, .join = join };
  guint n_values = fx_graph_n_values (parts[isolate].graph);
  gboolean ok;

  join->graph = fx_graph_new (fx_graph_name (parts[0].graph));
  join->n_parts = n_parts;
  join->values = g_new0 (FxId *, n_parts + 1);
  if (isolate > 0)
    {
      joiner.isolated_uses = fx_uses_new (parts[isolate].graph);
      joiner.branch = g_hash_table_new (NULL, NULL);
      joiner.entered = g_new (FxId, n_values + 1);
      join->isolated = g_new (FxId, n_values + 1);
      for (FxId v = 0; v < n_values; v++)
        joiner.entered[v] = join->isolated[v] = FX_NONE;
    }
  else
    joiner.isolate = G_MAXUINT;
  ok = build (&joiner, error);
  fx_uses_free (joiner.isolated_uses);
  g_clear_pointer (&joiner.branch, g_hash_table_unref);
  g_free (joiner.entered);
  if (!ok)
    g_clear_pointer (&join, fx_join_free);
  return join;
}

void
fx_join_free (FxJoin *join)
{
  if (join == NULL)
    return;
  for (guint i = 0; i < join->n_parts; i++)
    g_free (join->values[i]);
  g_free (join->values);
  g_free (join->isolated);
  fx_graph_free (join->graph);
  g_free (join);
}
