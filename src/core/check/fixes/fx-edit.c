/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-edit.h"

#include "core/fx-i18n.h"
#include "core/graph/fx-infer.h"
#include "core/ops/fx-op.h"

#include <stdarg.h>
#include <string.h>

gboolean
fx_edit_each (FxEdit *edit, FxRewrite rewrite)
{
  guint n = fx_graph_n_nodes (edit->graph);

  for (FxId i = 0; i < n; i++)
    {
      const FxNode *node = fx_graph_node (edit->graph, i);

      if (!node->removed && node->op != NULL && *node->domain == '\0' && node->version == FX_EDIT_OPSET
          && node->n_outputs > 0 && node->outputs[0] != FX_NONE)
        rewrite (edit, i);
    }
  return TRUE;
}

void
fx_edit_note (FxEdit *edit, const FxNode *node, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (fx_translate (format), args);
  va_end (args);
  edit->n_changes++;
  fx_diagnostics_add (edit->log, FX_SEVERITY_INFO, edit->rule, node != NULL ? node->name : NULL, NULL, "%s", text);
}

void
fx_edit_note_tensor (FxEdit *edit, FxId value, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (fx_translate (format), args);
  va_end (args);
  edit->n_changes++;
  fx_diagnostics_add (edit->log, FX_SEVERITY_INFO, edit->rule, NULL, fx_graph_value (edit->graph, value)->name, "%s",
                      text);
}

void
fx_edit_touch (FxEdit *edit)
{
  g_clear_pointer (&edit->uses, fx_uses_free);
}

/* ---- reading ---- */

const FxUses *
fx_edit_uses (FxEdit *edit)
{
  if (edit->uses == NULL)
    edit->uses = fx_uses_new (edit->graph);
  return edit->uses;
}

FxId
fx_edit_producer (FxEdit *edit, FxId value)
{
  return value != FX_NONE ? fx_edit_uses (edit)->producer[value] : FX_NONE;
}

gboolean
fx_edit_single_use (FxEdit *edit, FxId value)
{
  const FxUses *uses = fx_edit_uses (edit);

  return fx_uses_count (uses, value) == 1 && !uses->is_output[value];
}

gboolean
fx_edit_is_input (const FxEdit *edit, FxId value)
{
  for (guint i = 0; i < fx_graph_n_inputs (edit->graph); i++)
    if (fx_graph_input (edit->graph, i) == value)
      return TRUE;
  return FALSE;
}

gboolean
fx_edit_is (const FxNode *node, const char *op)
{
  return node->op != NULL && node->op->domain == NULL && strcmp (node->op->name, op) == 0;
}

FxId
fx_edit_operand (const FxNode *node, guint i)
{
  return i < node->n_inputs ? node->inputs[i] : FX_NONE;
}

gboolean
fx_edit_has_output (const FxNode *node, guint i)
{
  return i < node->n_outputs && node->outputs[i] != FX_NONE;
}

FxShape
fx_edit_shape (const FxEdit *edit, FxId value)
{
  return value != FX_NONE ? fx_graph_value (edit->graph, value)->shape : FX_SHAPE_UNKNOWN;
}

gboolean
fx_edit_static (const FxEdit *edit, FxId value)
{
  FxShape shape = fx_edit_shape (edit, value);
  gsize count;

  return fx_shape_count (&shape, &count) && count > 0;
}

FxDType
fx_edit_dtype (const FxEdit *edit, FxId value)
{
  return value != FX_NONE ? fx_graph_value (edit->graph, value)->dtype : FX_DTYPE_UNDEFINED;
}

FxTensor *
fx_edit_constant (const FxEdit *edit, FxId value)
{
  return value != FX_NONE ? fx_graph_value (edit->graph, value)->constant : NULL;
}

gboolean
fx_edit_scalar (const FxEdit *edit, FxId value, double *scalar)
{
  const FxTensor *constant = fx_edit_constant (edit, value);

  if (constant == NULL || fx_tensor_elements (constant) != 1
      || !fx_dtype_in (fx_tensor_dtype (constant), FX_TYPES_FLOAT | FX_TYPES_INT))
    return FALSE;
  *scalar = fx_tensor_get_double (constant, 0);
  return TRUE;
}

gint64 *
fx_edit_ints (const FxEdit *edit, FxId value, guint *n)
{
  const FxTensor *constant = fx_edit_constant (edit, value);

  return constant != NULL ? fx_tensor_dup_int64s (constant, FX_MAX_LIST, n) : NULL;
}

gint64
fx_edit_int_attr (const FxNode *node, const char *name, gint64 otherwise)
{
  const FxAttr *attr = fx_node_attr (node, name);

  return attr != NULL && attr->kind == FX_ATTR_INT ? attr->i : otherwise;
}

double
fx_edit_float_attr (const FxNode *node, const char *name, double otherwise)
{
  const FxAttr *attr = fx_node_attr (node, name);

  return attr != NULL && attr->kind == FX_ATTR_FLOAT ? (double)attr->f : otherwise;
}

