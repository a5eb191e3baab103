/* The noise model. A channel c of an activation t with largest magnitude M[c] is divided by s[c]. With the one scale of
 * the tensor, the rounding noise of its elements that are not 0, seen at the old size, is proportional to s[c] · max
 * over channels of (M / s). The weights of a layer behind it are multiplied by s; output channel o rounds in steps of
 * max over c of |w[o][c]| · s[c], and that noise comes with the deviation of the activation at the old size over s[c]:
 * what comes with its mean is corrected in the bias. Both are summed as noise power at the layer's output, over the
 * layer's signal power.
 *
 * M is more than what was observed. A channel that is made to just fit the range of its tensor is clipped on samples
 * that reach further, which before was only true of the largest channel.
 *
 * Factors are tried of the form (M / max M)^a / (relative size of the weights)^b, and the a and b of least noise are
 * taken for each set of tensors that share groups; twice, as one changes what the other has to do.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-equalize.h"

#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-channel-groups.h"
#include "core/quant/fx-layer-weights.h"

#include <math.h>
#include <string.h>

#define N_ROUNDS 2
/* Factors are powers of this, so that the last bits of what was observed do not decide. */
#define GRID_PER_OCTAVE 4
/* Room under a Clip for what was not observed. */
#define CLIP_MARGIN 1.25
/* Of a channel above the largest magnitude observed, in deviations of the largest magnitude of a sample. */
#define HEADROOM 2.0
/* Less is not worth changing the network for. */
#define LEAST_GAIN 0.02
/* No factor goes further: a channel that was nearly dead on the samples may not be on others. */
#define MAX_FACTOR 4096.0

/* An activation with one scale. */
typedef struct
{
  guint n;
  const guint32 *groups;
  double *max;      /* [n] largest magnitude to expect */
  double *variance; /* [n] */
  double *alive;    /* [n] share of the elements that are not 0 */
  guint set;
} Tensor;

/* A layer that reads channels. */
typedef struct
{
  guint n_out, n_in, per_row;
  gboolean depthwise;
  const FxChannelUse *use;
  float *largest;  /* [n_out][n_in / group] over the taps */
  double *squares; /* [n_in] sum of squares of the weights */
  double *inputs;  /* [n_in] variance of the activation, for each weight of the channel in a row */
  double power;    /* of the output */
} Reader;

typedef struct
{
  FxGraph *graph;
  const FxStatistics *statistics;
  FxChannelGroups *groups;
  GArray *tensors; /* of Tensor */
  GArray *readers; /* of Reader */
  guint *set;      /* [n_groups] groups that must be looked at together; 0: fixed */
  guint n_sets;
  double *factor;     /* [n_groups] what there is so far */
  double *trial;      /* [n_groups] what is being tried */
  double *least;      /* [n_groups] below this a Clip would act; G_MAXDOUBLE: fixed */
  double *variance;   /* [n_groups] largest of its channels */
  double *importance; /* [n_groups] noise power at all readers from noise power 1 in the group */
  double *size;       /* [n_groups] of the activation, relative to the largest */
  double *weight;     /* [n_groups] of the weights behind it, relative to the largest */
} Equalizer;

#define TENSOR(e, i) (&g_array_index ((e)->tensors, Tensor, (i)))
#define READER(e, i) (&g_array_index ((e)->readers, Reader, (i)))

