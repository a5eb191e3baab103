/* What only training needs: Dropout and Identity, which change nothing, and losses, which judge the result.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

/* ONNX's and Caffe's; operand 0 is the network's result. */
static const char *const losses[] = { "SoftmaxCrossEntropyLoss",
                                      "NegativeLogLikelihoodLoss",
                                      "SoftmaxWithLoss",
                                      "SigmoidCrossEntropyLoss",
                                      "MultinomialLogisticLoss",
                                      "EuclideanLoss",
                                      "HingeLoss",
                                      "InfogainLoss",
                                      "ContrastiveLoss",
                                      "Accuracy",
                                      NULL };

/* By its third operand, since opset 12. */
static gboolean
may_train (const FxEdit *edit, const FxNode *node)
{
  const FxTensor *training = fx_edit_constant (edit, fx_edit_operand (node, 2));

  if (fx_edit_operand (node, 2) == FX_NONE)
    return FALSE;
  return training == NULL || fx_tensor_elements (training) != 1 || fx_tensor_get_double (training, 0) != 0.0;
}

static gboolean
does_nothing (FxEdit *edit, const FxNode *node)
{
  if (fx_edit_operand (node, 0) == FX_NONE || !fx_edit_has_output (node, 0))
    return FALSE;
  if (fx_edit_is (node, "Identity"))
    return TRUE;
  if (!fx_edit_is (node, "Dropout") || may_train (edit, node))
    return FALSE;
  for (guint i = 1; i < node->n_outputs; i++)
    if (fx_edit_has_output (node, i)
        && (fx_uses_count (fx_edit_uses (edit), node->outputs[i]) > 0
            || fx_edit_uses (edit)->is_output[node->outputs[i]]))
      return FALSE;
  return TRUE;
}

/* Replaces graph outputs that a loss computes by what the loss reads. */
static void
cut_loss (FxEdit *edit, const FxNode *node)
{
  g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  FxId result = fx_edit_operand (node, 0);
  gboolean changed = FALSE, present = FALSE;

  for (guint i = 0; i < fx_graph_n_outputs (edit->graph); i++)
    present = present || fx_graph_output (edit->graph, i) == result;
  for (guint i = 0; i < fx_graph_n_outputs (edit->graph); i++)
    {
      FxId output = fx_graph_output (edit->graph, i);
      gboolean mine = FALSE;

      for (guint k = 0; k < node->n_outputs; k++)
        mine = mine || node->outputs[k] == output;
      changed = changed || mine;
      if (mine && present)
        continue;
      present = present || mine;
      g_array_append_val (outputs, *(mine ? &result : &output));
    }
  if (!changed)
    return;
  fx_graph_set_outputs (edit->graph, (const FxId *)outputs->data, outputs->len);
  fx_edit_note (edit, node, "The loss is dropped; output instead of it is \"%s\"",
                fx_graph_value (edit->graph, result)->name);
  fx_edit_touch (edit);
}

gboolean
fx_fix_drop_training (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  g_autoptr (GHashTable) used = fx_edit_used_inputs (edit);
  guint n = fx_graph_n_nodes (edit->graph), before = edit->n_changes;

  for (FxId i = 0; i < n; i++)
    {
      const FxNode *node = fx_graph_node (edit->graph, i);

      if (!node->removed && does_nothing (edit, node) && fx_edit_bypass (edit, i, 0))
        fx_edit_note (edit, node, "%s does nothing and is dropped", node->op_type);
      else if (!node->removed && g_strv_contains (losses, node->op_type) && fx_edit_operand (node, 0) != FX_NONE)
        cut_loss (edit, node);
    }
  if (edit->n_changes > before)
    fx_edit_drop_inputs (edit, used);
  return TRUE;
}
