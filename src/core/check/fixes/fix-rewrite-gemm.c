/* y = x W + b for rows of K numbers is a convolution with kernel 1×1 on [N, K, 1, 1]; where the rows are images
 * [N, C, H, W] in another shape, with kernel H×W on those.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"
#include "core/fx-i18n.h"

/* The largest kernel that all boards take. */
#define MAX_KERNEL 7

typedef struct
{
  gint64 n, k, m;
  const FxTensor *weights, *bias; /* bias NULL: none */
  gboolean transposed;            /* the weights are [m, k], not [k, m] */
  double alpha, beta;
} Layer;

static gboolean
read_layer (const FxEdit *edit, const FxNode *node, Layer *layer)
{
  gboolean gemm = fx_edit_is (node, "Gemm");
  FxId x = fx_edit_operand (node, 0), bias = gemm ? fx_edit_operand (node, 2) : FX_NONE;
  FxShape shape = fx_edit_shape (edit, x), weights;

  *layer = (Layer){ .weights = fx_edit_constant (edit, fx_edit_operand (node, 1)),
                    .bias = fx_edit_constant (edit, bias),
                    .alpha = fx_edit_float_attr (node, "alpha", 1.0),
                    .beta = fx_edit_float_attr (node, "beta", 1.0),
                    .transposed = gemm && fx_edit_int_attr (node, "transB", 0) != 0 };
  if ((!gemm && !fx_edit_is (node, "MatMul")) || fx_edit_dtype (edit, x) != FX_DTYPE_FLOAT || shape.rank != 2
      || !fx_edit_static (edit, x) || fx_edit_constant (edit, x) != NULL || layer->weights == NULL
      || (bias != FX_NONE && layer->bias == NULL) || (gemm && fx_edit_int_attr (node, "transA", 0) != 0))
    return FALSE;
  weights = *fx_tensor_shape (layer->weights);
  if (weights.rank != 2 || fx_tensor_dtype (layer->weights) != FX_DTYPE_FLOAT
      || fx_tensor_elements (layer->weights) == 0)
    return FALSE;
  layer->n = shape.dims[0];
  layer->k = shape.dims[1];
  layer->m = weights.dims[layer->transposed ? 0 : 1];
  if (weights.dims[layer->transposed ? 1 : 0] != layer->k)
    return FALSE;
  return layer->bias == NULL || fx_tensor_elements (layer->bias) == 1
         || (fx_tensor_elements (layer->bias) == (gsize)layer->m
             && fx_tensor_shape (layer->bias)->dims[fx_tensor_shape (layer->bias)->rank - 1] == layer->m);
}

/* [m, c, h, w] with c h w = k; NULL and nothing changed if memory is short. */
static FxTensor *
conv_weights (const Layer *layer, const FxShape *x)
{
  FxShape shape = FX_SHAPE (layer->m, x->dims[1], x->dims[2], x->dims[3]);
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &shape, &data, NULL);
  float *to = data;

  for (gint64 i = 0; tensor != NULL && i < layer->m; i++)
    for (gint64 j = 0; j < layer->k; j++)
      {
        gint64 at = layer->transposed ? i * layer->k + j : j * layer->m + i;

        to[i * layer->k + j] = (float)(layer->alpha * fx_tensor_get_double (layer->weights, (gsize)at));
      }
  return tensor;
}

static FxTensor *
conv_bias (const Layer *layer)
{
  FxShape shape = FX_SHAPE (layer->m);
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &shape, &data, NULL);
  float *to = data;

  for (gint64 i = 0; tensor != NULL && i < layer->m; i++)
    to[i] = (float)(layer->beta
                    * fx_tensor_get_double (layer->bias, fx_tensor_elements (layer->bias) > 1 ? (gsize)i : 0));
  return tensor;
}

/* The images behind the rows: the operand of the Reshape that made them, FX_NONE if the kernel would be too large. */
static FxId
find_images (FxEdit *edit, const Layer *layer, FxId rows)
{
  FxId producer = fx_edit_producer (edit, rows);
  const FxNode *reshape = producer != FX_NONE ? fx_graph_node (edit->graph, producer) : NULL;
  FxId images = reshape != NULL && fx_edit_is (reshape, "Reshape") ? fx_edit_operand (reshape, 0) : FX_NONE;
  FxShape shape = fx_edit_shape (edit, images);

  if (shape.rank != 4 || !fx_edit_static (edit, images) || shape.dims[0] != layer->n || shape.dims[2] > MAX_KERNEL
      || shape.dims[3] > MAX_KERNEL)
    return FX_NONE;
  return images;
}

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id);
  g_autofree char *op = g_strdup (node->op_type);
  g_autoptr (FxTensor) weights = NULL;
  g_autoptr (FxTensor) bias = NULL;
  FxId images, operands[3] = { FX_NONE, FX_NONE, FX_NONE }, output;
  FxShape x, flat = fx_edit_shape (edit, node->outputs[0]);
  Layer layer;

  if (!read_layer (edit, node, &layer) || flat.rank != 2)
    return;
  images = find_images (edit, &layer, node->inputs[0]);
  x = images != FX_NONE ? fx_edit_shape (edit, images) : FX_SHAPE (layer.n, layer.k, 1, 1);
  weights = conv_weights (&layer, &x);
  bias = layer.bias != NULL ? conv_bias (&layer) : NULL;
  if (weights == NULL || (bias == NULL && layer.bias != NULL))
    return;

  operands[0] = images != FX_NONE ? images : fx_edit_reshape (edit, node, node->inputs[0], &x);
  operands[1] = fx_edit_add_tensor (edit, node, "weights", g_steal_pointer (&weights));
  if (bias != NULL)
    operands[2] = fx_edit_add_tensor (edit, node, "bias", g_steal_pointer (&bias));
  fx_edit_become (edit, node, "Conv", operands[2] != FX_NONE ? 3 : 2, operands[0], operands[1], operands[2]);
  fx_node_take_attr (node, fx_attr_ints ("kernel_shape", &x.dims[2], 2));
  output = fx_edit_detach (edit, node, &FX_SHAPE (layer.n, layer.m, 1, 1));
  fx_edit_reshape_to (edit, node, node->outputs[0], &flat, output);
  fx_edit_note (edit, node, "%s is a Conv with kernel %" PRId64 "×%" PRId64 " and a Reshape now", op, x.dims[2],
                x.dims[3]);
}

gboolean
fx_fix_rewrite_gemm (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
