/* Executing a plan.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-run-private.h"

#include "core/exec/fx-memory.h"
#include "core/exec/fx-threads.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"

#include <string.h>

FxArray
fx_run_array (const FxRun *run, FxId id)
{
  const FxBuffer *buffer = fx_engine_get_buffer (run->engine, id);

  if (buffer->kind == FX_BUFFER_DYNAMIC)
    return run->dynamic[id];
  return (FxArray){ buffer->array.dtype, buffer->array.shape, run->data[id] };
}

static void
free_dynamic (FxRun *run, FxId id)
{
  if (run->dynamic[id].data == NULL)
    return;
  run->dynamic_bytes -= fx_array_bytes (&run->dynamic[id]);
  fx_memory_free (run->dynamic[id].data);
  run->dynamic[id].data = run->data[id] = NULL;
}

gpointer
fx_run_alloc_dynamic (FxRun *run, FxId id, FxDType dtype, const FxShape *shape, GError **error)
{
  gsize elements, limit = run->engine->options.max_bytes - run->engine->arena_bytes;
  gpointer data;

  if (!fx_shape_count (shape, &elements) || fx_dtype_size (dtype) == 0
      || elements * fx_dtype_size (dtype) > limit - MIN (run->dynamic_bytes, limit))
    {
      g_autofree char *text = fx_shape_to_string (shape);

      fx_fail (error, FX_ERROR_TOO_LARGE, "an output of shape %s and type %s is over the limit of %zu bytes", text,
               fx_dtype_name (dtype), run->engine->options.max_bytes);
      return NULL;
    }
  data = fx_memory_alloc (elements * fx_dtype_size (dtype), error);
  if (data == NULL)
    return NULL;
  if (id == FX_NONE)
    {
      g_ptr_array_add (run->spare, data);
      return data;
    }
  free_dynamic (run, id);
  run->dynamic[id] = (FxArray){ dtype, *shape, data };
  run->dynamic_bytes += elements * fx_dtype_size (dtype);
  run->data[id] = data;
  return data;
}

FxRun *
fx_run_new (FxEngine *engine, GError **error)
{
  FxRun *run = g_new0 (FxRun, 1);
  guint n_steps = engine->steps->len, n_buffers = engine->buffers->len;
  gboolean ok = TRUE;

  run->engine = fx_engine_ref (engine);
  run->states = g_new0 (gpointer, n_steps + 1);
  run->shows = g_new0 (gpointer *, n_steps + 1);
  run->data = g_new0 (void *, n_buffers + 1);
  run->dynamic = g_new0 (FxArray, n_buffers + 1);
  run->spare = g_ptr_array_new_with_free_func (fx_memory_free);
  run->inputs = g_new0 (FxTensor *, fx_graph_n_inputs (engine->graph) + 1);
  run->arena = fx_memory_alloc (engine->arena_bytes, error);
  run->scratch = run->arena != NULL ? fx_memory_alloc (engine->scratch_bytes, error) : NULL;
  ok = run->scratch != NULL;
  for (guint i = 0; ok && i < FX_N_BACKENDS && engine->backends[i] != NULL; i++)
    {
      run->contexts[i] = engine->backends[i]->funcs->context_new (engine->backends[i], error);
      ok = run->contexts[i] != NULL;
    }
  for (FxId b = 0; ok && b < n_buffers; b++)
    {
      const FxBuffer *buffer = fx_engine_get_buffer (engine, b);

      if (buffer->kind == FX_BUFFER_ARENA)
        run->data[b] = run->arena + buffer->offset;
      else if (buffer->kind == FX_BUFFER_CONSTANT)
        run->data[b] = buffer->array.data;
    }
  for (guint i = 0; ok && i < n_steps; i++)
    {
      const FxKernel *kernel = fx_engine_get_step (engine, i)->kernel;

      if (kernel == NULL)
        continue;
      run->states[i] = kernel->funcs->state_new (kernel, run->contexts[kernel->backend]);
      ok = run->states[i] != NULL || fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory: preparing a run");
    }
  if (!ok)
    g_clear_pointer (&run, fx_run_free);
  return run;
}

static void
free_shows (FxRun *run, guint i)
{
  const FxStep *step = fx_engine_get_step (run->engine, i);

  for (guint k = 0; run->shows[i] != NULL && k < step->n_outputs; k++)
    if (run->shows[i][k] != NULL)
      step->shows[k]->funcs->state_free (run->shows[i][k]);
  g_free (run->shows[i]);
}

void
fx_run_free (FxRun *run)
{
  if (run == NULL)
    return;
  for (guint i = 0; i < run->engine->steps->len; i++)
    {
      if (run->states[i] != NULL)
        fx_engine_get_step (run->engine, i)->kernel->funcs->state_free (run->states[i]);
      free_shows (run, i);
    }
  for (FxId b = 0; b < run->engine->buffers->len; b++)
    free_dynamic (run, b);
  for (guint i = 0; i < fx_graph_n_inputs (run->engine->graph); i++)
    fx_tensor_unref (run->inputs[i]);
  for (guint i = 0; i < FX_N_BACKENDS; i++)
    if (run->contexts[i] != NULL)
      run->engine->backends[i]->funcs->context_free (run->contexts[i]);
  g_ptr_array_unref (run->spare);
  fx_memory_free (run->arena);
  fx_memory_free (run->scratch);
  g_free (run->states);
  g_free (run->shows);
  g_free (run->data);
  g_free (run->dynamic);
  g_free (run->inputs);
  g_free (run->times_us);
  fx_engine_unref (run->engine);
  g_free (run);
}

void
fx_run_set_observer (FxRun *run, FxObserver observer, gpointer user_data)
{
  run->observer = observer;
  run->observer_data = user_data;
}

void
fx_run_set_block_observer (FxRun *run, FxBlockObserver observer)
{
  run->block_observer = observer;
}

void
fx_run_set_profiling (FxRun *run, gboolean profiling)
{
  g_clear_pointer (&run->times_us, g_free);
  if (profiling)
    run->times_us = g_new0 (double, run->engine->steps->len + 1);
}

double
fx_run_step_time_us (const FxRun *run, guint step)
{
  return run->times_us != NULL ? run->times_us[step] : 0.0;
}

/* One fed input: of the right type and shape, then aligned and of the type that the plan computes in. */
static gboolean
take_input (FxRun *run, guint i, FxTensor *tensor, GError **error)
{
  const FxEngine *engine = run->engine;
  const FxBuffer *buffer = fx_engine_get_buffer (engine, engine->inputs[i]);
  const FxValue *value = fx_graph_value (engine->graph, fx_graph_input (engine->graph, i));
  FxArray from, to;

  if (tensor == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\" is missing", value->name);
  if (fx_tensor_dtype (tensor) != engine->declared_inputs[i].dtype
      || !fx_shape_equal (fx_tensor_shape (tensor), &value->shape))
    {
      g_autofree char *found = fx_shape_to_string (fx_tensor_shape (tensor));
      g_autofree char *wanted = fx_shape_to_string (&value->shape);

      return fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\" is %s%s, wanted %s%s", value->name,
                      fx_dtype_name (fx_tensor_dtype (tensor)), found, fx_dtype_name (engine->declared_inputs[i].dtype),
                      wanted);
    }

  g_clear_pointer (&run->inputs[i], fx_tensor_unref);
  run->inputs[i] = fx_tensor_aligned (tensor);
  if (buffer->array.dtype != engine->declared_inputs[i].dtype)
    {
      g_autoptr (FxTensor) narrow = run->inputs[i];

      run->inputs[i] = fx_tensor_new_alloc (buffer->array.dtype, &value->shape, &to.data, error);
      if (run->inputs[i] == NULL)
        return FALSE;
      from = fx_tensor_array (narrow);
      to = (FxArray){ buffer->array.dtype, value->shape, to.data };
      fx_array_convert (&from, &to);
    }
  return TRUE;
}

