/* What there is to equalize: activations with their channels, and the layers that read them (fx-equalize-private.h).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-equalize-private.h"
#include "core/quant/fx-layer-weights.h"

#include <math.h>
#include <string.h>

/* Room under a Clip for what was not observed. */
#define CLIP_MARGIN 1.25
/* Of a channel above the largest magnitude observed, in deviations of the largest magnitude of a sample. */
#define HEADROOM 2.0

static double
channel_max (const FxTensorStatistics *tensor, guint c)
{
  return MAX (fabs ((double)tensor->channel_max[c]), fabs ((double)tensor->channel_min[c]));
}

static double
channel_variance (const FxTensorStatistics *tensor, guint c)
{
  double n = (double)MAX (tensor->channel_count, 1), mean = tensor->channel_sum[c] / n;

  return MAX (tensor->channel_squares[c] / n - mean * mean, 0.0);
}

/* Share of the elements that are not 0: the others are exact. */
static double
channel_alive (const FxTensorStatistics *tensor, guint c)
{
  return 1.0 - (double)tensor->channel_zeros[c] / (double)MAX (tensor->channel_count, 1);
}

/* Other samples reach further than those that were seen: a channel that just fits would be clipped on them. */
static double
channel_extent (const FxTensorStatistics *tensor, guint c)
{
  double n = tensor->n_peaks, mean, square;

  if (tensor->n_peaks < 2)
    return channel_max (tensor, c);
  mean = tensor->channel_peaks[c] / n;
  square = tensor->channel_peak_squares[c] / n;
  return channel_max (tensor, c) + HEADROOM * sqrt (MAX (square - mean * mean, 0.0));
}

static void
add_tensor (FxEqualizer *e, const FxTensorStatistics *from)
{
  FxEqualTensor tensor = { .n = from->n_channels };

  if (from->n_channels == 0 || from->axis != 1 || from->count == 0
      || e->groups->n_channels[from->value] != from->n_channels)
    return;
  tensor.groups = e->groups->groups[from->value];
  tensor.max = g_new (double, tensor.n);
  tensor.variance = g_new (double, tensor.n);
  tensor.alive = g_new (double, tensor.n);
  for (guint c = 0; c < tensor.n; c++)
    {
      tensor.max[c] = fx_range_round (channel_extent (from, c));
      tensor.variance[c] = fx_range_round (channel_variance (from, c));
      tensor.alive[c] = channel_alive (from, c);
      e->variance[tensor.groups[c]] = MAX (e->variance[tensor.groups[c]], tensor.variance[c]);
    }
  g_array_append_val (e->tensors, tensor);
}

/* The tensor with these channels; NULL: there is none. */
static const FxEqualTensor *
find_tensor (const FxEqualizer *e, const FxChannelUse *use)
{
  for (guint t = 0; t < e->tensors->len; t++)
    {
      const FxEqualTensor *tensor = FX_EQUAL_TENSOR (e, t);

      if (tensor->n == use->n && memcmp (tensor->groups, use->groups, use->n * sizeof (guint32)) == 0)
        return tensor;
    }
  return NULL;
}

/* Variances of the input channels: of the activation that is read, or, where its elements are channels, of any with
 * the group. */
static void
read_variances (const FxEqualizer *e, const FxChannelUse *use, double *variances)
{
  const FxEqualTensor *tensor = find_tensor (e, use);

  for (guint c = 0; c < use->n; c++)
    variances[c] = tensor != NULL ? tensor->variance[c] : e->variance[use->groups[c]];
}

static void
sum_weights (FxEqualReader *reader, const FxLayerWeights *weights)
{
  for (guint o = 0; o < weights->n_out; o++)
    {
      const float *row = fx_layer_weights_row (weights, o);

      for (gsize i = 0; i < fx_layer_weights_row_length (weights); i++)
        {
          float *largest = &reader->largest[(gsize)o * reader->per_row + i / weights->taps];

          *largest = MAX (*largest, fabsf (row[i]));
          reader->squares[fx_layer_weights_input (weights, o, i)]
              += (double)row[i] * (double)row[i] * reader->importance[o];
        }
    }
}

/* What the channels that a node writes are; NULL: that is not known. */
static const FxChannelUse *
output_use (const FxEqualizer *e, FxId node)
{
  for (guint i = 0; i < e->groups->uses->len; i++)
    {
      const FxChannelUse *use = &g_array_index (e->groups->uses, FxChannelUse, i);

      if (use->output && use->node == node)
        return use;
    }
  return NULL;
}

/* Of the output channels: what the readers behind, which are there already, make of noise in them, less what a Relu
 * takes away. Where nothing is known of what follows, noise counts by the power of the output. */
static void
find_importance (const FxEqualizer *e, const FxLayerWeights *weights, FxEqualReader *reader)
{
  const FxChannelUse *use = output_use (e, reader->use->node);
  const FxEqualTensor *tensor = use != NULL ? find_tensor (e, use) : NULL;
  double power = 0.0;

  for (guint o = 0; o < weights->n_out; o++)
    for (gsize i = 0; i < fx_layer_weights_row_length (weights); i++)
      {
        double w = (double)fx_layer_weights_row (weights, o)[i];

        power += w * w * reader->inputs[fx_layer_weights_input (weights, o, i)];
      }
  for (guint o = 0; o < reader->n_out; o++)
    if (use != NULL && use->groups[o] != 0)
      reader->importance[o] = e->importance[use->groups[o]] * (tensor != NULL ? tensor->alive[o] : 1.0);
    else
      reader->importance[o] = power > 0.0 ? 1.0 / power : 0.0;
}

