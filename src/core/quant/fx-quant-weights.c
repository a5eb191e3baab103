/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-quant-weights.h"

#include "core/exec/fx-activation.h"
#include "core/fx-error.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Sums stay below 2^31: the products of real layers take far less than half of that, the bias gets a quarter. Those of
 * 16-bit activations stay below 2^62, of which a double has 53 bits. */
#define BIAS_LIMIT 0x1p29
#define WIDE_BIAS_LIMIT 0x1p52

static const FxTensor *
constant_input (const FxGraph *graph, const FxNode *node, guint i)
{
  return i < node->n_inputs && node->inputs[i] != FX_NONE ? fx_graph_value (graph, node->inputs[i])->constant : NULL;
}

/* Conv [M, C / group, kernel…], ConvTranspose [C, M / group, kernel…] */
static void
layout_of_conv (const FxNode *node, const FxShape *shape, FxWeightLayout *layout)
{
  gsize group = (gsize)MAX (fx_node_int (node, "group", 1), 1), taps = fx_shape_product (shape, 2, shape->rank);

  if (fx_node_is (node, "Conv"))
    {
      layout->per_group = layout->n_channels = (guint)shape->dims[0];
      layout->inner = taps * (gsize)shape->dims[1];
      return;
    }
  layout->per_group = (gsize)shape->dims[1];
  layout->n_channels = (guint)(layout->per_group * group);
  layout->inner = taps;
  layout->group_size = layout->n / group;
}

/* [K, N], transposed [N, K]; MatMul [batch…, K, N] */
static void
layout_of_matrix (const FxNode *node, const FxShape *shape, FxWeightLayout *layout)
{
  gboolean transposed = fx_node_is (node, "Gemm") && fx_node_int (node, "transB", 0) != 0;

  layout->per_group = layout->n_channels = (guint)shape->dims[transposed ? 0 : shape->rank - 1];
  layout->inner = transposed ? (gsize)shape->dims[1] : 1;
  if (fx_node_is (node, "Gemm"))
    {
      layout->alpha = (double)fx_node_float (node, "alpha", 1.0f);
      layout->beta = (double)fx_node_float (node, "beta", 1.0f);
    }
}

static gboolean
has_weights (const FxNode *node)
{
  return fx_node_is (node, "Conv") || fx_node_is (node, "ConvTranspose") || fx_node_is (node, "Gemm")
         || fx_node_is (node, "MatMul");
}

/* One element for each channel, or one for all. */
static gboolean
bias_fits (const FxTensor *bias, guint n_channels)
{
  const FxShape *shape = fx_tensor_shape (bias);
  gsize n = fx_tensor_elements (bias);

  return fx_dtype_in (fx_tensor_dtype (bias), FX_TYPES_FLOAT)
         && (n == 1 || (n == n_channels && shape->rank >= 1 && shape->dims[shape->rank - 1] == n_channels));
}

gboolean
fx_weight_layout (const FxGraph *graph, const FxNode *node, FxWeightLayout *layout)
{
  const FxTensor *weights = has_weights (node) ? constant_input (graph, node, 1) : NULL;
  const FxTensor *bias = constant_input (graph, node, 2);
  gboolean has_bias = node->n_inputs > 2 && node->inputs[2] != FX_NONE;
  const FxShape *shape = weights != NULL ? fx_tensor_shape (weights) : NULL;

  if (weights == NULL || (has_bias && bias == NULL) || fx_tensor_elements (weights) == 0 || shape->rank < 2
      || fx_tensor_elements (weights) > G_MAXINT32 || !fx_dtype_in (fx_tensor_dtype (weights), FX_TYPES_FLOAT))
    return FALSE;
  *layout = (FxWeightLayout){ .x = node->inputs[0],
                              .weights = node->inputs[1],
                              .bias = has_bias ? node->inputs[2] : FX_NONE,
                              .n = fx_tensor_elements (weights),
                              .group_size = fx_tensor_elements (weights),
                              .alpha = 1.0,
                              .beta = 1.0 };
  if (fx_node_is (node, "Conv") || fx_node_is (node, "ConvTranspose"))
    layout_of_conv (node, shape, layout);
  else
    layout_of_matrix (node, shape, layout);
  return layout->alpha > 0.0 && (!has_bias || bias_fits (bias, layout->n_channels));
}

double
fx_weight_bias (const FxGraph *graph, const FxWeightLayout *layout, guint channel)
{
  const FxTensor *bias = layout->bias != FX_NONE ? fx_graph_value (graph, layout->bias)->constant : NULL;

  if (bias == NULL)
    return 0.0;
  return layout->beta * fx_tensor_get_double (bias, fx_tensor_elements (bias) == 1 ? 0 : channel);
}