static gboolean
take_inputs (FxRun *run, FxTensor *const *inputs, GError **error)
{
  guint n = fx_graph_n_inputs (run->engine->graph);

  for (guint i = 0; i < n; i++)
    if (!take_input (run, i, inputs[i], error))
      return FALSE;
  for (FxId b = 0; b < run->engine->buffers->len; b++)
    if (fx_engine_get_buffer (run->engine, b)->kind == FX_BUFFER_INPUT)
      run->data[b] = fx_tensor_array (run->inputs[fx_engine_get_buffer (run->engine, b)->index]).data;
  return TRUE;
}

static gboolean
run_plain (FxRun *run, const FxStep *step, GError **error)
{
  g_autofree FxArray *arrays = g_new0 (FxArray, step->n_inputs + step->n_outputs + 1);
  FxEval eval = { .params = step->params,
                  .version = step->node->version,
                  .n_inputs = step->n_inputs,
                  .inputs = arrays,
                  .n_outputs = step->n_outputs,
                  .outputs = arrays + step->n_inputs };

  for (guint i = 0; i < step->n_inputs; i++)
    if (step->inputs[i] != FX_NONE)
      arrays[i] = fx_run_array (run, step->inputs[i]);
  for (guint i = 0; i < step->n_outputs; i++)
    if (step->outputs[i] != FX_NONE)
      eval.outputs[i] = fx_run_array (run, step->outputs[i]);
  return fx_op_eval (step->node->op, &eval, error);
}

