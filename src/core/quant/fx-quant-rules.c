/* The rows of all families, and what several of them use.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-quant-rule.h"

#include <string.h>

static const FxQuantRule *const families[] = { fx_quant_rules_product, fx_quant_rules_arithmetic,
                                               fx_quant_rules_function, fx_quant_rules_move, fx_quant_rules_reduce };

const FxQuantRule *
fx_quant_rule_find (const FxNode *node)
{
  if (node->op == NULL || *node->domain != '\0')
    return NULL;
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    for (const FxQuantRule *rule = families[f]; rule->op_type != NULL; rule++)
      if (strcmp (rule->op_type, node->op_type) == 0 && (rule->applies == NULL || rule->applies (node)))
        return rule;
  return NULL;
}

double
fx_quant_step_of_operand (G_GNUC_UNUSED const FxGraph *graph, G_GNUC_UNUSED const FxNode *node, const double *scales)
{
  return scales[0];
}

double
fx_quant_step_of_product (G_GNUC_UNUSED const FxGraph *graph, G_GNUC_UNUSED const FxNode *node, const double *scales)
{
  return scales[0] * scales[1];
}