const char *
fx_edit_string_attr (const FxNode *node, const char *name, const char *otherwise)
{
  const FxAttr *attr = fx_node_attr (node, name);

  return attr != NULL && attr->kind == FX_ATTR_STRING ? attr->s : otherwise;
}

const gint64 *
fx_edit_ints_attr (const FxNode *node, const char *name, guint *n)
{
  const FxAttr *attr = fx_node_attr (node, name);

  if (attr == NULL || attr->kind != FX_ATTR_INTS)
    return NULL;
  *n = attr->n;
  return attr->ints;
}

/* ---- changing ---- */

FxId
fx_edit_add_tensor (FxEdit *edit, const FxNode *node, const char *suffix, FxTensor *take)
{
  g_autofree char *name = g_strdup_printf ("%s_%s", node->name, suffix);

  fx_edit_touch (edit);
  return fx_graph_add_constant (edit->graph, name, take);
}

FxId
fx_edit_add_ints (FxEdit *edit, const FxNode *node, const char *suffix, const gint64 *values, guint n)
{
  return fx_edit_add_tensor (edit, node, suffix, fx_tensor_new_int64s (values, n));
}

FxId
fx_edit_add_scalar (FxEdit *edit, const FxNode *node, const char *suffix, FxDType dtype, double value)
{
  void *data = NULL;
  FxTensor *tensor = fx_tensor_new_alloc (dtype, &FX_SHAPE_SCALAR, &data, NULL);
  FxArray array = { dtype, FX_SHAPE_SCALAR, data };

  if (tensor == NULL)
    g_error ("out of memory");
  fx_array_set (&array, 0, value);
  return fx_edit_add_tensor (edit, node, suffix, tensor);
}

static FxNode *
insert (FxEdit *edit, const FxNode *origin, const char *op, FxId output, guint n_inputs, va_list args)
{
  g_autofree char *name = g_strdup_printf ("%s_%s", origin->name, op);
  g_autofree FxId *inputs = g_new (FxId, n_inputs + 1);
  const char *const *origins;
  FxNode *node;
  guint n;

  for (guint i = 0; i < n_inputs; i++)
    inputs[i] = va_arg (args, FxId);
  node = fx_graph_node (edit->graph,
                        fx_graph_add_node (edit->graph, name, "", op, origin->version, inputs, n_inputs, &output, 1));
  origins = fx_node_origins (origin, &n);
  node->origins = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    node->origins[i] = g_strdup (origins[i]);
  fx_edit_touch (edit);
  return node;
}

FxNode *
fx_edit_insert_to (FxEdit *edit, const FxNode *origin, const char *op, FxId output, guint n_inputs, ...)
{
  va_list args;
  FxNode *node;

  va_start (args, n_inputs);
  node = insert (edit, origin, op, output, n_inputs, args);
  va_end (args);
  return node;
}

FxNode *
fx_edit_insert (FxEdit *edit, const FxNode *origin, const char *op, FxDType dtype, const FxShape *shape, guint n_inputs,
                ...)
{
  g_autofree char *name = g_strdup_printf ("%s_%s", origin->name, op);
  FxId output = fx_graph_add_value (edit->graph, name, dtype, shape);
  va_list args;
  FxNode *node;

  va_start (args, n_inputs);
  node = insert (edit, origin, op, output, n_inputs, args);
  va_end (args);
  return node;
}

FxNode *
fx_edit_reshape_to (FxEdit *edit, const FxNode *origin, FxId value, const FxShape *shape, FxId output)
{
  FxId wanted = fx_edit_add_ints (edit, origin, "shape", shape->dims, (guint)shape->rank);

  return fx_edit_insert_to (edit, origin, "Reshape", output, 2, value, wanted);
}

FxId
fx_edit_reshape (FxEdit *edit, const FxNode *origin, FxId value, const FxShape *shape)
{
  g_autofree char *name = g_strdup_printf ("%s_Reshape", origin->name);
  FxId output = fx_graph_add_value (edit->graph, name, fx_edit_dtype (edit, value), shape);

  fx_edit_reshape_to (edit, origin, value, shape, output);
  return output;
}

void
fx_edit_become (FxEdit *edit, FxNode *node, const char *op, guint n_inputs, ...)
{
  g_autofree FxId *inputs = g_new (FxId, n_inputs + 1);
  va_list args;

  va_start (args, n_inputs);
  for (guint i = 0; i < n_inputs; i++)
    inputs[i] = va_arg (args, FxId);
  va_end (args);
  while (node->n_attrs > 0)
    fx_node_remove_attr (node, node->attrs[0].name);
  fx_node_set_inputs (node, inputs, n_inputs);
  g_free (node->op_type);
  node->op_type = g_strdup (op);
  node->op = fx_op_find (node->domain, op);
  fx_edit_touch (edit);
}

FxId
fx_edit_detach (FxEdit *edit, FxNode *node, const FxShape *shape)
{
  FxId old = node->outputs[0];
  const FxValue *value = fx_graph_value (edit->graph, old);
  g_autofree char *name = g_strdup_printf ("%s_%s", value->name, node->op_type);

  node->outputs[0] = fx_graph_add_value (edit->graph, name, value->dtype, shape);
  fx_edit_touch (edit);
  return old;
}

