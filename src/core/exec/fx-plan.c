/* Buffers and the whole of the plan; how one node becomes a step is in fx-plan-node.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-plan.h"

#include "core/exec/fx-memory.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"

#include <string.h>

void
fx_step_clear (FxStep *step)
{
  for (guint i = 0; step->shows != NULL && i < step->n_outputs; i++)
    fx_kernel_free (step->shows[i]);
  fx_kernel_free (step->kernel);
  g_free (step->shows);
  g_free (step->params);
  g_free (step->inputs);
  g_free (step->outputs);
  g_strfreev (step->origins);
}

FxId
fx_plan_add_buffer (FxEngine *engine, FxId value, FxBufferKind kind, FxLayout *layout)
{
  const FxValue *of = fx_graph_value (engine->graph, value);
  FxBuffer buffer = { .kind = kind,
                      .value = value,
                      .array = { of->dtype, of->shape, NULL },
                      .layout = fx_layout_ref (layout),
                      .next = engine->first_form[value] };
  gsize elements;

  if (layout != NULL)
    buffer.bytes = layout->funcs->layout_bytes (layout);
  else if (fx_shape_count (&of->shape, &elements))
    buffer.bytes = elements * fx_dtype_size (of->dtype);
  g_array_append_val (engine->buffers, buffer);
  engine->first_form[value] = engine->buffers->len - 1;
  return engine->buffers->len - 1;
}

static FxBlock *
root_of (const FxEngine *engine, FxId buffer)
{
  gsize offset = 0;

  return fx_blocks_get (&engine->blocks,
                        fx_blocks_root (&engine->blocks, fx_engine_get_buffer (engine, buffer)->block, &offset));
}

gboolean
fx_plan_add_output (FxEngine *engine, const FxNode *node, FxId value, FxLayout *layout, FxId *id, GError **error)
{
  const FxValue *of = fx_graph_value (engine->graph, value);
  FxBuffer *buffer;

  if (fx_dtype_size (of->dtype) == 0)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "%s \"%s\": tensors of type %s cannot be computed",
                    node != NULL ? node->op_type : _ ("value"), node != NULL ? node->name : of->name,
                    fx_dtype_name (of->dtype));
  *id = fx_plan_add_buffer (engine, value, FX_BUFFER_ARENA, layout);
  buffer = fx_engine_get_buffer (engine, *id);
  if (buffer->bytes > engine->options.max_bytes)
    {
      g_autofree char *shape = fx_shape_to_string (&of->shape);

      return fx_fail (error, FX_ERROR_TOO_LARGE,
                      "%s \"%s\": output \"%s\" of shape %s needs %zu bytes, over the limit of %zu",
                      node != NULL ? node->op_type : _ ("value"), node != NULL ? node->name : of->name, of->name, shape,
                      buffer->bytes, engine->options.max_bytes);
    }
  buffer->block = fx_blocks_add (&engine->blocks, buffer->bytes, engine->steps->len);
  root_of (engine, *id)->pending += engine->uses_left[value];
  return TRUE;
}

FxId
fx_plan_add_alias (FxEngine *engine, FxId value, FxId of, FxLayout *layout)
{
  FxId id = fx_plan_add_buffer (engine, value, fx_engine_get_buffer (engine, of)->kind, layout);
  FxBuffer *buffer = fx_engine_get_buffer (engine, id);
  const FxBuffer *under = fx_engine_get_buffer (engine, of);

  buffer->block = under->block;
  buffer->offset = under->offset;
  buffer->index = under->index;
  buffer->array.data = under->array.data;
  if (buffer->kind == FX_BUFFER_ARENA)
    root_of (engine, id)->pending += engine->uses_left[value];
  return id;
}

void
fx_plan_used (FxEngine *engine, FxId value)
{
  g_assert (engine->uses_left[value] > 0);
  engine->uses_left[value]--;
  for (FxId b = engine->first_form[value]; b != FX_NONE; b = fx_engine_get_buffer (engine, b)->next)
    if (fx_engine_get_buffer (engine, b)->kind == FX_BUFFER_ARENA)
      root_of (engine, b)->pending--;
}

gboolean
fx_plan_is_dead (const FxEngine *engine, FxId buffer)
{
  return !engine->options.keep_values && fx_engine_get_buffer (engine, buffer)->kind == FX_BUFFER_ARENA
         && root_of (engine, buffer)->pending == 0;
}

void
fx_plan_add_step (FxEngine *engine, FxStep step)
{
  guint at = engine->steps->len;

  for (guint i = 0; i < step.n_inputs + step.n_outputs; i++)
    {
      FxId id = i < step.n_inputs ? step.inputs[i] : step.outputs[i - step.n_inputs];
      FxBuffer *buffer = id != FX_NONE ? fx_engine_get_buffer (engine, id) : NULL;

      if (buffer == NULL)
        continue;
      if (buffer->kind == FX_BUFFER_ARENA)
        fx_blocks_touch (&engine->blocks, buffer->block, at);
      buffer->last = at;
    }
  if (step.kernel != NULL)
    {
      engine->scratch_bytes = MAX (engine->scratch_bytes, step.kernel->scratch_bytes);
      engine->packed_bytes += step.kernel->packed_bytes;
    }
  g_array_append_val (engine->steps, step);
}

const FxLayout *
fx_plan_layout (const FxEngine *engine, FxId value)
{
  for (FxId b = engine->first_form[value]; b != FX_NONE; b = fx_engine_get_buffer (engine, b)->next)
    if (fx_engine_get_buffer (engine, b)->layout != NULL)
      return fx_engine_get_buffer (engine, b)->layout;
  return NULL;
}

/* The plain form of a constant: its own bytes where they are aligned to its element size. */
static FxId
add_constant (FxEngine *engine, FxId value)
{
  FxTensor *tensor = fx_graph_value (engine->graph, value)->constant;
  gsize element = MAX (fx_dtype_size (fx_tensor_dtype (tensor)), 1);
  FxId id = fx_plan_add_buffer (engine, value, FX_BUFFER_CONSTANT, NULL);
  FxBuffer *buffer = fx_engine_get_buffer (engine, id);

  if ((guintptr)g_bytes_get_data (fx_tensor_bytes (tensor), NULL) % MIN (element, 8) == 0)
    buffer->tensor = fx_tensor_ref (tensor);
  else
    buffer->tensor = fx_tensor_aligned (tensor);
  buffer->array = fx_tensor_array (buffer->tensor);
  return id;
}

