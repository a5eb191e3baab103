/* Operators that only give the same elements another shape, as Reshape with a constant shape.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

/* Whether the dimensions over 1 stay in order. */
static gboolean
moves_ones_only (const FxEdit *edit, const FxNode *node)
{
  FxShape x = fx_edit_shape (edit, fx_edit_operand (node, 0));
  guint n = 0;
  const gint64 *order = fx_edit_ints_attr (node, "perm", &n);
  gint64 last = -1;
  gboolean identity = TRUE;

  if (order == NULL || (int)n != x.rank)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      if (order[i] < 0 || order[i] >= x.rank)
        return FALSE;
      identity = identity && order[i] == (gint64)i;
      if (x.dims[order[i]] == 1)
        continue;
      if (order[i] < last)
        return FALSE;
      last = order[i];
    }
  return !identity;
}

static gboolean
is_reshape (const FxEdit *edit, const FxNode *node)
{
  if (fx_edit_is (node, "Transpose"))
    return moves_ones_only (edit, node);
  if (fx_edit_is (node, "Reshape"))
    return fx_edit_operand (node, 1) != FX_NONE && fx_edit_constant (edit, node->inputs[1]) == NULL;
  return fx_edit_is (node, "Squeeze") || fx_edit_is (node, "Unsqueeze") || fx_edit_is (node, "Flatten");
}

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  FxId x = fx_edit_operand (node, 0);
  FxShape shape = fx_edit_shape (edit, node->outputs[0]);
  g_autofree char *op = g_strdup (node->op_type);

  if (x == FX_NONE || !fx_edit_static (edit, x) || !fx_edit_static (edit, node->outputs[0]) || shape.rank == 0
      || !is_reshape (edit, node))
    return;
  fx_edit_become (edit, node, "Reshape", 2, x, fx_edit_add_ints (edit, node, "shape", shape.dims, (guint)shape.rank));
  fx_edit_note (edit, node, "%s is a Reshape with constant shape now", op);
}

gboolean
fx_fix_rewrite_reshape (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
