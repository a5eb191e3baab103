/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-layer-weights.h"

#include "core/exec/fx-activation.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

#include <string.h>

/* Where element [o][i][t] lies in the node's own tensor:
 * (o / per_group) · group_stride + (o % per_group) · out_stride + i · in_stride + t */
typedef struct
{
  guint n_out, n_in, group, taps;
  gsize per_group, group_stride, out_stride, in_stride;
} Layout;

static FxTensor *
constant_input (const FxGraph *graph, const FxNode *node, guint i)
{
  return i < node->n_inputs && node->inputs[i] != FX_NONE ? fx_graph_value (graph, node->inputs[i])->constant : NULL;
}

static gboolean
matrix_layout (const FxShape *shape, gboolean transposed, Layout *layout)
{
  gsize rows = (gsize)shape->dims[0], columns = (gsize)shape->dims[1];

  if (shape->rank != 2)
    return FALSE;
  *layout = (Layout){ .n_out = (guint)(transposed ? rows : columns),
                      .n_in = (guint)(transposed ? columns : rows),
                      .group = 1,
                      .taps = 1,
                      .out_stride = transposed ? columns : 1,
                      .in_stride = transposed ? 1 : columns };
  layout->per_group = layout->n_out;
  return TRUE;
}

static gboolean
window_layout (const FxShape *shape, guint group, gboolean transposed, Layout *layout)
{
  gsize first = (gsize)shape->dims[0], second = (gsize)shape->dims[1];
  gsize taps;

  if (shape->rank < 3 || group < 1 || first % group != 0)
    return FALSE;
  taps = fx_shape_product (shape, 2, shape->rank);
  *layout = (Layout){ .group = group, .taps = (guint)taps };
  layout->n_in = (guint)(transposed ? first : second * group);
  layout->n_out = (guint)(transposed ? second * group : first);
  layout->per_group = layout->n_out / group;
  layout->group_stride = first / group * second * taps;
  layout->out_stride = transposed ? taps : second * taps;
  layout->in_stride = transposed ? second * taps : taps;
  return TRUE;
}

static gboolean
is_plain_gemm (const FxNode *node)
{
  return fx_node_int (node, "transA", 0) == 0 && fx_node_float (node, "alpha", 1.0f) == 1.0f
         && fx_node_float (node, "beta", 1.0f) == 1.0f;
}

static gboolean
read_layout (const FxGraph *graph, const FxNode *node, Layout *layout)
{
  const FxTensor *weights = constant_input (graph, node, 1);
  const FxShape *shape = weights != NULL ? fx_tensor_shape (weights) : NULL;
  guint group = (guint)CLAMP (fx_node_int (node, "group", 1), 0, G_MAXINT32);

  if (weights == NULL || fx_tensor_dtype (weights) != FX_DTYPE_FLOAT || fx_tensor_elements (weights) == 0)
    return FALSE;
  if (fx_node_is (node, "Conv"))
    return window_layout (shape, group, FALSE, layout);
  if (fx_node_is (node, "ConvTranspose"))
    return window_layout (shape, group, TRUE, layout);
  if (fx_node_is (node, "Gemm"))
    return is_plain_gemm (node) && matrix_layout (shape, fx_node_int (node, "transB", 0) != 0, layout);
  return fx_node_is (node, "MatMul") && matrix_layout (shape, FALSE, layout);
}

/* Absent, or one constant number for each output channel. */
static gboolean
bias_fits (const FxGraph *graph, const FxNode *node, guint n_out)
{
  const FxTensor *bias = constant_input (graph, node, 2);

  if (node->n_inputs <= 2 || node->inputs[2] == FX_NONE)
    return TRUE;
  return bias != NULL && fx_tensor_dtype (bias) == FX_DTYPE_FLOAT && fx_tensor_elements (bias) == n_out
         && fx_tensor_shape (bias)->dims[fx_tensor_shape (bias)->rank - 1] == (gint64)n_out;
}

gboolean
fx_layer_is_linear (const FxGraph *graph, const FxNode *node)
{
  Layout layout;

  return !node->removed && node->n_outputs == 1 && read_layout (graph, node, &layout)
         && bias_fits (graph, node, layout.n_out);
}

static gsize
row_offset (const Layout *layout, guint o)
{
  return o / layout->per_group * layout->group_stride + o % layout->per_group * layout->out_stride;
}

gboolean
fx_layer_weights_read (const FxGraph *graph, const FxNode *node, FxLayerWeights *weights)
{
  g_autoptr (FxTensor) aligned = NULL;
  const FxTensor *bias;
  const float *from;
  float *to;
  Layout layout;

  if (!fx_layer_is_linear (graph, node))
    return FALSE;
  read_layout (graph, node, &layout);
  aligned = fx_tensor_aligned (constant_input (graph, node, 1));
  from = fx_tensor_array (aligned).data;
  *weights = (FxLayerWeights){ layout.n_out, layout.n_in, layout.group, layout.taps, NULL, NULL };
  to = weights->w = g_new (float, fx_tensor_elements (aligned));
  for (guint o = 0; o < layout.n_out; o++)
    for (guint i = 0; i < layout.n_in / layout.group; i++, to += layout.taps)
      memcpy (to, from + row_offset (&layout, o) + i * layout.in_stride, layout.taps * sizeof *to);

  bias = constant_input (graph, node, 2);
  weights->bias = g_new0 (double, layout.n_out);
  for (guint o = 0; bias != NULL && o < layout.n_out; o++)
    weights->bias[o] = fx_tensor_get_double (bias, o);
  return TRUE;
}

