/* Step: rounded weights shift the mean of every output channel by Σ (w − w_quantized) × mean of the input channel; the
 * bias takes that back. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV
 * 2019, section 4.2, with measured means instead of those of batch normalization. Padding is not looked at.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-accuracy.h"
#include "core/quant/fx-layer-weights.h"
#include "core/quant/fx-quant-weights.h"

#include <string.h>

/* A copy of the graph in which the weights of a node are what their integers stand for; NULL if memory is short. */
static FxGraph *
with_rounded_weights (const FxGraph *graph, const FxWeightLayout *layout, const FxNodeQuant *quant)
{
  FxGraph *copy = fx_graph_copy (graph);
  FxValue *value = fx_graph_value (copy, layout->weights);
  g_autofree gint8 *integers = fx_weight_integers (graph, layout, quant);
  void *data;
  FxTensor *rounded = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &value->shape, &data, NULL);

  if (rounded == NULL)
    {
      fx_graph_free (copy);
      return NULL;
    }
  for (gsize i = 0; i < layout->n; i++)
    ((float *)data)[i] = (float)(integers[i] * (double)quant->weight_scales[fx_weight_channel (layout, i)]);
  fx_tensor_unref (value->constant);
  value->constant = rounded;
  return copy;
}

/* Mean of each input channel of a layer, as calibration saw it; NULL where that cannot be told. */
static double *
input_means (const FxAccuracy *accuracy, FxId x, guint n_in)
{
  gboolean moved;
  const FxTensorStatistics *tensor = fx_statistics_find (accuracy->statistics, x, &moved);
  double *means;

  if (tensor == NULL || tensor->n_channels != n_in || tensor->channel_count == 0
      || (moved && fx_graph_value (accuracy->graph, x)->shape.rank != 2))
    return NULL;
  means = g_new (double, n_in);
  for (guint c = 0; c < n_in; c++)
    means[c] = tensor->channel_sum[c] / (double)tensor->channel_count;
  return means;
}

static gboolean
correct_node (FxAccuracy *accuracy, FxId id)
{
  FxNodeQuant *quant = &accuracy->params->nodes[id];
  const FxNode *node = fx_graph_node (accuracy->graph, id);
  g_auto (FxLayerWeights) exact = { 0 }, rounded = { 0 };
  g_autoptr (FxGraph) copy = NULL;
  g_autofree double *means = NULL;
  FxWeightLayout layout;

  if (quant->precision == FX_PRECISION_FLOAT || quant->weight_scales == NULL
      || !fx_weight_layout (accuracy->graph, node, &layout) || !fx_layer_weights_read (accuracy->graph, node, &exact)
      || exact.n_out != quant->n_weight_scales)
    return FALSE;
  means = input_means (accuracy, layout.x, exact.n_in);
  copy = means != NULL ? with_rounded_weights (accuracy->graph, &layout, quant) : NULL;
  if (copy == NULL || !fx_layer_weights_read (copy, fx_graph_node (copy, id), &rounded))
    return FALSE;
  if (quant->bias_shift == NULL)
    quant->bias_shift = g_new0 (double, quant->n_weight_scales);
  for (guint o = 0; o < exact.n_out; o++)
    {
      const float *w = fx_layer_weights_row (&exact, o), *q = fx_layer_weights_row (&rounded, o);
      double shift = 0;

      for (gsize i = 0; i < fx_layer_weights_row_length (&exact); i++)
        shift += ((double)w[i] - (double)q[i]) * means[fx_layer_weights_input (&exact, o, i)];
      quant->bias_shift[o] = shift;
    }
  return TRUE;
}

gboolean
fx_accuracy_correct_bias (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                          GCancellable *cancellable, GError **error)
{
  guint n = fx_graph_n_nodes (accuracy->graph);

  for (FxId id = 0; id < n; id++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      *changed = correct_node (accuracy, id) || *changed;
      fx_progress_report (progress, (double)(id + 1) / n, "Correcting biases");
    }
  return TRUE;
}
