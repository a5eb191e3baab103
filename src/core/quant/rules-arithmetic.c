/* Operators of several tensors, element by element, and Concat.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-activation.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-q.h"
#include "core/quant/fx-quant-builder.h"

static FxNode *
emit_binary (FxQuantBuilder *builder, const FxQuantGroup *group, const char *op_type)
{
  const FxNode *node = fx_quant_node (builder, group);
  FxId inputs[2] = { fx_quant_integer (builder, node->inputs[0]), fx_quant_integer (builder, node->inputs[1]) };
  FxNode *added = fx_quant_add (builder, group, FX_Q_DOMAIN, op_type, inputs, 2);

  fx_quant_set_operand (added, "a", fx_quant_of (builder, node->inputs[0]));
  fx_quant_set_operand (added, "b", fx_quant_of (builder, node->inputs[1]));
  fx_quant_set_result (builder, added, group);
  return added;
}

static gboolean
emit_add (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  FxNode *added = emit_binary (builder, group, "QAdd");

  if (fx_node_is (fx_quant_node (builder, group), "Sub"))
    fx_node_take_attr (added, fx_attr_int ("negate_b", 1));
  return TRUE;
}

static gboolean
emit_mul (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  emit_binary (builder, group, "QMul");
  return TRUE;
}

static gboolean
emit_div (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  emit_binary (builder, group, "QDiv");
  return TRUE;
}

static const char *
refuse_sum (G_GNUC_UNUSED const FxGraph *graph, const FxNode *node)
{
  return node->n_inputs == 2 ? NULL : _ ("it has another number of operands than two");
}

/* A standard operator on operands that all have the numbers of the result. */
static gboolean
emit_joined (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  const FxNode *node = fx_quant_node (builder, group);
  const FxValueQuant *y = fx_quant_of (builder, fx_quant_output (builder, group));
  g_autofree FxId *inputs = g_new (FxId, node->n_inputs);
  FxNode *added;

  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = fx_quant_integer_as (builder, node->inputs[i], y);
  added = fx_quant_add (builder, group, "", node->op_type, inputs, node->n_inputs);
  fx_quant_copy_attrs (added, node, (const char *const[]){ "axis", NULL });
  return TRUE;
}

const FxQuantRule fx_quant_rules_arithmetic[] = {
  { "Add", FX_RULE_CLAMPS | FX_RULE_TABLE | FX_RULE_ADDS, .emit = emit_add },
  { "Sub", FX_RULE_CLAMPS | FX_RULE_TABLE | FX_RULE_ADDS, .emit = emit_add },
  { "Sum", FX_RULE_CLAMPS | FX_RULE_TABLE | FX_RULE_ADDS, .refuse = refuse_sum, .emit = emit_add },
  { "Mul", FX_RULE_CLAMPS | FX_RULE_TABLE, .step = fx_quant_step_of_product, .emit = emit_mul },
  { "Div", FX_RULE_CLAMPS | FX_RULE_TABLE, .emit = emit_div },
  { "Max", FX_RULE_JOINS | FX_RULE_TABLE, .emit = emit_joined },
  { "Min", FX_RULE_JOINS | FX_RULE_TABLE, .emit = emit_joined },
  { "Concat", FX_RULE_JOINS, .emit = emit_joined },
  { NULL },
};
