/* Storage and editing of graphs; the invariants are in fx-graph-verify.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"

#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"

#include <string.h>

struct _FxGraph
{
  char *name;
  GPtrArray *values; /* of FxValue: pointers, so that a value stays put while others are added */
  GPtrArray *nodes;  /* of FxNode */
  GArray *inputs;    /* of FxId */
  GArray *outputs;   /* of FxId */
  GArray *opsets;    /* of FxOpset */
  GPtrArray *symbols;
  GHashTable *metadata;      /* char * → char * */
  GHashTable *value_by_name; /* borrowed char * → FxId + 1 */
  GHashTable *node_by_name;  /* borrowed char * → FxId + 1 */
};

static void
value_free (gpointer data)
{
  FxValue *value = data;

  g_free (value->name);
  fx_tensor_unref (value->constant);
  g_free (value);
}

static void
node_free (gpointer data)
{
  FxNode *node = data;

  g_free (node->name);
  g_free (node->op_type);
  g_free (node->domain);
  g_free (node->inputs);
  g_free (node->outputs);
  for (guint i = 0; i < node->n_attrs; i++)
    fx_attr_clear (&node->attrs[i]);
  g_free (node->attrs);
  g_strfreev (node->origins);
  g_free (node);
}

static void
opset_clear (gpointer data)
{
  FxOpset *opset = data;

  g_free (opset->domain);
}

FxGraph *
fx_graph_new (const char *name)
{
  FxGraph *graph = g_new0 (FxGraph, 1);

  graph->name = g_strdup (name);
  graph->values = g_ptr_array_new_with_free_func (value_free);
  graph->nodes = g_ptr_array_new_with_free_func (node_free);
  graph->inputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  graph->outputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  graph->opsets = g_array_new (FALSE, FALSE, sizeof (FxOpset));
  g_array_set_clear_func (graph->opsets, opset_clear);
  graph->symbols = g_ptr_array_new_with_free_func (g_free);
  graph->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  graph->value_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  graph->node_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  return graph;
}

void
fx_graph_free (FxGraph *graph)
{
  if (graph == NULL)
    return;
  g_hash_table_unref (graph->value_by_name);
  g_hash_table_unref (graph->node_by_name);
  g_hash_table_unref (graph->metadata);
  g_ptr_array_unref (graph->values);
  g_ptr_array_unref (graph->nodes);
  g_array_unref (graph->inputs);
  g_array_unref (graph->outputs);
  g_array_unref (graph->opsets);
  g_ptr_array_unref (graph->symbols);
  g_free (graph->name);
  g_free (graph);
}

FxGraph *
fx_graph_copy (const FxGraph *graph)
{
  FxGraph *copy = fx_graph_new (graph->name);
  GHashTableIter iter;
  gpointer key, text;

  g_hash_table_iter_init (&iter, graph->metadata);
  while (g_hash_table_iter_next (&iter, &key, &text))
    fx_graph_set_metadata (copy, key, text);
  for (guint i = 0; i < graph->opsets->len; i++)
    fx_graph_set_opset (copy, fx_graph_opset_at (graph, i)->domain, fx_graph_opset_at (graph, i)->version);
  for (guint i = 0; i < graph->symbols->len; i++)
    g_ptr_array_add (copy->symbols, g_strdup (graph->symbols->pdata[i]));

  for (FxId i = 0; i < graph->values->len; i++)
    {
      const FxValue *from = graph->values->pdata[i];
      FxValue *to = fx_graph_value (copy, fx_graph_add_value (copy, from->name, from->dtype, &from->shape));

      to->captured = from->captured;
      if (from->constant != NULL)
        to->constant = fx_tensor_ref (from->constant);
    }
  for (FxId i = 0; i < graph->nodes->len; i++)
    {
      const FxNode *from = graph->nodes->pdata[i];
      FxNode *to
          = fx_graph_node (copy, fx_graph_add_node (copy, from->name, from->domain, from->op_type, from->version,
                                                    from->inputs, from->n_inputs, from->outputs, from->n_outputs));

      to->attrs = g_new (FxAttr, from->n_attrs);
      to->n_attrs = from->n_attrs;
      for (guint k = 0; k < from->n_attrs; k++)
        to->attrs[k] = fx_attr_copy (&from->attrs[k]);
      to->origins = g_strdupv (from->origins);
      to->removed = from->removed;
    }
  g_array_append_vals (copy->inputs, graph->inputs->data, graph->inputs->len);
  g_array_append_vals (copy->outputs, graph->outputs->data, graph->outputs->len);
  return copy;
}

