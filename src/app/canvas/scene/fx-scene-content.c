/* What there is to draw of a graph.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-content.h"

#include "fx-item-text.h"

#include <string.h>

/* Nodes between two looks at the cancellable. */
#define CANCEL_EVERY 256

typedef struct
{
  const FxGraph *graph;
  const FxCheckReport *report;
  FxSceneContent *content;
  FxUses *uses;
  GString *text;       /* where texts are put together */
  guint32 *node_items; /* [n_nodes] */
  GArray *items, *tensors, *targets;
} Build;

static const char *
keep (Build *build)
{
  const char *kept = build->text->len > 0 ? g_string_chunk_insert (build->content->strings, build->text->str) : NULL;

  g_string_truncate (build->text, 0);
  return kept;
}

static const char *
keep_name (Build *build, const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);

  return g_string_chunk_insert (build->content->strings, valid);
}

static void
register_name (GHashTable *table, const char *name, guint32 item)
{
  if (!g_hash_table_contains (table, name))
    g_hash_table_insert (table, (gpointer)name, GUINT_TO_POINTER (item + 1));
}

static guint32
add_item (Build *build, const FxSceneItem *item)
{
  g_array_append_val (build->items, *item);
  return build->items->len - 1;
}

/* The box of a value that goes into the graph or out of it. */
static guint32
add_terminal (Build *build, FxItemKind kind, FxId value)
{
  const FxValue *it = fx_graph_value (build->graph, value);
  FxSceneItem item = { .kind = kind, .node = FX_NONE, .subgraph = FX_NO_SUBGRAPH, .user = FX_NO_ITEM };

  item.name = keep_name (build, it->name);
  fx_item_append_shape (build->text, build->graph, &it->shape);
  item.detail = keep (build);
  fx_item_append_values (build->text, build->graph, &value, 1);
  item.outputs = keep (build);
  return add_item (build, &item);
}

static void
describe_placement (Build *build, FxId id, FxSceneItem *item)
{
  const FxNodeCheck *check;

  item->subgraph = FX_NO_SUBGRAPH;
  if (build->report == NULL || id >= build->report->n_nodes)
    return;
  check = &build->report->nodes[id];
  item->checked = TRUE;
  item->placement = check->placement;
  item->subgraph = check->subgraph;
  fx_item_append_reasons (build->text, check->reasons);
  item->reasons = keep (build);
}

static void
describe_origins (Build *build, const FxNode *node, FxSceneItem *item)
{
  guint n;
  const char *const *names = fx_node_origins (node, &n);
  const char **kept;

  if (node->origins == NULL)
    return;
  kept = g_new (const char *, n);
  for (guint i = 0; i < n; i++)
    kept[i] = keep_name (build, names[i]);
  item->origins = kept;
  item->n_origins = n;
}

static void
add_node (Build *build, FxId id)
{
  const FxNode *node = fx_graph_node (build->graph, id);
  FxSceneItem item = { .kind = FX_ITEM_NODE, .node = id, .user = FX_NO_ITEM };

  build->node_items[id] = FX_NO_ITEM;
  if (node->removed)
    return;
  item.name = keep_name (build, node->name);
  item.type = keep_name (build, node->op_type);
  item.is_constant = g_str_equal (node->op_type, "Constant");
  fx_item_append_detail (build->text, build->graph, node);
  item.detail = keep (build);
  fx_item_append_values (build->text, build->graph, node->inputs, node->n_inputs);
  item.inputs = keep (build);
  fx_item_append_values (build->text, build->graph, node->outputs, node->n_outputs);
  item.outputs = keep (build);
  fx_item_append_attributes (build->text, node);
  item.attributes = keep (build);
  describe_placement (build, id, &item);
  describe_origins (build, node, &item);
  build->node_items[id] = add_item (build, &item);
}

