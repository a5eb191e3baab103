/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-widen.h"

#include "core/exec/fx-activation.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"

static gboolean
is_other_float (const FxGraph *graph, FxId id)
{
  return id != FX_NONE && fx_dtype_in (fx_graph_value (graph, id)->dtype, FX_TYPES_FLOAT & ~FX_TYPES_F32);
}

static gboolean
touches_other_float (const FxGraph *graph, const FxNode *node)
{
  for (guint i = 0; i < node->n_inputs; i++)
    if (is_other_float (graph, node->inputs[i]))
      return TRUE;
  for (guint i = 0; i < node->n_outputs; i++)
    if (is_other_float (graph, node->outputs[i]))
      return TRUE;
  return FALSE;
}

/* Operators whose attributes carry a type or a tensor of it, and those that allocate their own outputs, would go on
 * making the old type. */
static gboolean
insists_on_type (const FxNode *node)
{
  if (node->op->flags & (FX_OP_DYNAMIC | FX_OP_RANDOM) || !fx_dtype_in (FX_DTYPE_FLOAT, node->op->float_types))
    return TRUE;
  for (guint i = 0; i < node->n_attrs; i++)
    if (node->attrs[i].kind == FX_ATTR_TENSOR)
      return TRUE;
  return fx_node_attr (node, "to") != NULL || fx_node_attr (node, "dtype") != NULL || fx_node_is (node, "CastLike");
}

static gboolean
worth_it (const FxGraph *graph)
{
  gboolean dense = FALSE;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (node->removed || node->op == NULL || !touches_other_float (graph, node))
        continue;
      if (insists_on_type (node))
        return FALSE;
      dense = dense || fx_node_is (node, "Conv") || fx_node_is (node, "ConvTranspose") || fx_node_is (node, "Gemm")
              || fx_node_is (node, "MatMul");
    }
  return dense;
}

gboolean
fx_widen (FxGraph *graph, GError **error)
{
  if (!worth_it (graph))
    return TRUE;
  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    {
      FxValue *value = fx_graph_value (graph, v);

      if (!is_other_float (graph, v))
        continue;
      value->dtype = FX_DTYPE_FLOAT;
      if (value->constant != NULL)
        {
          g_autoptr (FxTensor) narrow = fx_tensor_aligned (value->constant);
          FxArray from = fx_tensor_array (narrow), to = { FX_DTYPE_FLOAT, from.shape, NULL };
          FxTensor *wide = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &from.shape, &to.data, error);

          if (wide == NULL)
            return FALSE;
          fx_array_convert (&from, &to);
          fx_tensor_unref (value->constant);
          value->constant = wide;
        }
    }
  return TRUE;
}
