/* SPDX-License-Identifier: Apache-2.0 */
#include "core/passes/fx-adapt.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-infer.h"
#include "core/ops/fx-op.h"
#include "core/passes/fx-adapt-rows.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MAX_IR_VERSION 7

gboolean
fx_adapt_refuse (const FxAdapt *adapt, const char *fix, const char *format, ...)
{
  g_autofree char *reason = NULL;
  FxDiagnostic *diagnostic;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (fx_translate (format), args);
  va_end (args);
  diagnostic = fx_diagnostics_add (adapt->diagnostics, FX_SEVERITY_ERROR, "opset", adapt->node->name, NULL,
                                   "%s of opset %u cannot be expressed in opset %d: %s", adapt->node->op_type,
                                   adapt->node->version, FX_ADAPT_OPSET, reason);
  if (diagnostic != NULL)
    {
      diagnostic->found = g_strdup_printf (_ ("%s of opset %u"), adapt->node->op_type, adapt->node->version);
      diagnostic->allowed = g_strdup_printf (_ ("opset %d"), FX_ADAPT_OPSET);
      diagnostic->fix = g_strdup (fx_translate (fix));
    }
  return FALSE;
}

FxId
fx_adapt_input (const FxAdapt *adapt, guint i)
{
  return i < adapt->node->n_inputs ? adapt->node->inputs[i] : FX_NONE;
}

FxShape
fx_adapt_shape (const FxAdapt *adapt, guint i)
{
  FxId id = fx_adapt_input (adapt, i);

  return id != FX_NONE ? fx_graph_value (adapt->graph, id)->shape : FX_SHAPE_UNKNOWN;
}

FxDType
fx_adapt_dtype (const FxAdapt *adapt, guint i)
{
  FxId id = fx_adapt_input (adapt, i);

  return id != FX_NONE ? fx_graph_value (adapt->graph, id)->dtype : FX_DTYPE_UNDEFINED;
}

FxTensor *
fx_adapt_constant (const FxAdapt *adapt, guint i)
{
  FxId id = fx_adapt_input (adapt, i);

  if (id == FX_NONE)
    return NULL;
  /* exporters write axes and the like as Constant nodes, or compute them from shapes */
  if (fx_graph_value (adapt->graph, id)->constant == NULL && id < adapt->known->n)
    return adapt->known->tensors[id];
  return fx_graph_value (adapt->graph, id)->constant;
}

gboolean
fx_adapt_used (const FxAdapt *adapt, guint output)
{
  return output < adapt->node->n_outputs && adapt->node->outputs[output] != FX_NONE;
}

gint64
fx_adapt_int (const FxAdapt *adapt, const char *attr, gint64 otherwise)
{
  const FxAttr *found = fx_node_attr (adapt->node, attr);

  return found != NULL && found->kind == FX_ATTR_INT ? found->i : otherwise;
}

double
fx_adapt_float (const FxAdapt *adapt, const char *attr, double otherwise)
{
  const FxAttr *found = fx_node_attr (adapt->node, attr);

  return found != NULL && found->kind == FX_ATTR_FLOAT ? (double)found->f : otherwise;
}

const char *
fx_adapt_string (const FxAdapt *adapt, const char *attr, const char *otherwise)
{
  const FxAttr *found = fx_node_attr (adapt->node, attr);

  return found != NULL && found->kind == FX_ATTR_STRING ? found->s : otherwise;
}

gint64 *
fx_adapt_ints (const FxAdapt *adapt, guint i, const char *what, guint *n)
{
  const FxTensor *constant = fx_adapt_constant (adapt, i);
  gint64 *values = constant != NULL ? fx_tensor_dup_int64s (constant, FX_MAX_LIST, n) : NULL;

  if (values == NULL)
    fx_adapt_refuse (adapt, N_ ("Export the model with constant operands"), "%s is not a constant list of integers",
                     what);
  return values;
}

gboolean
fx_adapt_all (const FxAdapt *adapt, const char *attr, gint64 value)
{
  const FxAttr *found = fx_node_attr (adapt->node, attr);

  for (guint i = 0; found != NULL && found->kind == FX_ATTR_INTS && i < found->n; i++)
    if (found->ints[i] != value)
      return FALSE;
  return TRUE;
}

static FxId
add_constant (const FxAdapt *adapt, const char *suffix, FxTensor *tensor)
{
  g_autofree char *name = g_strdup_printf ("%s_%s", adapt->node->name, suffix);

  return fx_graph_add_constant (adapt->graph, name, tensor);
}

FxId
fx_adapt_new_ints (const FxAdapt *adapt, const char *suffix, const gint64 *values, guint n)
{
  return add_constant (adapt, suffix, fx_tensor_new_int64s (values, n));
}

