/* Transpose (Transpose (x)) as one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

/* Output axis i is input axis order[i]; without the attribute the axes are reversed. */
static gboolean
read_order (const FxEdit *edit, const FxNode *node, gint64 *order, int *rank)
{
  guint n = 0;
  const gint64 *perm = fx_edit_ints_attr (node, "perm", &n);

  *rank = fx_edit_shape (edit, fx_edit_operand (node, 0)).rank;
  if (*rank < 0 || (perm != NULL && (int)n != *rank))
    return FALSE;
  for (int i = 0; i < *rank; i++)
    {
      order[i] = perm != NULL ? perm[i] : *rank - 1 - i;
      if (order[i] < 0 || order[i] >= *rank)
        return FALSE;
    }
  return TRUE;
}

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  FxId producer = fx_edit_is (node, "Transpose") ? fx_edit_producer (edit, fx_edit_operand (node, 0)) : FX_NONE;
  const FxNode *before = producer != FX_NONE ? fx_graph_node (edit->graph, producer) : NULL;
  gint64 first[FX_MAX_RANK], second[FX_MAX_RANK], both[FX_MAX_RANK];
  int rank, rank_before;

  if (before == NULL || !fx_edit_is (before, "Transpose") || !read_order (edit, before, first, &rank_before)
      || !read_order (edit, node, second, &rank) || rank != rank_before)
    return;
  for (int i = 0; i < rank; i++)
    both[i] = first[second[i]];
  fx_edit_set_operand (edit, node, 0, before->inputs[0]);
  fx_node_take_attr (node, fx_attr_ints ("perm", both, (guint)rank));
  fx_node_add_origins (node, before);
  fx_edit_note (edit, node, "Transpose takes \"%s\" in", before->name);
}

gboolean
fx_fix_merge_transpose (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