const char *
fx_graph_name (const FxGraph *graph)
{
  return graph->name;
}

const char *
fx_graph_metadata (const FxGraph *graph, const char *key)
{
  return g_hash_table_lookup (graph->metadata, key);
}

void
fx_graph_set_metadata (FxGraph *graph, const char *key, const char *value)
{
  if (value != NULL)
    g_hash_table_insert (graph->metadata, g_strdup (key), g_strdup (value));
  else
    g_hash_table_remove (graph->metadata, key);
}

GList *
fx_graph_metadata_keys (const FxGraph *graph)
{
  return g_list_sort (g_hash_table_get_keys (graph->metadata), (GCompareFunc)strcmp);
}

gint64
fx_graph_opset (const FxGraph *graph, const char *domain)
{
  for (guint i = 0; i < graph->opsets->len; i++)
    if (strcmp (fx_graph_opset_at (graph, i)->domain, domain) == 0)
      return fx_graph_opset_at (graph, i)->version;

  return 0;
}

void
fx_graph_set_opset (FxGraph *graph, const char *domain, gint64 version)
{
  for (guint i = 0; i < graph->opsets->len; i++)
    {
      FxOpset *opset = &g_array_index (graph->opsets, FxOpset, i);

      if (strcmp (opset->domain, domain) != 0)
        continue;
      if (version == 0)
        g_array_remove_index (graph->opsets, i);
      else
        opset->version = version;
      return;
    }

  if (version != 0)
    g_array_append_val (graph->opsets, ((FxOpset){ g_strdup (domain), version }));
}

guint
fx_graph_n_opsets (const FxGraph *graph)
{
  return graph->opsets->len;
}

const FxOpset *
fx_graph_opset_at (const FxGraph *graph, guint i)
{
  return &g_array_index (graph->opsets, FxOpset, i);
}

gint64
fx_graph_symbol (FxGraph *graph, const char *name)
{
  for (guint i = 0; i < graph->symbols->len; i++)
    if (strcmp (graph->symbols->pdata[i], name) == 0)
      return fx_dim_symbol (i);

  g_ptr_array_add (graph->symbols, g_strdup (name));
  return fx_dim_symbol (graph->symbols->len - 1);
}

const char *
fx_graph_symbol_name (const FxGraph *graph, gint64 dim)
{
  if (!fx_dim_is_symbol (dim) || fx_dim_symbol_index (dim) >= graph->symbols->len)
    return NULL;
  return graph->symbols->pdata[fx_dim_symbol_index (dim)];
}

char *
fx_graph_shape_to_string (const FxGraph *graph, const FxShape *shape)
{
  GString *text;

  if (shape->rank < 0)
    return g_strdup ("[*]");

  text = g_string_new ("[");
  for (int i = 0; i < shape->rank; i++)
    {
      const char *symbol = fx_graph_symbol_name (graph, shape->dims[i]);

      if (i > 0)
        g_string_append_c (text, ',');
      if (shape->dims[i] >= 0)
        g_string_append_printf (text, "%" G_GINT64_FORMAT, shape->dims[i]);
      else
        g_string_append (text, symbol != NULL ? symbol : "?");
    }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

/* `name` if it is free in `table`, else the first free of name_1, name_2 … */
static char *
unique_name (GHashTable *table, const char *name)
{
  if (*name != '\0' && !g_hash_table_contains (table, name))
    return g_strdup (name);

  /* start at the table's size: names that were made unique before are then rarely tried again */
  for (guint i = g_hash_table_size (table);; i++)
    {
      char *candidate = g_strdup_printf ("%s_%u", name, i);

      if (!g_hash_table_contains (table, candidate))
        return candidate;
      g_free (candidate);
    }
}

guint
fx_graph_n_values (const FxGraph *graph)
{
  return graph->values->len;
}

FxValue *
fx_graph_value (const FxGraph *graph, FxId id)
{
  g_assert (id < graph->values->len);
  return graph->values->pdata[id];
}

FxId
fx_graph_add_value (FxGraph *graph, const char *name, FxDType dtype, const FxShape *shape)
{
  FxValue *value = g_new0 (FxValue, 1);
  FxId id = graph->values->len;

  value->name = unique_name (graph->value_by_name, *name != '\0' ? name : "value");
  value->dtype = dtype;
  value->shape = *shape;
  g_ptr_array_add (graph->values, value);
  g_hash_table_insert (graph->value_by_name, value->name, GUINT_TO_POINTER (id + 1));
  return id;
}

FxId
fx_graph_add_constant (FxGraph *graph, const char *name, FxTensor *tensor)
{
  FxId id = fx_graph_add_value (graph, name, fx_tensor_dtype (tensor), fx_tensor_shape (tensor));

  fx_graph_value (graph, id)->constant = tensor;
  return id;
}

FxId
fx_graph_find_value (const FxGraph *graph, const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (graph->value_by_name, name)) - 1;
}

