/* From a graph to an engine: check, infer, simplify, plan.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-engine.h"

#include "core/check/fx-diagnostic.h"
#include "core/exec/fx-memory.h"
#include "core/exec/fx-plan.h"
#include "core/exec/fx-threads.h"
#include "core/exec/fx-widen.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/passes/fx-passes.h"

#define DEFAULT_MAX_BYTES ((gsize)8 << 30)
#define MAX_THREADS 256
#define MAX_NAMED 4

/* Nodes without a kernel; the first few are named. */
static gboolean
check_operators (const FxGraph *graph, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (node->removed || (node->op != NULL && node->op->eval != NULL))
        continue;
      if (n++ < MAX_NAMED)
        g_string_append_printf (names, "%s%s \"%s\"", n > 1 ? ", " : "", node->op_type, node->name);
    }
  if (n == 0)
    return TRUE;
  if (n > MAX_NAMED)
    g_string_append_printf (names, " and %u more", n - MAX_NAMED);
  return fx_fail (error, FX_ERROR_UNSUPPORTED, "cannot run %u of %u nodes, operators not known: %s", n,
                  fx_graph_n_nodes (graph), names->str);
}

static gboolean
check_inputs (FxGraph *graph, GError **error)
{
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      FxValue *value = fx_graph_value (graph, fx_graph_input (graph, i));
      gsize elements;

      /* an initializer behind an input is its default, which feeding it replaces */
      g_clear_pointer (&value->constant, fx_tensor_unref);
      if (fx_dtype_size (value->dtype) == 0)
        return fx_fail (error, FX_ERROR_UNSUPPORTED, "input \"%s\" is of type %s, which cannot be fed", value->name,
                        fx_dtype_name (value->dtype));
      if (!fx_shape_is_static (&value->shape))
        {
          g_autofree char *shape = fx_graph_shape_to_string (graph, &value->shape);

          return fx_fail (error, FX_ERROR_BAD_GRAPH,
                          "input \"%s\" has shape %s; give it a shape that is all numbers, such as 1x3x224x224",
                          value->name, shape);
        }
      if (!fx_shape_count (&value->shape, &elements))
        {
          g_autofree char *shape = fx_shape_to_string (&value->shape);

          return fx_fail (error, FX_ERROR_TOO_LARGE, "input \"%s\" has shape %s, which no memory holds", value->name,
                          shape);
        }
    }
  return TRUE;
}

/* The file's shapes of computed values go: exporters write down those of one example where they depend on the data, and
 * everything else is told by inference. What it leaves open is settled when the model runs. */
static void
forget_declared_shapes (FxGraph *graph)
{
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      for (guint k = 0; !node->removed && k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE)
          fx_graph_value (graph, node->outputs[k])->shape = FX_SHAPE_UNKNOWN;
    }
}

static gboolean
infer (FxGraph *graph, GError **error)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();

  forget_declared_shapes (graph);
  fx_graph_infer (graph, diagnostics);
  return fx_diagnostics_to_error (diagnostics, error);
}

/* Nodes whose results nobody sees. */
static void
remove_unused (FxGraph *graph, const FxEngineOptions *options)
{
  g_autofree guint8 *needed = g_new0 (guint8, fx_graph_n_values (graph) + 1);

  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    needed[fx_graph_output (graph, i)] = 1;
  for (guint i = 0; i < options->n_visible; i++)
    if (options->visible[i] < fx_graph_n_values (graph))
      needed[options->visible[i]] = 1;
  for (FxId i = fx_graph_n_nodes (graph); i-- > 0;)
    {
      FxNode *node = fx_graph_node (graph, i);
      gboolean any = FALSE;

      if (node->removed)
        continue;
      for (guint k = 0; k < node->n_outputs; k++)
        any = any || (node->outputs[k] != FX_NONE && needed[node->outputs[k]]);
      if (!any)
        fx_graph_remove_node (graph, i);
      for (guint k = 0; any && k < node->n_inputs; k++)
        if (node->inputs[k] != FX_NONE)
          needed[node->inputs[k]] = 1;
    }
}

static FxValue
declared (const FxGraph *graph, FxId id)
{
  const FxValue *value = fx_graph_value (graph, id);

  return (FxValue){ .name = value->name, .dtype = value->dtype, .shape = value->shape };
}

/* What the model declares, before anything is widened. */
static void
remember_declared (FxEngine *engine)
{
  FxGraph *graph = engine->graph;

  engine->inputs = g_new0 (FxId, fx_graph_n_inputs (graph) + 1);
  engine->outputs = g_new0 (FxId, fx_graph_n_outputs (graph) + 1);
  engine->declared_inputs = g_new0 (FxValue, fx_graph_n_inputs (graph) + 1);
  engine->declared_outputs = g_new0 (FxValue, fx_graph_n_outputs (graph) + 1);
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    engine->declared_inputs[i] = declared (graph, fx_graph_input (graph, i));
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    engine->declared_outputs[i] = declared (graph, fx_graph_output (graph, i));
}