void
fx_edit_set_operand (FxEdit *edit, FxNode *node, guint i, FxId value)
{
  guint n = MAX (node->n_inputs, i + 1);
  g_autofree FxId *inputs = g_new (FxId, n);

  for (guint k = 0; k < n; k++)
    inputs[k] = k == i ? value : fx_edit_operand (node, k);
  fx_node_set_inputs (node, inputs, n);
  fx_edit_touch (edit);
}

void
fx_edit_remove (FxEdit *edit, FxId id)
{
  fx_graph_remove_node (edit->graph, id);
  fx_edit_touch (edit);
}

/* The producer makes `out` instead of `in`, and everybody who used `in` uses `out`. */
static void
produce_output (FxEdit *edit, FxNode *producer, FxId in, FxId out)
{
  for (guint k = 0; k < producer->n_outputs; k++)
    if (producer->outputs[k] == in)
      producer->outputs[k] = out;
  fx_graph_replace_uses (edit->graph, in, out);
}

gboolean
fx_edit_bypass (FxEdit *edit, FxId id, guint i)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  FxId in = fx_edit_operand (node, i), out = node->outputs[0];
  const FxUses *uses = fx_edit_uses (edit);
  FxId before = uses->producer[in];

  if (uses->is_output[out] && (before == FX_NONE || uses->is_output[in]))
    return FALSE;
  if (before != FX_NONE)
    fx_node_add_origins (fx_graph_node (edit->graph, before), node);
  else if (fx_uses_count (uses, out) > 0)
    fx_node_add_origins (fx_graph_node (edit->graph, uses->users[uses->first[out]]), node);

  fx_graph_remove_node (edit->graph, id);
  if (uses->is_output[out])
    produce_output (edit, fx_graph_node (edit->graph, before), in, out);
  else
    fx_graph_replace_uses (edit->graph, out, in);
  fx_edit_touch (edit);
  return TRUE;
}

/* ---- the graph as a whole ---- */

gboolean
fx_edit_has_subgraphs (const FxGraph *graph)
{
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      for (guint k = 0; !node->removed && k < node->n_attrs; k++)
        if (node->attrs[k].kind == FX_ATTR_GRAPH)
          return TRUE;
    }
  return FALSE;
}

GHashTable *
fx_edit_used_inputs (FxEdit *edit)
{
  GHashTable *used = g_hash_table_new (NULL, NULL);
  const FxUses *uses = fx_edit_uses (edit);

  for (guint i = 0; i < fx_graph_n_inputs (edit->graph); i++)
    {
      FxId id = fx_graph_input (edit->graph, i);

      if (fx_uses_count (uses, id) > 0 || uses->is_output[id])
        g_hash_table_add (used, GUINT_TO_POINTER (id));
    }
  return used;
}

void
fx_edit_drop_inputs (FxEdit *edit, GHashTable *used_before)
{
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (FxId));
  g_autoptr (GHashTable) used = NULL;

  fx_graph_prune (edit->graph);
  fx_edit_touch (edit);
  if (fx_edit_has_subgraphs (edit->graph)) /* which may use an input by name */
    return;
  used = fx_edit_used_inputs (edit);
  for (guint i = 0; i < fx_graph_n_inputs (edit->graph); i++)
    {
      FxId id = fx_graph_input (edit->graph, i);

      if (g_hash_table_contains (used_before, GUINT_TO_POINTER (id))
          && !g_hash_table_contains (used, GUINT_TO_POINTER (id)))
        fx_edit_note_tensor (edit, id, "The input is not needed any more");
      else
        g_array_append_val (kept, id);
    }
  fx_graph_set_inputs (edit->graph, (const FxId *)kept->data, kept->len);
}

gboolean
fx_edit_settle (FxEdit *edit, GError **error)
{
  fx_edit_touch (edit);
  if (!fx_graph_sort (edit->graph, error))
    return FALSE;
  fx_graph_prune (edit->graph);
  fx_graph_compact (edit->graph);
  fx_graph_infer (edit->graph, NULL);
  return TRUE;
}

void
fx_edit_forget_shapes (FxGraph *graph)
{
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      for (guint k = 0; !node->removed && node->op != NULL && k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE)
          {
            FxValue *value = fx_graph_value (graph, node->outputs[k]);

            value->dtype = FX_DTYPE_UNDEFINED;
            value->shape = FX_SHAPE_UNKNOWN;
          }
    }
}

guint
fx_edit_count_refusals (FxGraph *graph, char **first)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  guint n = 0;

  fx_graph_infer (graph, findings);
  for (guint i = 0; i < findings->len; i++)
    {
      const FxDiagnostic *finding = findings->pdata[i];

      if (strcmp (finding->rule, "shape") == 0 && n++ == 0 && first != NULL)
        *first = fx_diagnostic_to_string (finding);
    }
  return n;
}
