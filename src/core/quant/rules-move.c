/* Operators that move, repeat or pick integers: the standard ones, on s8 and s16 as on floats.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-activation.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-quant-builder.h"

#include <string.h>

static const FxTensor *
constant (const FxGraph *graph, const FxNode *node, guint i)
{
  return i < node->n_inputs && node->inputs[i] != FX_NONE ? fx_graph_value (graph, node->inputs[i])->constant : NULL;
}

static void
copy_all_attrs (FxNode *node, const FxNode *from)
{
  for (guint i = 0; i < from->n_attrs; i++)
    fx_node_take_attr (node, fx_attr_copy (&from->attrs[i]));
}

static FxNode *
add_moved (FxQuantBuilder *builder, const FxQuantGroup *group, const char *op_type, const FxId *inputs, guint n_inputs)
{
  FxNode *added = fx_quant_add (builder, group, "", op_type, inputs, n_inputs);

  copy_all_attrs (added, fx_quant_node (builder, group));
  return added;
}

static gboolean
emit_move (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  const FxNode *node = fx_quant_node (builder, group);
  g_autofree FxId *inputs = g_new (FxId, node->n_inputs);

  inputs[0] = fx_quant_integer (builder, node->inputs[0]);
  for (guint i = 1; i < node->n_inputs; i++)
    inputs[i] = fx_quant_float (builder, node->inputs[i]);
  add_moved (builder, group, node->op_type, inputs, node->n_inputs);
  return TRUE;
}

/* ---- maxima ---- */

static const char *
refuse_max_pool (G_GNUC_UNUSED const FxGraph *graph, const FxNode *node)
{
  return node->n_outputs < 2 || node->outputs[1] == FX_NONE ? NULL : _ ("it also gives the places of the maxima");
}

static const char *
refuse_global (const FxGraph *graph, const FxNode *node)
{
  const FxShape *x = &fx_graph_value (graph, node->inputs[0])->shape;

  return x->rank >= 3 && fx_shape_is_static (x) ? NULL : _ ("the size of its operand is not known");
}

static gboolean
emit_global_max_pool (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  FxId x = fx_quant_node (builder, group)->inputs[0], input = fx_quant_integer (builder, x);
  const FxShape *shape = &fx_graph_value (builder->from, x)->shape;

  fx_node_take_attr (add_moved (builder, group, "MaxPool", &input, 1),
                     fx_attr_ints ("kernel_shape", &shape->dims[2], (guint)shape->rank - 2));
  return TRUE;
}

/* ---- Pad ---- */

static gboolean
pads_with_constant (const FxNode *node)
{
  const FxAttr *mode = fx_node_attr (node, "mode");

  return mode == NULL || mode->kind != FX_ATTR_STRING || strcmp (mode->s, "constant") == 0;
}

static const char *
refuse_pad (const FxGraph *graph, const FxNode *node)
{
  gboolean has_value = node->n_inputs > 2 && node->inputs[2] != FX_NONE;

  if (node->n_inputs < 2)
    return _ ("it has the form of before opset 11");
  return !has_value || constant (graph, node, 2) != NULL ? NULL : _ ("the value that it pads with is not constant");
}

/* Padding with a real value is padding with its integer. */
static gboolean
emit_pad (FxQuantBuilder *builder, const FxQuantGroup *group, GError **error)
{
  const FxNode *node = fx_quant_node (builder, group);
  const FxValueQuant *quant = fx_quant_of (builder, node->inputs[0]);
  const FxTensor *value = constant (builder->from, node, 2);
  gint32 q = fx_value_quant_integer (quant, value != NULL ? fx_tensor_get_double (value, 0) : 0.0);
  g_autofree char *name = g_strconcat (node->name, "_value", NULL);
  FxId inputs[3];
  FxTensor *tensor;
  void *data;

  inputs[0] = fx_quant_integer (builder, node->inputs[0]);
  inputs[1] = fx_quant_float (builder, node->inputs[1]);
  if (!pads_with_constant (node))
    {
      add_moved (builder, group, "Pad", inputs, 2);
      return TRUE;
    }
  tensor = fx_tensor_new_alloc (fx_quant_dtype (quant), &FX_SHAPE_SCALAR, &data, error);
  if (tensor == NULL)
    return FALSE;
  fx_array_set (&(FxArray){ fx_quant_dtype (quant), FX_SHAPE_SCALAR, data }, 0, q);
  inputs[2] = fx_graph_add_constant (builder->to, name, tensor);
  add_moved (builder, group, "Pad", inputs, 3);
  return TRUE;
}

/* ---- Split: several results ---- */

static gboolean
emit_split (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  const FxNode *node = fx_quant_node (builder, group);
  g_autofree FxId *inputs = g_new (FxId, node->n_inputs), *outputs = g_new (FxId, node->n_outputs);

  inputs[0] = fx_quant_integer (builder, node->inputs[0]);
  for (guint i = 1; i < node->n_inputs; i++)
    inputs[i] = fx_quant_float (builder, node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    outputs[i] = fx_quant_new_integer (builder, node->outputs[i]);
  copy_all_attrs (fx_quant_add_node (builder, group, "", "Split", inputs, node->n_inputs, outputs, node->n_outputs),
                  node);
  return TRUE;
}

static gboolean
is_nearest (const FxNode *node)
{
  const FxAttr *mode = fx_node_attr (node, "mode");

  return mode == NULL || mode->kind != FX_ATTR_STRING || strcmp (mode->s, "nearest") == 0;
}

#define MOVE(name)                                                                                                     \
  {                                                                                                                    \
    .op_type = name, .flags = FX_RULE_SHARED, .n_data = 1, .emit = emit_move                                           \
  }
/* The elements stay where they are. */
#define VIEW(name)                                                                                                     \
  {                                                                                                                    \
    .op_type = name, .flags = FX_RULE_SHARED | FX_RULE_INSIDE, .n_data = 1, .emit = emit_move                          \
  }
#define SHARED(name, refuse_, emit_)                                                                                   \
  {                                                                                                                    \
    .op_type = name, .flags = FX_RULE_SHARED, .n_data = 1, .refuse = refuse_, .emit = emit_                            \
  }

const FxQuantRule fx_quant_rules_move[] = {
  MOVE ("DepthToSpace"),
  VIEW ("Dropout"),
  MOVE ("Expand"),
  VIEW ("Flatten"),
  MOVE ("Gather"),
  SHARED ("GlobalMaxPool", refuse_global, emit_global_max_pool),
  VIEW ("Identity"),
  SHARED ("MaxPool", refuse_max_pool, emit_move),
  SHARED ("Pad", refuse_pad, emit_pad),
  MOVE ("ReduceMax"),
  MOVE ("ReduceMin"),
  VIEW ("Reshape"),
  { .op_type = "Resize", .flags = FX_RULE_SHARED, .n_data = 1, .applies = is_nearest, .emit = emit_move },
  MOVE ("Slice"),
  MOVE ("SpaceToDepth"),
  SHARED ("Split", NULL, emit_split),
  VIEW ("Squeeze"),
  MOVE ("Tile"),
  MOVE ("Transpose"),
  VIEW ("Unsqueeze"),
  { NULL },
};
