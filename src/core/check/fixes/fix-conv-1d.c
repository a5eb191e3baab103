/* Layers on [N, C, L] as layers on [N, C, 1, L]: a Reshape in front, the layer with a kernel of height 1, a Reshape
 * behind. Reshapes that meet vanish (lift-reshape, remove-no-op).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

static const char *const layers[] = { "Conv",
                                      "ConvTranspose",
                                      "MaxPool",
                                      "AveragePool",
                                      "LpPool",
                                      "GlobalAveragePool",
                                      "GlobalMaxPool",
                                      "BatchNormalization",
                                      "InstanceNormalization",
                                      NULL };

/* A list with one element for the length, preceded by one for the height. */
static void
lift_list (FxNode *node, const char *name, gint64 height)
{
  guint n = 0;
  const gint64 *old = fx_edit_ints_attr (node, name, &n);

  if (old != NULL && n == 1)
    fx_node_take_attr (node, fx_attr_ints (name, (gint64[]){ height, old[0] }, 2));
}

/* begin, end → begin and end of the height, which are 0, with those of the length. */
static void
lift_pads (FxNode *node)
{
  guint n = 0;
  const gint64 *old = fx_edit_ints_attr (node, "pads", &n);

  if (old != NULL && n == 2)
    fx_node_take_attr (node, fx_attr_ints ("pads", (gint64[]){ 0, old[0], 0, old[1] }, 4));
}

/* Weights [M, C, k] as [M, C, 1, k]; NULL if they are no constant of rank 3. */
static FxTensor *
lift_weights (const FxEdit *edit, const FxNode *node)
{
  FxTensor *weights = fx_edit_constant (edit, fx_edit_operand (node, 1));
  const FxShape *shape = weights != NULL ? fx_tensor_shape (weights) : NULL;

  if (shape == NULL || shape->rank != 3)
    return NULL;
  return fx_tensor_reshaped (weights, &FX_SHAPE (shape->dims[0], shape->dims[1], 1, shape->dims[2]));
}

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  gboolean has_weights = fx_edit_is (node, "Conv") || fx_edit_is (node, "ConvTranspose");
  FxId x = fx_edit_operand (node, 0), output;
  FxShape in = fx_edit_shape (edit, x), out = fx_edit_shape (edit, node->outputs[0]);
  FxTensor *weights = NULL;

  if (!g_strv_contains (layers, node->op_type) || in.rank != 3 || out.rank != 3 || !fx_edit_static (edit, x)
      || !fx_edit_static (edit, node->outputs[0]) || node->n_outputs > 1)
    return;
  if (has_weights && (weights = lift_weights (edit, node)) == NULL)
    return;

  fx_edit_set_operand (edit, node, 0,
                       fx_edit_reshape (edit, node, x, &FX_SHAPE (in.dims[0], in.dims[1], 1, in.dims[2])));
  if (weights != NULL)
    fx_edit_set_operand (edit, node, 1, fx_edit_add_tensor (edit, node, "weights", weights));
  lift_list (node, "kernel_shape", 1);
  lift_list (node, "strides", 1);
  lift_list (node, "dilations", 1);
  lift_list (node, "output_padding", 0);
  lift_list (node, "output_shape", 1);
  lift_pads (node);
  output = fx_edit_detach (edit, node, &FX_SHAPE (out.dims[0], out.dims[1], 1, out.dims[2]));
  fx_edit_reshape_to (edit, node, node->outputs[0], &out, output);
  fx_edit_note (edit, node, "One-dimensional %s is two-dimensional with height 1 now", node->op_type);
}

gboolean
fx_fix_rewrite_conv_1d (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