/* ---- what there is ---- */

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
add_tensor (Equalizer *e, const FxTensorStatistics *from)
{
  Tensor tensor = { .n = from->n_channels };

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

/* Variances of the input channels: of the activation that is read, or, where its elements are channels, of any with
 * the group. */
static void
read_variances (const Equalizer *e, const FxChannelUse *use, double *variances)
{
  for (guint t = 0; t < e->tensors->len; t++)
    {
      const Tensor *tensor = TENSOR (e, t);

      if (tensor->n != use->n || memcmp (tensor->groups, use->groups, use->n * sizeof (guint32)) != 0)
        continue;
      memcpy (variances, tensor->variance, use->n * sizeof *variances);
      return;
    }
  for (guint c = 0; c < use->n; c++)
    variances[c] = e->variance[use->groups[c]];
}

static void
sum_weights (Reader *reader, const FxLayerWeights *weights)
{
  for (guint o = 0; o < weights->n_out; o++)
    {
      const float *row = fx_layer_weights_row (weights, o);

      for (gsize i = 0; i < fx_layer_weights_row_length (weights); i++)
        {
          float *largest = &reader->largest[(gsize)o * reader->per_row + i / weights->taps];

          *largest = MAX (*largest, fabsf (row[i]));
          reader->squares[fx_layer_weights_input (weights, o, i)] += (double)row[i] * (double)row[i];
        }
    }
}

static void
add_reader (Equalizer *e, const FxChannelUse *use)
{
  g_auto (FxLayerWeights) weights = { 0 };
  Reader reader = { .use = use };

  if (use->output || !fx_layer_weights_read (e->graph, fx_graph_node (e->graph, use->node), &weights))
    return;
  reader.n_out = weights.n_out;
  reader.n_in = weights.n_in;
  reader.per_row = weights.n_in / weights.group;
  reader.depthwise = fx_layer_weights_is_depthwise (&weights);
  reader.largest = g_new0 (float, (gsize)reader.n_out *reader.per_row);
  reader.squares = g_new0 (double, reader.n_in);
  reader.inputs = g_new0 (double, reader.n_in);
  sum_weights (&reader, &weights);
  read_variances (e, use, reader.inputs);
  for (guint c = 0; c < reader.n_in; c++)
    reader.power += reader.squares[c] * reader.inputs[c];
  for (guint c = 0; c < reader.n_in; c++)
    {
      reader.inputs[c] *= weights.taps;
      if (reader.power > 0.0)
        e->importance[use->groups[c]] += reader.squares[c] / reader.power;
    }
  g_array_append_val (e->readers, reader);
}

/* A Clip that acted fixes its channels; one that did not leaves them room. */
static void
add_clip (Equalizer *e, const FxChannelClip *clip)
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
make_sets (Equalizer *e)
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
          const Tensor *tensor = TENSOR (e, t);
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
    for (guint c = 0; c < TENSOR (e, t)->n && TENSOR (e, t)->set == 0; c++)
      TENSOR (e, t)->set = e->set[TENSOR (e, t)->groups[c]];
}

static void
equalizer_init (Equalizer *e, FxGraph *graph, const FxStatistics *statistics)
{
  guint n;

  *e = (Equalizer){ .graph = graph, .statistics = statistics, .groups = fx_channel_groups_new (graph) };
  n = e->groups->n_groups;
  e->tensors = g_array_new (FALSE, FALSE, sizeof (Tensor));
  e->readers = g_array_new (FALSE, FALSE, sizeof (Reader));
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
  for (guint i = 0; i < e->groups->uses->len; i++)
    add_reader (e, &g_array_index (e->groups->uses, FxChannelUse, i));
  for (guint i = 0; i < e->groups->clips->len; i++)
    add_clip (e, &g_array_index (e->groups->clips, FxChannelClip, i));
  e->least[0] = G_MAXDOUBLE;
  make_sets (e);
}