/* The weights as they are in memory, which is that of a file where they lie at any address; NULL if they are no floats
 * of 32 bits, or have a factor. */
static const guint8 *
plain_weights (const FxGraph *graph, const FxWeightLayout *layout)
{
  const FxTensor *weights = fx_graph_value (graph, layout->weights)->constant;

  return fx_tensor_dtype (weights) == FX_DTYPE_FLOAT && layout->alpha == 1.0 ? fx_tensor_array (weights).data : NULL;
}

static double
plain_weight (const guint8 *plain, gsize i)
{
  float weight;

  memcpy (&weight, plain + i * sizeof weight, sizeof weight);
  return (double)weight;
}

static gboolean
largest_of_channels (const FxGraph *graph, const FxWeightLayout *layout, double *largest, GError **error)
{
  const guint8 *plain = plain_weights (graph, layout);

  for (gsize first = 0; first < layout->n; first += layout->inner)
    {
      double *of = &largest[fx_weight_channel (layout, first)];

      for (gsize i = first; i < first + layout->inner; i++)
        {
          double w = fabs (plain != NULL ? plain_weight (plain, i) : fx_weight_real (graph, layout, i));

          if (!(w <= (double)FLT_MAX))
            return fx_fail (error, FX_ERROR_BAD_DATA, "element %zu of the weights is not finite", i);
          *of = MAX (*of, w);
        }
    }
  return TRUE;
}

float *
fx_weight_scales (const FxGraph *graph, const FxWeightLayout *layout, const FxValueQuant *x, GError **error)
{
  double limit = (double)x->scale * (x->bits == 16 ? WIDE_BIAS_LIMIT : BIAS_LIMIT);
  g_autofree double *largest = g_new0 (double, layout->n_channels + 1);
  g_autofree float *scales = g_new (float, layout->n_channels + 1);

  if (!largest_of_channels (graph, layout, largest, error))
    return NULL;
  for (guint c = 0; c < layout->n_channels; c++)
    {
      double bias = fabs (fx_weight_bias (graph, layout, c));
      float scale = (float)MAX (largest[c] / 127.0, bias / limit);

      if (!(bias <= (double)FLT_MAX))
        {
          fx_fail (error, FX_ERROR_BAD_DATA, "the bias of channel %u is not finite", c);
          return NULL;
        }
      scales[c] = scale >= FLT_MIN ? scale : 1.0f / 127.0f;
    }
  return g_steal_pointer (&scales);
}

/* rint() of |x| < 2^51 without a call. */
static double
round_even (double x)
{
  return x + 0x1.8p52 - 0x1.8p52;
}

gint8 *
fx_weight_integers (const FxGraph *graph, const FxWeightLayout *layout, const FxNodeQuant *quant)
{
  gint8 *integers = g_malloc (layout->n + 1);
  const guint8 *plain = plain_weights (graph, layout);

  if (quant->weights != NULL)
    return memcpy (integers, quant->weights, layout->n);
  for (gsize i = 0; i < layout->n; i += layout->inner)
    {
      double scale = (double)quant->weight_scales[fx_weight_channel (layout, i)];

      for (gsize k = i; k < i + layout->inner; k++)
        {
          double real = plain != NULL ? plain_weight (plain, k) : fx_weight_real (graph, layout, k);

          integers[k] = (gint8)round_even (CLAMP (real / scale, -127.0, 127.0));
        }
    }
  return integers;
}

double
fx_weight_bias_steps (const FxGraph *graph, const FxWeightLayout *layout, const FxNodeQuant *quant, double x_scale,
                      guint channel)
{
  double real
      = fx_weight_bias (graph, layout, channel) + (quant->bias_shift != NULL ? quant->bias_shift[channel] : 0.0);

  return rint (real / (x_scale * (double)quant->weight_scales[channel]));
}

FxTensor *
fx_weight_bias_tensor (const FxGraph *graph, const FxWeightLayout *layout, const FxNodeQuant *quant,
                       const FxValueQuant *x)
{
  g_autofree void *data = g_malloc0_n (layout->n_channels + 1, sizeof (gint64));
  FxArray array = { x->bits == 16 ? FX_DTYPE_INT64 : FX_DTYPE_INT32, FX_SHAPE (layout->n_channels), data };

  for (guint c = 0; c < layout->n_channels; c++)
    fx_array_set (&array, c, fx_weight_bias_steps (graph, layout, quant, (double)x->scale, c));
  return fx_tensor_new_copy (&array);
}
