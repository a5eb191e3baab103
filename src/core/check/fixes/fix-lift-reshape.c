/* Op (Reshape (x)) → Reshape (Op (x)) for elementwise operators, where the Reshape only drops dimensions of 1 from
 * four: [N, C, 1, L] → [N, C, L], or [N, C, 1, 1] → [N, C].
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

#include "core/ops/fx-op.h"

/* Whether `value` is made by such a Reshape; *four is its operand. */
static gboolean
is_flattened (FxEdit *edit, FxId value, FxId *four)
{
  FxId producer = fx_edit_producer (edit, value);
  const FxNode *node = producer != FX_NONE ? fx_graph_node (edit->graph, producer) : NULL;
  FxShape from, to = fx_edit_shape (edit, value);

  if (node == NULL || !fx_edit_is (node, "Reshape") || fx_edit_operand (node, 0) == FX_NONE)
    return FALSE;
  *four = node->inputs[0];
  from = fx_edit_shape (edit, *four);
  if (!fx_edit_static (edit, *four) || !fx_edit_static (edit, value) || from.rank != 4 || from.dims[2] != 1)
    return FALSE;
  if (to.rank == 3)
    return to.dims[0] == from.dims[0] && to.dims[1] == from.dims[1] && to.dims[2] == from.dims[3];
  return to.rank == 2 && from.dims[3] == 1 && to.dims[0] == from.dims[0] && to.dims[1] == from.dims[1];
}

/* A constant that broadcasts against four dimensions as it did against `rank`; FX_NONE if there is no such. */
static FxId
lift_constant (FxEdit *edit, const FxNode *node, FxId value, int rank)
{
  FxTensor *constant = fx_edit_constant (edit, value), *lifted;
  FxShape shape, four;
  gint64 d[3] = { 1, 1, 1 };

  if (constant == NULL)
    return FX_NONE;
  shape = *fx_tensor_shape (constant);
  if (fx_tensor_elements (constant) == 1 && shape.rank <= rank)
    return value;
  if (shape.rank > rank)
    return FX_NONE;
  for (int i = 0; i < shape.rank; i++)
    d[rank - shape.rank + i] = shape.dims[i];
  four = rank == 3 ? FX_SHAPE (d[0], d[1], 1, d[2]) : FX_SHAPE (d[0], d[1], 1, 1);
  lifted = fx_tensor_reshaped (constant, &four);
  return lifted != NULL ? fx_edit_add_tensor (edit, node, "operand", lifted) : FX_NONE;
}

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  FxShape flat = fx_edit_shape (edit, node->outputs[0]), four = FX_SHAPE_UNKNOWN;
  g_autofree FxId *operands = g_new (FxId, node->n_inputs + 1);
  FxId output;

  if (!(node->op->flags & FX_OP_ELEMENTWISE) || node->n_outputs != 1 || flat.rank < 2 || flat.rank > 3)
    return;
  for (guint i = 0; i < node->n_inputs; i++)
    {
      operands[i] = node->inputs[i];
      if (operands[i] == FX_NONE)
        continue;
      if (is_flattened (edit, node->inputs[i], &operands[i]))
        {
          FxShape mine = fx_edit_shape (edit, node->inputs[i]);

          if (!fx_shape_equal (&mine, &flat))
            return;
          four = fx_edit_shape (edit, operands[i]);
        }
      else if (fx_edit_constant (edit, node->inputs[i]) == NULL)
        return;
    }
  if (four.rank != 4)
    return;
  for (guint i = 0; i < node->n_inputs; i++)
    if (operands[i] != FX_NONE && fx_edit_constant (edit, operands[i]) != NULL
        && (operands[i] = lift_constant (edit, node, operands[i], flat.rank)) == FX_NONE)
      return;

  fx_node_set_inputs (node, operands, node->n_inputs);
  output = fx_edit_detach (edit, node, &four);
  fx_edit_reshape_to (edit, node, node->outputs[0], &flat, output);
  fx_edit_note (edit, node, "%s computes in four dimensions now", node->op_type);
}

gboolean
fx_fix_lift_reshape (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
