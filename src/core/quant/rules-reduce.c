/* Operators that make one element of many: pools, means, interpolation, Softmax.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-activation.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"
#include "core/ops/fx-q.h"
#include "core/quant/fx-quant-builder.h"

#include <math.h>
#include <string.h>

/* One quantized operand; the others are handed on as they are. */
static FxNode *
emit_one (FxQuantBuilder *builder, const FxQuantGroup *group, const char *op_type)
{
  const FxNode *node = fx_quant_node (builder, group);
  g_autofree FxId *inputs = g_new (FxId, node->n_inputs);
  FxNode *added;

  inputs[0] = fx_quant_integer (builder, node->inputs[0]);
  for (guint i = 1; i < node->n_inputs; i++)
    inputs[i] = fx_quant_float (builder, node->inputs[i]);
  added = fx_quant_add (builder, group, FX_Q_DOMAIN, op_type, inputs, node->n_inputs);
  fx_quant_set_operand (added, "x", fx_quant_of (builder, node->inputs[0]));
  fx_quant_set_result (builder, added, group);
  return added;
}

/* ---- pools ---- */

/* TRUE if every window counts all its elements. */
static gboolean
counts_all (const FxNode *node)
{
  const FxAttr *pads = fx_node_attr (node, "pads"), *automatic = fx_node_attr (node, "auto_pad");
  gboolean padded = automatic != NULL && automatic->kind == FX_ATTR_STRING && g_str_has_prefix (automatic->s, "SAME");

  for (guint i = 0; pads != NULL && pads->kind == FX_ATTR_INTS && i < pads->n; i++)
    padded = padded || pads->ints[i] != 0;
  return fx_node_int (node, "ceil_mode", 0) == 0 && (!padded || fx_node_int (node, "count_include_pad", 0) != 0);
}

/* Windows at the border that count fewer elements have other factors. The largest power of two that a count of theirs
 * can have in it makes one step of all of them. */
static double
step_of_pool (G_GNUC_UNUSED const FxGraph *graph, const FxNode *node, const double *scales)
{
  const FxAttr *kernel = fx_node_attr (node, "kernel_shape");
  gboolean all = counts_all (node);
  double count = 1.0;

  for (guint i = 0; kernel != NULL && kernel->kind == FX_ATTR_INTS && i < kernel->n; i++)
    count *= all ? (double)kernel->ints[i] : exp2 (floor (log2 ((double)kernel->ints[i])));
  return scales[0] / count;
}

static gboolean
emit_average_pool (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  static const char *const names[]
      = { "auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides", NULL };

  fx_quant_copy_attrs (emit_one (builder, group, "QAveragePool"), fx_quant_node (builder, group), names);
  return TRUE;
}

static gboolean
emit_global_average_pool (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  const FxShape *x = &fx_graph_value (builder->from, fx_quant_node (builder, group)->inputs[0])->shape;

  fx_node_take_attr (emit_one (builder, group, "QAveragePool"),
                     fx_attr_ints ("kernel_shape", &x->dims[2], (guint)x->rank - 2));
  return TRUE;
}

static const char *
refuse_global (const FxGraph *graph, const FxNode *node)
{
  const FxShape *x = &fx_graph_value (graph, node->inputs[0])->shape;

  return x->rank >= 3 && fx_shape_is_static (x) ? NULL : _ ("the size of its operand is not known");
}

/* ---- means and sums over axes ---- */

static double
step_of_mean (const FxGraph *graph, const FxNode *node, const double *scales)
{
  double n = (double)fx_shape_elements (&fx_graph_value (graph, node->inputs[0])->shape);

  return scales[0] * (double)fx_shape_elements (&fx_graph_value (graph, node->outputs[0])->shape) / n;
}

static const char *
refuse_reduce (G_GNUC_UNUSED const FxGraph *graph, const FxNode *node)
{
  g_autofree char *name = g_strconcat ("Q", node->op_type, NULL);

  if (fx_op_find (FX_Q_DOMAIN, name) == NULL)
    return _ ("there is no integer form of this operator");
  return node->n_inputs == 1 ? NULL : _ ("its axes are an operand");
}

static gboolean
emit_reduce (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  static const char *const names[] = { "axes", "axis", "keepdims", NULL };
  const FxNode *node = fx_quant_node (builder, group);
  g_autofree char *name = g_strconcat ("Q", node->op_type, NULL);

  fx_quant_copy_attrs (emit_one (builder, group, name), node, names);
  return TRUE;
}

/* ---- Resize ---- */

static const char *
refuse_resize (G_GNUC_UNUSED const FxGraph *graph, const FxNode *node)
{
  const FxAttr *mode = fx_node_attr (node, "mode");

  if (mode == NULL || mode->kind != FX_ATTR_STRING || strcmp (mode->s, "linear") != 0)
    return _ ("it does not interpolate linearly");
  return fx_op_find (FX_Q_DOMAIN, "QResize") != NULL ? NULL : _ ("there is no integer form of interpolation");
}

static gboolean
emit_resize (FxQuantBuilder *builder, const FxQuantGroup *group, G_GNUC_UNUSED GError **error)
{
  const FxNode *node = fx_quant_node (builder, group);
  FxNode *added = emit_one (builder, group, "QResize");

  for (guint i = 0; i < node->n_attrs; i++)
    fx_node_take_attr (added, fx_attr_copy (&node->attrs[i]));
  return TRUE;
}

const FxQuantRule fx_quant_rules_reduce[] = {
  { "AveragePool", FX_RULE_INSIDE, .n_data = 1, .step = step_of_pool, .emit = emit_average_pool },
  { "GlobalAveragePool", FX_RULE_INSIDE, .n_data = 1, .refuse = refuse_global, .step = step_of_mean,
    .emit = emit_global_average_pool },
  { "ReduceMean", FX_RULE_INSIDE, .n_data = 1, .refuse = refuse_reduce, .step = step_of_mean, .emit = emit_reduce },
  { "ReduceSum", 0, .n_data = 1, .refuse = refuse_reduce, .step = fx_quant_step_of_operand, .emit = emit_reduce },
  { "Resize", 0, .n_data = 1, .refuse = refuse_resize, .emit = emit_resize },
  { "Softmax", 0, .n_data = 1, .low = 0.0, .high = 1.0, .refuse = refuse_reduce, .emit = emit_reduce },
  { NULL },
};
