/* Building the QDQ network: the float operators, with every value that the integer network has as integers going
 * through QuantizeLinear and DequantizeLinear, and with weights and biases as integers behind DequantizeLinear.
 * https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-activation.h"
#include "core/quant/fx-quant-builder.h"
#include "core/quant/fx-quant-opset.h"
#include "core/quant/fx-quant-weights.h"
#include "core/quant/fx-quantize.h"

#include <string.h>

#define OPSET_PER_CHANNEL 13 /* scales along an axis */
#define OPSET_INT16 21       /* QuantizeLinear to 16 bits */

typedef struct
{
  FxQuantBuilder builder; /* first: floats are what float nodes see, integers what QuantizeLinear gives */
  FxId *dequantized;      /* [values] what integer nodes see: the same, unless a float node computes the value */
} Qdq;

/* A value as integer nodes see it. */
static FxId
operand (Qdq *qdq, FxId id)
{
  FxQuantBuilder *builder = &qdq->builder;

  if (qdq->dequantized[id] == FX_NONE)
    qdq->dequantized[id] = fx_quant_border (builder, "DequantizeLinear", id, fx_quant_integer (builder, id),
                                            fx_quant_new_value (builder, id, "_dequantized", FX_DTYPE_FLOAT));
  return qdq->dequantized[id];
}

/* ---- weights ---- */

/* The axis along which the weights have their scales; −1: there is none. */
static int
weight_axis (const FxNode *node, const FxShape *shape)
{
  gint64 group = fx_node_int (node, "group", 1);

  if (fx_node_is (node, "ConvTranspose"))
    return group == 1 ? 1 : group == shape->dims[0] && shape->dims[1] == 1 ? 0 : -1;
  if (fx_node_is (node, "MatMul"))
    return shape->rank - 1;
  return fx_node_is (node, "Gemm") && fx_node_int (node, "transB", 0) == 0 ? 1 : 0;
}

static FxId
add_dequantize (Qdq *qdq, const char *name, FxId integers, FxId scales, const FxShape *shape, int axis)
{
  FxQuantBuilder *builder = &qdq->builder;
  g_autofree char *output_name = g_strconcat (name, "_dequantized", NULL);
  g_autofree char *node_name = g_strconcat (name, "_DequantizeLinear", NULL);
  FxId inputs[2] = { integers, scales }, output, node;

  output = fx_graph_add_value (builder->to, output_name, FX_DTYPE_FLOAT, shape);
  node = fx_graph_add_node (builder->to, node_name, "", "DequantizeLinear", builder->version, inputs, 2, &output, 1);
  fx_node_take_attr (fx_graph_node (builder->to, node), fx_attr_int ("axis", axis));
  return output;
}

/* Groups of a ConvTranspose: no axis has the scales, so the weights are floats of the same values. */
static FxId
add_float_weights (Qdq *qdq, const FxNodeQuant *quant, const FxWeightLayout *layout, const gint8 *integers,
                   const char *name)
{
  const FxShape *shape = &fx_graph_value (qdq->builder.from, layout->weights)->shape;
  g_autofree float *reals = g_new (float, layout->n + 1);

  for (gsize i = 0; i < layout->n; i++)
    reals[i] = (float)integers[i] * quant->weight_scales[fx_weight_channel (layout, i)];
  return fx_quant_constant (&qdq->builder, name, FX_DTYPE_FLOAT, shape, reals);
}

static FxId
add_weights (Qdq *qdq, const FxNode *node, const FxNodeQuant *quant, const FxWeightLayout *layout)
{
  FxQuantBuilder *builder = &qdq->builder;
  const FxShape *shape = &fx_graph_value (builder->from, layout->weights)->shape;
  g_autofree gint8 *integers = fx_weight_integers (builder->from, layout, quant);
  g_autofree char *name = g_strconcat (node->name, "_weights", NULL), *scale = g_strconcat (name, "_scale", NULL);
  int axis = weight_axis (node, shape);

  if (axis < 0)
    return add_float_weights (qdq, quant, layout, integers, name);
  return add_dequantize (
      qdq, name, fx_quant_constant (builder, name, FX_DTYPE_INT8, shape, integers),
      fx_quant_constant (builder, scale, FX_DTYPE_FLOAT, &FX_SHAPE (layout->n_channels), quant->weight_scales), shape,
      axis);
}

/* 16-bit activations have a bias of 64 bits, which is a float here. */
static FxId
add_bias (Qdq *qdq, const FxNode *node, const FxNodeQuant *quant, const FxWeightLayout *layout)
{
  FxQuantBuilder *builder = &qdq->builder;
  FxShape shape = FX_SHAPE (layout->n_channels);
  const FxValueQuant *x = fx_quant_of (builder, layout->x);
  g_autofree gint32 *steps = g_new (gint32, layout->n_channels + 1);
  g_autofree float *scales = g_new (float, layout->n_channels + 1), *reals = g_new (float, layout->n_channels + 1);
  g_autofree char *name = g_strconcat (node->name, "_bias", NULL), *scale = g_strconcat (name, "_scale", NULL);

  for (guint c = 0; c < layout->n_channels; c++)
    {
      double q = fx_weight_bias_steps (builder->from, layout, quant, (double)x->scale, c);
      double step = (double)x->scale * (double)quant->weight_scales[c];

      steps[c] = (gint32)CLAMP (q, G_MININT32, G_MAXINT32);
      scales[c] = (float)step;
      reals[c] = (float)(q * step);
    }
  if (x->bits == 16)
    return fx_quant_constant (builder, name, FX_DTYPE_FLOAT, &shape, reals);
  return add_dequantize (qdq, name, fx_quant_constant (builder, name, FX_DTYPE_INT32, &shape, steps),
                         fx_quant_constant (builder, scale, FX_DTYPE_FLOAT, &shape, scales), &shape, 0);
}

