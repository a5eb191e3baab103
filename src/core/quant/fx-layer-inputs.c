/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-layer-inputs.h"

#include "core/exec/fx-activation.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/conv.h"
#include "core/ops/fx-op.h"
#include "core/ops/fx-random.h"
#include "core/quant/fx-layer-weights.h"

#include <string.h>

/* ---- which rows ---- */

static gboolean
conv_window (const FxGraph *graph, const FxNode *node, FxWindow *window)
{
  g_autofree FxConvParams *params = fx_op_params_new (node->op, node, NULL);
  FxWindow resolved;

  if (params == NULL
      || !fx_conv_resolve (params, &fx_graph_value (graph, node->inputs[0])->shape,
                           &fx_graph_value (graph, node->inputs[1])->shape, &resolved, NULL))
    return FALSE;
  *window = fx_window_3d (&resolved);
  return TRUE;
}

gboolean
fx_layer_inputs_init (FxLayerInputs *inputs, const FxGraph *graph, FxId id)
{
  const FxNode *node = fx_graph_node (graph, id);
  const FxShape *shape = node->n_inputs > 0 ? &fx_graph_value (graph, node->inputs[0])->shape : NULL;
  g_auto (FxLayerWeights) weights = { 0 };

  *inputs = (FxLayerInputs){ .node = id, .is_conv = fx_node_is (node, "Conv") };
  if (fx_node_is (node, "ConvTranspose") || !fx_layer_weights_read (graph, node, &weights)
      || !fx_shape_is_static (shape) || shape->rank < 1 || fx_shape_elements (shape) == 0
      || (inputs->is_conv && !conv_window (graph, node, &inputs->window)))
    return FALSE;
  inputs->x = node->inputs[0];
  inputs->row_length = (gsize)weights.n_in * weights.taps;
  inputs->n_places = fx_shape_elements (shape) / inputs->row_length;
  if (inputs->is_conv)
    inputs->n_places = (gsize)(shape->dims[0] * inputs->window.out[0] * inputs->window.out[1] * inputs->window.out[2]);
  return inputs->is_conv || (gsize)shape->dims[shape->rank - 1] == inputs->row_length;
}

void
fx_layer_inputs_set_rows (FxLayerInputs *inputs, gsize n_rows, guint n_samples)
{
  gsize each = (n_rows + n_samples - 1) / n_samples;

  inputs->n_rows = (guint)MIN (each, inputs->n_places) * n_samples;
}

void
fx_layer_inputs_clear (FxLayerInputs *inputs)
{
  g_clear_pointer (&inputs->rows, g_free);
}

/* ---- copying them ---- */

/* The elements of one channel under the window whose first one is at `from`, of which parts may lie outside. */
static void
copy_taps (const FxWindow *window, const float *plane, const gint64 *from, float *row)
{
  for (gint64 d = 0; d < window->kernel[0]; d++)
    for (gint64 h = 0; h < window->kernel[1]; h++)
      for (gint64 w = 0; w < window->kernel[2]; w++)
        {
          gint64 z = from[0] + d * window->dilation[0], y = from[1] + h * window->dilation[1];
          gint64 x = from[2] + w * window->dilation[2];
          gboolean inside = z >= 0 && z < window->in[0] && y >= 0 && y < window->in[1] && x >= 0 && x < window->in[2];

          *row++ = inside ? plane[(z * window->in[1] + y) * window->in[2] + x] : 0.0f;
        }
}

static void
copy_window (const FxLayerInputs *inputs, const FxArray *x, gsize place, float *row)
{
  const FxWindow *window = &inputs->window;
  gint64 plane = window->in[0] * window->in[1] * window->in[2], at[3], channels = x->shape.dims[1];
  gint64 taps = window->kernel[0] * window->kernel[1] * window->kernel[2];
  const float *data = x->data;

  for (int axis = 2; axis >= 0; axis--)
    {
      at[axis] = (gint64)(place % (gsize)window->out[axis]) * window->stride[axis] - window->pad_begin[axis];
      place /= (gsize)window->out[axis];
    }
  data += (gint64)place * channels * plane;
  for (gint64 c = 0; c < channels; c++)
    copy_taps (window, data + c * plane, at, row + c * taps);
}

/* Of all places, `each` spread evenly, at a distance from the start that differs from sample to sample. */
static gsize
place_of_row (const FxLayerInputs *inputs, guint sample, guint i, guint each)
{
  gsize start = fx_random_bits (sample, inputs->node) % inputs->n_places;

  return (start + i * inputs->n_places / each) % inputs->n_places;
}

static void
copy_rows (FxLayerInputs *inputs, const FxArray *x, guint sample, guint n_samples)
{
  guint each = inputs->n_rows / n_samples;

  for (guint i = 0; i < each; i++)
    {
      gsize place = place_of_row (inputs, sample, i, each);
      float *row = inputs->rows + ((gsize)sample * each + i) * inputs->row_length;

      if (inputs->is_conv)
        copy_window (inputs, x, place, row);
      else
        memcpy (row, (const float *)x->data + place % (fx_array_elements (x) / inputs->row_length) * inputs->row_length,
                inputs->row_length * sizeof *row);
    }
}

/* ---- running ---- */

typedef struct
{
  FxLayerInputs *layers;
  guint n_layers, n_samples;
} Job;

typedef struct
{
  Job *job;
  guint sample;
} State;

static gpointer
state_new (gpointer user_data)
{
  State *state = g_new0 (State, 1);

  state->job = user_data;
  return state;
}

static void
begin_cb (gpointer data, guint sample)
{
  ((State *)data)->sample = sample;
}

static void
observe_cb (FxId value, const FxArray *array, gpointer data)
{
  const State *state = data;

  for (guint i = 0; array->dtype == FX_DTYPE_FLOAT && i < state->job->n_layers; i++)
    if (state->job->layers[i].x == value)
      copy_rows (&state->job->layers[i], array, state->sample, state->job->n_samples);
}

static gboolean
finish_cb (G_GNUC_UNUSED gpointer state, G_GNUC_UNUSED guint i, G_GNUC_UNUSED FxTensor *const *outputs,
           G_GNUC_UNUSED gpointer user_data, G_GNUC_UNUSED GError **error)
{
  return TRUE;
}

gboolean
fx_layer_inputs_collect (const FxGraph *graph, FxLayerInputs *layers, guint n_layers, guint n_samples,
                         FxSampleSource source, gpointer source_data, guint n_threads, GCancellable *cancellable,
                         GError **error)
{
  g_autofree FxId *visible = g_new (FxId, n_layers + 1);
  FxEngineOptions options = { .n_threads = 1, .visible = visible, .n_visible = n_layers };
  g_autoptr (FxEngine) engine = NULL;
  Job job = { layers, n_layers, n_samples };
  FxSampleLoop loop = { .end = n_samples,
                        .n_threads = n_threads,
                        .source = source,
                        .source_data = source_data,
                        .state_new = state_new,
                        .state_free = g_free,
                        .begin = begin_cb,
                        .observe = observe_cb,
                        .finish = finish_cb,
                        .user_data = &job };

  for (guint i = 0; i < n_layers; i++)
    {
      visible[i] = layers[i].x;
      g_free (layers[i].rows);
      layers[i].rows = g_new0 (float, layers[i].n_rows *layers[i].row_length + 1);
    }
  engine = loop.engine = fx_engine_new (graph, &options, cancellable, error);
  return engine != NULL && fx_sample_loop_run (&loop, cancellable, error);
}