static gboolean
build (FxEngine *engine, GCancellable *cancellable, GError **error)
{
  FxGraph *graph = engine->graph;
  const FxEngineOptions *options = &engine->options;

  if (!check_operators (graph, error) || !check_inputs (graph, error) || !fx_graph_sort (graph, error)
      || !infer (graph, error))
    return FALSE;
  remember_declared (engine);
  if (!options->reference_kernels && options->keep_values && !fx_pass_fold_constants (graph, error))
    return FALSE;
  if (!options->reference_kernels && !options->keep_values && !fx_passes_run_float (graph, NULL, cancellable, error))
    return FALSE;
  if (!options->keep_values)
    remove_unused (graph, options);
  if (!options->reference_kernels)
    {
      engine->backends[FX_BACKEND_INT8] = fx_backend_int8.new(error);
      engine->backends[FX_BACKEND_DNNL] = fx_backend_dnnl.new(error);
      if (engine->backends[FX_BACKEND_INT8] == NULL || engine->backends[FX_BACKEND_DNNL] == NULL
          || !fx_widen (graph, error))
        return FALSE;
    }
  return fx_plan_make (engine, cancellable, error);
}

FxEngine *
fx_engine_new (const FxGraph *graph, const FxEngineOptions *options, GCancellable *cancellable, GError **error)
{
  const char *missing = fx_graph_metadata (graph, "missing_weights");
  FxEngine *engine;
  int threads;

  if (missing != NULL)
    {
      fx_fail (error, FX_ERROR_UNSUPPORTED, "the model cannot run: %s", missing);
      return NULL;
    }
  engine = g_new0 (FxEngine, 1);
  g_atomic_ref_count_init (&engine->ref_count);
  if (options != NULL)
    engine->options = *options;
  if (engine->options.n_threads == 0)
    engine->options.n_threads = g_get_num_processors ();
  engine->options.n_threads = MIN (engine->options.n_threads, MAX_THREADS);
  if (engine->options.max_bytes == 0)
    engine->options.max_bytes = DEFAULT_MAX_BYTES;
  engine->graph = fx_graph_copy (graph);
  engine->n_source_values = fx_graph_n_values (graph);
  engine->buffers = g_array_new (FALSE, FALSE, sizeof (FxBuffer));
  engine->steps = g_array_new (FALSE, FALSE, sizeof (FxStep));
  fx_blocks_init (&engine->blocks);

  /* kernels are made for as many threads as will run them */
  threads = fx_threads_enter (engine->options.n_threads);
  if (!build (engine, cancellable, error))
    g_clear_pointer (&engine, fx_engine_unref);
  else
    engine->options.visible = NULL; /* the caller's */
  fx_threads_leave (threads);
  return engine;
}

FxEngine *
fx_engine_ref (FxEngine *engine)
{
  g_atomic_ref_count_inc (&engine->ref_count);
  return engine;
}

void
fx_engine_unref (FxEngine *engine)
{
  if (engine == NULL || !g_atomic_ref_count_dec (&engine->ref_count))
    return;
  for (guint i = 0; i < engine->steps->len; i++)
    fx_step_clear (fx_engine_get_step (engine, i));
  for (FxId b = 0; b < engine->buffers->len; b++)
    {
      FxBuffer *buffer = fx_engine_get_buffer (engine, b);

      fx_layout_unref (buffer->layout);
      fx_tensor_unref (buffer->tensor);
      fx_memory_free (buffer->memory);
    }
  for (guint i = 0; i < FX_N_BACKENDS; i++)
    if (engine->backends[i] != NULL)
      engine->backends[i]->funcs->free (engine->backends[i]);
  fx_blocks_clear (&engine->blocks);
  g_array_unref (engine->buffers);
  g_array_unref (engine->steps);
  fx_graph_free (engine->graph);
  g_free (engine->inputs);
  g_free (engine->outputs);
  g_free (engine->declared_inputs);
  g_free (engine->declared_outputs);
  g_free (engine);
}

guint
fx_engine_n_inputs (const FxEngine *engine)
{
  return fx_graph_n_inputs (engine->graph);
}

guint
fx_engine_n_outputs (const FxEngine *engine)
{
  return fx_graph_n_outputs (engine->graph);
}

const FxValue *
fx_engine_input (const FxEngine *engine, guint i)
{
  return &engine->declared_inputs[i];
}

const FxValue *
fx_engine_output (const FxEngine *engine, guint i)
{
  return &engine->declared_outputs[i];
}

guint
fx_engine_n_steps (const FxEngine *engine)
{
  return engine->steps->len;
}

gsize
fx_engine_activation_bytes (const FxEngine *engine)
{
  return engine->arena_bytes + engine->scratch_bytes;
}

gsize
fx_engine_packed_bytes (const FxEngine *engine)
{
  return engine->packed_bytes;
}

FxStepInfo
fx_engine_step (const FxEngine *engine, guint i)
{
  const FxStep *step = fx_engine_get_step (engine, i);
  static const char *const implementations[] = {
    [FX_STEP_KERNEL] = "", [FX_STEP_PLAIN] = "plain", [FX_STEP_DYNAMIC] = "plain dynamic", [FX_STEP_ALIAS] = "in place"
  };

  return (FxStepInfo){
    .nodes = (const char *const *)step->origins,
    .n_nodes = g_strv_length (step->origins),
    .op_type = step->node != NULL ? step->node->op_type : "Reorder",
    .implementation = step->kernel != NULL ? step->kernel->name : implementations[step->kind],
  };
}

guint
fx_engine_n_buffers (const FxEngine *engine)
{
  return engine->blocks.blocks->len;
}

FxBufferInfo
fx_engine_buffer (const FxEngine *engine, guint b)
{
  const FxBlock *block = fx_blocks_get (&engine->blocks, b);

  if (block->parent != FX_NONE)
    return (FxBufferInfo){ 0 };
  return (FxBufferInfo){ block->offset, block->bytes, block->first, block->last };
}