/* A tensor from `source` to the items of its users, and to `output` if it is one. */
static void
add_tensor (Build *build, FxId value, guint32 source, guint32 output)
{
  const FxValue *it = fx_graph_value (build->graph, value);
  FxSceneTensor tensor = { .source = source, .first_target = build->targets->len };
  guint32 last = FX_NO_ITEM; /* users are in node order: the same node twice is next to itself */

  for (guint32 u = build->uses->first[value]; u < build->uses->first[value + 1]; u++)
    {
      guint32 target = build->node_items[build->uses->users[u]];

      if (target == FX_NO_ITEM || target == last)
        continue;
      last = target;
      g_array_append_val (build->targets, target);
    }
  if (output != FX_NO_ITEM)
    g_array_append_val (build->targets, output);
  tensor.n_targets = build->targets->len - tensor.first_target;
  if (tensor.n_targets == 0)
    return;
  tensor.name = keep_name (build, it->name);
  fx_item_append_shape (build->text, build->graph, &it->shape);
  tensor.shape = build->text->len > 0 ? keep (build) : "";
  g_array_append_val (build->tensors, tensor);
  if (g_array_index (build->items, FxSceneItem, source).user == FX_NO_ITEM)
    g_array_index (build->items, FxSceneItem, source).user
        = g_array_index (build->targets, guint32, tensor.first_target);
}

static void
add_tensors (Build *build, const guint32 *value_sources, const guint32 *value_outputs)
{
  for (FxId v = 0; v < fx_graph_n_values (build->graph); v++)
    {
      FxId producer = build->uses->producer[v];
      guint32 source = producer != FX_NONE ? build->node_items[producer] : value_sources[v];

      if (source != FX_NO_ITEM)
        add_tensor (build, v, source, value_outputs[v]);
    }
}

static gboolean
add_items (Build *build, GCancellable *cancellable, GError **error)
{
  guint n_values = fx_graph_n_values (build->graph);
  g_autofree guint32 *sources = g_new (guint32, n_values + 1), *outputs = g_new (guint32, n_values + 1);

  memset (sources, 0xff, n_values * sizeof *sources);
  memset (outputs, 0xff, n_values * sizeof *outputs);
  for (guint i = 0; i < fx_graph_n_inputs (build->graph); i++)
    sources[fx_graph_input (build->graph, i)] = add_terminal (build, FX_ITEM_INPUT, fx_graph_input (build->graph, i));
  for (FxId id = 0; id < fx_graph_n_nodes (build->graph); id++)
    {
      if (id % CANCEL_EVERY == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      add_node (build, id);
    }
  for (guint i = 0; i < fx_graph_n_outputs (build->graph); i++)
    outputs[fx_graph_output (build->graph, i)]
        = add_terminal (build, FX_ITEM_OUTPUT, fx_graph_output (build->graph, i));
  add_tensors (build, sources, outputs);
  return TRUE;
}

/* Nodes have their names first: a value may be called like a node. */
static void
register_items (FxSceneContent *content)
{
  for (int kind = FX_ITEM_NODE; kind <= FX_ITEM_OUTPUT; kind++)
    for (guint32 i = 0; i < content->n_items; i++)
      if (content->items[i].kind == (FxItemKind)kind)
        register_name (content->by_name, content->items[i].name, i);
  for (guint32 i = 0; i < content->n_items; i++)
    for (guint k = 0; k < content->items[i].n_origins; k++)
      register_name (content->by_origin, content->items[i].origins[k], i);
}

/* The item a finding is about: its node, else who makes the tensor, else the input or output of that name. */
static guint32
find_subject (const Build *build, const FxDiagnostic *finding)
{
  guint32 item = FX_NO_ITEM;
  FxId value;

  if (finding->node != NULL)
    item = fx_scene_content_find (build->content, finding->node);
  if (item != FX_NO_ITEM || finding->tensor == NULL)
    return item;
  value = fx_graph_find_value (build->graph, finding->tensor);
  if (value != FX_NONE && build->uses->producer[value] != FX_NONE)
    return build->node_items[build->uses->producer[value]];
  return fx_scene_content_find (build->content, finding->tensor);
}

static void
attach_findings (Build *build)
{
  FxSceneContent *content = build->content;
  g_autoptr (GHashTable) lines = NULL; /* item + 1 → GString */
  GHashTableIter iter;
  gpointer key, value;

  if (build->report == NULL)
    return;
  lines = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < build->report->diagnostics->len; i++)
    {
      const FxDiagnostic *finding = g_ptr_array_index (build->report->diagnostics, i);
      guint32 item = find_subject (build, finding);
      GString *text;

      if (item == FX_NO_ITEM || finding->severity == FX_SEVERITY_INFO)
        continue;
      if (finding->severity == FX_SEVERITY_ERROR)
        content->items[item].n_errors++;
      else
        content->items[item].n_warnings++;
      text = g_hash_table_lookup (lines, GUINT_TO_POINTER (item + 1));
      if (text == NULL)
        g_hash_table_insert (lines, GUINT_TO_POINTER (item + 1), text = g_string_new (NULL));
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", finding->message);
    }
  g_hash_table_iter_init (&iter, lines);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      content->items[GPOINTER_TO_UINT (key) - 1].problems = keep_name (build, ((GString *)value)->str);
      g_string_free (value, TRUE);
    }
}