static void
add_reader (FxEqualizer *e, const FxChannelUse *use)
{
  g_auto (FxLayerWeights) weights = { 0 };
  FxEqualReader reader = { .use = use };

  if (use->output || !fx_layer_weights_read (e->graph, fx_graph_node (e->graph, use->node), &weights))
    return;
  reader.n_out = weights.n_out;
  reader.n_in = weights.n_in;
  reader.per_row = weights.n_in / weights.group;
  reader.depthwise = fx_layer_weights_is_depthwise (&weights);
  reader.largest = g_new0 (float, (gsize)reader.n_out *reader.per_row);
  reader.squares = g_new0 (double, reader.n_in);
  reader.inputs = g_new0 (double, reader.n_in);
  reader.importance = g_new0 (double, reader.n_out);
  read_variances (e, use, reader.inputs);
  find_importance (e, &weights, &reader);
  sum_weights (&reader, &weights);
  for (guint c = 0; c < reader.n_in; c++)
    {
      reader.inputs[c] *= weights.taps;
      e->importance[use->groups[c]] += reader.squares[c];
    }
  g_array_append_val (e->readers, reader);
}

/* A Clip that acted fixes its channels; one that did not leaves them room. */
static void
add_clip (FxEqualizer *e, const FxChannelClip *clip)
{
  const FxTensorStatistics *tensor = fx_statistics_find (e->statistics, clip->value, NULL);
  guint n = e->groups->n_channels[clip->value];
  gboolean seen = tensor != NULL && tensor->value == clip->value && tensor->n_channels == n && tensor->axis == 1;

  for (guint c = 0; c < n; c++)
    {
      double above = seen ? (double)tensor->channel_max[c] / clip->high : G_MAXDOUBLE;
      double below = seen && clip->low < 0.0 ? (double)tensor->channel_min[c] / clip->low : 0.0;
      double least = MAX (above, below) * CLIP_MARGIN;
      double *of_group = &e->least[e->groups->groups[clip->value][c]];

      *of_group = MAX (*of_group, least >= 1.0 ? G_MAXDOUBLE : least);
    }
}

/* Groups of one tensor belong to one set; sets are numbered from 1. */
static void
make_sets (FxEqualizer *e)
{
  guint n = e->groups->n_groups;
  gboolean changed = TRUE;

  for (guint k = 1; k < n; k++)
    e->set[k] = k;
  while (changed)
    {
      changed = FALSE;
      for (guint t = 0; t < e->tensors->len; t++)
        {
          const FxEqualTensor *tensor = FX_EQUAL_TENSOR (e, t);
          guint smallest = G_MAXUINT;

          for (guint c = 0; c < tensor->n; c++)
            if (tensor->groups[c] != 0)
              smallest = MIN (smallest, e->set[tensor->groups[c]]);
          for (guint c = 0; c < tensor->n; c++)
            if (tensor->groups[c] != 0 && e->set[tensor->groups[c]] != smallest)
              {
                e->set[tensor->groups[c]] = smallest;
                changed = TRUE;
              }
        }
    }
  e->n_sets = n;
  for (guint t = 0; t < e->tensors->len; t++)
    for (guint c = 0; c < FX_EQUAL_TENSOR (e, t)->n && FX_EQUAL_TENSOR (e, t)->set == 0; c++)
      FX_EQUAL_TENSOR (e, t)->set = e->set[FX_EQUAL_TENSOR (e, t)->groups[c]];
}

void
fx_equalizer_init (FxEqualizer *e, FxGraph *graph, const FxStatistics *statistics)
{
  guint n;

  *e = (FxEqualizer){ .graph = graph, .statistics = statistics, .groups = fx_channel_groups_new (graph) };
  n = e->groups->n_groups;
  e->tensors = g_array_new (FALSE, FALSE, sizeof (FxEqualTensor));
  e->readers = g_array_new (FALSE, FALSE, sizeof (FxEqualReader));
  e->set = g_new0 (guint, n);
  e->factor = g_new (double, n);
  e->trial = g_new (double, n);
  e->least = g_new0 (double, n);
  e->variance = g_new0 (double, n);
  e->importance = g_new0 (double, n);
  e->size = g_new0 (double, n);
  e->weight = g_new0 (double, n);
  for (guint k = 0; k < n; k++)
    e->factor[k] = e->trial[k] = 1.0;
  for (guint i = 0; i < statistics->n_tensors; i++)
    add_tensor (e, &statistics->tensors[i]);
  for (guint i = e->groups->uses->len; i-- > 0;) /* the last first, as importance comes from behind */
    add_reader (e, &g_array_index (e->groups->uses, FxChannelUse, i));
  for (guint i = 0; i < e->groups->clips->len; i++)
    add_clip (e, &g_array_index (e->groups->clips, FxChannelClip, i));
  e->least[0] = G_MAXDOUBLE;
  make_sets (e);
}

void
fx_equalizer_clear (FxEqualizer *e)
{
  for (guint t = 0; t < e->tensors->len; t++)
    {
      g_free (FX_EQUAL_TENSOR (e, t)->max);
      g_free (FX_EQUAL_TENSOR (e, t)->variance);
      g_free (FX_EQUAL_TENSOR (e, t)->alive);
    }
  for (guint r = 0; r < e->readers->len; r++)
    {
      g_free (FX_EQUAL_READER (e, r)->largest);
      g_free (FX_EQUAL_READER (e, r)->squares);
      g_free (FX_EQUAL_READER (e, r)->inputs);
      g_free (FX_EQUAL_READER (e, r)->importance);
    }
  g_array_unref (e->tensors);
  g_array_unref (e->readers);
  g_free (e->set);
  g_free (e->factor);
  g_free (e->trial);
  g_free (e->least);
  g_free (e->variance);
  g_free (e->importance);
  g_free (e->size);
  g_free (e->weight);
  fx_channel_groups_free (e->groups);
}
