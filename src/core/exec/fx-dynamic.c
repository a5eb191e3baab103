/* Steps whose shapes depend on the data: infer again with what is there now, allocate, compute.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-run-private.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"

typedef struct
{
  FxRun *run;
  const FxStep *step;
} Allocation;

/* A tensor of an operand that shape inference may want to read; NULL if it is more than a list of numbers. */
static FxTensor *
known_value (const FxArray *array)
{
  gsize elements = fx_array_elements (array);

  return elements <= FX_MAX_LIST ? fx_tensor_new_copy (array) : NULL;
}

static gpointer
dynamic_alloc (FxEval *eval, guint i, FxDType dtype, const FxShape *shape, GError **error)
{
  Allocation *allocation = eval->user_data;
  FxId id = i < allocation->step->n_outputs ? allocation->step->outputs[i] : FX_NONE;
  gpointer data = fx_run_alloc_dynamic (allocation->run, id, dtype, shape, error);

  if (data != NULL)
    eval->outputs[i] = (FxArray){ dtype, *shape, data };
  return data;
}

/* A planned step downstream counts on the type and shape that were told before. */
static gboolean
check_promise (const FxRun *run, FxId id, const FxFact *fact, GError **error)
{
  const FxBuffer *buffer = fx_engine_get_buffer (run->engine, id);
  const FxValue *value = fx_graph_value (run->engine->graph, buffer->value);

  if ((value->dtype != FX_DTYPE_UNDEFINED && value->dtype != fact->dtype)
      || (fx_shape_is_static (&value->shape) && !fx_shape_equal (&value->shape, &fact->shape)))
    {
      g_autofree char *found = fx_shape_to_string (&fact->shape);
      g_autofree char *wanted = fx_shape_to_string (&value->shape);

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "output \"%s\" is %s%s, but the model says %s%s", value->name,
                      fx_dtype_name (fact->dtype), found, fx_dtype_name (value->dtype), wanted);
    }
  return TRUE;
}

static gboolean
infer (const FxRun *run, const FxStep *step, const FxArray *inputs, FxFact *outputs, GError **error)
{
  const FxNode *node = step->node;
  g_autofree FxFact *facts = g_new0 (FxFact, node->n_inputs + 1);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);

  for (guint i = 0; i < node->n_inputs; i++)
    if (step->inputs[i] != FX_NONE)
      {
        facts[i] = (FxFact){ TRUE, inputs[i].dtype, inputs[i].shape, known_value (&inputs[i]) };
        g_ptr_array_add (values, facts[i].value);
      }
    else
      facts[i].shape = FX_SHAPE_UNKNOWN;
  for (guint i = 0; i < node->n_outputs; i++)
    outputs[i].present = step->outputs[i] != FX_NONE;
  if (!fx_op_infer (node->op, node, step->params, facts, node->n_inputs, outputs, node->n_outputs, error))
    return FALSE;

  for (guint i = 0; i < node->n_outputs && !(node->op->flags & FX_OP_DYNAMIC); i++)
    if (outputs[i].present)
      {
        gsize elements;

        if (outputs[i].dtype == FX_DTYPE_UNDEFINED || !fx_shape_count (&outputs[i].shape, &elements))
          return fx_fail (error, FX_ERROR_BAD_GRAPH, "the shape of output %u cannot be told", i);
        if (!check_promise (run, step->outputs[i], &outputs[i], error))
          return FALSE;
      }
  return TRUE;
}

gboolean
fx_run_dynamic (FxRun *run, const FxStep *step, GError **error)
{
  const FxNode *node = step->node;
  g_autofree FxArray *inputs = g_new0 (FxArray, step->n_inputs + 1);
  g_autofree FxArray *outputs = g_new0 (FxArray, step->n_outputs + 1);
  g_autofree FxFact *facts = g_new0 (FxFact, node->n_outputs + 1);
  Allocation allocation = { run, step };
  FxEval eval = { .params = step->params,
                  .version = node->version,
                  .n_inputs = step->n_inputs,
                  .inputs = inputs,
                  .n_outputs = step->n_outputs,
                  .outputs = outputs,
                  .alloc = dynamic_alloc,
                  .user_data = &allocation };

  for (guint i = 0; i < step->n_inputs; i++)
    if (step->inputs[i] != FX_NONE)
      inputs[i] = fx_run_array (run, step->inputs[i]);
  if (!infer (run, step, inputs, facts, error))
    return FALSE;
  for (guint i = 0; i < node->n_outputs && !(node->op->flags & FX_OP_DYNAMIC); i++)
    if (facts[i].present && dynamic_alloc (&eval, i, facts[i].dtype, &facts[i].shape, error) == NULL)
      return FALSE;
  if (!fx_op_eval (node->op, &eval, error))
    return FALSE;

  for (guint i = 0; i < node->n_outputs && node->op->flags & FX_OP_DYNAMIC; i++)
    if (step->outputs[i] != FX_NONE)
      {
        FxFact fact = { TRUE, outputs[i].dtype, outputs[i].shape, NULL };

        if (outputs[i].data == NULL)
          return fx_fail (error, FX_ERROR_FAILED, "output %u was not computed", i);
        if (!check_promise (run, step->outputs[i], &fact, error))
          return FALSE;
      }
  return TRUE;
}
