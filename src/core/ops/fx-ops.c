/* The table of operators, and what every operator shares: operand checks and type widening.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-op.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"

#include <string.h>

const FxOp *const fx_ops[] = {
#define FX_OP_ROW(id) &fx_op_##id,
  FX_OP_LIST (FX_OP_ROW)
#undef FX_OP_ROW
};

const guint fx_n_ops = G_N_ELEMENTS (fx_ops);

static guint
op_hash (gconstpointer key)
{
  const FxOp *op = key;

  return g_str_hash (op->name) ^ (op->domain != NULL ? g_str_hash (op->domain) : 0);
}

static gboolean
op_equal (gconstpointer a, gconstpointer b)
{
  const FxOp *left = a, *right = b;

  return strcmp (left->name, right->name) == 0 && g_strcmp0 (left->domain, right->domain) == 0;
}

const FxOp *
fx_op_find (const char *domain, const char *name)
{
  static GHashTable *table;
  static gsize ready;
  gboolean standard = domain == NULL || *domain == '\0' || strcmp (domain, "ai.onnx") == 0;

  if (g_once_init_enter (&ready))
    {
      table = g_hash_table_new (op_hash, op_equal);
      for (guint i = 0; i < fx_n_ops; i++)
        g_hash_table_add (table, (gpointer)fx_ops[i]);
      g_once_init_leave (&ready, 1);
    }
  return g_hash_table_lookup (table, &(FxOp){ .name = name, .domain = standard ? NULL : domain });
}

static gboolean
check_count (const char *what, guint n, guint min, guint max, GError **error)
{
  if (n >= min && (max == FX_VARIADIC || n <= max))
    return TRUE;
  if (max == FX_VARIADIC)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has %u %s, wanted at least %u", n, what, min);
  if (min == max)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has %u %s, wanted %u", n, what, min);
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "has %u %s, wanted %u to %u", n, what, min, max);
}

gboolean
fx_op_infer (const FxOp *op, const FxNode *node, gconstpointer params, const FxFact *inputs, guint n_in,
             FxFact *outputs, guint n_out, GError **error)
{
  guint slots_in = fx_op_n_slots (n_in, op->max_inputs), slots_out = fx_op_n_slots (n_out, op->max_outputs);
  g_autofree FxFact *all_inputs = g_new0 (FxFact, slots_in + 1);
  g_autofree FxFact *all_outputs = g_new0 (FxFact, slots_out + 1);
  FxInfer infer = {
    .params = params,
    .version = node->version,
    .n_inputs = slots_in,
    .inputs = all_inputs,
    .n_outputs = slots_out,
    .outputs = all_outputs,
  };

  if (!check_count ("inputs", n_in, op->min_inputs, op->max_inputs, error)
      || !check_count ("outputs", n_out, op->min_outputs, op->max_outputs, error))
    return FALSE;

  memcpy (all_inputs, inputs, n_in * sizeof *inputs);
  for (guint i = n_in; i < slots_in; i++)
    all_inputs[i].shape = FX_SHAPE_UNKNOWN;
  for (guint i = 0; i < slots_out; i++)
    all_outputs[i] = (FxFact){ .present = i < n_out && outputs[i].present, .shape = FX_SHAPE_UNKNOWN };
  for (guint i = 0; i < op->min_inputs; i++)
    if (!all_inputs[i].present)
      return fx_fail (error, FX_ERROR_BAD_GRAPH, "input %u is omitted but not optional", i);

  if (!op->infer (&infer, error))
    return FALSE;
  memcpy (outputs, all_outputs, n_out * sizeof *outputs);
  return TRUE;
}

static gboolean
needs_widening (const FxOp *op, FxDType dtype)
{
  return fx_dtype_in (dtype, FX_TYPES_FLOAT) && !fx_dtype_in (dtype, op->float_types);
}

/* A new array of `like`'s shape in f32. */
static gboolean
alloc_f32 (const FxArray *like, FxArray *out, GPtrArray *owned, GError **error)
{
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &like->shape, &data, error);

  if (tensor == NULL)
    return FALSE;
  g_ptr_array_add (owned, tensor);
  *out = fx_tensor_array (tensor);
  return TRUE;
}