static gboolean
rename_in (GHashTable *table, char **name, FxId id, const char *new_name)
{
  if (strcmp (*name, new_name) == 0)
    return TRUE;
  if (*new_name == '\0' || g_hash_table_contains (table, new_name))
    return FALSE;
  g_hash_table_remove (table, *name);
  g_free (*name);
  *name = g_strdup (new_name);
  g_hash_table_insert (table, *name, GUINT_TO_POINTER (id + 1));
  return TRUE;
}

gboolean
fx_graph_rename_value (FxGraph *graph, FxId id, const char *name)
{
  return rename_in (graph->value_by_name, &fx_graph_value (graph, id)->name, id, name);
}

gboolean
fx_graph_rename_node (FxGraph *graph, FxId id, const char *name)
{
  return rename_in (graph->node_by_name, &fx_graph_node (graph, id)->name, id, name);
}

guint
fx_graph_n_nodes (const FxGraph *graph)
{
  return graph->nodes->len;
}

FxNode *
fx_graph_node (const FxGraph *graph, FxId id)
{
  g_assert (id < graph->nodes->len);
  return graph->nodes->pdata[id];
}

FxId
fx_graph_add_node (FxGraph *graph, const char *name, const char *domain, const char *op_type, guint version,
                   const FxId *inputs, guint n_inputs, const FxId *outputs, guint n_outputs)
{
  FxNode *node = g_new0 (FxNode, 1);
  FxId id = graph->nodes->len;

  node->name = unique_name (graph->node_by_name, name != NULL && *name != '\0' ? name : op_type);
  node->op = fx_op_find (domain, op_type);
  node->op_type = g_strdup (op_type);
  node->domain = g_strdup (domain);
  node->version = version;
  node->inputs = g_memdup2 (inputs, n_inputs * sizeof *inputs);
  node->n_inputs = n_inputs;
  node->outputs = g_memdup2 (outputs, n_outputs * sizeof *outputs);
  node->n_outputs = n_outputs;
  g_ptr_array_add (graph->nodes, node);
  g_hash_table_insert (graph->node_by_name, node->name, GUINT_TO_POINTER (id + 1));
  return id;
}

FxId
fx_graph_find_node (const FxGraph *graph, const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (graph->node_by_name, name)) - 1;
}

void
fx_graph_remove_node (FxGraph *graph, FxId id)
{
  fx_graph_node (graph, id)->removed = TRUE;
}

void
fx_node_take_attr (FxNode *node, FxAttr attr)
{
  for (guint i = 0; i < node->n_attrs; i++)
    if (strcmp (node->attrs[i].name, attr.name) == 0)
      {
        fx_attr_clear (&node->attrs[i]);
        node->attrs[i] = attr;
        return;
      }

  node->attrs = g_renew (FxAttr, node->attrs, node->n_attrs + 1);
  node->attrs[node->n_attrs++] = attr;
}

const FxAttr *
fx_node_attr (const FxNode *node, const char *name)
{
  for (guint i = 0; i < node->n_attrs; i++)
    if (strcmp (node->attrs[i].name, name) == 0)
      return &node->attrs[i];

  return NULL;
}

