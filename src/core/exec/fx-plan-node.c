/* From a group of nodes to a step: the backend's kernel if it has one, the operator's own if not, nothing at all where
 * the result is there already.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-plan.h"
#include "core/exec/fx-memory.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/ops/concat.h"
#include "core/ops/fx-op.h"

#include <string.h>

/* Everything that is known of one group while it becomes a step. */
typedef struct
{
  FxEngine *engine;
  const FxGroup *group;
  const FxNode *node; /* the main one */
  gpointer params;
  guint n_operands; /* of the node, and the addend */
} Build;

static FxId
operand (const Build *build, guint i)
{
  return i < build->node->n_inputs ? build->node->inputs[i] : build->group->addend;
}

static const FxNode *
group_node (const Build *build, guint i)
{
  return fx_graph_node (build->engine->graph, g_array_index (build->group->nodes, FxId, i));
}

static char **
group_origins (const Build *build)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < build->group->nodes->len; i++)
    {
      guint n;
      const char *const *names = fx_node_origins (group_node (build, i), &n);

      for (guint k = 0; k < n; k++)
        g_strv_builder_add (builder, names[k]);
    }
  return g_strv_builder_end (builder);
}

/* A step with slots for all operands that the operator may look at, and nothing in them; takes the params over. */
static FxStep
step_new (Build *build, FxStepKind kind, guint n_inputs, guint n_outputs)
{
  FxStep step = { .kind = kind,
                  .node = build->node,
                  .params = g_steal_pointer (&build->params),
                  .n_inputs = n_inputs,
                  .n_outputs = n_outputs,
                  .inputs = g_new (FxId, n_inputs + 1),
                  .outputs = g_new (FxId, n_outputs + 1),
                  .origins = group_origins (build) };

  for (guint i = 0; i <= n_inputs; i++)
    step.inputs[i] = FX_NONE;
  for (guint i = 0; i <= n_outputs; i++)
    step.outputs[i] = FX_NONE;
  return step;
}

static guint
n_slots (guint n, guint max)
{
  return max == FX_VARIADIC ? n : MAX (n, max);
}

static FxStep
plain_step (Build *build, FxStepKind kind)
{
  return step_new (build, kind, n_slots (build->node->n_inputs, build->node->op->max_inputs),
                   n_slots (build->node->n_outputs, build->node->op->max_outputs));
}

/* The group has read its operands. Those of absorbed nodes count too: constants of a Clip, the addend. */
static void
count_uses (const Build *build)
{
  for (guint i = 0; i < build->group->nodes->len; i++)
    {
      const FxNode *node = group_node (build, i);

      for (guint k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] != FX_NONE && build->engine->first_form[node->inputs[k]] != FX_NONE)
          fx_plan_used (build->engine, node->inputs[k]);
    }
}

static gboolean
is_dynamic (const Build *build)
{
  const FxGraph *graph = build->engine->graph;

  if (build->node->op->flags & FX_OP_DYNAMIC)
    return TRUE;
  for (guint i = 0; i < build->node->n_inputs; i++)
    if (build->node->inputs[i] != FX_NONE && !fx_value_is_static (fx_graph_value (graph, build->node->inputs[i])))
      return TRUE;
  for (guint i = 0; i < build->node->n_outputs; i++)
    if (build->node->outputs[i] != FX_NONE && !fx_value_is_static (fx_graph_value (graph, build->node->outputs[i])))
      return TRUE;
  return FALSE;
}

