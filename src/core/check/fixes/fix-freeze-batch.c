/* Batch size 1. A batch that is free may be anything, so also 1. One that is a number over 1 may have got into the
 * computation; it is taken back only where every operator keeps samples apart, and every tensor shrinks along its first
 * dimension and no other.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"
#include "core/check/fixes/fx-shapes.h"

#include "core/fx-i18n.h"
#include "core/graph/fx-infer.h"
#include "core/ops/fx-op.h"
#include "core/passes/inline-branches.h"

#include <string.h>

/* ---- a free batch ---- */

/* A symbol that also stands for another dimension of an input is no batch. */
static gboolean
is_batch_symbol (const FxGraph *graph, gint64 symbol)
{
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      const FxShape *shape = &fx_graph_value (graph, fx_graph_input (graph, i))->shape;

      for (int k = 1; k < shape->rank; k++)
        if (shape->dims[k] == symbol)
          return FALSE;
    }
  return TRUE;
}

/* Sets free batches to 1; the names of the inputs go to `names`. */
static void
freeze_free (FxGraph *graph, GPtrArray *names)
{
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      FxId id = fx_graph_input (graph, i);
      FxShape shape = fx_graph_value (graph, id)->shape;

      if (shape.rank < 2 || shape.dims[0] >= 0
          || (fx_dim_is_symbol (shape.dims[0]) && !is_batch_symbol (graph, shape.dims[0])))
        continue;
      if (fx_dim_is_symbol (shape.dims[0]))
        fx_shapes_replace_symbol (graph, shape.dims[0], 1);
      shape.dims[0] = 1;
      fx_graph_value (graph, id)->shape.dims[0] = 1;
      g_ptr_array_add (names, fx_graph_value (graph, id)->name);
    }
}

/* ---- a batch over 1 ---- */

/* The batch that all inputs have, 0 if there is none over 1. */
static gint64
common_batch (const FxGraph *graph)
{
  gint64 batch = 0;

  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      const FxShape *shape = &fx_graph_value (graph, fx_graph_input (graph, i))->shape;

      if (shape->rank < 2 || shape->dims[0] < 2 || (batch != 0 && shape->dims[0] != batch))
        return 0;
      batch = shape->dims[0];
    }
  return batch;
}

static gboolean
axis_is_not_first (const FxNode *node, const char *attr, gint64 otherwise, int rank)
{
  gint64 axis = fx_edit_int_attr (node, attr, otherwise);

  return axis != 0 && axis != -rank;
}

/* Whether an operator computes each sample for itself. Those that only move whole dimensions are left to the comparison
 * of shapes. */
static gboolean
keeps_samples_apart (const FxEdit *edit, const FxNode *node)
{
  static const char *const always[] = { "Conv",
                                        "ConvTranspose",
                                        "MaxPool",
                                        "AveragePool",
                                        "LpPool",
                                        "GlobalAveragePool",
                                        "GlobalMaxPool",
                                        "LRN",
                                        "GlobalLpPool",
                                        "InstanceNormalization",
                                        "BatchNormalization",
                                        "Dropout",
                                        "Identity",
                                        "Reshape",
                                        "Squeeze",
                                        "Unsqueeze",
                                        "Pad",
                                        "DepthToSpace",
                                        "SpaceToDepth",
                                        "ImageScaler",
                                        "Crop",
                                        "Upsample",
                                        "Resize",
                                        NULL };
  static const char *const by_axis[] = { "Concat", "Softmax", "LogSoftmax", "Flatten", "Split", "Hardmax", NULL };
  int rank = fx_edit_shape (edit, fx_edit_operand (node, 0)).rank;

  if (node->op == NULL || *node->domain != '\0')
    return FALSE;
  if (node->op->flags & FX_OP_ELEMENTWISE || g_strv_contains (always, node->op_type))
    return TRUE;
  if (fx_edit_is (node, "Sum") || fx_edit_is (node, "Max") || fx_edit_is (node, "Min") || fx_edit_is (node, "Mean"))
    return TRUE;
  if (g_strv_contains (by_axis, node->op_type))
    return axis_is_not_first (node, "axis", fx_edit_is (node, "Split") ? 0 : 1, rank);
  if (fx_edit_is (node, "Transpose"))
    {
      guint n = 0;
      const gint64 *order = fx_edit_ints_attr (node, "perm", &n);

      return order != NULL && n > 0 && order[0] == 0;
    }
  if (fx_edit_is (node, "Gemm"))
    return fx_edit_int_attr (node, "transA", 0) == 0 && fx_edit_constant (edit, fx_edit_operand (node, 1)) != NULL;
  if (fx_edit_is (node, "MatMul"))
    return fx_edit_constant (edit, fx_edit_operand (node, 1)) != NULL;
  return FALSE;
}

