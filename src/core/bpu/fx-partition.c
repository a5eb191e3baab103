/* Every node gets a level: the number of changes from CPU to BPU on the way to it. BPU nodes of one level are one
 * subgraph. No path leaves a level and comes back, so subgraphs are convex, and no cut in fewer pieces exists along any
 * path.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-partition.h"

#include "core/check/fx-check.h"
#include "core/ops/fx-op.h"
#include "core/ops/fx-q.h"

#include <string.h>

/* ---- who ---- */

static gboolean
is_integer (const FxValue *value)
{
  return fx_dtype_in (value->dtype, FX_TYPES_Q | FX_TYPE_BIT (INT32)) && fx_shape_is_static (&value->shape);
}

/* Operators that compute in float, or only look at shapes. */
static gboolean
is_border (const FxNode *node)
{
  static const char *const names[]
      = { "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Cast", "Shape", "Size", NULL };

  return g_strv_contains (names, node->op_type);
}

gboolean
fx_bpu_takes_node (const FxGraph *graph, const FxNode *node)
{
  gboolean has_activation = FALSE;

  if (node->op == NULL || (node->op->flags & (FX_OP_DYNAMIC | FX_OP_RANDOM)) != 0 || is_border (node)
      || node->n_outputs == 0)
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE && fx_graph_value (graph, node->inputs[i])->constant == NULL)
      {
        if (!is_integer (fx_graph_value (graph, node->inputs[i])))
          return FALSE;
        has_activation = TRUE;
      }
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i] != FX_NONE && !is_integer (fx_graph_value (graph, node->outputs[i])))
      return FALSE;
  return has_activation;
}

/* ---- in how many pieces ---- */

/* Levels of the BPU begin at 1, and each begins with a BPU node. */
guint
fx_bpu_partition (const FxGraph *graph, int *subgraphs)
{
  guint n = fx_graph_n_nodes (graph), most = 0;
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  g_autofree guint *levels = g_new0 (guint, n + 1);

  for (FxId id = 0; id < n; id++)
    {
      const FxNode *node = fx_graph_node (graph, id);
      gboolean on_bpu = !node->removed && fx_bpu_takes_node (graph, node);

      levels[id] = on_bpu ? 1 : 0;
      for (guint i = 0; i < node->n_inputs && !node->removed; i++)
        {
          FxId from = node->inputs[i] != FX_NONE ? uses->producer[node->inputs[i]] : FX_NONE;

          if (from != FX_NONE)
            levels[id] = MAX (levels[id], levels[from] + (on_bpu && subgraphs[from] == FX_NO_SUBGRAPH ? 1 : 0));
        }
      subgraphs[id] = on_bpu ? (int)levels[id] - 1 : FX_NO_SUBGRAPH;
      most = MAX (most, levels[id]);
    }
  return most;
}

/* ---- removal at the ends ---- */

const char *const fx_bpu_removable_types[]
    = { "Quantize", "Dequantize", "Transpose", "Cast", "Reshape", "Softmax", "Flatten", "Squeeze", "Unsqueeze", NULL };

/* The boards' tools leave out "Linear". */
static gboolean
is_named (const FxNode *node, const char *const *types)
{
  for (guint i = 0; types[i] != NULL; i++)
    {
      gsize length = strlen (types[i]);

      if (strncmp (node->op_type, types[i], length) == 0
          && (node->op_type[length] == '\0' || strcmp (node->op_type + length, "Linear") == 0))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_input (const FxGraph *graph, FxId value)
{
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    if (fx_graph_input (graph, i) == value)
      return TRUE;
  return FALSE;
}

static void
rename_end (FxGraph *graph, gboolean at_input, FxId from, FxId to)
{
  guint n = at_input ? fx_graph_n_inputs (graph) : fx_graph_n_outputs (graph);
  g_autofree FxId *ids = g_new (FxId, n + 1);

  for (guint i = 0; i < n; i++)
    {
      ids[i] = at_input ? fx_graph_input (graph, i) : fx_graph_output (graph, i);
      if (ids[i] == from)
        ids[i] = to;
    }
  if (at_input)
    fx_graph_set_inputs (graph, ids, n);
  else
    fx_graph_set_outputs (graph, ids, n);
}

static gboolean
strip_node (FxGraph *graph, const FxUses *uses, FxId id)
{
  const FxNode *node = fx_graph_node (graph, id);
  FxId in = node->n_inputs > 0 ? node->inputs[0] : FX_NONE;
  FxId out = node->n_outputs == 1 ? node->outputs[0] : FX_NONE;
  gboolean at_input, at_output;

  if (in == FX_NONE || out == FX_NONE || uses->is_output[in])
    return FALSE;
  at_input = is_input (graph, in) && fx_uses_count (uses, in) == 1 && !uses->is_output[out];
  at_output = uses->is_output[out] && fx_uses_count (uses, out) == 0 && uses->producer[in] != FX_NONE;
  if (!at_input && !at_output)
    return FALSE;
  fx_graph_remove_node (graph, id);
  rename_end (graph, at_input, at_input ? in : out, at_input ? out : in);
  return TRUE;
}

/* A node that stands for one of the model has that one's name, too. */
static gboolean
is_called (const FxNode *node, const char *const *names)
{
  guint n;
  const char *const *origins = fx_node_origins (node, &n);

  return g_strv_contains (names, node->name) || (n == 1 && g_strv_contains (names, origins[0]));
}

/* One after the other, until no more of those that `is_wanted` knows are at an end. */
static guint
strip (FxGraph *graph, gboolean (*is_wanted) (const FxNode *node, const char *const *words), const char *const *words)
{
  guint n_gone = 0, before;

  do
    {
      before = n_gone;
      for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
        if (!fx_graph_node (graph, id)->removed && is_wanted (fx_graph_node (graph, id), words))
          {
            g_autoptr (FxUses) uses = fx_uses_new (graph);

            n_gone += strip_node (graph, uses, id);
          }
    }
  while (n_gone > before);
  fx_graph_compact (graph);
  return n_gone;
}

guint
fx_bpu_strip (FxGraph *graph, const char *const *types)
{
  return strip (graph, is_named, types);
}

/* Others compute something that the user's program would not do. */
static gboolean
is_called_and_removable (const FxNode *node, const char *const *names)
{
  return is_called (node, names) && is_named (node, fx_bpu_removable_types);
}

guint
fx_bpu_strip_names (FxGraph *graph, const char *const *names)
{
  return strip (graph, is_called_and_removable, names);
}

gboolean
fx_bpu_has_name (const FxGraph *graph, const char *name)
{
  const char *const names[] = { name, NULL };

  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    if (!fx_graph_node (graph, id)->removed && is_called (fx_graph_node (graph, id), names))
      return TRUE;
  return FALSE;
}

guint
fx_bpu_strip_list (FxGraph *graph, const char *types)
{
  g_auto (GStrv) names = types != NULL ? g_strsplit_set (types, ";, ", -1) : NULL;
  guint n = 0;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (*names[i] != '\0')
      names[n++] = names[i];
    else
      g_free (names[i]);
  if (names != NULL)
    names[n] = NULL;
  return n > 0 ? fx_bpu_strip (graph, (const char *const *)names) : 0;
}

guint
fx_bpu_strip_ends (FxGraph *graph, const char *types, const char *const *names)
{
  guint n_gone = 0, before;

  do
    {
      before = n_gone;
      n_gone += fx_bpu_strip_list (graph, types);
      n_gone += names != NULL ? fx_bpu_strip_names (graph, names) : 0;
    }
  while (n_gone > before);
  return n_gone;
}
