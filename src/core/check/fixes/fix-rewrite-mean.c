/* ReduceMean over height and width is GlobalAveragePool.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"
#include "core/fx-i18n.h"

static gboolean
is_over_image (const FxNode *node)
{
  guint n = 0, seen = 0;
  const gint64 *axes = fx_edit_ints_attr (node, "axes", &n);

  for (guint i = 0; i < n && n == 2; i++)
    {
      gint64 axis = axes[i] < 0 ? axes[i] + 4 : axes[i];

      if (axis == 2 || axis == 3)
        seen |= 1u << axis;
    }
  return seen == (1u << 2 | 1u << 3);
}

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  FxId x = fx_edit_operand (node, 0);
  FxShape shape = fx_edit_shape (edit, x), flat = fx_edit_shape (edit, node->outputs[0]);
  gboolean keeps = fx_edit_int_attr (node, "keepdims", 1) != 0;

  if (!fx_edit_is (node, "ReduceMean") || shape.rank != 4 || fx_edit_dtype (edit, x) != FX_DTYPE_FLOAT
      || !is_over_image (node) || !fx_edit_static (edit, x))
    return;
  shape.dims[2] = shape.dims[3] = 1;
  fx_edit_become (edit, node, "GlobalAveragePool", 1, x);
  if (!keeps)
    {
      FxId output = fx_edit_detach (edit, node, &shape);

      fx_edit_reshape_to (edit, node, node->outputs[0], &flat, output);
    }
  fx_edit_note (edit, node,
                keeps ? N_ ("ReduceMean is GlobalAveragePool now")
                      : N_ ("ReduceMean is GlobalAveragePool and Reshape now"));
}

gboolean
fx_fix_rewrite_mean (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