/* A constant of that shape, every element `value`. The shapes here are small: memory for them is not refused. */
static FxId
new_filled (const FxAdapt *adapt, const char *suffix, FxDType dtype, const FxShape *shape, double value)
{
  FxDType known = dtype != FX_DTYPE_UNDEFINED && fx_dtype_size (dtype) > 0 ? dtype : FX_DTYPE_FLOAT;
  void *data = NULL;
  FxTensor *tensor = fx_tensor_new_alloc (known, shape, &data, NULL);
  FxArray array;

  if (tensor == NULL)
    g_error ("out of memory");
  array = (FxArray){ known, *shape, data };
  for (gsize i = 0; i < fx_array_elements (&array); i++)
    fx_array_set (&array, i, value);
  return add_constant (adapt, suffix, tensor);
}

FxId
fx_adapt_new_scalar (const FxAdapt *adapt, const char *suffix, FxDType dtype, double value)
{
  return new_filled (adapt, suffix, dtype, &FX_SHAPE_SCALAR, value);
}

FxId
fx_adapt_new_floats (const FxAdapt *adapt, const char *suffix, FxDType dtype, double value, guint n)
{
  return new_filled (adapt, suffix, dtype, &FX_SHAPE (n), value);
}

void
fx_adapt_set_input (const FxAdapt *adapt, guint i, FxId value)
{
  guint n = MAX (adapt->node->n_inputs, i + 1);
  g_autofree FxId *inputs = g_new (FxId, n);

  for (guint k = 0; k < n; k++)
    inputs[k] = k == i ? value : fx_adapt_input (adapt, k);
  fx_node_set_inputs (adapt->node, inputs, n);
}

void
fx_adapt_cut_inputs (const FxAdapt *adapt, guint n)
{
  g_autofree FxId *inputs = g_memdup2 (adapt->node->inputs, adapt->node->n_inputs * sizeof *inputs);

  fx_node_set_inputs (adapt->node, inputs, MIN (n, adapt->node->n_inputs));
}

void
fx_adapt_cut_outputs (const FxAdapt *adapt, guint n)
{
  adapt->node->n_outputs = MIN (n, adapt->node->n_outputs);
}

static FxNode *
emit (const FxAdapt *adapt, const char *op, guint n_inputs, va_list args)
{
  g_autofree char *name = g_strdup_printf ("%s_%s", adapt->node->name, op);
  g_autofree FxId *inputs = g_new (FxId, n_inputs + 1);
  const char *const *origins;
  FxId output, id;
  FxNode *node;
  guint n;

  for (guint i = 0; i < n_inputs; i++)
    inputs[i] = va_arg (args, FxId);
  output = fx_graph_add_value (adapt->graph, name, FX_DTYPE_UNDEFINED, &FX_SHAPE_UNKNOWN);
  id = fx_graph_add_node (adapt->graph, name, "", op, FX_ADAPT_OPSET, inputs, n_inputs, &output, 1);
  node = fx_graph_node (adapt->graph, id);
  origins = fx_node_origins (adapt->node, &n);
  node->origins = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    node->origins[i] = g_strdup (origins[i]);
  return node;
}

FxNode *
fx_adapt_emit (const FxAdapt *adapt, const char *op, guint n_inputs, ...)
{
  va_list args;
  FxNode *node;

  va_start (args, n_inputs);
  node = emit (adapt, op, n_inputs, args);
  va_end (args);
  return node;
}

FxId
fx_adapt_apply (const FxAdapt *adapt, const char *op, guint n_inputs, ...)
{
  va_list args;
  FxNode *node;

  va_start (args, n_inputs);
  node = emit (adapt, op, n_inputs, args);
  va_end (args);
  return node->outputs[0];
}

void
fx_adapt_rename (const FxAdapt *adapt, const char *op)
{
  FxNode *node = adapt->node;

  g_free (node->op_type);
  node->op_type = g_strdup (op);
  node->op = fx_op_find (node->domain, op);
}

void
fx_adapt_become (const FxAdapt *adapt, const char *op, guint n_inputs, ...)
{
  g_autofree FxId *inputs = g_new (FxId, n_inputs + 1);
  va_list args;

  va_start (args, n_inputs);
  for (guint i = 0; i < n_inputs; i++)
    inputs[i] = va_arg (args, FxId);
  va_end (args);
  while (adapt->node->n_attrs > 0)
    fx_node_remove_attr (adapt->node, adapt->node->attrs[0].name);
  fx_node_set_inputs (adapt->node, inputs, n_inputs);
  fx_adapt_rename (adapt, op);
  adapt->node->version = FX_ADAPT_OPSET;
}

/* Applies the rows of this operator for one step; a function may turn the node into another operator. */
static gboolean
take_step (FxAdapt *adapt, const FxAdaptRow *rows, guint step)
{
  for (const FxAdaptRow *row = rows; row->op != NULL; row++)
    if (row->step == step && strcmp (row->op, adapt->node->op_type) == 0)
      return row->func (adapt);
  return TRUE;
}