#define STACK_INPUTS 8

static gboolean
run_kernel (FxRun *run, guint i, const FxStep *step, GError **error)
{
  void *few[STACK_INPUTS], *output = run->data[step->outputs[0]];
  g_autofree void **many = step->n_inputs > STACK_INPUTS ? g_new (void *, step->n_inputs) : NULL;
  void **inputs = many != NULL ? many : few;

  for (guint k = 0; k < step->n_inputs; k++)
    inputs[k] = step->inputs[k] != FX_NONE ? run->data[step->inputs[k]] : NULL;
  return step->kernel->funcs->run (step->kernel, run->states[i], inputs, &output, run->scratch, error);
}

static gboolean
run_step (FxRun *run, guint i, const FxStep *step, GError **error)
{
  gboolean ok = TRUE;

  switch (step->kind)
    {
    case FX_STEP_KERNEL: ok = run_kernel (run, i, step, error); break;
    case FX_STEP_PLAIN: ok = run_plain (run, step, error); break;
    case FX_STEP_DYNAMIC: ok = fx_run_dynamic (run, step, error); break;
    case FX_STEP_ALIAS: break;
    }
  if (ok || step->node == NULL)
    return ok;
  return fx_error_prefix (error, "%s \"%s\"", step->node->op_type, step->node->name);
}

/* As FxBlockObserver has it; 0: the buffer is not arranged so. */
static gsize
block_of (const FxBuffer *buffer)
{
  const FxLayout *layout = buffer->layout;

  return layout != NULL && layout->funcs->layout_block != NULL ? layout->funcs->layout_block (layout) : 0;
}

/* Shows output k of a step to the observer, row-major unless it takes blocks. */
static gboolean
show_output (FxRun *run, guint i, guint k, GError **error)
{
  const FxStep *step = fx_engine_get_step (run->engine, i);
  const FxBuffer *buffer = fx_engine_get_buffer (run->engine, step->outputs[k]);
  FxArray array = fx_run_array (run, step->outputs[k]);
  gsize block = run->block_observer != NULL ? block_of (buffer) : 0;
  void *memory = NULL;
  gboolean ok = TRUE;

  if (block > 0)
    {
      run->block_observer (buffer->value, &array, block, run->observer_data);
      return TRUE;
    }
  if (step->shows[k] != NULL)
    {
      const FxKernel *kernel = step->shows[k];
      void *from = array.data;

      if (run->shows[i] == NULL)
        run->shows[i] = g_new0 (gpointer, step->n_outputs + 1);
      if (run->shows[i][k] == NULL)
        run->shows[i][k] = kernel->funcs->state_new (kernel, run->contexts[kernel->backend]);
      memory = run->shows[i][k] != NULL ? fx_memory_alloc (fx_array_bytes (&array), error) : NULL;
      ok = memory != NULL && kernel->funcs->run (kernel, run->shows[i][k], &from, &memory, run->scratch, error);
      array.data = memory;
    }
  if (ok)
    run->observer (buffer->value, &array, run->observer_data);
  fx_memory_free (memory);
  return ok;
}

