/* Gather with constant indices that count up by one is Slice; a single index also drops the axis.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"
#include "core/fx-i18n.h"

/* The first index, not negative, if all indices follow it one by one. */
static gboolean
read_range (const FxEdit *edit, FxId indices, gint64 size, gint64 *first, guint *n)
{
  g_autofree gint64 *values = fx_edit_ints (edit, indices, n);

  if (values == NULL || *n == 0 || fx_edit_shape (edit, indices).rank > 1)
    return FALSE;
  for (guint i = 0; i < *n; i++)
    {
      if (values[i] < -size || values[i] >= size)
        return FALSE;
      values[i] += values[i] < 0 ? size : 0;
      if (values[i] != values[0] + (gint64)i)
        return FALSE;
    }
  *first = values[0];
  return TRUE;
}

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  FxId x = fx_edit_operand (node, 0), indices = fx_edit_operand (node, 1), starts, ends, axes;
  FxShape shape = fx_edit_shape (edit, x), result = fx_edit_shape (edit, node->outputs[0]);
  gint64 axis = fx_edit_int_attr (node, "axis", 0), first = 0;
  gboolean single = fx_edit_shape (edit, indices).rank == 0;
  guint n = 0;

  if (!fx_edit_is (node, "Gather") || fx_edit_dtype (edit, x) != FX_DTYPE_FLOAT || !fx_edit_static (edit, x)
      || !fx_edit_static (edit, node->outputs[0]) || axis < -shape.rank || axis >= shape.rank
      || (single && result.rank == 0))
    return;
  axis += axis < 0 ? shape.rank : 0;
  if (!read_range (edit, indices, shape.dims[axis], &first, &n))
    return;

  starts = fx_edit_add_ints (edit, node, "starts", &first, 1);
  ends = fx_edit_add_ints (edit, node, "ends", (gint64[]){ first + n }, 1);
  axes = fx_edit_add_ints (edit, node, "axes", &axis, 1);
  fx_edit_become (edit, node, "Slice", 4, x, starts, ends, axes);
  shape.dims[axis] = n;
  if (single)
    {
      FxId output = fx_edit_detach (edit, node, &shape);

      fx_edit_reshape_to (edit, node, node->outputs[0], &result, output);
    }
  fx_edit_note (edit, node, single ? N_ ("Gather is Slice and Reshape now") : N_ ("Gather is Slice now"));
}

gboolean
fx_fix_rewrite_gather (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
