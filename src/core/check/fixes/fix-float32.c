/* Floats of any width as 32-bit floats: weights, tensors, and the operators that name a type.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

#define OTHER_FLOATS (FX_TYPE_BIT (FLOAT16) | FX_TYPE_BIT (BFLOAT16) | FX_TYPE_BIT (DOUBLE))

/* A new tensor; NULL and *error if memory is short. */
static FxTensor *
to_float (FxTensor *tensor, GError **error)
{
  g_autoptr (FxTensor) aligned = fx_tensor_aligned (tensor);
  FxArray from = fx_tensor_array (aligned), to = { FX_DTYPE_FLOAT, from.shape, NULL };
  FxTensor *result = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &from.shape, &to.data, error);

  if (result != NULL && fx_array_elements (&from) > 0)
    fx_array_convert (&from, &to);
  return result;
}

static gboolean
convert_constants (FxEdit *edit, GError **error)
{
  for (FxId v = 0; v < fx_graph_n_values (edit->graph); v++)
    {
      FxValue *value = fx_graph_value (edit->graph, v);
      FxTensor *converted;

      if (value->constant == NULL || !fx_dtype_in (value->dtype, OTHER_FLOATS))
        continue;
      converted = to_float (value->constant, error);
      if (converted == NULL)
        return FALSE;
      fx_edit_note_tensor (edit, v, "The weights are f32 instead of %s", fx_dtype_name (value->dtype));
      fx_tensor_unref (value->constant);
      value->constant = converted;
      value->dtype = FX_DTYPE_FLOAT;
    }
  return TRUE;
}

/* Constants in attributes (Constant, ConstantOfShape) and types by number (Cast, EyeLike, the random ones). */
static gboolean
convert_attrs (FxEdit *edit, FxNode *node, GError **error)
{
  static const char *const types[] = { "to", "dtype", "output_datatype" };

  for (guint i = 0; i < node->n_attrs; i++)
    {
      FxAttr *attr = &node->attrs[i];
      FxTensor *converted;

      if (attr->kind != FX_ATTR_TENSOR || !fx_dtype_in (fx_tensor_dtype (attr->tensor), OTHER_FLOATS))
        continue;
      converted = to_float (attr->tensor, error);
      if (converted == NULL)
        return FALSE;
      fx_edit_note (edit, node, "Attribute \"%s\" is f32 instead of %s", attr->name,
                    fx_dtype_name (fx_tensor_dtype (attr->tensor)));
      fx_tensor_unref (attr->tensor);
      attr->tensor = converted;
    }
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      gint64 dtype = fx_edit_int_attr (node, types[i], FX_DTYPE_UNDEFINED);

      if (dtype < 0 || dtype >= FX_N_DTYPES || !fx_dtype_in ((FxDType)dtype, OTHER_FLOATS))
        continue;
      fx_edit_note (edit, node, "%s gives f32 instead of %s", node->op_type, fx_dtype_name ((FxDType)dtype));
      fx_node_take_attr (node, fx_attr_int (types[i], FX_DTYPE_FLOAT));
    }
  return TRUE;
}

gboolean
fx_fix_float32 (FxEdit *edit, GError **error)
{
  if (!convert_constants (edit, error))
    return FALSE;
  for (FxId i = 0; i < fx_graph_n_nodes (edit->graph); i++)
    if (!convert_attrs (edit, fx_graph_node (edit->graph, i), error))
      return FALSE;

  for (guint i = 0; i < fx_graph_n_inputs (edit->graph); i++)
    {
      FxId id = fx_graph_input (edit->graph, i);

      if (fx_dtype_in (fx_edit_dtype (edit, id), OTHER_FLOATS))
        fx_edit_note_tensor (edit, id, "The input is f32 instead of %s", fx_dtype_name (fx_edit_dtype (edit, id)));
    }
  for (FxId v = 0; v < fx_graph_n_values (edit->graph); v++)
    {
      FxValue *value = fx_graph_value (edit->graph, v);

      if (fx_dtype_in (value->dtype, OTHER_FLOATS))
        value->dtype = FX_DTYPE_FLOAT;
    }
  return TRUE;
}
