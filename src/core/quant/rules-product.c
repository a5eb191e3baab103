/* Convolutions and products of matrices: 8-bit weights with a scale for each output channel, exact sums.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-activation.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-q.h"
#include "core/quant/fx-quant-builder.h"
#include "core/quant/fx-quant-weights.h"

static const char *
refuse_conv (const FxGraph *graph, const FxNode *node)
{
  FxWeightLayout layout;

  return fx_weight_layout (graph, node, &layout) ? NULL : _ ("its weights or its bias are not constant");
}

static const char *
refuse_gemm (const FxGraph *graph, const FxNode *node)
{
  if (fx_node_int (node, "transA", 0) != 0)
    return _ ("operand A is transposed");
  return refuse_conv (graph, node);
}

/* ---- weights ---- */

/* Weights, their scales and the bias as constants: operands 1 to 3 of QConv and QMatMul. */
typedef struct
{
  FxId weights, scales, bias; /* bias FX_NONE: none */
} Operands;

static gboolean
has_bias (const FxWeightLayout *layout, const FxNodeQuant *quant)
{
  return layout->bias != FX_NONE || quant->bias_shift != NULL;
}

static FxId
add_bias (FxQuantBuilder *builder, const FxWeightLayout *layout, const FxNodeQuant *quant, const char *name)
{
  g_autofree char *full = g_strconcat (name, "_bias", NULL);

  return fx_graph_add_constant (builder->to, full,
                                fx_weight_bias_tensor (builder->from, layout, quant, fx_quant_of (builder, layout->x)));
}

/* [N, K] → [K, N] */
static void
transpose (gint8 *weights, gsize rows, gsize columns)
{
  g_autofree gint8 *copy = g_memdup2 (weights, rows * columns);

  for (gsize r = 0; r < rows; r++)
    for (gsize c = 0; c < columns; c++)
      weights[c * rows + r] = copy[r * columns + c];
}

static FxId
add_weights (FxQuantBuilder *builder, const FxNode *node, const FxWeightLayout *layout, const FxNodeQuant *quant)
{
  FxShape shape = fx_graph_value (builder->from, layout->weights)->shape;
  g_autofree gint8 *integers = fx_weight_integers (builder->from, layout, quant);
  g_autofree char *name = g_strconcat (node->name, "_weights", NULL);

  if (fx_node_is (node, "Gemm") && fx_node_int (node, "transB", 0) != 0)
    {
      transpose (integers, (gsize)shape.dims[0], (gsize)shape.dims[1]);
      shape = FX_SHAPE (shape.dims[1], shape.dims[0]);
    }
  return fx_quant_constant (builder, name, FX_DTYPE_INT8, &shape, integers);
}

static Operands
add_operands (FxQuantBuilder *builder, const FxNode *node, const FxWeightLayout *layout, const FxNodeQuant *quant)
{
  g_autofree char *scales = g_strconcat (node->name, "_weights_scale", NULL);
  FxShape shape = FX_SHAPE (layout->n_channels);
  Operands operands = { .weights = add_weights (builder, node, layout, quant) };

  operands.scales = fx_quant_constant (builder, scales, FX_DTYPE_FLOAT, &shape, quant->weight_scales);
  operands.bias = has_bias (layout, quant) ? add_bias (builder, layout, quant, node->name) : FX_NONE;
  return operands;
}

/* The scales of sums that leave as they are: of the channels, which MatMul has last. */
static void
add_sum_scales (FxQuantBuilder *builder, const FxQuantGroup *group, const FxWeightLayout *layout,
                const FxNodeQuant *quant)
{
  FxId output = fx_quant_output (builder, group);
  g_autofree char *name = g_strconcat (fx_graph_value (builder->from, output)->name, "_scale", NULL);
  g_autofree float *scales = g_new (float, layout->n_channels + 1);
  FxShape shape = FX_SHAPE (layout->n_channels);

  for (guint c = 0; c < layout->n_channels; c++)
    scales[c] = (float)((double)fx_quant_of (builder, layout->x)->scale * (double)quant->weight_scales[c]);
  builder->scales[output] = fx_quant_constant (builder, name, FX_DTYPE_FLOAT, &shape, scales);
  builder->axes[output] = 1;
  if (fx_node_is (fx_quant_node (builder, group), "MatMul"))
    builder->axes[output] = (guint8)(fx_graph_value (builder->from, output)->shape.rank - 1);
}

