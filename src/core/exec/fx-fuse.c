/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-fuse.h"

#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"

#include <math.h>

typedef struct
{
  const FxGraph *graph;
  const FxUses *uses;
  FxBackend *backend;
  FxId *position; /* [n_values] main node of the group that gives the value; FX_NONE: none yet */
  guint8 *taken;  /* [n_nodes] */
} Fuser;

static void
group_free (gpointer data)
{
  FxGroup *group = data;

  g_array_unref (group->nodes);
  g_free (group);
}

gboolean
fx_value_is_static (const FxValue *value)
{
  gsize elements;

  return value->dtype != FX_DTYPE_UNDEFINED && fx_shape_count (&value->shape, &elements);
}

static gboolean
is_static_f32 (const Fuser *fuser, FxId id)
{
  const FxValue *value = fx_graph_value (fuser->graph, id);

  return value->dtype == FX_DTYPE_FLOAT && fx_value_is_static (value);
}

static const FxNode *
user_of (const Fuser *fuser, FxId value, guint i, FxId *id)
{
  *id = fuser->uses->users[fuser->uses->first[value] + i];
  return fx_graph_node (fuser->graph, *id);
}

/* The node that is the only one to see `value`, as its input 0 or anywhere; FX_NONE if there is none. */
static FxId
only_user (const Fuser *fuser, FxId value)
{
  FxId id;
  const FxNode *node;

  if (fx_uses_count (fuser->uses, value) != 1 || fuser->uses->is_output[value] || !is_static_f32 (fuser, value))
    return FX_NONE;
  node = user_of (fuser, value, 0, &id);
  if (fuser->taken[id] || node->op == NULL || node->n_outputs < 1 || node->outputs[0] == FX_NONE
      || !is_static_f32 (fuser, node->outputs[0]))
    return FX_NONE;
  return id;
}

static void
absorb (Fuser *fuser, FxGroup *group, FxId node, FxPost post)
{
  fuser->taken[node] = 1;
  g_array_append_val (group->nodes, node);
  group->output = fx_graph_node (fuser->graph, node)->outputs[0];
  group->posts[group->n_posts++] = post;
}

static gboolean
try_activation (Fuser *fuser, FxGroup *group, guint32 allowed)
{
  FxId id = only_user (fuser, group->output);
  FxPost post = { 0 };

  if (id == FX_NONE || fx_graph_node (fuser->graph, id)->inputs[0] != group->output)
    return FALSE;
  post.activation = fx_activation_of_node (fuser->graph, fx_graph_node (fuser->graph, id));
  if (post.activation.kind == FX_ACTIVATION_NONE || !(allowed & 1u << post.activation.kind))
    return FALSE;
  absorb (fuser, group, id, post);
  return TRUE;
}

/* x · sigmoid (x) and x · hardsigmoid (x) with slope 1/6, as exporters write Swish and HardSwish. */
static gboolean
try_gated (Fuser *fuser, FxGroup *group, guint32 allowed)
{
  FxId x = group->output, ids[2];
  const FxNode *gate, *mul;
  FxPost post = { 0 };

  if (fx_uses_count (fuser->uses, x) != 2 || fuser->uses->is_output[x] || !is_static_f32 (fuser, x))
    return FALSE;
  gate = user_of (fuser, x, 0, &ids[0]);
  mul = user_of (fuser, x, 1, &ids[1]);
  if (fx_node_is (gate, "Mul"))
    {
      const FxNode *node = gate;
      FxId id = ids[0];

      gate = mul;
      mul = node;
      ids[0] = ids[1];
      ids[1] = id;
    }
  if (fx_node_is (gate, "Sigmoid"))
    post.activation = (FxActivation){ FX_ACTIVATION_SWISH, 1.0f, 0.0f };
  else if (fx_node_is (gate, "HardSigmoid") && fabsf (fx_node_float (gate, "alpha", 0.2f) - 1.0f / 6) < 1e-7f
           && fx_node_float (gate, "beta", 0.5f) == 0.5f)
    post.activation = (FxActivation){ FX_ACTIVATION_HARDSWISH, 0.0f, 0.0f };
  else
    return FALSE;
  if (!fx_node_is (mul, "Mul") || fuser->taken[ids[0]] || fuser->taken[ids[1]] || mul->n_inputs != 2
      || fx_uses_count (fuser->uses, gate->outputs[0]) != 1 || fuser->uses->is_output[gate->outputs[0]]
      || !(mul->inputs[0] == gate->outputs[0] || mul->inputs[1] == gate->outputs[0])
      || !(allowed & 1u << post.activation.kind) || mul->outputs[0] == FX_NONE)
    return FALSE;
  fuser->taken[ids[0]] = 1;
  g_array_append_val (group->nodes, ids[0]);
  absorb (fuser, group, ids[1], post);
  return TRUE;
}

