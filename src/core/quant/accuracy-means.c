/* Step: ranges that clip, and Relus behind noise, shift the means of activations, and the shifts of all layers add up.
 * Layer by layer, the integer network runs as it is up to there; the bias takes out what its mean then differs by from
 * that of the float network. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction",
 * ICCV 2019, appendix D (empirical bias correction); here at the inputs of layers, which are there in both networks.
 *
 * A mean of few samples is not known well: each shift is made smaller by the share of its square that chance explains.
 * Padding is not looked at.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-activation.h"
#include "core/exec/fx-staged-run.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-accuracy.h"
#include "core/quant/fx-layer-weights.h"
#include "core/quant/fx-quant-weights.h"

#include <string.h>

#define MAX_SAMPLES 32
#define MIN_SAMPLES 4
#define MAX_BYTES ((gsize)256 << 20) /* of the integer network's values, of all samples */

/* The input of layers. */
typedef struct
{
  FxId value;
  int axis; /* of the channels */
  guint n_channels;
  double *means; /* [n_samples][n_channels] of the float network; NULL: it was not seen */
} Input;

typedef struct
{
  FxAccuracy *accuracy;
  guint n_samples;
  GArray *inputs; /* of Input */
} Step;

/* A layer that is corrected. */
typedef struct
{
  FxId id;
  const FxNode *node;
  FxNodeQuant *quant;
  FxWeightLayout layout;
  FxLayerWeights weights;
} Layer;

/* ---- layers ---- */

/* FALSE: nothing to correct; TRUE: layer->weights is to be cleared. */
static gboolean
layer_init (Layer *layer, const FxAccuracy *accuracy, FxId id)
{
  *layer = (Layer){ .id = id, .node = fx_graph_node (accuracy->graph, id), .quant = &accuracy->params->nodes[id] };
  if (layer->node->removed || layer->quant->precision == FX_PRECISION_FLOAT || layer->quant->weight_scales == NULL
      || !fx_weight_layout (accuracy->graph, layer->node, &layer->layout)
      || !fx_layer_weights_read (accuracy->graph, layer->node, &layer->weights))
    return FALSE;
  if (layer->weights.n_out == layer->quant->n_weight_scales)
    return TRUE;
  fx_layer_weights_clear (&layer->weights);
  return FALSE;
}

/* ---- means ---- */

#define ADD_CHANNELS(type)                                                                                             \
  do                                                                                                                   \
    {                                                                                                                  \
      const type *data = array->data;                                                                                  \
                                                                                                                       \
      for (gsize i = 0; i < n; i += inner)                                                                             \
        {                                                                                                              \
          double sum = 0;                                                                                              \
                                                                                                                       \
          for (gsize k = 0; k < inner; k++)                                                                            \
            sum += (double)data[i + k];                                                                                \
          means[i / inner % n_channels] += sum / ((double)n / n_channels);                                             \
        }                                                                                                              \
    }                                                                                                                  \
  while (0)

/* Means of the channels of one sample are added to `means`. FALSE: the array has other channels. */
static gboolean
add_means (const FxArray *array, int axis, guint n_channels, double *means)
{
  gsize n = fx_array_elements (array), inner = 1;

  if (axis >= array->shape.rank || array->shape.dims[axis] != n_channels || n == 0)
    return FALSE;
  for (int i = axis + 1; i < array->shape.rank; i++)
    inner *= (gsize)array->shape.dims[i];
  switch (array->dtype)
    {
    case FX_DTYPE_FLOAT: ADD_CHANNELS (float); return TRUE;
    case FX_DTYPE_INT8: ADD_CHANNELS (gint8); return TRUE;
    case FX_DTYPE_UINT8: ADD_CHANNELS (guint8); return TRUE;
    case FX_DTYPE_INT16: ADD_CHANNELS (gint16); return TRUE;
    default: return FALSE;
    }
}

static Input *
find_input (const Step *step, FxId value)
{
  for (guint i = 0; i < step->inputs->len; i++)
    if (g_array_index (step->inputs, Input, i).value == value)
      return &g_array_index (step->inputs, Input, i);
  return NULL;
}

static void
add_input (Step *step, const Layer *layer)
{
  const FxShape *shape = &fx_graph_value (step->accuracy->graph, layer->layout.x)->shape;
  gboolean is_conv = fx_node_is (layer->node, "Conv") || fx_node_is (layer->node, "ConvTranspose");
  Input input = { .value = layer->layout.x, .axis = is_conv ? 1 : shape->rank - 1, .n_channels = layer->weights.n_in };

  if (fx_shape_is_static (shape) && shape->rank > input.axis && shape->dims[input.axis] == input.n_channels
      && find_input (step, input.value) == NULL)
    g_array_append_val (step->inputs, input);
}

