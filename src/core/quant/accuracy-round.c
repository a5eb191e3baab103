/* Step: the weights of each layer are rounded together (fx-rounding.h) for the inputs that the layer gets, and what
 * that shifts the mean of its outputs by goes into the bias. Scales stay.
 *
 * Inputs are those of the float network as integers, of a part of the calibration samples. Where a layer has many of
 * them, they are divided into blocks that know nothing of each other: time grows with the cube of a block.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-activation.h"
#include "core/exec/fx-threads.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-gemm.h"
#include "core/quant/fx-accuracy.h"
#include "core/quant/fx-layer-inputs.h"
#include "core/quant/fx-layer-weights.h"
#include "core/quant/fx-rounding.h"

#define MAX_SAMPLES 64
#define MAX_BYTES ((gsize)256 << 20) /* of the inputs of the layers that are worked on at once */
#define MAX_BLOCK ((gsize)1152)
#define ROWS_PER_WEIGHT 4
#define MIN_ROWS ((gsize)1024)
#define ROWS_AT_ONCE 256    /* of inputs, between two looks at the cancellable */
#define CHANNELS_AT_ONCE 16 /* likewise, and for one thread */

typedef struct
{
  FxAccuracy *accuracy;
  guint n_samples;
  const FxProgress *progress;
  GCancellable *cancellable;
} Step;

/* One layer. */
typedef struct
{
  const Step *step;
  FxLayerInputs *inputs;
  const FxLayerWeights *weights;
  FxNodeQuant *quant;
  double *mean;    /* [row_length] of the inputs, real */
  double *rounded; /* the same of what their integers stand for */
  gint8 *integers; /* [n_out][length] */
} Layer;

/* ---- inputs ---- */

static void
add_mean (const FxLayerInputs *inputs, double *mean)
{
  for (guint r = 0; r < inputs->n_rows; r++)
    for (gsize i = 0; i < inputs->row_length; i++)
      mean[i] += (double)inputs->rows[r * inputs->row_length + i] / inputs->n_rows;
}

/* Inputs become what their integers stand for, less the mean, which the bias takes care of. */
static void
prepare_inputs (Layer *layer)
{
  FxLayerInputs *inputs = layer->inputs;
  const FxValueQuant *quant = &layer->step->accuracy->params->values[inputs->x];
  gsize n = inputs->n_rows * inputs->row_length;

  add_mean (inputs, layer->mean);
  for (gsize i = 0; i < n; i++)
    inputs->rows[i]
        = (float)(fx_value_quant_integer (quant, (double)inputs->rows[i]) - quant->zero_point) * quant->scale;
  add_mean (inputs, layer->rounded);
  for (gsize i = 0; i < n; i++)
    inputs->rows[i] -= (float)layer->rounded[i % inputs->row_length];
}

/* How far the covariances, but not the variances, of columns first … first + n − 1 are to be shrunk: the share of their
 * squares that comes from having seen few rows only (Schäfer and Strimmer, "A Shrinkage Approach to Large-Scale
 * Covariance Matrix Estimation", 2005). */
static double
shrinkage (const FxLayerInputs *inputs, gsize first, gsize n, const double *covariance)
{
  double fourth = 0, square = 0, n_rows = inputs->n_rows;

  for (guint r = 0; r < inputs->n_rows; r++)
    {
      const float *row = inputs->rows + r * inputs->row_length + first;
      double sum = 0, own = 0;

      for (gsize i = 0; i < n; i++)
        {
          double x2 = (double)row[i] * (double)row[i];

          sum += x2;
          own += x2 * x2;
        }
      fourth += (sum * sum - own) / n_rows;
    }
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      square += i != j ? covariance[i * n + j] * covariance[i * n + j] : 0;
  return square > 0 ? CLAMP ((fourth - square) / n_rows / square, 0.0, 1.0) : 1.0;
}

static void
shrink (const FxLayerInputs *inputs, gsize first, gsize n, double *covariance)
{
  double keep = 1 - shrinkage (inputs, first, n, covariance);

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      covariance[i * n + j] *= i != j ? keep : 1;
}