gboolean
fx_op_eval (const FxOp *op, FxEval *eval, GError **error)
{
  gboolean widen = FALSE;
  g_autoptr (GPtrArray) owned = NULL;
  g_autofree FxArray *inputs = NULL, *outputs = NULL;
  FxEval wide = *eval;

  for (guint i = 0; i < eval->n_inputs; i++)
    widen = widen || (eval->inputs[i].data != NULL && needs_widening (op, eval->inputs[i].dtype));
  for (guint i = 0; i < eval->n_outputs; i++)
    widen = widen || (eval->outputs[i].data != NULL && needs_widening (op, eval->outputs[i].dtype));
  if (!widen)
    return op->eval (eval, error);
  if (op->flags & FX_OP_DYNAMIC)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "operator %s has no kernel for %s", op->name,
                    fx_dtype_name (eval->inputs[0].dtype));

  owned = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  inputs = g_memdup2 (eval->inputs, eval->n_inputs * sizeof *inputs);
  outputs = g_memdup2 (eval->outputs, eval->n_outputs * sizeof *outputs);
  wide.inputs = inputs;
  wide.outputs = outputs;
  for (guint i = 0; i < eval->n_inputs; i++)
    if (inputs[i].data != NULL && needs_widening (op, inputs[i].dtype))
      {
        if (!alloc_f32 (&eval->inputs[i], &inputs[i], owned, error))
          return FALSE;
        fx_array_convert (&eval->inputs[i], &inputs[i]);
      }
  for (guint i = 0; i < eval->n_outputs; i++)
    if (outputs[i].data != NULL && needs_widening (op, outputs[i].dtype)
        && !alloc_f32 (&eval->outputs[i], &outputs[i], owned, error))
      return FALSE;

  if (!op->eval (&wide, error))
    return FALSE;
  for (guint i = 0; i < eval->n_outputs; i++)
    if (outputs[i].data != eval->outputs[i].data)
      fx_array_convert (&outputs[i], &eval->outputs[i]);
  return TRUE;
}

gboolean
fx_infer_check_type (const FxInfer *infer, guint i, const char *what, FxDTypeMask mask, GError **error)
{
  const FxFact *fact = &infer->inputs[i];
  g_autoptr (GString) wanted = NULL;

  if (!fact->present || fact->dtype == FX_DTYPE_UNDEFINED || fx_dtype_in (fact->dtype, mask))
    return TRUE;

  wanted = g_string_new (NULL);
  for (guint t = 1; t < FX_N_DTYPES; t++)
    if (fx_dtype_in (t, mask))
      g_string_append_printf (wanted, "%s%s", wanted->len > 0 ? ", " : "", fx_dtype_name (t));
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s is of type %s, wanted one of %s", what, fx_dtype_name (fact->dtype),
                  wanted->str);
}

gboolean
fx_infer_check_rank (const FxInfer *infer, guint i, const char *what, int min, int max, GError **error)
{
  const FxFact *fact = &infer->inputs[i];
  g_autofree char *shape = NULL;

  if (!fact->present || fact->shape.rank < 0 || (fact->shape.rank >= min && fact->shape.rank <= max))
    return TRUE;

  shape = fx_shape_to_string (&fact->shape);
  if (min == max)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has shape %s, wanted rank %d", what, shape, min);
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has shape %s, wanted rank %d to %d", what, shape, min, max);
}

void
fx_infer_set (FxInfer *infer, guint i, FxDType dtype, const FxShape *shape)
{
  infer->outputs[i].dtype = dtype;
  infer->outputs[i].shape = *shape;
}

gboolean
fx_infer_same_as_input (FxInfer *infer, G_GNUC_UNUSED GError **error)
{
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &infer->inputs[0].shape);
  return TRUE;
}

gboolean
fx_infer_get_ints (const FxInfer *infer, guint i, const char *what, gint64 **values, guint *n, GError **error)
{
  const FxFact *fact = &infer->inputs[i];

  if (!fact->present || fact->value == NULL)
    return FALSE;
  *values = fx_tensor_dup_int64s (fact->value, FX_MAX_LIST, n);
  if (*values == NULL)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s is %s with %zu elements, wanted at most %d integers", what,
                    fx_dtype_name (fx_tensor_dtype (fact->value)), fx_tensor_elements (fact->value), FX_MAX_LIST);
  return TRUE;
}

gint64 *
fx_eval_dup_ints (const FxEval *eval, guint input, guint *n)
{
  const FxArray *from = &eval->inputs[input];
  FxArray to = { FX_DTYPE_INT64, from->shape, NULL };
  gint64 *values = g_new0 (gint64, fx_array_elements (from) + 1);

  to.data = values;
  fx_array_convert (from, &to);
  if (n != NULL)
    *n = (guint)fx_array_elements (from);
  return values;
}
