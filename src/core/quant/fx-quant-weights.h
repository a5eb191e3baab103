/* Constant weights of Conv, ConvTranspose, Gemm and MatMul: where their output channels are, and as integers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-quant-params.h"

G_BEGIN_DECLS

/* The result is alpha × (x · weights) + beta × bias, one scale for each output channel. */
typedef struct
{
  FxId x, weights, bias; /* values; bias FX_NONE: there is none */
  guint n_channels;      /* of the output */
  gsize n;               /* elements of the weights */
  gsize inner, per_group, group_size;
  double alpha, beta; /* of a Gemm, else 1 */
} FxWeightLayout;

/* FALSE: the node has no constant float weights that an integer form could use. */
gboolean fx_weight_layout (const FxGraph *graph, const FxNode *node, FxWeightLayout *layout);

/* Output channel of element i of the weight tensor. */
static inline guint
fx_weight_channel (const FxWeightLayout *layout, gsize i)
{
  return (guint)(i / layout->group_size * layout->per_group + i / layout->inner % layout->per_group);
}

/* alpha × element i of the weights. */
static inline double
fx_weight_real (const FxGraph *graph, const FxWeightLayout *layout, gsize i)
{
  return layout->alpha * fx_tensor_get_double (fx_graph_value (graph, layout->weights)->constant, i);
}

/* beta × the bias of a channel; 0 without one. */
double fx_weight_bias (const FxGraph *graph, const FxWeightLayout *layout, guint channel);

/* Largest magnitude / 127 of each channel, but so much larger where needed that the bias and with it the sums fit 32
 * bits, or 64 for 16-bit activations. `x` has scale and bits of the operand. g_free() it. NULL and *error (BAD_DATA) if
 * a weight or a bias is not finite. */
float *fx_weight_scales (const FxGraph *graph, const FxWeightLayout *layout, const FxValueQuant *x, GError **error);

/* The integers of the weights, in the order of the tensor: those of `quant`, or the nearest ones, −127…127. */
gint8 *fx_weight_integers (const FxGraph *graph, const FxWeightLayout *layout, const FxNodeQuant *quant);

/* The bias of a channel with its shift in steps of x_scale × the channel's weight scale. */
double fx_weight_bias_steps (const FxGraph *graph, const FxWeightLayout *layout, const FxNodeQuant *quant,
                             double x_scale, guint channel);

/* All of them as the operand of QConv and QMatMul: int32, behind an `x` of 16 bits int64. */
FxTensor *fx_weight_bias_tensor (const FxGraph *graph, const FxWeightLayout *layout, const FxNodeQuant *quant,
                                 const FxValueQuant *x);

G_END_DECLS