/* Of columns first … first + n − 1. NULL and *error: cancelled. */
static double *
covariance (const Layer *layer, gsize first, guint n, GError **error)
{
  const FxLayerInputs *inputs = layer->inputs;
  g_autofree double *sum = g_new0 (double, (gsize)n *n);
  g_autofree float *part = g_new (float, (gsize)n *n);

  for (guint r = 0; r < inputs->n_rows; r += ROWS_AT_ONCE)
    {
      const float *from = inputs->rows + r * inputs->row_length + first;

      if (g_cancellable_set_error_if_cancelled (layer->step->cancellable, error))
        return NULL;
      fx_gemm (FX_DTYPE_FLOAT, n, n, MIN (ROWS_AT_ONCE, inputs->n_rows - r), (FxMatrix){ from, 1, inputs->row_length },
               (FxMatrix){ from, inputs->row_length, 1 }, part);
      for (gsize i = 0; i < (gsize)n * n; i++)
        sum[i] += (double)part[i] / inputs->n_rows;
    }
  shrink (inputs, first, n, sum);
  return g_steal_pointer (&sum);
}

/* ---- weights ---- */

/* Columns first … first + n − 1 of the rows of some output channels, which lie in a row of the inputs from
 * `first_input` on. */
typedef struct
{
  guint channel, n_channels;
  gsize first, first_input;
  guint n;
} Block;

static void
round_channels (const Layer *layer, const FxRounding *rounding, const Block *block, guint channel, guint n_channels)
{
  gsize length = fx_layer_weights_row_length (layer->weights), n = block->n;
  g_autofree double *w = g_new (double, n_channels *n);
  g_autofree gint8 *q = g_new (gint8, n_channels * n);

  for (guint c = 0; c < n_channels; c++)
    for (gsize i = 0; i < n; i++)
      w[c * n + i] = (double)fx_layer_weights_row (layer->weights, channel + c)[block->first + i]
                     / (double)layer->quant->weight_scales[channel + c];
  fx_rounding_rows (rounding, n_channels, w, q);
  for (guint c = 0; c < n_channels; c++)
    memcpy (layer->integers + (channel + c) * length + block->first, q + c * n, n);
}