/* Elementwise operators may read a constant that differs from sample to sample. */
static gboolean
has_constant_per_sample (const FxEdit *edit, const FxNode *node)
{
  int rank = fx_edit_shape (edit, node->outputs[0]).rank;

  for (guint i = 0; i < node->n_inputs; i++)
    {
      FxShape shape = fx_edit_shape (edit, node->inputs[i]);

      if (fx_edit_constant (edit, node->inputs[i]) != NULL && node->op->flags & FX_OP_ELEMENTWISE && shape.rank == rank
          && rank > 0 && shape.dims[0] > 1)
        return TRUE;
    }
  return FALSE;
}

/* Reshape to [batch, …] has the number in it. */
static void
adjust_reshape (FxEdit *edit, FxNode *node, gint64 batch)
{
  guint n = 0;
  g_autofree gint64 *sizes = fx_edit_is (node, "Reshape") ? fx_edit_ints (edit, fx_edit_operand (node, 1), &n) : NULL;

  if (sizes == NULL || n < 2 || sizes[0] != batch)
    return;
  sizes[0] = 1;
  fx_edit_set_operand (edit, node, 1, fx_edit_add_ints (edit, node, "shape", sizes, n));
}

/* The same tensor of one sample: names are those of the copy's source. */
static gboolean
shrank (const FxGraph *graph, const FxGraph *copy, FxId value, gint64 batch)
{
  FxShape before = fx_graph_value (graph, value)->shape, after = fx_graph_value (copy, value)->shape;

  if (before.rank < 1 || before.dims[0] != batch)
    return FALSE;
  before.dims[0] = 1;
  return fx_shape_is_static (&after) && fx_shape_equal (&before, &after);
}

/* `copy` is one of the graph, with the same ids. */
static gboolean
freeze_fixed (FxEdit *edit, FxGraph *copy, gint64 batch)
{
  FxEdit trial = { .graph = copy };
  guint n_nodes = fx_graph_n_nodes (copy);

  for (guint i = 0; i < fx_graph_n_inputs (copy); i++)
    fx_graph_value (copy, fx_graph_input (copy, i))->shape.dims[0] = 1;
  for (FxId i = 0; i < n_nodes; i++)
    adjust_reshape (&trial, fx_graph_node (copy, i), batch);
  fx_edit_touch (&trial);
  fx_edit_forget_shapes (copy);
  if (fx_edit_count_refusals (copy, NULL) > 0)
    return FALSE;
  for (FxId i = 0; i < n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (edit->graph, i);

      if (node->removed || node->n_inputs == 0)
        continue;
      if (!keeps_samples_apart (edit, node) || has_constant_per_sample (edit, node))
        return FALSE;
      for (guint k = 0; k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE && !shrank (edit->graph, copy, node->outputs[k], batch))
          return FALSE;
    }
  return TRUE;
}

gboolean
fx_fix_freeze_batch (FxEdit *edit, GError **error)
{
  g_autoptr (FxGraph) copy = fx_graph_copy (edit->graph);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  guint refused = fx_edit_count_refusals (copy, NULL);
  gint64 batch = common_batch (edit->graph);

  if (batch > 1 && freeze_fixed (edit, copy, batch))
    for (guint i = 0; i < fx_graph_n_inputs (copy); i++)
      fx_edit_note_tensor (edit, fx_graph_input (copy, i),
                           "The batch is 1 instead of %" PRId64 ": the model takes one sample at a time", batch);
  else if (batch == 0)
    {
      freeze_free (copy, names);
      if (names->len == 0 || fx_edit_count_refusals (copy, NULL) > refused)
        return TRUE;
      for (guint i = 0; i < names->len; i++)
        fx_edit_note_tensor (edit, fx_graph_find_value (copy, names->pdata[i]), "The batch, which was free, is 1");
    }
  else
    return TRUE;
  if (!fx_pass_inline_branches (copy, edit->log, error))
    return FALSE;
  fx_graph_swap (edit->graph, copy);
  fx_edit_touch (edit);
  return TRUE;
}