void
fx_node_remove_attr (FxNode *node, const char *name)
{
  for (guint i = 0; i < node->n_attrs; i++)
    if (strcmp (node->attrs[i].name, name) == 0)
      {
        fx_attr_clear (&node->attrs[i]);
        node->n_attrs--;
        memmove (&node->attrs[i], &node->attrs[i + 1], (node->n_attrs - i) * sizeof (FxAttr));
        return;
      }
}

void
fx_node_set_inputs (FxNode *node, const FxId *inputs, guint n)
{
  FxId *copy = g_memdup2 (inputs, n * sizeof *inputs);

  g_free (node->inputs);
  node->inputs = copy;
  node->n_inputs = n;
}

const char *const *
fx_node_origins (const FxNode *node, guint *n)
{
  if (node->origins == NULL)
    {
      *n = 1;
      return (const char *const *)&node->name;
    }
  *n = g_strv_length (node->origins);
  return (const char *const *)node->origins;
}

void
fx_node_add_origins (FxNode *node, const FxNode *from)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const FxNode *both[] = { node, from };
  char **joined;

  for (guint k = 0; k < G_N_ELEMENTS (both); k++)
    {
      guint n;
      const char *const *names = fx_node_origins (both[k], &n);

      for (guint i = 0; i < n; i++)
        if (k == 0 || node->origins == NULL || !g_strv_contains ((const char *const *)node->origins, names[i]))
          g_strv_builder_add (builder, names[i]);
    }
  joined = g_strv_builder_end (builder);
  g_strfreev (node->origins);
  node->origins = joined;
}

guint
fx_graph_n_inputs (const FxGraph *graph)
{
  return graph->inputs->len;
}

FxId
fx_graph_input (const FxGraph *graph, guint i)
{
  g_assert (i < graph->inputs->len);
  return g_array_index (graph->inputs, FxId, i);
}

void
fx_graph_add_input (FxGraph *graph, FxId value)
{
  g_array_append_val (graph->inputs, value);
}

void
fx_graph_set_inputs (FxGraph *graph, const FxId *values, guint n)
{
  g_array_set_size (graph->inputs, 0);
  g_array_append_vals (graph->inputs, values, n);
}

guint
fx_graph_n_outputs (const FxGraph *graph)
{
  return graph->outputs->len;
}

FxId
fx_graph_output (const FxGraph *graph, guint i)
{
  g_assert (i < graph->outputs->len);
  return g_array_index (graph->outputs, FxId, i);
}

void
fx_graph_add_output (FxGraph *graph, FxId value)
{
  g_array_append_val (graph->outputs, value);
}

void
fx_graph_set_outputs (FxGraph *graph, const FxId *values, guint n)
{
  g_array_set_size (graph->outputs, 0);
  g_array_append_vals (graph->outputs, values, n);
}

void
fx_graph_replace_uses (FxGraph *graph, FxId from, FxId to)
{
  for (FxId i = 0; i < graph->nodes->len; i++)
    {
      FxNode *node = graph->nodes->pdata[i];

      for (guint k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] == from)
          node->inputs[k] = to;
    }
  for (guint i = 0; i < graph->outputs->len; i++)
    if (g_array_index (graph->outputs, FxId, i) == from)
      g_array_index (graph->outputs, FxId, i) = to;
}

FxUses *
fx_uses_new (const FxGraph *graph)
{
  guint n_values = graph->values->len;
  FxUses *uses = g_new (FxUses, 1);
  g_autofree guint32 *next = NULL;

  uses->producer = g_new (FxId, n_values);
  uses->first = g_new0 (guint32, n_values + 1);
  uses->is_output = g_new0 (guint8, n_values);
  for (FxId v = 0; v < n_values; v++)
    uses->producer[v] = FX_NONE;

  for (FxId i = 0; i < graph->nodes->len; i++)
    {
      const FxNode *node = graph->nodes->pdata[i];

      if (node->removed)
        continue;
      for (guint k = 0; k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE)
          uses->producer[node->outputs[k]] = i;
      for (guint k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] != FX_NONE)
          uses->first[node->inputs[k] + 1]++;
    }
  for (FxId v = 0; v < n_values; v++)
    uses->first[v + 1] += uses->first[v];

  uses->users = g_new (FxId, uses->first[n_values]);
  next = g_memdup2 (uses->first, (n_values + 1) * sizeof *next);
  for (FxId i = 0; i < graph->nodes->len; i++)
    {
      const FxNode *node = graph->nodes->pdata[i];

      for (guint k = 0; !node->removed && k < node->n_inputs; k++)
        if (node->inputs[k] != FX_NONE)
          uses->users[next[node->inputs[k]]++] = i;
    }
  for (guint i = 0; i < graph->outputs->len; i++)
    uses->is_output[g_array_index (graph->outputs, FxId, i)] = 1;
  return uses;
}