static gboolean
round_block (const Layer *layer, const Block *block, GError **error)
{
  GCancellable *cancellable = layer->step->cancellable;
  double *h = covariance (layer, block->first_input, block->n, error);
  g_autoptr (FxRounding) rounding = h != NULL ? fx_rounding_new (block->n, h, cancellable, error) : NULL;

  if (rounding == NULL)
    return FALSE;
#pragma omp parallel for schedule(dynamic) if (block->n_channels > CHANNELS_AT_ONCE)
  for (guint c = 0; c < block->n_channels; c += CHANNELS_AT_ONCE)
    if (!g_cancellable_is_cancelled (cancellable))
      round_channels (layer, rounding, block, block->channel + c, MIN (CHANNELS_AT_ONCE, block->n_channels - c));
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
round_group (const Layer *layer, guint group, GError **error)
{
  const FxLayerWeights *weights = layer->weights;
  gsize length = fx_layer_weights_row_length (weights), n_blocks = (length + MAX_BLOCK - 1) / MAX_BLOCK;
  guint n_channels = weights->n_out / weights->group;

  for (gsize b = 0; b < n_blocks; b++)
    {
      gsize first = b * length / n_blocks, end = (b + 1) * length / n_blocks;
      Block block = { group * n_channels, n_channels, first, group * length + first, (guint)(end - first) };

      if (!round_block (layer, &block, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- layers ---- */

/* What keeps the mean of an output channel: Σ (w − integer × scale) × mean of the inputs. That their own integers have
 * other means is left to the step that looks at the whole network. */
static double
mean_shift (const Layer *layer, guint channel)
{
  const FxLayerWeights *weights = layer->weights;
  gsize length = fx_layer_weights_row_length (weights), first = channel / (weights->n_out / weights->group) * length;
  const float *w = fx_layer_weights_row (weights, channel);
  const gint8 *q = layer->integers + channel * length;
  double shift = 0;

  for (gsize i = 0; i < length; i++)
    shift += ((double)w[i] - q[i] * (double)layer->quant->weight_scales[channel]) * layer->mean[first + i];
  return shift;
}

static void
take_integers (const Layer *layer, const FxNode *node)
{
  const FxLayerWeights *weights = layer->weights;
  FxNodeQuant *quant = layer->quant;

  g_free (quant->weights);
  quant->n_weights = weights->n_out * fx_layer_weights_row_length (weights);
  quant->weights = g_new (gint8, quant->n_weights);
  fx_layer_weights_place (layer->step->accuracy->graph, node, layer->integers, quant->weights);
  if (quant->bias_shift == NULL)
    quant->bias_shift = g_new0 (double, quant->n_weight_scales);
  for (guint o = 0; o < weights->n_out; o++)
    quant->bias_shift[o] = mean_shift (layer, o);
}

static gboolean
round_layer (const Step *step, FxLayerInputs *inputs, GError **error)
{
  const FxNode *node = fx_graph_node (step->accuracy->graph, inputs->node);
  g_auto (FxLayerWeights) weights = { 0 };
  g_autofree double *means = g_new0 (double, 2 * inputs->row_length);
  g_autofree gint8 *integers = NULL;
  Layer layer = { .step = step,
                  .inputs = inputs,
                  .weights = &weights,
                  .quant = &step->accuracy->params->nodes[inputs->node],
                  .mean = means,
                  .rounded = means + inputs->row_length };

  fx_layer_weights_read (step->accuracy->graph, node, &weights);
  layer.integers = integers = g_new (gint8, weights.n_out * fx_layer_weights_row_length (&weights));
  prepare_inputs (&layer);
  for (guint group = 0; group < weights.group; group++)
    if (!round_group (&layer, group, error))
      return FALSE;
  take_integers (&layer, node);
  return TRUE;
}

/* Layers first … end − 1, and what they take of the progress. */
static gboolean
round_layers (const Step *step, GArray *layers, guint first, guint end, GError **error)
{
  FxAccuracy *accuracy = step->accuracy;

  if (!fx_layer_inputs_collect (accuracy->graph, &g_array_index (layers, FxLayerInputs, first), end - first,
                                step->n_samples, accuracy->samples->source, accuracy->samples->source_data,
                                accuracy->options->n_threads, step->cancellable, error))
    return FALSE;
  for (guint i = first; i < end; i++)
    {
      FxLayerInputs *inputs = &g_array_index (layers, FxLayerInputs, i);

      fx_progress_report (step->progress, (double)i / layers->len, "Rounding weights, %u of %u layers", i + 1,
                          layers->len);
      if (!round_layer (step, inputs, error))
        return FALSE;
      fx_layer_inputs_clear (inputs);
    }
  return TRUE;
}

/* How many layers from `first` on have room for their inputs; one at least. */
static guint
end_of_batch (const GArray *layers, guint first)
{
  gsize bytes = 0;
  guint end = first;

  while (end < layers->len)
    {
      bytes += fx_layer_inputs_bytes (&g_array_index (layers, FxLayerInputs, end));
      if (bytes > MAX_BYTES && end > first)
        break;
      end++;
    }
  return end;
}

/* Enough rows for a block of the layer. */
static gsize
rows_wanted (const FxGraph *graph, const FxLayerInputs *inputs)
{
  gsize group = (gsize)MAX (fx_node_int (fx_graph_node (graph, inputs->node), "group", 1), 1);

  return MAX (MIN_ROWS, ROWS_PER_WEIGHT * MIN (inputs->row_length / group, MAX_BLOCK));
}

static GArray *
find_layers (const FxAccuracy *accuracy, guint n_samples)
{
  GArray *layers = g_array_new (FALSE, TRUE, sizeof (FxLayerInputs));

  g_array_set_clear_func (layers, (GDestroyNotify)fx_layer_inputs_clear);
  for (FxId id = 0; id < fx_graph_n_nodes (accuracy->graph); id++)
    {
      const FxNodeQuant *quant = &accuracy->params->nodes[id];
      FxLayerInputs inputs;

      if (quant->precision == FX_PRECISION_FLOAT || quant->weight_scales == NULL
          || !fx_layer_inputs_init (&inputs, accuracy->graph, id))
        continue;
      fx_layer_inputs_set_rows (&inputs, rows_wanted (accuracy->graph, &inputs), n_samples);
      g_array_append_val (layers, inputs);
    }
  return layers;
}

gboolean
fx_accuracy_round (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress, GCancellable *cancellable,
                   GError **error)
{
  Step step = { accuracy, MIN (accuracy->samples->n_calibration, MAX_SAMPLES), progress, cancellable };
  g_autoptr (GArray) layers = find_layers (accuracy, step.n_samples);
  int n_threads
      = fx_threads_enter (accuracy->options->n_threads > 0 ? accuracy->options->n_threads : g_get_num_processors ());
  gboolean ok = TRUE;

  for (guint first = 0, end; ok && first < layers->len; first = end)
    {
      end = end_of_batch (layers, first);
      ok = round_layers (&step, layers, first, end, error);
    }
  fx_threads_leave (n_threads);
  *changed = layers->len > 0;
  return ok;
}