static FxStep
reorder_step (FxKernel *kernel, FxId from, FxId to)
{
  return (FxStep){ .kind = FX_STEP_KERNEL,
                   .kernel = kernel,
                   .n_inputs = 1,
                   .n_outputs = 1,
                   .inputs = g_memdup2 (&from, sizeof from),
                   .outputs = g_memdup2 (&to, sizeof to),
                   .origins = g_new0 (char *, 1) };
}

FxKernel *
fx_plan_prepare (FxEngine *engine, const FxKernelRequest *request, GError **error)
{
  for (guint i = 0; i < FX_N_BACKENDS && engine->backends[i] != NULL; i++)
    {
      GError *problem = NULL;
      FxKernel *kernel = engine->backends[i]->funcs->prepare (engine->backends[i], request, &problem);

      if (kernel != NULL)
        kernel->backend = i;
      if (problem != NULL)
        g_propagate_error (error, problem);
      if (kernel != NULL || problem != NULL)
        return kernel;
    }
  return NULL;
}

static FxKernel *
reorder_kernel (FxEngine *engine, FxId from, const FxLayout *to, GError **error)
{
  const FxBuffer *buffer = fx_engine_get_buffer (engine, from);

  for (guint i = 0; i < FX_N_BACKENDS; i++)
    {
      FxBackend *backend = engine->backends[i];
      GError *problem = NULL;
      FxKernel *kernel
          = backend->funcs->reorder (backend, buffer->array.dtype, &buffer->array.shape, buffer->layout, to, &problem);

      if (kernel != NULL)
        kernel->backend = i;
      if (problem != NULL)
        g_propagate_error (error, problem);
      if (kernel != NULL || problem != NULL)
        return kernel;
    }
  fx_fail (error, FX_ERROR_FAILED, "value \"%s\" cannot change its layout",
           fx_graph_value (engine->graph, buffer->value)->name);
  return NULL;
}