static FxNode *
emit_weighted (FxQuantBuilder *builder, const FxQuantGroup *group, const char *op_type, const char *operand)
{
  const FxNode *node = fx_quant_node (builder, group);
  const FxNodeQuant *quant = &builder->params->nodes[group->nodes[0]];
  FxWeightLayout layout;
  Operands operands;
  FxNode *added;

  g_return_val_if_fail (fx_weight_layout (builder->from, node, &layout), NULL);
  operands = add_operands (builder, node, &layout, quant);
  added = fx_quant_add (
      builder, group, FX_Q_DOMAIN, op_type,
      (FxId[]){ fx_quant_integer (builder, layout.x), operands.weights, operands.scales, operands.bias },
      operands.bias != FX_NONE ? 4 : 3);
  fx_quant_set_operand (added, operand, fx_quant_of (builder, layout.x));
  fx_quant_set_result (builder, added, group);
  if (fx_quant_of (builder, fx_quant_output (builder, group))->bits == 32)
    add_sum_scales (builder, group, &layout, quant);
  return added;
}

static gboolean
emit_conv (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  static const char *const names[]
      = { "auto_pad", "dilations", "group", "kernel_shape", "pads", "strides", "output_padding", "output_shape", NULL };
  const FxNode *node = fx_quant_node (builder, group);
  const char *op_type = fx_node_is (node, "Conv") ? "QConv" : "QConvTranspose";

  fx_quant_copy_attrs (emit_weighted (builder, group, op_type, "x"), node, names);
  return TRUE;
}

static gboolean
emit_gemm (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  emit_weighted (builder, group, "QMatMul", "a");
  return TRUE;
}

/* Both operands are activations, or the constant one is the first. */
static gboolean
emit_matmul (FxQuantBuilder *builder, const FxQuantGroup *group, GError **error)
{
  const FxNode *node = fx_quant_node (builder, group);
  FxWeightLayout layout;
  const FxValueQuant *b;
  g_autofree char *name = g_strconcat (node->name, "_b_scale", NULL);
  FxId inputs[3];
  FxNode *added;

  if (fx_weight_layout (builder->from, node, &layout))
    return emit_gemm (builder, group, error);
  b = fx_quant_of (builder, node->inputs[1]);
  inputs[0] = fx_quant_integer (builder, node->inputs[0]);
  inputs[1] = fx_quant_integer (builder, node->inputs[1]);
  inputs[2] = fx_quant_constant (builder, name, FX_DTYPE_FLOAT, &FX_SHAPE (1), &b->scale);
  added = fx_quant_add (builder, group, FX_Q_DOMAIN, "QMatMul", inputs, 3);
  fx_quant_set_operand (added, "a", fx_quant_of (builder, node->inputs[0]));
  fx_node_take_attr (added, fx_attr_int ("b_zero_point", b->zero_point));
  fx_quant_set_result (builder, added, group);
  return TRUE;
}

const FxQuantRule fx_quant_rules_product[] = {
  { "Conv", FX_RULE_CLAMPS | FX_RULE_SUMS, .n_data = 1, .refuse = refuse_conv, .emit = emit_conv },
  { "ConvTranspose", FX_RULE_CLAMPS | FX_RULE_SUMS, .n_data = 1, .refuse = refuse_conv, .emit = emit_conv },
  { "Gemm", FX_RULE_CLAMPS | FX_RULE_SUMS, .n_data = 1, .refuse = refuse_gemm, .emit = emit_gemm },
  { "MatMul", FX_RULE_CLAMPS | FX_RULE_SUMS, .step = fx_quant_step_of_product, .emit = emit_matmul },
  { NULL },
};
