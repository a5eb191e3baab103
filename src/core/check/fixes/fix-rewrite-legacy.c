/* Crop and ImageScaler, which were experimental up to opset 9, by operators that stayed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"
#include "core/fx-i18n.h"

/* Crop: border = left, top, right, bottom; the shape inference has said how large the result is. */
static void
rewrite_crop (FxEdit *edit, FxNode *node)
{
  static const gint64 axes[] = { 2, 3 };
  guint n = 0;
  const gint64 *border = fx_edit_ints_attr (node, "border", &n);
  FxShape y = fx_edit_shape (edit, node->outputs[0]);
  gint64 begin[2] = { n == 4 ? border[1] : 0, n == 4 ? border[0] : 0 };
  FxId starts, ends, along;

  if (!fx_edit_static (edit, node->outputs[0]) || y.rank != 4 || y.dims[2] > G_MAXINT32 || y.dims[3] > G_MAXINT32
      || begin[0] < 0 || begin[1] < 0 || begin[0] > G_MAXINT32 || begin[1] > G_MAXINT32)
    return;
  starts = fx_edit_add_ints (edit, node, "starts", begin, 2);
  ends = fx_edit_add_ints (edit, node, "ends", (gint64[]){ begin[0] + y.dims[2], begin[1] + y.dims[3] }, 2);
  along = fx_edit_add_ints (edit, node, "axes", axes, 2);
  fx_edit_become (edit, node, "Slice", 4, node->inputs[0], starts, ends, along);
  fx_edit_note (edit, node, "Crop is a Slice now");
}

static FxId
add_bias (FxEdit *edit, const FxNode *node, const FxAttr *bias, int rank)
{
  FxShape shape = fx_shape_of_rank (rank - 1);
  FxArray array;

  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = i == 0 ? (gint64)bias->n : 1;
  array = (FxArray){ FX_DTYPE_FLOAT, shape, bias->floats };
  return fx_edit_add_tensor (edit, node, "bias", fx_tensor_new_copy (&array));
}

static void
rewrite_image_scaler (FxEdit *edit, FxNode *node)
{
  const FxAttr *attr = fx_node_attr (node, "bias");
  gboolean has_bias = attr != NULL && attr->kind == FX_ATTR_FLOATS && attr->n > 0;
  FxShape shape = fx_edit_shape (edit, node->inputs[0]);
  FxId scale, bias;

  if (fx_edit_dtype (edit, node->inputs[0]) != FX_DTYPE_FLOAT || shape.rank < 2)
    return;
  bias = has_bias ? add_bias (edit, node, attr, shape.rank) : FX_NONE;
  scale = fx_edit_add_scalar (edit, node, "scale", FX_DTYPE_FLOAT, fx_edit_float_attr (node, "scale", 1.0));
  if (has_bias)
    {
      FxNode *scaled = fx_edit_insert (edit, node, "Mul", FX_DTYPE_FLOAT, &shape, 2, node->inputs[0], scale);

      fx_edit_become (edit, node, "Add", 2, scaled->outputs[0], bias);
    }
  else
    fx_edit_become (edit, node, "Mul", 2, node->inputs[0], scale);
  fx_edit_note (edit, node, has_bias ? N_ ("ImageScaler is Mul and Add now") : N_ ("ImageScaler is Mul now"));
}

gboolean
fx_fix_rewrite_legacy (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  guint n = fx_graph_n_nodes (edit->graph);

  for (FxId i = 0; i < n; i++)
    {
      FxNode *node = fx_graph_node (edit->graph, i);
      gboolean crop = fx_edit_is (node, "Crop");

      if (node->removed || (!crop && !fx_edit_is (node, "ImageScaler")) || fx_edit_operand (node, 0) == FX_NONE
          || !fx_edit_has_output (node, 0))
        continue;
      /* what is put in their place has the form of opset 11: the conversion that follows leaves it alone */
      node->version = FX_EDIT_OPSET;
      if (crop)
        rewrite_crop (edit, node);
      else
        rewrite_image_scaler (edit, node);
    }
  return TRUE;
}