/* Add with a value of the same shape that is there before the main node runs. */
static gboolean
try_sum (Fuser *fuser, FxGroup *group, FxId main_node)
{
  FxId id = only_user (fuser, group->output), other;
  const FxNode *node;
  const FxValue *value;

  if (id == FX_NONE || group->addend != FX_NONE)
    return FALSE;
  node = fx_graph_node (fuser->graph, id);
  if (!(fx_node_is (node, "Add") || fx_node_is (node, "Sum")) || node->n_inputs != 2)
    return FALSE;
  other = node->inputs[node->inputs[0] == group->output ? 1 : 0];
  if (other == FX_NONE || other == group->output || !is_static_f32 (fuser, other))
    return FALSE;
  value = fx_graph_value (fuser->graph, other);
  if (value->constant != NULL || !fx_shape_equal (&value->shape, &fx_graph_value (fuser->graph, group->output)->shape)
      || (fuser->uses->producer[other] != FX_NONE
          && (fuser->position[other] == FX_NONE || fuser->position[other] >= main_node)))
    return FALSE;
  group->addend = other;
  absorb (fuser, group, id, (FxPost){ .is_sum = TRUE });
  return TRUE;
}

static FxGroup *
group_new (Fuser *fuser, FxId main_node)
{
  FxGroup *group = g_new0 (FxGroup, 1);
  const FxNode *node = fx_graph_node (fuser->graph, main_node);
  gboolean sum;
  guint32 allowed;

  group->nodes = g_array_new (FALSE, FALSE, sizeof (FxId));
  group->addend = FX_NONE;
  group->output = node->n_outputs > 0 ? node->outputs[0] : FX_NONE;
  g_array_append_val (group->nodes, main_node);
  fuser->taken[main_node] = 1;

  if (fuser->backend != NULL && group->output != FX_NONE)
    {
      allowed = fuser->backend->funcs->posts (fuser->backend, node, &sum);
      while (group->n_posts < FX_MAX_POSTS
             && (try_activation (fuser, group, allowed) || try_gated (fuser, group, allowed)
                 || (sum && try_sum (fuser, group, main_node))))
        {
        }
    }
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i] != FX_NONE)
      fuser->position[node->outputs[i]] = main_node;
  if (group->output != FX_NONE)
    fuser->position[group->output] = main_node;
  return group;
}

GPtrArray *
fx_fuse_groups (const FxGraph *graph, FxBackend *backend, const FxId *visible, guint n_visible)
{
  guint n_nodes = fx_graph_n_nodes (graph), n_values = fx_graph_n_values (graph);
  GPtrArray *groups = g_ptr_array_new_with_free_func (group_free);
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  g_autofree FxId *position = g_new (FxId, n_values + 1);
  g_autofree guint8 *taken = g_new0 (guint8, n_nodes + 1);
  Fuser fuser = { graph, uses, backend, position, taken };

  for (FxId v = 0; v < n_values; v++)
    position[v] = FX_NONE;
  for (guint i = 0; i < n_visible; i++)
    if (visible[i] < n_values)
      uses->is_output[visible[i]] = 1; /* seen from outside: no group goes on behind it */
  for (FxId i = 0; i < n_nodes; i++)
    if (!taken[i] && !fx_graph_node (graph, i)->removed)
      g_ptr_array_add (groups, group_new (&fuser, i));
  return groups;
}