static void
hand_over (Build *build)
{
  FxSceneContent *content = build->content;

  content->n_items = build->items->len;
  content->items = (FxSceneItem *)g_array_free (build->items, FALSE);
  content->n_tensors = build->tensors->len;
  content->tensors = (FxSceneTensor *)g_array_free (build->tensors, FALSE);
  content->n_targets = build->targets->len;
  content->targets = (guint32 *)g_array_free (build->targets, FALSE);
}

FxSceneContent *
fx_scene_content_new (const FxGraph *graph, const FxCheckReport *report, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxSceneContent) content = g_new0 (FxSceneContent, 1);
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  g_autofree guint32 *node_items = g_new (guint32, fx_graph_n_nodes (graph) + 1);
  Build build = { .graph = graph, .report = report, .content = content, .uses = uses, .node_items = node_items };
  gboolean ok;

  g_atomic_ref_count_init (&content->ref_count);
  content->strings = g_string_chunk_new (16384);
  content->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  content->by_origin = g_hash_table_new (g_str_hash, g_str_equal);
  content->checked = report != NULL;
  content->n_subgraphs = report != NULL ? report->n_subgraphs : 0;
  build.text = g_string_new (NULL);
  build.items = g_array_new (FALSE, FALSE, sizeof (FxSceneItem));
  build.tensors = g_array_new (FALSE, FALSE, sizeof (FxSceneTensor));
  build.targets = g_array_new (FALSE, FALSE, sizeof (guint32));
  ok = add_items (&build, cancellable, error);
  hand_over (&build);
  if (ok)
    {
      register_items (content);
      attach_findings (&build);
    }
  g_string_free (build.text, TRUE);
  return ok ? g_steal_pointer (&content) : NULL;
}

FxSceneContent *
fx_scene_content_ref (FxSceneContent *content)
{
  g_atomic_ref_count_inc (&content->ref_count);
  return content;
}

void
fx_scene_content_unref (FxSceneContent *content)
{
  if (content == NULL || !g_atomic_ref_count_dec (&content->ref_count))
    return;
  for (guint i = 0; i < content->n_items; i++)
    g_free ((gpointer)content->items[i].origins);
  g_free (content->items);
  g_free (content->tensors);
  g_free (content->targets);
  g_hash_table_unref (content->by_name);
  g_hash_table_unref (content->by_origin);
  g_string_chunk_free (content->strings);
  g_free (content);
}

guint32
fx_scene_content_find (const FxSceneContent *content, const char *name)
{
  gpointer found = g_hash_table_lookup (content->by_name, name);

  if (found == NULL)
    found = g_hash_table_lookup (content->by_origin, name);
  return found != NULL ? GPOINTER_TO_UINT (found) - 1 : FX_NO_ITEM;
}