/* Brings a constant into a layout at once. */
static gboolean
reorder_constant (FxEngine *engine, FxKernel *kernel, FxId from, FxId to, GError **error)
{
  FxBackend *backend = engine->backends[kernel->backend];
  FxBuffer *target = fx_engine_get_buffer (engine, to);
  gpointer context = backend->funcs->context_new (backend, error);
  gpointer state = context != NULL ? kernel->funcs->state_new (kernel, context) : NULL;
  void *scratch = fx_memory_alloc (kernel->scratch_bytes, error);
  gboolean ok = state != NULL && scratch != NULL;

  if (ok)
    target->memory = target->array.data = fx_memory_alloc (target->bytes, error);
  ok = ok && target->memory != NULL
       && kernel->funcs->run (kernel, state, &fx_engine_get_buffer (engine, from)->array.data, &target->memory, scratch,
                              error);
  if (state != NULL)
    kernel->funcs->state_free (state);
  if (context != NULL)
    backend->funcs->context_free (context);
  fx_memory_free (scratch);
  engine->packed_bytes += target->bytes;
  return ok;
}

gboolean
fx_plan_need (FxEngine *engine, FxId value, const FxLayout *layout, FxId *id, GError **error)
{
  FxId from = engine->first_form[value];
  FxKernel *kernel;

  for (FxId b = from; b != FX_NONE; b = fx_engine_get_buffer (engine, b)->next)
    if (fx_layout_equal (fx_engine_get_buffer (engine, b)->layout, layout))
      {
        *id = b;
        return TRUE;
      }
  if (from == FX_NONE)
    {
      if (fx_graph_value (engine->graph, value)->constant == NULL)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "value \"%s\" is used but nothing computes it",
                        fx_graph_value (engine->graph, value)->name);
      from = *id = add_constant (engine, value);
      if (layout == NULL)
        return TRUE;
    }

  kernel = reorder_kernel (engine, from, layout, error);
  if (kernel == NULL)
    return FALSE;
  if (fx_engine_get_buffer (engine, from)->kind == FX_BUFFER_CONSTANT)
    {
      gboolean ok;

      *id = fx_plan_add_buffer (engine, value, FX_BUFFER_CONSTANT, (FxLayout *)layout);
      ok = reorder_constant (engine, kernel, from, *id, error);
      fx_kernel_free (kernel);
      return ok;
    }
  if (!fx_plan_add_output (engine, NULL, value, (FxLayout *)layout, id, error))
    {
      fx_kernel_free (kernel);
      return FALSE;
    }
  fx_plan_add_step (engine, reorder_step (kernel, from, *id));
  return TRUE;
}

gboolean
fx_plan_copy (FxEngine *engine, FxId of, FxId *copy, GError **error)
{
  FxId value = fx_engine_get_buffer (engine, of)->value;
  FxLayout *layout = fx_engine_get_buffer (engine, of)->layout;
  FxKernel *kernel = reorder_kernel (engine, of, layout, error);
  FxBuffer *buffer;

  if (kernel == NULL)
    return FALSE;
  if (!fx_plan_add_output (engine, NULL, value, layout, copy, error))
    {
      fx_kernel_free (kernel);
      return FALSE;
    }
  /* nobody else may find it */
  buffer = fx_engine_get_buffer (engine, *copy);
  engine->first_form[value] = buffer->next;
  buffer->next = FX_NONE;
  root_of (engine, *copy)->pending = 0;
  fx_plan_add_step (engine, reorder_step (kernel, of, *copy));
  return TRUE;
}

/* TOO_LARGE, naming what takes most. */
static gboolean
fail_too_large (const FxEngine *engine, gsize total, GError **error)
{
  const FxBuffer *largest = NULL;

  for (FxId b = 0; b < engine->buffers->len; b++)
    {
      const FxBuffer *buffer = fx_engine_get_buffer (engine, b);

      if (buffer->kind == FX_BUFFER_ARENA && (largest == NULL || buffer->bytes > largest->bytes))
        largest = buffer;
    }
  return fx_fail (error, FX_ERROR_TOO_LARGE,
                  "activations need %zu bytes at a time, over the limit of %zu; the largest is \"%s\" with %zu", total,
                  engine->options.max_bytes,
                  largest != NULL ? fx_graph_value (engine->graph, largest->value)->name : "?",
                  largest != NULL ? largest->bytes : 0);
}

static gboolean
place (FxEngine *engine, GError **error)
{
  guint last = engine->steps->len;

  for (guint i = 0; engine->options.keep_values && i < engine->blocks.blocks->len; i++)
    {
      fx_blocks_touch (&engine->blocks, i, 0);
      fx_blocks_touch (&engine->blocks, i, last);
    }
  if (!fx_blocks_place (&engine->blocks, &engine->arena_bytes) || engine->arena_bytes > engine->options.max_bytes
      || engine->scratch_bytes > engine->options.max_bytes - engine->arena_bytes)
    return fail_too_large (engine, engine->arena_bytes, error);

  for (FxId b = 0; b < engine->buffers->len; b++)
    {
      FxBuffer *buffer = fx_engine_get_buffer (engine, b);

      if (buffer->kind == FX_BUFFER_ARENA)
        {
          guint root = fx_blocks_root (&engine->blocks, buffer->block, &buffer->offset);

          buffer->offset += fx_blocks_get (&engine->blocks, root)->offset;
        }
    }
  return TRUE;
}

