/* Cuts a detector before its post-processing.
 *
 * Post-processing starts at operators whose result has no fixed size or that decode boxes, and is everything that
 * depends on them. Selection in front of them that serves nothing else (TopK, Gather, comparisons) goes, too. What is
 * cut reads tensors of the network: these become outputs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

#include "core/ops/fx-op.h"

#define MAX_DEPTH 32

static const char *const starts[] = { "NonMaxSuppression",
                                      "NonZero",
                                      "Unique",
                                      "Compress",
                                      "DetectionOutput",
                                      "PriorBox",
                                      "PriorBoxClustered",
                                      "EfficientNMS_TRT",
                                      "BatchedNMS_TRT",
                                      "NMSRotated",
                                      "TRTBatchedNMS",
                                      "Proposal",
                                      "ProposalLayer",
                                      "NMS",
                                      "YoloDetection",
                                      "Yolov3DetectionOutput",
                                      NULL };

static const char *const selections[] = {
  "TopK",   "Gather",    "GatherND",  "GatherElements",  "Greater", "GreaterOrEqual", "Less",  "LessOrEqual", "Equal",
  "Not",    "And",       "Or",        "Where",           "Shape",   "Size",           "Range", "Expand",      "Cast",
  "ArgMax", "ReduceMax", "ReduceMin", "ConstantOfShape", NULL
};

/* These only bring the same elements into another form. */
static const char *const movements[]
    = { "Transpose", "Unsqueeze", "Squeeze", "Reshape", "Flatten", "Identity", "Slice", NULL };

typedef struct
{
  FxEdit *edit;
  const FxUses *uses;
  guint8 *cut;     /* [n_nodes] */
  guint8 *depends; /* [n_values] on the elements of a graph input */
  GArray *outputs; /* of the graph after the cut */
} Cut;

static gboolean
is_start (const FxNode *node, guint depth)
{
  if (g_strv_contains (starts, node->op_type))
    return TRUE;
  for (guint k = 0; k < node->n_attrs && depth < MAX_DEPTH; k++)
    {
      const FxGraph *inner = node->attrs[k].kind == FX_ATTR_GRAPH ? node->attrs[k].graph : NULL;

      for (FxId i = 0; inner != NULL && i < fx_graph_n_nodes (inner); i++)
        if (is_start (fx_graph_node (inner, i), depth + 1))
          return TRUE;
    }
  return FALSE;
}

/* Reads the shape of its operands and not their elements. */
static gboolean
reads_shapes_only (const FxNode *node)
{
  return g_str_has_prefix (node->op_type, "PriorBox") || (node->op != NULL && node->op->flags & FX_OP_SHAPE_ONLY);
}

/* Calls `func` for all values that a node reads, also in its subgraphs, until it gives TRUE. */
static gboolean
any_read (Cut *cut, const FxNode *node, gboolean (*func) (Cut *cut, FxId value))
{
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE && func (cut, node->inputs[i]))
      return TRUE;
  for (guint k = 0; k < node->n_attrs; k++)
    {
      const FxGraph *inner = node->attrs[k].kind == FX_ATTR_GRAPH ? node->attrs[k].graph : NULL;

      for (FxId v = 0; inner != NULL && v < fx_graph_n_values (inner); v++)
        if (fx_graph_value (inner, v)->captured)
          {
            FxId outer = fx_graph_find_value (cut->edit->graph, fx_graph_value (inner, v)->name);

            if (outer != FX_NONE && func (cut, outer))
              return TRUE;
          }
    }
  return FALSE;
}

static gboolean
is_cut_value (Cut *cut, FxId value)
{
  return cut->uses->producer[value] != FX_NONE && cut->cut[cut->uses->producer[value]];
}

static gboolean
is_dependent (Cut *cut, FxId value)
{
  return cut->depends[value];
}

/* All that comes after the starts, in node order. FALSE: there is none. */
static gboolean
mark_forward (Cut *cut)
{
  const FxGraph *graph = cut->edit->graph;
  gboolean found = FALSE;

  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    cut->depends[fx_graph_input (graph, i)] = 1;
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (node->removed)
        continue;
      if (any_read (cut, node, is_dependent))
        for (guint k = 0; k < node->n_outputs; k++)
          if (node->outputs[k] != FX_NONE)
            cut->depends[node->outputs[k]] = 1;
      cut->cut[i] = any_read (cut, node, is_cut_value) || (is_start (node, 0) && any_read (cut, node, is_dependent));
      found = found || cut->cut[i];
    }
  return found;
}

