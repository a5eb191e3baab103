/* HardSwish and HardSigmoid by operators that every board has.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

static FxId
insert_with_scalar (FxEdit *edit, const FxNode *node, const char *op, FxId x, const char *name, double value)
{
  FxShape shape = fx_edit_shape (edit, x);
  FxId scalar = fx_edit_add_scalar (edit, node, name, FX_DTYPE_FLOAT, value);

  return fx_edit_insert (edit, node, op, FX_DTYPE_FLOAT, &shape, 2, x, scalar)->outputs[0];
}

gboolean
fx_fix_rewrite_hard_swish (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  guint n = fx_graph_n_nodes (edit->graph);

  for (FxId i = 0; i < n; i++)
    {
      FxNode *node = fx_graph_node (edit->graph, i);
      FxId x = fx_edit_operand (node, 0), shifted, low, high, gate, product, sixth;
      FxShape shape = fx_edit_shape (edit, x);

      if (node->removed || !fx_edit_is (node, "HardSwish") || fx_edit_dtype (edit, x) != FX_DTYPE_FLOAT
          || !fx_edit_has_output (node, 0))
        continue;
      shifted = insert_with_scalar (edit, node, "Add", x, "three", 3.0);
      low = fx_edit_add_scalar (edit, node, "low", FX_DTYPE_FLOAT, 0.0);
      high = fx_edit_add_scalar (edit, node, "high", FX_DTYPE_FLOAT, 6.0);
      gate = fx_edit_insert (edit, node, "Clip", FX_DTYPE_FLOAT, &shape, 3, shifted, low, high)->outputs[0];
      product = fx_edit_insert (edit, node, "Mul", FX_DTYPE_FLOAT, &shape, 2, x, gate)->outputs[0];
      sixth = fx_edit_add_scalar (edit, node, "sixth", FX_DTYPE_FLOAT, 1.0 / 6.0);
      fx_edit_become (edit, node, "Mul", 2, product, sixth);
      fx_edit_note (edit, node, "HardSwish is Add, Clip and Mul now");
    }
  return TRUE;
}

/* max (0, min (1, alpha x + beta)) */
static void
rewrite_hard_sigmoid (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  FxId x = fx_edit_operand (node, 0), inner, low, high;
  double alpha = fx_edit_float_attr (node, "alpha", 0.2), beta = fx_edit_float_attr (node, "beta", 0.5);

  if (!fx_edit_is (node, "HardSigmoid") || fx_edit_dtype (edit, x) != FX_DTYPE_FLOAT)
    return;
  inner = insert_with_scalar (edit, node, "Mul", x, "alpha", alpha);
  inner = insert_with_scalar (edit, node, "Add", inner, "beta", beta);
  low = fx_edit_add_scalar (edit, node, "low", FX_DTYPE_FLOAT, 0.0);
  high = fx_edit_add_scalar (edit, node, "high", FX_DTYPE_FLOAT, 1.0);
  fx_edit_become (edit, node, "Clip", 3, inner, low, high);
  fx_edit_note (edit, node, "HardSigmoid is Mul, Add and Clip now");
}

gboolean
fx_fix_rewrite_hard_sigmoid (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite_hard_sigmoid);
}