/* ---- nodes ---- */

/* The results of an integer node come out rounded, unless they are sums. */
static void
round_results (Qdq *qdq, const FxNode *node, const FxId *raw)
{
  FxQuantBuilder *builder = &qdq->builder;

  for (guint i = 0; i < node->n_outputs; i++)
    {
      FxId id = node->outputs[i];
      const FxValueQuant *quant = id != FX_NONE ? fx_quant_of (builder, id) : NULL;

      if (quant != NULL && quant->integer && quant->bits != 32)
        {
          builder->integers[id]
              = fx_quant_border (builder, "QuantizeLinear", id, raw[i],
                                 fx_quant_new_value (builder, id, "_quantized", fx_quant_dtype (quant)));
          qdq->dequantized[id] = fx_quant_float (builder, id);
        }
    }
}

static FxId
new_result (Qdq *qdq, FxId id, gboolean integer)
{
  FxQuantBuilder *builder = &qdq->builder;
  const FxValueQuant *quant = id != FX_NONE ? fx_quant_of (builder, id) : NULL;

  if (quant != NULL && integer && quant->integer && quant->bits != 32)
    return fx_quant_new_value (builder, id, "_unquantized", fx_graph_value (builder->from, id)->dtype);
  return fx_quant_float (builder, id);
}

/* Weights and bias of an integer node in the place of its operands 1 and 2; *n grows if it had no bias. */
static void
replace_weights (Qdq *qdq, const FxNode *node, const FxNodeQuant *quant, FxId *inputs, guint *n)
{
  FxWeightLayout layout;

  if (quant->weight_scales == NULL || !fx_weight_layout (qdq->builder.from, node, &layout))
    return;
  inputs[1] = add_weights (qdq, node, quant, &layout);
  if (layout.bias == FX_NONE && quant->bias_shift == NULL)
    return;
  inputs[2] = add_bias (qdq, node, quant, &layout);
  *n = 3;
}

static void
add_node (Qdq *qdq, const FxQuantPlan *plan, FxId id)
{
  FxQuantBuilder *builder = &qdq->builder;
  const FxNode *node = fx_graph_node (builder->from, id);
  const FxQuantGroup *group = plan->of[id];
  guint n = node->n_inputs, n_data = group != NULL ? fx_quant_n_data (fx_quant_rule_find (node), node) : 0;
  g_autofree FxId *inputs = g_new (FxId, n + 2), *outputs = g_new (FxId, node->n_outputs + 1);
  const FxNodeQuant *quant = &builder->params->nodes[id];
  FxNode *added;

  for (guint i = 0; i < n; i++)
    {
      FxId input = node->inputs[i];
      gboolean quantized = i < n_data && input != FX_NONE && fx_quant_of (builder, input)->integer
                           && (group->root == FX_NONE || input == group->root);

      inputs[i] = quantized                                ? operand (qdq, input)
                  : i == 1 && quant->weight_scales != NULL ? FX_NONE
                                                           : fx_quant_float (builder, input);
    }
  replace_weights (qdq, node, quant, inputs, &n);
  for (guint i = 0; i < node->n_outputs; i++)
    outputs[i] = new_result (qdq, node->outputs[i], group != NULL);
  added = fx_quant_add_float (builder, node, inputs, outputs);
  if (n != node->n_inputs || quant->weight_scales != NULL)
    fx_node_set_inputs (added, inputs, n);
  if (quant->weight_scales != NULL && fx_node_is (node, "Gemm"))
    {
      fx_node_remove_attr (added, "alpha");
      fx_node_remove_attr (added, "beta");
    }
  if (group != NULL)
    round_results (qdq, node, outputs);
}

static guint
opset_of (const FxQuantParams *params)
{
  for (guint i = 0; i < params->n_values; i++)
    if (params->values[i].integer && params->values[i].bits == 16)
      return OPSET_INT16;
  return OPSET_PER_CHANNEL;
}

FxGraph *
fx_quantize_qdq (const FxGraph *graph, const FxQuantParams *params, GError **error)
{
  g_autoptr (FxQuantPlan) plan = NULL;
  Qdq qdq = { 0 };
  FxGraph *result = NULL;

  g_return_val_if_fail (params->n_values == fx_graph_n_values (graph) && params->n_nodes == fx_graph_n_nodes (graph),
                        NULL);
  fx_quant_builder_init (&qdq.builder, graph, params);
  qdq.builder.version = opset_of (params);
  fx_graph_set_opset (qdq.builder.to, "", qdq.builder.version);
  fx_graph_set_metadata (qdq.builder.to, "ir_version", qdq.builder.version == OPSET_INT16 ? "10" : "7");
  qdq.dequantized = g_new (FxId, params->n_values + 1);
  memset (qdq.dequantized, 0xff, (params->n_values + 1) * sizeof (FxId)); /* FX_NONE */
  plan = fx_quant_plan_of (graph, params);
  fx_quant_add_inputs (&qdq.builder);
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    if (!fx_graph_node (graph, i)->removed)
      add_node (&qdq, plan, i);
  fx_quant_raise_opset (qdq.builder.to, qdq.builder.version);
  result = fx_quant_finish (&qdq.builder, error);
  g_free (qdq.dequantized);
  fx_quant_builder_clear (&qdq.builder);
  return result;
}