/* Whether the results of a node go into what is cut and nowhere else. */
static gboolean
serves_cut_only (Cut *cut, const FxNode *node)
{
  gboolean used = FALSE;

  for (guint k = 0; k < node->n_outputs; k++)
    {
      FxId value = node->outputs[k];

      if (value == FX_NONE)
        continue;
      if (cut->uses->is_output[value])
        return FALSE;
      for (guint32 u = cut->uses->first[value]; u < cut->uses->first[value + 1]; u++)
        if (!cut->cut[cut->uses->users[u]])
          return FALSE;
      used = used || fx_uses_count (cut->uses, value) > 0;
    }
  return used;
}

static void
mark_backward (Cut *cut)
{
  for (FxId i = fx_graph_n_nodes (cut->edit->graph); i-- > 0;)
    {
      const FxNode *node = fx_graph_node (cut->edit->graph, i);

      if (node->removed || cut->cut[i] || !serves_cut_only (cut, node))
        continue;
      cut->cut[i] = g_strv_contains (selections, node->op_type)
                    || (g_strv_contains (movements, node->op_type) && fx_edit_operand (node, 0) != FX_NONE
                        && cut->uses->is_output[node->inputs[0]]);
    }
}

static gboolean
add_output (Cut *cut, FxId value)
{
  for (guint i = 0; i < cut->outputs->len; i++)
    if (g_array_index (cut->outputs, FxId, i) == value)
      return FALSE;
  g_array_append_val (cut->outputs, value);
  return FALSE; /* on to the next one */
}

static gboolean
add_if_computed (Cut *cut, FxId value)
{
  if (cut->depends[value] && !is_cut_value (cut, value) && !fx_edit_is_input (cut->edit, value))
    add_output (cut, value);
  return FALSE;
}

/* Outputs that stay, then what the cut nodes read. */
static void
find_outputs (Cut *cut)
{
  const FxGraph *graph = cut->edit->graph;

  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    if (!is_cut_value (cut, fx_graph_output (graph, i)))
      add_output (cut, fx_graph_output (graph, i));
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    if (cut->cut[i] && !reads_shapes_only (fx_graph_node (graph, i)))
      any_read (cut, fx_graph_node (graph, i), add_if_computed);
}

static void
apply_cut (Cut *cut)
{
  FxEdit *edit = cut->edit;
  const GArray *outputs = cut->outputs;

  for (guint i = 0; i < fx_graph_n_outputs (edit->graph); i++)
    if (is_cut_value (cut, fx_graph_output (edit->graph, i)))
      fx_edit_note_tensor (edit, fx_graph_output (edit->graph, i), "The output belongs to post-processing and goes");
  for (guint i = 0; i < outputs->len; i++)
    if (!cut->uses->is_output[g_array_index (outputs, FxId, i)])
      fx_edit_note_tensor (edit, g_array_index (outputs, FxId, i),
                           "The tensor, which post-processing read, is an output");
  for (FxId i = 0; i < fx_graph_n_nodes (edit->graph); i++)
    if (cut->cut[i])
      {
        fx_edit_note (edit, fx_graph_node (edit->graph, i), "%s is post-processing and is cut off",
                      fx_graph_node (edit->graph, i)->op_type);
        fx_graph_remove_node (edit->graph, i);
      }
  fx_graph_set_outputs (edit->graph, (const FxId *)outputs->data, outputs->len);
}

gboolean
fx_fix_cut_postprocessing (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  g_autoptr (GHashTable) used = fx_edit_used_inputs (edit);
  g_autofree guint8 *cut_nodes = g_new0 (guint8, fx_graph_n_nodes (edit->graph) + 1);
  g_autofree guint8 *depends = g_new0 (guint8, fx_graph_n_values (edit->graph) + 1);
  g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  Cut cut = { edit, fx_edit_uses (edit), cut_nodes, depends, outputs };

  if (!mark_forward (&cut))
    return TRUE;
  /* what subgraphs read by name does not show in the uses */
  if (!fx_edit_has_subgraphs (edit->graph))
    mark_backward (&cut);
  find_outputs (&cut);
  if (outputs->len == 0)
    return TRUE;
  apply_cut (&cut);
  fx_edit_drop_inputs (edit, used);
  return TRUE;
}