static gboolean
has_row (const FxAdaptRow *rows, const char *op)
{
  while (rows->op != NULL && strcmp (rows->op, op) != 0)
    rows++;
  return rows->op != NULL;
}

/* Operators that do not exist at opset 11 and whose rows do not replace them. */
static gboolean
check_exists (const FxAdapt *adapt)
{
  const FxOp *op = adapt->node->op;

  if (op == NULL)
    return fx_adapt_refuse (adapt, NULL, "the operator is not known");
  if (op->since > FX_ADAPT_OPSET && !has_row (fx_adapt_expand, adapt->node->op_type))
    return fx_adapt_refuse (adapt, N_ ("Replace the operator by simpler ones when exporting the model"),
                            "the operator exists since opset %u only", op->since);
  if (op->until != 0 && op->until < FX_ADAPT_OPSET && !has_row (fx_adapt_up, adapt->node->op_type))
    return fx_adapt_refuse (adapt, N_ ("Export the model anew with a current exporter"),
                            "the operator exists until opset %u only", op->until);
  for (guint i = 0; i < adapt->node->n_attrs; i++)
    if (adapt->node->attrs[i].kind == FX_ATTR_GRAPH)
      return fx_adapt_refuse (adapt, N_ ("Export the model without control flow"), "its subgraphs are not converted");
  return TRUE;
}

static gboolean
convert_node (FxAdapt *adapt)
{
  FxNode *node = adapt->node;
  gboolean ok = check_exists (adapt);

  /* a step that was taken is not taken back when a later one fails: the node then says the opset it has come to */
  while (ok && node->version < FX_ADAPT_OPSET)
    {
      ok = take_step (adapt, fx_adapt_up, node->version + 1);
      if (ok && node->version < FX_ADAPT_OPSET)
        node->version++;
    }
  while (ok && node->version > FX_ADAPT_OPSET)
    {
      ok = take_step (adapt, fx_adapt_down, node->version) && take_step (adapt, fx_adapt_expand, node->version);
      if (ok && node->version > FX_ADAPT_OPSET)
        node->version--;
    }
  if (ok)
    fx_node_remove_attr (node, "consumed_inputs"); /* of opset 1 to 5, without meaning */
  return ok;
}

/* By value: how many operands and graph outputs it is. */
static guint *
count_uses (const FxGraph *graph)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  guint *counts = g_new (guint, fx_graph_n_values (graph) + 1);

  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    counts[v] = fx_uses_count (uses, v) + uses->is_output[v];
  return counts;
}

static gboolean
is_used (const FxNode *node, const guint *uses)
{
  for (guint k = 0; k < node->n_outputs; k++)
    if (node->outputs[k] != FX_NONE && uses[node->outputs[k]] > 0)
      return TRUE;
  return FALSE;
}

/* Of the first n nodes, which are in order, those go that made what is an attribute now, and those that only they used.
 * What nobody used before stays. */
static void
remove_orphans (FxGraph *graph, const guint *uses_before, guint n)
{
  g_autofree guint *uses = count_uses (graph);

  for (FxId i = n; i-- > 0;)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (node->removed || is_used (node, uses) || !is_used (node, uses_before))
        continue;
      for (guint k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] != FX_NONE)
          uses[node->inputs[k]]--;
      fx_graph_remove_node (graph, i);
    }
}

gboolean
fx_pass_convert_opset (FxGraph *graph, GPtrArray *diagnostics, GError **error)
{
  guint n = fx_graph_n_nodes (graph);
  gboolean all = TRUE;
  const char *ir_version;
  g_auto (FxKnownValues) known = { 0 };
  g_autofree guint *uses = count_uses (graph);

  known = fx_graph_infer_values (graph, NULL);
  for (FxId i = 0; i < n; i++)
    {
      FxAdapt adapt = { graph, fx_graph_node (graph, i), diagnostics, &known };

      if (!adapt.node->removed && *adapt.node->domain == '\0' && adapt.node->version != FX_ADAPT_OPSET)
        all = convert_node (&adapt) && all;
    }
  remove_orphans (graph, uses, n);
  if (!fx_graph_sort (graph, error))
    return FALSE;
  fx_graph_infer (graph, NULL);

  if (!all)
    return TRUE;
  fx_graph_set_opset (graph, "", FX_ADAPT_OPSET);
  ir_version = fx_graph_metadata (graph, "ir_version");
  if (ir_version != NULL && atoi (ir_version) > MAX_IR_VERSION)
    fx_graph_set_metadata (graph, "ir_version", G_STRINGIFY (MAX_IR_VERSION));
  return TRUE;
}
