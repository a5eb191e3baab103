/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-activation.h"

#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"

#include <float.h>
#include <string.h>

gint64
fx_node_int (const FxNode *node, const char *name, gint64 value)
{
  const FxAttr *attr = fx_node_attr (node, name);

  return attr != NULL && attr->kind == FX_ATTR_INT ? attr->i : value;
}

float
fx_node_float (const FxNode *node, const char *name, float value)
{
  const FxAttr *attr = fx_node_attr (node, name);

  return attr != NULL && attr->kind == FX_ATTR_FLOAT ? attr->f : value;
}

gboolean
fx_node_is (const FxNode *node, const char *op_type)
{
  return node->op != NULL && node->op->domain == NULL && strcmp (node->op->name, op_type) == 0;
}

/* Reads input i, which must be omitted or a constant of one element. */
static gboolean
scalar_input (const FxGraph *graph, const FxNode *node, guint i, float *value)
{
  const FxTensor *constant;

  if (i >= node->n_inputs || node->inputs[i] == FX_NONE)
    return TRUE;
  constant = fx_graph_value (graph, node->inputs[i])->constant;
  if (constant == NULL || fx_tensor_elements (constant) != 1)
    return FALSE;
  *value = (float)fx_tensor_get_double (constant, 0);
  return TRUE;
}

static FxActivation
clip_of_node (const FxGraph *graph, const FxNode *node)
{
  FxActivation result
      = { FX_ACTIVATION_CLIP, fx_node_float (node, "min", -FLT_MAX), fx_node_float (node, "max", FLT_MAX) };

  if (!scalar_input (graph, node, 1, &result.alpha) || !scalar_input (graph, node, 2, &result.beta)
      || !(result.alpha <= result.beta))
    result.kind = FX_ACTIVATION_NONE;
  return result;
}

FxActivation
fx_activation_of_node (const FxGraph *graph, const FxNode *node)
{
  static const struct
  {
    const char *op_type;
    FxActivationKind kind;
    float alpha; /* default of the attribute "alpha" where the operator has one */
  } table[] = {
    { "Relu", FX_ACTIVATION_RELU, 0.0f }, { "LeakyRelu", FX_ACTIVATION_RELU, 0.01f },
    { "Elu", FX_ACTIVATION_ELU, 1.0f },   { "Sigmoid", FX_ACTIVATION_SIGMOID, 0.0f },
    { "Tanh", FX_ACTIVATION_TANH, 0.0f }, { "HardSwish", FX_ACTIVATION_HARDSWISH, 0.0f },
    { "Abs", FX_ACTIVATION_ABS, 0.0f },   { "Sqrt", FX_ACTIVATION_SQRT, 0.0f },
    { "Exp", FX_ACTIVATION_EXP, 0.0f },   { "Softplus", FX_ACTIVATION_SOFTPLUS, 0.0f },
  };

  if (fx_node_is (node, "Clip"))
    return clip_of_node (graph, node);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (fx_node_is (node, table[i].op_type))
      return (FxActivation){ table[i].kind, fx_node_float (node, "alpha", table[i].alpha), 0.0f };
  return (FxActivation){ FX_ACTIVATION_NONE };
}
