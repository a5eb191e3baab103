/* Evaluating a node at once, outside of an engine: constant folding and shape arithmetic.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"

typedef struct
{
  FxTensor **outputs;
  guint n_out;
  gsize max_bytes;
  GPtrArray *unwanted; /* keeps memory of outputs that nobody asked for */
} FoldState;

static gpointer
fold_alloc (FxEval *eval, guint output, FxDType dtype, const FxShape *shape, GError **error)
{
  FoldState *state = eval->user_data;
  gsize elements;
  void *data;
  FxTensor *tensor;

  if (!fx_shape_count (shape, &elements) || elements > state->max_bytes / MAX (fx_dtype_size (dtype), 1))
    {
      g_autofree char *text = fx_shape_to_string (shape);

      fx_fail (error, FX_ERROR_TOO_LARGE, "output %u of shape %s is over the limit of %zu bytes", output, text,
               state->max_bytes);
      return NULL;
    }
  tensor = fx_tensor_new_alloc (dtype, shape, &data, error);
  if (tensor == NULL)
    return NULL;
  if (output < state->n_out && state->outputs[output] == NULL)
    state->outputs[output] = tensor;
  else
    g_ptr_array_add (state->unwanted, tensor);
  eval->outputs[output] = fx_tensor_array (tensor);
  return data;
}

/* An address for kernels that look at shapes only: not NULL, and never read. */
static guint8 no_elements[16];

gboolean
fx_op_can_fold (const FxOp *op, const FxFact *inputs, guint n_in)
{
  if (op->flags & FX_OP_RANDOM)
    return FALSE;
  for (guint i = 0; i < n_in; i++)
    if (inputs[i].present && inputs[i].value == NULL
        && !((op->flags & FX_OP_SHAPE_ONLY) && fx_shape_is_static (&inputs[i].shape)))
      return FALSE;

  return TRUE;
}

/* Views of the inputs; `aligned` keeps what they point to. */
static void
view_inputs (const FxFact *inputs, guint n_in, FxArray *arrays, GPtrArray *aligned)
{
  for (guint i = 0; i < n_in; i++)
    if (inputs[i].present && inputs[i].value != NULL)
      {
        g_ptr_array_add (aligned, fx_tensor_aligned (inputs[i].value));
        arrays[i] = fx_tensor_array (aligned->pdata[aligned->len - 1]);
      }
    else if (inputs[i].present)
      arrays[i] = (FxArray){ inputs[i].dtype, inputs[i].shape, no_elements };
}

static gboolean
alloc_outputs (FxEval *eval, const FxFact *outputs, guint n_out, GError **error)
{
  for (guint i = 0; i < n_out; i++)
    {
      if (!outputs[i].present)
        continue;
      if (outputs[i].dtype == FX_DTYPE_UNDEFINED || !fx_shape_is_static (&outputs[i].shape))
        return fx_fail (error, FX_ERROR_FAILED, "shape of output %u cannot be told", i);
      if (fold_alloc (eval, i, outputs[i].dtype, &outputs[i].shape, error) == NULL)
        return FALSE;
    }
  return TRUE;
}

gboolean
fx_op_fold_facts (const FxOp *op, const FxNode *node, const FxFact *inputs, guint n_in, FxTensor **outputs, guint n_out,
                  gsize max_bytes, GError **error)
{
  guint slots_in = fx_op_n_slots (n_in, op->max_inputs), slots_out = fx_op_n_slots (n_out, op->max_outputs);
  g_autofree gpointer params = fx_op_params_new (op, node, error);
  g_autofree FxFact *facts = g_new0 (FxFact, n_out + 1);
  g_autofree FxArray *in_arrays = g_new0 (FxArray, slots_in + 1), *out_arrays = g_new0 (FxArray, slots_out + 1);
  g_autoptr (GPtrArray) aligned = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  g_autoptr (GPtrArray) unwanted = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  FoldState state = { outputs, n_out, max_bytes, unwanted };
  FxEval eval = {
    .params = params,
    .version = node->version,
    .n_inputs = slots_in,
    .inputs = in_arrays,
    .n_outputs = slots_out,
    .outputs = out_arrays,
    .alloc = fold_alloc,
    .user_data = &state,
  };
  gboolean ok;

  for (guint i = 0; i < n_out; i++)
    {
      outputs[i] = NULL;
      facts[i].present = node->outputs[i] != FX_NONE;
    }
  view_inputs (inputs, n_in, in_arrays, aligned);
  ok = params != NULL && fx_op_infer (op, node, params, inputs, n_in, facts, n_out, error)
       && (op->flags & FX_OP_DYNAMIC || alloc_outputs (&eval, facts, n_out, error)) && fx_op_eval (op, &eval, error);
  for (guint i = 0; i < n_out; i++)
    if (!ok || !facts[i].present)
      g_clear_pointer (&outputs[i], fx_tensor_unref);
  return ok;
}

gboolean
fx_op_fold (const FxOp *op, const FxNode *node, FxTensor *const *inputs, guint n_in, FxTensor **outputs, guint n_out,
            gsize max_bytes, GError **error)
{
  g_autofree FxFact *facts = g_new0 (FxFact, n_in + 1);

  for (guint i = 0; i < n_in; i++)
    if (inputs[i] != NULL)
      facts[i] = (FxFact){ TRUE, fx_tensor_dtype (inputs[i]), *fx_tensor_shape (inputs[i]), inputs[i] };
  return fx_op_fold_facts (op, node, facts, n_in, outputs, n_out, max_bytes, error);
}