void
fx_uses_free (FxUses *uses)
{
  if (uses == NULL)
    return;
  g_free (uses->producer);
  g_free (uses->first);
  g_free (uses->users);
  g_free (uses->is_output);
  g_free (uses);
}

static void
rebuild_node_names (FxGraph *graph)
{
  g_hash_table_remove_all (graph->node_by_name);
  for (FxId i = 0; i < graph->nodes->len; i++)
    {
      FxNode *node = graph->nodes->pdata[i];

      g_hash_table_insert (graph->node_by_name, node->name, GUINT_TO_POINTER (i + 1));
    }
}

/* The values that the subgraphs of a node capture from `graph` are inputs of the node, too: they must be there first.
 */
static void
add_captured (const FxGraph *graph, const FxGraph *inner, GArray *captured)
{
  for (FxId v = 0; v < inner->values->len; v++)
    {
      const FxValue *value = inner->values->pdata[v];
      FxId outer = value->captured ? fx_graph_find_value (graph, value->name) : FX_NONE;

      if (outer != FX_NONE)
        g_array_append_val (captured, outer);
    }
}

/* All values that node i needs: its inputs and what its subgraphs capture. */
static void
node_needs (const FxGraph *graph, const FxNode *node, GArray *needs)
{
  g_array_set_size (needs, 0);
  for (guint k = 0; k < node->n_inputs; k++)
    if (node->inputs[k] != FX_NONE)
      g_array_append_val (needs, node->inputs[k]);
  for (guint k = 0; k < node->n_attrs; k++)
    if (node->attrs[k].kind == FX_ATTR_GRAPH)
      add_captured (graph, node->attrs[k].graph, needs);
}

/* Kahn's algorithm. The ready nodes wait in a heap by their old position, so that a graph that is sorted already
 * keeps its order and one that is not moves as little as it must. */
static void
heap_push (GArray *heap, FxId id)
{
  guint at = heap->len;

  g_array_append_val (heap, id);
  while (at > 0)
    {
      guint parent = (at - 1) / 2;
      FxId *items = (FxId *)heap->data;

      if (items[parent] <= items[at])
        break;
      items[at] = items[parent];
      items[parent] = id;
      at = parent;
    }
}

static FxId
heap_pop (GArray *heap)
{
  FxId *items = (FxId *)heap->data;
  FxId top = items[0];
  FxId moved = items[heap->len - 1];
  guint n = heap->len - 1, at = 0;

  g_array_set_size (heap, n);
  for (guint child = 1; child < n; child = 2 * at + 1)
    {
      if (child + 1 < n && items[child + 1] < items[child])
        child++;
      if (items[child] >= moved)
        break;
      items[at] = items[child];
      at = child;
    }
  if (n > 0)
    items[at] = moved;
  return top;
}

