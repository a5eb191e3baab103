/* Functions of one value: tables, whatever the function, evaluated with its float kernels.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-activation.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"
#include "core/ops/fx-q.h"
#include "core/ops/q-table.h"
#include "core/quant/fx-quant-builder.h"

/* ---- the values of a function ---- */

/* The real values that the entries of a table stand for. */
static FxTensor *
table_arguments (const FxValueQuant *x, GError **error)
{
  gint64 n = x->bits == 8 ? FX_Q_TABLE_ENTRIES : FX_Q_TABLE_POINTS, step = x->bits == 8 ? 1 : 1 << FX_Q_TABLE_PIECE;
  gint32 low = fx_value_quant_low (x);
  void *data;
  FxTensor *arguments = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &FX_SHAPE (n), &data, error);

  for (gint64 i = 0; arguments != NULL && i < n; i++)
    ((float *)data)[i] = (float)((double)x->scale * (double)(low + i * step - x->zero_point));
  return arguments;
}

/* Evaluates the nodes one after the other; `known` maps values of the graph to FxTensor. */
static gboolean
evaluate_node (const FxGraph *graph, const FxNode *node, GHashTable *known, GError **error)
{
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, node->n_inputs + 1);
  FxTensor *output = NULL;

  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE)
      {
        FxTensor *constant = fx_graph_value (graph, node->inputs[i])->constant;
        gpointer id = GUINT_TO_POINTER (node->inputs[i]);

        /* one element, of whatever rank */
        if (constant != NULL && !g_hash_table_contains (known, id))
          g_hash_table_insert (known, id, fx_tensor_reshaped (constant, &FX_SHAPE_SCALAR));
        inputs[i] = g_hash_table_lookup (known, id);
      }
  if (!fx_op_fold (node->op, node, inputs, node->n_inputs, &output, 1, G_MAXINT32, error))
    return fx_error_prefix (error, "node \"%s\"", node->name);
  g_hash_table_insert (known, GUINT_TO_POINTER (node->outputs[0]), output);
  return TRUE;
}

/* The function of the group at `arguments`; takes them over. */
static FxTensor *
evaluate (const FxGraph *graph, const FxQuantGroup *group, FxTensor *arguments, GError **error)
{
  g_autoptr (GHashTable) known
      = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, (GDestroyNotify)fx_tensor_unref);

  g_hash_table_insert (known, GUINT_TO_POINTER (group->root), arguments);
  for (guint i = 0; i < group->n_nodes; i++)
    if (!evaluate_node (graph, fx_graph_node (graph, group->nodes[i]), known, error))
      return NULL;
  return fx_tensor_ref (g_hash_table_lookup (known, GUINT_TO_POINTER (fx_quant_group_output (graph, group))));
}

gboolean
fx_quant_emit_table (FxQuantBuilder *builder, const FxQuantGroup *group, GError **error)
{
  const FxValueQuant *x = fx_quant_of (builder, group->root);
  const FxValueQuant *y = fx_quant_of (builder, fx_quant_output (builder, group));
  g_autofree char *name = g_strconcat (fx_quant_node (builder, group)->name, "_table", NULL);
  g_autoptr (FxTensor) reals = NULL;
  FxTensor *arguments = table_arguments (x, error), *table;
  FxId inputs[2];
  FxNode *added;

  reals = arguments != NULL ? evaluate (builder->from, group, arguments, error) : NULL;
  if (reals == NULL)
    return FALSE;
  table = fx_quant_tensor (reals, y, error);
  if (table == NULL)
    return FALSE;
  inputs[0] = fx_quant_integer (builder, group->root);
  inputs[1] = fx_graph_add_constant (builder->to, name, table);
  added = fx_quant_add (builder, group, FX_Q_DOMAIN, "QTable", inputs, 2);
  fx_quant_set_operand (added, "x", x);
  fx_quant_set_operand (added, "y", y);
  return TRUE;
}

/* ---- PRelu with a slope for each channel ---- */

static const char *
refuse_prelu (const FxGraph *graph, const FxNode *node)
{
  if (fx_op_find (FX_Q_DOMAIN, "QPRelu") == NULL)
    return _ ("its slopes differ between channels");
  return fx_graph_value (graph, node->inputs[1])->constant != NULL ? NULL : _ ("its slopes are not constant");
}

static gboolean
emit_prelu (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  const FxNode *node = fx_quant_node (builder, group);
  FxId inputs[2] = { fx_quant_integer (builder, node->inputs[0]), fx_quant_float (builder, node->inputs[1]) };
  FxNode *added = fx_quant_add (builder, group, FX_Q_DOMAIN, "QPRelu", inputs, 2);

  fx_quant_set_operand (added, "x", fx_quant_of (builder, node->inputs[0]));
  fx_quant_set_result (builder, added, group);
  return TRUE;
}

#define FUNCTION(name)                                                                                                 \
  {                                                                                                                    \
    .op_type = name, .flags = FX_RULE_TABLE                                                                            \
  }
#define BOUNDED(name, least, most)                                                                                     \
  {                                                                                                                    \
    .op_type = name, .flags = FX_RULE_TABLE, .low = least, .high = most                                                \
  }

const FxQuantRule fx_quant_rules_function[] = {
  FUNCTION ("Abs"),
  FUNCTION ("Ceil"),
  FUNCTION ("Celu"),
  FUNCTION ("Clip"),
  BOUNDED ("Cos", -1.0, 1.0),
  FUNCTION ("Elu"),
  BOUNDED ("Erf", -1.0, 1.0),
  FUNCTION ("Exp"),
  FUNCTION ("Floor"),
  FUNCTION ("Gelu"),
  BOUNDED ("HardSigmoid", 0.0, 1.0),
  FUNCTION ("HardSwish"),
  FUNCTION ("LeakyRelu"),
  FUNCTION ("Log"),
  FUNCTION ("Mish"),
  FUNCTION ("Neg"),
  FUNCTION ("Pow"),
  { "PRelu", FX_RULE_TABLE, .n_data = 1, .refuse = refuse_prelu, .step = fx_quant_step_of_operand, .emit = emit_prelu },
  FUNCTION ("Reciprocal"),
  FUNCTION ("Relu"),
  FUNCTION ("Round"),
  FUNCTION ("ScaledTanh"),
  FUNCTION ("Selu"),
  FUNCTION ("Shrink"),
  BOUNDED ("Sigmoid", 0.0, 1.0),
  FUNCTION ("Sign"),
  BOUNDED ("Sin", -1.0, 1.0),
  FUNCTION ("Softplus"),
  BOUNDED ("Softsign", -1.0, 1.0),
  FUNCTION ("Sqrt"),
  BOUNDED ("Tanh", -1.0, 1.0),
  FUNCTION ("ThresholdedRelu"),
  { NULL },
};