static void
input_clear (gpointer data)
{
  g_free (((Input *)data)->means);
}

static void
find_inputs (Step *step)
{
  step->inputs = g_array_new (FALSE, FALSE, sizeof (Input));
  g_array_set_clear_func (step->inputs, input_clear);
  for (FxId id = 0; id < fx_graph_n_nodes (step->accuracy->graph); id++)
    {
      Layer layer;

      if (layer_init (&layer, step->accuracy, id))
        {
          add_input (step, &layer);
          fx_layer_weights_clear (&layer.weights);
        }
    }
}

/* ---- the float network ---- */

typedef struct
{
  Step *step;
  guint sample;
} Worker;

static gpointer
worker_new (gpointer user_data)
{
  Worker *worker = g_new0 (Worker, 1);

  worker->step = user_data;
  return worker;
}

static void
begin_cb (gpointer state, guint i)
{
  ((Worker *)state)->sample = i;
}

static void
observe_cb (FxId value, const FxArray *array, gpointer user_data)
{
  const Worker *worker = user_data;
  const Input *input = find_input (worker->step, value);

  if (input != NULL)
    add_means (array, input->axis, input->n_channels, input->means + (gsize)worker->sample * input->n_channels);
}

static gboolean
finish_cb (G_GNUC_UNUSED gpointer state, G_GNUC_UNUSED guint i, G_GNUC_UNUSED FxTensor *const *outputs,
           G_GNUC_UNUSED gpointer user_data, G_GNUC_UNUSED GError **error)
{
  return TRUE;
}

static gboolean
measure_float (Step *step, GCancellable *cancellable, GError **error)
{
  const FxAccuracySamples *samples = step->accuracy->samples;
  g_autofree FxId *visible = g_new (FxId, step->inputs->len + 1);
  FxEngineOptions options = { .n_threads = 1, .visible = visible, .n_visible = step->inputs->len };
  g_autoptr (FxEngine) engine = NULL;
  FxSampleLoop loop = { .end = step->n_samples,
                        .n_threads = step->accuracy->options->n_threads,
                        .source = samples->source,
                        .source_data = samples->source_data,
                        .state_new = worker_new,
                        .state_free = g_free,
                        .begin = begin_cb,
                        .observe = observe_cb,
                        .finish = finish_cb,
                        .user_data = step };

  for (guint i = 0; i < step->inputs->len; i++)
    {
      Input *input = &g_array_index (step->inputs, Input, i);

      visible[i] = input->value;
      input->means = g_new0 (double, (gsize)step->n_samples * input->n_channels);
    }
  loop.engine = engine = fx_engine_new (step->accuracy->graph, &options, cancellable, error);
  return engine != NULL && fx_sample_loop_run (&loop, cancellable, error);
}

/* ---- the integer network ---- */

/* [n_out] what the shift of sample i's input means adds to the means of the outputs. */
static void
add_output_shifts (const Layer *layer, const gint8 *rows, const double *input_shift, double *sum, double *squares)
{
  const FxLayerWeights *weights = &layer->weights;
  gsize length = fx_layer_weights_row_length (weights);

  for (guint o = 0; o < weights->n_out; o++)
    {
      double shift = 0;

      for (gsize i = 0; i < length; i++)
        shift += rows[o * length + i] * input_shift[fx_layer_weights_input (weights, o, i)];
      shift *= (double)layer->quant->weight_scales[o];
      sum[o] += shift;
      squares[o] += shift * shift;
    }
}

/* The mean of n, smaller by the share of its square that its own variance explains. */
static double
shrunk_mean (double sum, double squares, guint n)
{
  double mean = sum / n, variance = MAX (squares / n - mean * mean, 0) / (n - 1);

  return mean * mean > variance ? mean * (1 - variance / (mean * mean)) : 0;
}