void
fx_layer_weights_place (const FxGraph *graph, const FxNode *node, const gint8 *rows, gint8 *placed)
{
  Layout layout;

  g_return_if_fail (read_layout (graph, node, &layout));
  for (guint o = 0; o < layout.n_out; o++)
    for (guint i = 0; i < layout.n_in / layout.group; i++, rows += layout.taps)
      memcpy (placed + row_offset (&layout, o) + i * layout.in_stride, rows, layout.taps);
}

void
fx_layer_weights_gather (const FxGraph *graph, const FxNode *node, const gint8 *placed, gint8 *rows)
{
  Layout layout;

  g_return_if_fail (read_layout (graph, node, &layout));
  for (guint o = 0; o < layout.n_out; o++)
    for (guint i = 0; i < layout.n_in / layout.group; i++, rows += layout.taps)
      memcpy (rows, placed + row_offset (&layout, o) + i * layout.in_stride, layout.taps);
}

void
fx_layer_weights_clear (FxLayerWeights *weights)
{
  g_clear_pointer (&weights->w, g_free);
  g_clear_pointer (&weights->bias, g_free);
}

static guint
count_uses (const FxGraph *graph, FxId value)
{
  guint n = 0;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      for (guint k = 0; !node->removed && k < node->n_inputs; k++)
        n += node->inputs[k] == value;
    }
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    n += fx_graph_output (graph, i) == value;
  return n;
}

/* The constant becomes input i of the node: in the place of what is there if nobody else looks at that. Takes
 * `tensor` over. */
static void
set_constant (FxGraph *graph, FxNode *node, guint i, const char *suffix, FxTensor *tensor)
{
  guint n = MAX (node->n_inputs, i + 1);
  g_autofree FxId *inputs = g_new (FxId, n);

  if (i < node->n_inputs && node->inputs[i] != FX_NONE && count_uses (graph, node->inputs[i]) == 1)
    {
      FxValue *value = fx_graph_value (graph, node->inputs[i]);

      fx_tensor_unref (value->constant);
      value->constant = tensor;
    }
  else
    {
      g_autofree char *name = g_strconcat (node->name, suffix, NULL);

      for (guint k = 0; k < n; k++)
        inputs[k] = k < node->n_inputs ? node->inputs[k] : FX_NONE;
      inputs[i] = fx_graph_add_constant (graph, name, tensor);
      fx_node_set_inputs (node, inputs, n);
    }
}

static gboolean
any_bias (const FxLayerWeights *weights)
{
  for (guint o = 0; o < weights->n_out; o++)
    if (weights->bias[o] != 0.0)
      return TRUE;
  return FALSE;
}

static FxTensor *
bias_tensor (const FxLayerWeights *weights, const FxTensor *like, GError **error)
{
  FxShape shape = like != NULL ? *fx_tensor_shape (like) : FX_SHAPE (weights->n_out);
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &shape, &data, error);

  for (guint o = 0; tensor != NULL && o < weights->n_out; o++)
    ((float *)data)[o] = (float)weights->bias[o];
  return tensor;
}

gboolean
fx_layer_weights_write (FxGraph *graph, FxId id, const FxLayerWeights *weights, GError **error)
{
  FxNode *node = fx_graph_node (graph, id);
  const FxTensor *old = constant_input (graph, node, 1), *old_bias = constant_input (graph, node, 2);
  FxTensor *tensor, *bias = NULL;
  const float *from = weights->w;
  Layout layout;
  void *data;

  g_assert (read_layout (graph, node, &layout) && layout.n_out == weights->n_out && layout.n_in == weights->n_in);
  tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, fx_tensor_shape (old), &data, error);
  if (tensor == NULL)
    return FALSE;
  for (guint o = 0; o < layout.n_out; o++)
    for (guint i = 0; i < layout.n_in / layout.group; i++, from += layout.taps)
      memcpy ((float *)data + row_offset (&layout, o) + i * layout.in_stride, from, layout.taps * sizeof *from);
  if (old_bias != NULL || any_bias (weights))
    {
      g_assert (!fx_node_is (node, "MatMul"));
      bias = bias_tensor (weights, old_bias, error);
      if (bias == NULL)
        {
          fx_tensor_unref (tensor);
          return FALSE;
        }
    }
  set_constant (graph, node, 1, "_weights", tensor);
  if (bias != NULL)
    set_constant (graph, fx_graph_node (graph, id), 2, "_bias", bias);
  return TRUE;
}