static void
plan_inputs (FxEngine *engine)
{
  for (guint i = 0; i < fx_graph_n_inputs (engine->graph); i++)
    {
      FxId value = fx_graph_input (engine->graph, i);

      /* an initializer that is also an input gives a default, which feeding it replaces */
      engine->inputs[i] = fx_plan_add_buffer (engine, value, FX_BUFFER_INPUT, NULL);
      fx_engine_get_buffer (engine, engine->inputs[i])->index = i;
    }
}

/* Outputs leave in row-major form and stay until the end. */
static gboolean
plan_outputs (FxEngine *engine, GError **error)
{
  guint last = engine->steps->len;

  for (guint i = 0; i < fx_graph_n_outputs (engine->graph); i++)
    {
      FxBuffer *buffer;

      if (!fx_plan_need (engine, fx_graph_output (engine->graph, i), NULL, &engine->outputs[i], error))
        return FALSE;
      buffer = fx_engine_get_buffer (engine, engine->outputs[i]);
      buffer->last = G_MAXUINT;
      last = engine->steps->len;
    }
  for (guint i = 0; i < fx_graph_n_outputs (engine->graph); i++)
    if (fx_engine_get_buffer (engine, engine->outputs[i])->kind == FX_BUFFER_ARENA)
      fx_blocks_touch (&engine->blocks, fx_engine_get_buffer (engine, engine->outputs[i])->block, last);
  return TRUE;
}

/* For the observer: how each value that is not row-major becomes so. */
static gboolean
plan_shows (FxEngine *engine, GError **error)
{
  for (guint i = 0; i < engine->steps->len; i++)
    {
      FxStep *step = fx_engine_get_step (engine, i);

      if (step->node == NULL)
        continue;
      step->shows = g_new0 (FxKernel *, step->n_outputs + 1);
      for (guint k = 0; k < step->n_outputs; k++)
        if (step->outputs[k] != FX_NONE && fx_engine_get_buffer (engine, step->outputs[k])->layout != NULL)
          {
            step->shows[k] = reorder_kernel (engine, step->outputs[k], NULL, error);
            if (step->shows[k] == NULL)
              return FALSE;
            engine->scratch_bytes = MAX (engine->scratch_bytes, step->shows[k]->scratch_bytes);
          }
    }
  return TRUE;
}

/* A packed weight is all that a kernel needs: what the graph's copy holds can go. */
static void
drop_constants (FxEngine *engine)
{
  for (FxId v = 0; v < fx_graph_n_values (engine->graph); v++)
    g_clear_pointer (&fx_graph_value (engine->graph, v)->constant, fx_tensor_unref);
}

gboolean
fx_plan_make (FxEngine *engine, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxUses) uses = fx_uses_new (engine->graph);
  const FxEngineOptions *options = &engine->options;
  g_autoptr (GPtrArray) groups
      = fx_fuse_groups (engine->graph, options->keep_values ? NULL : engine->backends[FX_BACKEND_DNNL],
                        options->visible, options->n_visible);
  guint n_values = fx_graph_n_values (engine->graph);
  gboolean ok = TRUE;

  engine->first_form = g_new (FxId, n_values + 1);
  engine->uses_left = g_new0 (guint, n_values + 1);
  for (FxId v = 0; v < n_values; v++)
    {
      engine->first_form[v] = FX_NONE;
      engine->uses_left[v] = fx_uses_count (uses, v) + uses->is_output[v];
    }
  engine->uses = uses;
  plan_inputs (engine);
  for (guint i = 0; ok && i < groups->len; i++)
    ok = !g_cancellable_set_error_if_cancelled (cancellable, error) && fx_plan_group (engine, groups->pdata[i], error);
  ok = ok && plan_outputs (engine, error) && plan_shows (engine, error) && place (engine, error);
  if (ok)
    drop_constants (engine);
  engine->uses = NULL;
  g_clear_pointer (&engine->first_form, g_free);
  g_clear_pointer (&engine->uses_left, g_free);
  return ok;
}
