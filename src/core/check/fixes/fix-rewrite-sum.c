/* Sum of n operands as n - 1 Adds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  guint n = node->n_inputs;
  FxDType dtype = fx_edit_dtype (edit, node->outputs[0]);
  FxShape shape;
  FxId sum;

  if (!fx_edit_is (node, "Sum") || n < 2) /* a sum of one is an operator without effect */
    return;
  for (guint i = 0; i < n; i++)
    if (node->inputs[i] == FX_NONE)
      return;

  sum = node->inputs[0];
  shape = fx_edit_shape (edit, sum);
  for (guint i = 1; i + 1 < n; i++)
    {
      FxShape next = fx_edit_shape (edit, node->inputs[i]);

      if (!fx_shape_broadcast (&shape, &next, &shape, NULL))
        return;
      sum = fx_edit_insert (edit, node, "Add", dtype, &shape, 2, sum, node->inputs[i])->outputs[0];
    }
  fx_edit_become (edit, node, "Add", 2, sum, node->inputs[n - 1]);
  fx_edit_note (edit, node, "Sum of %u is Add now", n);
}

gboolean
fx_fix_rewrite_sum (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