static gboolean
plain_inputs (Build *build, FxStep *step, GError **error)
{
  for (guint i = 0; i < build->node->n_inputs; i++)
    if (build->node->inputs[i] != FX_NONE
        && !fx_plan_need (build->engine, build->node->inputs[i], NULL, &step->inputs[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
add_dynamic (Build *build, GError **error)
{
  FxStep step = plain_step (build, FX_STEP_DYNAMIC);

  if (!plain_inputs (build, &step, error))
    {
      fx_step_clear (&step);
      return FALSE;
    }
  count_uses (build);
  for (guint i = 0; i < build->node->n_outputs; i++)
    if (build->node->outputs[i] != FX_NONE)
      step.outputs[i] = fx_plan_add_buffer (build->engine, build->node->outputs[i], FX_BUFFER_DYNAMIC, NULL);
  fx_plan_add_step (build->engine, step);
  return TRUE;
}

/* A view of memory that stays where it is. FALSE without *error: a copy is needed after all. */
static gboolean
try_view (Build *build, GError **error)
{
  const FxNode *node = build->node;
  FxEngine *engine = build->engine;
  const FxValue *from = fx_graph_value (engine->graph, node->inputs[0]);
  const FxValue *to = fx_graph_value (engine->graph, node->outputs[0]);
  FxStep step;
  FxId under;

  if (from->dtype != to->dtype || fx_shape_elements (&from->shape) != fx_shape_elements (&to->shape)
      || (node->n_outputs > 1 && node->outputs[1] != FX_NONE)
      || !fx_plan_need (engine, node->inputs[0], NULL, &under, error)
      || fx_engine_get_buffer (engine, under)->kind == FX_BUFFER_DYNAMIC
      || fx_engine_get_buffer (engine, under)->kind == FX_BUFFER_CONSTANT)
    return FALSE;
  step = step_new (build, FX_STEP_ALIAS, 1, 1);
  step.inputs[0] = under;
  step.outputs[0] = fx_plan_add_alias (engine, node->outputs[0], under, NULL);
  count_uses (build);
  fx_plan_add_step (engine, step);
  return TRUE;
}

/* Where input i of a Concat lies in the result, if it may simply lie there. */
static gboolean
concat_part (const Build *build, const FxLayout *layout, guint i, int axis, gint64 begin, FxId id, gsize *offset)
{
  const FxEngine *engine = build->engine;
  const FxBuffer *buffer = fx_engine_get_buffer (engine, id);
  const FxShape *shape = &buffer->array.shape;
  const FxBlock *block;

  if (buffer->kind != FX_BUFFER_ARENA || buffer->offset != 0 || buffer->bytes == 0)
    return FALSE;
  block = fx_blocks_get (&engine->blocks, buffer->block);
  if (block->parent != FX_NONE || block->bytes != fx_align (buffer->bytes))
    return FALSE;
  for (guint k = 0; k < i; k++)
    if (build->node->inputs[k] == build->node->inputs[i])
      return FALSE;
  if (layout != NULL)
    return buffer->layout != NULL && buffer->layout->funcs == layout->funcs
           && layout->funcs->layout_slice (layout, buffer->layout, axis, begin, offset);
  if (buffer->layout != NULL || fx_shape_product (shape, 0, axis) != 1)
    return FALSE;
  *offset = (gsize)begin * fx_shape_product (shape, axis + 1, shape->rank) * fx_dtype_size (buffer->array.dtype);
  return TRUE;
}

/* A Concat along the outermost axis that is not 1: let its operands be written where the result has them. */
static gboolean
try_concat (Build *build, const FxKernel *kernel, gboolean *done, GError **error)
{
  const FxNode *node = build->node;
  FxEngine *engine = build->engine;
  const FxConcatParams *params = build->params;
  FxLayout *layout = kernel != NULL ? kernel->output_layout : NULL;
  g_autofree FxId *inputs = g_new (FxId, node->n_inputs + 1);
  g_autofree gsize *offsets = g_new0 (gsize, node->n_inputs + 1);
  gint64 begin = 0;
  FxStep step;
  guint block;
  int axis;

  *done = FALSE;
  if (!fx_shape_axis (&fx_graph_value (engine->graph, node->outputs[0])->shape, params->axis, &axis, NULL))
    return TRUE;
  for (guint i = 0; i < node->n_inputs; i++)
    {
      if (!fx_plan_need (engine, node->inputs[i], kernel != NULL ? kernel->input_layouts[i] : NULL, &inputs[i], error))
        return FALSE;
      if (!concat_part (build, layout, i, axis, begin, inputs[i], &offsets[i]))
        return TRUE;
      for (guint k = 0; k < i; k++)
        if (fx_engine_get_buffer (engine, inputs[k])->block == fx_engine_get_buffer (engine, inputs[i])->block)
          return TRUE;
      begin += fx_graph_value (engine->graph, node->inputs[i])->shape.dims[axis];
    }

  step = step_new (build, FX_STEP_ALIAS, node->n_inputs, 1);
  memcpy (step.inputs, inputs, node->n_inputs * sizeof *inputs);
  if (!fx_plan_add_output (engine, node, node->outputs[0], layout, &step.outputs[0], error))
    {
      fx_step_clear (&step);
      return FALSE;
    }
  block = fx_engine_get_buffer (engine, step.outputs[0])->block;
  for (guint i = 0; i < node->n_inputs; i++)
    fx_blocks_join (&engine->blocks, fx_engine_get_buffer (engine, inputs[i])->block, block, offsets[i]);
  count_uses (build);
  fx_plan_add_step (engine, step);
  *done = TRUE;
  return TRUE;
}

static FxKernel *
prepare (const Build *build, GError **error)
{
  const FxEngine *engine = build->engine;
  g_autofree FxOperand *operands = g_new0 (FxOperand, build->n_operands + 1);
  FxKernelRequest request = { .node = build->node,
                              .params = build->params,
                              .n_inputs = build->n_operands,
                              .inputs = operands,
                              .n_posts = build->group->n_posts };

  if (build->group->output == FX_NONE)
    return NULL;
  request.dtype = fx_graph_value (engine->graph, build->group->output)->dtype;
  request.shape = fx_graph_value (engine->graph, build->group->output)->shape;
  for (guint i = 0; i < build->n_operands; i++)
    {
      FxId id = operand (build, i);
      const FxValue *value;

      operands[i].shape = FX_SHAPE_UNKNOWN;
      if (id == FX_NONE)
        continue;
      value = fx_graph_value (engine->graph, id);
      /* an initializer that the caller feeds is no constant */
      operands[i] = (FxOperand){ value->dtype, value->shape, fx_plan_layout (engine, id), value->constant };
    }
  memcpy (request.posts, build->group->posts, sizeof request.posts);
  if (request.n_posts == 0)
    {
      FxActivation own = fx_activation_of_node (engine->graph, build->node);

      if (own.kind != FX_ACTIVATION_NONE)
        request.posts[request.n_posts++] = (FxPost){ FALSE, own };
    }
  return fx_plan_prepare (build->engine, &request, error);
}

/* Whether another operand of the step lies in the same memory as `under`, which is input `over`. One that is the very
 * same buffer does no harm to kernels that read each element before they write it (not `must`). */
static gboolean
shares_memory (const FxEngine *engine, const FxStep *step, int over, FxId under, gboolean must)
{
  const FxBuffer *buffer = fx_engine_get_buffer (engine, under);
  gsize offset = 0;
  guint root = fx_blocks_root (&engine->blocks, buffer->block, &offset);

  for (guint i = 0; i < step->n_inputs; i++)
    {
      const FxBuffer *other = step->inputs[i] != FX_NONE ? fx_engine_get_buffer (engine, step->inputs[i]) : NULL;

      if ((int)i != over && other != NULL && other->kind == FX_BUFFER_ARENA
          && fx_blocks_root (&engine->blocks, other->block, &offset) == root && (must || step->inputs[i] != under))
        return TRUE;
    }
  return FALSE;
}

/* The place of output 0: over an operand where that is allowed and nobody will miss it. */
static gboolean
place_output (Build *build, FxStep *step, FxLayout *layout, int over, gboolean must, GError **error)
{
  FxEngine *engine = build->engine;
  FxId value = build->group->output, under = over != FX_NO_INPUT ? step->inputs[over] : FX_NONE;
  gboolean free_to_take
      = under != FX_NONE && fx_plan_is_dead (engine, under) && !shares_memory (engine, step, over, under, must);
  gsize bytes;

  if (must && !free_to_take)
    {
      if (!fx_plan_copy (engine, under, &under, error))
        return FALSE;
      step->inputs[over] = under;
      free_to_take = TRUE;
    }
  if (free_to_take)
    {
      bytes = layout != NULL ? layout->funcs->layout_bytes (layout)
                             : fx_shape_elements (&fx_graph_value (engine->graph, value)->shape)
                                   * fx_dtype_size (fx_graph_value (engine->graph, value)->dtype);
      if (bytes == fx_engine_get_buffer (engine, under)->bytes)
        {
          step->outputs[0] = fx_plan_add_alias (engine, value, under, layout);
          return TRUE;
        }
    }
  return fx_plan_add_output (engine, build->node, value, layout, &step->outputs[0], error);
}

static gboolean
add_kernel (Build *build, FxKernel *kernel, GError **error)
{
  FxEngine *engine = build->engine;
  FxStep step = step_new (build, FX_STEP_KERNEL, build->n_operands, 1);
  gboolean ok = TRUE;

  step.kernel = kernel;
  for (guint i = 0; ok && i < build->n_operands; i++)
    if (operand (build, i) != FX_NONE && !kernel->packed[i])
      ok = fx_plan_need (engine, operand (build, i), kernel->input_layouts[i], &step.inputs[i], error);
  if (ok)
    {
      count_uses (build);
      ok = place_output (build, &step, kernel->output_layout, kernel->over_input, kernel->must_be_over, error);
    }
  if (!ok)
    {
      fx_step_clear (&step);
      return FALSE;
    }
  fx_plan_add_step (engine, step);
  return TRUE;
}

static gboolean
add_plain (Build *build, GError **error)
{
  const FxNode *node = build->node;
  FxEngine *engine = build->engine;
  FxStep step = plain_step (build, FX_STEP_PLAIN);
  gboolean ok = plain_inputs (build, &step, error);

  if (ok)
    count_uses (build);
  for (guint i = 0; ok && i < node->n_outputs; i++)
    {
      const FxValue *value;
      gboolean over;

      if (node->outputs[i] == FX_NONE)
        continue;
      value = fx_graph_value (engine->graph, node->outputs[i]);
      over = i == 0 && (node->op->flags & FX_OP_ELEMENTWISE) != 0 && node->n_inputs > 0 && node->inputs[0] != FX_NONE
             && fx_dtype_in (value->dtype, node->op->float_types | FX_TYPES_INT | FX_TYPE_BIT (BOOL))
             && fx_graph_value (engine->graph, node->inputs[0])->dtype == value->dtype
             && fx_shape_equal (&fx_graph_value (engine->graph, node->inputs[0])->shape, &value->shape);
      if (i == 0)
        ok = place_output (build, &step, NULL, over ? 0 : FX_NO_INPUT, FALSE, error);
      else
        ok = fx_plan_add_output (engine, node, node->outputs[i], NULL, &step.outputs[i], error);
    }
  if (!ok)
    {
      fx_step_clear (&step);
      return FALSE;
    }
  fx_plan_add_step (engine, step);
  return TRUE;
}

/* The nodes of a group that the backend refused as a whole, one by one. */
static gboolean
plan_singly (FxEngine *engine, const FxGroup *group, GError **error)
{
  for (guint i = 0; i < group->nodes->len; i++)
    {
      FxId id = g_array_index (group->nodes, FxId, i);
      g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (FxId));
      FxGroup single = { .nodes = nodes, .output = fx_graph_node (engine->graph, id)->outputs[0], .addend = FX_NONE };

      g_array_append_val (nodes, id);
      if (!fx_plan_group (engine, &single, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
plan_static (Build *build, GError **error)
{
  GError *problem = NULL;
  FxKernel *kernel;
  gboolean done = FALSE;

  if (build->node->op->flags & FX_OP_VIEW && build->node->n_inputs > 0 && build->node->inputs[0] != FX_NONE
      && build->group->output != FX_NONE)
    {
      if (try_view (build, &problem))
        return TRUE;
      if (problem != NULL)
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
    }
  kernel = prepare (build, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  if (kernel == NULL && build->group->nodes->len > 1)
    return plan_singly (build->engine, build->group, error);
  if (fx_node_is (build->node, "Concat") && build->group->output != FX_NONE)
    {
      if (!try_concat (build, kernel, &done, error) || done)
        {
          fx_kernel_free (kernel);
          return done;
        }
    }
  return kernel != NULL ? add_kernel (build, kernel, error) : add_plain (build, error);
}

gboolean
fx_plan_group (FxEngine *engine, const FxGroup *group, GError **error)
{
  const FxNode *node = fx_graph_node (engine->graph, g_array_index (group->nodes, FxId, 0));
  Build build = { engine, group, node, NULL, node->n_inputs + (group->addend != FX_NONE ? 1 : 0) };
  gboolean ok;

  build.params = fx_op_params_new (node->op, node, error);
  if (build.params == NULL)
    return fx_error_prefix (error, "%s \"%s\"", node->op_type, node->name);
  ok = is_dynamic (&build) ? add_dynamic (&build, error) : plan_static (&build, error);
  g_free (build.params);
  return ok;
}
