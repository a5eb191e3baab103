/* Storage of graphs. Nodes' own parts are in fx-node.c, what looks at the whole graph in fx-graph-order.c and
 * fx-graph-uses.c, the invariants in fx-graph-verify.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph-private.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"

#include <string.h>

void
fx_value_free (gpointer data)
{
  FxValue *value = data;

  g_free (value->name);
  fx_tensor_unref (value->constant);
  g_free (value);
}

void
fx_node_free (gpointer data)
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
  graph->values = g_ptr_array_new_with_free_func (fx_value_free);
  graph->nodes = g_ptr_array_new_with_free_func (fx_node_free);
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

void
fx_graph_swap (FxGraph *a, FxGraph *b)
{
  FxGraph both = *a;

  *a = *b;
  *b = both;
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
        g_string_append_printf (text, "%" PRId64, shape->dims[i]);
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
