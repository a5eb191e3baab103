/* Weights of linear layers in one layout, whatever operator and layout they come from: for the steps that rescale,
 * round or correct them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

/* y[o] = bias[o] + Σ w[o][i][t] · x[first input channel of o's group + i] over input channels i and kernel taps t. */
typedef struct
{
  guint n_out, n_in; /* channels, of all groups */
  guint group;
  guint taps;   /* of the kernel window; 1 for fully connected layers */
  float *w;     /* [n_out][n_in / group][taps] */
  double *bias; /* [n_out], zeros if the layer has none */
} FxLayerWeights;

/* Whether a node is a Conv, ConvTranspose, Gemm or MatMul whose weights (and bias, if any) are float constants, in a
 * form that is a plain product: alpha and beta 1, A not transposed, a bias per column, a matrix as second operand. */
gboolean fx_layer_is_linear (const FxGraph *graph, const FxNode *node);

/* TRUE and weights to clear, if fx_layer_is_linear(). Where taps are channels of a flattened picture, they count as
 * input channels. */
gboolean fx_layer_weights_read (const FxGraph *graph, const FxNode *node, FxLayerWeights *weights);
void fx_layer_weights_clear (FxLayerWeights *weights);

/* Puts weights of the same sizes into the node, in its own layout. Constants that other nodes use too are left alone:
 * the node gets its own. It gets a bias if it had none and the new one is not all zeros, which MatMul cannot: asserted.
 * FALSE and *error (TOO_LARGE) if memory is short. */
gboolean fx_layer_weights_write (FxGraph *graph, FxId node, const FxLayerWeights *weights, GError **error);

/* Integers in the layout of FxLayerWeights.w, as the tensor of a node's own weights has them; both have as many
 * elements as the weights. The node is one that fx_layer_weights_read() takes. */
void fx_layer_weights_place (const FxGraph *graph, const FxNode *node, const gint8 *rows, gint8 *placed);
/* The way back. */
void fx_layer_weights_gather (const FxGraph *graph, const FxNode *node, const gint8 *placed, gint8 *rows);

/* Whether each input channel has its own output channels: weights per output channel are then weights per input
 * channel. */
static inline gboolean
fx_layer_weights_is_depthwise (const FxLayerWeights *weights)
{
  return weights->group > 1 && weights->group == weights->n_in;
}

/* First element of output channel `o`, and how many it has. */
static inline float *
fx_layer_weights_row (const FxLayerWeights *weights, guint o)
{
  return weights->w + (gsize)o * (weights->n_in / weights->group) * weights->taps;
}

static inline gsize
fx_layer_weights_row_length (const FxLayerWeights *weights)
{
  return (gsize)(weights->n_in / weights->group) * weights->taps;
}

/* The input channel that element `i` of a row of output channel `o` multiplies. */
static inline guint
fx_layer_weights_input (const FxLayerWeights *weights, guint o, gsize i)
{
  guint per_group = weights->n_in / weights->group;

  return o / (weights->n_out / weights->group) * per_group + (guint)(i / weights->taps);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FxLayerWeights, fx_layer_weights_clear)

G_END_DECLS