static void
equalizer_clear (Equalizer *e)
{
  for (guint t = 0; t < e->tensors->len; t++)
    {
      g_free (TENSOR (e, t)->max);
      g_free (TENSOR (e, t)->variance);
      g_free (TENSOR (e, t)->alive);
    }
  for (guint r = 0; r < e->readers->len; r++)
    {
      g_free (READER (e, r)->largest);
      g_free (READER (e, r)->squares);
      g_free (READER (e, r)->inputs);
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

/* ---- the noise ---- */

static double
tensor_max (const Tensor *tensor, const double *factor)
{
  double max = 0.0;

  for (guint c = 0; c < tensor->n; c++)
    max = MAX (max, tensor->max[c] / factor[tensor->groups[c]]);
  return max;
}

static double
tensor_noise (const Equalizer *e, const Tensor *tensor, const double *factor)
{
  double max = tensor_max (tensor, factor), sum = 0.0;

  for (guint c = 0; c < tensor->n; c++)
    {
      double step = factor[tensor->groups[c]] * max;

      sum += tensor->groups[c] != 0 ? step * step * e->importance[tensor->groups[c]] * tensor->alive[c] : 0.0;
    }
  return sum;
}

/* The first input channel of output channel `o`. */
static guint
first_input (const Reader *reader, guint o)
{
  return o / (reader->n_out / (reader->n_in / reader->per_row)) * reader->per_row;
}

static float
row_max (const Reader *reader, guint o, const double *factor)
{
  const float *row = reader->largest + (gsize)o * reader->per_row;
  const guint32 *groups = reader->use->groups + first_input (reader, o);
  double max = 0.0;

  for (guint i = 0; i < reader->per_row; i++)
    max = MAX (max, (double)row[i] * factor[groups[i]]);
  return (float)max;
}

/* Of depthwise layers the noise of the weights does not change. */
static double
reader_noise (const Reader *reader, const double *factor)
{
  guint n_groups = reader->n_in / reader->per_row, per_group = reader->n_out / n_groups;
  double sum = 0.0;

  if (reader->depthwise || reader->power <= 0.0)
    return 0.0;
  for (guint g = 0; g < n_groups; g++)
    {
      double rows = 0.0, inputs = 0.0;

      for (guint o = g * per_group; o < (g + 1) * per_group; o++)
        {
          double max = (double)row_max (reader, o, factor);

          rows += max * max;
        }
      for (guint c = g * reader->per_row; c < (g + 1) * reader->per_row; c++)
        {
          double s = factor[reader->use->groups[c]];

          inputs += reader->inputs[c] / (s * s);
        }
      sum += rows * inputs;
    }
  return sum / reader->power;
}

static guint
reader_set (const Equalizer *e, const Reader *reader)
{
  guint set = 0;

  for (guint c = 0; c < reader->n_in && set == 0; c++)
    set = e->set[reader->use->groups[c]];
  return set;
}

static double
set_noise (const Equalizer *e, guint set, const double *factor)
{
  double sum = 0.0;

  for (guint t = 0; t < e->tensors->len; t++)
    if (TENSOR (e, t)->set == set)
      sum += tensor_noise (e, TENSOR (e, t), factor);
  for (guint r = 0; r < e->readers->len; r++)
    if (reader_set (e, READER (e, r)) == set)
      sum += reader_noise (READER (e, r), factor);
  return sum;
}

/* ---- the factors ---- */

/* How large activations and weights of each group are, relative to the largest they share a scale with. */
static void
measure_groups (Equalizer *e)
{
  memset (e->size, 0, e->groups->n_groups * sizeof *e->size);
  memset (e->weight, 0, e->groups->n_groups * sizeof *e->weight);
  for (guint t = 0; t < e->tensors->len; t++)
    {
      const Tensor *tensor = TENSOR (e, t);
      double max = tensor_max (tensor, e->factor);

      for (guint c = 0; c < tensor->n && max > 0.0; c++)
        {
          guint32 k = tensor->groups[c];

          e->size[k] = MAX (e->size[k], tensor->max[c] / e->factor[k] / max);
        }
    }
  for (guint r = 0; r < e->readers->len; r++)
    {
      const Reader *reader = READER (e, r);

      for (guint o = 0; o < reader->n_out && !reader->depthwise; o++)
        {
          const float *row = reader->largest + (gsize)o * reader->per_row;
          const guint32 *groups = reader->use->groups + first_input (reader, o);
          double max = (double)row_max (reader, o, e->factor);

          for (guint i = 0; i < reader->per_row && max > 0.0; i++)
            e->weight[groups[i]] = MAX (e->weight[groups[i]], (double)row[i] * e->factor[groups[i]] / max);
        }
    }
}

static double
on_grid (double factor)
{
  return exp2 (ceil (log2 (factor) * GRID_PER_OCTAVE - 0.5) / GRID_PER_OCTAVE);
}

/* A factor on the grid that no Clip forbids. What was never seen alive is left alone. */
static double
choose_factor (const Equalizer *e, guint k, double a, double b)
{
  double factor = e->factor[k];

  if (e->least[k] == G_MAXDOUBLE || e->size[k] <= 0.0)
    return factor;
  factor *= pow (e->size[k], a) / pow (e->weight[k] > 0.0 ? e->weight[k] : 1.0, b);
  factor = CLAMP (MAX (factor, e->least[k]), 1.0 / MAX_FACTOR, MAX_FACTOR);
  return on_grid (factor);
}

static void
try_set (Equalizer *e, guint set)
{
  double before = set_noise (e, set, e->factor), best = before * (1.0 - LEAST_GAIN);
  g_autofree double *chosen = g_memdup2 (e->factor, e->groups->n_groups * sizeof *e->factor);

  for (guint a = 0; a <= 4 && before > 0.0; a++)
    for (guint b = 0; b <= 4; b++)
      {
        double noise;

        for (guint k = 1; k < e->groups->n_groups; k++)
          e->trial[k] = e->set[k] == set ? choose_factor (e, k, a / 4.0, b / 4.0) : e->factor[k];
        noise = set_noise (e, set, e->trial);
        if (noise < best)
          {
            best = noise;
            memcpy (chosen, e->trial, e->groups->n_groups * sizeof *chosen);
          }
      }
  memcpy (e->factor, chosen, e->groups->n_groups * sizeof *chosen);
}

static gboolean
choose (Equalizer *e, GCancellable *cancellable, GError **error)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      measure_groups (e);
      for (guint set = 1; set < e->n_sets; set++)
        {
          if (e->set[set] != set) /* a set has the number of its first group */
            continue;
          if (g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          try_set (e, set);
        }
    }
  return TRUE;
}

/* Factors nearer to 1; those that a Clip bounds are below 1 and grow. */
static void
dampen (Equalizer *e, double strength)
{
  for (guint k = 1; k < e->groups->n_groups; k++)
    e->factor[k] = on_grid (pow (e->factor[k], strength));
}

/* ---- the graph ---- */

static gboolean
changes (const Equalizer *e, const FxChannelUse *use)
{
  for (guint c = 0; c < use->n; c++)
    if (e->factor[use->groups[c]] != 1.0)
      return TRUE;
  return FALSE;
}

static void
scale_inputs (const Equalizer *e, const FxChannelUse *use, FxLayerWeights *weights)
{
  for (guint o = 0; o < weights->n_out; o++)
    {
      float *row = fx_layer_weights_row (weights, o);

      for (gsize i = 0; i < fx_layer_weights_row_length (weights); i++)
        row[i] = (float)((double)row[i] * e->factor[use->groups[fx_layer_weights_input (weights, o, i)]]);
    }
}

static void
scale_outputs (const Equalizer *e, const FxChannelUse *use, FxLayerWeights *weights)
{
  for (guint o = 0; o < weights->n_out; o++)
    {
      float *row = fx_layer_weights_row (weights, o);
      double factor = e->factor[use->groups[o]];

      for (gsize i = 0; i < fx_layer_weights_row_length (weights); i++)
        row[i] = (float)((double)row[i] / factor);
      weights->bias[o] /= factor;
    }
}

static gboolean
apply_use (Equalizer *e, const FxChannelUse *use, GError **error)
{
  g_auto (FxLayerWeights) weights = { 0 };

  if (!changes (e, use))
    return TRUE;
  g_return_val_if_fail (fx_layer_weights_read (e->graph, fx_graph_node (e->graph, use->node), &weights), FALSE);
  if (use->output)
    scale_outputs (e, use, &weights);
  else
    scale_inputs (e, use, &weights);
  return fx_layer_weights_write (e->graph, use->node, &weights, error);
}

static gboolean
apply_addend (Equalizer *e, const FxChannelUse *use, GError **error)
{
  const FxNode *node = fx_graph_node (e->graph, use->node);
  FxValue *value = fx_graph_value (e->graph, node->inputs[fx_channel_addend (e->graph, node)]);
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, fx_tensor_shape (value->constant), &data, error);

  for (guint c = 0; tensor != NULL && c < use->n; c++)
    ((float *)data)[c] = (float)(fx_tensor_get_double (value->constant, c) / e->factor[use->groups[c]]);
  if (tensor == NULL)
    return FALSE;
  fx_tensor_unref (value->constant);
  value->constant = tensor;
  return TRUE;
}

static gboolean
apply (Equalizer *e, GCancellable *cancellable, GError **error)
{
  const FxChannelGroups *groups = e->groups;

  for (guint i = 0; i < groups->uses->len; i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !apply_use (e, &g_array_index (groups->uses, FxChannelUse, i), error))
      return FALSE;
  for (guint i = 0; i < groups->addends->len; i++)
    if (!apply_addend (e, &g_array_index (groups->addends, FxChannelUse, i), error))
      return FALSE;
  return TRUE;
}

gboolean
fx_equalize (FxGraph *graph, const FxStatistics *statistics, double strength, FxEqualization *result,
             GCancellable *cancellable, GError **error)
{
  Equalizer e;
  gboolean ok;

  *result = (FxEqualization){ 0, 1.0, 1.0 };
  equalizer_init (&e, graph, statistics);
  ok = choose (&e, cancellable, error);
  dampen (&e, strength);
  ok = ok && apply (&e, cancellable, error);
  for (guint k = 1; k < e.groups->n_groups; k++)
    {
      result->n_channels += e.factor[k] != 1.0;
      result->low = MIN (result->low, e.factor[k]);
      result->high = MAX (result->high, e.factor[k]);
    }
  equalizer_clear (&e);
  return ok;
}