gboolean
fx_graph_sort (FxGraph *graph, GError **error)
{
  guint n_nodes = graph->nodes->len, n_sorted = 0;
  g_autoptr (GArray) needs = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autoptr (GArray) ready = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  g_autofree guint *missing = g_new0 (guint, n_nodes + 1);
  g_autofree guint32 *first = g_new0 (guint32, n_nodes + 2);
  g_autofree FxId *followers = NULL;
  g_autofree gpointer *order = g_new (gpointer, n_nodes + 1);
  gboolean in_order = TRUE;

  /* two rounds over all needs: count, then fill, the nodes that wait for each node */
  for (guint round = 0; round < 2; round++)
    {
      for (FxId i = 0; i < n_nodes; i++)
        {
          node_needs (graph, graph->nodes->pdata[i], needs);
          for (guint k = 0; k < needs->len; k++)
            {
              FxId before = uses->producer[g_array_index (needs, FxId, k)];

              if (before == FX_NONE)
                continue;
              if (round == 0)
                first[before + 2]++;
              else
                {
                  followers[first[before + 1]++] = i;
                  missing[i]++;
                  in_order = in_order && before < i;
                }
            }
        }
      if (round == 0)
        {
          for (FxId i = 0; i < n_nodes; i++)
            first[i + 2] += first[i + 1];
          followers = g_new (FxId, first[n_nodes + 1] + 1);
        }
    }
  if (in_order)
    return TRUE;

  for (FxId i = 0; i < n_nodes; i++)
    if (missing[i] == 0)
      heap_push (ready, i);
  while (ready->len > 0)
    {
      FxId i = heap_pop (ready);

      order[n_sorted++] = graph->nodes->pdata[i];
      for (guint32 k = first[i]; k < first[i + 1]; k++)
        if (--missing[followers[k]] == 0)
          heap_push (ready, followers[k]);
    }
  if (n_sorted < n_nodes)
    for (FxId i = 0; i < n_nodes; i++)
      if (missing[i] > 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "node \"%s\" (%s) needs its own output: the graph has a cycle",
                        fx_graph_node (graph, i)->name, fx_graph_node (graph, i)->op_type);

  memcpy (graph->nodes->pdata, order, n_nodes * sizeof *order);
  rebuild_node_names (graph);
  return TRUE;
}

static void
mark_ids (guint8 *used, const FxId *ids, guint n)
{
  for (guint i = 0; i < n; i++)
    if (ids[i] != FX_NONE)
      used[ids[i]] = 1;
}

static void
renumber (const FxId *new_ids, FxId *ids, guint n)
{
  for (guint i = 0; i < n; i++)
    if (ids[i] != FX_NONE)
      ids[i] = new_ids[ids[i]];
}

void
fx_graph_compact (FxGraph *graph)
{
  g_autofree guint8 *used = g_new0 (guint8, graph->values->len + 1);
  g_autofree FxId *new_ids = g_new (FxId, graph->values->len + 1);
  g_autoptr (GPtrArray) values = g_steal_pointer (&graph->values);
  g_autoptr (GPtrArray) nodes = g_steal_pointer (&graph->nodes);
  g_autoptr (GArray) captured = g_array_new (FALSE, FALSE, sizeof (FxId));

  for (guint i = 0; i < nodes->len; i++)
    {
      const FxNode *node = nodes->pdata[i];

      if (node->removed)
        continue;
      mark_ids (used, node->inputs, node->n_inputs);
      mark_ids (used, node->outputs, node->n_outputs);
      for (guint k = 0; k < node->n_attrs; k++)
        if (node->attrs[k].kind == FX_ATTR_GRAPH)
          add_captured (graph, node->attrs[k].graph, captured);
    }
  mark_ids (used, (const FxId *)captured->data, captured->len);
  mark_ids (used, (const FxId *)graph->inputs->data, graph->inputs->len);
  mark_ids (used, (const FxId *)graph->outputs->data, graph->outputs->len);

  graph->values = g_ptr_array_new_with_free_func (value_free);
  graph->nodes = g_ptr_array_new_with_free_func (node_free);
  g_hash_table_remove_all (graph->value_by_name);
  for (guint i = 0; i < values->len; i++)
    {
      FxValue *value = g_steal_pointer (&values->pdata[i]);

      if (!used[i])
        {
          value_free (value);
          continue;
        }
      new_ids[i] = graph->values->len;
      g_ptr_array_add (graph->values, value);
      g_hash_table_insert (graph->value_by_name, value->name, GUINT_TO_POINTER (new_ids[i] + 1));
    }
  for (guint i = 0; i < nodes->len; i++)
    {
      FxNode *node = g_steal_pointer (&nodes->pdata[i]);

      if (node->removed)
        {
          node_free (node);
          continue;
        }
      renumber (new_ids, node->inputs, node->n_inputs);
      renumber (new_ids, node->outputs, node->n_outputs);
      g_ptr_array_add (graph->nodes, node);
    }
  renumber (new_ids, (FxId *)graph->inputs->data, graph->inputs->len);
  renumber (new_ids, (FxId *)graph->outputs->data, graph->outputs->len);
  rebuild_node_names (graph);

  /* the stolen slots are NULL, which their free functions would not take */
  g_ptr_array_set_free_func (values, NULL);
  g_ptr_array_set_free_func (nodes, NULL);
}