/* FALSE: a sample's input has other channels than the float network's. */
static gboolean
measure_shifts (const Step *step, const Layer *layer, const Input *input, const FxStagedRun *run, FxId x, double *sum,
                double *squares)
{
  const FxValueQuant *quant = &step->accuracy->params->values[layer->layout.x];
  g_autofree gint8 *placed = fx_weight_integers (step->accuracy->graph, &layer->layout, layer->quant);
  g_autofree gint8 *rows = g_new (gint8, layer->layout.n);
  g_autofree double *shift = g_new (double, input->n_channels);

  fx_layer_weights_gather (step->accuracy->graph, layer->node, placed, rows);
  for (guint i = 0; i < step->n_samples; i++)
    {
      FxTensor *tensor = fx_staged_run_value (run, i, x);
      FxArray array;

      if (tensor == NULL)
        return FALSE;
      array = fx_tensor_array (tensor);
      memset (shift, 0, input->n_channels * sizeof *shift);
      if (!add_means (&array, input->axis, input->n_channels, shift))
        return FALSE;
      for (guint c = 0; c < input->n_channels; c++)
        shift[c]
            = (double)quant->scale * (shift[c] - quant->zero_point) - input->means[(gsize)i * input->n_channels + c];
      add_output_shifts (layer, rows, shift, sum, squares);
    }
  return TRUE;
}

/* The node of the integer network that computes the layer takes its bias anew. */
static void
renew_bias (const Step *step, const Layer *layer, FxGraph *network, FxId node)
{
  const FxAccuracy *accuracy = step->accuracy;
  FxValue *bias = fx_graph_value (network, fx_graph_node (network, node)->inputs[3]);

  fx_tensor_unref (bias->constant);
  bias->constant = fx_weight_bias_tensor (accuracy->graph, &layer->layout, layer->quant,
                                          &accuracy->params->values[layer->layout.x]);
}

static gboolean
correct_layer (const Step *step, const Layer *layer, FxGraph *network, FxStagedRun *run, GCancellable *cancellable,
               GError **error)
{
  const Input *input = find_input (step, layer->layout.x);
  FxId node = fx_graph_find_node (network, layer->node->name);
  guint n = layer->weights.n_out;
  g_autofree double *sum = g_new0 (double, 2 * (gsize)n + 1);

  if (input == NULL || node == FX_NONE || fx_graph_node (network, node)->n_inputs < 4)
    return TRUE;
  if (!fx_staged_run_to (run, node, cancellable, error))
    return FALSE;
  if (!measure_shifts (step, layer, input, run, fx_graph_node (network, node)->inputs[0], sum, sum + n))
    return TRUE;
  for (guint o = 0; o < n; o++)
    layer->quant->bias_shift[o] -= shrunk_mean (sum[o], sum[n + o], step->n_samples);
  renew_bias (step, layer, network, node);
  return TRUE;
}

/* Biases that none was told of become 0, so that each layer of the integer network has one. */
static void
make_shifts (FxAccuracy *accuracy)
{
  for (FxId id = 0; id < fx_graph_n_nodes (accuracy->graph); id++)
    {
      FxNodeQuant *quant = &accuracy->params->nodes[id];

      if (quant->precision != FX_PRECISION_FLOAT && quant->weight_scales != NULL && quant->bias_shift == NULL)
        quant->bias_shift = g_new0 (double, quant->n_weight_scales);
    }
}

static gboolean
correct_layers (Step *step, FxGraph *network, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  const FxAccuracy *accuracy = step->accuracy;
  guint n = fx_graph_n_nodes (accuracy->graph);
  g_autoptr (FxStagedRun) run = NULL;

  if (!measure_float (step, cancellable, error))
    return FALSE;
  run = fx_staged_run_new (network, step->n_samples, accuracy->samples->source, accuracy->samples->source_data,
                           accuracy->options->n_threads, cancellable, error);
  for (FxId id = 0; run != NULL && id < n; id++)
    {
      Layer layer;
      gboolean ok;

      if (!layer_init (&layer, accuracy, id))
        continue;
      fx_progress_report (progress, (double)id / n, "Correcting the mean of %s", layer.node->name);
      ok = correct_layer (step, &layer, network, run, cancellable, error);
      fx_layer_weights_clear (&layer.weights);
      if (!ok)
        return FALSE;
    }
  return run != NULL;
}

gboolean
fx_accuracy_correct_means (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                           GCancellable *cancellable, GError **error)
{
  Step step = { .accuracy = accuracy };
  g_autoptr (FxGraph) network = NULL;
  gboolean ok;

  make_shifts (accuracy);
  network = fx_quantize_integer (accuracy->graph, accuracy->params, error);
  if (network == NULL)
    return FALSE;
  step.n_samples = (guint)MIN (MAX_BYTES / MAX (fx_staged_run_bytes (network), 1), MAX_SAMPLES);
  step.n_samples = MIN (step.n_samples, accuracy->samples->n_calibration);
  if (step.n_samples < MIN_SAMPLES)
    return TRUE;
  find_inputs (&step);
  ok = correct_layers (&step, network, progress, cancellable, error);
  g_array_unref (step.inputs);
  *changed = TRUE;
  return ok;
}
