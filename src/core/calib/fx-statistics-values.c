/* Which values of a graph need a range.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-statistics-private.h"

#include "core/exec/fx-activation.h"
#include "core/graph/fx-graph.h"

static gboolean
is_any (const FxNode *node, const char *const *op_types)
{
  for (; *op_types != NULL; op_types++)
    if (fx_node_is (node, *op_types))
      return TRUE;
  return FALSE;
}

/* Operators whose integer form ends in a requantization, which clamps for free. */
static gboolean
requantizes (const FxNode *node)
{
  static const char *const op_types[]
      = { "Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Sub", "Mul", "Sum", "BatchNormalization", NULL };

  return is_any (node, op_types);
}

/* Operators that give the elements of input 0 in another place, all of them and no others. */
static gboolean
only_moves (const FxNode *node)
{
  static const char *const op_types[] = { "Reshape",  "Flatten", "Squeeze",      "Unsqueeze",    "Transpose",
                                          "Identity", "Dropout", "DepthToSpace", "SpaceToDepth", NULL };

  return is_any (node, op_types);
}

static gboolean
is_clamp (const FxGraph *graph, const FxNode *node, FxId value)
{
  FxActivation activation = fx_activation_of_node (graph, node);

  if (node->n_inputs == 0 || node->inputs[0] != value)
    return FALSE;
  return (activation.kind == FX_ACTIVATION_RELU && activation.alpha == 0.0f) || activation.kind == FX_ACTIVATION_CLIP;
}

/* What the output of `node` is only an intermediate result of. */
static gboolean
is_absorbed (const FxGraph *graph, const FxUses *uses, const FxNode *node, FxId value)
{
  const FxNode *user;

  if (!requantizes (node) || uses->is_output[value] || fx_uses_count (uses, value) != 1)
    return FALSE;
  user = fx_graph_node (graph, uses->users[uses->first[value]]);
  return is_clamp (graph, user, value);
}

/* MatMul keeps features last; everything else of at least two dimensions is [batch, channels, …]. */
static int
channel_axis (const FxValue *value, const FxNode *producer)
{
  if (value->shape.rank < 2)
    return -1;
  return producer != NULL && fx_node_is (producer, "MatMul") ? value->shape.rank - 1 : 1;
}

static gboolean
is_float (const FxValue *value)
{
  return fx_dtype_in (value->dtype, FX_TYPES_FLOAT);
}

static void
add_output (FxStatistics *statistics, const FxGraph *graph, const FxUses *uses, const FxNode *node, guint i)
{
  FxId id = node->outputs[i], source = node->n_inputs > 0 ? node->inputs[0] : FX_NONE;
  const FxValue *value = id != FX_NONE ? fx_graph_value (graph, id) : NULL;

  if (value == NULL || value->constant != NULL || !is_float (value))
    return;
  if (only_moves (node) && i == 0 && source != FX_NONE && statistics->tensor_of[source] != FX_NONE)
    statistics->tensor_of[id] = statistics->tensor_of[source];
  else if (i > 0 || !is_absorbed (graph, uses, node, id))
    fx_statistics_add_tensor (statistics, id, value->name, channel_axis (value, node));
}

FxStatistics *
fx_statistics_new (const FxGraph *graph)
{
  FxStatistics *statistics = fx_statistics_new_empty (fx_graph_n_values (graph));
  g_autoptr (FxUses) uses = fx_uses_new (graph);

  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      FxId id = fx_graph_input (graph, i);
      const FxValue *value = fx_graph_value (graph, id);

      if (is_float (value) && statistics->tensor_of[id] == FX_NONE)
        fx_statistics_add_tensor (statistics, id, value->name, channel_axis (value, NULL));
    }
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      for (guint k = 0; !node->removed && k < node->n_outputs; k++)
        add_output (statistics, graph, uses, node, k);
    }
  return statistics;
}
