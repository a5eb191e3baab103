/* Operators whose result is their operand, told from shapes and constants.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

static gboolean
all_ints (const FxEdit *edit, FxId value, gboolean (*test) (gint64))
{
  guint n = 0;
  g_autofree gint64 *values = fx_edit_ints (edit, value, &n);

  for (guint i = 0; i < n; i++)
    if (!test (values[i]))
      return FALSE;
  return values != NULL;
}

static gboolean
is_zero (gint64 value)
{
  return value == 0;
}

static gboolean
is_positive (gint64 value)
{
  return value > 0;
}

static gboolean
keeps_shape (const FxEdit *edit, const FxNode *node)
{
  FxShape before = fx_edit_shape (edit, node->inputs[0]), after = fx_edit_shape (edit, node->outputs[0]);

  return fx_shape_is_static (&before) && fx_shape_equal (&before, &after);
}

static gboolean
is_identity_order (const FxNode *node)
{
  guint n = 0;
  const gint64 *order = fx_edit_ints_attr (node, "perm", &n);

  for (guint i = 0; i < n; i++)
    if (order[i] != (gint64)i)
      return FALSE;
  return order != NULL;
}

static gboolean
has_no_effect (const FxEdit *edit, const FxNode *node)
{
  if (fx_edit_is (node, "Reshape") || fx_edit_is (node, "Expand") || fx_edit_is (node, "Tile")
      || fx_edit_is (node, "Squeeze") || fx_edit_is (node, "Unsqueeze") || fx_edit_is (node, "Flatten"))
    return keeps_shape (edit, node);
  if (fx_edit_is (node, "Transpose"))
    return is_identity_order (node);
  if (fx_edit_is (node, "Pad"))
    return all_ints (edit, fx_edit_operand (node, 1), is_zero);
  if (fx_edit_is (node, "Slice"))
    return keeps_shape (edit, node)
           && (fx_edit_operand (node, 4) == FX_NONE || all_ints (edit, node->inputs[4], is_positive));
  if (fx_edit_is (node, "Cast"))
    {
      FxDType dtype = fx_edit_dtype (edit, node->inputs[0]);

      return dtype != FX_DTYPE_UNDEFINED && fx_edit_int_attr (node, "to", FX_DTYPE_UNDEFINED) == (gint64)dtype;
    }
  if (fx_edit_is (node, "Concat") || fx_edit_is (node, "Sum") || fx_edit_is (node, "Max") || fx_edit_is (node, "Min")
      || fx_edit_is (node, "Mean"))
    return node->n_inputs == 1;
  return fx_edit_is (node, "Split") && node->n_outputs == 1 && keeps_shape (edit, node);
}

/* Reshape (Reshape (x)): only the last shape counts. */
static void
merge_reshape (FxEdit *edit, FxNode *node)
{
  FxId producer = fx_edit_producer (edit, node->inputs[0]);
  const FxNode *before = producer != FX_NONE ? fx_graph_node (edit->graph, producer) : NULL;
  FxShape shape = fx_edit_shape (edit, node->outputs[0]);

  if (before == NULL || !fx_edit_is (before, "Reshape") || !fx_edit_static (edit, node->outputs[0]) || shape.rank == 0)
    return;
  fx_edit_set_operand (edit, node, 0, before->inputs[0]);
  fx_edit_set_operand (edit, node, 1, fx_edit_add_ints (edit, node, "shape", shape.dims, (guint)shape.rank));
  fx_node_add_origins (node, before);
  fx_edit_note (edit, node, "Reshape takes \"%s\" in", before->name);
}

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);

  if (fx_edit_operand (node, 0) == FX_NONE)
    return;
  if (fx_edit_is (node, "Reshape"))
    merge_reshape (edit, node);
  if (has_no_effect (edit, node) && fx_edit_bypass (edit, id, 0))
    fx_edit_note (edit, node, "%s has no effect and is dropped", node->op_type);
}

gboolean
fx_fix_remove_no_op (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
