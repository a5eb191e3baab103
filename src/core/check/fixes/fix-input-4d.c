/* Inputs of four dimensions, which the boards want.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"
#include "core/check/fx-size-operands.h"

#include <string.h>

/* The same elements in four dimensions: a batch of 1 stays in front and channels stay channels. FALSE: there are more
 * than three dimensions, or none. */
static gboolean
four_dims (const FxShape *shape, FxShape *four)
{
  const gint64 *d = shape->dims;

  if (shape->rank == 3 && d[0] == 1)
    *four = FX_SHAPE (1, d[1], 1, d[2]);
  else if (shape->rank == 3)
    *four = FX_SHAPE (1, d[0], d[1], d[2]);
  else if (shape->rank == 2 && d[0] == 1)
    *four = FX_SHAPE (1, d[1], 1, 1);
  else if (shape->rank == 2)
    *four = FX_SHAPE (1, 1, d[0], d[1]);
  else if (shape->rank == 1)
    *four = FX_SHAPE (1, d[0], 1, 1);
  else
    return FALSE;
  return TRUE;
}

/* The input keeps its name and value; who used it uses the Reshape behind it. */
static void
lift_input (FxEdit *edit, FxId input)
{
  FxShape flat = fx_edit_shape (edit, input), four;
  g_autofree char *name = g_strdup_printf ("%s_flat", fx_graph_value (edit->graph, input)->name);
  g_autofree char *shape_name = g_strdup_printf ("%s_shape", fx_graph_value (edit->graph, input)->name);
  g_autofree char *before = fx_shape_to_string (&flat), *after = NULL;
  const FxUses *uses = fx_edit_uses (edit);
  FxId inputs[2] = { input, FX_NONE }, output;

  if (fx_edit_dtype (edit, input) != FX_DTYPE_FLOAT || !fx_edit_static (edit, input) || !four_dims (&flat, &four)
      || uses->is_output[input] || fx_uses_count (uses, input) == 0
      || fx_size_operand_user (edit->graph, uses, input) != FX_NONE)
    return;
  output = fx_graph_add_value (edit->graph, name, FX_DTYPE_FLOAT, &flat);
  inputs[1] = fx_graph_add_constant (edit->graph, shape_name, fx_tensor_new_int64s (flat.dims, (guint)flat.rank));
  fx_graph_replace_uses (edit->graph, input, output);
  fx_graph_add_node (edit->graph, name, "", "Reshape", FX_EDIT_OPSET, inputs, 2, &output, 1);
  fx_graph_value (edit->graph, input)->shape = four;
  fx_edit_touch (edit);
  after = fx_shape_to_string (&four);
  fx_edit_note_tensor (edit, input, "The input is %s instead of %s, with the same elements", after, before);
}

gboolean
fx_fix_input_4d (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  if (fx_graph_opset (edit->graph, "") != FX_EDIT_OPSET)
    return TRUE;
  for (guint i = 0; i < fx_graph_n_inputs (edit->graph); i++)
    lift_input (edit, fx_graph_input (edit->graph, i));
  return TRUE;
}
