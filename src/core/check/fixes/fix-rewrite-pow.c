/* x¹ = x, x² = x x, x³ = x x x, x^½ = √x.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  FxId x = fx_edit_operand (node, 0);
  FxShape shape = fx_edit_shape (edit, x), result = fx_edit_shape (edit, node->outputs[0]);
  double exponent;

  if (!fx_edit_is (node, "Pow") || fx_edit_dtype (edit, x) != FX_DTYPE_FLOAT
      || !fx_edit_scalar (edit, fx_edit_operand (node, 1), &exponent) || shape.rank < 0
      || !fx_shape_equal (&shape, &result))
    return;
  if (exponent == 1.0)
    {
      if (fx_edit_bypass (edit, id, 0))
        fx_edit_note (edit, node, "Pow by 1 is dropped");
      return;
    }
  if (exponent == 2.0)
    fx_edit_become (edit, node, "Mul", 2, x, x);
  else if (exponent == 3.0)
    fx_edit_become (edit, node, "Mul", 2,
                    fx_edit_insert (edit, node, "Mul", FX_DTYPE_FLOAT, &shape, 2, x, x)->outputs[0], x);
  else if (exponent == 0.5)
    fx_edit_become (edit, node, "Sqrt", 1, x);
  else
    return;
  fx_edit_note (edit, node, "Pow by %g is %s now", exponent, node->op_type);
}

gboolean
fx_fix_rewrite_pow (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