static gboolean
show_step (FxRun *run, guint i, GError **error)
{
  const FxStep *step = fx_engine_get_step (run->engine, i);

  for (guint k = 0; step->node != NULL && k < step->n_outputs; k++)
    if (step->outputs[k] != FX_NONE
        && fx_engine_get_buffer (run->engine, step->outputs[k])->value < run->engine->n_source_values
        && !show_output (run, i, k, error))
      return FALSE;
  return TRUE;
}

/* Data-dependent values that no later step reads. */
static void
free_dead (FxRun *run, guint i)
{
  const FxStep *step = fx_engine_get_step (run->engine, i);

  g_ptr_array_set_size (run->spare, 0);
  for (guint k = 0; k < step->n_inputs + step->n_outputs; k++)
    {
      FxId id = k < step->n_inputs ? step->inputs[k] : step->outputs[k - step->n_inputs];
      const FxBuffer *buffer = id != FX_NONE ? fx_engine_get_buffer (run->engine, id) : NULL;

      if (buffer != NULL && buffer->kind == FX_BUFFER_DYNAMIC && buffer->last <= i)
        free_dynamic (run, id);
    }
}

static gboolean
run_steps (FxRun *run, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < run->engine->steps->len; i++)
    {
      const FxStep *step = fx_engine_get_step (run->engine, i);
      gint64 begin = run->times_us != NULL ? g_get_monotonic_time () : 0;

      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !run_step (run, i, step, error))
        return FALSE;
      if (run->times_us != NULL)
        run->times_us[i] += (double)(g_get_monotonic_time () - begin);
      if (run->observer != NULL && !show_step (run, i, error))
        return FALSE;
      free_dead (run, i);
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* A tensor of what an output buffer holds, in the model's own type. */
static FxTensor *
give_output (const FxRun *run, guint i, GError **error)
{
  const FxEngine *engine = run->engine;
  FxArray from = fx_run_array (run, engine->outputs[i]), to = from;
  FxTensor *tensor;

  if (engine->declared_outputs[i].dtype != FX_DTYPE_UNDEFINED)
    to.dtype = engine->declared_outputs[i].dtype;
  tensor = fx_tensor_new_alloc (to.dtype, &to.shape, &to.data, error);
  if (tensor != NULL)
    fx_array_convert (&from, &to);
  return tensor;
}

gboolean
fx_run_execute (FxRun *run, FxTensor *const *inputs, FxTensor **outputs, GCancellable *cancellable, GError **error)
{
  guint n_outputs = fx_graph_n_outputs (run->engine->graph);
  int threads;
  gboolean ok;

  for (guint i = 0; i < n_outputs; i++)
    outputs[i] = NULL;
  if (!take_inputs (run, inputs, error))
    return FALSE;
  for (guint i = 0; run->observer != NULL && i < fx_graph_n_inputs (run->engine->graph); i++)
    {
      FxArray array = fx_run_array (run, run->engine->inputs[i]);

      run->observer (fx_graph_input (run->engine->graph, i), &array, run->observer_data);
    }

  threads = fx_threads_enter (run->engine->options.n_threads);
  ok = run_steps (run, cancellable, error);
  fx_threads_leave (threads);

  for (guint i = 0; ok && i < n_outputs; i++)
    ok = (outputs[i] = give_output (run, i, error)) != NULL;
  for (guint i = 0; !ok && i < n_outputs; i++)
    g_clear_pointer (&outputs[i], fx_tensor_unref);
  for (FxId b = 0; b < run->engine->buffers->len; b++)
    free_dynamic (run, b);
  for (guint i = 0; i < fx_graph_n_inputs (run->engine->graph); i++)
    g_clear_pointer (&run->inputs[i], fx_tensor_unref);
  return ok;
}
