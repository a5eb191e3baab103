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

static void
correct_node (FxAccuracy *accuracy, FxId id)
{
  FxNodeQuant *quant = &accuracy->params->nodes[id];
  const FxNode *node = fx_graph_node (accuracy->graph, id);
  g_auto (FxLayerWeights) weights = { 0 };
  g_autofree gint8 *placed = NULL, *rows = NULL;
  g_autofree double *means = NULL;
  FxWeightLayout layout;
  gsize length;

  if (quant->precision == FX_PRECISION_FLOAT || quant->weight_scales == NULL || quant->bias_shift != NULL
      || !fx_weight_layout (accuracy->graph, node, &layout) || !fx_layer_weights_read (accuracy->graph, node, &weights)
      || weights.n_out != quant->n_weight_scales)
    return;
  means = input_means (accuracy, layout.x, weights.n_in);
  if (means == NULL)
    return;
  length = fx_layer_weights_row_length (&weights);
  placed = fx_weight_integers (accuracy->graph, &layout, quant);
  rows = g_new (gint8, layout.n);
  fx_layer_weights_gather (accuracy->graph, node, placed, rows);
  quant->bias_shift = g_new0 (double, quant->n_weight_scales);
  for (guint o = 0; o < weights.n_out; o++)
    for (gsize i = 0; i < length; i++)
      {
        double rounded = rows[o * length + i] * (double)quant->weight_scales[o];
        double error = (double)fx_layer_weights_row (&weights, o)[i] - rounded;

        quant->bias_shift[o] += error * means[fx_layer_weights_input (&weights, o, i)];
      }
}

void
fx_accuracy_correct_nodes (FxAccuracy *accuracy)
{
  for (FxId id = 0; id < fx_graph_n_nodes (accuracy->graph); id++)
    correct_node (accuracy, id);
}

gboolean
fx_accuracy_correct_bias (FxAccuracy *accuracy, gboolean *changed, G_GNUC_UNUSED const FxProgress *progress,
                          G_GNUC_UNUSED GCancellable *cancellable, GError **error)
{
  accuracy->corrects_bias = *changed = TRUE;
  return fx_accuracy_assign (accuracy, error);
}
