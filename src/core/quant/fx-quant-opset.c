/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-quant-opset.h"

#include "core/exec/fx-activation.h"
#include "core/graph/fx-tensor.h"

#include <string.h>

typedef struct
{
  const char *op_type;
  guint since;
  void (*raise) (FxGraph *graph, FxId id);
} Row;

static FxId
add_list (FxGraph *graph, const FxNode *node, const char *what, const gint64 *values, guint n)
{
  g_autofree char *name = g_strdup_printf ("%s_%s", node->name, what);

  return fx_graph_add_constant (graph, name, fx_tensor_new_int64s (values, n));
}

/* The attribute becomes operand 1. */
static void
move_list (FxGraph *graph, FxId id, const char *name)
{
  FxNode *node = fx_graph_node (graph, id);
  const FxAttr *attr = fx_node_attr (node, name);
  FxId inputs[2] = { node->inputs[0] };

  if (attr == NULL || attr->kind != FX_ATTR_INTS || node->n_inputs != 1)
    return;
  inputs[1] = add_list (graph, node, name, attr->ints, attr->n);
  node = fx_graph_node (graph, id);
  fx_node_remove_attr (node, name);
  fx_node_set_inputs (node, inputs, 2);
}

static void
raise_axes (FxGraph *graph, FxId id)
{
  move_list (graph, id, "axes");
}

static void
raise_split (FxGraph *graph, FxId id)
{
  move_list (graph, id, "split");
}

/* Since opset 18 equal parts have to be counted. */
static void
raise_parts (FxGraph *graph, FxId id)
{
  FxNode *node = fx_graph_node (graph, id);

  if (node->n_inputs == 1)
    fx_node_take_attr (node, fx_attr_int ("num_outputs", node->n_outputs));
}

static FxId
insert (FxGraph *graph, const FxNode *node, const char *op_type, const FxId *inputs, guint n, FxId output)
{
  g_autofree char *name = g_strdup_printf ("%s_%s", node->name, op_type);

  return fx_graph_add_node (graph, name, "", op_type, node->version, inputs, n, &output, 1);
}

static FxId
like (FxGraph *graph, FxId value, const char *suffix, const FxShape *shape)
{
  g_autofree char *name = g_strconcat (fx_graph_value (graph, value)->name, suffix, NULL);

  return fx_graph_add_value (graph, name, FX_DTYPE_FLOAT, shape);
}

/* Before opset 13 all axes from `axis` on were one; since then `axis` alone counts. */
static void
raise_softmax (FxGraph *graph, FxId id)
{
  FxNode *node = fx_graph_node (graph, id);
  FxId x = node->inputs[0], y = node->outputs[0], flat, flat_y;
  FxShape shape = fx_graph_value (graph, x)->shape, two;
  gint64 axis = fx_node_int (node, "axis", 1);

  axis = axis < 0 ? axis + shape.rank : axis;
  fx_node_take_attr (node, fx_attr_int ("axis", axis));
  if (!fx_shape_is_static (&shape) || fx_shape_product (&shape, (int)axis + 1, shape.rank) == 1)
    return;
  two = FX_SHAPE ((gint64)fx_shape_product (&shape, 0, (int)axis),
                  (gint64)fx_shape_product (&shape, (int)axis, shape.rank));
  flat = like (graph, x, "_flat", &two);
  flat_y = like (graph, y, "_flat", &two);
  fx_node_set_inputs (fx_graph_node (graph, id), &flat, 1);
  fx_graph_node (graph, id)->outputs[0] = flat_y;
  fx_node_take_attr (fx_graph_node (graph, id), fx_attr_int ("axis", 1));
  insert (graph, fx_graph_node (graph, id), "Reshape",
          (FxId[]){ x, add_list (graph, fx_graph_node (graph, id), "flat_shape", two.dims, 2) }, 2, flat);
  insert (graph, fx_graph_node (graph, id), "Reshape",
          (FxId[]){ flat_y, add_list (graph, fx_graph_node (graph, id), "shape", shape.dims, (guint)shape.rank) }, 2,
          y);
}

static const Row rows[] = {
  { "Squeeze", 13, raise_axes },         { "Unsqueeze", 13, raise_axes },       { "ReduceSum", 13, raise_axes },
  { "Split", 13, raise_split },          { "Softmax", 13, raise_softmax },      { "LogSoftmax", 13, raise_softmax },
  { "Hardmax", 13, raise_softmax },      { "Split", 18, raise_parts },          { "ReduceMean", 18, raise_axes },
  { "ReduceMax", 18, raise_axes },       { "ReduceMin", 18, raise_axes },       { "ReduceProd", 18, raise_axes },
  { "ReduceL1", 18, raise_axes },        { "ReduceL2", 18, raise_axes },        { "ReduceLogSum", 18, raise_axes },
  { "ReduceLogSumExp", 18, raise_axes }, { "ReduceSumSquare", 18, raise_axes },
};

void
fx_quant_raise_opset (FxGraph *graph, guint version)
{
  guint n = fx_graph_n_nodes (graph);

  for (FxId i = 0; i < n; i++)
    for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
      if (rows[r].since <= version && fx_node_is (fx_graph_node (graph, i), rows[r].op_type))
        rows[r].raise (graph, i);
}
