/* x - c = x + (-c), which IEEE 754 does exactly; x / c = x (1/c), which is exact for powers of two and otherwise off by
 * at most one and a half units in the last place.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"
#include "core/fx-i18n.h"

#include <math.h>

/* The constant negated or inverted; NULL if an element has no normal inverse. */
static FxTensor *
invert (const FxTensor *constant, gboolean divides)
{
  gsize n = fx_tensor_elements (constant);
  void *data;
  FxTensor *result = fx_tensor_new_alloc (FX_DTYPE_FLOAT, fx_tensor_shape (constant), &data, NULL);
  float *to = data;

  for (gsize i = 0; result != NULL && i < n; i++)
    {
      float value = (float)fx_tensor_get_double (constant, i);

      to[i] = divides ? 1.0f / value : -value;
      if (divides && !isnormal (to[i]))
        g_clear_pointer (&result, fx_tensor_unref);
    }
  return result;
}

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  gboolean divides = fx_edit_is (node, "Div");
  const FxTensor *constant = fx_edit_constant (edit, fx_edit_operand (node, 1));
  FxTensor *inverse;

  if ((!divides && !fx_edit_is (node, "Sub")) || constant == NULL || fx_tensor_dtype (constant) != FX_DTYPE_FLOAT
      || fx_edit_constant (edit, fx_edit_operand (node, 0)) != NULL)
    return;
  inverse = invert (constant, divides);
  if (inverse == NULL)
    return;
  fx_edit_become (edit, node, divides ? "Mul" : "Add", 2, node->inputs[0],
                  fx_edit_add_tensor (edit, node, divides ? "inverse" : "negative", inverse));
  fx_edit_note (edit, node,
                divides ? N_ ("Div by a constant is Mul by a constant now")
                        : N_ ("Sub of a constant is Add of a constant now"));
}

gboolean
fx_fix_rewrite_sub_div (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
